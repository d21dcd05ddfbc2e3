"""The few expressions of DynamoDB that the stores use: conditions on writes, key conditions, simple updates."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from chalicelib.store.errors import Refused

Item = dict[str, Any]

_TOKENS: Final = re.compile(r"\s*(\(|\)|,|<>|<=|>=|=|<|>|[#:]?[A-Za-z_][A-Za-z0-9_]*)")
_COMPARED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": lambda one, other: bool(one == other),
    "<>": lambda one, other: bool(one != other),
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: bool(one <= other),
    ">": lambda one, other: bool(one > other),
    ">=": lambda one, other: bool(one >= other),
}


def holds(body: Mapping[str, Any], expression: str, item: Item | None) -> bool:
    """Whether a condition of a request holds for the item that is there (None for none)."""
    reader = _Reader(body, expression, item or {})
    found = reader.either()
    reader.end()
    return found


def updated(body: Mapping[str, Any], item: Item) -> Item:
    """An item after the UpdateExpression of a request: SET a = :a, REMOVE a, ADD a :n, with commas between several."""
    new = dict(item)
    parts = re.split(r"\b(SET|REMOVE|ADD)\b", body["UpdateExpression"])
    for verb, text in zip(parts[1::2], parts[2::2], strict=True):
        for clause in text.split(","):
            _change(new, verb, clause.replace("=", " ").split(), body)
    return new


def named(body: Mapping[str, Any], name: str) -> str:
    """An attribute's name, or what a #name stands for."""
    return str(body["ExpressionAttributeNames"][name]) if name.startswith("#") else name


def _change(item: Item, verb: str, words: list[str], body: Mapping[str, Any]) -> None:
    name = named(body, words[0])
    if verb == "REMOVE":
        item.pop(name, None)
        return
    value = body["ExpressionAttributeValues"][words[1]]
    if verb == "SET":
        item[name] = value
    else:
        known = int(item[name]["N"]) if name in item else 0
        item[name] = {"N": str(known + int(value["N"]))}


class _Reader:
    """Reads one expression from left to right: OR of AND of comparisons, functions and brackets."""

    def __init__(self, body: Mapping[str, Any], expression: str, item: Item) -> None:
        self._body, self._item = body, item
        self._words = _TOKENS.findall(expression)
        if "".join(self._words) != re.sub(r"\s", "", expression):
            raise Refused("ValidationException", f"cannot read {expression!r}")

    def either(self) -> bool:
        """All parts are read, whatever the first says: what follows must be understood too."""
        found = self._both()
        while self._is_next("OR"):
            other = self._both()
            found = found or other
        return found

    def end(self) -> None:
        """Nothing may be left."""
        if self._words:
            raise Refused("ValidationException", f"not understood: {self._words}")

    def _both(self) -> bool:
        found = self._one()
        while self._is_next("AND"):
            other = self._one()
            found = found and other
        return found

    def _one(self) -> bool:
        if self._is_next("NOT"):
            return not self._one()
        if self._is_next("("):
            found = self.either()
            self._expect(")")
            return found
        word = self._words.pop(0)
        if word in ("attribute_not_exists", "attribute_exists", "begins_with"):
            return self._function(word)
        value = self._value(word)
        if self._is_next("BETWEEN"):
            low = self._value(self._words.pop(0))
            self._expect("AND")
            high = self._value(self._words.pop(0))
            return value is not None and bool(low <= value <= high)
        compare, other = _COMPARED[self._words.pop(0)], self._value(self._words.pop(0))
        # A comparison with an attribute that is not there does not hold, not even with '<>' of another one.
        return value is not None and other is not None and compare(value, other)

    def _function(self, word: str) -> bool:
        self._expect("(")
        name = self._words.pop(0)
        if word == "begins_with":
            self._expect(",")
            found = self._value(name)
            start = self._value(self._words.pop(0))
            self._expect(")")
            return found is not None and str(found[1]).startswith(str(start[1]))
        self._expect(")")
        return (named(self._body, name) in self._item) == (word == "attribute_exists")

    def _value(self, word: str) -> Any:  # noqa: ANN401 - a typed value, made comparable
        """A value as (type, value), so that a number is never equal to its text; None for what is not there."""
        if word.startswith(":"):
            typed = self._body["ExpressionAttributeValues"][word]
        else:
            typed = self._item.get(named(self._body, word))
        if typed is None:
            return None
        [(kind, value)] = typed.items()
        return kind, int(value) if kind == "N" else value

    def _is_next(self, word: str) -> bool:
        if self._words and self._words[0] == word:
            self._words.pop(0)
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._is_next(word):
            raise Refused("ValidationException", f"expected {word!r} before {self._words}")

"""The tag as a file: small, and written in the ECMAScript 5 that every browser still in use understands.

That it parses, and what it does, is tested in a real browser (tests/browser). What a new browser cannot tell is whether
an old one would understand it too; that is read off the tokens here.
"""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import chalicelib.web

SOURCE = (Path(chalicelib.web.__file__).parent / "tag.js").read_text("utf-8")

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
    |(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
    |(?P<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w$])
    |(?P<word>[A-Za-z_$][\w$]*)
    |(?P<late>=>|\.\.\.|\*\*|\?\?|\?\.(?!\d)|&&=|\|\|=)
    |(?P<sign>>>>=|===|!==|>>>|<<=|>>=|[-+*/%&|^=!<>]=|\+\+|--|<<|>>|&&|\|\||[-{}()\[\].;,<>+*/%&|^!~?:=])""",
    re.VERBOSE | re.DOTALL,
)
PATTERN = re.compile(r"/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/\w*")
LATE_WORD = re.compile(
    "let|const|class|extends|super|import|export|yield|async|await|of|enum|static|globalThis|Promise|Symbol|BigInt|Proxy|"
    "Reflect|(?:Weak)?(?:Map|Set|Ref)|URL|URLSearchParams|TextEncoder|includes|startsWith|endsWith|padStart|padEnd|repeat|"
    "assign|entries|values|from|fill|find(?:Last)?(?:Index)?|flat|flatMap|at|matchAll|replaceAll|isInteger|isNaN|"
    "append|remove|closest"
)
OPERATOR = re.compile("return|typeof|case|in|instanceof|new|delete|void|throw|else|do")
HEADS = {"function", "if", "for", "while", "switch", "catch", "with"}


class Token(NamedTuple):
    """One token: its kind is string, number, word, sign, pattern, or late for what came after ES5."""

    kind: str
    text: str


def tokens(source: str) -> Iterator[Token]:
    """The tokens of a script, without space and comments."""
    at, before = 0, Token("sign", ";")
    while at < len(source):
        if source[at] == "/" and source[at + 1] not in "/*" and not ends_a_value(before):
            found, kind = PATTERN.match(source, at), "pattern"
        else:
            found = TOKEN.match(source, at)
            kind = (found and found.lastgroup) or "late"
        token = Token(kind, found[0] if found else source[at])
        at += len(token.text)
        if kind != "space":
            yield (before := token)


def ends_a_value(token: Token) -> bool:
    """Whether a slash after this token divides; else it begins a pattern."""
    if token.kind == "word":
        return not OPERATOR.fullmatch(token.text)
    return token.kind in ("string", "number", "pattern") or token.text in (")", "]", "}")


def faults(source: str) -> list[str]:
    """What ECMAScript 5 would not understand in a script."""
    found = list(tokens(source))
    return [*late_tokens(found), *late_brackets(found)]


def late_tokens(found: list[Token]) -> Iterator[str]:
    """Words, signs and patterns that came later."""
    for token in found:
        if token.kind == "late" or (token.kind == "word" and LATE_WORD.fullmatch(token.text)):
            yield token.text
        if token.kind == "pattern" and re.search(r"\(\?<|\\[pk]|/[gim]*[^gim/]+$", token.text):
            yield token.text
        if token.kind == "string" and r"\u{" in token.text:
            yield token.text


def late_brackets(found: list[Token]) -> Iterator[str]:
    """Shapes made of old tokens: methods, shorthand, defaults, destructuring, commas at the end of arguments."""
    texts = [token.text if token.kind != "string" else "'" for token in found]
    opened: list[int] = []
    for at, text in enumerate(texts):
        if text in ("(", "[", "{"):
            opened.append(at)
            if text != "(" and at and texts[at - 1] == "var":
                yield "destructuring"
        elif text in (")", "]", "}"):
            start = opened.pop()
            inside = texts[start + 1 : at]
            if text == ")" and inside[-1:] == [","]:
                yield "comma at the end of arguments"
            if text == ")" and texts[at + 1 : at + 2] == ["{"]:
                yield from late_head(texts[max(start - 2, 0) : start], inside)
            if text == "}" and is_literal(found, start):
                yield from late_entries(inside)


def late_head(before: list[str], parameters: list[str]) -> Iterator[str]:
    """The fault of what stands before a block: a name without `function`, or parameters that are more than names."""
    if not HEADS.intersection(before) and "get" not in before and "set" not in before:
        yield "method"
    if "function" in before and any(text in ("=", "{", "[") for text in parameters):
        yield "parameters"


def is_literal(found: list[Token], at: int) -> bool:
    """Whether the brace at this place begins an object, not a block."""
    before = found[at - 1].text if at else ";"
    return before in ("(", "[", ",", "=", ":", "?", "||", "&&", "return", "+", "!", "==", "===")


def late_entries(inside: list[str]) -> Iterator[str]:
    """Entries of an object that are not `key: value` or an accessor."""
    depth, expects_key = 0, True
    for at, text in enumerate(inside):
        if depth == 0 and expects_key and text != ",":
            if text not in ("get", "set") and inside[at + 1 : at + 2] != [":"]:
                yield "entry"
            expects_key = False
        depth += (text in ("(", "[", "{")) - (text in (")", "]", "}"))
        if depth == 0 and text == ",":
            expects_key = True


def test_the_tag_is_at_most_two_kilobytes_on_the_wire() -> None:
    assert len(gzip.compress(SOURCE.encode("utf-8"), 9)) <= 2048


def test_the_tag_is_plain_ascii_text() -> None:
    assert SOURCE.isascii()
    assert "\r" not in SOURCE
    assert SOURCE.endswith("\n")


def test_the_tag_is_ecmascript_5() -> None:
    assert faults(SOURCE) == []


def test_the_tag_is_strict_and_neither_evaluates_nor_writes_into_the_page() -> None:
    words = {token.text for token in tokens(SOURCE) if token.kind == "word"}
    assert not words & {"eval", "Function", "innerHTML", "outerHTML", "write", "insertAdjacentHTML", "style", "console"}
    assert "'use strict';" in SOURCE


@pytest.mark.parametrize(
    "late",
    [
        "let a = 1;",
        "const a = 1;",
        "var f = x => x;",
        "var f = (x) => { return x; };",
        "var s = `text`;",
        "f(...list);",
        "var list = [...other];",
        "class A {}",
        "function f(a = 1) { return a; }",
        "function f({a}) { return a; }",
        "function f([a]) { return a; }",
        "var {a} = b;",
        "var [a] = b;",
        "f({a});",
        "f({a: 1, b});",
        "f({a: 1, b, c: 2});",
        "f({[key]: 1});",
        "var o = {run() { return 1; }};",
        "f({a: 1, run(x) { return x; }});",
        "for (var x of list) { f(x); }",
        "var n = 2 ** 3;",
        "var n = a ?? b;",
        "var n = a?.b;",
        "f(a, b,);",
        "async function f() { return 1; }",
        "var r = /(?<=a)b/;",
        "var r = /a/y;",
        "var r = /a/gu;",
        "var s = '\\u{1f337}';",
        "var p = Promise.resolve(1);",
        "if (list.includes(1)) { f(); }",
        "if (text.startsWith('a')) { f(); }",
        "var o = Object.assign({}, a);",
        "var u = new URL(location.href);",
        "var n = 0b11;",
        "var n = 1_000;",
        "var n = 10n;",
    ],
)
def test_later_language_is_recognised(late: str) -> None:
    assert faults(late) != []


@pytest.mark.parametrize(
    "old",
    [
        "var a = 1, b = [1, 2], c = {d: 1, 'e': [b, a], 3: function (x, y) { return {x: x}; }};",
        "function f(a, b) { if (a) { g(a, b); } else { return b / a / 2; } }",
        "for (var i = 0; i < 3; i++) { a[i] = /[/]\\/x/gi.test(b) ? {c: d} : e; }",
        "try { f(); } catch (error) { g(error); } finally { h; }",
        "var o = {get a() { return 1; }, set a(v) { b = v; }};",
        "switch (a) { case /x/: break; default: f(); }",
        "while (a >>>= 1) { b |= a; } do { a--; } while (a);",
        "(function () { 'use strict'; }());",
        "var n = a ?.5 : 1e3 + 0xFF; // => `let`",
        "a = b /* => */ / c; f(function () { return; });",
    ],
)
def test_ecmascript_5_is_accepted(old: str) -> None:
    assert faults(old) == []

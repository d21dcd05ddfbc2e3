"""Makes chalicelib/model/robots.py, the names of robots, from well-kept lists: `make robots`.

The lists are patterns. What is fixed in each becomes a name in small letters. A name is left out if the general marks
of model.agent find it anyway (unless it says more than `bot`), or if a person's browser of an installed package begins
with it; one that such a browser has elsewhere counts only where an agent begins with it.
"""

import re._constants as words  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from chalicelib.model import agent
from chalicelib.model.agent import Mark
from infra import agents

TARGET: Final = Path(__file__).parent.parent / "chalicelib" / "model" / "robots.py"
LISTS: Final = (("crawler-user-agents", "MIT"), ("crawlerdetect", "MIT"))
KINDS: Final[tuple[Mark, ...]] = ("bot", "scanner", "link_preview")

SHORTEST: Final = 3
_OPEN: Final = "\0"
_MANY: Final = 24
_EDGE: Final = " ();\"'-_/.[+,:!@<>"


def known() -> Iterator[tuple[str, Mark]]:
    """The patterns of both lists, with what they are patterns of."""
    import crawleruseragents  # type: ignore[import-untyped]
    from crawlerdetect.providers.crawlers import data  # type: ignore[import-untyped]

    for one in crawleruseragents.CRAWLER_USER_AGENTS_DATA:
        tags = one.get("tags", ())
        kind: Mark = "link_preview" if "social-preview" in tags else "scanner" if "scanner" in tags else "bot"
        yield one["pattern"], kind
    for pattern in data:
        yield pattern, "bot"


def names(patterns: Iterable[tuple[str, Mark]], persons: Iterable[str]) -> dict[str, Mark]:
    """The names of patterns that no person's agent carries."""
    found: dict[str, Mark] = {}
    for pattern, kind in patterns:
        for text in texts(parser.parse(pattern)):
            name = _name(text)
            if len(name) >= SHORTEST and (kind != "bot" or not agent.general(name)):
                found.setdefault(name, kind)
    innocent = _carried(found | {agent.FIRST + name: kind for name, kind in found.items()}, persons)
    made = {name if name not in innocent else agent.FIRST + name: kind for name, kind in found.items()}
    return {name: made[name] for name in sorted(made) if name not in innocent}


def texts(parsed: Iterable[Any]) -> list[str]:
    """The fixed beginnings of a parsed pattern; one that is cut ends in `_OPEN`, anchors are dropped."""
    found = [""]
    for word, about in parsed:
        after = [""] if word in (words.AT, words.ASSERT, words.ASSERT_NOT) else _texts(word, about)
        found = [one if one.endswith(_OPEN) else one + more for one in found for more in after]
        if len(found) > _MANY:
            return []
    return found


def _texts(word: Any, about: Any) -> list[str]:  # noqa: ANN401 - the parser's own objects
    """What one step of a pattern can stand for."""
    if word is words.LITERAL:
        return [chr(about)]
    if word is words.SUBPATTERN:
        return texts(about[3])
    if word is words.BRANCH:
        return [text for branch in about[1] for text in texts(branch)]
    if word is words.MAX_REPEAT and about[:2] == (0, 1):
        return ["", *texts(about[2])]
    if word is words.IN and all(one is words.LITERAL for one, _ in about):
        return [chr(code) for _, code in about]
    return [_OPEN]


def _name(text: str) -> str:
    """A name as model.agent looks for it; '' if it is none."""
    name = text.rstrip(_OPEN).lower().lstrip(_EDGE).rstrip()
    return name if name[:1].isalnum() and name.isascii() and name.isprintable() and not set(name) & {"\\", '"'} else ""


def _carried(found: Mapping[str, Mark], persons: Iterable[str]) -> set[str]:
    """The names that persons' agents carry."""
    innocent, known_names = set[str](), agent.table(found)
    for person in persons:
        if not agent.judged(person, {}):  # an app without a browser's agent is none
            innocent |= {name for name, _ in agent.found(person.lower(), known_names)}
    return innocent


def source(found: Mapping[str, Mark]) -> str:
    """The module, as it is checked in."""
    said = "\n".join(f"    {name} {metadata.version(name)}  {licence}" for name, licence in LISTS)
    lists = ", ".join(f'"{name} {metadata.version(name)}"' for name, _ in LISTS)
    blocks = "\n".join(
        f'_{kind.upper()}: Final = """\\\n'
        + "".join(f"{name}\n" for name in sorted(found) if found[name] == kind)
        + '"""'
        for kind in KINDS
    )
    kinds = ", ".join(f'("{kind}", _{kind.upper()})' for kind in KINDS)
    return f'''"""Names of robots, made by `make robots`; not written by hand.

The names are what is fixed in the patterns of these lists:

{said}

{_licences()}
"""

from typing import Final, Literal

Kind = Literal["bot", "scanner", "link_preview"]

LISTS: Final = ({lists})

{blocks}


def names() -> dict[str, Kind]:
    """Each name in small letters, and what it is the name of."""
    kinds: tuple[tuple[Kind, str], ...] = ({kinds})
    return {{name: kind for kind, text in kinds for name in text.splitlines()}}
'''


def _licences() -> str:
    """The copyright of each list, and the licence that both have."""
    told = []
    for name, _ in LISTS:
        file = next(file for file in metadata.files(name) or () if file.name == "LICENSE")
        told.append(file.read_text().strip().split("\n\n"))
    copyrights = [next(part for part in text if part.startswith("Copyright")) for text in told]
    return "\n\n".join(("\n".join(copyrights), *told[0][told[0].index(copyrights[0]) + 1 :]))


def main() -> int:
    """Write the module anew."""
    found = names(known(), agents.people())
    TARGET.write_text(source(found))
    print(f"{TARGET.name}: {len(found)} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The font of the papers: Bitstream Vera, which reportlab ships and every PDF carries along.

It has the letters of Western Europe and a few more. Others are written without their marks ('ż' as 'z') or as '?'.
"""

import sys
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any, Final
from unicodedata import normalize

PLAIN: Final = "Vera"
BOLD: Final = "VeraBd"
_CROSSED: Final = str.maketrans("ĦħŦŧŊŋ", "HhTtNn")
"""Letters that have no form without their mark."""


@dataclass(frozen=True, slots=True)
class Font:
    """The letters that both weights have, and reportlab's measure of them."""

    letters: frozenset[str]
    metrics: Any

    def width(self, text: str, weight: str, size: int) -> float:
        """How wide a text is, in points."""
        found: float = self.metrics.stringWidth(text, weight, size)
        return found

    def drawable(self, text: str) -> str:
        """The text in letters that the font has."""
        if self.letters.issuperset(text):
            return text
        return "".join(sign if sign in self.letters else self._bare(sign) for sign in text)

    def _bare(self, sign: str) -> str:
        return "".join(part for part in normalize("NFKD", sign.translate(_CROSSED)) if part in self.letters) or "?"


@lru_cache(maxsize=1)
def vera() -> Font:
    """The font, made known to reportlab once in a process."""
    _without_pictures()
    from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]  # 70 ms that only a close needs
    from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]

    has = []
    for name in (PLAIN, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
        has.append(set(pdfmetrics.getFont(name).face.charToGlyph))
    return Font(frozenset(map(chr, has[0] & has[1])), pdfmetrics)


def _without_pictures() -> None:
    """Reportlab wants Pillow for pictures, of which we have none; the layer has no compiled code, so no Pillow."""
    try:
        import PIL  # noqa: F401 - only to see whether it is there
    except ImportError:
        stand_in = ModuleType("PIL")
        stand_in.Image = None  # type: ignore[attr-defined]  # what reportlab itself takes for "no pictures"
        sys.modules["PIL"] = stand_in

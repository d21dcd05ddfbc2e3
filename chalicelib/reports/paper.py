"""Statements on paper: an affiliate's or an advertiser's month as a PDF. The same statement gives the same bytes.

Letters that its font lacks (see letters) are replaced, and the statement says so; the CSV beside it has every letter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from chalicelib.model.money import decimal
from chalicelib.model.party import Party
from chalicelib.reports.letters import BOLD, PLAIN, vera

Kind = Literal["affiliate", "advertiser"]

_WIDTH, _HEIGHT = 595, 842
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 545, 790, 70
_LONGEST = 200
_ROW, _SIZE, _AMOUNT, _QUANTITY = 14, 8, 75, 45


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One row: what it is about (a campaign, '' for none), the kind of movement, how many, and an amount a column."""

    group: str
    kind: str
    quantity: int
    amounts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of `period` ('yyyy-mm'), issued by the network (`issuer`) on the day `issued`.

    `number` is gapless. `columns` name the amounts of each line, such as pending, held and payable; amounts are minor
    units of `currency`. Opening and lines add up to `closing`. `to_pay` is what is paid of it, or owed.
    """

    kind: Kind
    number: str
    period: str
    issued: str
    currency: str
    issuer: Party
    partner_id: str
    partner: Party
    columns: tuple[str, ...]
    opening: tuple[int, ...]
    lines: tuple[StatementLine, ...]
    closing: tuple[int, ...]
    to_pay: int
    remarks: tuple[str, ...] = ()

    @property
    def moved(self) -> tuple[int, ...]:
        """The sum of the lines, by column."""
        return tuple(sum(line.amounts[place] for line in self.lines) for place in range(len(self.columns)))


def pdf(statement: Statement) -> bytes:
    """The statement as a PDF; ValueError if opening and movements are not the closing balance."""
    sums = tuple(map(sum, zip(statement.opening, statement.moved, strict=True)))
    if sums != statement.closing:
        raise ValueError(f"statement {statement.number} closes with {statement.closing}, but adds up to {sums}")
    return _Sheet(statement).pdf()


def title(statement: Statement) -> str:
    """What the paper is called; one that the network writes in the affiliate's place must say so."""
    if statement.kind == "affiliate" and statement.partner.self_billing:
        return "Self-billing invoice"
    return "Statement of commissions" if statement.kind == "affiliate" else "Statement of account"


def wording(statement: Statement) -> Iterator[str]:
    """The sentences that the law or the reader wants at the end."""
    issuer, partner = statement.issuer, statement.partner
    if statement.kind == "affiliate" and partner.self_billing:
        yield f"Self-billing: issued by {issuer.legal_name} in the name and on behalf of {partner.legal_name}."
    if partner.vat_mode == "reverse_charge":
        owes = issuer if statement.kind == "affiliate" else partner
        yield f"Reverse charge: VAT is to be accounted for by the recipient of the service, {_named(owes)}."
    elif partner.vat_mode == "standard" and statement.kind == "affiliate":
        yield f"VAT at {partner.vat_percent} % is added to what became payable."
    if statement.kind == "affiliate" and partner.withholding_percent.strip("0."):
        yield f"Tax at {partner.withholding_percent} % is withheld from what became payable."
    yield from statement.remarks


def _named(party: Party) -> str:
    return f"{party.legal_name} ({party.tax_id})" if party.tax_id else party.legal_name


class _Sheet:
    """A statement while it is drawn, from the top of each page to its bottom."""

    def __init__(self, statement: Statement) -> None:
        self._of, self._font = statement, vera()
        self._buffer, self._is_replaced = BytesIO(), False
        self._canvas = _canvas(self._buffer)
        self._y, self._page, self._pages = _TOP, 1, 0

    def pdf(self) -> bytes:
        """Draw it once to count the pages, and once to say so on each."""
        if not self._pages:
            counted = _Sheet(self._of)
            counted._draw()
            self._pages = counted._page
        self._draw()
        self._canvas.save()
        return self._buffer.getvalue()

    def _draw(self) -> None:
        self._head()
        self._table()
        self._end()
        self._foot()

    def _head(self) -> None:
        of = self._of
        self._canvas.setTitle(f"{title(of)} {of.number}")
        self._canvas.setAuthor(self._drawable(of.issuer.legal_name))
        self._text(_LEFT, title(of), size=16, bold=True)
        self._right(_RIGHT, of.number, size=11, bold=True)
        self._down(26)
        self._text(_LEFT, f"Period {of.period}, in {of.currency}. Issued {of.issued}.", size=9)
        self._down(28)
        top = self._y
        self._party(_LEFT, "From", of.issuer, "")
        lowest, self._y = self._y, top
        self._party(_LEFT + 260, "To", of.partner, of.partner_id)
        self._y = min(lowest, self._y)
        self._down(16)

    def _party(self, x: int, word: str, party: Party, id: str) -> None:
        self._text(x, word, size=7, grey=True)
        self._down(12)
        lines = [party.legal_name or id, *party.address, party.country]
        lines += [f"Tax id {party.tax_id}" if party.tax_id else "", f"Affiliate {id}" if self._is_payee(id) else ""]
        for number, text in enumerate(filter(None, lines)):
            self._text(x, text, size=9, bold=not number, width=235)
            self._down(12)

    def _is_payee(self, id: str) -> bool:
        return bool(id) and self._of.kind == "affiliate"

    def _table(self) -> None:
        self._columns()
        self._row("Opening balance", "", "", self._of.opening, bold=True)
        for line in self._of.lines:
            self._row(line.group, line.kind.replace("_", " "), str(line.quantity), line.amounts)
        self._rule()
        self._row("Movements", "", "", self._of.moved, bold=True)
        self._row("Closing balance", "", "", self._of.closing, bold=True)
        self._rule()
        word = "To be paid" if self._of.kind == "affiliate" else "Owed"
        self._room(2 * _ROW)
        self._down(6)
        self._text(_LEFT, word, size=11, bold=True)
        self._right(_RIGHT, f"{decimal(self._of.to_pay, self._of.currency)} {self._of.currency}", size=11, bold=True)
        self._down(24)

    def _columns(self) -> None:
        self._text(_LEFT, "Campaign", size=7, grey=True)
        self._text(_LEFT + 140, "Kind", size=7, grey=True)
        self._right(self._edge(0) - _AMOUNT, "Number", size=7, grey=True)
        for place, name in enumerate(self._of.columns):
            self._right(self._edge(place), name.capitalize(), size=7, grey=True)
        self._down(5)
        self._rule()

    def _row(self, group: str, kind: str, quantity: str, amounts: tuple[int, ...], bold: bool = False) -> None:
        if self._room(_ROW):
            self._columns()
        number = self._edge(0) - _AMOUNT
        self._text(_LEFT, group, bold=bold, width=135)
        self._text(_LEFT + 140, kind, bold=bold, width=number - _QUANTITY - _LEFT - 140)
        self._right(number, quantity, bold=bold)
        for place, minor in enumerate(amounts):
            self._right(self._edge(place), decimal(minor, self._of.currency), bold=bold)
        self._down(_ROW)

    def _edge(self, place: int) -> int:
        """Where the column of an amount ends."""
        return _RIGHT - _AMOUNT * (len(self._of.columns) - 1 - place)

    def _end(self) -> None:
        for sentence in wording(self._of):
            self._paragraph(sentence)
        if self._is_replaced:
            self._paragraph("Letters that this paper lacks are written without their marks or as '?'.")

    def _paragraph(self, sentence: str) -> None:
        line = ""
        for word in [*self._drawable(sentence).split(), ""]:
            longer = f"{line} {word}".strip()
            if word and self._measure(longer, _SIZE, PLAIN) <= _RIGHT - _LEFT:
                line = longer
                continue
            self._room(12)
            self._text(_LEFT, line)
            self._down(12)
            line = word
        self._down(4)

    def _foot(self) -> None:
        self._y = _BOTTOM - 30
        self._text(_LEFT, f"{self._of.issuer.legal_name}  {self._of.number}", size=7, grey=True, width=400)
        self._right(_RIGHT, f"{self._page} of {self._pages}", size=7, grey=True)
        self._canvas.showPage()

    def _room(self, height: int) -> bool:
        """Begin a new page if this one has no room; whether one was begun."""
        if self._y - height >= _BOTTOM:
            return False
        self._foot()
        self._y, self._page = _TOP, self._page + 1
        return True

    def _rule(self) -> None:
        self._canvas.setLineWidth(0.5)
        self._canvas.line(_LEFT, self._y + 2, _RIGHT, self._y + 2)
        self._down(11)

    def _down(self, height: int) -> None:
        self._y -= height

    def _text(
        self, x: int, text: str, size: int = _SIZE, bold: bool = False, grey: bool = False, width: int = 0
    ) -> None:
        font, shown = self._set(size, bold, grey), self._drawable(text[:_LONGEST])
        if width and self._measure(shown, size, font) > width:
            while shown and self._measure(f"{shown}…", size, font) > width:
                shown = shown[:-1]
            shown += "…"
        self._canvas.drawString(x, self._y, shown)

    def _right(self, x: int, text: str, size: int = _SIZE, bold: bool = False, grey: bool = False) -> None:
        self._set(size, bold, grey)
        self._canvas.drawRightString(x, self._y, self._drawable(text))

    def _set(self, size: int, bold: bool, grey: bool) -> str:
        font = BOLD if bold else PLAIN
        self._canvas.setFont(font, size)
        self._canvas.setFillGray(0.45 if grey else 0)
        return font

    def _measure(self, text: str, size: int, font: str) -> float:
        return self._font.width(text, font, size)

    def _drawable(self, text: str) -> str:
        shown = self._font.drawable(text)
        self._is_replaced |= shown != text
        return shown


def _canvas(buffer: BytesIO) -> Any:  # noqa: ANN401 - reportlab has no types
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # 70 ms that only a close needs

    # With `invariant` a file has no time and no random id in it.
    return Canvas(buffer, pagesize=(_WIDTH, _HEIGHT), invariant=1, pageCompression=1)

"""The payout files of a batch: a SEPA credit transfer (pain.001.001.09) for the bank, and a plain CSV of every line.

sepaxml writes the transfer. It makes up its own ids and times, so they are replaced by ours afterwards: the same batch
gives the same bytes. What comes out is checked against the schema that the library carries.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

from chalicelib.model.money import decimal
from chalicelib.model.payment import Batch, Payment
from chalicelib.reports.cells import cell, encoded, line

SCHEMA: Final = "pain.001.001.09"
COLUMNS: Final = (
    "line",
    "affiliate",
    "legal_name",
    "country",
    "tax_id",
    "currency",
    "amount",
    "iban",
    "bic",
    "holder",
    "end_to_end_id",
    "text",
    "by",
)
_NAMESPACE: Final = f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"
_STRANGE: Final = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")
_NAME, _TEXT = 70, 140


def transfer(batch: Batch) -> bytes:
    """The SEPA file of those payments that SEPA can make; b'' if there are none.

    Its message has the batch's name. ValueError if the payer has no account of its own to pay from.
    """
    chosen = [payment for payment in batch.payments if payment.is_sepa]
    if not chosen:
        return b""
    account = batch.payer.account
    if not account.iban or not account.bic:
        raise ValueError("the network needs an IBAN and a BIC of its own to pay from")
    from sepaxml import SepaTransfer  # type: ignore[import-untyped]  # only who makes a batch needs it

    name = _plain(account.holder or batch.payer.legal_name, _NAME) or account.iban
    config = {"name": name, "IBAN": account.iban, "BIC": account.bic, "batch": True, "currency": "EUR"}
    made = SepaTransfer(config, schema=SCHEMA, clean=False)
    for payment in chosen:
        made.add_payment(_payment(payment, date.fromisoformat(batch.pay_on)))
    created = datetime.fromtimestamp(batch.created_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _settled(made.export(validate=False), batch.name, created)


def table(payments: Sequence[Payment]) -> bytes:
    """The CSV of all payments; `by` says which of them the SEPA file makes."""
    return encoded(_lines(payments))


def _lines(payments: Sequence[Payment]) -> Iterator[str]:
    yield line(COLUMNS)
    for one in payments:
        party, account = one.party, one.party.account
        said = (one.line, one.affiliate, party.legal_name, party.country, party.tax_id, one.currency)
        paid = (account.iban, account.bic, account.holder or party.legal_name, one.end_to_end_id, one.text)
        by = "sepa" if one.is_sepa else "hand"
        yield line((*map(cell, said), decimal(one.amount, one.currency), *map(cell, paid), by))


def _payment(payment: Payment, pay_on: date) -> dict[str, object]:
    account = payment.party.account
    said: dict[str, object] = {
        "name": _plain(account.holder or payment.party.legal_name, _NAME) or payment.affiliate,
        "IBAN": account.iban,
        "amount": payment.amount,
        "execution_date": pay_on,
        "description": _plain(payment.text, _TEXT) or payment.end_to_end_id,
        "endtoend_id": payment.end_to_end_id,
    }
    return said | ({"BIC": account.bic} if account.bic else {})


def _plain(text: str, most: int) -> str:
    """Text in the letters that every bank of the area takes; others are written as they sound, or left out."""
    from text_unidecode import unidecode  # type: ignore[import-untyped]  # comes with sepaxml

    return " ".join(_STRANGE.sub(" ", unidecode(text)).split())[:most].strip()


def _settled(content: bytes, name: str, created: str) -> bytes:
    """The file with our ids and time, valid by its schema."""
    from xml.etree import ElementTree

    from sepaxml.validation import try_valid_xml  # type: ignore[import-untyped]

    ElementTree.register_namespace("", _NAMESPACE)
    root = ElementTree.fromstring(content)  # noqa: S314 - sepaxml has just written it
    for tag, text in (("MsgId", name), ("CreDtTm", created), ("PmtInfId", name)):
        for found in root.iter(f"{{{_NAMESPACE}}}{tag}"):
            found.text = text
    body: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=False)
    settled = b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"
    try_valid_xml(settled, SCHEMA)
    return settled

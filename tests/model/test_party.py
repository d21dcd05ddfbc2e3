"""A party is named as the law wants it, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import party
from chalicelib.model.bank import Account
from chalicelib.model.party import Party

WHOLE = {
    "legal_name": "Anna Ltd",
    "address": "High Street 1\nLondon",
    "country": "GB",
    "tax_id": "GB123456789",
    "vat_mode": "standard",
    "vat_percent": "20",
    "withholding_percent": "2.5",
    "self_billing": "yes",
    "minimum_payout": "EUR=50.00 JPY=5000",
    "iban": "GB82WEST12345698765432",
    "bic": "WESTGB22",
    "holder": "Anna",
}


def test_a_party_is_read_from_its_profile() -> None:
    account = Account("GB82WEST12345698765432", "WESTGB22", "Anna")
    minimum = {"EUR": 5000, "JPY": 5000}
    address = ("High Street 1", "London")
    whole = Party("Anna Ltd", address, "GB", "GB123456789", "standard", "20", "2.5", True, minimum, account)
    assert party.read(WHOLE) == whole


def test_a_profile_comes_back_as_it_was_read() -> None:
    assert party.profile(party.read(WHOLE)) == WHOLE


@given(st.sets(st.sampled_from(sorted(WHOLE.keys() - {"iban", "vat_mode", "vat_percent"}))))
def test_what_was_not_said_is_not_kept(said: set[str]) -> None:
    wanted = {name: WHOLE[name] for name in said - {"bic", "holder"}}
    assert party.profile(party.read(wanted)) == wanted


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"country": "UK"}, "ISO 3166"),
        ({"country": "Germany"}, "ISO 3166"),
        ({"tax_id": "GB;1"}, "tax_id"),
        ({"vat_mode": "some"}, "vat_mode is one of"),
        ({"vat_percent": "0"}, "above 0 with vat_mode standard"),
        ({"vat_mode": "none"}, "0 without it"),
        ({"vat_percent": "101"}, "vat_percent"),
        ({"vat_percent": "-1"}, "vat_percent"),
        ({"withholding_percent": "5%"}, "withholding_percent"),
        ({"self_billing": "maybe"}, "self_billing"),
        ({"minimum_payout": "EUR 50"}, "not a currency and an amount"),
        ({"minimum_payout": "EUR=1.234,5"}, "not a currency and an amount"),
        ({"vat_mode": "reverse_charge", "vat_percent": "0", "tax_id": ""}, "needs a tax_id"),
        ({"address": "\n".join("abcdefg")}, "at most 6 lines"),
        ({"address": "a\tb"}, "printable"),
        ({"legal_name": "x" * 141}, "at most 140"),
        ({"iban": "GB82WEST12345698765433"}, "check digits"),
        ({"fax": "1"}, "has no fax"),
    ],
)
def test_what_a_statement_could_not_bear_is_refused(change: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        party.read(WHOLE | change)


@pytest.mark.parametrize("field", [name for name in WHOLE if name not in ("vat_mode", "vat_percent")])
def test_the_fingerprint_changes_with_anything_that_is_said(field: str) -> None:
    dropped = {name: value for name, value in WHOLE.items() if name != field}
    assert party.read(dropped).fingerprint != party.read(WHOLE).fingerprint

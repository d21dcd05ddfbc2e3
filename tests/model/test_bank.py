"""Money goes to an account that two people have looked at and that has waited a week, and to no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import bank
from chalicelib.model.bank import NO_ACCOUNT, WAIT_MS, Account, BankFact
from chalicelib.model.sale import Refusal

OLD, NEW = Account("DE89370400440532013000"), Account("GB82WEST12345698765432")
START = 1_790_000_000_000


@pytest.mark.parametrize(
    "text",
    [
        "DE89 3704 0044 0532 0130 00",
        "gb82west12345698765432",
        "FR14 2004 1010 0505 0001 3M02 606",
        "NO93 8601 1117 947",
    ],
)
def test_a_true_iban_is_taken_in_any_spelling(text: str) -> None:
    assert bank.account(text).iban == text.replace(" ", "").upper()


@pytest.mark.parametrize(
    "text", ["", "DE", "DE88370400440532013000", "DE8937040044053201300", "89370400440532013000DE", "DE89;37040044"]
)
def test_any_other_iban_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="IBAN"):
        bank.account(text)


@given(st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_an_iban_is_found(place: int, digit: str) -> None:
    wrong = OLD.iban[: 4 + place] + digit + OLD.iban[5 + place :]
    if wrong != OLD.iban:
        with pytest.raises(ValueError, match="check digits"):
            bank.account(wrong)


@pytest.mark.parametrize("bic", ["DEUTDEFF", "DEUTDEFF500", "deutdeff"])
def test_a_bic_has_eight_or_eleven_signs(bic: str) -> None:
    assert bank.account(OLD.iban, bic).bic == bic.upper()


@pytest.mark.parametrize("bic", ["DEUT", "DEUTDEFF5", "DEUTD3FF", "DEUT-DEFF"])
def test_any_other_bic_is_refused(bic: str) -> None:
    with pytest.raises(ValueError, match="BIC"):
        bank.account(OLD.iban, bic)


def changed(second: str = "ben") -> list[BankFact]:
    """An account in force, and a new one that a second person has confirmed at once."""
    said: list[BankFact] = []
    for at_ms, account in ((START - 2 * WAIT_MS, OLD), (START, NEW)):
        proposed = bank.propose(said, "carl", account, "anna", at_ms)
        assert isinstance(proposed, BankFact)
        said.append(proposed)
        confirmed = bank.confirm(said, account.iban, second, at_ms + 1)
        assert isinstance(confirmed, BankFact)
        said.append(confirmed)
    return said


def test_a_changed_account_is_used_after_seven_days_and_not_a_moment_sooner() -> None:
    assert bank.in_force(changed(), START + WAIT_MS - 1) == OLD
    assert bank.in_force(changed(), START + WAIT_MS) == NEW


def test_an_account_that_nobody_confirmed_is_never_used() -> None:
    assert bank.in_force(changed()[:-1], START + 100 * WAIT_MS) == OLD


def test_there_is_no_account_before_the_first_is_in_force() -> None:
    assert bank.in_force([], START) == NO_ACCOUNT
    assert bank.in_force(changed()[:2], START - WAIT_MS - 1) == NO_ACCOUNT


@pytest.mark.parametrize("name", ["anna", "Anna", " ANNA ", "an-na", "a.n.n.a", "änna", "ａｎｎａ"])
def test_a_second_look_by_the_same_person_is_none_however_it_is_spelt(name: str) -> None:
    assert bank.confirm(changed()[:3], NEW.iban, name, START) == Refusal("rejected", "same_person")


def test_an_account_that_was_withdrawn_cannot_be_confirmed() -> None:
    said = changed()[:3]
    withdrawn = bank.withdraw(said, "anna", START + 1)
    assert isinstance(withdrawn, BankFact)
    assert bank.confirm([*said, withdrawn], NEW.iban, "ben", START + 2) == Refusal("rejected", "nothing_proposed")
    assert bank.in_force([*said, withdrawn], START + 2 * WAIT_MS) == OLD


def test_a_newer_proposal_takes_the_place_of_one_that_waits() -> None:
    said = changed()[:3]
    other = bank.propose(said, "carl", Account("FR1420041010050500013M02606"), "anna", START + 5)
    assert isinstance(other, BankFact)
    confirmed = bank.confirm([*said, other], other.account.iban, "ben", START + 6)
    assert isinstance(confirmed, BankFact)
    assert confirmed.account == other.account


def test_the_same_account_is_not_proposed_twice() -> None:
    assert bank.propose(changed(), "carl", NEW, "anna", START) == Refusal("conflict", "already_so")


def test_a_second_person_confirms_the_account_that_was_seen_and_no_other() -> None:
    said = changed()[:3]
    between = bank.propose(said, "carl", Account("FR1420041010050500013M02606"), "anna", START + 5)
    assert isinstance(between, BankFact)
    assert bank.confirm([*said, between], NEW.iban, "ben", START + 6) == Refusal("conflict", "other_account")


def test_a_confirmed_account_can_be_stopped_until_its_week_is_over_and_no_later() -> None:
    said = changed()
    stopped = bank.withdraw(said, "ben", START + WAIT_MS - 1)
    assert isinstance(stopped, BankFact)
    assert [bank.in_force([*said, stopped], START + ms) for ms in (WAIT_MS - 1, WAIT_MS)] == [OLD, OLD]
    assert bank.withdraw(said, "ben", START + WAIT_MS) == Refusal("rejected", "nothing_proposed")
    assert bank.withdraw([*said, stopped], "ben", START + 9) == Refusal("rejected", "nothing_proposed")

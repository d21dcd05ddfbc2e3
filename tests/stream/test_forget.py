"""Once a day the salts of days that have passed are deleted, and with them the way from a key to a visitor."""

from chalicelib.model.click import visitor_key
from chalicelib.store.salts import DAY_MS, Salts
from chalicelib.stream.forget import Forgetter
from tests.web.shopfront import Front


def test_after_two_days_nobody_can_make_a_visitors_key_again(front: Front) -> None:
    salts = Salts(front.table, "visits")
    day = front.now + 4_000 * DAY_MS  # no other test's
    salt = salts.on(day)
    forgetter = Forgetter(salts)
    assert forgetter.run(day + DAY_MS)["salts"] > 0
    assert Salts(front.table, "visits").on(day) == salt
    forgetter.run(day + 2 * DAY_MS)
    other = Salts(front.table, "visits").on(day)
    assert visitor_key(other, "192.0.2.7", "Test/1") != visitor_key(salt, "192.0.2.7", "Test/1")


def test_a_run_twice_deletes_nothing_that_is_needed(front: Front) -> None:
    day = front.now + 5_000 * DAY_MS
    salt = Salts(front.table, "visits").on(day)
    forgetter = Forgetter(Salts(front.table, "visits"))
    for _ in range(2):
        forgetter.run(day)
    assert Salts(front.table, "visits").on(day) == salt

"""Order, and what is listed or not, without holding everything."""

import io

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.day import back
from chalicelib.reports.cells import encoded, line
from chalicelib.reports.lines import COMMISSIONS, of_entry
from chalicelib.reports.merge import listed, listed_only, merged, unlisted
from chalicelib.reports.rows import row
from chalicelib.reports.tally import Tally
from chalicelib.store.days import Days
from tests.reports.world import DAY, NOON, Table, entry, fact, stories

ENTRY = entry(fact())
KEYS = st.sets(st.text("ab#-0", max_size=4)).map(sorted)


def days(table: Table) -> Days:
    return Days(table, "ledger")


def every(day: str) -> list[tuple[str, str]]:
    return [(day, shard) for shard in Days.shards]


def test_facts_come_by_affiliate_time_conversion_and_number() -> None:
    table = Table()
    table.show(stories(40))
    rows = list(merged(days(table), every(DAY), DAY))
    facts = sorted(stories(40), key=lambda one: (one.affiliate, one.at_ms, one.conversion, one.n))
    assert [one.commission for one in rows] == [of_entry(entry(fact), DAY)[0] for fact in facts]
    assert [one.key for one in rows] == sorted(one.key for one in rows)


def test_the_order_goes_on_from_a_key() -> None:
    table = Table()
    table.show(stories(40))
    rows = list(merged(days(table), every(DAY), DAY))
    assert list(merged(days(table), every(DAY), DAY, rows[17].key)) == rows[18:]


@given(KEYS, KEYS)
def test_rows_are_told_apart_by_whether_they_are_listed(shown: list[str], known: list[str]) -> None:
    rows = [row(DAY, (DAY, "0"), key, ENTRY) for key in shown]
    assert [one.key for one in unlisted(rows, iter(known))] == sorted(set(shown) - set(known))
    assert [one.key for one in listed_only(rows, iter(known))] == sorted(set(shown) & set(known))


def test_a_report_lists_the_keys_of_its_facts() -> None:
    table, earlier = Table(), back(DAY, 1)
    facts = [*stories(9), fact("evil", affiliate="=anna"), fact("odd", NOON - 86_400_000)]
    table.show(facts)
    places = [*every(earlier), *every(DAY)]
    rows = list(merged(days(table), places, DAY))
    file = encoded([line(COMMISSIONS), *(one.commission for one in rows)])
    assert list(listed(days(table), [io.BytesIO(file)], places)) == [one.key for one in rows]
    own = [one.key for one in rows if one.place in every(DAY)[:8]]
    assert list(listed(days(table), [io.BytesIO(file)], every(DAY)[:8])) == own


@given(st.lists(st.text(max_size=5), unique=True), st.randoms())
def test_a_tally_knows_no_order_and_adds_up(keys: list[str], random: object) -> None:
    mixed = list(keys)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    half = len(keys) // 2
    assert Tally.of(mixed) == Tally.of(keys) == Tally.of(keys[:half]).plus(Tally.of(keys[half:]))
    assert Tally.read(Tally.of(keys).plain()) == Tally.of(keys)


def test_other_facts_have_another_tally() -> None:
    assert len({Tally.of(keys).sum for keys in (["a"], ["b"], ["a", "b"], ["a", "a"], [])}) == 5

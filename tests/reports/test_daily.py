"""A day's report: what is in it, that its sums tie, and when it is published."""

import json
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import pytest

from chalicelib.model.day import back, end
from chalicelib.model.fact import KINDS
from chalicelib.reports.daily import FIRST_LOOK
from chalicelib.reports.manifest import Broken
from chalicelib.store.days import Days
from tests.reports.world import DAY, HOUR, MORNING_AFTER, NOON, ZONE, Desk, fact, later, stories

MOVED = ("pending_commission", "approved_commission", "pending_revenue", "approved_revenue")
DUE = (*MOVED, "pending_due", "approved_due")
YESTERDAY, TOMORROW = back(DAY, 1), back(DAY, -1)
AFTER_TOMORROW = end(TOMORROW, ZONE) + HOUR


def sums(
    lines: list[dict[str, str]], *by: str, columns: tuple[str, ...] = MOVED
) -> dict[tuple[str, ...], list[Decimal]]:
    """The sums of the columns, by other columns, without a float in sight."""
    found: dict[tuple[str, ...], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(columns))
    for line in lines:
        key = tuple(line[name] for name in by)
        found[key] = [sum_ + Decimal(line[name]) for sum_, name in zip(found[key], columns, strict=True)]
    return dict(found)


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A desk with a published day of 60 conversions."""
    desk.table.show(stories(60))
    assert desk.run() == (DAY,)
    return desk


def test_a_day_has_a_line_for_each_fact_in_order(full: Desk) -> None:
    expected = sorted(stories(60), key=lambda one: (one.affiliate, one.at_ms, one.conversion, one.n))
    assert [(line["conversion"], int(line["fact"])) for line in full.lines()] == [
        (one.conversion, one.n) for one in expected
    ]


def test_a_day_has_its_parts(full: Desk) -> None:
    assert sorted(full.parts()) == [
        "clicks.csv",
        "commissions.csv",
        "statements/advertiser-mall.csv",
        "statements/advertiser-shop.csv",
        "statements/affiliate-anna-b.csv",
        "statements/affiliate-anna.csv",
        "statements/affiliate-ben.csv",
        "summary.csv",
    ]


def test_parts_are_named_by_their_content(full: Desk) -> None:
    for part in full.manifest()["parts"]:
        content = full.bucket.content[part["key"]]
        assert part["sha256"] == sha256(content).hexdigest()
        assert part["key"] == f"reports/{DAY}/{part['sha256']}-{part['name'].rpartition('/')[2]}"
        assert (part["bytes"], part["rows"]) == (len(content), len(full.lines(part["name"])))


def test_the_sums_of_the_manifest_are_those_of_its_lines(full: Desk) -> None:
    manifest, lines = full.manifest(), full.lines()
    assert manifest["facts"] == len(lines)
    assert manifest["kinds"] == {kind: sum(line["kind"] == kind for line in lines) for kind in KINDS}
    for (currency,), (pending, approved, pending_owed, approved_owed) in sums(lines, "currency").items():
        told = manifest["sums"][currency]
        assert [Decimal(told[state]["commission"]) for state in ("pending", "approved", "both")] == [
            pending,
            approved,
            pending + approved,
        ]
        assert [Decimal(told[state]["revenue"]) for state in ("pending", "approved", "both")] == [
            pending_owed,
            approved_owed,
            pending_owed + approved_owed,
        ]
        assert Decimal(told["both"]["margin"]) == pending_owed + approved_owed - pending - approved
    assert set(manifest["sums"]) == {"EUR", "JPY"}


def test_the_manifest_says_what_is_due_in_the_affiliates_currencies(full: Desk) -> None:
    dues = full.manifest()["dues"]
    assert set(dues) == {"EUR", "JPY", "USD"}
    for currency, told in dues.items():
        mine = [line for line in full.lines() if line["due_currency"] == currency]
        pending, approved = (sum(Decimal(line[f"{state}_due"]) for line in mine) for state in ("pending", "approved"))
        assert [Decimal(told[state]) for state in ("pending", "approved", "both")] == [
            pending,
            approved,
            pending + approved,
        ]
        summary = [line for line in full.lines("summary.csv") if line["due_currency"] == currency]
        assert sum(Decimal(line["due"]) for line in summary) == pending + approved


def test_the_summary_ties_to_the_lines(full: Desk) -> None:
    by = ("affiliate", "advertiser", "campaign", "goal", "currency", "due_currency")
    summary = full.lines("summary.csv")
    assert sums(summary, *by, columns=DUE) == sums(full.lines(), *by, columns=DUE)
    assert len(summary) == len(sums(summary, *by))
    assert sum(int(line["facts"]) for line in summary) == len(full.lines())
    assert sum(int(line["conversions"]) for line in summary) == 60
    for line in summary:
        assert Decimal(line["revenue"]) == Decimal(line["pending_revenue"]) + Decimal(line["approved_revenue"])
        assert Decimal(line["margin"]) == Decimal(line["revenue"]) - Decimal(line["commission"])


@pytest.mark.parametrize(("kind", "columns"), [("affiliate", MOVED[:2]), ("advertiser", MOVED[2:])])
def test_the_statements_tie_to_the_lines(full: Desk, kind: str, columns: tuple[str, ...]) -> None:
    names = [name for name in full.parts() if name.startswith(f"statements/{kind}-")]
    statements = {name: [line for line in full.lines(name) if line["kind"] != "root"] for name in names}
    assert sum(map(len, statements.values())) == len(full.lines())
    for id in {line[kind] for line in full.lines()}:
        own = [line for line in full.lines() if line[kind] == id]
        told = statements[f"statements/{kind}-{id}.csv"]
        assert sums(told, "currency", columns=columns) == sums(own, "currency", columns=columns)
        assert [(line["conversion"], line["fact"]) for line in told] == [
            (line["conversion"], line["fact"]) for line in own
        ]


def test_a_negative_amount_is_a_plain_number(full: Desk) -> None:
    taken = [line["approved_commission"] for line in full.lines() if line["kind"] == "refunded"]
    assert taken
    assert all(Decimal(amount) < 0 for amount in taken)


def test_a_csv_is_utf_8_with_crlf_after_every_line(desk: Desk) -> None:
    desk.table.show([fact(order_id="Ä\n1")])
    desk.run()
    lines = desk.parts()["commissions.csv"].split(b"\r\n")
    assert len(lines) == 3
    assert '"Ä\n1"'.encode() in lines[1]
    assert lines[2] == b""


def test_an_empty_day_has_a_manifest(desk: Desk) -> None:
    assert desk.run() == (DAY,)
    assert (desk.manifest()["facts"], desk.manifest()["sums"]) == (0, {})
    assert sorted(desk.parts()) == ["clicks.csv", "commissions.csv", "summary.csv"]
    assert desk.lines() == []


def test_a_manifest_has_one_way_to_be_written(full: Desk) -> None:
    content = full.bucket.content[f"reports/{DAY}/manifest.json"]
    assert content == json.dumps(json.loads(content), sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert full.manifest()["format"] == 1
    assert full.manifest()["time_zone"] == ZONE


def test_each_manifest_names_the_hash_of_the_one_before_and_the_table_keeps_it(desk: Desk) -> None:
    desk.run(AFTER_TOMORROW)
    first = sha256(desk.bucket.content[f"reports/{DAY}/manifest.json"]).hexdigest()
    assert desk.manifest(DAY)["previous"] is None
    assert desk.manifest(TOMORROW)["previous"] == {"day": DAY, "sha256": first}
    assert Days(desk.table, "ledger").manifest(DAY) == first


@pytest.mark.parametrize(("since_ms", "days"), [(899_999, ()), (900_000, (DAY,))])
def test_a_day_is_published_a_quarter_of_an_hour_after_its_end(
    desk: Desk, since_ms: int, days: tuple[str, ...]
) -> None:
    assert desk.run(end(DAY, ZONE) + since_ms) == days


def test_a_published_day_is_never_written_again(full: Desk) -> None:
    before = dict(full.bucket.content)
    full.table.show([fact("A-late")])
    assert full.run() == ()
    assert full.bucket.content == before


def test_missed_days_are_made_up_for_in_order(full: Desk) -> None:
    assert full.run(MORNING_AFTER + 5 * 24 * HOUR) == tuple(back(DAY, -days) for days in range(1, 6))
    for days in range(1, 6):
        assert full.manifest(back(DAY, -days))["previous"]["day"] == back(DAY, 1 - days)


def test_the_first_report_begins_with_the_first_fact(desk: Desk) -> None:
    desk.start = ""
    desk.table.show([fact("early", NOON - 9 * 24 * HOUR)])
    assert desk.run() == tuple(back(DAY, days) for days in range(9, -1, -1))
    assert len(desk.lines(day=back(DAY, 9))) == 1


@pytest.mark.parametrize("days", [None, FIRST_LOOK + 1])
def test_without_facts_in_reach_the_first_report_is_yesterdays(desk: Desk, days: int | None) -> None:
    desk.start = ""
    if days:
        desk.table.show([fact("ancient", NOON - days * 24 * HOUR)])
    assert desk.run() == (DAY,)


def test_a_day_with_a_changed_clock_ends_when_its_zone_says(desk: Desk) -> None:
    desk.start = day = "2026-10-25"
    last = end(day, ZONE) - 1
    desk.table.show([fact("first", last - 25 * HOUR + 1), fact("last", last)])
    assert desk.run(last + HOUR) == (day,)
    assert len(desk.lines(day=day)) == 2


def test_a_late_fact_is_listed_by_the_next_report_and_says_its_day(full: Desk) -> None:
    full.table.show([fact("A-late", affiliate="anna")])
    full.run(AFTER_TOMORROW)
    [line] = full.lines(day=TOMORROW)
    assert (line["order_id"], line["late"], line["stamped_day"]) == ("A-late", "1", DAY)
    assert (full.manifest(TOMORROW)["late"], full.manifest(TOMORROW)["facts"]) == (1, 1)
    assert line["provisional_period"] == "2026-11"


@pytest.mark.parametrize(("days", "listed"), [(3, 1), (4, 0)])
def test_a_fact_is_waited_for_three_days(full: Desk, days: int, listed: int) -> None:
    full.run(MORNING_AFTER + (days - 1) * 24 * HOUR)
    full.table.show([fact("A-late")])
    full.run(MORNING_AFTER + days * 24 * HOUR)
    assert len(full.lines(day=back(DAY, -days))) == listed


def test_a_complete_day_is_not_read_a_second_time(full: Desk) -> None:
    reads: list[str] = []
    full.table.show([fact("A-late")])
    call = full.table.call

    class Watched:
        def call(self, operation: str, body: dict[str, object], deadline: float | None = None) -> dict[str, object]:
            if operation == "Query" and "ProjectionExpression" not in body:
                reads.append(body["ExpressionAttributeValues"][":day"]["S"])  # type: ignore[index]
            return call(operation, body, deadline)

    watched = replace(full, table=Watched())  # type: ignore[arg-type]
    watched.run(AFTER_TOMORROW)
    assert {place for place in reads if f"#{DAY}#" in place} == {f"D#{DAY}#{fact('A-late').conversion[0]}"}


def test_an_affiliate_that_is_part_of_anothers_name_has_its_own_statement(desk: Desk) -> None:
    desk.table.show([fact(f"{id}-{number}", affiliate=id) for id in ("ab", "ab-c", "abc", "a") for number in range(3)])
    desk.run()
    for id in ("ab", "ab-c", "abc", "a"):
        assert [line["kind"] for line in desk.lines(f"statements/affiliate-{id}.csv")] == ["booked"] * 3 + ["root"]


def test_a_strange_id_cannot_name_a_file(desk: Desk) -> None:
    desk.table.show([fact(affiliate="../../etc/x", advertiser="=A")])
    desk.run()
    statements = [name for name in desk.parts() if name.startswith("statements/")]
    assert len(statements) == 2
    assert all("~" in name and ".." not in name and "=" not in name for name in statements)
    assert desk.lines()[0]["affiliate"] == "../../etc/x"


def test_more_than_a_flush_of_facts_in_one_day(desk: Desk) -> None:
    desk.table.page = 1000
    desk.table.show(fact(f"A-{number}", NOON + number) for number in range(9000))
    desk.run()
    assert len({line["order_id"] for line in desk.lines()}) == 9000


def test_a_conversion_that_changes_hands_is_on_both_statements(desk: Desk) -> None:
    claim = fact(after=replace(fact().after, state="pending", confirmed=False))
    gone = later(
        claim, "rejected", replace(claim.after, state="rejected", reason="reattributed", commission=0, revenue=0)
    )
    heard = replace(later(gone, "confirmed", fact().after), affiliate="ben")
    desk.table.show([claim, gone, heard])
    desk.run()
    anna, ben = (sums(desk.lines(f"statements/affiliate-{id}.csv"), columns=MOVED[:2]) for id in ("anna", "ben"))
    assert anna[()] == [Decimal(0), Decimal(0)]
    assert ben[()] == [Decimal(0), Decimal("4.50")]


def test_nothing_is_left_on_local_disk(full: Desk) -> None:
    assert not [path for path in full.scratch.rglob("*") if path.is_file()]


def test_what_a_killed_run_left_on_local_disk_does_no_harm(desk: Desk) -> None:
    (desk.scratch / "report").mkdir()
    (desk.scratch / "report" / "commissions.csv").write_bytes(b"half a li")
    desk.table.show([fact()])
    desk.run()
    assert len(desk.lines()) == 1


def test_a_bucket_that_lost_a_manifest_stops_the_chain(full: Desk) -> None:
    del full.bucket.content[f"reports/{DAY}/manifest.json"]
    with pytest.raises(Broken, match="gone"):
        full.run()


def test_a_changed_manifest_stops_the_chain(full: Desk) -> None:
    full.bucket.content[f"reports/{DAY}/manifest.json"] += b" "
    with pytest.raises(Broken, match="not the published one"):
        full.run(AFTER_TOMORROW)

"""A published day made again, downloaded and listed; an open day previewed."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from chalicelib.model.day import back, end
from chalicelib.reports.daily import Rebuilt
from chalicelib.reports.manifest import Broken
from tests.reports.world import DAY, HOUR, NOON, ZONE, Desk, fact, read, stories

TOMORROW = back(DAY, -1)
AFTER_TOMORROW = end(TOMORROW, ZONE) + HOUR


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A desk with two published days; the second has late facts of the first."""
    desk.table.show(stories(30))
    desk.run()
    desk.table.show([fact("late"), fact("own", NOON + 24 * HOUR, affiliate="ben")])
    desk.run(AFTER_TOMORROW)
    return desk


# Rebuilding


@pytest.mark.parametrize("day", [DAY, TOMORROW])
def test_a_day_made_again_has_the_same_bytes(full: Desk, day: str) -> None:
    assert full.report.rebuild(day) == Rebuilt(day, (), 0)


def test_facts_that_came_later_are_not_in_a_day_made_again(full: Desk) -> None:
    full.table.show([fact("later still")])
    assert full.report.rebuild(DAY) == Rebuilt(DAY, (), 0)


def test_making_a_day_again_writes_nothing(full: Desk) -> None:
    before = dict(full.bucket.content)
    full.report.rebuild(DAY)
    assert full.bucket.content == before


def test_a_fact_that_changed_in_the_table_shows_in_each_part_it_is_in(full: Desk) -> None:
    [item] = [
        item for shard in full.table.index.values() for item in shard.values() if item.get("order") == {"S": "own"}
    ]
    item["ac"] = {"N": "451"}
    assert full.report.rebuild(TOMORROW).differing == (
        "commissions.csv",
        "statements/affiliate-ben.csv",
        "summary.csv",
        "manifest.json",
    )


def test_a_fact_that_the_index_lost_is_missing(full: Desk) -> None:
    for shard in full.table.index.values():
        for key in [key for key, item in shard.items() if item.get("order") == {"S": "late"}]:
            del shard[key]
    rebuilt = full.report.rebuild(TOMORROW)
    assert rebuilt.missing == 1
    assert "statements/affiliate-anna.csv" in rebuilt.differing


def test_a_part_that_changed_in_the_bucket_does_not_pass(full: Desk) -> None:
    [part] = [part for part in full.manifest()["parts"] if part["name"] == "commissions.csv"]
    lines = full.bucket.content[part["key"]].split(b"\r\n")
    full.bucket.content[part["key"]] = b"\r\n".join([*lines[:3], *lines[4:]])
    rebuilt = full.report.rebuild(DAY)
    assert (rebuilt.missing, rebuilt.differing[0]) == (1, "commissions.csv")


def test_a_day_whose_predecessor_is_another_does_not_pass(full: Desk) -> None:
    full.bucket.content[f"reports/{DAY}/manifest.json"] += b" "
    full.table.rows.clear()
    with pytest.raises(Broken, match=f"the manifest of {DAY} is not the one that {TOMORROW} points to"):
        full.report.rebuild(TOMORROW)


@pytest.mark.parametrize("act", ["rebuild", "fetch"])
def test_an_open_day_is_not_to_be_had(full: Desk, act: str, tmp_path: Path) -> None:
    acts: dict[str, Callable[[], object]] = {
        "rebuild": lambda: full.report.rebuild("2026-11-30"),
        "fetch": lambda: full.report.fetch("2026-11-30", tmp_path),
    }
    with pytest.raises(ValueError, match="not published"):
        acts[act]()


# Fetching and listing


def test_a_day_is_downloaded_under_plain_names(full: Desk, tmp_path: Path) -> None:
    paths = full.report.fetch(DAY, tmp_path / "out")
    names = {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in paths}
    assert names == full.parts() | {"manifest.json": full.bucket.content[f"reports/{DAY}/manifest.json"]}


def test_a_harmed_part_is_found_when_it_is_downloaded(full: Desk, tmp_path: Path) -> None:
    [part] = [part for part in full.manifest()["parts"] if part["name"] == "summary.csv"]
    full.bucket.content[part["key"]] += b"x"
    with pytest.raises(Broken, match=r"summary\.csv"):
        full.report.fetch(DAY, tmp_path)


def test_a_lost_part_is_found_when_it_is_downloaded(full: Desk, tmp_path: Path) -> None:
    del full.bucket.content[full.manifest()["parts"][0]["key"]]
    with pytest.raises(Broken, match="gone"):
        full.report.fetch(DAY, tmp_path)


def test_a_manifest_cannot_make_a_download_leave_its_folder(full: Desk, tmp_path: Path) -> None:
    key = f"reports/{DAY}/manifest.json"
    full.bucket.content[key] = full.bucket.content[key].replace(b"statements/affiliate-anna.csv", b"../../evil.csv")
    full.table.rows.clear()
    with pytest.raises(Broken, match="strange parts"):
        full.report.fetch(DAY, tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"format": 2}', b"\xff"])
def test_what_is_no_manifest_is_broken(full: Desk, content: bytes, tmp_path: Path) -> None:
    full.bucket.content[f"reports/{DAY}/manifest.json"] = content
    full.table.rows.clear()
    with pytest.raises(Broken):
        full.report.fetch(DAY, tmp_path)


def test_published_days_are_listed_newest_first(full: Desk) -> None:
    found = list(full.report.listing())
    assert [one.day for one in found] == [TOMORROW, DAY]
    for one in found:
        assert one.sha256 == sha256(full.bucket.content[f"reports/{one.day}/manifest.json"]).hexdigest()
        assert {part.name for part in one.parts} == set(full.parts(one.day))
    assert found[0].previous is not None
    assert found[0].previous.sha256 == found[1].sha256


def test_a_day_that_is_being_made_is_not_listed(full: Desk) -> None:
    full.bucket.put("reports/2026-11-26/abc-commissions.csv", b"")
    assert [one.day for one in full.report.listing()] == [TOMORROW, DAY]


@pytest.mark.parametrize("day", ["", "2026-11", "../x", "2026-11-24/..", "20261124"])
def test_what_is_no_day_is_refused(desk: Desk, day: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a day"):
        desk.report.preview(day)
    with pytest.raises(ValueError, match="not a day"):
        desk.report.fetch(day, tmp_path)


# Previews


def test_a_preview_shows_an_open_day_under_plain_names(desk: Desk) -> None:
    desk.table.show(stories(12))
    keys = desk.report.preview(DAY)
    assert keys == sorted(desk.bucket.content)
    assert f"preview/{DAY}/commissions.csv" in keys
    assert f"preview/{DAY}/statements/affiliate-anna.csv" in keys
    assert not [key for key in keys if "manifest" in key]
    desk.run()
    assert {name: desk.bucket.content[f"preview/{DAY}/{name}"] for name in desk.parts()} == desk.parts()


def test_a_preview_publishes_nothing(desk: Desk) -> None:
    desk.table.show(stories(12))
    desk.report.preview(DAY)
    assert desk.table.rows == {}
    assert desk.published() == {}


def test_a_newer_preview_replaces_the_older_one_whole(desk: Desk) -> None:
    desk.bucket.put(f"preview/{DAY}/statements/affiliate-gone.csv", b"")
    desk.bucket.put(f"preview/{TOMORROW}/summary.csv", b"kept")
    keys = desk.report.preview(DAY)
    assert keys == [f"preview/{DAY}/{name}.csv" for name in ("clicks", "commissions", "summary")]
    assert sorted(desk.bucket.content) == [*keys, f"preview/{TOMORROW}/summary.csv"]


def test_a_preview_has_late_facts_of_published_days_alone(desk: Desk) -> None:
    desk.table.show([fact("A-1")])
    today = back(DAY, -2)
    desk.run()
    desk.table.show([fact("late"), fact("open", NOON + 24 * HOUR), fact("own", NOON + 48 * HOUR)])
    desk.report.preview(today)
    lines = read(desk.bucket.content[f"preview/{today}/commissions.csv"])
    assert [(line["order_id"], line["late"]) for line in lines] == [("late", "1"), ("own", "0")]


def test_a_published_day_has_no_preview(full: Desk) -> None:
    with pytest.raises(ValueError, match="is published"):
        full.report.preview(DAY)

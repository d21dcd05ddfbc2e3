"""Proofs from published reports: of every click and fact, and of nothing else."""

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from audit import inclusion
from chalicelib.model.credit import Credit
from chalicelib.model.day import back, end
from chalicelib.model.fact import NOWHERE, moves
from chalicelib.model.sharing import shares
from chalicelib.reports.daily import Rebuilt
from chalicelib.reports.manifest import Broken, read
from tests.reports.world import DAY, HOUR, MORNING_AFTER, NOON, ZONE, Desk, click, fact, stories

TOMORROW = back(DAY, -1)
AFTER_TOMORROW = end(TOMORROW, ZONE) + HOUR
FACTS = stories(24)
CLICKS = [click(n, NOON + 1000 * n, ("anna", "ben", "carl")[n % 3]) for n in range(20)]


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A published day of clicks and facts; carl has clicks alone, anna-b facts alone."""
    desk.table.show(FACTS)
    desk.clicks.come(*CLICKS)
    desk.run()
    return desk


def proof(desk: Desk, name: str) -> dict[str, Any]:
    [found] = desk.proofs(*FACTS).of(name)
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


def roots(desk: Desk, affiliate: str) -> tuple[str, str]:
    """The affiliate's root and the day's, as the manifest has them."""
    told = desk.manifest()["proofs"]
    return told["affiliates"][affiliate]["root"], told["root"]


def test_every_click_and_every_fact_can_be_proven(full: Desk) -> None:
    for one in CLICKS:
        found = proof(full, one.id)
        for root in roots(full, one.affiliate):
            assert f",{one.id}," in inclusion.check(found, root)
    for fact_ in FACTS:
        found = proof(full, f"{fact_.conversion}/{fact_.n}")
        for root in roots(full, fact_.affiliate):
            assert f",{fact_.kind},{fact_.conversion},{fact_.n}," in inclusion.check(found, root)


def test_a_conversion_alone_proves_each_of_its_facts(full: Desk) -> None:
    name = next(one.conversion for one in FACTS if one.n == 2)
    found = list(full.proofs(*FACTS).of(name))
    assert [one["leaf"].split(",")[10] for one in found] == ["0", "1", "2"]


def test_a_proof_is_bound_to_kind_day_and_affiliate(full: Desk) -> None:
    one, other = proof(full, CLICKS[0].id), proof(full, CLICKS[1].id)
    mine, days = roots(full, "anna")
    changes: list[dict[str, Any]] = [
        {"leaf": one["leaf"].replace("anna", "ben")},
        {"leaf": one["leaf"].replace(DAY, TOMORROW, 1)},
        {"leaf": "fact" + one["leaf"].removeprefix("click")},
        {"leaf": one["leaf"].replace("GET", "HEAD")},
        {"entry": other["entry"]},
        {"entry": one["entry"].replace(",7,", ",8,")},
        {"index": one["index"] + 1},
        {"path": one["path"][:-1]},
        {"path": [*one["path"], mine]},
        {"path": one["path"][::-1]},
        {"leaf": other["leaf"]},
    ]
    for change in changes:
        for root in (mine, days):
            with pytest.raises(ValueError, match=r"leaf|path|invalid|non-hex|number|root"):
                inclusion.check(one | change, root)
    with pytest.raises(ValueError, match="another root"):
        inclusion.check(one, roots(full, "ben")[0])
    with pytest.raises(ValueError, match="another root"):
        inclusion.check(one | {"entry_path": other["entry_path"], "entry_index": 0}, days)


def test_a_proof_shows_nothing_of_others_but_hashes(full: Desk) -> None:
    for name in (CLICKS[0].id, f"{FACTS[0].conversion}/0"):
        text = json.dumps(proof(full, name))
        assert not [word for word in ("ben", "carl", "anna-b", "revenue", "shop", "mall") if f",{word}," in text]
        others = [one.id for one in CLICKS if one.id != name] + [
            one.conversion for one in FACTS if one.conversion != name.partition("/")[0]
        ]
        assert not [one for one in others if one in text]


def test_a_fact_is_proven_as_its_affiliates_statement_has_it(full: Desk) -> None:
    """So what the advertiser pays the network stands in no proof."""
    statement = full.parts()["statements/affiliate-anna.csv"].decode()
    one = next(one for one in FACTS if one.affiliate == "anna")
    line = proof(full, f"{one.conversion}/{one.n}")["leaf"].removeprefix(f"fact,{DAY},anna,")
    assert f"\r\n{line}\r\n" in statement


def test_a_late_click_is_proven_by_the_report_that_lists_it(full: Desk) -> None:
    late = click(99)
    full.clicks.come(late, at_ms=MORNING_AFTER)
    full.run(AFTER_TOMORROW)
    assert proof(full, late.id)["day"] == TOMORROW
    assert proof(full, CLICKS[0].id)["day"] == DAY


def test_a_late_fact_is_proven_by_the_report_that_lists_it(full: Desk) -> None:
    late = fact("late")
    full.table.show([late])
    full.run(AFTER_TOMORROW)
    [found] = full.proofs(late).of(late.conversion)
    assert found["day"] == TOMORROW


def test_what_is_in_no_report_is_not_proven(full: Desk) -> None:
    unheard = fact("unheard")
    clicks = (click(77).id, click(78, NOON + 48 * HOUR).id, "x" * 52, "!" * 52)
    for name in (*clicks, "f" * 32, f"{FACTS[0].conversion}/9"):
        with pytest.raises(LookupError):
            proof(full, name)
    with pytest.raises(LookupError, match="no published report"):
        list(full.proofs(unheard).of(unheard.conversion))


def test_a_statement_names_its_affiliates_root(full: Desk) -> None:
    for affiliate in ("anna", "anna-b", "ben", "carl"):
        last = full.lines(f"statements/affiliate-{affiliate}.csv")[-1]
        assert (last["kind"], last["conversion"]) == ("root", roots(full, affiliate)[0])
    assert len(full.lines("statements/affiliate-carl.csv")) == 1


def test_the_manifest_counts_each_affiliates_leaves(full: Desk) -> None:
    told = full.manifest()["proofs"]["affiliates"]
    assert {id: own["clicks"] for id, own in told.items()} == {"anna": 7, "ben": 7, "carl": 6, "anna-b": 0}
    for affiliate, own in told.items():
        assert own["facts"] == sum(one.affiliate == affiliate for one in FACTS)


# The check of a downloaded report


def tampered(desk: Desk, name: str, change: Any) -> None:
    """Change a part and let the manifest name it, as somebody could who may write into the bucket and the table."""
    manifest = desk.manifest()
    [part] = [part for part in manifest["parts"] if part["name"] == name]
    content = change(desk.bucket.content[part["key"]])
    part["sha256"] = sha256(content).hexdigest()
    part["key"] = f"reports/{DAY}/{part['sha256']}-{name.rpartition('/')[2]}"
    part["bytes"] = len(content)
    desk.bucket.content[part["key"]] = content
    key = f"reports/{DAY}/manifest.json"
    desk.bucket.content[key] = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    desk.table.rows.clear()


def lines(content: bytes) -> list[bytes]:
    return content.split(b"\r\n")


@pytest.mark.parametrize("name", ["clicks.csv", "statements/affiliate-anna.csv"])
@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\r\n".join([*lines(content)[:2], *lines(content)[3:]]),
        lambda content: b"\r\n".join([*lines(content)[:2], *lines(content)[1:]]),
        lambda content: b"\r\n".join([lines(content)[0], lines(content)[2], lines(content)[1], *lines(content)[3:]]),
        lambda content: content.replace(b"spring", b"summer", 1).replace(b"campaign-shop", b"campaign-mall", 1),
    ],
    ids=["omitted", "added", "exchanged", "changed"],
)
def test_a_leaf_that_was_touched_is_found_by_the_download(full: Desk, name: str, change: Any, tmp_path: Path) -> None:
    full.report.fetch(DAY, tmp_path / "before")
    tampered(full, name, change)
    with pytest.raises(Broken, match="root of anna"):
        full.report.fetch(DAY, tmp_path / "after")


def test_clicks_of_somebody_who_is_in_no_tree_are_found_by_the_download(full: Desk, tmp_path: Path) -> None:
    tampered(full, "clicks.csv", lambda content: content + b"dora" + lines(content)[1].removeprefix(b"anna") + b"\r\n")
    with pytest.raises(Broken, match="no tree"):
        full.report.fetch(DAY, tmp_path)


def test_a_root_that_does_not_fit_the_others_is_no_manifest(full: Desk, tmp_path: Path) -> None:
    mine, _ = roots(full, "anna")
    key = f"reports/{DAY}/manifest.json"
    full.bucket.content[key] = full.bucket.content[key].replace(mine.encode(), bytes(reversed(mine.encode())))
    full.table.rows.clear()
    with pytest.raises(Broken, match="unreadable"):
        full.report.fetch(DAY, tmp_path)


# Reports from before there were trees


def without_trees(desk: Desk) -> None:
    """Publish a day as it was published before there were trees."""
    manifest = desk.manifest()
    proofs, parts = manifest.pop("proofs"), manifest["parts"]
    assert proofs
    for part in list(parts):
        if part["name"] == "clicks.csv" or part["name"] == "statements/affiliate-carl.csv":
            parts.remove(part)
        elif part["name"].startswith("statements/affiliate-"):
            content = b"\r\n".join([*lines(desk.bucket.content[part["key"]])[:-2], b""])
            part |= {"sha256": sha256(content).hexdigest(), "bytes": len(content), "rows": part["rows"] - 1}
            part["key"] = f"reports/{DAY}/{part['sha256']}-{part['name'].rpartition('/')[2]}"
            desk.bucket.content[part["key"]] = content
    key = f"reports/{DAY}/manifest.json"
    desk.bucket.content[key] = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    desk.table.rows.clear()


def test_an_old_report_stays_readable_and_is_made_again_without_trees(full: Desk, tmp_path: Path) -> None:
    without_trees(full)
    assert read(full.bucket.content[f"reports/{DAY}/manifest.json"]).roots is None
    assert full.report.rebuild(DAY) == Rebuilt(DAY, (), 0)
    assert tmp_path / "out" / "summary.csv" in full.report.fetch(DAY, tmp_path / "out")
    with pytest.raises(LookupError):
        proof(full, CLICKS[0].id)
    with pytest.raises(LookupError):
        proof(full, f"{FACTS[0].conversion}/0")


def test_the_first_report_with_trees_follows_an_old_one(full: Desk) -> None:
    without_trees(full)
    full.clicks.come(click(55, NOON + 24 * HOUR))
    full.clicks.come(click(56), at_ms=MORNING_AFTER)
    full.run(AFTER_TOMORROW)
    assert [line["late"] for line in full.lines("clicks.csv", TOMORROW)] == ["1", "0"]


def test_the_preview_names_roots_too(desk: Desk) -> None:
    desk.clicks.come(*CLICKS)
    desk.report.preview(DAY)
    before = desk.bucket.content[f"preview/{DAY}/statements/affiliate-carl.csv"]
    desk.run()
    assert desk.parts()["statements/affiliate-carl.csv"] == before


def test_a_split_conversion_is_proven_to_each_who_has_a_share(desk: Desk) -> None:
    credits = tuple(Credit(id, click(n).id, 1, "EUR", ("",) * 5) for n, id in enumerate(("anna", "ben")))
    _, parts = moves(NOWHERE, fact().after, credits)
    whole = replace(fact(), credits=credits, parts=parts)
    first, second = shares(whole)
    desk.table.show([first, second])
    desk.run()
    assert [one["affiliate"] for one in desk.proofs(whole).of(whole.conversion)] == ["anna", "ben"]
    [found] = desk.proofs(whole).of(f"{second.conversion}/0")
    assert f",{second.conversion},0," in inclusion.check(found, roots(desk, "ben")[0])
    assert credits[0].click_id not in found["leaf"]

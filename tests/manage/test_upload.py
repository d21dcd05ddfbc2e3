"""A file goes the way of the postbacks: each row has one result, the sums tie, and a killed upload goes on."""

import csv
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from chalicelib.manage.command import Desk, main
from chalicelib.manage.setup import Wrong
from chalicelib.manage.upload import HEADER, RESULTS, Door, Outcome, Upload
from chalicelib.manage.upload_acts import ACTIONS, COLUMNS
from tests.manage.uploading import door
from tests.web.shopfront import Front

ROOT = Path(__file__).parents[2]
FIRST = "action,click_id,order_id,goal,amount,status,refund_id,change_id,dispute_id,correction_id,tax,reason"


@pytest.fixture
def click(front: Front) -> str:
    """A click of an affiliate."""
    id = front.click(front.link().slug)
    front.passes(60_000)
    return id


def upload(front: Front, folder: Path, *lines: str, header: str = FIRST, through: Door | None = None) -> Outcome:
    """Upload a file of these lines."""
    file = folder / "file.csv"
    file.write_text("\n".join((header, *lines)) + "\n")
    return Upload(file, front.shop, through or door(front.table, front.shop, front.now), folder / "results").run()


def results(done: Outcome) -> list[dict[str, str]]:
    """The lines of the results."""
    with done.results.open(newline="") as file:
        return list(csv.DictReader(file))


def told(done: Outcome) -> list[tuple[str, str, str]]:
    """Result, reason and state of each row."""
    return [(line["result"], line["reason"], line["state"]) for line in results(done)]


def row(action: str = "", click: str = "", order: str = "A-1", **said: str) -> str:
    """A line under FIRST."""
    cells = {"action": action, "click_id": click, "order_id": order, "goal": "sale", **said}
    return ",".join(cells.get(name, "") for name in FIRST.split(","))


def test_a_file_brings_sales_and_what_became_of_them(front: Front, click: str, tmp_path: Path) -> None:
    done = upload(
        front,
        tmp_path,
        row("new", click, "A-1", amount="100.00", status="pending"),
        row("", click, "A-2", amount="100.00", status="approved"),
        row("amend", order="A-1", amount="80.00"),
        row("approve", order="A-1"),
        row("refund", order="A-1", amount="20.00", refund_id="R1"),
        row("refund", order="A-1", amount="20.00"),
        row("dispute_opened", order="A-2", amount="50.00", dispute_id="D1"),
        row("dispute_lost", order="A-2", dispute_id="D1"),
        row("correct", order="A-1", tax="4.00"),
        row("reject", order="A-2", reason="fraud"),
    )
    assert told(done) == [
        ("done", "", "pending"),
        ("done", "", "approved"),
        ("done", "", "pending"),
        *[("done", "", "approved")] * 6,
        ("done", "fraud", "rejected"),
    ]
    first, second = (front.facts(results(done)[number]["conversion"]) for number in (0, 1))
    assert [fact.kind for fact in first] == ["booked", "amended", "approved", "refunded", "refunded", "corrected"]
    assert (first[-1].after.refunded, first[-1].after.commission) == (4000, 400)
    assert [fact.kind for fact in second] == ["booked", "disputed", "dispute_lost", "rejected"]


def test_every_row_has_one_result_and_the_sums_tie(front: Front, click: str, tmp_path: Path) -> None:
    done = upload(
        front,
        tmp_path,
        row("new", click, amount="10.00"),
        row("new", click, amount="10.00"),
        row("", click, amount="11.00"),
        row("approve", order="nobody's"),
        row("approve", click, order="nobody's"),
        row("refund", order="nobody's", amount="1.00"),
        row("", order="nobody's", status="approved"),
        row("new", order="nobody's", amount="1.00"),
        row("new", "AQ" + "x" * 50, order="A-3", amount="1.00"),
        row("conjure"),
        row("approve", refund_id="R1"),
        row("approve", status="rejected"),
        row("new", change_id="C1"),
        row("refund", amount='"1.234,56"'),
        row("refund"),
        row("dispute_opened"),
        row("", click, "A-4", amount="x\x07"),
        "new,too,few",
        row("new", click, "A-5", amount="1.00") + ",,",
        row("new", click, "A-6", amount="1.00") + ",more",
        'new,"open',
    )
    assert [(line["result"], line["reason"]) for line in results(done)] == [
        ("done", ""),
        ("already", ""),
        ("refused", "other_amount"),
        ("not_found", "unknown_conversion"),
        ("not_found", "unknown_conversion"),
        ("not_found", "unknown_conversion"),
        ("not_found", "click_id_missing"),
        ("refused", "click_id_missing"),
        ("not_found", "unknown_click"),
        *[("refused", "bad_action")] * 4,
        ("refused", "ambiguous_amount"),
        ("refused", "refund_amount_missing"),
        ("refused", "bad_dispute"),
        ("refused", "bad_parameter"),
        ("refused", "bad_row"),
        ("done", ""),
        *[("refused", "bad_row")] * 2,
    ]
    assert [int(line["row"]) for line in results(done)] == list(range(2, 23))
    assert done.sums == {"rows": 21, "done": 2, "already": 1, "not_found": 5, "refused": 13}
    summary = json.loads(done.summary.read_text().splitlines()[-1])
    assert {name: summary[name] for name in done.sums} == done.sums
    assert sum(summary["reasons"].values()) == summary["not_found"] + summary["refused"]


def test_a_change_never_makes_a_conversion(front: Front, click: str, tmp_path: Path) -> None:
    done = upload(front, tmp_path, row("approve", click, "A-9"), row("reject", click, "A-9"))
    assert [line["result"] for line in results(done)] == ["not_found"] * 2
    assert front.postback(click_id=click, goal="sale", order_id="A-9", amount="5.00")[1]["status"] == "accepted"


def test_a_file_that_is_uploaded_again_says_what_it_said(front: Front, click: str, tmp_path: Path) -> None:
    lines = row("new", click, amount="100.00"), row("refund", amount="10.00"), row("refund", amount="10.00")
    done = upload(front, tmp_path, *lines)
    before = done.results.read_bytes()
    assert upload(front, tmp_path, *lines).results.read_bytes() == before
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    again = upload(front, elsewhere, *lines)
    assert again.sums == {"rows": 3, "done": 0, "already": 3, "not_found": 0, "refused": 0}
    assert front.facts(results(done)[0]["conversion"])[-1].after.refunded == 2000


def test_the_same_row_in_a_longer_file_is_the_same_act(front: Front, click: str, tmp_path: Path) -> None:
    lines = [row("new", click, amount="100.00"), row("refund", amount="10.00")]
    upload(front, tmp_path, *lines)
    done = upload(front, tmp_path, row("new", click, "A-7", amount="1.00"), *lines, row("refund", amount="10.00"))
    assert [line["result"] for line in results(done)] == ["done", "already", "already", "done"]
    assert front.facts(results(done)[1]["conversion"])[-1].after.refunded == 2000


def test_an_advertisers_own_words_do_not_turn_an_action_around(front: Front, click: str, tmp_path: Path) -> None:
    own = {"approved": "pending", "approve": "pending", "ok": "approved"}
    trusted = door(front.table, front.shop, front.now)
    heard: list[str] = []

    def hear(said: dict[str, str], must_exist: bool) -> tuple[int, dict[str, str]]:
        heard.append(said.get("status", ""))
        return 200, dict(trusted.hear(said, must_exist)[1])

    upload(front, tmp_path, row("approve"), row("reject"), through=Door(hear, own))
    assert heard == ["ok", "rejected"]


def test_an_upload_that_breaks_off_at_any_row_goes_on_there(front: Front, click: str, tmp_path: Path) -> None:
    lines = [row("new", click, f"A-{n}", amount="10.00") for n in range(4)]
    lines += [row("refund", order=f"A-{n}", amount="1.00") for n in (0, 0, 1, 2)]
    trusted = door(front.table, front.shop, front.now)
    left = 0

    def mortal(said: dict[str, str], must_exist: bool) -> tuple[int, dict[str, str]]:
        nonlocal left
        code, answer = trusted.hear(said, must_exist)
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return code, dict(answer)

    for left in (0, 1, 2, 1, 0, 3):  # noqa: B007 - read by `mortal`
        with pytest.raises(KeyboardInterrupt):
            upload(front, tmp_path, *lines, through=Door(mortal, {}))
    done = upload(front, tmp_path, *lines)
    assert [int(line["row"]) for line in results(done)] == list(range(2, 10))
    assert done.sums["done"] + done.sums["already"] == done.sums["rows"] == 8
    refunded = {line["order_id"]: front.facts(line["conversion"])[-1].after.refunded for line in results(done)}
    assert refunded == {"A-0": 200, "A-1": 100, "A-2": 100, "A-3": 0}


def test_half_a_line_of_the_results_is_done_again(front: Front, click: str, tmp_path: Path) -> None:
    lines = [row("new", click, f"A-{n}", amount="10.00") for n in range(3)]
    done = upload(front, tmp_path, *lines)
    whole = done.results.read_bytes()
    for cut in (1, 2, 30, len(whole) - 10, len(whole)):
        done.results.write_bytes(whole[:-cut])
        again = upload(front, tmp_path, *lines)
        assert [line["row"] for line in results(again)] == ["2", "3", "4"]
        assert again.sums["done"] + again.sums["already"] == 3


def test_a_killed_process_is_gone_on_from(front: Front, click: str, ministack: str, tmp_path: Path) -> None:
    count = 150
    lines = [row("new", click, f"A-{n}", amount="10.00") for n in range(count)]
    lines += [row("refund", order=f"A-{n}", amount="1.00") for n in range(count)]
    file = tmp_path / "file.csv"
    file.write_text("\n".join((FIRST, *lines)) + "\n")
    command = [
        sys.executable,
        "-m",
        "tests.manage.uploading",
        ministack,
        front.shop,
        str(file),
        str(tmp_path / "results"),
    ]
    for least in (40, 200):
        process = subprocess.Popen(command, cwd=ROOT)
        wait_for_lines(tmp_path / "results", least)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    done = Upload(file, front.shop, door(front.table, front.shop), tmp_path / "results").run()
    found = results(done)
    assert [int(line["row"]) for line in found] == list(range(2, 2 * count + 2))
    assert done.sums["rows"] == sum(done.sums[name] for name in RESULTS) == 2 * count
    assert done.sums["already"] <= 2
    kinds = Counter(fact.kind for line in found[:count] for fact in front.facts(line["conversion"]))
    assert kinds == {"booked": count, "refunded": count}


def test_a_hundred_thousand_rows_take_no_more_room_than_a_thousand(tmp_path: Path) -> None:
    """A table of facts as large would say nothing of the upload's own room, so what hears the rows only answers."""
    peaks = []
    for count in (1_000, 100_000):
        file = tmp_path / f"{count}.csv"
        file.write_text("action,order_id,amount\n" + "".join(f"refund,A-{n},1.00\n" for n in range(count)))
        code = (
            "import resource, sys\n"
            "from pathlib import Path\n"
            "from chalicelib.manage.upload import Door, Upload\n"
            "answer = {'status': 'accepted', 'reason': '', 'conversion_id': 'ab' * 16, 'state': 'approved'}\n"
            "done = Upload(Path(sys.argv[1]), 'shop', Door(lambda *_: (200, answer), {}), Path(sys.argv[2])).run()\n"
            "print(done.sums['done'], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        words = [sys.executable, "-c", code, str(file), str(tmp_path / "results")]
        told = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
        assert int(told[0]) == count
        peaks.append(int(told[1]) / 1024)
    assert peaks[1] - peaks[0] < 8, peaks


def wait_for_lines(folder: Path, least: int) -> None:
    """Until the results there have so many lines."""
    end = time.monotonic() + 60
    while sum(file.read_bytes().count(b"\n") for file in folder.glob("*.results.csv")) < least:
        assert time.monotonic() < end
        time.sleep(0.005)


def test_while_the_table_is_away_nothing_is_said_to_be_refused(front: Front, click: str, tmp_path: Path) -> None:
    lines = [row("new", click, f"A-{n}", amount="10.00") for n in range(2)]
    through = door(front.table, front.shop, front.now)
    front.table.is_off = True
    with pytest.raises(Wrong, match="the table is away at row 2; run the same command again"):
        upload(front, tmp_path, *lines, through=through)
    front.table.is_off = False
    assert upload(front, tmp_path, *lines, through=through).sums["done"] == 2


def test_two_uploads_of_one_file_do_not_mix(front: Front, click: str, tmp_path: Path) -> None:
    done = upload(front, tmp_path, row("new", click, amount="1.00"))
    with done.results.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Wrong, match="another upload is writing"):
            upload(front, tmp_path, row("new", click, amount="1.00"))


def test_results_that_were_changed_are_not_gone_on_from(front: Front, click: str, tmp_path: Path) -> None:
    lines = [row("new", click, f"A-{n}", amount="10.00") for n in range(2)]
    done = upload(front, tmp_path, *lines)
    whole = done.results.read_bytes()
    done.results.write_bytes(whole.replace(b"2,A-0,done", b"2;A-0;done"))
    with pytest.raises(Wrong, match="no results of an upload"):
        upload(front, tmp_path, *lines)
    done.results.write_bytes(whole + whole.splitlines(keepends=True)[-1])
    with pytest.raises(Wrong, match="3 lines for 2 rows"):
        upload(front, tmp_path, *lines)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("order_id,ammount", "not ammount"),
        ("order_id,order_id", "stands twice"),
        ("amount,status", "no column says which conversion"),
        ("", "must name columns"),
        ('"order_id', "must name columns"),
    ],
)
def test_a_header_that_is_not_understood_stops_before_anything_is_said(
    front: Front, tmp_path: Path, header: str, message: str
) -> None:
    with pytest.raises(Wrong, match=message):
        upload(front, tmp_path, header=header)


def test_an_order_id_is_harmless_in_the_results(front: Front, click: str, tmp_path: Path) -> None:
    done = upload(front, tmp_path, *(row("new", click, order, amount="1.00") for order in ("=1+1", "-5", '"a,b"')))
    assert [line["order_id"] for line in results(done)] == ["?1?1", "?5", "a?b"]
    assert done.sums["done"] == 3


def test_a_semicolon_file_of_another_program_is_read(front: Front, click: str, tmp_path: Path) -> None:
    header = "\ufeffClick_ID;Order_ID;Goal;Amount;Status"
    done = upload(front, tmp_path, f'{click};A-1;sale;"12,34";Approved', header=header)
    assert front.facts(results(done)[0]["conversion"])[0].after.commission == 123


def test_the_command_prints_the_sums(
    front: Front, click: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = dict.fromkeys(Desk.__dataclass_fields__) | {"uploads": lambda id: door(front.table, id, front.now)}
    desk = Desk(**parts)
    file = tmp_path / "october.csv"
    file.write_text("\n".join((FIRST, row("new", click, amount="1.00"), row("approve", order="A-8"))))
    words = ["upload", str(file), "--advertiser", front.shop, "--to", str(tmp_path / "results")]
    assert main(words, lambda _: desk) == 0
    sums, *files = capsys.readouterr().out.splitlines()
    assert sums == "rows 2, done 1, already 0, not_found 1, refused 0"
    assert all(os.path.exists(name) for name in files)
    assert main(["upload", "nowhere.csv", *words[2:]], lambda _: desk) == 1
    assert "nowhere.csv" in capsys.readouterr().err


def test_every_column_action_and_result_is_documented() -> None:
    page = (ROOT / "docs" / "upload.md").read_text()
    words = {*COLUMNS, *ACTIONS, *HEADER, *RESULTS}
    assert {word for word in words if f"`{word}`" not in page} == set()

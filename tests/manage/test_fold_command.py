"""`./clickledger fold` as a stranger runs it: no network, no stack, objects in and results out."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
VECTORS = ROOT / "tests" / "vectors"


def folded(text: str, *words: str) -> subprocess.CompletedProcess[str]:
    """What the command says to standard input."""
    command = [sys.executable, "clickledger", "fold", *words]
    return subprocess.run(command, input=text, env={}, cwd=ROOT, capture_output=True, text=True, check=False)


def test_vectors_go_in_and_their_results_come_out_line_by_line() -> None:
    vectors = (VECTORS / "second-tier.jsonl").read_text()
    told = folded(vectors)
    results = [json.loads(line) for line in told.stdout.splitlines()]
    expected = [json.loads(line)["expected"] for line in vectors.splitlines()]
    assert [[period["balances"] for period in one["periods"]] for one in results] == [
        [period["balances"] for period in one["periods"]] for one in expected
    ]
    assert told.returncode == 0


def test_an_object_that_cannot_be_read_ends_it_with_its_line() -> None:
    told = folded('\n{"network": {}}\n')
    assert told.returncode == 1
    assert told.stderr.startswith("clickledger: line 2: ")
    assert told.stdout == ""


def test_a_fee_that_no_rate_can_convert_ends_it_in_words() -> None:
    fee = {"goal": "month", "affiliate": "anna", "commission": "Flat 10.00 USD"}
    campaign = {"id": "spring", "advertiser": "shop", "currency": "USD", "terms": [fee]}
    network = {
        "time_zone": "UTC",
        "affiliates": [{"id": "anna", "currency": "EUR"}],
        "campaigns": [campaign],
    }
    told = folded(json.dumps({"network": network, "closes": ["2026-10"]}))
    assert told.returncode == 1
    assert "no exchange rate from USD to EUR" in told.stderr
    assert "Traceback" not in told.stderr


def test_nothing_in_is_nothing_out() -> None:
    told = folded("")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")

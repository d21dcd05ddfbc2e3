"""`./clickledger verdict`: requests in, verdicts out, one line each."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.manage import verdict_command
from chalicelib.model.traffic import RULES

ROOT = Path(__file__).parent.parent.parent
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0"


def asked(method: str = "GET", **headers: object) -> bytes:
    said = {"User-Agent": FIREFOX} | {name.replace("_", "-"): value for name, value in headers.items()}
    return json.dumps({"method": method, "headers": said}).encode()


def reason(line: bytes) -> str:
    (found,) = verdict_command.verdicts([line])
    assert found["verdict"] == ("invalid" if found["reason"] else "billable")
    assert found["rule_version"] == RULES
    return found["reason"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (asked(), ""),
        (asked(DNT="1", Sec_Fetch_Mode="navigate"), ""),
        (asked("HEAD"), "head"),
        (asked(sec_purpose="prefetch;prerender"), "prefetch"),
        (asked(PURPOSE="Prefetch"), "prefetch"),
        (asked(X_Moz="prefetch"), "prefetch"),
        (asked(X_Purpose="preview"), "prefetch"),
        (asked(X_Purpose=["preview"]), "prefetch"),
        (asked(Referer="https://urldefense.com/v3/__"), ""),
        (b'{"method": "GET", "headers": {"user-agent": "WhatsApp/2.23.20.0 A"}}', "link_preview"),
        (b'{"method": "GET", "headers": {"user-agent": "curl/8.5.0"}}', "bot"),
        (b'{"method": "GET", "headers": {}}', "unknown_agent"),
        (b'{"headers": {"User-Agent": "curl/8.5.0"}}', "bot"),
        (asked(User_Agent=FIREFOX + " " * 300 + "http://example.com"), ""),
    ],
)
def test_a_request_is_decided_by_what_is_kept_of_it(line: bytes, expected: str) -> None:
    assert reason(line) == expected


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"nonsense", "line 1: no JSON"),
        (b"\xff\xfe", "line 1: no JSON"),
        (b"[]", "line 1: a request is an object"),
        (b'{"method": "GET"}', "line 1: headers is no object"),
        (b'{"method": 1, "headers": {}}', "line 1: method is not text"),
        (b'{"method": "GET", "headers": {"User-Agent": null}}', "line 1: the header User-Agent is not text"),
        (b"[" * 100_000, "line 1: nested too deeply"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: bytes, said: str) -> None:
    (found,) = verdict_command.verdicts([line])
    assert found["error"].startswith(said)


def test_the_command_goes_on_behind_a_line_that_it_cannot_read() -> None:
    given = asked() + b"\nnonsense\n\n" + asked("HEAD") + b"\n"
    words = [sys.executable, str(ROOT / "clickledger"), "verdict"]
    done = subprocess.run(words, input=given, capture_output=True, check=False, cwd=ROOT)
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert first == {"verdict": "billable", "reason": "", "rule_version": RULES}
    assert second["error"].startswith("line 2")
    assert third["reason"] == "head"
    assert done.returncode == 1
    good = subprocess.run(words, input=asked(), capture_output=True, check=False, cwd=ROOT)
    assert (good.returncode, good.stderr) == (0, b"")

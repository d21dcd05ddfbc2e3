"""The papers tell the truth: every reason and every setting is documented, and nothing else is."""

import dataclasses
import re
from pathlib import Path

from chalicelib.model import reasons
from chalicelib.reports import lines
from chalicelib.settings import Settings

ROOT = Path(__file__).parent.parent
AWS_OWN = {"region", "endpoint", "access_key", "secret_key", "session_token"}


def reasons_page() -> str:
    """docs/reasons.md as it follows from the closed list."""
    groups = {
        "400: the request cannot be read": reasons.UNREADABLE,
        "401: the sender is not trusted": reasons.UNTRUSTED,
        "422 rejected: judged and refused": reasons.REJECTED,
        "422 quarantined: kept for a person to read": reasons.QUARANTINED,
        "409 conflict: the first word stands": reasons.CONFLICT,
        "404, 405, 410 and 503: a visitor is not led on": reasons.NOT_SERVED,
        "503 and 413": reasons.BUSY,
        "In a conversion's standing": reasons.STANDING,
        "What a rule of trust holds": reasons.HELD,
        "At the desk: balances and payouts": reasons.DESK,
    }
    page = "# Reasons\n\nEach refusal names one of these words, in the answer, the log and `./clickledger log`.\n"
    for title, group in groups.items():
        page += f"\n## {title}\n| reason | meaning |\n|---|---|\n"
        page += "".join(f"| `{word}` | {meaning} |\n" for word, meaning in group.items())
    return page


def test_the_page_of_reasons_is_the_closed_list() -> None:
    assert (ROOT / "docs" / "reasons.md").read_text() == reasons_page()


def test_every_reason_in_the_code_is_on_the_closed_list() -> None:
    said = set()
    for file in (ROOT / "chalicelib").rglob("*.py"):
        text = file.read_text()
        said |= set(re.findall(r'Refusal\(\s*"\w+", "(\w+)"', text)) | set(re.findall(r'Unreadable\("(\w+)"', text))
        said |= set(re.findall(r'BadAmount\("(\w+)"', text)) | set(re.findall(r'"reason": "(\w+)"', text))
    assert said
    assert said <= set(reasons.EVERY)


def test_every_reason_is_used() -> None:
    text = "".join(file.read_text() for file in (ROOT / "chalicelib").rglob("*.py") if file.name != "reasons.py")
    assert {word for word in reasons.EVERY if f'"{word}"' not in text} == set()


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    for field in dataclasses.fields(Settings):
        if field.name not in AWS_OWN:
            assert f"`CLICKLEDGER_{field.name.upper()}`" in page, field.name


def test_every_column_of_a_report_is_documented() -> None:
    page = (ROOT / "docs" / "reports.md").read_text()
    assert {column for column in (*lines.COMMISSIONS, *lines.SUMMARY) if f"`{column}`" not in page} == set()


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = [file.name[:4] for file in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == [f"{number:04d}" for number in range(1, len(numbers) + 1)]


def test_links_between_the_papers_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text()):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"

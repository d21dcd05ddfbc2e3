"""A statement on paper adds up, says what the law wants, and is the same bytes each time it is drawn."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.model.party import Party
from chalicelib.reports import paper
from chalicelib.reports.letters import vera
from chalicelib.reports.paper import Statement, StatementLine

ROOT = Path(__file__).parents[2]
NETWORK = Party("Netzwerk GmbH", ("Lange Straße 1", "10115 Berlin"), "DE", "DE123456789")
ANNA = Party("Anna Ltd", ("Rue de l'Église 5", "75001 Paris"), "FR", "FR12345678901")


def statement(lines: int = 3, **changes: object) -> Statement:
    made = tuple(StatementLine(f"c-{n}", "approved", n, (n, -n, 10 * n)) for n in range(lines))
    moved = tuple(sum(line.amounts[place] for line in made) for place in range(3))
    names = ("pending", "held", "payable")
    plain = Statement(
        *("affiliate", "000017", "2026-10", "2026-11-01", "EUR", NETWORK, "anna", ANNA, names),
        opening=(0, 500, -5),
        lines=made,
        closing=(moved[0], 500 + moved[1], moved[2] - 5),
        to_pay=moved[2] - 5,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def pages(content: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", content))


def test_a_statement_is_a_pdf() -> None:
    content = paper.pdf(statement())
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert pages(content) == 1


def test_a_long_statement_runs_over_as_many_pages_as_it_needs() -> None:
    assert [pages(paper.pdf(statement(lines))) for lines in (30, 50, 500)] == [1, 2, 11]


def test_the_same_statement_is_the_same_bytes_in_every_process() -> None:
    script = (
        "import sys; from tests.reports import test_paper as t; sys.stdout.buffer.write(t.paper.pdf(t.statement(60)))"
    )
    drawn = set()
    for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo")):
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        )
        drawn.add(done.stdout)
    assert drawn == {paper.pdf(statement(60))}


def test_it_is_drawn_alike_where_pictures_cannot_be() -> None:
    script = (
        "import sys; sys.modules['PIL'] = None; "
        "from tests.reports import test_paper as t; sys.stdout.buffer.write(t.paper.pdf(t.statement()))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env={}, capture_output=True, check=True)
    assert done.stdout == paper.pdf(statement())


def test_a_statement_that_does_not_add_up_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="adds up to"):
        paper.pdf(statement(closing=(0, 0, 0)))


@pytest.mark.parametrize("name", ["Анна ООО", "阿娜有限公司", "آنا", "A\u0301nna", "😀", "", "\ud800", "x" * 5000])
def test_no_name_is_too_strange_for_paper(name: str) -> None:
    strange = statement(partner=replace(ANNA, legal_name=name), remarks=(name,))
    assert paper.pdf(strange).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("Église č", "Église č"), ("żółw", "zółw"), ("Ħal", "Hal"), ("中a", "?a"), ("€ 5 – “ok”", "€ 5 – “ok”")],
)
def test_letters_that_the_font_lacks_lose_their_marks(text: str, shown: str) -> None:
    assert vera().drawable(text) == shown


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({}, "Statement of commissions", []),
        (
            {"self_billing": True},
            "Self-billing invoice",
            ["Self-billing: issued by Netzwerk GmbH in the name and on behalf of Anna Ltd."],
        ),
        (
            {"vat_mode": "reverse_charge"},
            "Statement of commissions",
            [
                "Reverse charge: VAT is to be accounted for by the recipient of the service, "
                "Netzwerk GmbH (DE123456789)."
            ],
        ),
        (
            {"vat_mode": "standard", "vat_percent": "20", "withholding_percent": "5"},
            "Statement of commissions",
            ["VAT at 20 % is added to what became payable.", "Tax at 5 % is withheld from what became payable."],
        ),
    ],
)
def test_the_paper_says_what_the_law_wants(change: dict[str, object], name: str, words: list[str]) -> None:
    made = statement(partner=replace(ANNA, **change))  # type: ignore[arg-type]
    assert (paper.title(made), list(paper.wording(made))) == (name, words)


def test_an_advertiser_under_reverse_charge_is_named_as_the_one_who_owes_the_tax() -> None:
    shop = replace(ANNA, legal_name="Shop SARL", vat_mode="reverse_charge")
    made = statement(kind="advertiser", partner=shop, remarks=("One dispute is open.",))
    assert paper.title(made) == "Statement of account"
    assert list(paper.wording(made)) == [
        "Reverse charge: VAT is to be accounted for by the recipient of the service, Shop SARL (FR12345678901).",
        "One dispute is open.",
    ]


def test_the_fonts_travel_with_the_paper() -> None:
    content = paper.pdf(statement())
    assert content.count(b"/FontFile2") == 2


def test_reportlab_is_loaded_only_when_a_statement_is_drawn() -> None:
    script = "import sys; import chalicelib.reports.paper; print('reportlab' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env={}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"

"""A bank takes the payout file: it is valid, adds up, says who is paid, and is the same each time it is made."""

import csv
import io
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from sepaxml.validation import ValidationError, try_valid_xml  # type: ignore[import-untyped]

from chalicelib.model.bank import Account
from chalicelib.model.party import Party
from chalicelib.model.payment import Batch, Payment
from chalicelib.reports import sepa
from chalicelib.reports.batch import Batches
from tests.reports.world import Bucket

NETWORK = Party("Netzwerk & Söhne GmbH", country="DE", account=Account("DE89370400440532013000", "COBADEFFXXX"))
ANNA = Party("Anna Šimečková", country="FR", account=Account("FR1420041010050500013M02606"))
BEN = Party("Ben", country="NO", account=Account("GB82WEST12345698765432", "WESTGB22", "Ben's savings"))


def payment(affiliate: str, payee: Party, amount: int, currency: str = "EUR") -> Payment:
    line = f"2026-10/{affiliate}/{currency}"
    return Payment(line, affiliate, currency, amount, payee, f"Statement {line}")


PAYMENTS = (payment("anna", ANNA, 123456), payment("ben", BEN, 5), payment("carl", ANNA, 700, "USD"))
BATCH = Batch("2026-10-abc", NETWORK, PAYMENTS, 1_793_600_000_123, "2026-11-05")


def told(content: bytes, tag: str) -> list[str]:
    return [found.text or "" for found in ElementTree.fromstring(content).findall(f".//{{*}}{tag}")]


def is_valid(content: bytes) -> bool:
    """Whether a file is one by the schema that the library brings along."""
    try:
        try_valid_xml(content, sepa.SCHEMA)
    except ValidationError:
        return False
    return True


def test_the_file_is_valid_by_the_schema_of_the_library() -> None:
    content = sepa.transfer(BATCH)
    assert is_valid(content)
    assert not is_valid(content.replace(b"0.05", b"0,05"))
    assert not is_valid(content.replace(sepa.SCHEMA.encode(), b"pain.001.001.03"))


def test_it_pays_each_line_in_euros_and_says_the_sum() -> None:
    content = sepa.transfer(BATCH)
    assert told(content, "InstdAmt") == ["1234.56", "0.05"]
    assert set(told(content, "CtrlSum")) == {"1234.61"}
    assert set(told(content, "NbOfTxs")) == {"2"}
    assert told(content, "IBAN")[1:] == [ANNA.account.iban, BEN.account.iban]


def test_ids_and_times_are_ours() -> None:
    content = sepa.transfer(BATCH)
    assert told(content, "MsgId") == told(content, "PmtInfId") == ["2026-10-abc"]
    assert told(content, "CreDtTm") == ["2026-11-02T06:13:20Z"]
    assert told(content, "EndToEndId") == [one.end_to_end_id for one in PAYMENTS[:2]]
    assert told(content, "Dt") == ["2026-11-05"]


def test_an_end_to_end_id_is_one_that_a_bank_takes() -> None:
    long = payment("a" * 40, ANNA, 1)
    assert len(long.end_to_end_id) <= 35
    assert "/" not in long.end_to_end_id
    assert long.end_to_end_id != payment("a" * 39 + "b", ANNA, 1).end_to_end_id


def test_names_are_written_in_letters_that_a_bank_knows() -> None:
    assert told(sepa.transfer(BATCH), "Nm")[1:] == ["Netzwerk Sohne GmbH", "Anna Simeckova", "Ben's savings"]


@pytest.mark.parametrize("name", ["<&>;", "😀", " "])
def test_a_name_without_any_such_letter_is_the_affiliates_id(name: str) -> None:
    content = sepa.transfer(replace(BATCH, payments=(payment("anna", replace(ANNA, legal_name=name), 1),)))
    assert told(content, "Nm")[-1] == "anna"


def test_no_euros_make_no_file() -> None:
    assert sepa.transfer(replace(BATCH, payments=PAYMENTS[2:])) == b""


def test_a_network_without_an_account_cannot_pay() -> None:
    with pytest.raises(ValueError, match="IBAN and a BIC of its own"):
        sepa.transfer(replace(BATCH, payer=replace(NETWORK, account=Account(NETWORK.account.iban))))


def test_another_process_writes_the_same_bytes() -> None:
    script = "import sys; from tests.reports import test_sepa as t; sys.stdout.buffer.write(t.sepa.transfer(t.BATCH))"
    root = Path(__file__).parents[2]
    for seed in ("1", "2"):
        environment = {"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo"}
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=root, env=environment, capture_output=True, check=True
        )
        assert done.stdout == sepa.transfer(BATCH)


def test_the_table_lists_every_line_and_who_pays_it() -> None:
    rows = list(csv.DictReader(io.StringIO(sepa.table(PAYMENTS).decode(), newline="")))
    assert [(row["line"], row["amount"], row["by"]) for row in rows] == [
        ("2026-10/anna/EUR", "1234.56", "sepa"),
        ("2026-10/ben/EUR", "0.05", "sepa"),
        ("2026-10/carl/USD", "7.00", "hand"),
    ]
    assert rows[0]["legal_name"] == "Anna Šimečková"


def test_a_batch_is_its_manifest_and_the_files_it_names() -> None:
    bucket = Bucket()
    key = Batches(bucket).publish(BATCH)
    manifest = Batches(bucket).read("2026-10-abc")
    assert key == "payouts/2026-10/2026-10-abc.json"
    assert manifest is not None
    assert [(line["line"], line["amount"], line["party"]) for line in manifest["lines"]] == [
        ("2026-10/anna/EUR", "1234.56", ANNA.fingerprint),
        ("2026-10/ben/EUR", "0.05", BEN.fingerprint),
        ("2026-10/carl/USD", "7.00", ANNA.fingerprint),
    ]
    assert manifest["sums"] == {"EUR": "1234.61", "USD": "7.00"}
    contents = {part["name"]: bucket.content[part["key"]] for part in manifest["parts"]}
    assert contents == {"payouts.csv": sepa.table(PAYMENTS), "sepa.xml": sepa.transfer(BATCH)}
    # No account number stands in the manifest itself.
    assert ANNA.account.iban.encode() not in bucket.content[key]


def test_a_batch_is_published_once() -> None:
    bucket = Bucket()
    Batches(bucket).publish(BATCH)
    before = dict(bucket.content)
    Batches(bucket).publish(BATCH)
    assert bucket.content == before
    with pytest.raises(ValueError, match="another batch"):
        Batches(bucket).publish(replace(BATCH, payments=PAYMENTS[:1]))


def test_a_changed_line_of_a_published_batch_is_found() -> None:
    bucket = Bucket()
    key = Batches(bucket).publish(BATCH)
    bucket.content[key] = bucket.content[key].replace(b'"1234.56"', b'"9234.56"')
    with pytest.raises(ValueError, match="changed after it was published"):
        Batches(bucket).read("2026-10-abc")

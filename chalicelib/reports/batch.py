"""A batch of payouts in the bucket: its files by their hashes, and the manifest that names them, put once.

payouts/<period>/<batch>.json is one line of JSON with sorted names:

    format              1
    batch, period       its name and the period of its lines
    created, pay_on     when its last line was frozen, and the day the bank is asked to pay
    payer               the fingerprint of the network's own details
    lines               line, affiliate, currency, amount (text), party (fingerprint), end_to_end_id, by (sepa, hand)
    lines_sha256        the hash of `lines` as they stand here
    sums                currency -> the sum of its lines
    parts               name, key, bytes, sha256 of payouts.csv and, if SEPA pays any line, sepa.xml
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Protocol

from chalicelib.model.day import iso
from chalicelib.model.money import decimal
from chalicelib.model.payment import Batch
from chalicelib.reports import sepa

FORMAT: Final = 1
FOLDER: Final = "payouts/"


class Archive(Protocol):
    """The report bucket."""

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes."""

    def put_new(self, key: str, content: bytes) -> bool:
        """Keep bytes where nothing is; False if something is."""

    def read(self, key: str) -> bytes | None:
        """What lies under a key."""


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches in the bucket."""

    archive: Archive

    def publish(self, batch: Batch) -> str:
        """Put a batch's files and then its manifest; the manifest's key.

        The same batch can be put again and gives the same bytes. ValueError if another one has this name.
        """
        files = {"payouts.csv": sepa.table(batch.payments), "sepa.xml": sepa.transfer(batch)}
        parts = [_part(batch.period, name, content) for name, content in files.items() if content]
        for part in parts:
            self.archive.put(part["key"], files[part["name"]])
        key, content = manifest_key(batch.name), _manifest(batch, parts)
        if not self.archive.put_new(key, content) and self.archive.read(key) != content:
            raise ValueError(f"there is another batch {batch.name}: {key}")
        return key

    def read(self, name: str) -> dict[str, Any] | None:
        """A published batch's manifest; None if there is none. ValueError if its lines were changed since."""
        content = self.archive.read(manifest_key(name))
        if content is None:
            return None
        found: dict[str, Any] = json.loads(content)
        if found["lines_sha256"] != _hash(found["lines"]):
            raise ValueError(f"the lines of batch {name} were changed after it was published")
        return found


def manifest_key(name: str) -> str:
    """Where a batch's manifest lies."""
    return f"{FOLDER}{name[:7]}/{name}.json"


def _part(period: str, name: str, content: bytes) -> dict[str, Any]:
    hashed = sha256(content).hexdigest()
    return {"name": name, "key": f"{FOLDER}{period}/{hashed}-{name}", "bytes": len(content), "sha256": hashed}


def _manifest(batch: Batch, parts: list[dict[str, Any]]) -> bytes:
    lines = [
        {
            "line": one.line,
            "affiliate": one.affiliate,
            "currency": one.currency,
            "amount": decimal(one.amount, one.currency),
            "party": one.party.fingerprint,
            "end_to_end_id": one.end_to_end_id,
            "by": "sepa" if one.is_sepa else "hand",
        }
        for one in batch.payments
    ]
    plain = {
        "format": FORMAT,
        "batch": batch.name,
        "period": batch.period,
        "created": iso(batch.created_ms),
        "pay_on": batch.pay_on,
        "payer": batch.payer.fingerprint,
        "lines": lines,
        "lines_sha256": _hash(lines),
        "sums": _sums(batch),
        "parts": parts,
    }
    return _json(plain) + b"\n"


def _sums(batch: Batch) -> Mapping[str, str]:
    sums: dict[str, int] = {}
    for one in batch.payments:
        sums[one.currency] = sums.get(one.currency, 0) + one.amount
    return {currency: decimal(minor, currency) for currency, minor in sums.items()}


def _hash(lines: list[dict[str, Any]]) -> str:
    return sha256(_json(lines)).hexdigest()


def _json(plain: object) -> bytes:
    return json.dumps(plain, sort_keys=True, separators=(",", ":")).encode()

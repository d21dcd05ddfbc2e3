"""The month that bench.close closes: its facts behind the store's page interface, its set-up, and a bucket on disk.

1,000 affiliates, 50 campaigns of 50 advertisers in five currencies. Half of the campaigns hold their commissions for
30 days, every seventh pays by tiers, and every fourth affiliate is paid in another currency than its campaign's. Of ten
conversions seven are approved at once, two later, and one is refunded.
"""

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from shutil import copyfile
from typing import BinaryIO, Final

from chalicelib.model.balance import Balance
from chalicelib.model.close import Setup
from chalicelib.model.fx import Quotes
from chalicelib.model.line import Line
from chalicelib.model.network import Affiliate, Campaign
from chalicelib.model.period import Period
from chalicelib.model.visit import Visit
from chalicelib.reports.agreed import minimum
from chalicelib.reports.month_stores import Agreed
from chalicelib.store import keys
from chalicelib.store.days import Days
from chalicelib.store.items import Item

PERIOD: Final = Period.of("2026-10", "UTC")
AFFILIATES: Final = 1000
CAMPAIGNS: Final = 50
PAGE: Final = 1000
CODES: Final = ("EUR", "USD", "GBP", "JPY", "KWD")
QUOTES: Final = Quotes(
    PERIOD.last_day, "9f86d0818f86", "EUR", (("GBP", "0.85"), ("JPY", "163.2"), ("KWD", "0.33"), ("USD", "1.08"))
)
TIERS: Final = "Tiers count retroactive: RevShare 9%; from 500 RevShare 10%"

_DAY_MS: Final = 86_400_000


class Facts(Days):
    """A month of `conversions`, spread evenly over its days; and the hashes of what was published of it."""

    def __init__(self, conversions: int) -> None:
        self._of_shard = max(1, conversions // len(PERIOD.days) // len(self.shards))
        self._hashes: dict[str, str] = {}

    @property
    def conversions(self) -> int:
        """How many there are."""
        return self._of_shard * len(PERIOD.days) * len(self.shards)

    def pages(self, day: str, shard: str, after: str = "") -> Iterator[list[Item]]:
        """Pages of a shard of a day of the month; other days are empty."""
        if not day.startswith(PERIOD.name) or after:
            return
        for start in range(0, self._of_shard, PAGE):
            end = min(start + PAGE, self._of_shard)
            yield [item for number in range(start, end) for item in _items(day, shard, number, self._of_shard)]

    def order_keys(self, day: str, shard: str) -> Iterator[str]:
        """The order keys alone."""
        return (item["dsk"]["S"] for page in self.pages(day, shard) for item in page)

    def manifest(self, day: str) -> str:
        """The hash of a published day."""
        return self._hashes.get(day, "")

    def publish(self, day: str, manifest: str) -> str:
        """Keep a hash once."""
        return self._hashes.setdefault(day, manifest)


class Folder:
    """A bucket in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, content: bytes | Path) -> None:
        """Keep bytes or a file."""
        path = self._root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            copyfile(content, path)

    def put_new(self, key: str, content: bytes | Path) -> bool:
        """Keep them where nothing is."""
        if (self._root / key).exists():
            return False
        self.put(key, content)
        return True

    def read(self, key: str) -> bytes | None:
        """All bytes of a file."""
        path = self._root / key
        return path.read_bytes() if path.exists() else None

    def open(self, key: str) -> BinaryIO | None:
        """A reader of a file."""
        path = self._root / key
        return path.open("rb") if path.exists() else None

    def exists(self, key: str) -> bool:
        """Whether there is such a file."""
        return (self._root / key).exists()

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys with a prefix."""
        start = self._root / prefix
        paths = start.rglob("*") if start.is_dir() else ()
        return iter(sorted(str(path.relative_to(self._root)) for path in paths if path.is_file()))

    def folders(self, prefix: str) -> Iterator[str]:
        """Names of folders."""
        start = self._root / prefix
        return iter(sorted(path.name for path in start.iterdir() if path.is_dir())) if start.is_dir() else iter(())

    def delete(self, key: str) -> None:
        """Remove a file."""
        (self._root / key).unlink(missing_ok=True)


class Network:
    """What is set up, and all that the close asks for beside facts: there are no visits and no manual lines."""

    def __init__(self) -> None:
        self._closes: dict[str, str] = {}
        self.payable = 0

    def agreed(self) -> Agreed:
        """The set-up."""
        affiliates = {name: Affiliate(name, name, due_in(at)) for at in range(AFFILIATES) if (name := affiliate(at))}
        campaigns = {name: _campaign(at, name) for at in range(CAMPAIGNS) if (name := campaign(at))}
        return Agreed(Setup("UTC", campaigns, affiliates, lambda _: QUOTES, minimum(affiliates, {})), "EUR")

    def close(self, period: str) -> str:
        """The hash of a published close."""
        return self._closes.get(period, "")

    def publish(self, period: str, manifest: str) -> str:
        """Keep a hash once."""
        return self._closes.setdefault(period, manifest)

    def is_paid_out(self, period: str) -> bool:
        """Whether the payouts know: never."""
        return False

    def note_paid_out(self, period: str) -> None:
        """They do now."""

    def closed(self, period: str, balance: Balance, at_ms: int) -> None:
        """Count a payable balance."""
        self.payable += 1


class Unvisited:
    """No visits."""

    def on(self, day: str) -> Iterator[Visit]:
        """None on any day."""
        return iter(())

    def late(self, day: str) -> Iterator[Visit]:
        """None came in late."""
        return iter(())


class Unwritten:
    """No lines that people write, and no payouts."""

    def on(self, day: str) -> Iterator[Line]:
        """None on any day."""
        return iter(())


def affiliate(at: int) -> str:
    """The name of an affiliate."""
    return f"affiliate-{at:04d}"


def campaign(at: int) -> str:
    """The name of a campaign."""
    return f"campaign-{at:02d}"


def due_in(at: int) -> str:
    """What an affiliate is paid in, '' for its campaign's currency."""
    return CODES[(at + 1) % len(CODES)] if at % 4 == 0 else ""


def _campaign(at: int, name: str) -> Campaign:
    return Campaign(name, name, f"shop-{at:02d}", CODES[at % len(CODES)], "", hold_days=_hold(at))


def _hold(at: int) -> int:
    return 30 if at % 2 else 0


def _items(day: str, shard: str, number: int, of_shard: int) -> list[Item]:
    """The facts of one conversion, as DynamoDB's JSON: in order, for affiliates and times follow the number."""
    digits = blake2b(f"{day}{shard}{number}".encode(), digest_size=16).hexdigest()
    # Where a shard has fewer facts than there are affiliates, every shard and day takes others, still in order.
    whose = number * AFFILIATES // of_shard + int(digits[4:8], 16) % max(1, AFFILIATES // of_shard)
    at = int(PERIOD.start_ms + (int(day[8:]) - 1) * _DAY_MS + (number + 0.5) * (_DAY_MS // (of_shard + 1)))
    which, cents = whose % CAMPAIGNS, 1000 + int(digits[:4], 16)
    code, name, conversion = CODES[which % len(CODES)], affiliate(whose), shard + digits[1:]
    earned, owed = cents * 9 // 100, cents * 12 // 100
    first: Item = {
        "pk": {"S": f"V#{conversion}"},
        "sk": {"S": "00000"},
        "kind": {"S": "booked"},
        "at": {"N": str(at)},
        "day": {"S": day},
        "source": {"S": "server"},
        "advertiser": {"S": f"shop-{which:02d}"},
        "affiliate": {"S": name},
        "campaign": {"S": campaign(which)},
        "goal": {"S": "sale"},
        "click": {"S": "AQ" + digits + digits[:18]},
        "order": {"S": f"ORDER-{digits[:8]}"},
        "amount": {"N": str(cents)},
        "currency": {"S": code},
        "customer": {"S": digits},
        "word": {"S": "approved"},
        "terms": {"S": "sale/*/1760000000000"},
        "pays": {"S": TIERS if which % 7 == 0 else "RevShare 9%"},
        "owes": {"S": "RevShare 12%"},
        "in": {"S": code},
        "by": {"S": digits[:12]},
        "sub1": {"S": "newsletter"},
        "sub2": {"S": f"banner-{digits[:2]}"},
        "confirmed": {"BOOL": True},
        "dpk": {"S": keys.day(day, shard)},
        "dsk": {"S": f"{name}#{at:013d}#{conversion}#00000"},
    }
    if _hold(which):
        first["hold"] = {"N": str(_hold(which))}
    paid_in = due_in(whose) or code
    sort = int(digits[8:10], 16) % 10
    if sort < 7:
        return [_standing(first, "approved", earned, owed, paid_in, "a", 1)]
    pending = _standing(first, "pending", earned, owed, paid_in, "p", 1)
    later = {
        **first,
        "sk": {"S": "00001"},
        "kind": {"S": "approved"},
        "at": {"N": str(at + 1)},
        "dsk": {"S": f"{name}#{at + 1:013d}#{conversion}#00001"},
    }
    if sort < 9:
        second = _standing(later, "approved", earned, owed, paid_in, "a", 1)
        return [pending, _also(second, "p", -earned, -owed, paid_in)]
    return [pending, _gone(later, cents, earned, owed, paid_in)]


def _standing(item: Item, state: str, earned: int, owed: int, paid_in: str, letter: str, sign: int) -> Item:
    """An item with where it leads, and what it moves into a state ('a' approved, 'p' pending)."""
    found = {
        **item,
        "state": {"S": state},
        "commission": {"N": str(earned)},
        "revenue": {"N": str(owed)},
    }
    if paid_in != item["in"]["S"]:
        found |= {"due_in": {"S": paid_in}, "due": {"N": str(_due(earned))}, "fx": {"S": str(QUOTES)}}
    return _also(found, letter, sign * earned, sign * owed, paid_in)


def _also(item: Item, letter: str, earned: int, owed: int, paid_in: str) -> Item:
    moved = {f"{letter}c": {"N": str(earned)}, f"{letter}r": {"N": str(owed)}}
    if paid_in != item["in"]["S"]:
        moved[f"{letter}d"] = {"N": str(_due(earned))}
    return {**item, **moved}


def _gone(item: Item, cents: int, earned: int, owed: int, paid_in: str) -> Item:
    """A refund of all, while pending."""
    refunded = {**item, "kind": {"S": "refunded"}, "refunded": {"N": str(cents)}}
    return _also(_standing(refunded, "pending", 0, 0, paid_in, "p", 1), "p", -earned, -owed, paid_in)


def _due(earned: int) -> int:
    """Some amount of another currency: the close takes what was booked, and does not price it again."""
    return -_due(-earned) if earned < 0 else earned * 3 // 2

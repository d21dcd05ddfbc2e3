"""What did come out, held against what had to: by the day index, by the published report, and in the visits table."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.stress import lines, oracle
from bench.stress.clicks import Clicks
from bench.stress.lines import Book
from bench.stress.oracle import Expected, Sums
from bench.stress.plan import Sale

SHOWN: Final = 5
"""So many examples of one kind of problem are told."""


@dataclass(slots=True)
class Findings:
    """Figures for stress.json by flat names, and everything that is not as it must be."""

    figures: dict[str, int | float | bool] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def check(self, name: str, problems: list[str]) -> None:
        """Note whether something holds, and if not, why."""
        self.figures[name] = not problems
        self.problems += problems


@dataclass(frozen=True, slots=True)
class Due:
    """What has to come out: standings and the sales' own clicks by conversion, and the sums."""

    sales: int
    answered: Mapping[int, set[str]]
    standings: Mapping[str, Expected]
    clicks: Mapping[str, str]
    earned: Sums
    owed: Sums


def due(bought: list[Sale], clicks: Clicks, answered: Mapping[int, set[str]]) -> Due:
    """What has to come out of these sales. `answered` are the conversions that each sale's postbacks were told."""
    expected = [oracle.expected(sale) for sale in bought]
    named = [(id, sale) for sale, ids in answered.items() for id in ids]
    return Due(
        sales=len(bought),
        answered=answered,
        standings={id: expected[sale] for id, sale in named},
        clicks={id: clicks.own[sale] for id, sale in named},
        earned=oracle.commissions(expected),
        owed=oracle.revenues(expected),
    )


def books(index: Book, folders: list[Path], must: Due, found: Findings) -> None:
    """Hold the index and the downloaded reports against what has to come out."""
    report = lines.book(line for folder in folders for line in lines.report(folder))
    named = {"index": index, "report": report}
    found.figures |= {"commissions": sum(index.booked.values()), "facts": index.lines}
    found.check("booked_once", [one for what, book in named.items() for one in _wrong_identities(book, must, what)])
    found.check("states_right", [one for what, book in named.items() for one in _wrong_standings(book, must, what)])
    commissions = {f"{what}, commission": book.commissions for what, book in named.items()}
    revenues = {f"{what}, revenue": book.revenues for what, book in named.items()}
    commissions["summary"] = _together(lines.summary(folder) for folder in folders)
    commissions["statements"] = _together(lines.statements(folder, "affiliate", "commission") for folder in folders)
    revenues["statements"] = _together(lines.statements(folder, "advertiser", "revenue") for folder in folders)
    found.check(
        "sum_exact",
        [one for what, sums in commissions.items() for one in _wrong_sums(sums, must.earned, what)]
        + [one for what, sums in revenues.items() for one in _wrong_sums(sums, must.owed, what)],
    )


def wrong_clicks(clicks: Clicks, dynamodb: Any, table: str) -> list[str]:  # noqa: ANN401 - as boto3 makes it
    """Whether as many clicks are stored as redirects were answered, beside the rows that were there before."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk, sk")
    stored = Counter(
        item["sk"]["S"].partition("#")[2] for page in pages for item in page["Items"] if item["pk"]["S"][:2] == "C#"
    )
    lost = [id for id in clicks.followed if id not in stored]
    wrong = [f"the click {id} was answered and is not stored" for id in lost[:SHOWN]]
    if sum(stored.values()) != len(clicks.followed) + clicks.rows:
        wrong.append(f"{sum(stored.values())} clicks are stored, not {len(clicks.followed)} and {clicks.rows}")
    return wrong


def _wrong_sums(found: Sums, must: Sums, what: str) -> list[str]:
    """Where sums differ. A sum of nothing is no sum: a claim that was taken back leaves one."""
    mine, theirs = ({key: money for key, money in sums.items() if money} for sums in (found, must))
    return [
        f"{what}: {whose} {currency} is {mine.get((whose, currency), 0)}, not {theirs.get((whose, currency), 0)}"
        for whose, currency in sorted(mine.keys() | theirs.keys())
        if mine.get((whose, currency)) != theirs.get((whose, currency))
    ]


def _wrong_identities(found: Book, must: Due, what: str) -> list[str]:
    """Where a sale is not exactly one conversion, booked once."""
    answered = Counter(id for ids in must.answered.values() for id in ids)
    kinds = {
        "sales without an answer that names a conversion": must.sales - len(must.answered),
        "sales with two conversions": sum(len(ids) != 1 for ids in must.answered.values()),
        "conversions of two sales": sum(times > 1 for times in answered.values()),
        "conversions not booked once": sum(times != 1 for times in found.booked.values()),
        "conversions that nobody was told of": len(found.booked.keys() - answered.keys()),
        "conversions that are missing": len(answered.keys() - found.booked.keys()),
    }
    return [f"{what}: {number} {kind}" for kind, number in kinds.items() if number]


def _wrong_standings(found: Book, must: Due, what: str) -> list[str]:
    """Where a conversion does not stand as it must at last."""
    wrong = []
    for conversion, expected in must.standings.items():
        last = found.last.get(conversion)
        if last is None:
            continue  # told as missing
        stands = Expected(
            affiliate=last.affiliate,
            advertiser=last.advertiser,
            currency=last.currency,
            state=last.state,
            commission=last.commission,
            revenue=last.revenue,
            # Where the server said none, a claim's amount may stand; it earns nothing.
            amount=last.amount if expected.amount is not None else None,
            refunded=last.refunded,
        )
        if stands != expected or not last.confirmed or last.click != must.clicks[conversion]:
            wrong.append(f"{what}: {conversion} is {last}, not {expected}")
    return wrong[:SHOWN] + ([f"{what}: {len(wrong)} conversions stand wrong"] if wrong else [])


def _together(days: Iterable[Sums]) -> Sums:
    return oracle.total((whose, currency, money) for sums in days for (whose, currency), money in sums.items())

"""A small network to test decisions in: one advertiser, two affiliates, and the store as a list."""

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.model import clickid, judge
from chalicelib.model.click import Click
from chalicelib.model.clickid import KeyRing
from chalicelib.model.fact import Fact
from chalicelib.model.judge import Ground, Moment, Replay
from chalicelib.model.money import Money
from chalicelib.model.network import DAY_MS, Advertiser, Campaign, Goal, Link
from chalicelib.model.sale import Refusal, Sale
from chalicelib.model.terms import Terms

NOW = 1_790_000_000_000
RING = KeyRing(1, {1: b"a key for tests"})
SALE = Goal("sale")
LEAD = Goal("lead", once_per="click")
SHOP = Advertiser("shop", "Shop", goals={"sale": SALE, "lead": LEAD})
CAMPAIGN = Campaign(
    "spring",
    "Spring",
    "shop",
    "USD",
    "https://shop.example/",
    terms=(
        Terms("sale", "*", 0, "RevShare 10%", "RevShare 15%"),
        Terms("lead", "*", 0, "CPA 2.00 USD", "CPA 3.00 USD"),
    ),
)
LINK = Link(7, "go", "anna", "spring")
OTHER_LINK = Link(8, "og", "ben", "spring")


def ground(link: Link = LINK, ago_ms: int = DAY_MS, campaign: Campaign = CAMPAIGN, random: bytes = bytes(10)) -> Ground:
    """A click on `link`, `ago_ms` before NOW."""
    return Ground(Click(clickid.mint(RING, link.number, NOW - ago_ms, random)), link, campaign)


def id_of(where: Ground) -> str:
    """The click id of a ground."""
    assert where.click is not None
    return where.click.id.text


CLICK = ground()
OTHER_CLICK = ground(OTHER_LINK)


def sale(source: str = "server", amount: str = "100.00", **changes: object) -> Sale:
    """A sale of order A-1 by CLICK, changed as told."""
    minor = round(float(amount) * 100) if amount else 0
    plain = Sale(
        source,  # type: ignore[arg-type]
        "sale",
        click_id=id_of(CLICK),
        order_id="A-1",
        amount=Money(minor, "USD") if amount else None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def at(ms: int = NOW) -> Moment:
    """The moment `ms` in UTC."""
    return judge.moment(ms, "UTC")


def tell(
    facts: Sequence[Fact], said: Sale, where: Ground | None = CLICK, goal: Goal = SALE, now: Moment | None = None
) -> tuple[list[Fact], Fact | Replay | Refusal]:
    """The facts after `said`, and what was answered, by the same loop as the ledger's."""
    facts = list(facts)
    while True:
        answer = judge.decide(facts, said, goal, "conversion", where, now or at())
        if not isinstance(answer, Fact):
            return facts, answer
        assert answer.n == len(facts)
        facts.append(answer)
        if not judge.more_follows(answer):
            return facts, answer


def money(facts: Sequence[Fact], affiliate: str = "anna") -> tuple[int, int]:
    """The pending and the approved commission of an affiliate: the sums of the movements."""
    mine = [fact.moved for fact in facts if fact.affiliate == affiliate]
    return sum(move.pending_commission for move in mine), sum(move.approved_commission for move in mine)

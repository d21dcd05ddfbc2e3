"""Eight ways to be paid for what one has not brought, planted into simulated traffic at several strengths.

Each scheme gives the ids of the conversions that should be held. Those who cheat have honest visitors as well, whose
conversions are none of them.
"""

from collections.abc import Callable
from math import log

from tests.evidence.traffic import AGENTS, DAY, Affiliate, Campaign, Network, hashed

Scheme = Callable[[Network], set[str]]


def bursts(world: Network) -> set[str]:
    """A scanner opens all links of a newsletter at once, and one of its clicks is sold."""
    random, planted = world.random, set()
    for number in range(3):
        one, campaign = join(world, f"scan{number}", links=8)
        for _ in range(random.randrange(15, 40)):
            at, place, size = world.moment(), world.address(), random.randrange(3, 9)
            moments = sorted(random.uniform(0, 4.8) for _ in range(size))
            clicks = [
                world.click(one, campaign, at + moment, network=place, link=f"{one.id}-{n}")
                for n, moment in enumerate(moments)
            ]
            planted.add(world.sale(one, campaign, random.choice(clicks), world.delay(one, campaign), x=1)["id"])
    return planted


def click_flooding(world: Network) -> set[str]:
    """Thousands of clicks nobody made; of those whose device later buys by itself, the sale is claimed."""
    random, planted = world.random, set()
    for number in range(3):
        one, campaign = join(world, f"flood{number}", fast=True)
        span = random.uniform(2, 30) * DAY
        for _ in range(random.randrange(60, 140)):
            later = span + 1
            while later > span:
                later = random.uniform(0, span) if number % 2 else random.expovariate(3 / span)
            click = world.click(one, campaign, world.moment())
            planted.add(world.sale(one, campaign, click, later, x=1)["id"])
            for _ in range(random.randrange(80, 200)):
                world.click(one, campaign, world.moment())
    return planted


def last_second(world: Network) -> set[str]:
    """A click is injected when a sale is about to happen, beside honest traffic."""
    random, planted = world.random, set()
    for number in range(4):
        one, campaign = join(world, f"inject{number}", visits=random.choice((0, 200, 1500)))
        longest = random.choice((3.0, 6.0, 10.0, 14.0))
        for _ in range(random.randrange(8, 60)):
            earlier = world.click(random.choice(world.affiliates), campaign, world.moment())
            click = world.click(one, campaign, earlier["at"] / 1000 + random.uniform(60, 3 * DAY))
            delay = random.uniform(0.5, longest)
            planted.add(world.sale(one, campaign, click, delay, touches=[click["id"], earlier["id"]])["id"])
    return planted


def self_referral(world: Network) -> set[str]:
    """Affiliates buy through their own links, as themselves or into their own account."""
    random, planted = world.random, set()
    for one in random.sample(world.affiliates, 40):
        campaign = random.choice(one.campaigns)
        for number in range(random.randrange(1, 6)):
            click = world.click(one, campaign, world.moment())
            who = {"email_hash": hashed(one.email)} if number % 2 else {"payout_account": one.account}
            planted.add(world.sale(one, campaign, click, world.delay(one, campaign), **who)["id"])
    return planted


def own_pixel(world: Network) -> set[str]:
    """The affiliate calls the pixel itself: from where it works, from a server, or without anybody on the page."""
    random, planted = world.random, set()
    for number in range(4):
        one, campaign = join(world, f"pixel{number}", report="pixel" if number == 0 else "both", visits=300)
        server = world.address()
        for _ in range(random.randrange(12, 50)):
            click = world.click(one, campaign, world.moment())
            told = {
                0: {"address": one.network, "landed": True},
                1: {"address": world.address(), "landed": True, "confirmed": False},
                2: {"address": world.address(), "landed": False, "confirmed": False},
                3: {"address": server, "landed": True, "confirmed": False},
            }[number]
            told |= {"source": "browser", "agent": random.choice(AGENTS)}
            planted.add(world.sale(one, campaign, click, world.delay(one, campaign), **told)["id"])
    return planted


def duplicate_orders(world: Network) -> set[str]:
    """One order is claimed under two or three goals."""
    random, planted = world.random, set()
    for number in range(3):
        one, campaign = join(world, f"twice{number}", visits=300)
        for order in range(random.randrange(15, 35)):
            click = world.click(one, campaign, world.moment())
            delay = world.delay(one, campaign)
            for goal in random.sample(("sale", "lead", "trial", "upsell"), random.choice((2, 2, 3))):
                same = {"goal": goal, "order": f"{one.id}-{order}", "source": "server"}
                planted.add(world.sale(one, campaign, click, delay + random.uniform(0, 600), **same)["id"])
    return planted


def cap_evasion(world: Network) -> set[str]:
    """Somebody with two or three accounts earns more a day than one account may."""
    random, planted = world.random, set()
    campaign = random.choice([one for one in world.campaigns if one.cap])
    for number in range(2):
        ring = [join(world, f"ring{number}-{n}", campaign=campaign)[0] for n in range(random.choice((2, 3)))]
        for other in ring[1:]:
            other.account = ring[0].account
        for day in range(random.randrange(3, 6)):
            morning = 1_800_000_000 + 86_400 - 1_800_000_000 % 86_400 + day * DAY
            sales = [
                world.sale(one, campaign, world.click(one, campaign, at - 900), 900.0 * random.uniform(0.4, 1), x=1)
                for one in ring
                for at in (morning + random.uniform(3600, DAY - 7200) for _ in range(campaign.cap - 1))
            ]
            planted |= {sale["id"] for sale in sorted(sales, key=lambda sale: sale["at"])[campaign.cap :]}
    return planted


def cookie_stuffing(world: Network) -> set[str]:
    """Pages with hidden frames put cookies upon visitors, of whom few buy one day, and most of those knew the shop."""
    random, planted = world.random, set()
    for number in range(4):
        one, campaign = join(world, f"stuff{number}", fast=True)
        sold = random.randrange(12, 40)
        for _ in range(round(sold / campaign.rate * random.uniform(6, 14))):
            told = ({"dest": "iframe"}, {"purpose": "prefetch"}, {"referrer": ""}, {})[number]
            is_marked = random.random() < (0.9 if number < 2 else 1)
            click = world.click(one, campaign, world.moment(), **(told if is_marked else {}))
            if sold and random.random() < 0.1:
                sold -= 1
                delay, known = random.uniform(0, 30 * DAY), random.random() < 0.95
                sale = world.sale(one, campaign, click, delay, returning=known)
                planted.add(sale["id"])
    return planted


SCHEMES: tuple[Scheme, ...] = (
    bursts,
    click_flooding,
    last_second,
    self_referral,
    own_pixel,
    duplicate_orders,
    cap_evasion,
    cookie_stuffing,
)


def join(
    world: Network,
    id: str,
    campaign: Campaign | None = None,
    report: str = "",
    visits: int = 0,
    links: int = 4,
    fast: bool = False,
) -> tuple[Affiliate, Campaign]:
    """A new affiliate for one campaign, with so many honest visits; `fast` where people soon decide."""
    random = world.random
    fits = [one for one in world.campaigns if not report or one.report == report]
    if fast:
        fits = sorted(fits, key=lambda one: log(one.usual))[:5]
    chosen = campaign or random.choice(fits)
    one = world.affiliate(id, "content", 0.3)
    one.campaigns, one.links = [chosen], links
    world.affiliates.append(one)
    for _ in range(visits):
        world.visit(one, chosen)
    return one, chosen

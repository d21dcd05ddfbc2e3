"""What became of a click, an impression or a sale, step by step, in sentences for people.

An affiliate is told about what is its own: other parties are 'another affiliate', and nothing of theirs is said.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from chalicelib.model.click import Click
from chalicelib.model.clickid import VIEW, ClickId
from chalicelib.model.day import accounting_day, back, iso
from chalicelib.model.fact import Fact
from chalicelib.model.money import decimal
from chalicelib.model.network import DAY_MS, Affiliate, Campaign, Link
from chalicelib.model.sharing import is_share, shares, whole
from chalicelib.model.traffic import RULES, verdict

NOBODY: Final = ""
"""The viewer who may see everything: the operator."""

RULES_OF_ATTRIBUTION: Final = {
    "": "the last click",
    "first": "the first click of its path",
    "linear": "every touch of its path alike",
    "position": "40/20/40 by position in its path",
    "stand_down": "the last click that did not have to stand down",
    "coupon": "its coupon",
    "customer": "whoever brought the customer",
    "view": "an impression",
}


class Unseen(LookupError):
    """There is nothing of this name, or nothing that the viewer may see."""


class Visits(Protocol):
    """The visits table."""

    @property
    def shards(self) -> int:
        """In so many partitions a day's clicks lie."""

    def found(self, id: ClickId) -> Click | None:
        """The row of a click or an impression."""

    def clicks_between(self, day: str, shard: int, from_ms: int, to_ms: int) -> Iterator[Click]:
        """The clicks of a shard of a UTC day between two moments."""


class Ledger(Protocol):
    """The ledger."""

    def facts(self, conversion: str) -> list[Fact]:
        """The facts of a conversion."""

    def of_click(self, click_id: str) -> list[str]:
        """The conversions that a click earned or led to."""


class Network(Protocol):
    """The network's set-up."""

    def slug(self, slug: str) -> Link | None:
        """A link by its slug."""

    def link(self, number: int) -> Link | None:
        """A link by its number."""

    def campaign(self, id: str) -> Campaign | None:
        """A campaign."""

    def affiliate(self, id: str) -> Affiliate | None:
        """An affiliate."""


class Refusals(Protocol):
    """Refused attempts of trusted senders."""

    def refusals(self, advertiser: str, day: str) -> Iterable[tuple[int, Mapping[str, str], Mapping[str, str]]]:
        """Time, answer and parameters of each on an accounting day."""


@dataclass(frozen=True, slots=True)
class Tracer:
    """Answers what became of something. `read` reads a click id, None for one that is not ours; `reported` says where
    a fact is listed. `viewer` is the affiliate that asks, NOBODY for the operator.
    """

    visits: Visits
    ledger: Ledger
    network: Network
    refusals: Refusals
    read: Callable[[str], ClickId | None]
    reported: Callable[[Fact], str]
    time_zone: str
    clock: Callable[[], int]
    viewer: str = NOBODY

    def visit(self, text: str) -> Iterator[str]:
        """A click or an impression by its id. Unseen if it is none of the network's, or none of the viewer's."""
        id = self.read(text)
        link = self.network.link(id.link) if id else None
        campaign = self.network.campaign(link.campaign) if link else None
        if id is None or link is None or campaign is None or self.viewer not in (NOBODY, link.affiliate):
            raise Unseen(f"no such click: {text}")
        kind = "impression" if id.variant == VIEW else "click"
        yield f"{kind} {id.text} at {iso(id.ms)}"
        yield f"link {link.slug} of {link.affiliate} for {campaign.id}"
        yield from self._verdict(id, kind)
        yield from self._window(id, campaign)
        conversions = self.ledger.of_click(id.text)
        for conversion in conversions:
            yield from self._led_to(conversion, id.text, link.affiliate)
        if not conversions:
            yield "no conversion names it"
        yield from self._refused(campaign.advertiser, id.ms, lambda said: said.get("click_id") == id.text)

    def conversion(self, id: str) -> Iterator[str]:
        """A conversion by its id. Unseen if there is none, or the viewer has no part in it."""
        facts = self.ledger.facts(whole(id))
        if not facts or not any(self._mine(fact) for fact in facts):
            raise Unseen(f"no such conversion: {id}")
        mine = [fact for fact in facts if self._mine(fact)]
        # A claim that became somebody else's sale: what it is now is no business of whoever had it before.
        yield from self._sale(mine[-1])
        yield from self._path(mine)
        for fact in mine:
            yield from self._fact(fact)
        first = facts[0]
        if first.order_id:
            about = first.order_id
            yield from self._refused(first.advertiser, first.at_ms, lambda said: said.get("order_id") == about)

    def around(self, slug: str, at_ms: int, within_ms: int) -> Iterator[str]:
        """The clicks of a link around a moment, oldest first, one line each. Unseen if the link is not the viewer's."""
        link = self.network.slug(slug)
        if link is None or self.viewer not in (NOBODY, link.affiliate):
            raise Unseen(f"no such link: {slug}")
        first, last = at_ms - within_ms, at_ms + within_ms + 1
        days = dict.fromkeys(accounting_day(ms, "UTC").replace("-", "") for ms in (first, last))
        found = [
            seen
            for day in days
            for shard in range(self.visits.shards)
            for seen in self.visits.clicks_between(day, shard, first, last)
            if seen.id.link == link.number
        ]
        for seen in sorted(found, key=lambda seen: seen.id.ms):
            reason = verdict(seen.method, seen.agent, seen.purpose)
            yield f"{iso(seen.id.ms)} {seen.id.text} {reason or 'billable'}"
        if not found:
            yield f"no click of {slug} was written between {iso(first)} and {iso(last - 1)}"

    def _verdict(self, id: ClickId, kind: str) -> Iterator[str]:
        seen = self.visits.found(id)
        if seen is None:
            yield "seen: made by us, but its row is not there: it has not arrived (yet), or its time is over"
            return
        yield f"seen: {seen.method}" + (f", from {seen.country}" if seen.country else "") + ", kept as evidence"
        reason = verdict(seen.method, seen.agent, seen.purpose)
        told = f"not billable: {reason}" if reason else "billable by itself"
        yield f"verdict: {told} (rules {RULES}); what hangs on other {kind}s is decided at the close"

    def _window(self, id: ClickId, campaign: Campaign) -> Iterator[str]:
        span = campaign.view_ms if id.variant == VIEW else campaign.window_ms
        ends = id.ms + span
        state = "is open until" if self.clock() <= ends else "was over at"
        yield f"window: {state} {iso(ends)} ({span / DAY_MS:g} days)"

    def _led_to(self, conversion: str, click_id: str, affiliate: str) -> Iterator[str]:
        """What a conversion is to a click that is named in it."""
        facts = self.ledger.facts(conversion)
        if not facts:
            return
        last = facts[-1]
        part = next((one for one in shares(last) if one.affiliate == affiliate), None)
        if part is not None:
            yield f"it shares a conversion by {RULES_OF_ATTRIBUTION[last.how]}: part {part.share}"
            yield from self._earned(part)
        elif last.click_id == click_id:
            yield f"it earned a conversion by {RULES_OF_ATTRIBUTION[last.how]}"
            yield from self._earned(last)
        else:
            by = f"{self._name(last.affiliate)} earned it by {RULES_OF_ATTRIBUTION[last.how]}"
            shown = f" {last.conversion}" if self._mine(last) else ""
            yield f"it led to a conversion{shown} of {iso(last.event_ms)}, but {by}"

    def _earned(self, fact: Fact) -> Iterator[str]:
        after = fact.after
        yield (
            f"  {fact.conversion}, order {fact.order_id or '-'}: {after.state}{_because(after.reason, after.held)}, "
            f"commission {decimal(after.commission, after.currency)} {after.currency}"
        )
        yield f"  {self.reported(fact)}"

    def _sale(self, last: Fact) -> Iterator[str]:
        amount = f", {last.amount}" if last.amount else ""
        yield f"conversion {last.conversion}: {last.goal} in {last.campaign}, order {last.order_id or '-'}{amount}"
        yield f"stands: {last.after.state}{_because(last.after.reason, last.after.held)}"

    def _path(self, facts: list[Fact]) -> Iterator[str]:
        """The touches in order of time, with what each came to."""
        last = facts[-1]
        earning = {credit.click_id for credit in last.credits} or {last.click_id}
        named = [id for fact in facts for id in (fact.click_id, *fact.touches)] + sorted(earning)
        touches = [id for text in dict.fromkeys(filter(None, named)) if (id := self.read(text))]
        for id in sorted(touches, key=lambda id: id.ms):
            link = self.network.link(id.link)
            affiliate = link.affiliate if link else ""
            is_mine = self.viewer in (NOBODY, affiliate)
            what = "earns" if id.text in earning else "touched"
            when, shown = (f"{iso(id.ms)} ", f" {id.text}") if is_mine else ("", "")
            yield f"path: {when}{self._name(affiliate)} {what}{shown}"
        yield f"attributed by {RULES_OF_ATTRIBUTION[last.how]} to {self._name(last.affiliate)}" + (
            f" and {len(last.credits) - 1} others" if last.credits else ""
        )

    def _fact(self, fact: Fact) -> Iterator[str]:
        """One fact, and where a report lists it: as the viewer's own part, where several share."""
        parts = [one for one in shares(fact) if self.viewer in (NOBODY, one.affiliate)]
        for one in parts or [fact]:
            money = f"{decimal(one.after.commission, one.after.currency)} {one.after.currency}"
            whose = f" {one.affiliate}" if one.share else ""
            state = f"{one.after.state}{_because(one.after.reason, one.after.held)}"
            yield f"fact {one.n} {one.kind} {iso(one.at_ms)}{whose}: {state}, commission {money}; {self.reported(one)}"

    def _refused(self, advertiser: str, since_ms: int, is_meant: Callable[[Mapping[str, str]], bool]) -> Iterator[str]:
        """What the advertiser's servers have said of it in vain, since a moment; for the operator alone."""
        if self.viewer != NOBODY:
            return
        day, today = accounting_day(since_ms, self.time_zone), accounting_day(self.clock(), self.time_zone)
        while day <= today:
            for at_ms, answer, said in self.refusals.refusals(advertiser, day):
                if is_meant(said):
                    of = f" of conversion {answer['conversion_id']}" if answer.get("conversion_id") else ""
                    yield f"refused {iso(at_ms)}: {answer['reason']}{of}"
            day = back(day, -1)

    def _mine(self, fact: Fact) -> bool:
        earning = {fact.affiliate, *(credit.affiliate for credit in fact.credits)}
        return self.viewer == NOBODY or self.viewer in earning

    def _name(self, affiliate: str) -> str:
        return affiliate if self.viewer in (NOBODY, affiliate) else "another affiliate"


def is_conversion(text: str) -> bool:
    """Whether a text looks like a conversion's id, or a share's, and not like a click's."""
    name = whole(text)
    return len(name) == 32 and all(digit in "0123456789abcdef" for digit in name) and (is_share(text) or name == text)


def _because(reason: str, held: str) -> str:
    return (f" ({reason})" if reason else "") + (f", held by {held.replace(' ', ' and ')}" if held else "")

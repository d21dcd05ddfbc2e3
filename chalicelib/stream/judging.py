"""What a day's traffic says of its conversions: those that evidence speaks against are held until a person looks.

Each day is looked at once when it is over, together with the thirty before it (model.evidence, docs/trust.md). A hold
is written once for each conversion, rule and version of the rules, so a run twice holds nothing twice, and what a
person has released stays free. A run that was missed or cut short is made up for by the next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from chalicelib.model import evidence, judge, life, traffic
from chalicelib.model.act import Hold
from chalicelib.model.day import accounting_day, back, utc_day
from chalicelib.model.evidence import Account, Case, Claim, Clicks, Finding, Offer
from chalicelib.model.fact import Fact
from chalicelib.model.network import DAY_MS, Affiliate, Campaign
from chalicelib.model.personal import Personal
from chalicelib.model.persons import account_keys
from chalicelib.model.ports import Facts
from chalicelib.stream.dossier import Dossier, Held

LOOK_BACK: Final = 30
"""So many days of conversions are looked at together."""

CLICK_DAYS: Final = 30
"""A conversion may follow a click that came in so many days before it."""

LATE_MS: Final = 7_200_000
"""So long after a day's end it is looked at: what was queued and what the index shows late has come by then."""

PATIENCE_MS: Final = 3 * DAY_MS
"""A server is given so long to confirm a browser's claim before its silence means anything."""

SPARE_MS: Final = 60_000
TASK: Final = "judged"
WORD_CHARACTERS: Final = 128


class Notes(Protocol):
    """How far day-by-day tasks have got."""

    def progress(self, task: str) -> str:
        """The note of a task, '' if there is none."""

    def note_progress(self, task: str, note: str) -> None:
        """Keep a task's note."""


class Network(Protocol):
    """The network's set-up."""

    def affiliate(self, id: str) -> Affiliate | None:
        """An affiliate."""

    def campaign(self, id: str) -> Campaign | None:
        """A campaign."""


@dataclass(frozen=True, slots=True)
class Judging:
    """Looks at days that are over. `personal` is what is known of a conversion's customer, `ibans` an affiliate's bank
    accounts.
    """

    dossier: Dossier
    notes: Notes
    ledger: Facts
    network: Network
    personal: Callable[[str], Personal]
    ibans: Callable[[str], list[str]]
    time_zone: str

    def run(self, now_ms: int, remaining_ms: Callable[[], int]) -> dict[str, int]:
        """Look at every day that is over and was not looked at; how many days, and how many holds were written."""
        settled = now_ms - LATE_MS
        utc = utc_day(settled)
        last = min(back(accounting_day(settled, self.time_zone), 1), back(f"{utc[:4]}-{utc[4:6]}-{utc[6:]}", 1))
        day, done, written = self.notes.progress(TASK) or back(last, 1), 0, 0
        while day < last and remaining_ms() > SPARE_MS:
            day = back(day, -1)
            if not self._watch(day, lambda: remaining_ms() > SPARE_MS):
                break
            written += self._judge(day, now_ms)
            self.notes.note_progress(TASK, day)
            done += 1
        return {"days": done, "held": written}

    def _watch(self, day: str, has_time: Callable[[], bool]) -> bool:
        return self.dossier.watch(day.replace("-", ""), _midnight(day), has_time)

    def _judge(self, day: str, now_ms: int) -> int:
        fresh = [self._with_person(claim) for claim in self.dossier.collect(day)]
        claims, held = self._before(day)
        claims |= {claim.id: claim for claim in fresh}
        places, burst = self._clicks(day)
        crowd = self._crowds(day)
        known = [_in_crowd(_patient(claim, now_ms), crowd) for claim in claims.values()]
        accounts = {id: self._account(id) for id in {claim.affiliate for claim in known}}
        offers = {id: self._offer(id) for id in {claim.campaign for claim in known}}
        case = Case(known, places, burst, accounts, offers, self.time_zone)
        now = judge.moment(now_ms, self.time_zone)
        return sum(self._hold(finding, held, now) for finding in evidence.held(case))

    def _hold(self, finding: Finding, held: Held, now: judge.Moment) -> bool:
        version = traffic.RULES if finding.rule in ("bot", "datacenter", "burst") else evidence.VERSION
        if (finding.conversion, finding.rule, version) in held:
            return False
        act = Hold(finding.rule, version, finding.why[:WORD_CHARACTERS])
        answer = self.ledger.settle(finding.conversion, lambda said: life.change(said, act, now), is_new=False)
        return isinstance(answer, Fact)

    def _before(self, day: str) -> tuple[dict[str, Claim], Held]:
        """The conversions of the days before; where a server has confirmed one later, as it stands after that."""
        claims: dict[str, Claim] = {}
        held: Held = set()
        for ago in range(LOOK_BACK, -1, -1):
            some, more = self.dossier.claims(back(day, ago))
            claims |= {claim.id: claim for claim in some} if ago else {}
            held |= more
        return claims, held

    def _clicks(self, day: str) -> tuple[Mapping[tuple[str, str], Clicks], frozenset[str]]:
        """The clicks of the days that are looked at, and the bursts of those and of the days that clicks come from."""
        places: dict[tuple[str, str], Clicks] = {}
        burst: set[str] = set()
        for ago in range(LOOK_BACK + CLICK_DAYS, -1, -1):
            some, ids = self.dossier.clicks(back(day, ago).replace("-", ""))
            burst |= ids
            for place, sums in some.items() if ago <= LOOK_BACK else ():
                places[place] = places.get(place, Clicks()).plus(sums)
        return places, frozenset(burst)

    def _crowds(self, day: str) -> frozenset[str]:
        """The clicks that came in a crowd, of the days that are looked at and those that clicks come from."""
        days = (back(day, ago).replace("-", "") for ago in range(LOOK_BACK + CLICK_DAYS, -1, -1))
        return frozenset().union(*map(self.dossier.crowds, days))

    def _with_person(self, claim: Claim) -> Claim:
        """What is known of the customer. It is read for the day's own conversions only, and not kept."""
        known = self.personal(claim.id)
        return claim._replace(network=known.address, people=frozenset(filter(None, (known.email,))))

    def _account(self, id: str) -> Account:
        found = self.network.affiliate(id)
        # Whoever knows an affiliate's e-mail address keeps its stand-in (model.personal.email_key) in the profile.
        email = found.profile.get("email_key", "") if found else ""
        accounts = frozenset(key for iban in self.ibans(id) for key in account_keys(iban))
        return Account(id, frozenset(filter(None, (email,))), accounts)

    def _offer(self, id: str) -> Offer:
        """A campaign's daily caps of single affiliates. A cap of everyone's cannot be got round by one."""
        campaign = self.network.campaign(id)
        prefix = "conversions/day/"
        caps = campaign.caps if campaign else {}
        return Offer(id, "", None, {cap.removeprefix(prefix): n for cap, n in caps.items() if cap.startswith(prefix)})


def _midnight(day: str) -> int:
    """The first Unix millisecond of a UTC day."""
    from chalicelib.model.day import end

    return end(back(day, 1), "UTC")


def _patient(claim: Claim, now_ms: int) -> Claim:
    """A claim whose server may yet speak says nothing by being unconfirmed."""
    waits = not claim.confirmed and claim.told + PATIENCE_MS > now_ms
    return claim._replace(confirmed=None) if waits else claim


def _in_crowd(claim: Claim, crowd: frozenset[str]) -> Claim:
    """A claim whose click came in a crowd, with that as the click's verdict, unless it has another."""
    if claim.seen is None or claim.seen.reason or claim.click not in crowd:
        return claim
    return claim._replace(seen=claim.seen._replace(reason="burst"))

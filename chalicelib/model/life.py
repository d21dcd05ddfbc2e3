"""What happens to a conversion after it was booked: reviews, new amounts, refunds, disputes, corrections, rates.

Pure, like the judge: an act and the facts so far give the next fact, a Replay, or a Refusal. Each act has a key, which
its fact keeps: the same act again is a replay, and the same name with other content a conflict. Whatever is done, the
money is the price of what is left, so nothing takes back more than was booked.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from chalicelib.model import pricing
from chalicelib.model.act import Act, Amend, Approve, Correct, Dispute, Hold, Refund, Refuse, Reinstate, Reject, Release
from chalicelib.model.answer import Moment, Replay
from chalicelib.model.fact import Fact, Kind, Standing, State, next_fact
from chalicelib.model.money import Money
from chalicelib.model.rates import Basis
from chalicelib.model.sale import Refusal

UNSAID: Final = "-"
"""What stands in a key for an amount that was not said."""


def change(said: Sequence[Fact], act: Act, now: Moment) -> Fact | Replay | Refusal:
    """What `act` adds to the facts `said` so far. What only a browser claimed can be held back or rejected, no more."""
    if not said:
        return Refusal("rejected", "unknown_conversion")
    last = said[-1]
    if not last.after.confirmed and not isinstance(act, Reject | Hold | Release | Refuse):
        answer: Fact | Replay | Refusal = Refusal("rejected", "unconfirmed")
    else:
        answer = _change(said, act, now)
    if isinstance(answer, Refusal):
        return replace(answer, conversion=last.conversion, state=last.after.state)
    return answer


def expire(said: Sequence[Fact], now: Moment) -> Fact | Replay:
    """What becomes of a claim whose time to be confirmed is over."""
    last = said[-1]
    if last.after.confirmed or last.after.state != "pending":
        return Replay(last)
    return _rejected(last, "unconfirmed", now, "unconfirmed")


def approve_by_time(said: Sequence[Fact], now: Moment) -> Fact | Replay:
    """What becomes of a confirmed conversion whose review time is over. A withheld caller waits for a person."""
    last = said[-1]
    needs_person = last.source == "call" and not last.caller
    if not last.after.confirmed or needs_person or intended(last.after) != "pending":
        return Replay(last)
    return _approved(last, now, "")


def rate(said: Sequence[Fact], now: Moment, rates: pricing.Rates) -> Fact | Replay:
    """What becomes of a conversion that waits for a rate of exchange, now that `rates` may know one for its day.

    Its day is the accounting day of its booking, or of its confirmation by a server.
    """
    last = said[-1]
    if last.after.reason != "no_fx_rate":
        return Replay(last)
    day = next(fact.day for fact in reversed(said) if fact.kind in ("booked", "confirmed"))
    known = pricing.quoted(pinned(last), basis(last), rates, day)
    after = pricing.standing(last.after, basis(last), known)
    if after.reason == "no_fx_rate":
        return Replay(last)
    priced = replace(last, fx=str(known.quotes) if known.quotes.date else "")
    return next_fact(priced, "rated", f"rated {known.quotes.table}", now.ms, now.day, after)


def doubts(said: Sequence[Fact]) -> str:
    """What holds a claim when a server confirms it: what has held it, and what a person has refused it for."""
    refused = {fact.after.reason for fact in said if fact.kind == "refused"}
    return " ".join(sorted({*said[-1].after.held.split(), *refused}))


def may_need_rate(fact: Fact) -> bool:
    """Whether a conversion was booked or confirmed without a rate of exchange. It may need one now even if it did not
    then, because it was rejected or worth nothing: people reinstate, and senders amend.
    """
    return fact.kind in ("booked", "confirmed") and pricing.lacks_rate(pinned(fact), basis(fact))


def rejected(standing: Standing, reason: str) -> Standing:
    """The standing of a rejected conversion: no money, and nothing to wait for."""
    nothing = {"commission": 0, "revenue": 0, "due": 0, "dues": ()}
    return replace(standing, state="rejected", reason=reason, wanted="pending", **nothing)  # type: ignore[arg-type]


def intended(standing: Standing) -> State:
    """The state that a conversion is in, or waits for where only a rate of exchange is missing."""
    return standing.wanted if standing.reason == "no_fx_rate" else standing.state


def basis(fact: Fact) -> Basis:
    """What a fact's conversion is priced by, where it stands."""
    return Basis(fact.amount, fact.deductions, fact.after.refunded, fact.seconds)


def pinned(fact: Fact) -> pricing.Pinned:
    """What a fact pins for all that follows it."""
    dues_in = tuple(credit.due_in for credit in fact.credits)
    return pricing.pinned(fact.commission_rate, fact.revenue_rate, fact.after.currency, fact.due_in, fact.fx, dues_in)


def opening_key(tax: Money | None, shipping: Money | None) -> str:
    """The key of a booking. It keeps tax and shipping apart, of which the fact knows the sum."""
    return "booked" if tax is None and shipping is None else f"booked {_text(tax)} {_text(shipping)}"


def deductions(said: Sequence[Fact]) -> tuple[int, int]:
    """Tax and shipping, where the facts have led; minor units of the sale's currency."""
    tax = shipping = 0
    for fact in said:
        match fact.key.split(" "):
            case ["booked" | "confirmed"]:
                tax = shipping = 0
            case ["booked" | "confirmed", first, second]:
                tax, shipping = _number(first, 0), _number(second, 0)
            case ["amend" | "correct", _, first, second, *_]:
                tax, shipping = _number(first, tax), _number(second, shipping)
    return tax, shipping


def _change(said: Sequence[Fact], act: Act, now: Moment) -> Fact | Replay | Refusal:
    last = said[-1]
    match act:
        case Approve():
            if last.after.state == "rejected":
                return Refusal("rejected", "already_rejected")
            return Replay(last) if intended(last.after) == "approved" else _approved(last, now, act.word)
        case Reject():
            return Replay(last) if last.after.state == "rejected" else _rejected(last, act.reason, now, word=act.word)
        case Reinstate():
            return _reinstate(said, act, now)
        case Amend():
            return _amend(said, act, now)
        case Refund():
            return _refund(said, act, now)
        case Dispute():
            return _dispute(said, act, now)
        case Correct():
            return _correct(said, act, now)
        case Hold():
            return _hold(said, act, now)
        case Release() | Refuse():
            return _looked(said, act, now)


def _approved(last: Fact, now: Moment, word: str) -> Fact:
    """Without a rate of exchange there is nothing to approve yet; it is remembered that it will be."""
    standing = last.after
    if standing.reason == "no_fx_rate":
        after = replace(standing, wanted="approved")
    else:
        reason = standing.reason if standing.reason == "below_duration" else ""
        after = replace(standing, state="approved", reason=reason)
    return next_fact(last, "approved", "approved", now.ms, now.day, after, word)


def _rejected(last: Fact, reason: str, now: Moment, key: str = "rejected", word: str = "") -> Fact:
    return next_fact(last, "rejected", key, now.ms, now.day, rejected(last.after, reason), word)


def _reinstate(said: Sequence[Fact], act: Reinstate, now: Moment) -> Fact | Replay | Refusal:
    last = said[-1]
    if last.after.state != "rejected":
        was = any(fact.kind == "reinstated" for fact in said)
        return Replay(last) if was else Refusal("rejected", "not_rejected")
    state = next((intended(f.after) for f in reversed(said) if f.after.state != "rejected"), "pending")
    return _priced(last, "reinstated", "reinstated", now, act.word, state=state, reason="")


def _hold(said: Sequence[Fact], act: Hold, now: Moment) -> Fact | Replay | Refusal:
    """Once for each rule and version: what a person has let go is not held again by the same."""
    last, key = said[-1], f"hold {act.rule} {act.version}"
    if last.after.state == "rejected":
        return Refusal("rejected", "already_rejected")
    if any(fact.key == key for fact in said):
        return Replay(last)
    held = " ".join(sorted({*last.after.held.split(), act.rule}))
    return next_fact(last, "held", key, now.ms, now.day, replace(last.after, held=held), act.word)


def _looked(said: Sequence[Fact], act: Release | Refuse, now: Moment) -> Fact | Replay | Refusal:
    """A person decides what a rule has held: it is let go, or refused with the rule as its reason."""
    last, verb = said[-1], "release" if isinstance(act, Release) else "refuse"
    version = act.version or _held_by(said, act.rule)
    key = f"{verb} {act.rule} {version}"
    # What was decided about a claim decides nothing about what a server has confirmed since.
    confirmed = max((n for n, fact in enumerate(said) if fact.kind == "confirmed"), default=0)
    if any(fact.key == key for fact in said[confirmed:]):
        return Replay(last)
    if act.rule not in last.after.held.split():
        return Refusal("rejected", "not_held")
    kept = replace(last.after, held=" ".join(rule for rule in last.after.held.split() if rule != act.rule))
    if isinstance(act, Release):
        return next_fact(last, "released", key, now.ms, now.day, kept, act.word)
    return next_fact(last, "refused", key, now.ms, now.day, rejected(kept, act.rule), act.word)


def _held_by(said: Sequence[Fact], rule: str) -> str:
    """The version under which a rule has held last, '' if it never has."""
    found = (fact.key.split(" ", 2) for fact in reversed(said) if fact.kind == "held")
    return next((version for _, name, version in found if name == rule), "")


def _amend(said: Sequence[Fact], act: Amend, now: Moment) -> Fact | Replay | Refusal:
    last, key = said[-1], f"amend {act.amount.minor} {_text(act.tax)} {_text(act.shipping)} {act.id}"
    if _is_foreign(act.amount, last.amount):
        return Refusal("conflict", "other_currency")
    if repeated := _repeated(said, key, act.id, 4):
        return repeated
    if last.after.state == "rejected":
        return Refusal("rejected", "already_rejected")
    if intended(last.after) != "pending":
        return Refusal("rejected", "not_pending")
    tax, shipping = _corrected(said, act.tax, act.shipping)
    changed = replace(last, amount=act.amount, deductions=tax + shipping)
    return _priced(changed, "amended", key, now, act.word, disputed=_still_disputed(changed))


def _refund(said: Sequence[Fact], act: Refund, now: Moment) -> Fact | Replay | Refusal:
    last, standing = said[-1], said[-1].after
    if last.amount is None:
        return Refusal("rejected", "amount_unknown")
    if _is_foreign(act.amount, last.amount):
        return Refusal("conflict", "other_currency")
    key = f"refund {'=' if act.is_total else ''}{act.amount.minor} {act.id}"
    repeated = _repeated(said, key, act.id, 2) if act.id else None
    if repeated:
        return repeated if isinstance(repeated, Replay) else Refusal("conflict", "other_amount")
    if standing.state == "rejected":
        return Refusal("rejected", "already_rejected")
    total = act.amount.minor + (_lost(said) if act.is_total else standing.refunded)
    refunded = min(total, last.amount.minor)
    if refunded <= standing.refunded:
        return Replay(last) if act.is_total else Refusal("rejected", "nothing_left")
    disputed = min(standing.disputed, last.amount.minor - refunded)
    return _priced(last, "refunded", key, now, act.word, refunded=refunded, disputed=disputed)


def _dispute(said: Sequence[Fact], act: Dispute, now: Moment) -> Fact | Replay | Refusal:
    """Forward only: what is decided stays decided, and an `opened` that comes late says nothing new."""
    last, phases = said[-1], _phases(said)
    if last.amount is None:
        return Refusal("rejected", "amount_unknown")
    if _is_foreign(act.amount, last.amount):
        return Refusal("conflict", "other_currency")
    mine, content = phases.get(act.id, {}), UNSAID if act.phase == "won" else _text(act.amount)
    if act.phase in mine:
        return Replay(last) if mine[act.phase] == content else Refusal("conflict", "other_change")
    if mine.keys() & {"won", "lost"}:
        return Replay(last) if act.phase == "opened" else Refusal("conflict", "other_outcome")
    if any(id != act.id and known.keys() == {"opened"} for id, known in phases.items()):
        return Refusal("conflict", "dispute_open")
    if not mine and last.after.state == "rejected":
        return Refusal("rejected", "already_rejected")
    remaining = max(0, last.amount.minor - last.after.refunded)
    held = last.after.disputed if mine else remaining
    taken = min(held, remaining, act.amount.minor if act.amount else held)
    key = f"dispute {act.phase} {content} {act.id}"
    match act.phase:
        case "opened":
            if not taken:
                return Refusal("rejected", "nothing_left")
            return _priced(last, "disputed", key, now, act.word, disputed=taken)
        case "won":
            return _priced(last, "dispute_won", key, now, act.word, disputed=0)
    return _priced(last, "dispute_lost", key, now, act.word, disputed=0, refunded=last.after.refunded + taken)


def _correct(said: Sequence[Fact], act: Correct, now: Moment) -> Fact | Replay | Refusal:
    last, seconds = said[-1], UNSAID if act.seconds is None else str(act.seconds)
    key = f"correct {seconds} {_text(act.tax)} {_text(act.shipping)} {act.id}"
    if last.amount is None and (act.tax or act.shipping):
        return Refusal("rejected", "amount_unknown")
    if _is_foreign(act.tax, last.amount) or _is_foreign(act.shipping, last.amount):
        return Refusal("conflict", "other_currency")
    if repeated := _repeated(said, key, act.id, 4):
        return repeated
    if last.after.state == "rejected":
        return Refusal("rejected", "already_rejected")
    tax, shipping = _corrected(said, act.tax, act.shipping)
    changed = replace(last, deductions=tax + shipping, seconds=last.seconds if act.seconds is None else act.seconds)
    return _priced(changed, "corrected", key, now, act.word)


def _priced(changed: Fact, kind: Kind, key: str, now: Moment, word: str, **standing: object) -> Fact:
    """The next fact, with the money of what is left; `standing` says what else becomes other."""
    where = replace(changed.after, **standing)  # type: ignore[arg-type]
    after = pricing.standing(where, basis(replace(changed, after=where)), pinned(changed))
    return next_fact(changed, kind, key, now.ms, now.day, after, word)


def _repeated(said: Sequence[Fact], key: str, id: str, words: int) -> Replay | Refusal | None:
    """What to say of an act whose `id` was used before by the same verb; `words` of its key come before the id."""
    verb = key.partition(" ")[0]
    parts = [fact.key.split(" ", words) for fact in said if fact.key.startswith(f"{verb} ")]
    earlier = {" ".join(part) for part in parts if part[words] == id}
    if not earlier:
        return None
    return Replay(said[-1]) if key in earlier else Refusal("conflict", "other_change")


def _phases(said: Sequence[Fact]) -> dict[str, dict[str, str]]:
    """What was said of each dispute: id -> phase -> the amount in its key."""
    found: dict[str, dict[str, str]] = {}
    for fact in said:
        if fact.key.startswith("dispute "):
            _, phase, content, id = fact.key.split(" ", 3)
            found.setdefault(id, {})[phase] = content
    return found


def _lost(said: Sequence[Fact]) -> int:
    """What lost disputes have taken of the sale; what shops call refunded does not count it."""
    steps = [(one.after, other) for one, other in pairwise(said) if other.kind == "dispute_lost"]
    return sum(fact.after.refunded - before.refunded for before, fact in steps)


def _still_disputed(changed: Fact) -> int:
    """What an open dispute can still be about after the sale has changed."""
    left = max(0, changed.amount.minor - changed.after.refunded) if changed.amount else 0
    return min(changed.after.disputed, left)


def _corrected(said: Sequence[Fact], tax: Money | None, shipping: Money | None) -> tuple[int, int]:
    known = deductions(said)
    return known[0] if tax is None else tax.minor, known[1] if shipping is None else shipping.minor


def _is_foreign(said: Money | None, known: Money | None) -> bool:
    return said is not None and known is not None and said.currency != known.currency


def _text(amount: Money | None) -> str:
    return UNSAID if amount is None else str(amount.minor)


def _number(text: str, otherwise: int) -> int:
    return otherwise if text == UNSAID else int(text)

"""What is known of people: affiliates that buy through their own links, or get round a cap with more accounts.

Affiliates with the same bank account or e-mail address are one person.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from chalicelib.model.day import accounting_day
from chalicelib.model.evidence import Account, Case, Claim, Finding


def findings(case: Case) -> Iterator[Finding]:
    """Conversions whose buyer is the affiliate, or that are beyond what one person may have."""
    persons = _persons(case.accounts)
    yield from _self_referral(case, persons)
    yield from _cap_evasion(case, persons)


def _self_referral(case: Case, persons: Mapping[str, list[Account]]) -> Iterator[Finding]:
    for claim in case.claims:
        for account in persons.get(claim.affiliate, ()):
            if claim.people & account.people:
                yield Finding(claim.id, "self_referral", f"the buyer's e-mail address is that of {account.id}")
            if claim.accounts & account.accounts:
                yield Finding(claim.id, "self_referral", f"the buyer's bank account is that of {account.id}")


def _cap_evasion(case: Case, persons: Mapping[str, list[Account]]) -> Iterator[Finding]:
    """Of each person, campaign and day: what is beyond the cap of one account, in the order of the sales.

    The day is the sale's: a report that is kept back until the cap is free again changes nothing. One account that is
    over its cap on the days of its reports as well evades nothing: the cap itself takes care of it.
    """
    days: dict[tuple[str, str, str], list[Claim]] = defaultdict(list)
    for claim in case.claims:
        if _cap(case, claim) is not None:
            person = min(account.id for account in persons.get(claim.affiliate, [Account(claim.affiliate)]))
            days[person, claim.campaign, accounting_day(claim.at, case.time_zone)].append(claim)
    for (_, _, day), claims in days.items():
        cap = max(_cap(case, claim) or 0 for claim in claims)
        if len(claims) <= cap or not _is_evaded(case, claims, cap):
            continue
        many = len({claim.affiliate for claim in claims})
        why = f"{len(claims)} sales on {day} by {many} account(s) of one person, of {cap}"
        for claim in sorted(claims, key=lambda one: (one.at, one.id))[cap:]:
            yield Finding(claim.id, "cap_evasion", why)


def _is_evaded(case: Case, claims: Sequence[Claim], cap: int) -> bool:
    if len({claim.affiliate for claim in claims}) > 1:
        return True
    told: dict[str, int] = defaultdict(int)
    for claim in claims:
        told[accounting_day(claim.told, case.time_zone)] += 1
    return max(told.values()) <= cap


def _cap(case: Case, claim: Claim) -> int | None:
    """The daily cap of a claim: its affiliate's own in the campaign, the campaign's, or its affiliate's in any."""
    offer, account = case.offers.get(claim.campaign), case.accounts.get(claim.affiliate)
    found = offer.named.get(claim.affiliate, offer.daily) if offer else None
    return account.daily if found is None and account else found


def _persons(accounts: Mapping[str, Account]) -> dict[str, list[Account]]:
    """Of each affiliate all that are the same person, by what they share, however many steps away."""
    groups: dict[str, list[Account]] = {id: [account] for id, account in accounts.items()}
    holders: dict[str, str] = {}
    for id, account in accounts.items():
        for key in (*account.people, *account.accounts):
            other = holders.setdefault(key, id)
            if groups[other] is not groups[id]:
                groups[other].extend(groups[id])
                for moved in list(groups[id]):
                    groups[moved.id] = groups[other]
    return groups

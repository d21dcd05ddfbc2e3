"""The clicks behind the sales: some by the real redirect, through all faults; the rest signed with the same key."""

import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Final
from urllib.parse import parse_qs, urlsplit

from bench.stress import request
from bench.stress.crew import Crew
from bench.stress.plan import Sale
from bench.stress.site import Opened
from bench.stress.traffic import SHORTENED
from chalicelib.model import clickid
from chalicelib.model.click import Click
from chalicelib.model.clickid import ClickId, KeyRing
from chalicelib.model.network import DAY_MS, Link
from chalicelib.model.ports import Clicks as Visits

_RIVAL_DAYS: Final = 0.02
"""How long before a redirect of just now the rival's click was."""


@dataclass(frozen=True, slots=True)
class Clicks:
    """The ids by sale: its own click and the rival's.

    `followed` are those that redirects were answered with, `rows` is how many others have their row.
    """

    own: dict[int, str]
    rival: dict[int, str]
    followed: list[str]
    rows: int

    def of(self, sale: int) -> dict[str, str]:
        """The ids that a delivery about a sale may carry, by the plan's words."""
        return {"own": self.own[sale], "rival": self.rival[sale]}


class Mint:
    """Makes clicks for a network. Rows of older clicks are written to `visits` directly: they were there before."""

    def __init__(self, ring: KeyRing, opened: Opened, visits: Visits, now_ms: int, dice: Random) -> None:
        self._ring, self._opened, self._visits, self._now_ms, self._dice = ring, opened, visits, now_ms, dice

    def clicks(self, bought: Iterable[Sale], crew: Crew) -> Clicks:
        """A click for each sale, and a rival's for a browser to mistake it for."""
        own, rival, rows = {}, {}, 0
        fresh: list[Sale] = []
        for sale in bought:
            days = max(sale.age_days, _RIVAL_DAYS)
            rival[sale.n] = self._minted(self._opened.links[sale.rival, sale.offer.id], days).text
            if sale.minted == "redirect":
                fresh.append(sale)
                continue
            id = self._minted(self._opened.links[sale.affiliate, sale.offer.id], sale.age_days)
            own[sale.n] = id.text
            if sale.minted == "row":
                self._visits.put(self._visits.item(Click(id, agent=request.AGENT)))
                rows += 1
        with ThreadPoolExecutor(crew.size) as visitors:
            followed = dict(zip(fresh, visitors.map(lambda sale: self._follow(sale, crew), fresh), strict=True))
        own.update((sale.n, id) for sale, id in followed.items())
        return Clicks(own, rival, list(followed.values()), rows)

    def _minted(self, link: Link, days_ago: float) -> ClickId:
        ms = self._now_ms - round(days_ago * DAY_MS)
        return clickid.mint(self._ring, link.number, ms, self._dice.randbytes(10))

    def _follow(self, sale: Sale, crew: Crew) -> str:
        """Follow the sale's link until it leads somewhere: a link not seen before may ask for patience."""
        link = self._opened.links[sale.affiliate, sale.offer.id]
        while True:
            answer = crew.answer(request.visit(link.slug))
            if answer["statusCode"] == 302:
                break
            if answer["statusCode"] != 503:
                raise RuntimeError(f"a visitor of {link.slug} got {answer['statusCode']}")
            time.sleep(int(answer["headers"]["Retry-After"]) * SHORTENED)
        asked = parse_qs(urlsplit(answer["headers"]["Location"]).query)
        id = clickid.read(self._ring, asked["clid"][0])
        if id is None or id.link != link.number:
            raise RuntimeError(f"a visitor of {link.slug} was given a strange click id")
        return id.text

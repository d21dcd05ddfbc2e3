"""Those who speak to the program: visitors, browsers, advertisers' servers, telephone systems. They say what they mean
until they are answered, and some of it again; what they were answered is held against what was written.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from chalicelib.web.message import Request, Response
from simulation.assembly import Container
from simulation.history import Task, Violation
from simulation.scene import FULL, SHOP, TOKEN, Way
from simulation.world import DIED, Job, World

VISITORS_MS: Final = 800
"""No visitor whose link a process has seen waits longer."""

WORDS: Final = {
    "visit": {"click", "click_queued", "spilled", "campaign_closed", "link_unread"},
    "impression": {"impression", "impression_queued", "spilled", "campaign_closed", "link_unread"},
    "claim": {"claim", "claim_replayed", "claim_refused", "claim_queued", "spilled"},
    "postback": {"postback"},
    "call": {"call"},
}
"""What a line says of a request: exactly one of these for each that was answered."""

REATTRIBUTED: Final = "reattributed"


@dataclass(slots=True, eq=False)
class Act:
    """What a server wants to be known; `said` are its parameters. `left` says how often it will be sent again."""

    number: int
    kind: str
    said: Mapping[str, str]
    is_answered: bool = False
    left: int = 0
    answers: list[tuple[int, str, str]] = field(default_factory=list)
    wrote: Counter[tuple[str, int]] = field(default_factory=Counter)


@dataclass(slots=True, eq=False)
class Senders:
    """Everybody outside. `clicks` are the ids that visitors were given, with the way that they came."""

    world: World
    clicks: list[tuple[str, Way]] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    claims: int = 0
    lost_visits: int = 0

    def visit(self, way: Way) -> Job:
        """Somebody follows a link."""
        request = _request("GET", f"/c/{way.slug}", f"sub1=page{len(self.clicks)}")
        known: list[bool] = []

        def act(process: Container) -> Response:
            known.append(way.slug in process.known)
            answer = process.edge.answer(request, self.world.clock.now())
            if answer.status == 302:
                process.known.add(way.slug)
            return answer

        def done(task: Task, answer: Any) -> None:  # noqa: ANN401
            if answer is DIED:
                self.lost_visits += 1
                return
            self._one_word(task, "visit")
            self._arrives(task, answer, way, known[0])

        return Job(f"visit {way.slug}", act, done)

    def impression(self, way: Way) -> Job:
        """A page shows an advertisement."""
        request = _request("GET", f"/i/{way.slug}.gif")

        def done(task: Task, answer: Any) -> None:  # noqa: ANN401
            if answer is not DIED:
                self._one_word(task, "impression")
                _check(answer.status == 200, f"{task.name}: a dot was answered {answer.status}")

        return Job(f"impression {way.slug}", lambda one: one.edge.answer(request, self.world.clock.now()), done)

    def claim(self, said: Mapping[Any, str]) -> Job:
        """A browser says that something was bought; half of them by the beacon."""
        self.claims += 1
        path, method = ("/p", "POST") if self.claims % 2 else ("/p.gif", "GET")
        query, body = ("", urlencode(said)) if method == "POST" else (urlencode(said), "")
        request = _request(method, path, query, body)

        def done(task: Task, answer: Any) -> None:  # noqa: ANN401
            if answer is not DIED:
                self._one_word(task, "claim")
                _check(answer.status in (200, 204), f"{task.name}: a browser was answered {answer.status}")

        return Job(f"claim {self.claims}", lambda one: one.edge.answer(request, self.world.clock.now()), done)

    def means(self, kind: str, said: Mapping[str, str], copies: int = 0) -> Act:
        """A server has something to say, and will say it so many times more than it must."""
        act = Act(len(self.acts) + 1, kind, said, left=copies)
        self.acts.append(act)
        return act

    def open(self) -> list[Act]:
        """What is still to be said, because nobody has answered yet or because its sender repeats itself."""
        return [act for act in self.acts if not act.is_answered or act.left]

    def send(self, act: Act) -> Job:
        """Say it once."""
        is_call = act.kind == "call"
        query = urlencode({**act.said, "token": TOKEN})
        request = _request("POST", "/call", "", query) if is_call else _request("GET", "/postback", query)

        def done(task: Task, answer: Any) -> None:  # noqa: ANN401
            self._written(act, task)
            if answer is not DIED:
                self._one_word(task, "call" if is_call else "postback")
                self._answered(act, task, answer)

        name = f"{'call' if is_call else 'postback'} {act.kind} {act.number}"
        return Job(name, lambda one: one.edge.answer(request, self.world.clock.now()), done)

    def _arrives(self, task: Task, answer: Response, way: Way, is_known: bool) -> None:
        """The visitor is where the link leads, soon; only a process that never saw the link may say 503."""
        if answer.status == 503 and not is_known and "link_unread" in task.said:
            return
        _check(answer.status == 302, f"{task.name}: a visitor was left with {answer.status}")
        url = urlsplit(answer.headers["Location"])
        if url.hostname == FULL:
            _check(way.campaign == "autumn" and "campaign_closed" in task.said, f"{task.name}: sent to {FULL}")
            return
        _check(url.hostname == SHOP, f"{task.name}: sent to {url.hostname}")
        if is_known:
            _check(task.elapsed_ms <= VISITORS_MS, f"{task.name}: the visitor waited {task.elapsed_ms} ms")
        self.clicks.append((parse_qs(url.query)["clid"][0], way))

    def _one_word(self, task: Task, kind: str) -> None:
        """One outcome for each request that was answered."""
        words = [word for word in task.said if word in WORDS[kind]]
        _check(len(words) == 1, f"{task.name}: its outcomes are {words}")
        self.world.outcomes[f"{kind}: {words[0]}"] += 1

    def _written(self, act: Act, task: Task) -> None:
        for conversion, n, key in task.wrote:
            if key != REATTRIBUTED:
                act.wrote[conversion, n] += 1
        _check(act.wrote.total() <= 1, f"{task.name}: one act has made {act.wrote.total()} facts")

    def _answered(self, act: Act, task: Task, answer: Response) -> None:
        told = json.loads(answer.body)
        status, reason = told["status"], told["reason"]
        mine = [one for one in task.wrote if one[2] != REATTRIBUTED]
        _check(answer.status in (200, 400, 409, 422, 503), f"{task.name}: answered {answer.status} {reason}")
        if answer.status == 503:
            self.world.outcomes["server: asked to come back"] += 1
            return
        self.world.outcomes[f"server: {status}"] += 1
        _check(
            len(mine) == (status == "accepted"), f"{task.name}: answered {status} {reason}, but wrote {len(mine)} facts"
        )
        if answer.status == 200:
            there = bool(self.world.truth.facts.get(told["conversion_id"]))
            _check(there, f"{task.name}: answered {status} for what is not stored")
        else:
            kept = status == "rejected" and reason in ("bad_token",)
            _check(kept or (status, reason) in self.world.truth.refused, f"{task.name}: {status} {reason} was not kept")
        if act.is_answered:
            act.left = max(0, act.left - 1)
        act.is_answered = True
        act.answers.append((answer.status, status, reason))


def _request(method: str, path: str, query: str = "", body: str = "") -> Request:
    headers = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
    if body:
        headers["content-type"] = "application/x-www-form-urlencoded"
    return Request(method, path, (query,), headers, body.encode(), "192.0.2.7", "DE")


def _check(holds: bool, law: str) -> None:
    if not holds:
        raise Violation(law)

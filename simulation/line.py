"""The line between a process and AWS: calls are slow, throttled, answered to nobody, done twice, or never return."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from chalicelib.store.errors import StoreError, Unavailable
from simulation.crew import Crew
from simulation.dice import Dice
from simulation.history import Clock, Died, History, Task


@dataclass(frozen=True, slots=True)
class Weather:
    """How likely a call goes wrong.

    `throttled` does nothing and says so. `lost` is done, but nobody is told. `repeated` is what the clients' own
    retries make of a lost answer: the call is done twice, and the second answer counts. `slow` calls run into their
    deadline, done or not.
    """

    name: str
    throttled: float = 0.0
    lost: float = 0.0
    repeated: float = 0.0
    slow: float = 0.0


FAIR: Final = Weather("fair")
CALM: Final = Weather("calm", 0.01, 0.01, 0.02, 0.005)
STORM: Final = Weather("storm", 0.12, 0.10, 0.12, 0.04)
OUTAGE: Final = Weather("outage", 1.0)
QUIET_MS: Final = 3_000
"""How long a call without a deadline waits before it gives up."""


class Service(Protocol):
    """A simulated service."""

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """Carry out one request."""


@dataclass(slots=True, eq=False)
class Sky:
    """The weather over each service, and how much of it has come down."""

    over: dict[str, Weather] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)

    def count(self, fault: str) -> None:
        """One more of these."""
        self.faults[fault] = self.faults.get(fault, 0) + 1


@dataclass(slots=True, eq=False)
class Line:
    """A client of `service` for whichever task runs in this thread."""

    name: str
    service: Service
    sky: Sky
    dice: Dice
    clock: Clock
    crew: Crew
    history: History

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """Carry out one request, as the weather has it; raises the errors of store.errors, or Died."""
        task = self.history.task
        if task is None:
            return self.service.call(operation, body, deadline)
        self.crew.turn()
        self._moment(task)
        about = f"{operation} {_about(body)}"
        try:
            return self._weathered(task, about, operation, body, deadline)
        finally:
            self._moment(task)

    def _weathered(
        self, task: Task, about: str, operation: str, body: dict[str, Any], deadline: float | None
    ) -> dict[str, Any]:
        task.calls += 1
        fault = self._fault()
        if fault:
            self.sky.count(fault)
        if fault == "slow":
            self._takes(task, round(deadline * 1000) if deadline else QUIET_MS)
            if self.dice.chance(0.5):
                self._quietly(operation, body)
            self.history.note(f"{about}: no answer in time")
            raise Unavailable("Timeout")
        self._takes(task, self.dice.number(1, 6))
        if fault == "throttled":
            self.history.note(f"{about}: throttled")
            raise Unavailable("ThrottlingException")
        if fault == "lost":
            self._quietly(operation, body)
            self.history.note(f"{about}: done, but the answer is lost")
            raise Unavailable("ConnectionClosedError")
        if fault == "repeated":
            self._quietly(operation, body)
            self.history.note(f"{about}: done, the answer was lost, so the client asks again")
        return self._told(about, operation, body)

    def _told(self, about: str, operation: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self.service.call(operation, body)
        except StoreError as error:
            self.history.note(f"{about}: {error.code}")
            raise
        self.history.note(f"{about}: {_found(answer)}")
        return answer

    def _quietly(self, operation: str, body: dict[str, Any]) -> None:
        """Do what was asked; nobody is told, not even that it was refused."""
        try:
            self.service.call(operation, body)
        except StoreError:
            return
        finally:
            if hasattr(body.get("Body"), "seek"):
                body["Body"].seek(0)

    def _fault(self) -> str:
        weather = self.sky.over[self.name]
        faults = ("throttled", "lost", "repeated", "slow")
        return next((name for name in faults if self.dice.chance(getattr(weather, name))), "")

    def _takes(self, task: Task, ms: int) -> None:
        task.elapsed_ms += ms
        self.clock.pass_by(ms)

    def _moment(self, task: Task) -> None:
        try:
            task.moment()
        except Died:
            self.sky.count("crash")
            self.history.note("the process ends")
            raise


def _about(body: Mapping[str, Any]) -> str:
    """What a request is about, for people: names cut to what tells them apart."""
    return " ".join(word if len(word) <= 24 else f"{word[:12]}~{word[-6:]}" for word in _keys(body).split(" "))


def _keys(body: Mapping[str, Any]) -> str:
    if "Key" in body and isinstance(body["Key"], str):
        return body["Key"]
    key = body.get("Item") or body.get("Key")
    if key:
        return f"{key['pk']['S']} {key['sk']['S']}"
    if "ExpressionAttributeValues" in body:
        return " ".join(str(next(iter(value.values()))) for value in body["ExpressionAttributeValues"].values())
    return str(body.get("Prefix", ""))


def _found(answer: Mapping[str, Any]) -> str:
    if "Items" in answer:
        return f"{len(answer['Items'])} items{' and more' if 'LastEvaluatedKey' in answer else ''}"
    return "done"

"""SQS: messages wait until they are deleted, come in any order, and come again."""

from dataclasses import dataclass, field
from typing import Any

from simulation.dice import Dice


@dataclass(slots=True)
class SQS:
    """Some queues, by URL."""

    queues: dict[str, dict[str, str]] = field(default_factory=dict)
    _sent: int = 0

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """Carry out one request: SendMessage, which is all that the program asks for."""
        if operation != "SendMessage":
            raise NotImplementedError(operation)
        self._sent += 1
        id = f"m{self._sent}"
        self.queues.setdefault(body["QueueUrl"], {})[id] = body["MessageBody"]
        return {"MessageId": id}

    def receive(self, url: str, dice: Dice, most: int = 10) -> list[dict[str, str]]:
        """Some messages as the records of an event, in any order. They stay in the queue."""
        waiting = dice.shuffled(sorted(self.queues.get(url, {})))
        return [{"messageId": id, "body": self.queues[url][id]} for id in waiting[:most]]

    def delete(self, url: str, id: str) -> None:
        """What the event source does with what was handled."""
        self.queues.get(url, {}).pop(id, None)

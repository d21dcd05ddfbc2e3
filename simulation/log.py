"""Standard output as CloudWatch would keep it: the log lines of the handlers, each with the task that wrote it."""

import io
import json
from typing import Any, Final

from simulation.history import History

PLAIN: Final = ("reason", "status", "code", "state", "why")
"""What a history tells of a line; ids and times would make it unreadable."""


class Log(io.TextIOBase):
    """Takes what is written to standard output, and keeps what spilled: it must be read back from here."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.spilled: list[dict[str, Any]] = []

    def write(self, text: str) -> int:
        """Take one line."""
        if text.strip():
            said = json.loads(text)
            if said["event"] == "spilled":
                self.spilled.append(said["message"])
            if (task := self._history.task) is not None:
                task.said.append(said["event"])
            told = " ".join(f"{name}={said[name]}" for name in PLAIN if said.get(name) not in (None, ""))
            self._history.note(f"log {said['event']} {told}".rstrip())
        return len(text)

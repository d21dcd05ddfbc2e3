"""A network that was set up by the command, on the packaged stack."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.stack import NAME, Answer, Standing

ROOT = Path(__file__).parent.parent.parent
SALE = {"goal": "sale", "amount": "49.90", "currency": "USD"}


@dataclass(frozen=True, slots=True)
class Network:
    """A network that was set up by the command."""

    stack: Standing
    token: str
    secret: str
    slug: str

    def command(self, *words: str, said: str = "") -> str:
        """What the command prints."""
        return command(self.stack, *words, said=said)

    def click(self, door: str = "site", query: str = "") -> str:
        """Follow the link; the click id that arrives."""
        answer = self.stack.ask("GET", f"/c/{self.slug}{query}", door=door)
        assert answer.status == 302, answer
        return parse_qs(urlsplit(answer.headers["location"]).query)["clid"][0]

    def postback(self, door: str = "edge", **said: str) -> Answer:
        """A server's word, by query and token."""
        return self.stack.ask("GET", "/postback?" + urlencode({"token": self.token, **said}), door=door)


def environment(stack: Standing) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **stack.emulator.environment}


def command(stack: Standing, *words: str, said: str = "") -> str:
    """Run the command against the stack as an operator would, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "clickledger"), "--stack", NAME, *words],
        env=environment(stack),
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout

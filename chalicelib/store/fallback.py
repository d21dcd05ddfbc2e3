"""The fallback queue: where clicks and claims wait while the table is slow or away."""

import json
from typing import Any

from chalicelib.store.client import Client


class Fallback:
    """Messages for the drain function, in the queue of `url`. A message is one JSON object with a `kind`."""

    def __init__(self, client: Client, url: str) -> None:
        self._client, self._url = client, url

    def send(self, message: dict[str, Any], deadline: float | None = None) -> None:
        """Queue a message; raises StoreError if that fails too."""
        text = json.dumps(message, separators=(",", ":"))
        self._client.call("SendMessage", {"QueueUrl": self._url, "MessageBody": text}, deadline)

"""The fallback queue, emptied as Lambda does it: ten messages at a time to the drain, and what fails comes again."""

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from bench.stress.crew import Crew

_AGAIN_SECONDS: Final = 2


class Fallback:
    """Empties the queue of `url` from a thread of its own, from now on until it is told that nothing more will come.

    `drained` and `failed` count messages; one that failed comes again.
    """

    def __init__(self, sqs: Any, url: str, crew: Crew) -> None:  # noqa: ANN401 - boto3 makes its clients at run time
        self._sqs, self._url, self._crew = sqs, url, crew
        self._nothing_more = threading.Event()
        self._thread = ThreadPoolExecutor(1)
        self.drained = self.failed = 0
        self._end = self._thread.submit(self._run)

    def __enter__(self) -> "Fallback":
        return self

    def __exit__(self, *raised: object) -> None:
        """Nothing more will come: wait until the queue is empty. Raises what went wrong on the way."""
        self._nothing_more.set()
        self._end.result()

    def _run(self) -> None:
        while True:
            last = self._nothing_more.is_set()
            messages = self._sqs.receive_message(
                QueueUrl=self._url, MaxNumberOfMessages=10, VisibilityTimeout=_AGAIN_SECONDS
            ).get("Messages", [])
            if messages:
                self._drain(messages)
            elif last and not waiting(self._sqs, self._url):
                return
            else:
                self._nothing_more.wait(0.2)

    def _drain(self, messages: list[Any]) -> None:
        records = [{"messageId": one["MessageId"], "body": one["Body"], "eventSource": "aws:sqs"} for one in messages]
        answer = self._crew.answer({"Records": records})
        again = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in messages:
            if message["MessageId"] not in again:
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        self.drained += len(messages) - len(again)
        self.failed += len(again)


def waiting(sqs: Any, url: str) -> int:  # noqa: ANN401 - boto3 makes its clients at run time
    """How many messages are in a queue, with those that are out to be handled."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


def spilled(log: Path, write: Callable[[Mapping[str, Any]], None]) -> int:
    """Read back the lines of what neither the table nor the queue took, and write it down; how many there were."""
    found = 0
    with log.open("rb") as lines:
        for line in lines:
            if b'"event":"spilled"' in line and line.endswith(b"}\n"):
                write(json.loads(line)["message"])
                found += 1
    return found

"""What was received and refused: attempts kept in the ledger, and the functions' log lines."""

import json
from collections.abc import Iterator
from typing import Any

from chalicelib.store import items, keys
from chalicelib.store.client import Client, pages


class Refusals:
    """Refused attempts in the ledger table named `table`."""

    def __init__(self, client: Client, table: str) -> None:
        self._client, self._table = client, table

    def refusals(self, advertiser: str, day: str) -> Iterator[tuple[int, dict[str, str], dict[str, str]]]:
        """Time, answer and parameters of the attempts of an accounting day, by the eventual find index."""
        query = {
            "TableName": self._table,
            "IndexName": "find",
            "KeyConditionExpression": "fpk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": keys.refusals(advertiser, day)}},
        }
        for found in pages(self._client, query):
            key = keys.key(found["pk"]["S"], found["sk"]["S"])
            answer = self._client.call("GetItem", {"TableName": self._table, "Key": key})
            if "Item" in answer:
                item = answer["Item"]
                yield items.unpack(item["at"]), items.unpack(item["answer"]), items.unpack(item["said"])


class Lines:
    """Log lines of CloudWatch log groups."""

    def __init__(self, client: Client, groups: list[str]) -> None:
        self._client, self._groups = client, groups

    def lines(self, event: str, advertiser: str, since_ms: int) -> Iterator[dict[str, Any]]:
        """Lines of an event about an advertiser; each gets its time as `at`."""
        pattern = f'{{ $.event = "{event}" && $.advertiser = "{advertiser}" }}'
        for group in self._groups:
            query: dict[str, Any] = {"logGroupName": group, "startTime": since_ms, "filterPattern": pattern}
            while True:
                answer = self._client.call("FilterLogEvents", query)
                for found in answer["events"]:
                    line = _line(found["message"])
                    # The pattern is a help to the service; what counts is checked here.
                    if line.get("event") == event and line.get("advertiser") == advertiser:
                        yield line | {"at": found["timestamp"]}
                if not answer.get("nextToken"):
                    break
                query["nextToken"] = answer["nextToken"]


def _line(text: str) -> dict[str, Any]:
    """The JSON object of a line; Lambda's own lines are none."""
    try:
        line = json.loads(text[text.index("{") :])
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}

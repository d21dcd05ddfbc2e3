"""How a call to the store can fail, and the one place that tells the failures apart.

Both clients (`wire` and `boto`) raise these and no others, so whoever calls need not know which one it was given.
"""

from typing import Any

from chalicelib.model.failures import StoreError, Unavailable

__all__ = ["PASSING", "ConditionFailed", "Refused", "StoreError", "Unavailable", "failure"]

# These codes come with a 400, yet the same request may pass a moment later. A conflict is another write's transaction.
PASSING = frozenset(
    {
        "InternalServerError",
        "KmsThrottled",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "RequestTimeoutException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


class ConditionFailed(StoreError):
    """The condition of a write did not hold.

    `item` is the item that stood in the way, as a map of typed attribute values, or None when the request did not ask
    for it (ReturnValuesOnConditionCheckFailure). It is not in the text of the error, which may reach a log.
    """

    def __init__(self, item: dict[str, Any] | None = None) -> None:
        super().__init__("ConditionalCheckFailedException")
        self.item = item


class Refused(StoreError):
    """The request is wrong or a right is missing: our bug, and the same request will be refused again."""


def failure(status: int, answer: dict[str, Any]) -> StoreError:
    """The error that an unsuccessful answer stands for, given its HTTP status and its body in AWS JSON 1.0."""
    code = str(answer.get("__type", status)).rpartition("#")[2]
    message = str(answer.get("message") or answer.get("Message") or "")
    if code == "ConditionalCheckFailedException":
        return ConditionFailed(answer.get("Item"))
    if status >= 500 or status in (408, 429) or code in PASSING:
        return Unavailable(code, message)
    return Refused(code, message)

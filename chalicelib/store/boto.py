"""The same calls through a boto3 client: for all that is not in a hurry, and instead of `wire` by a setting."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from chalicelib.store.errors import Refused, StoreError, Unavailable, failure

Kinds = tuple[type[Exception], ...]


class Boto:
    """A boto3 client behind the interface of `Wire`. How long and how often it tries is in the client's own Config.

    Only the wiring knows botocore, so it names the exceptions that come without an answer from the service. `lost` are
    those that a retry can help: botocore's ConnectionError and HTTPClientError, and ResponseParserError for an answer
    that cannot be read. `wrong` are all others, such as missing credentials: BotoCoreError, the base of them all.
    """

    def __init__(self, client: Any, lost: Kinds, wrong: Kinds) -> None:  # noqa: ANN401 (its methods are made from data)
        self._client = client
        self._lost: Kinds = (TimeoutError, *lost)
        self._wrong = wrong
        self._methods = {operation: name for name, operation in client.meta.method_to_api_mapping.items()}

    def call(self, operation: str, body: dict[str, Any], deadline: float | None = None) -> dict[str, Any]:
        """The service's answer to e.g. "PutItem", without boto3's metadata; raises what `errors` names."""
        try:
            answer = self._answer(operation, body, deadline)
        except self._client.exceptions.ClientError as told:
            raise _failure(told.response) from told
        except self._lost as lost:
            raise Unavailable(type(lost).__name__, str(lost)) from lost
        except self._wrong as wrong:
            raise Refused(type(wrong).__name__, str(wrong)) from wrong
        answer.pop("ResponseMetadata", None)
        return answer

    def _answer(self, operation: str, body: dict[str, Any], deadline: float | None) -> dict[str, Any]:
        """What boto3 returns or raises. It knows no deadline for one call, so a call that has one is not waited for."""
        method = getattr(self._client, self._methods[operation])
        if deadline is None:
            answer: dict[str, Any] = method(**body)
        else:
            answer = ThreadPoolExecutor(1).submit(method, **body).result(deadline)
        return answer


def _failure(response: dict[str, Any]) -> StoreError:
    """The error in boto3's telling of the service's answer, which has code and message one level down."""
    told = response["Error"]
    answer = {"__type": told.get("Code", ""), "message": told.get("Message", ""), "Item": response.get("Item")}
    return failure(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400), answer)

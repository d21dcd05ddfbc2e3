"""Every way in: one trigger, one sentence, one call. Read this first, then chalicelib/model.

Routes share one function behind API Gateway's REST door; every other trigger is a function of its own.
"""

from collections.abc import Callable
from typing import Any, Final

from chalice.app import (
    CaseInsensitiveMapping,
    Chalice,
    CloudWatchEvent,
    DynamoDBEvent,
    Rate,
    Request,
    Response,
    SQSEvent,
)

from chalicelib import bare, wiring
from chalicelib.web import doors, tag
from chalicelib.web.edge import WELL
from chalicelib.web.message import Request as Asked
from chalicelib.web.message import Response as Answer

app = Chalice(app_name="clickledger")
app.api.binary_types = ["image/gif"]

EVERY_TYPE: Final = ["*/*"]
EVERY_METHOD: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
PLACEHOLDER: Final = "arn:aws:dynamodb:us-east-1:000000000000:table/ledger/stream/placeholder"


@app.middleware("http")
def any_accept(request: Request, answer: Callable[[Request], Response]) -> Response:
    """Chalice refuses a binary answer to an `Accept` that does not ask for one; a pixel answers everybody."""
    request.headers = CaseInsensitiveMapping({**request.headers, "accept": "*/*"})
    return answer(request)


@app.route("/c/{slug}", methods=["GET", "HEAD"], content_types=EVERY_TYPE)
def click(slug: str) -> Response:
    """A visitor follows a short link."""
    return _rest(wiring.redirect().follow(_asked(), slug, wiring.now_ms()))


@app.route("/i/{file}", methods=EVERY_METHOD, content_types=EVERY_TYPE)
def impression(file: str) -> Response:
    """A page shows an affiliate's advertisement: /i/{slug}.gif."""
    return _rest(wiring.impression().show(_asked(), file, wiring.now_ms()))


@app.route("/p.gif", methods=EVERY_METHOD, content_types=EVERY_TYPE)
def pixel() -> Response:
    """A browser claims a sale by an image."""
    return _rest(wiring.pixel().show(_asked(), wiring.now_ms()))


@app.route("/p", methods=EVERY_METHOD, content_types=EVERY_TYPE)
def beacon() -> Response:
    """A browser claims a sale by the tag."""
    return _rest(wiring.pixel().listen(_asked(), wiring.now_ms()))


@app.route("/postback", methods=["GET", "POST"], content_types=EVERY_TYPE)
def postback() -> Response:
    """An advertiser's server says what became of a sale."""
    return _rest(wiring.postback().hear(_asked(), wiring.now_ms()))


@app.route("/call", methods=["POST"], content_types=EVERY_TYPE)
def call() -> Response:
    """An advertiser's telephone system says what became of a call."""
    return _rest(wiring.call().hear(_asked(), wiring.now_ms()))


@app.route("/tag.js", methods=["GET", "HEAD"], content_types=EVERY_TYPE)
def script() -> Response:
    """An advertiser's page loads the tag."""
    return _rest(tag.script())


@app.route("/healthz", methods=["GET", "HEAD"], content_types=EVERY_TYPE)
def health() -> Response:
    """Somebody asks whether the function answers."""
    return _rest(WELL)


@app.lambda_function(name="edge")
def edge(event: dict[str, Any], context: object) -> dict[str, Any]:
    """All of the above through the cheaper door: an HTTP API or function URL."""
    return bare.edge(event, context)


@app.on_sqs_message(queue_arn="arn:aws:sqs:us-east-1:000000000000:fallback", batch_size=10, name="drain")
def drain(event: SQSEvent) -> dict[str, Any]:
    """Clicks, impressions and claims wait in the fallback queue."""
    failed = wiring.drain().take(event.to_dict()["Records"])
    return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}


@app.on_dynamodb_record(stream_arn=PLACEHOLDER, batch_size=25, starting_position="TRIM_HORIZON", name="facts")
def facts(event: DynamoDBEvent) -> dict[str, Any]:
    """New facts stand in the ledger."""
    failed = wiring.follower().follow(event.to_dict()["Records"])
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


@app.schedule(Rate(1, unit=Rate.HOURS), name="report")
def report(event: CloudWatchEvent) -> dict[str, Any]:
    """An hour has passed: a day may have ended."""
    return wiring.publish(event.to_dict(), event.context)


@app.schedule(Rate(1, unit=Rate.HOURS), name="ripen")
def ripen(event: CloudWatchEvent) -> dict[str, int]:
    """An hour has passed: something may have come of age."""
    return wiring.ripener().run(wiring.now_ms(), wiring.remaining(event.context))


@app.schedule(Rate(5, unit=Rate.MINUTES), name="clicks")
def clicks(event: CloudWatchEvent) -> dict[str, int]:
    """Five minutes have passed: clicks may have used up a cap."""
    return wiring.count_clicks(event.to_dict(), event.context)


@app.schedule(Rate(1, unit=Rate.HOURS), name="judge")
def judge(event: CloudWatchEvent) -> dict[str, int]:
    """An hour has passed: a day may be over, and what its traffic shows may speak against conversions."""
    return wiring.judging().run(wiring.now_ms(), wiring.remaining(event.context))


@app.schedule(Rate(1, unit=Rate.DAYS), name="forget")
def forget(event: CloudWatchEvent) -> dict[str, int]:
    """A day has passed: nobody is to be told by what was known of it any more."""
    return wiring.forgetter().run(wiring.now_ms())


@app.schedule(Rate(1, unit=Rate.HOURS), name="close")
def close(event: CloudWatchEvent) -> dict[str, Any]:
    """An hour has passed: a month may be due to be closed."""
    return wiring.close_months(event.to_dict(), event.context)


def _asked() -> Asked:
    return doors.from_rest(app.current_request.to_original_event())  # type: ignore[union-attr]  # a route is running


def _rest(answer: Answer) -> Response:
    # Text leaves as text: API Gateway hands it on as it is, whatever the client says that it accepts.
    body = answer.body if answer.headers.get("Content-Type") == "image/gif" else answer.body.decode()
    return Response(body=body, status_code=answer.status, headers=dict(answer.headers))

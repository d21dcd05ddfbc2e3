"""One log line for what became of a request, and metrics, as JSON on standard output.

The hot path uses `line` and `count`, which import nothing heavy. Report functions use Powertools' Logger through
`logger`, with the same fields. No line holds personal data or a secret.
"""

import json
import sys
import time
from typing import TYPE_CHECKING, Final

from chalicelib.settings import settings

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

NAMESPACE: Final = "clickledger"


def line(event: str, **fields: object) -> None:
    """Write one line: an event word and what goes with it."""
    sys.stdout.write(json.dumps({"event": event, **fields}, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def count(metric: str, **fields: object) -> None:
    """Count one in CloudWatch by a line in its embedded metric format; the line says what happened, too."""
    metrics = [{"Name": metric, "Unit": "Count"}]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["stack"]], "Metrics": metrics}
    form = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
    line(metric, **fields, **{metric: 1, "stack": settings().stack, "_aws": form})


def logger(function: str) -> "Logger":
    """Powertools' logger for a function off the hot path."""
    # Powertools lives in a layer that redirect, pixel and postback do not have.
    from aws_lambda_powertools import Logger

    return Logger(service=function, log_uncaught_exceptions=True)

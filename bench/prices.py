"""AWS's list prices for us-east-1, first tier, no free tier: each with where it was read and when that was written.

AWS's own price pages fill their tables by script; these were read on 2026-11-24 in publications that quote them, AWS's
own where there is one. Check before you rely on them: https://calculator.aws/
"""

from dataclasses import dataclass
from typing import Final

REGION: Final = "us-east-1"
AS_OF: Final = "May 2026"
"""The newest of the publications; none contradicts it."""


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for one `unit`, as `source` said on `said`."""

    dollars: float
    unit: str
    source: str
    said: str


_APIS = "amnic.com/blogs/aws-api-gateway-pricing; docs.aws.amazon.com, whitepaper on private APIs, tables 4 and 5"
_ON_DEMAND = "airbyte.com/data-engineering-resources/dynamodb-pricing, after AWS halved them in November 2024"

LAMBDA_REQUESTS: Final = Price(
    0.20, "million requests", "a Lambda handbook at git.mcrn.ar, lambda-13-cost.md", "2026-05"
)
LAMBDA_ARM: Final = Price(
    0.0000133334, "GB-second on arm64", "the same; cloudchipr.com/blog/aws-lambda-pricing", "2026-05"
)
FUNCTION_URL: Final = Price(0.0, "million requests", "aws.amazon.com/lambda/pricing: part of Lambda", "2022-04")
HTTP_API: Final = Price(1.00, "million requests, each up to 512 KB", _APIS, "2026")
REST_API: Final = Price(3.50, "million requests", _APIS, "2026")
WRITES: Final = Price(0.625, "million write request units", _ON_DEMAND, "2025-07")
READS: Final = Price(0.125, "million read request units", _ON_DEMAND, "2025-07")
TABLE: Final = Price(0.25, "GB-month of table and index", "aws.amazon.com/dynamodb/pricing", "2025-07")
# Not dated by its source; unchanged for years.
RECOVERY: Final = Price(0.20, "GB-month of table with recovery", "finops.com.py/services/dynamodb/backups", "2026")
STREAM: Final = Price(0.0, "read by a Lambda trigger", "aws.amazon.com/dynamodb/pricing/on-demand", "2025-07")
LOG_INTAKE: Final = Price(0.50, "GB", "cloudburn.io/blog/amazon-cloudwatch-pricing", "2026-02")
LOG_STORE: Final = Price(0.03, "GB-month", "hivebook.wiki on CloudWatch Logs; cloudburn.io", "2026-02")
ALARM: Final = Price(0.10, "alarm and month", "cloudburn.io/blog/amazon-cloudwatch-pricing", "2026-02")
# These two were not found in a dated publication of this year; they have not changed since their services began.
OBJECTS: Final = Price(0.023, "GB-month of S3 Standard", "aws.amazon.com/s3/pricing", "undated")
SECRET: Final = Price(0.40, "secret and month", "aws.amazon.com/secrets-manager/pricing", "undated")
EGRESS: Final = Price(0.09, "GB to the internet", "apigatewaycost.com/aws; amnic.com", "2026")

"""The two tables and a queue on any service that speaks DynamoDB's and SQS's protocols."""

from typing import Any


def attributes(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def keys(pk: str, sk: str) -> list[dict[str, str]]:
    return [{"AttributeName": pk, "KeyType": "HASH"}, {"AttributeName": sk, "KeyType": "RANGE"}]


def create(dynamodb: Any) -> None:
    """Both tables, as infra/resources.yaml defines them (tests/infra holds the two to each other)."""
    plain = {"BillingMode": "PAY_PER_REQUEST", "KeySchema": keys("pk", "sk")}
    dynamodb.create_table(TableName="visits", AttributeDefinitions=attributes("pk", "sk"), **plain)
    dynamodb.create_table(
        TableName="ledger",
        AttributeDefinitions=attributes("pk", "sk", "dpk", "dsk", "fpk", "fsk"),
        GlobalSecondaryIndexes=[
            {"IndexName": "day", "KeySchema": keys("dpk", "dsk"), "Projection": {"ProjectionType": "ALL"}},
            {"IndexName": "find", "KeySchema": keys("fpk", "fsk"), "Projection": {"ProjectionType": "KEYS_ONLY"}},
        ],
        **plain,
    )

"""The only reader of the environment: read once, on first use, into one frozen value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Settings:
    """What a function is told from outside. Each field's variable is CLICKLEDGER_<FIELD>, save AWS's own."""

    stack: str
    """Name of the stack: what tells its metrics from another's in the same account."""
    visits: str
    """Name of the visits table."""
    ledger: str
    """Name of the ledger table."""
    fallback: str
    """URL of the fallback queue."""
    dead: str
    """URL of the queue where the stream function leaves records that it cannot handle."""
    bucket: str
    """Name of the report bucket."""
    master: str
    """The master secret, as model.trust.generations reads it."""
    time_zone: str
    """IANA zone of the accounting days."""
    link_seconds: float
    """How long links, campaigns and advertisers are kept in the process."""
    click_days: int
    """How long a click is kept."""
    personal_days: int
    """How long what is known of a customer lies beside its conversion."""
    refusal_days: int
    """How long refused attempts of trusted senders are kept."""
    identity_years: int
    """For how many years the law wants to know who was paid."""
    clid: str
    """The parameter that brings the click id to a destination without {click_id}."""
    confirm_days: int
    """After how many days a claim that no server confirmed is rejected."""
    alone: str
    """Up to what sum one person may write a line by hand, as in 'EUR=100.00,USD=100.00'; nobody may in another."""
    currency: str
    """The currency that the months' summaries are summed up in, '' for none."""
    close_hours: float
    """So many hours after its end a month is closed."""
    client: str
    """'wire' for the small signed client on the hot path, 'boto3' for boto3."""
    access_log: bool
    """Whether an ordinary click or claim writes a line too."""
    region: str
    endpoint: str
    """AWS_ENDPOINT_URL: '' on AWS itself."""
    access_key: str
    secret_key: str
    session_token: str


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return read(os.environ)


def read(environment: Mapping[str, str]) -> Settings:
    """Settings from variables; what a function does not use may be missing."""
    own, say = _prefixed(environment), environment.get
    return Settings(
        stack=own.get("stack", ""),
        visits=own.get("visits", ""),
        ledger=own.get("ledger", ""),
        fallback=own.get("fallback", ""),
        dead=own.get("dead", ""),
        bucket=own.get("bucket", ""),
        master=own.get("master", ""),
        time_zone=own.get("time_zone", "UTC"),
        link_seconds=float(own.get("link_seconds", "60")),
        click_days=int(own.get("click_days", "120")),
        personal_days=int(own.get("personal_days", "120")),
        refusal_days=int(own.get("refusal_days", "400")),
        identity_years=int(own.get("identity_years", "10")),
        clid=own.get("clid", "clid"),
        confirm_days=int(own.get("confirm_days", "45")),
        alone=own.get("alone", ""),
        currency=own.get("currency", "").replace("none", ""),
        close_hours=float(own.get("close_hours", "24")),
        client=own.get("client", "wire"),
        access_log=own.get("access_log", "0") == "1",
        region=say("AWS_REGION", say("AWS_DEFAULT_REGION", "us-east-1")),
        endpoint=say("AWS_ENDPOINT_URL", ""),
        access_key=say("AWS_ACCESS_KEY_ID", ""),
        secret_key=say("AWS_SECRET_ACCESS_KEY", ""),
        session_token=say("AWS_SESSION_TOKEN", ""),
    )


def _prefixed(environment: Mapping[str, str]) -> dict[str, str]:
    prefix = "CLICKLEDGER_"
    return {
        name[len(prefix) :].lower(): value for name, value in environment.items() if name.startswith(prefix) and value
    }

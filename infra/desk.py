"""The command's desk: finds the stack to work on, and lends the command its names and rights."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from infra import account, stack
from infra.account import Account
from infra.emulator import KEY, KEY_ID, REGION

if TYPE_CHECKING:
    from chalicelib.manage.command import Desk

RUNNING = Path(__file__).parent.parent / ".local" / "run.json"


def open_desk(name: str, running: Path = RUNNING) -> "Desk":
    """The desk of the deployed stack `name`, or, without a name, of what `make run` has started.

    LookupError if there is no such stack.
    """
    if name:
        return _desk(name, account.ambient(), "")
    if not running.exists():
        raise LookupError("nothing is running here: start it with `make run`, or name a deployed stack with --stack")
    told = json.loads(running.read_text())
    os.environ |= {
        "AWS_ENDPOINT_URL": told["endpoint"],
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": KEY,
    }
    return _desk(told["stack"], account.ambient(), told["site"])


def _desk(name: str, here: Account, address: str) -> "Desk":
    try:
        told = stack.outputs(name, here)
    except account.StackError as none:
        raise LookupError(str(none)) from none
    os.environ |= {
        "CLICKLEDGER_VISITS": told["VisitsTable"],
        "CLICKLEDGER_LEDGER": told["LedgerTable"],
        "CLICKLEDGER_FALLBACK": told["FallbackQueue"],
        "CLICKLEDGER_BUCKET": told["Bucket"],
        "CLICKLEDGER_TIME_ZONE": told["TimeZone"],
        "CLICKLEDGER_LINK_SECONDS": told["LinkSeconds"],
        "CLICKLEDGER_ALONE": told["Alone"].replace("nobody", ""),
        "CLICKLEDGER_CURRENCY": told["Currency"],
        "CLICKLEDGER_CLOSE_HOURS": told["CloseHours"],
        "CLICKLEDGER_PERSONAL_DAYS": told["PersonalDays"],
        "CLICKLEDGER_REFUSAL_DAYS": told["RefusalDays"],
        "CLICKLEDGER_IDENTITY_YEARS": told["IdentityYears"],
        "CLICKLEDGER_CLIENT": "boto3",
    }
    # The settings are read on first use, so the program comes after them.
    from chalicelib import desk

    groups = [told["EdgeLogGroup"], told["APIHandlerLogGroup"]]
    secret = _Secret(told["MasterSecretArn"], here)
    return desk.desk(secret.read, secret.write, groups, address or told["EdgeUrl"])


@dataclass(frozen=True, slots=True)
class _Secret:
    """The master secret, fetched and kept only when a command needs it."""

    arn: str
    here: Account

    def read(self) -> str:
        found: str = self.here.client("secretsmanager").get_secret_value(SecretId=self.arn)["SecretString"]
        return found

    def write(self, text: str) -> None:
        self.here.client("secretsmanager").put_secret_value(SecretId=self.arn, SecretString=text)

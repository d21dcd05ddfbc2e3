"""`make deploy` and `make destroy`: the package as a CloudFormation stack, on AWS or on the local emulator.

The same code serves both, so what runs here is what is deployed. A stack's data (infra/retained.py) outlives it:
putting the stack up again adopts it, and it is deleted only when that is asked for.
"""

import argparse
import hashlib
import json
import re
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError

from infra import retained
from infra.account import Account, StackError, ambient
from infra.package import STAGES, Package, PackageError, package

# CloudFormation shortens the names it makes from a longer one, and the names carry rights (policy-report.json).
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,29}")
_PATIENCE_SECONDS = 3600
_EMULATED = "000000000000"
_QUEUES = ("FallbackQueue", "FallbackDeadQueue", "LedgerDeadQueue")

Say = Callable[[str], None]


def deploy(
    made: Package, name: str, account: Account, parameters: Mapping[str, str] | None = None, say: Say = print
) -> dict[str, str]:
    """Put a package into service as the stack `name`, or bring that stack up to date; gives its outputs.

    Parameters that are not given keep what they were. Raises StackError.
    """
    if not _NAME.fullmatch(name):
        raise StackError(f"a stack cannot be called {name}: letters, digits and hyphens, at most 30")
    given = dict(parameters or {})
    template = json.loads(made.template.read_text())
    unknown = set(given) - set(template["Parameters"])
    if unknown:
        raise StackError(f"the template has no parameter {', '.join(sorted(unknown))}")
    status = _status(name, account)
    if status and (status.endswith("IN_PROGRESS") or status in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")):
        raise StackError(f"the stack {name} is in {status}: wait for it, or take it away with make destroy")
    started = time.monotonic()
    url, code = _upload(made, name, account, say)
    given |= code | {"Emulator": "true" if _account_id(account) == _EMULATED else "false"}
    if status:
        given = _rotation(outputs(name, account), account) | given
    else:
        status = _adopt(template, name, account, given, say)
    changed = _update(url, name, account, given, template) if status else _create(url, name, account, given, say)
    say(f"deploy: {name} is {'ready' if changed else 'up to date'} after {time.monotonic() - started:.1f} s")
    return outputs(name, account)


def outputs(name: str, account: Account) -> dict[str, str]:
    """What a standing stack tells: addresses, names and ARNs, by the keys of the template's Outputs."""
    stack = _describe(name, account)
    if stack is None:
        raise StackError(f"there is no stack {name}: put it up with make deploy")
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}


def destroy(name: str, account: Account, data: bool = False, say: Say = print) -> None:
    """Take a stack down. Its tables, reports and master secret stay, unless `data` says that they go as well.

    Raises StackError, also when messages still wait in its queues and `data` does not say that they may go.
    """
    standing = _describe(name, account)
    if standing:
        if not data:
            _refuse_if_messages_wait(outputs(name, account), account)
        say(f"destroy: taking down {name}")
        account.client("cloudformation").delete_stack(StackName=name)
        _wait(standing["StackId"], account, "DELETE")
    else:
        say(f"destroy: there is no stack {name}")
    code = _code_bucket(name, account)
    if _exists(code, account):
        retained.empty_bucket(code, account)
        account.client("s3").delete_bucket(Bucket=code)
    if data:
        retained.erase(name, account, say)
    else:
        left = retained.find(name, account)
        kept = [*left.named.values(), *([left.secret] if left.secret else [])]
        if kept:
            say(f"destroy: kept {', '.join(kept)}; make deploy takes them over, make destroy DATA=delete deletes them")


def _rotation(told: Mapping[str, str], account: Account) -> dict[str, str]:
    """The parameter that brings a rotated master secret to the functions; nothing while it is as it was made.

    CloudFormation reads a secret again only where the reference itself changes.
    """
    if "MasterSecretArn" not in told:
        return {}
    secret = account.client("secretsmanager").describe_secret(SecretId=told["MasterSecretArn"])
    versions = {stage: id for id, stages in secret["VersionIdsToStages"].items() for stage in stages}
    return {"MasterVersion": versions["AWSCURRENT"]} if "AWSPREVIOUS" in versions else {}


def _adopt(template: dict[str, Any], name: str, account: Account, given: dict[str, str], say: Say) -> str | None:
    """Begin the stack with the data that an earlier one of this name left; gives its status, or None without data.

    A creation over it would make new, empty tables beside it (on AWS) or empty these (on the emulator).
    """
    left = retained.find(name, account)
    if left.secret:
        given.setdefault("MasterSecretArn", left.secret)
    if not left.named:
        return None
    say(f"deploy: taking over {', '.join(left.named.values())}")
    reduced, imports = retained.adoption(template, left)
    cloudformation = account.client("cloudformation")
    change = cloudformation.create_change_set(
        StackName=name,
        ChangeSetName="adopt",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(reduced),
        ResourcesToImport=imports,
        Parameters=_settings(given, reduced["Parameters"], {}),
    )
    cloudformation.get_waiter("change_set_create_complete").wait(
        ChangeSetName=change["Id"], WaiterConfig={"Delay": 2, "MaxAttempts": 150}
    )
    cloudformation.execute_change_set(ChangeSetName=change["Id"])
    return _wait(name, account, "IMPORT")


def _create(url: str, name: str, account: Account, given: dict[str, str], say: Say) -> bool:
    say(f"deploy: creating {name}")
    account.client("cloudformation").create_stack(
        StackName=name,
        TemplateURL=url,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    _wait(name, account, "CREATE")
    return True


def _update(url: str, name: str, account: Account, given: dict[str, str], template: dict[str, Any]) -> bool:
    """Whether anything had to change."""
    before = _describe(name, account) or {}
    known = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in before.get("Parameters", ())}
    cloudformation = account.client("cloudformation")
    # A template with a dynamic reference, sent anew, counts as a change even where it is the same.
    same = cloudformation.get_template(StackName=name)["TemplateBody"] == template
    try:
        cloudformation.update_stack(
            StackName=name,
            **({"UsePreviousTemplate": True} if same else {"TemplateURL": url}),
            Parameters=_settings(given, template["Parameters"], known),
            Capabilities=["CAPABILITY_IAM"],
        )
    except ClientError as refused:
        if "No updates are to be performed" in refused.response["Error"]["Message"]:
            return False
        raise
    _wait(name, account, "UPDATE")
    return True


def _settings(given: Mapping[str, str], declared: Mapping[str, Any], known: Mapping[str, str]) -> list[dict[str, Any]]:
    """Parameters for CloudFormation: what is given, else what the stack has, else the template's default."""
    settings: list[dict[str, Any]] = []
    for key in declared:
        if key in given:
            settings.append({"ParameterKey": key, "ParameterValue": given[key]})
        elif key in known:
            settings.append({"ParameterKey": key, "UsePreviousValue": True})
    return settings


def _upload(made: Package, name: str, account: Account, say: Say) -> tuple[str, dict[str, str]]:
    """Bring template and zips to the stack's code bucket, each under the hash of its content.

    Gives the template's address and the parameters that name the zips.
    """
    s3, bucket = account.client("s3"), _code_bucket(name, account)
    if not _exists(bucket, account):
        region = account.session.region_name
        # The one region that must not be named.
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **place)
        closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(closed, True))
    there = {found["Key"] for found in s3.list_objects_v2(Bucket=bucket).get("Contents", ())}
    keys = {}
    for part in (made.template, made.code, made.layer):
        body = part.read_bytes()
        keys[part] = f"{part.stem}/{hashlib.sha256(body).hexdigest()}{part.suffix}"
        if keys[part] not in there:
            say(f"deploy: uploading {part.name}")
            s3.put_object(Bucket=bucket, Key=keys[part], Body=body)
    url = f"{s3.meta.endpoint_url}/{bucket}/{keys[made.template]}"
    return url, {"CodeBucket": bucket, "CodeKey": keys[made.code], "LayerKey": keys[made.layer]}


def _code_bucket(name: str, account: Account) -> str:
    """A bucket's name is the world's, so the account and the region are part of it."""
    return f"{name.lower()}-code-{_account_id(account)}-{account.session.region_name}"


def _account_id(account: Account) -> str:
    identity: str = account.client("sts").get_caller_identity()["Account"]
    return identity


def _exists(bucket: str, account: Account) -> bool:
    return any(found["Name"] == bucket for found in account.client("s3").list_buckets()["Buckets"])


def _refuse_if_messages_wait(told: Mapping[str, str], account: Account) -> None:
    """The queues go with the stack, and what waits in them is data."""
    sqs = account.client("sqs")
    counts = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    for queue in (told[key] for key in _QUEUES if key in told):
        waiting = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=list(counts))["Attributes"]
        if any(int(waiting[count]) for count in counts):
            raise StackError(f"messages wait in {queue.rpartition('/')[2]}: let them drain, or say DATA=delete")


def _describe(name: str, account: Account) -> dict[str, Any] | None:
    try:
        found: list[dict[str, Any]] = account.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as refused:
        if "does not exist" in refused.response["Error"]["Message"]:
            return None
        raise
    return found[0]


def _status(name: str, account: Account) -> str | None:
    stack = _describe(name, account)
    return stack["StackStatus"] if stack else None


def _wait(name: str, account: Account, deed: str) -> str | None:
    """Wait until a deed (CREATE, UPDATE, DELETE, IMPORT) is done; if it fails, say why."""
    pause, deadline = 0.1, time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        status = _status(name, account)
        if status == f"{deed}_COMPLETE" or (status is None and deed == "DELETE"):
            return status
        if status is None or not status.endswith("IN_PROGRESS"):
            raise StackError(f"{deed.lower()} of {name} ended in {status}: {_reason(name, account, deed)}")
        time.sleep(pause)
        # The emulator needs a fraction of a second, AWS minutes.
        pause = min(pause * 1.5, 5)
    raise StackError(f"{deed.lower()} of {name} took longer than {_PATIENCE_SECONDS} s")


def _reason(name: str, account: Account, deed: str) -> str:
    """The first thing that went wrong in the last deed; what failed after it was only cancelled."""
    reason = "no reason is given"
    for page in account.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=name):
        for event in page["StackEvents"]:  # the newest first
            if event["ResourceStatus"].endswith("FAILED"):
                reason = f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason is given')}"
            if event["ResourceStatus"] == f"{deed}_IN_PROGRESS" and event["PhysicalResourceId"] == event["StackId"]:
                return reason
    return reason


def _run(options: argparse.Namespace) -> None:
    name, account = options.name or f"clickledger-{options.stage}", ambient()
    if options.deed == "deploy":
        parameters = dict(word.split("=", 1) for word in options.parameters)
        for key, value in sorted(deploy(package(options.stage), name, account, parameters).items()):
            sys.stdout.write(f"{key:18} {value}\n")
    else:
        destroy(name, account, data=options.data == "delete")


def main() -> int:
    """The command line: `python -m infra.stack deploy --stage prod Domain=go.example.com`."""
    parser = argparse.ArgumentParser(prog="infra.stack", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("deed", choices=["deploy", "destroy"])
    parser.add_argument("--stage", default="prod", choices=STAGES)
    parser.add_argument("--name", default="", help="name of the stack (clickledger-<stage>)")
    parser.add_argument("--data", default="keep", choices=["keep", "delete"], help="what destroy does with the data")
    parser.add_argument("parameters", nargs="*", help="parameters of the template, as Key=Value")
    try:
        _run(parser.parse_intermixed_args())
    except (NoCredentialsError, NoRegionError) as missing:
        problem = f"{missing} (set AWS_PROFILE and AWS_REGION, or AWS_ENDPOINT_URL for a local AWS)"
    except (StackError, PackageError, ClientError, BotoCoreError) as failed:
        problem = str(failed)
    else:
        return 0
    sys.stderr.write(f"{problem.splitlines()[0]}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())

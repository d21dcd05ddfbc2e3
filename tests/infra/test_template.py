"""What the template promises, read from the plain CloudFormation of the stage prod.

The local AWS enforces roles but neither the permissions of triggers nor the rights of pollers, keeps no point-in-time
copies and speaks no TLS: all that is only looked at here.
"""

import ast
import json
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import Settings
from chalicelib.store import keys
from chalicelib.telemetry import NAMESPACE
from infra.package import ROOT, Package
from tests.infra.conftest import Kind, Template

FUNCTIONS = ("APIHandler", "Edge", "Drain", "Facts", "Report", "Close", "Ripen", "Clicks", "Forget", "Judge")


def arn(of: str, attribute: str = "Arn") -> dict[str, list[str]]:
    return {"Fn::GetAtt": [of, attribute]}


def test_cfn_lint_is_content_with_sam_and_with_plain_cloudformation(prod: Package) -> None:
    lint = "import sys; from cfnlint.runner import main; sys.exit(main())"
    command = [sys.executable, "-c", lint, "--regions", "us-east-1", "--", str(prod.sam), str(prod.template)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_every_resource_has_a_type(template: Template) -> None:
    assert [name for name, resource in template["Resources"].items() if "Type" not in resource] == []


def statements(template: Template, role: str) -> list[dict[str, Any]]:
    (policy,) = template["Resources"][role]["Properties"]["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def allowed(template: Template, function: str) -> dict[str, set[str]]:
    """Of a function's role: each resource, as text, with the actions allowed on it."""
    role = template["Resources"][function]["Properties"]["Role"]["Fn::GetAtt"][0]
    rights: dict[str, set[str]] = {}
    for statement in statements(template, role):
        actions, resources = statement["Action"], statement["Resource"]
        for resource in resources if isinstance(resources, list) else [resources]:
            words = [actions] if isinstance(actions, str) else actions
            rights.setdefault(json.dumps(resource), set()).update(words)
    return rights


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_right_is_for_any_action_or_any_resource(template: Template, function: str) -> None:
    rights = allowed(template, function)

    assert [action for actions in rights.values() for action in actions if "*" in action] == []
    # A star only inside a bucket's, a stream's or the own name's pattern.
    assert [resource for resource in rights if resource.strip('"') == "*" or resource.startswith('"arn')] == []


def test_each_function_has_a_role_of_its_own(template: Template) -> None:
    roles = [json.dumps(template["Resources"][function]["Properties"]["Role"]) for function in FUNCTIONS]

    assert len(set(roles)) == len(FUNCTIONS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_each_function_may_write_its_own_log_and_no_other(template: Template, function: str) -> None:
    rights = allowed(template, function)

    group = template["Resources"][function]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
    assert {r: a for r, a in rights.items() if any(word.startswith("logs:") for word in a)} == {
        json.dumps(arn(group)): {"logs:CreateLogStream", "logs:PutLogEvents"}
    }


def test_what_forgets_may_delete_salts_and_do_nothing_else(template: Template) -> None:
    role = template["Resources"]["Forget"]["Properties"]["Role"]["Fn::GetAtt"][0]

    (only,) = [one for one in statements(template, role) if not json.dumps(one["Action"]).count("logs:")]

    assert (only["Action"], only["Resource"]) == ("dynamodb:DeleteItem", arn("Visits"))
    # What the local AWS does not look at: the beginning of the only keys that may go.
    start = keys.salt("20260921")["pk"]["S"].removesuffix("20260921")
    assert only["Condition"] == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{start}*"]}}


@pytest.mark.parametrize("function", ["APIHandler", "Edge", "Drain"])
def test_the_hot_path_may_put_but_never_update_or_delete(template: Template, function: str) -> None:
    rights = allowed(template, function)

    assert rights[json.dumps(arn("Visits"))] == {"dynamodb:GetItem", "dynamodb:PutItem"}
    assert rights[json.dumps(arn("Ledger"))] == {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"}
    assert [resource for resource in rights if "/index/" in resource] == []


def test_the_drain_may_take_messages_from_the_fallback_queue(template: Template) -> None:
    assert allowed(template, "Drain")[json.dumps(arn("Fallback"))] == {
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
    }


def test_the_stream_function_may_poll_the_stream_and_put_records_aside(template: Template) -> None:
    rights = allowed(template, "Facts")

    reading = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}
    assert rights[json.dumps(arn("Ledger", "StreamArn"))] == reading
    assert rights[json.dumps({"Fn::Sub": "${Ledger.Arn}/stream/*"})] == {"dynamodb:ListStreams"}
    assert rights[json.dumps(arn("LedgerDead"))] == {"sqs:SendMessage"}


def test_the_report_may_delete_only_its_own_work_and_call_only_itself(template: Template) -> None:
    rights = allowed(template, "Report")

    assert [resource for resource, actions in rights.items() if "s3:DeleteObject" in actions] == [
        json.dumps({"Fn::Sub": "${Reports.Arn}/work/*"})
    ]
    (itself,) = [json.loads(resource) for resource, actions in rights.items() if "lambda:InvokeFunction" in actions]
    assert itself["Fn::Sub"].endswith(":function:${AWS::StackName}-Report-*")


def test_the_close_may_put_and_delete_only_its_own_work_and_call_only_itself(template: Template) -> None:
    rights = allowed(template, "Close")
    parts, work = (json.dumps({"Fn::Sub": f"${{Reports.Arn}}/{where}/*"}) for where in ("closes", "work/closes"))

    assert {resource for resource, actions in rights.items() if "s3:PutObject" in actions} == {parts, work}
    assert [resource for resource, actions in rights.items() if "s3:DeleteObject" in actions] == [work]
    (itself,) = [json.loads(resource) for resource, actions in rights.items() if "lambda:InvokeFunction" in actions]
    assert itself["Fn::Sub"].endswith(":function:${AWS::StackName}-Close-*")


def test_the_stream_brings_inserts_in_partial_batches_and_has_a_place_for_what_fails(of_type: Kind) -> None:
    (mapping,) = [m for _, m in of_type("AWS::Lambda::EventSourceMapping") if "StartingPosition" in m]

    assert mapping["EventSourceArn"] == arn("Ledger", "StreamArn")
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["DestinationConfig"] == {"OnFailure": {"Destination": arn("LedgerDead")}}
    # A stream keeps records for a day: what fails must be put aside before it is gone.
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < 86400
    assert mapping["MaximumRetryAttempts"] > 0
    assert json.loads(mapping["FilterCriteria"]["Filters"][0]["Pattern"]) == {"eventName": ["INSERT"]}


def test_the_queue_brings_partial_batches(of_type: Kind) -> None:
    (mapping,) = [m for _, m in of_type("AWS::Lambda::EventSourceMapping") if "StartingPosition" not in m]

    assert mapping["EventSourceArn"] == arn("Fallback")
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_fallback_queue_outlasts_a_long_outage_and_then_puts_aside(template: Template) -> None:
    queue = template["Resources"]["Fallback"]["Properties"]
    timeout = template["Resources"]["Drain"]["Properties"]["Timeout"]

    assert queue["VisibilityTimeout"] >= 6 * timeout  # AWS's own advice
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == arn("FallbackDead")
    assert queue["RedrivePolicy"]["maxReceiveCount"] * queue["VisibilityTimeout"] >= 2 * 3600
    assert queue["MessageRetentionPeriod"] == 14 * 86400


def test_every_trigger_may_call_its_function(of_type: Kind) -> None:
    permissions = {
        (json.dumps(p["FunctionName"]), p["Principal"], p["Action"]) for _, p in of_type("AWS::Lambda::Permission")
    }

    def ref(name: str) -> str:
        return json.dumps({"Ref": name})

    assert {
        (ref("APIHandler"), "apigateway.amazonaws.com", "lambda:InvokeFunction"),
        (ref("Edge"), "apigateway.amazonaws.com", "lambda:InvokeFunction"),
        (ref("Edge"), "*", "lambda:InvokeFunctionUrl"),
        (ref("Edge"), "*", "lambda:InvokeFunction"),
        (ref("Report"), "events.amazonaws.com", "lambda:InvokeFunction"),
        (ref("Close"), "events.amazonaws.com", "lambda:InvokeFunction"),
        (ref("Ripen"), "events.amazonaws.com", "lambda:InvokeFunction"),
        (ref("Clicks"), "events.amazonaws.com", "lambda:InvokeFunction"),
        (ref("Judge"), "events.amazonaws.com", "lambda:InvokeFunction"),
        (ref("Forget"), "events.amazonaws.com", "lambda:InvokeFunction"),
    } == permissions


def test_what_anybody_may_call_exists_only_with_the_function_url(template: Template, of_type: Kind) -> None:
    public = [name for name, p in of_type("AWS::Lambda::Permission") if p["Principal"] == "*"]

    assert public
    assert {template["Resources"][name]["Condition"] for name in public} == {"HasFunctionUrl"}
    invoke = template["Resources"]["EdgeAddressInvokePermission"]["Properties"]
    assert invoke["InvokedViaFunctionUrl"] is True


@pytest.mark.parametrize("name", ["Visits", "Ledger", "Reports", "MasterSecret"])
def test_data_outlives_its_stack(template: Template, name: str) -> None:
    resource = template["Resources"][name]

    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


def test_nothing_has_a_fixed_name(template: Template) -> None:
    named = ("TableName", "BucketName", "QueueName", "FunctionName", "RoleName", "LogGroupName", "AlarmName", "Name")
    fixed = [
        (name, key)
        for name, resource in template["Resources"].items()
        for key in named
        if isinstance(resource.get("Properties", {}).get(key), str)
    ]

    assert fixed == []


def test_visits_is_forgetful_and_the_ledger_is_not(template: Template) -> None:
    visits, ledger = (template["Resources"][name]["Properties"] for name in ("Visits", "Ledger"))

    ttl = {"AttributeName": "ttl", "Enabled": True}
    assert visits["TimeToLiveSpecification"] == ledger["TimeToLiveSpecification"] == ttl
    assert visits["BillingMode"] == ledger["BillingMode"] == "PAY_PER_REQUEST"
    assert {"PointInTimeRecoverySpecification", "GlobalSecondaryIndexes", "StreamSpecification"}.isdisjoint(visits)
    assert ledger["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert ledger["DeletionProtectionEnabled"] == {"Fn::If": ["IsProtected", True, False]}
    assert ledger["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_the_ledger_has_its_two_indexes(template: Template) -> None:
    indexes = {
        index["IndexName"]: ([key["AttributeName"] for key in index["KeySchema"]], index["Projection"])
        for index in template["Resources"]["Ledger"]["Properties"]["GlobalSecondaryIndexes"]
    }

    assert indexes == {
        "day": (["dpk", "dsk"], {"ProjectionType": "ALL"}),
        "find": (["fpk", "fsk"], {"ProjectionType": "KEYS_ONLY"}),
    }


def test_reports_are_private_versioned_and_reached_over_tls(template: Template) -> None:
    bucket = template["Resources"]["Reports"]["Properties"]
    (statement,) = template["Resources"]["ReportsPolicy"]["Properties"]["PolicyDocument"]["Statement"]

    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    # Only a local AWS, which speaks no TLS, goes without.
    assert template["Resources"]["ReportsPolicy"]["Condition"] == "OnAws"
    assert template["Conditions"]["OnAws"] == {"Fn::Equals": [{"Ref": "Emulator"}, "false"]}
    assert template["Parameters"]["Emulator"]["Default"] == "false"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_variable_of_a_function_is_a_setting(template: Template, function: str) -> None:
    variables = template["Resources"][function]["Properties"]["Environment"]["Variables"]

    known = {f"CLICKLEDGER_{field.name.upper()}" for field in fields(Settings)}
    assert set(variables) - known == set()


def test_the_master_secret_is_generated_and_reaches_only_who_needs_it(template: Template) -> None:
    having = set()
    for function in FUNCTIONS:
        variables = template["Resources"][function]["Properties"]["Environment"]["Variables"]
        if "CLICKLEDGER_MASTER" in variables:
            having.add(function)
            assert variables["CLICKLEDGER_MASTER"]["Fn::Sub"][0].startswith("{{resolve:secretsmanager:${Secret}:")

    assert having == {"APIHandler", "Edge", "Drain"}
    secret = template["Resources"]["MasterSecret"]["Properties"]
    assert "SecretString" not in secret
    assert secret["GenerateSecretString"]["PasswordLength"] >= 64


@pytest.mark.parametrize("function", FUNCTIONS)
def test_logs_are_kept_for_a_set_time_and_the_platform_is_quiet(template: Template, function: str) -> None:
    logging = template["Resources"][function]["Properties"]["LoggingConfig"]
    group = template["Resources"][logging["LogGroup"]["Ref"]]["Properties"]

    assert (logging["LogFormat"], logging["SystemLogLevel"], logging["ApplicationLogLevel"]) == ("JSON", "WARN", "INFO")
    assert group["RetentionInDays"] == {"Ref": "LogDays"}


def alarms(of_type: Kind) -> dict[str, dict[str, Any]]:
    return dict(of_type("AWS::CloudWatch::Alarm"))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_errors_and_throttles_of_every_function_are_told(of_type: Kind, function: str, metric: str) -> None:
    alarm = alarms(of_type)[f"{function}{metric}"]

    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Lambda", metric)
    assert alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": function}}]


@pytest.mark.parametrize("queue", ["FallbackDead", "LedgerDead"])
def test_dead_letters_are_told(of_type: Kind, queue: str) -> None:
    dimensions = [{"Name": "QueueName", "Value": arn(queue, "QueueName")}]
    (alarm,) = [a for a in alarms(of_type).values() if a.get("Dimensions") == dimensions]

    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 0)


def test_a_missing_report_is_told_and_silence_counts_as_missing(of_type: Kind) -> None:
    alarm = alarms(of_type)["ReportMissing"]

    assert (alarm["Namespace"], alarm["MetricName"]) == (NAMESPACE, "report_published")
    assert alarm["TreatMissingData"] == "breaching"
    assert 86400 < alarm["Period"] * alarm["EvaluationPeriods"] <= 7 * 86400


def test_clicks_without_writes_are_told(template: Template, of_type: Kind) -> None:
    alarm = alarms(of_type)["ClicksWithoutWrites"]
    (expression,) = [metric["Expression"] for metric in alarm["Metrics"] if "Expression" in metric]
    read = {metric["Id"]: metric["MetricStat"]["Metric"] for metric in alarm["Metrics"] if "MetricStat" in metric}

    assert all(f"FILL({id},0)" in expression for id in read)
    assert {"Name": "Operation", "Value": "PutItem"} in read["puts"]["Dimensions"]
    assert {"Name": "TableName", "Value": {"Ref": "Visits"}} in read["puts"]["Dimensions"]
    called = [read[id]["Dimensions"][0]["Value"] for id in ("edge", "rest")]
    assert called == [{"Ref": "Edge"}, {"Ref": "APIHandler"}]
    assert template["Resources"]["ClicksWithoutWrites"]["Condition"] == "OnAws"


def test_what_goes_to_the_fallback_queue_is_told(of_type: Kind) -> None:
    alarm = alarms(of_type)["Spilled"]

    assert (alarm["Namespace"], alarm["MetricName"], alarm["Threshold"]) == (NAMESPACE, "spilled", 0)


def test_alarms_on_the_programs_own_metrics_listen_to_what_it_counts(of_type: Kind) -> None:
    wanted = {a["MetricName"] for a in alarms(of_type).values() if a.get("Namespace") == NAMESPACE}

    assert wanted <= set().union(*(texts(path) for path in (ROOT / "chalicelib").rglob("*.py")))


def test_alarms_on_the_programs_own_metrics_listen_to_their_own_stack(of_type: Kind) -> None:
    own = [alarm for alarm in alarms(of_type).values() if alarm.get("Namespace") == NAMESPACE]

    assert own
    assert {json.dumps(alarm["Dimensions"]) for alarm in own} == {
        json.dumps([{"Name": "stack", "Value": {"Ref": "AWS::StackName"}}])
    }


def texts(path: Path) -> set[str]:
    """All texts that stand in a module."""
    nodes = ast.walk(ast.parse(path.read_text()))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_alarm_reaches_a_topic(of_type: Kind) -> None:
    topic = {"Fn::If": ["OwnTopic", {"Ref": "Alarms"}, {"Ref": "AlarmTopic"}]}

    assert [name for name, alarm in alarms(of_type).items() if alarm["AlarmActions"] != [topic]] == []

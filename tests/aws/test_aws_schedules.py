"""EventBridge Scheduler and IAM as AWS's models have them: what is sent, and what follows from each answer."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from aws_script import MODEL
from botocore.stub import ANY, Stubber

from core.aws import roles, schedules
from core.aws.clients import Clients
from core.errors import AwsError, NotAllowed, RekolabError
from core.types import Backend
from core.workspace import Workspace

SIX = dt.datetime(2026, 11, 23, 18, tzinfo=dt.timezone(dt.timedelta(hours=1)))
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{roles.NAME}"
NAME = schedules.name_of(MODEL)
EXPECTED = {
    "Name": NAME, "Description": ANY, "ScheduleExpression": "at(2026-11-23T17:00:00)",
    "ScheduleExpressionTimezone": "UTC", "FlexibleTimeWindow": {"Mode": "OFF"}, "ActionAfterCompletion": "DELETE",
    "Target": {"Arn": "arn:aws:scheduler:::aws-sdk:rekognition:stopProjectVersion", "RoleArn": ROLE,
               "Input": json.dumps({"ProjectVersionArn": MODEL}), "RetryPolicy": schedules.RETRIES}}
MADE = {"ScheduleArn": f"arn:aws:scheduler:us-east-1:{ACCOUNT}:schedule/default/{NAME}"}


class Aws:
    """Clients whose calls must come in the order in which they are expected."""

    def __init__(self) -> None:
        session = boto3.Session("AKIDEXAMPLE", "no-secret-at-all", region_name="us-east-1")
        made = {name: session.client(name) for name in ("scheduler", "iam", "sts")}
        self.clients = Clients(Backend("default"), "us-east-1", None, None, made["sts"], made.__getitem__)
        self.scheduler, self.iam, self.sts = (Stubber(client) for client in made.values())
        for stub in (self.scheduler, self.iam, self.sts):
            stub.activate()
        self.sts.add_response("get_caller_identity", {"Account": ACCOUNT})


@pytest.fixture
def aws() -> Iterator[Aws]:
    scripted = Aws()
    yield scripted
    scripted.scheduler.assert_no_pending_responses()
    scripted.iam.assert_no_pending_responses()


def test_a_schedule_that_is_there_is_moved(aws: Aws) -> None:
    aws.scheduler.add_response("update_schedule", MADE, EXPECTED)
    schedules.put(aws.clients, ROLE, MODEL, SIX)


def test_a_schedule_that_is_not_there_is_made(aws: Aws) -> None:
    aws.scheduler.add_client_error("update_schedule", "ResourceNotFoundException")
    aws.scheduler.add_response("create_schedule", MADE, EXPECTED)
    schedules.put(aws.clients, ROLE, MODEL, SIX)


def test_a_schedule_that_another_process_made_meanwhile_is_moved(aws: Aws) -> None:
    aws.scheduler.add_client_error("update_schedule", "ResourceNotFoundException")
    aws.scheduler.add_client_error("create_schedule", "ConflictException")
    aws.scheduler.add_response("update_schedule", MADE, EXPECTED)
    schedules.put(aws.clients, ROLE, MODEL, SIX)


def test_a_schedule_that_is_refused_is_said(aws: Aws) -> None:
    aws.scheduler.add_client_error("update_schedule", "AccessDeniedException", "not yours")
    with pytest.raises(NotAllowed, match="not yours"):
        schedules.put(aws.clients, ROLE, MODEL, SIX)


def test_removing_a_schedule_that_was_carried_out_is_no_error(aws: Aws) -> None:
    aws.scheduler.add_response("delete_schedule", {}, {"Name": NAME})
    aws.scheduler.add_client_error("delete_schedule", "ResourceNotFoundException")
    schedules.remove(aws.clients, MODEL)
    schedules.remove(aws.clients, MODEL)


def test_a_name_fits_whatever_the_model_is_called() -> None:
    long = MODEL.replace("2026-11-23-1", "v" * 255)
    assert len(schedules.name_of(long)) <= 64 and schedules.name_of(long) != NAME


def test_the_role_is_made_with_its_policies_and_remembered_for_its_account(aws: Aws, workspace: Workspace) -> None:
    assert roles.role_of(workspace, aws.clients) is None
    trust = {"RoleName": roles.NAME, "AssumeRolePolicyDocument": json.dumps(roles.trust_policy(ACCOUNT)),
             "Description": ANY}
    aws.iam.add_response("create_role", {"Role": role()}, trust)
    aws.iam.add_response("put_role_policy", {}, {
        "RoleName": roles.NAME, "PolicyName": "StopProjectVersion",
        "PolicyDocument": json.dumps(roles.permission_policy(ACCOUNT))})
    assert roles.create(workspace, aws.clients) == ROLE
    assert roles.role_of(workspace, aws.clients) == ROLE
    roles.forget(workspace, aws.clients)
    assert roles.role_of(workspace, aws.clients) is None


def test_a_role_of_that_name_is_brought_up_to_date(aws: Aws, workspace: Workspace) -> None:
    aws.iam.add_client_error("create_role", "EntityAlreadyExists")
    aws.iam.add_response("update_assume_role_policy", {}, {"RoleName": roles.NAME, "PolicyDocument": ANY})
    aws.iam.add_response("get_role", {"Role": role()}, {"RoleName": roles.NAME})
    aws.iam.add_response("put_role_policy", {})
    assert roles.create(workspace, aws.clients) == ROLE


def test_without_the_right_to_make_roles_that_is_said_and_nothing_remembered(aws: Aws, workspace: Workspace) -> None:
    aws.iam.add_client_error("create_role", "AccessDenied")
    with pytest.raises(AwsError):
        roles.create(workspace, aws.clients)
    assert roles.role_of(workspace, aws.clients) is None


@pytest.mark.parametrize(("arn", "words"), [
    ("RekolabStopsModels", "no ARN of a role"), (f"arn:aws:iam::{ACCOUNT}:user/x", "no ARN of a role"),
    ("arn:aws:iam::999999999999:role/x", "belongs to the account 999999999999")])
def test_what_can_not_be_the_role_is_refused(aws: Aws, workspace: Workspace, arn: str, words: str) -> None:
    with pytest.raises(RekolabError, match=words):
        roles.use(workspace, aws.clients, arn)


def test_the_role_may_stop_models_of_its_account_and_nothing_else() -> None:
    [allowed] = roles.permission_policy(ACCOUNT)["Statement"]
    assert allowed["Action"] == "rekognition:StopProjectVersion" and f":{ACCOUNT}:project/" in allowed["Resource"]
    [trusted] = roles.trust_policy(ACCOUNT)["Statement"]
    assert trusted["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trusted["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def role() -> dict[str, Any]:
    return {"Path": "/", "RoleName": roles.NAME, "RoleId": "AROAEXAMPLEEXAMPLE", "Arn": ROLE, "CreateDate": SIX}

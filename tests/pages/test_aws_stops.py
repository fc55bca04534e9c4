"""The part of Versions that helps AWS to stop models by itself, with AWS's answers written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from visitor import Visitor

from core.aws import clients as aws
from core.aws import deadlines, guard, roles, versions
from core.aws.clients import Clients
from core.dataset import models
from core.types import Backend, Version

ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{roles.NAME}"
ARN = f"arn:aws:rekognition:us-east-1:{ACCOUNT}:project/pets/version/one/1"
MADE = {"Path": "/", "RoleName": roles.NAME, "RoleId": "AROAEXAMPLEEXAMPLE", "Arn": ROLE,
        "CreateDate": dt.datetime(2026, 11, 23, tzinfo=dt.UTC)}


class Aws:
    """AWS as a profile reaches it: who one is, IAM, and the scheduler."""

    def __init__(self) -> None:
        session = boto3.Session("AKIDEXAMPLE", "no-secret-at-all", region_name="us-east-1")
        made = {name: session.client(name) for name in ("rekognition", "scheduler", "iam", "sts")}
        self.scheduler, self.iam, sts = (Stubber(made[name]) for name in ("scheduler", "iam", "sts"))
        sts.add_response("get_caller_identity", {"Account": ACCOUNT})
        for stub in (self.scheduler, self.iam, sts):
            stub.activate()
        self.clients = Clients(Backend("studio"), "us-east-1", None, made["rekognition"], made["sts"],
                               made.__getitem__)


@pytest.fixture
def cloud() -> Iterator[Aws]:
    made = Aws()
    yield made
    made.scheduler.assert_no_pending_responses()
    made.iam.assert_no_pending_responses()


@pytest.fixture
def studio(visitor: Visitor, cloud: Aws, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """A visitor whose project is on AWS, with one model that runs until the evening."""
    monkeypatch.setattr(guard.Guard, "look", lambda *_: None)  # which would try to reach AWS at any moment
    visitor.workspace.create("pets").set("backend", {"profile": "studio", "region": "us-east-1"})
    running = Version(ARN, "pets", "one", "RUNNING", "", dt.datetime.now(dt.UTC))
    monkeypatch.setattr(models, "models", lambda *_: [running])
    monkeypatch.setattr(versions, "list_versions", lambda *_: [running])
    monkeypatch.setattr(aws, "connect", lambda home, backend: cloud.clients)
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=3)
    deadlines.write(visitor.workspace, ARN, Backend("studio"), until)
    return visitor


def code(visitor: Visitor) -> str:
    return "\n".join(one.value for one in visitor.at.main.code)


def test_without_a_role_the_page_says_what_is_missing_and_shows_the_policies(studio: Visitor) -> None:
    studio.go("model/versions", "pets")
    assert ":orange[only this computer stops it]" in studio.text
    assert '"Service": "scheduler.amazonaws.com"' in code(studio)
    assert f"rekognition:*:{ACCOUNT}:project/*/version/*/*" in code(studio) and "iam:PassRole" in code(studio)


def test_one_click_makes_the_role_and_the_next_deadline_is_a_schedule_too(studio: Visitor, cloud: Aws) -> None:
    cloud.iam.add_response("create_role", {"Role": MADE})
    cloud.iam.add_response("put_role_policy", {})
    studio.go("model/versions", "pets").click("role_create")
    assert roles.role_of(studio.workspace, cloud.clients) == ROLE
    cloud.scheduler.add_client_error("update_schedule", "ResourceNotFoundException")
    cloud.scheduler.add_response("create_schedule", {"ScheduleArn": "arn:aws:scheduler:x"})
    studio.click(f"until 1 hour {ARN}")
    assert ":material/verified_user: a schedule stops it too" in studio.text


def test_who_may_not_make_roles_is_told_and_can_enter_one(studio: Visitor, cloud: Aws) -> None:
    cloud.iam.add_client_error("create_role", "AccessDenied", "not authorized to perform: iam:CreateRole")
    studio.go("model/versions", "pets").click("role_create")
    assert "not authorized to perform: iam:CreateRole" in studio.errors[0]
    _enter(studio, "nonsense")
    assert "no ARN of a role" in studio.errors[0]
    _enter(studio, ROLE)
    assert "through the role " + ROLE in studio.text
    studio.click("role_forget")
    assert roles.role_of(studio.workspace, cloud.clients) is None


def test_a_schedule_that_aws_refuses_is_told_beside_the_model(studio: Visitor, cloud: Aws) -> None:
    roles.use(studio.workspace, cloud.clients, ROLE)
    cloud.scheduler.add_client_error("update_schedule", "AccessDeniedException", "no iam:PassRole")
    studio.go("model/versions", "pets").click(f"until 1 hour {ARN}")
    assert "its schedule could not be set: " in studio.text and "no iam:PassRole" in studio.text


def _enter(visitor: Visitor, arn: str) -> Any:
    next(one for one in visitor.at.text_input if one.key == "role_arn").set_value(arn)
    return visitor.run().click("role_use")

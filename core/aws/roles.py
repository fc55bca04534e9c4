"""The role through which EventBridge Scheduler stops models: its policies, and where an account has it."""

from __future__ import annotations

import json
import re
from typing import Any

from core.aws import schedules
from core.aws.calls import aws_call
from core.aws.clients import Clients
from core.errors import AwsError, RekolabError
from core.types import Backend
from core.workspace import Workspace

NAME = "RekolabStopsModels"
ENGINE_ROLE = f"arn:aws:iam::123456789012:role/{NAME}"  # the engine has no IAM, and asks no role
_SETTING = "stop_roles"  # account -> ARN
_ARN = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/[\w+=,.@/-]+")


def trust_policy(account: str) -> dict[str, Any]:
    """Who may take the role: the scheduler, for schedules of this account."""
    return {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "scheduler.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}}}]}


def permission_policy(account: str) -> dict[str, Any]:
    """What the role may do: stop models of Custom Labels, and nothing else."""
    return {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "rekognition:StopProjectVersion",
        "Resource": f"arn:aws:rekognition:*:{account}:project/*/version/*/*"}]}


def user_policy(account: str) -> dict[str, Any]:
    """What Rekolab's own credentials need for it: schedules of its name, and to hand the role on."""
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow",
         "Action": ["scheduler:CreateSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule"],
         "Resource": f"arn:aws:scheduler:*:{account}:schedule/default/{schedules.PREFIX}*"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"arn:aws:iam::{account}:role/{NAME}",
         "Condition": {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}}]}


def role_of(workspace: Workspace, clients: Clients) -> str | None:
    """The role that the account's schedules take; None while nobody has set one up."""
    if clients.backend.is_engine:
        return ENGINE_ROLE
    known: dict[str, str] = workspace.get(_SETTING, {})
    return known.get(clients.account) if known else None


def may_have(workspace: Workspace, backend: Backend) -> bool:
    """Whether a backend can have a role, asked without AWS."""
    return backend.is_engine or bool(workspace.get(_SETTING))


def use(workspace: Workspace, clients: Clients, arn: str) -> None:
    """Remember a role of the account; RekolabError when the text is the ARN of none."""
    found = _ARN.fullmatch(arn.strip())
    if found is None:
        raise RekolabError(f"That is no ARN of a role. It looks like arn:aws:iam::{clients.account}:role/{NAME}.")
    if found[1] != clients.account:
        raise RekolabError(f"The role belongs to the account {found[1]}; the models are in {clients.account}.")
    workspace.set(_SETTING, workspace.get(_SETTING, {}) | {clients.account: arn.strip()})


def forget(workspace: Workspace, clients: Clients) -> None:
    """Use no role of the account any more. The role itself stays."""
    known = workspace.get(_SETTING, {})
    known.pop(clients.account, None)
    workspace.set(_SETTING, known)


def create(workspace: Workspace, clients: Clients) -> str:
    """Make the role, or bring the one of that name up to date, and use it; returns its ARN."""
    trust = json.dumps(trust_policy(clients.account))
    try:
        with aws_call("CreateRole"):
            made = clients.iam.create_role(
                RoleName=NAME, AssumeRolePolicyDocument=trust,
                Description="Lets EventBridge Scheduler stop Rekognition Custom Labels models at their deadline.")
    except AwsError as error:
        if error.code != "EntityAlreadyExists":
            raise
        with aws_call("UpdateAssumeRolePolicy"):
            clients.iam.update_assume_role_policy(RoleName=NAME, PolicyDocument=trust)
        with aws_call("GetRole"):
            made = clients.iam.get_role(RoleName=NAME)
    with aws_call("PutRolePolicy"):
        clients.iam.put_role_policy(RoleName=NAME, PolicyName="StopProjectVersion",
                                    PolicyDocument=json.dumps(permission_policy(clients.account)))
    arn = str(made["Role"]["Arn"])
    use(workspace, clients, arn)
    return arn

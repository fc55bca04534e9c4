"""Policies of projects, which say who may copy a model to another account."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from core.aws.calls import aws_call, pages
from core.aws.clients import Clients
from core.errors import AwsError, RekolabError

ACTION = "rekognition:CopyProjectVersion"
_ACCOUNT = re.compile(r"\d{12}")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|user/.+|role/.+|assumed-role/.+)")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of a project; `document` is IAM's JSON, and `revision` what a change of it must name."""

    name: str
    revision: str
    document: str
    updated: dt.datetime


def principal(text: str) -> str:
    """Who may copy, as a policy names it: an account by its twelve digits, or a user or role by its ARN."""
    given = text.strip()
    if _ACCOUNT.fullmatch(digits := given.replace("-", "")):
        return f"arn:aws:iam::{digits}:root"
    if _PRINCIPAL.fullmatch(given):
        return given
    raise RekolabError("Name an account by its twelve digits, or a user or role in it by its ARN.")


def policy(source: str, who: str) -> dict[str, Any]:
    """The least project policy: `who`, and nobody else, may copy this one version, and do nothing else with it."""
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": who}, "Action": ACTION, "Resource": source}]}


def policy_name(source: str, who: str) -> str:
    """One name for each model and whom it is given to, so that giving it twice is one policy."""
    return f"rekolab-copy-{hashlib.sha256(f'{source} {who}'.encode()).hexdigest()[:16]}"


def policies(clients: Clients, project_arn: str) -> list[Policy]:
    """The policies of a project."""
    return [Policy(one["PolicyName"], one["PolicyRevisionId"], one["PolicyDocument"], one["LastUpdatedTimestamp"])
            for one in pages(clients.rekognition, "list_project_policies", "ProjectPolicies", ProjectArn=project_arn)]


def put_policy(clients: Clients, project_arn: str, source: str, who: str) -> None:
    """Let `who` copy the version. Where they may already, nothing changes."""
    name, document = policy_name(source, who), json.dumps(policy(source, who))
    try:
        with aws_call():
            clients.rekognition.put_project_policy(ProjectArn=project_arn, PolicyName=name, PolicyDocument=document)
    except AwsError as error:
        if error.code != "ResourceAlreadyExistsException":
            raise


def delete_policy(clients: Clients, project_arn: str, found: Policy) -> None:
    """Take a policy away; copies that were made stay."""
    with aws_call():
        clients.rekognition.delete_project_policy(
            ProjectArn=project_arn, PolicyName=found.name, PolicyRevisionId=found.revision)


def summary(document: str) -> list[str]:
    """Whom a policy lets do what, a sentence a statement; what it is called, where it can not be read."""
    try:
        found = json.loads(document)["Statement"]
        return [_sentence(one) for one in (found if isinstance(found, list) else [found])]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ["A policy that Rekolab can not read."]


def _sentence(statement: dict[str, Any]) -> str:
    who = statement.get("Principal", "others than the named ones")
    named = [one for value in who.values() for one in _listed(value)] if isinstance(who, dict) else _listed(who)
    models = [_model(one) for one in _listed(statement.get("Resource", "*"))]
    may = "may copy" if statement["Effect"] == "Allow" else "may not copy"
    return f"{', '.join('everybody' if one == '*' else str(one) for one in named)} {may} {', '.join(models)}."


def _model(arn: str) -> str:
    """ "pets/version/one" of a model's ARN."""
    return arn.split(":project/", 1)[1].rpartition("/")[0] if ":project/" in arn else "every model"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

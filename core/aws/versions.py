"""Project versions, which are models: list, describe, start, stop, delete, and wait for a state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from core import compute
from core.aws.calls import PATIENCE, Patience, aws_call, pages, wait_until
from core.aws.clients import Clients
from core.aws.projects import find_project, list_projects
from core.aws.states import of_model
from core.aws.storage import uri
from core.errors import AwsError, NotFound, RekolabError
from core.jobs import Progress
from core.limits import MAX_UNITS
from core.types import Version

AT_ONCE = 5  # projects that are asked about at a time; AWS takes so many of these calls a second

_SKEW = dt.timedelta(minutes=5)  # AWS takes no request from a clock that is further off

# States that nothing but a person's next step changes, and that are not what anybody waits for.
FAILED = frozenset({"TRAINING_FAILED", "FAILED", "COPYING_FAILED", "DEPRECATED", "EXPIRED"})


def names_of(arn: str) -> tuple[str, str]:
    """(project, version) in the ARN of a version."""
    project, _, version = arn.split(":project/", 1)[1].split("/")[:3]
    return project, version


def list_versions(clients: Clients, project: str | None = None) -> list[Version]:
    """Every model of the project of that name, or of all projects, newest first."""
    owners = [owner.arn for owner in list_projects(clients, project)]
    ask = partial(_versions, clients)
    found = dict(compute.each(ask, owners, Progress(), threads=AT_ONCE) if len(owners) > 1 else
                 ((arn, ask(arn)) for arn in owners))
    every = [version for arn in owners for version in found[arn]]  # in one order, whichever project answers first
    return sorted(every, key=lambda version: version.created, reverse=True)


def _versions(clients: Clients, project_arn: str) -> list[Version]:
    try:
        return [version_of(each) for each in pages(
            clients.rekognition, "describe_project_versions", "ProjectVersionDescriptions", ProjectArn=project_arn)]
    except NotFound:  # deleted since the projects were listed
        return []


def made_since(clients: Clients, project: str, name: str, asked: dt.datetime) -> str | None:
    """The ARN of the version of that name, where it is no older than the call that asked for it."""
    return next((one.arn for one in list_versions(clients, project)
                 if one.name == name and one.created >= asked - _SKEW), None)


def describe(clients: Clients, arn: str) -> Version:
    """The model as it is now; NotFound when it does not exist."""
    return version_of(description(clients, arn))


def description(clients: Clients, arn: str) -> dict[str, Any]:
    """DescribeProjectVersions' own words about one model; NotFound when it does not exist."""
    project, name = names_of(arn)
    owner = find_project(clients, project)
    found = [] if owner is None else pages(
        clients.rekognition, "describe_project_versions", "ProjectVersionDescriptions",
        ProjectArn=owner.arn, VersionNames=[name])
    same = next((each for each in found if each["ProjectVersionArn"] == arn), None)
    if same is None:
        raise NotFound("ResourceNotFoundException", "DescribeProjectVersions", "",
                       f"The model {name} of the project {project} does not exist, or no longer exists.")
    return same


def version_of(found: Mapping[str, Any]) -> Version:
    """A ProjectVersionDescription as a value."""
    project, name = names_of(found["ProjectVersionArn"])
    result, output = found.get("EvaluationResult", {}), found.get("OutputConfig", {})
    summary = result.get("Summary", {}).get("S3Object")
    return Version(
        arn=found["ProjectVersionArn"],
        project=project,
        name=name,
        status=found["Status"],
        message=found.get("StatusMessage", ""),
        created=found["CreationTimestamp"],
        trained=found.get("TrainingEndTimestamp"),
        f1=result.get("F1Score"),
        billable_seconds=found.get("BillableTrainingTimeInSeconds"),
        min_units=found.get("MinInferenceUnits"),
        max_units=found.get("MaxInferenceUnits"),
        summary_uri=uri(summary["Bucket"], summary["Name"]) if summary else None,
        output_prefix=uri(output["S3Bucket"], output.get("S3KeyPrefix", "")) if output.get("S3Bucket") else None,
        description=found.get("VersionDescription", ""),
        kms_key=found.get("KmsKeyId"),
    )


def start(clients: Clients, arn: str, units: int, max_units: int | None = None) -> None:
    """Start the model on 1 to 5 inference units; with `max_units` AWS adds some under load. From now on it is billed.

    Pages start through `core.aws.guard.start`, which takes a deadline.
    """
    most = units if max_units is None else max_units
    if not 1 <= units <= most <= MAX_UNITS:
        raise RekolabError(f"A model runs on 1 to {MAX_UNITS} inference units, and the most can not be less than the "
                           f"least. {units}" + ("" if max_units is None else f" to {max_units}") + " is not possible.")
    chosen = {} if max_units is None else {"MaxInferenceUnits": max_units}
    try:
        with aws_call():
            clients.rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=units, **chosen)
    except AwsError as error:
        came_through = error.repeated and error.code == "ResourceInUseException"  # only the first answer was lost
        if not came_through or describe(clients, arn).status not in ("STARTING", "RUNNING"):
            raise


def stop(clients: Clients, arn: str) -> bool:
    """Stop the model. One that is stopping, or does not run, is as good, and raises nothing; it was no work: False."""
    try:
        with aws_call():
            clients.rekognition.stop_project_version(ProjectVersionArn=arn)
    except NotFound:
        raise
    except AwsError as error:
        refused = error.code in ("ResourceInUseException", "InvalidParameterException")
        if not refused or describe(clients, arn).status in ("STARTING", "RUNNING"):
            raise
        return False
    return True


def delete(clients: Clients, arn: str) -> None:
    """Delete the model for good; it must not be training or running. Deletion takes a moment: DELETING, then gone."""
    with aws_call():
        clients.rekognition.delete_project_version(ProjectVersionArn=arn)


def wait_for(clients: Clients, arn: str, states: Collection[str], patience: Patience = PATIENCE) -> Version:
    """The model once it is in one of `states`. AwsError when it fails instead, NotReady when it takes too long."""

    def reached() -> Version | None:
        version = describe(clients, arn)
        if version.status in states:
            return version
        if version.status in FAILED:
            raise AwsError(version.status, "DescribeProjectVersions", version.message,
                           f"{version.name}: {version.message or of_model(version.status).word}")
        return None

    return wait_until(reached, f"{names_of(arn)[1]} becoming {' or '.join(sorted(states))}", patience)

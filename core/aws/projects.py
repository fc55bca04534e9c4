"""Rekognition's projects, each with the datasets that it has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from core.aws.calls import PATIENCE, Patience, aws_call, pages, wait_until
from core.aws.clients import Clients
from core.errors import AwsError

Kind = Literal["TRAIN", "TEST"]


@dataclass(frozen=True, slots=True)
class DatasetState:
    """The state of a dataset, with AWS's own sentence about it."""

    status: str
    message: str


@dataclass(frozen=True, slots=True)
class RekognitionProject:
    """A project of the account; `datasets` maps TRAIN and TEST to the ARNs of those that exist, `states` to theirs."""

    name: str
    arn: str
    status: str
    created: dt.datetime
    datasets: Mapping[Kind, str]
    states: Mapping[Kind, DatasetState] = field(default_factory=dict)


def name_of(arn: str) -> str:
    """The project's name in the ARN of a project, a dataset or a version."""
    return arn.split(":project/", 1)[1].split("/", 1)[0]


def list_projects(clients: Clients, name: str | None = None) -> list[RekognitionProject]:
    """Custom Labels projects in the order they were made: all, or the one of that name when there is one."""
    chosen = {} if name is None else {"ProjectNames": [name]}
    return [_project(found) for found in
            pages(clients.rekognition, "describe_projects", "ProjectDescriptions", **chosen)]


def _project(found: Mapping[str, Any]) -> RekognitionProject:
    datasets = {dataset["DatasetType"]: dataset["DatasetArn"] for dataset in found.get("Datasets", [])}
    states = {dataset["DatasetType"]: DatasetState(dataset.get("Status", ""), dataset.get("StatusMessage", ""))
              for dataset in found.get("Datasets", [])}
    arn = found["ProjectArn"]
    return RekognitionProject(name_of(arn), arn, found["Status"], found["CreationTimestamp"], datasets, states)


def find_project(clients: Clients, name: str) -> RekognitionProject | None:
    """The project of that name, None when there is none."""
    return next(iter(list_projects(clients, name)), None)


def ensure_project(clients: Clients, name: str, patience: Patience = PATIENCE) -> str:
    """The ARN of the project of that name, made when there is none, as soon as it can be used."""

    def usable() -> str | None:
        project = find_project(clients, name)
        if project is None:
            _create_project(clients, name)
        return project.arn if project and project.status == "CREATED" else None

    return wait_until(usable, f"Making the project {name}", patience)


def _create_project(clients: Clients, name: str) -> None:
    try:
        with aws_call():
            clients.rekognition.create_project(ProjectName=name)
    except AwsError as error:
        if error.code != "ResourceInUseException":  # another window was faster, or a repeated call came through twice
            raise

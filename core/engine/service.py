"""What the operations share: where things are kept, and how a resource is found by its ARN."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.engine.awsjson import ApiError, Caller
from core.engine.models import Models
from core.engine.pages import Pages
from core.engine.rates import Rates
from core.engine.settings import EngineSettings
from core.engine.state import Dataset, ModelVersion, Project, State
from core.engine.tasks import Tasks


class Objects(Protocol):
    """The part of S3 that Rekognition uses. A missing bucket or object raises KeyError, one that a bucket's policy
    does not give PermissionError. A missing bucket has no region and no owner, who is an account."""

    def read(self, bucket: str, key: str, version: str | None = None) -> bytes: ...
    def size(self, bucket: str, key: str) -> int: ...
    def write(self, bucket: str, key: str, data: bytes, content_type: str) -> None: ...
    def has_bucket(self, name: str) -> bool: ...
    def region(self, bucket: str) -> str | None: ...
    def owner(self, bucket: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Service:
    """One Rekognition: its settings, its state, its queue of work, its models, the S3 beside it, and its clock."""

    settings: EngineSettings
    state: State
    tasks: Tasks
    pages: Pages
    models: Models
    objects: Objects
    rates: Rates
    clock: Callable[[], float] = time.time


def epoch_milliseconds() -> int:
    """The number that ends an ARN, which is also when its resource was made."""
    return time.time_ns() // 1_000_000


def find_project(rows: sqlite3.Connection, caller: Caller, arn: str) -> Project:
    """The project of that ARN; ResourceNotFoundException when the caller's region has none.

    Here and below an ARN of another account is refused before it is looked for.
    """
    _check_account(caller, arn)
    row = rows.execute("SELECT * FROM project WHERE arn = ? AND region = ?", (arn, caller.region)).fetchone()
    if row is None:
        raise missing(arn)
    return Project(**row)


def find_dataset(rows: sqlite3.Connection, caller: Caller, arn: str) -> Dataset:
    """The dataset of that ARN; ResourceNotFoundException when the caller's region has none."""
    _check_account(caller, arn)
    row = rows.execute("SELECT dataset.* FROM dataset JOIN project ON project.arn = project "
                       "WHERE dataset.arn = ? AND region = ?", (arn, caller.region)).fetchone()
    if row is None:
        raise missing(arn)
    return Dataset(**row)


def find_version(rows: sqlite3.Connection, caller: Caller, arn: str) -> ModelVersion:
    """The model of that ARN; ResourceNotFoundException when the caller's region has none."""
    _check_account(caller, arn)
    row = rows.execute("SELECT * FROM version WHERE arn = ? AND region = ?", (arn, caller.region)).fetchone()
    if row is None:
        raise missing(arn)
    return ModelVersion(**row)


def datasets_of(rows: sqlite3.Connection, project: str) -> list[Dataset]:
    """A project's datasets, the training dataset first."""
    found = rows.execute("SELECT * FROM dataset WHERE project = ? ORDER BY type DESC", (project,))
    return [Dataset(**row) for row in found]


def _check_account(caller: Caller, arn: str) -> None:
    if arn.split(":")[4] != caller.account:
        raise ApiError("AccessDeniedException", f"User: {caller.user} is not authorized to perform: "
                       f"rekognition:{caller.operation} on resource: {arn}")


def missing(arn: str) -> ApiError:
    return ApiError("ResourceNotFoundException", f"There is no resource with the ARN {arn}.")


def in_use(message: str) -> ApiError:
    return ApiError("ResourceInUseException", message)


def invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterException", message)


def over_limit(message: str) -> ApiError:
    """Too much at a time."""
    return ApiError("LimitExceededException", message)


def over_quota(message: str) -> ApiError:
    """Too much in one place."""
    return ApiError("ServiceQuotaExceededException", message)

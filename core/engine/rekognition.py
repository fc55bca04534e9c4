"""Rekognition Custom Labels: every operation that the engine has, and every kind of work behind them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.engine import (
    copying,
    dataset_work,
    datasets,
    detection,
    entries,
    policies,
    projects,
    running,
    tags,
    training,
    versions,
)
from core.engine.awsjson import OPERATIONS as MODELS
from core.engine.awsjson import Application, Ask, Caller, Operation, checked
from core.engine.models import Models
from core.engine.pages import Pages
from core.engine.rates import Rates
from core.engine.service import Objects, Service
from core.engine.settings import EngineSettings
from core.engine.state import State
from core.engine.tasks import Step, Tasks

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

OPERATIONS: dict[str, Callable[..., Any]] = {
    "CreateProject": projects.create_project,
    "DescribeProjects": projects.describe_projects,
    "DeleteProject": projects.delete_project,
    "CreateDataset": datasets.create_dataset,
    "DescribeDataset": datasets.describe_dataset,
    "DeleteDataset": datasets.delete_dataset,
    "ListDatasetEntries": entries.list_dataset_entries,
    "ListDatasetLabels": entries.list_dataset_labels,
    "UpdateDatasetEntries": datasets.update_dataset_entries,
    "DistributeDatasetEntries": datasets.distribute_dataset_entries,
    "CreateProjectVersion": versions.create_project_version,
    "DescribeProjectVersions": versions.describe_project_versions,
    "StartProjectVersion": versions.start_project_version,
    "StopProjectVersion": versions.stop_project_version,
    "DeleteProjectVersion": versions.delete_project_version,
    "CopyProjectVersion": copying.copy_project_version,
    "DetectCustomLabels": detection.detect_custom_labels,
    "PutProjectPolicy": policies.put_project_policy,
    "ListProjectPolicies": policies.list_project_policies,
    "DeleteProjectPolicy": policies.delete_project_policy,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "ListTagsForResource": tags.list_tags_for_resource,
}


class Rekognition:
    """The WSGI application. What was under way when the last process ended is taken up at once."""

    def __init__(
        self, root: Path, objects: Objects, settings: EngineSettings, clock: Callable[[], float] = time.time
    ) -> None:
        self.state = state = State(root / "rekognition.sqlite")
        self._tasks = Tasks(state, settings.instant)
        self._service = Service(settings, state, self._tasks, Pages(state.secret), Models(root / "models"), objects,
                                Rates(settings), clock)
        operations: dict[str, Operation] = {
            name: partial(_counted, self._service, run) for name, run in OPERATIONS.items()}
        self._answer = Application(operations)
        self._tasks.start(_steps(self._service))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._answer(environ, start_response)

    def perform(self, caller: Caller, ask: Ask) -> Any:
        """Make a call that comes from the engine itself, such as a schedule's; ApiError as a client would see it."""
        return OPERATIONS[caller.operation](self._service, caller, checked(MODELS[caller.operation], ask))

    def close(self) -> None:
        """End the work under way; what is left is continued at the next start."""
        self._tasks.close()


def application(
    root: Path, objects: Objects, settings: EngineSettings | None = None, clock: Callable[[], float] = time.time
) -> Rekognition:
    """The Rekognition whose state is kept under `root`, beside the S3 that `objects` reaches."""
    return Rekognition(root, objects, settings or EngineSettings(), clock)


def _counted(service: Service, run: Callable[..., Ask | None], caller: Caller, ask: Ask) -> Ask | None:
    service.rates.take_call(caller)
    return run(service, caller, ask)


def _steps(service: Service) -> dict[str, Step]:
    return {
        "create project": Step(projects.finish_creation, projects.finish_creation),
        "delete project": Step(projects.finish_deletion, projects.finish_deletion),
        "create dataset": Step(partial(dataset_work.create, service), dataset_work.fail_create),
        "update dataset": Step(dataset_work.update, dataset_work.fail_update),
        "distribute dataset": Step(dataset_work.distribute, dataset_work.fail_update),
        "delete dataset": Step(dataset_work.delete, dataset_work.delete),
        "train": Step(partial(training.train, service), training.give_up, slow=True),
        "copy": Step(partial(copying.copy, service), copying.give_up),
        "start": Step(partial(running.start, service), partial(running.fail_start, service)),
        "stop": Step(partial(running.stop, service), partial(running.finish_stop, service)),
        "delete version": Step(partial(running.delete, service), running.finish_deletion),
    }

"""CopyProjectVersion, and the work behind it: the model and its result files in another project."""

from __future__ import annotations

import json
from collections.abc import Mapping

from core.engine.awsjson import Ask, Caller
from core.engine.projects import open_project
from core.engine.results import OutputError, output_of
from core.engine.service import Service, find_project, find_version, in_use, invalid
from core.engine.state import ModelVersion, read_version
from core.engine.tasks import Task
from core.engine.versions import DELETABLE, OCCUPYING, add_version, check_name
from core.manifest.codes import MESSAGES

COMPLETED = "The model is ready to run."
BROKEN = "The model could not be copied because of an internal error."
GONE = "The source model, or a file of its training results, was deleted before it could be copied."

_FAILED = ("TRAINING_FAILED", "COPYING_FAILED")
_COPYABLE = set(OCCUPYING + DELETABLE) - set(_FAILED)


def copy_project_version(service: Service, caller: Caller, ask: Ask) -> Ask:
    """CopyProjectVersion: of a trained model, into a project of the same region."""
    if not ask["OutputConfig"].get("S3Bucket"):
        raise invalid("OutputConfig needs an S3Bucket for the results.")
    with service.state.transaction() as rows:
        origin = find_project(rows, caller, ask["SourceProjectArn"])
        source = find_version(rows, caller, ask["SourceProjectVersionArn"])
        _check_source(origin.arn, source)
        project = open_project(rows, caller, ask["DestinationProjectArn"])
        check_name(service, rows, project, ask["VersionName"])
        trained = json.loads(source.request)
        request = ask | {name: trained[name] for name in ("TrainingData", "TestingData") if name in trained}
        arn = add_version(service, rows, project, request, "COPYING_IN_PROGRESS")
        service.tasks.add(rows, "copy", arn, source=source.arn, bucket=trained["OutputConfig"]["S3Bucket"],
                          files=json.loads(source.files), f1=source.f1)
    service.tasks.wake()
    return {"ProjectVersionArn": arn}


def copy(service: Service, task: Task) -> None:
    """Copy from the beginning, whether or not an earlier attempt was cut off."""
    version = read_version(service.state, task.arn)
    try:
        files = _copy_results(service, task, version)
        service.models.copy(task.arguments["source"], task.arn)
    except OutputError:
        _end(task, "COPYING_FAILED", MESSAGES["ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"])
    except (KeyError, FileNotFoundError):
        _end(task, "COPYING_FAILED", GONE)
    else:
        _end(task, "COPYING_COMPLETED", COMPLETED, files, task.arguments["f1"])


def give_up(task: Task) -> None:
    _end(task, "COPYING_FAILED", BROKEN)


def _check_source(project: str, source: ModelVersion) -> None:
    if source.project != project:
        raise invalid("SourceProjectVersionArn is a version of another project than SourceProjectArn.")
    if source.status in _FAILED:
        raise invalid(f"The source version has no model to copy: its status is {source.status}.")
    if source.status not in _COPYABLE:
        raise in_use(f"The source version can't be copied now: its status is {source.status}.")


def _copy_results(service: Service, task: Task, version: ModelVersion) -> dict[str, str]:
    """The result files under their names in the new project, as they are; returns kind -> key."""
    output = output_of(service.objects, version)
    found = {kind: service.objects.read(task.arguments["bucket"], key) for kind, key in task.arguments["files"].items()}
    return {kind: output.write(kind, data.decode()) for kind, data in found.items()}


def _end(task: Task, status: str, message: str, files: Mapping[str, str] | None = None,
         f1: float | None = None) -> None:
    with task.finish() as rows:
        rows.execute("UPDATE version SET status = ?, message = ?, files = ?, f1 = ? WHERE arn = ?",
                     (status, message, json.dumps(files or {}), f1, task.arn))

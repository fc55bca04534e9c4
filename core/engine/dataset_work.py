"""The work behind dataset operations, done after their answer. Each task ends in one transaction."""

from __future__ import annotations

import base64
import sqlite3
import time
from collections.abc import Mapping

from core.engine import entries
from core.engine.datasets import CLIENT_ERROR, SERVICE_ERROR, SUCCESS
from core.engine.service import Service
from core.engine.tasks import Task
from core.manifest.codes import MESSAGES
from core.manifest.dataset import DatasetVerdict, check_dataset, distributed, failed
from core.manifest.rules import check_lines

CREATED = "The dataset was successfully created."
UPDATED = "The dataset was successfully updated."
_ERROR = "Internal server error"


def create(service: Service, task: Task) -> None:
    """Read and check the manifest, if there is one; a copied or empty dataset has its entries already."""
    place = task.arguments["manifest"]
    if place is None:
        with task.finish() as rows:
            _settle(rows, task.arn, "CREATE_COMPLETE", CREATED)
        return
    verdict = _created(service, place)
    with task.finish() as rows:
        if verdict.code is None:
            entries.replace_entries(rows, task.arn, verdict.entries)
        _settle(rows, task.arn, "CREATE_FAILED" if verdict.code else "CREATE_COMPLETE", verdict.message)


def _created(service: Service, place: Mapping[str, str]) -> DatasetVerdict:
    try:
        manifest = service.objects.read(place["Bucket"], place["Name"], place.get("Version"))
    except KeyError:
        return failed("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    except PermissionError:
        return failed("ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET")
    return check_dataset(manifest)


def update(task: Task) -> None:
    """Check the changed lines alone, then the dataset as it would be with them; keep all of them or none."""
    verdict = check_dataset(base64.b64decode(task.arguments["changes"]))
    if verdict.code is None:
        changed = {line.source_ref or "": line.text for line in verdict.entries}
        verdict = check_dataset("\n".join((_texts(task) | changed).values()).encode())
    with task.finish() as rows:
        if verdict.code is None:
            entries.replace_entries(rows, task.arn, verdict.entries)
            _settle(rows, task.arn, "UPDATE_COMPLETE", UPDATED)
        else:
            _settle(rows, task.arn, "UPDATE_FAILED", verdict.message)


def distribute(task: Task) -> None:
    """Move a fifth of the training entries to the test dataset."""
    test = task.arguments["test"]
    sides = distributed(check_lines(_texts(task).values()))
    status = "UPDATE_COMPLETE" if sides else "UPDATE_FAILED"
    message = UPDATED if sides else MESSAGES["ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE"]
    with task.finish() as rows:
        for arn, lines in zip((task.arn, test), sides or (), strict=False):
            entries.replace_entries(rows, arn, lines)
        for arn in (task.arn, test):
            _settle(rows, arn, status, message)


def delete(task: Task) -> None:
    with task.finish() as rows:
        rows.execute("DELETE FROM dataset WHERE arn = ?", (task.arn,))


def fail_create(task: Task) -> None:
    with task.finish() as rows:
        _settle(rows, task.arn, "CREATE_FAILED", _ERROR, SERVICE_ERROR)


def fail_update(task: Task) -> None:
    """End an update, or a distribution, which has two datasets."""
    with task.finish() as rows:
        for arn in filter(None, (task.arn, task.arguments.get("test"))):
            _settle(rows, arn, "UPDATE_FAILED", _ERROR, SERVICE_ERROR)


def _texts(task: Task) -> dict[str, str]:
    """The dataset's lines. While the task has it, nobody else changes them."""
    with task.state.reading() as rows:
        return entries.texts(rows, task.arn)


def _settle(rows: sqlite3.Connection, arn: str, status: str, message: str, code: str | None = None) -> None:
    code = code or (CLIENT_ERROR if status.endswith("FAILED") else SUCCESS)
    rows.execute("UPDATE dataset SET status = ?, message = ?, code = ?, updated = ? WHERE arn = ?",
                 (status, message, code, time.time(), arn))

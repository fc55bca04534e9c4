"""The work behind starting, stopping and deleting a model."""

from __future__ import annotations

import sqlite3

from PIL import Image

from core.engine.observing import features
from core.engine.service import Service
from core.engine.tasks import Task

RUNNING = "The model is running."
STOPPED = "The model has stopped."
NOT_STARTED = "The model could not be started because of an internal error."


def start(service: Service, task: Task) -> None:
    """Load the model and the network, so that the first request waits for neither."""
    service.models.get(task.arn).confidences(features(Image.new("RGB", (64, 64)))[None])
    _enter(task, "RUNNING", RUNNING)


def fail_start(service: Service, task: Task) -> None:
    _end(service, task, "FAILED", NOT_STARTED)


def stop(service: Service, task: Task) -> None:
    service.models.unload(task.arn)
    finish_stop(service, task)


def finish_stop(service: Service, task: Task) -> None:
    _end(service, task, "STOPPED", STOPPED)


def delete(service: Service, task: Task) -> None:
    service.models.delete(task.arn)
    finish_deletion(task)


def finish_deletion(task: Task) -> None:
    with task.finish() as rows:
        rows.execute("DELETE FROM version WHERE arn = ?", (task.arn,))


def note_started(service: Service, rows: sqlite3.Connection, arn: str, units: int) -> None:
    """From now on AWS would bill so many units. The engine writes down what it would have been."""
    rows.execute("INSERT INTO uptime (arn, units, started) VALUES (?, ?, ?)", (arn, units, service.clock()))


def _end(service: Service, task: Task, status: str, message: str) -> None:
    """The model no longer runs, and AWS would no longer bill it."""
    with task.finish() as rows:
        rows.execute("UPDATE version SET status = ?, message = ? WHERE arn = ?", (status, message, task.arn))
        rows.execute("UPDATE uptime SET stopped = ? WHERE arn = ? AND stopped IS NULL", (service.clock(), task.arn))


def _enter(task: Task, status: str, message: str) -> None:
    with task.finish() as rows:
        rows.execute("UPDATE version SET status = ?, message = ? WHERE arn = ?", (status, message, task.arn))

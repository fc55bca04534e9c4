"""The work behind starting, stopping and deleting a model."""

from __future__ import annotations

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


def fail_start(task: Task) -> None:
    _enter(task, "FAILED", NOT_STARTED)


def stop(service: Service, task: Task) -> None:
    service.models.unload(task.arn)
    finish_stop(task)


def finish_stop(task: Task) -> None:
    _enter(task, "STOPPED", STOPPED)


def delete(service: Service, task: Task) -> None:
    service.models.delete(task.arn)
    finish_deletion(task)


def finish_deletion(task: Task) -> None:
    with task.finish() as rows:
        rows.execute("DELETE FROM version WHERE arn = ?", (task.arn,))


def _enter(task: Task, status: str, message: str) -> None:
    with task.finish() as rows:
        rows.execute("UPDATE version SET status = ?, message = ? WHERE arn = ?", (status, message, task.arn))

"""The same modules over HTTP against a running engine: what AWS's shapes alone can not show."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from core.aws import datasets, deadlines, guard, projects, schedules, storage, training, uptime, versions
from core.aws.calls import Patience
from core.aws.clients import Clients, connect, engine_clients
from core.aws.engine_process import ensure_engine
from core.aws.prediction import detect
from core.errors import AwsError, ModelNotRunning, NotReady
from core.manifest.lines import dump, image_line
from core.types import Backend
from core.workspace import Workspace, now

QUICK = Patience(seconds=60, first=0.02, longest=0.3)
HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="module")
def clients(engine, engines_end: None) -> Clients:
    return engine_clients(engine, lambda: engine)


@pytest.fixture
def photos(photo_folder: Callable[..., Path]) -> dict[str, Path]:
    """Photos of two plain classes by the key that they get."""
    folder = photo_folder(cat=6, dog=6)
    return {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*.jpg"))}


def upload(clients: Clients, bucket: str, name: str, photos: dict[str, Path]) -> tuple[str, str]:
    """The URIs of a training and a test manifest over the photos, every third of which is for the test."""
    lines = []
    for key, file in photos.items():
        storage.put_bytes(clients, bucket, f"{name}/{key}", file.read_bytes())
        lines.append(image_line(storage.uri(bucket, f"{name}/{key}"), [key.split("/")[0]], now()))
    sides = {"test": lines[::3], "train": [line for number, line in enumerate(lines) if number % 3]}
    for side, chosen in sides.items():
        storage.put_bytes(clients, bucket, f"{name}/{side}.manifest", dump(chosen).encode())
    return storage.uri(bucket, f"{name}/train.manifest"), storage.uri(bucket, f"{name}/test.manifest")


@pytest.fixture
def bucket(clients: Clients) -> str:
    return storage.ensure_bucket(clients, "rekolab-aws-tests").name


def trained(clients: Clients, name: str, bucket: str, photos: dict[str, Path]) -> str:
    """The ARN of a new model of the project `name`, once its training has ended either way."""
    arn = projects.ensure_project(clients, name, QUICK)
    datasets.ensure_datasets(clients, arn, *upload(clients, bucket, name, photos), patience=QUICK)
    model = training.start_training(clients, arn, "v1", bucket, f"{name}/models/v1")
    versions.wait_for(clients, model, {"TRAINING_COMPLETED", "TRAINING_FAILED"}, QUICK)
    return model


def test_a_bucket_is_made_once_and_found_in_order_the_next_time(clients: Clients) -> None:
    assert storage.ensure_bucket(clients, "rekolab-new").created
    assert storage.ensure_bucket(clients, "rekolab-new") == storage.Bucket("rekolab-new", created=False)


def test_objects_of_any_name_come_back_as_they_were_put(clients: Clients, bucket: str) -> None:
    for name in ("a b.jpg", "ü#%.jpg", "x" * 200 + ".jpg", "a+b&c.jpg"):
        stored = storage.put_bytes(clients, bucket, f"names/{name}", name.encode())
        assert stored.etag == storage.etag_of(name.encode())
        assert storage.head(clients, bucket, f"names/{name}") == stored
        assert storage.get_bytes(clients, bucket, f"names/{name}") == name.encode()
        assert stored in list(storage.list_objects(clients, bucket, "names/"))


def test_an_engine_that_was_killed_is_back_before_the_next_call_is_answered(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKOLAB_ENGINE_PORT", "0")
    own = connect(workspace.root, Backend())
    storage.ensure_bucket(own, "kept")
    storage.put_bytes(own, "kept", "a.txt", b"still here")
    killed = ensure_engine(workspace.engine, 0)
    os.kill(killed.pid, signal.SIGKILL)
    assert storage.get_bytes(own, "kept", "a.txt") == b"still here"
    assert [project.name for project in projects.list_projects(own)] == []
    assert ensure_engine(workspace.engine, 0).pid != killed.pid
    assert storage.get_bytes(connect(workspace.root, Backend()), "kept", "a.txt") == b"still here"


def test_a_model_is_trained_started_asked_and_stopped_at_its_deadline(
    clients: Clients, bucket: str, photos: dict[str, Path], workspace: Workspace
) -> None:
    arn = trained(clients, "journey", bucket, photos)
    version = versions.describe(clients, arn)
    assert version.status == "TRAINING_COMPLETED"
    assert version in versions.list_versions(clients) and version.billable_seconds is not None
    found = training.evaluation(clients, version)
    assert set(found.thresholds) == {"cat", "dog"}
    assert (found.training_images, found.testing_images, found.f1) == (8, 4, version.f1)

    photo = next(iter(photos.values())).read_bytes()
    with pytest.raises(ModelNotRunning):
        detect(clients, arn, photo)
    guard.start(workspace, clients, arn, 1, now() + HOUR)
    with pytest.raises(AwsError):
        guard.start(workspace, clients, arn, 1, now() + 2 * HOUR)
    running = versions.wait_for(clients, arn, {"RUNNING"}, QUICK)
    kept = clients.scheduler.get_schedule(Name=schedules.name_of(arn))
    assert kept["ScheduleExpression"] == f"at({deadlines.of(workspace, arn):%Y-%m-%dT%H:%M:%S})"
    uptime.observe(workspace, [running], now() + HOUR)
    assert [run.seen for run in uptime.uptimes(workspace, arn)] == [False]

    answer = detect(clients, arn, photo, min_confidence=0)
    assert {score.label for score in answer.scores} == {"cat", "dog"}
    key = storage.uri(bucket, f"journey/{next(iter(photos))}")
    assert detect(clients, arn, key, min_confidence=0).scores == answer.scores

    assert guard.enforce(workspace, now() + 0.5 * HOUR, lambda *_: clients) == {}
    ended = now() + HOUR
    assert guard.enforce(workspace, ended, lambda *_: clients) == {arn: None}
    assert versions.wait_for(clients, arn, {"STOPPED"}, QUICK).status == "STOPPED"
    versions.stop(clients, arn)
    assert deadlines.of(workspace, arn) is None
    assert clients.scheduler.list_schedules(NamePrefix=schedules.name_of(arn))["Schedules"] == []
    assert [run.stopped for run in uptime.uptimes(workspace, arn)] == [ended]
    versions.delete(clients, arn)


def test_a_failed_training_names_the_lines_and_their_images(
    clients: Clients, bucket: str, photos: dict[str, Path], tmp_path: Path
) -> None:
    lost = [key for number, key in enumerate(photos) if number % 3 == 1]
    for key in lost:
        photos[key].write_bytes(b"not an image")
    arn = trained(clients, "failing", bucket, photos)
    version = versions.describe(clients, arn)
    assert version.status == "TRAINING_FAILED"
    failure = training.failures(clients, version)
    assert failure.message == version.message == "The manifest file contains too many invalid rows."
    assert {each.source_ref for each in failure.findings} == {storage.uri(bucket, f"failing/{key}") for key in lost}
    assert {each.finding.code for each in failure.findings} == {"ERROR_INVALID_IMAGE"}
    assert failure.summary and failure.summary.training
    assert failure.summary.training.invalid == len(lost)
    assert list(failure.summary.training.lines) == [each.finding.line for each in failure.findings]
    with pytest.raises(NotReady):
        training.evaluation(clients, version)


def test_datasets_stay_while_their_manifests_do(clients: Clients, bucket: str, photos: dict[str, Path]) -> None:
    arn = projects.ensure_project(clients, "datasets", QUICK)
    uris = upload(clients, bucket, "datasets", photos)
    first = datasets.ensure_datasets(clients, arn, *uris, {}, QUICK)
    assert (first.train.total, first.test.total, first.train.labels) == (8, 4, 2)
    assert datasets.ensure_datasets(clients, arn, *uris, first.known, QUICK) == first
    upload(clients, bucket, "datasets", dict(list(photos.items())[:9]))
    second = datasets.ensure_datasets(clients, arn, *uris, first.known, QUICK)
    assert (second.train.total, second.test.total) == (6, 3)
    with pytest.raises(NotReady, match="was not made here"):
        datasets.ensure_datasets(clients, arn, *uris, first.known, QUICK)
    assert len(list(datasets.entries(clients, second.train.arn))) == 6

"""A fifth of all calls fails, in every way that calls can: the journey still ends right, and nothing is made twice."""

from __future__ import annotations

import datetime as dt
import io
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from botocore import exceptions as boto
from botocore.awsrequest import AWSResponse
from botocore.retries.standard import ExponentialBackoff

from core.aws import datasets, deadlines, guard, prediction, projects, storage, throttling, uptime, versions
from core.aws.calls import Patience, passes
from core.aws.clients import Clients
from core.dataset import models, sending, testset, upload
from core.errors import AwsError
from core.jobs import Progress
from core.workspace import Project, Workspace, now

Result = TypeVar("Result")
SHARE = 0.2
REFUSALS = {"throttled": (400, "ThrottlingException"), "busy": (503, "SlowDown"),
            "broken": (500, "InternalServerError"), "expired": (400, "ExpiredTokenException")}
WAYS = ("throttled", "busy", "timeout", "reset", "answer lost", "broken", "broken after all", "expired")
MAKING = ("CreateProject", "CreateDataset", "CreateProjectVersion")


class _Raw(io.BytesIO):
    """A body as urllib3 would hand it over."""

    def stream(self, amount: int = 1024, decode_content: bool | None = None) -> Iterator[bytes]:
        yield self.read()


def refusal(url: str, way: str) -> AWSResponse:
    """What a service answers that refuses; in JSON for Rekognition, which S3 and STS say in XML."""
    status, code = REFUSALS[way]
    body = (f'{{"__type": "{code}", "Message": "{way}"}}' if "rekognition" in url else
            f"<Error><Code>{code}</Code><Message>{way}</Message></Error>")
    return AWSResponse(url, status, {}, _Raw(body.encode()))


class Weather:
    """Lets a share of the calls fail, by a seed; `failed` counts them by way, `made` what was made, by operation."""

    def __init__(self, clients: Clients, seed: int) -> None:
        self.failed: Counter[str] = Counter()
        self.made: Counter[str] = Counter()
        self._dice: dict[str, random.Random] = {}  # one an operation, so that threads do not shuffle them
        self._seed, self._lock = seed, threading.Lock()
        self._clients = (clients.s3, clients.rekognition, clients.sts)
        self._hooks = [self._hook(client) for client in self._clients]

    def __enter__(self) -> Weather:
        for client, hook in zip(self._clients, self._hooks, strict=True):
            client.meta.events.register("before-send", hook)
        return self

    def __exit__(self, *_: object) -> None:
        for client, hook in zip(self._clients, self._hooks, strict=True):
            client.meta.events.unregister("before-send", hook)

    def _hook(self, client: Any) -> Callable[..., AWSResponse]:
        service = client.meta.service_model.service_name

        def send(request: Any, event_name: str, **_: Any) -> AWSResponse:
            operation = event_name.rpartition(".")[2]
            with self._lock:
                dice = self._dice.setdefault(operation, random.Random(f"{self._seed} {operation}"))
                way = dice.choice(WAYS) if dice.random() < SHARE else "none"
                self.failed[way] += 1
            if way == "timeout":
                raise boto.ReadTimeoutError(endpoint_url=request.url)
            if way == "reset":
                raise boto.ConnectionClosedError(endpoint_url=request.url)
            if way in REFUSALS:
                return refusal(service, way)
            answer = client._endpoint.http_session.send(request)
            if operation in MAKING and answer.status_code == 200:
                with self._lock:
                    self.made[operation] += 1
            if way == "none":
                return answer
            answer.content  # noqa: B018 - it arrives, and then gets lost
            if way == "broken after all":
                return refusal(service, "broken")
            raise boto.ConnectionClosedError(endpoint_url=request.url)

        return send


def insist(step: Callable[[], Result]) -> Result:
    """What a person does: sign in again, or wait a moment, and repeat the step."""
    for _ in range(25):
        try:
            return step()
        except AwsError as error:
            if not passes(error) and error.code not in ("ExpiredTokenException", "400"):
                raise
    raise AssertionError("it never came to that")


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every retry comes at once."""
    at_once = Patience(seconds=60, first=0, longest=0)
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
    monkeypatch.setattr(throttling, "PATIENCE", at_once)
    monkeypatch.setattr(sending, "PATIENCE", at_once)


@pytest.mark.parametrize("seed", [3, 8, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(20, 40))])
@pytest.mark.usefixtures("no_pauses")
def test_the_journey_ends_right_and_nothing_is_made_twice(
    ready: Project, workspace: Workspace, client: Clients, seed: int
) -> None:
    job = (Progress(), str(ready.home), ready.name)
    until = now() + dt.timedelta(hours=1)
    with Weather(client, seed) as weather:
        insist(lambda: upload.upload(*job))
        arn = insist(lambda: models.train(*job, "one"))
        trained = insist(lambda: versions.wait_for(client, arn, {"TRAINING_COMPLETED"}))
        insist(lambda: versions.describe(client, arn).running or guard.start(workspace, client, arn, 1, until))
        insist(lambda: versions.wait_for(client, arn, {"RUNNING"}))
        picture = insist(lambda: next(storage.list_objects(client, ready.get("bucket"), f"{ready.name}/images/")))
        photo = insist(lambda: storage.get_bytes(client, ready.get("bucket"), picture.key))
        answer = insist(lambda: prediction.detect(client, arn, photo, min_confidence=0))
        insist(lambda: guard.stop(workspace, client, arn))
        insist(lambda: versions.wait_for(client, arn, {"STOPPED"}))
    assert {score.label for score in answer.scores} == {"cat", "dog"}
    assert trained.f1 is not None
    name = models.rekognition_name(ready)
    assert [bucket for bucket in storage.list_buckets(client) if bucket == ready.get("bucket")] == [ready.get("bucket")]
    assert [version.arn for version in versions.list_versions(client, name)] == [arn]
    assert [sorted(project.datasets) for project in projects.list_projects(client, name)] == [["TEST", "TRAIN"]]
    assert weather.made == {"CreateProject": 1, "CreateDataset": 2, "CreateProjectVersion": 1}
    assert [(run.units, run.stopped is not None) for run in uptime.uptimes(workspace, arn)] == [(1, True)]
    assert deadlines.of(workspace, arn) is None
    assert sum(weather.failed.values()) - weather.failed["none"] > 5


@pytest.mark.parametrize("seed", [1, 5, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(40, 60))])
@pytest.mark.usefixtures("no_pauses")
def test_the_photos_are_distributed_once_whatever_fails(ready: Project, client: Clients, seed: int) -> None:
    testset.choose(ready, "distribute")
    with Weather(client, seed) as weather:
        arn = insist(lambda: models.train(Progress(), str(ready.home), ready.name, "one"))
        insist(lambda: versions.wait_for(client, arn, {"TRAINING_COMPLETED"}))
    (owner,) = projects.list_projects(client, models.rekognition_name(ready))
    sides = [len([*datasets.entries(client, owner.datasets[kind])]) for kind in ("TRAIN", "TEST")]
    assert sides == [10, 2]
    assert weather.made == {"CreateProject": 1, "CreateDataset": 2, "CreateProjectVersion": 1}

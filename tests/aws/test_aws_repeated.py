"""A call whose answer was lost is sent again by botocore: what it has made itself is taken then, and nothing else."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from aws_script import MODEL, PROJECT, Script, expect_description, model, project_answer
from botocore.awsrequest import AWSResponse
from botocore.retries.standard import ExponentialBackoff

from core.aws import throttling, training, versions
from core.aws.calls import Patience, aws_call
from core.aws.clients import engine_clients
from core.aws.datasets import _create
from core.aws.engine_process import Engine
from core.errors import AwsError, Throttled

TRAIN = f"{PROJECT.rpartition('/')[0]}/dataset/train/1690405809286"


def refuse(script: Script, call: str, code: str, tries: int) -> None:
    script.rekognition.add_client_error(call, code, response_meta={"RetryAttempts": tries - 1})


def start_training(script: Script) -> str:
    return training.start_training(script.clients, PROJECT, "2026-11-23-1", "photos", "pets/models")


def listed(script: Script, created: dt.datetime) -> None:
    script.rekognition.add_response("describe_projects", project_answer())
    found = model("TRAINING_IN_PROGRESS", CreationTimestamp=created)
    script.rekognition.add_response("describe_project_versions", {"ProjectVersionDescriptions": [found]})


def test_a_training_that_began_at_the_first_try_is_taken(script: Script) -> None:
    refuse(script, "create_project_version", "ResourceInUseException", tries=2)
    listed(script, dt.datetime.now(dt.UTC))
    assert start_training(script) == MODEL


def test_an_older_version_of_that_name_is_not(script: Script) -> None:
    refuse(script, "create_project_version", "ResourceInUseException", tries=2)
    listed(script, dt.datetime.now(dt.UTC) - dt.timedelta(days=1))
    with pytest.raises(AwsError, match="the name is used already"):
        start_training(script)


def test_a_name_that_was_taken_at_the_first_try_is_refused(script: Script) -> None:
    refuse(script, "create_project_version", "ResourceInUseException", tries=1)
    with pytest.raises(AwsError, match="the name is used already"):
        start_training(script)


def test_a_dataset_that_was_made_at_the_first_try_is_taken(script: Script) -> None:
    refuse(script, "create_dataset", "ResourceAlreadyExistsException", tries=2)
    script.rekognition.add_response("describe_projects", project_answer(TRAIN=TRAIN))
    assert _create(script.clients, PROJECT, "TRAIN", "s3://photos/train.manifest#1") == TRAIN


@pytest.mark.parametrize(("tries", "status", "started"), [
    (2, "STARTING", True), (2, "TRAINING_IN_PROGRESS", False), (1, "", False)])
def test_a_model_that_was_started_at_the_first_try_runs(script: Script, tries: int, status: str, started: bool) -> None:
    refuse(script, "start_project_version", "ResourceInUseException", tries)
    if status:
        expect_description(script, model(status))
    if started:
        versions.start(script.clients, MODEL, 1)
    else:
        with pytest.raises(AwsError):
            versions.start(script.clients, MODEL, 1)


@pytest.mark.parametrize(("code", "tries"), [("ThrottlingException", throttling.TRIES), ("InternalServerError", 5),
                                             ("LimitExceededException", 1), ("AccessDeniedException", 1)])
def test_throttling_is_met_with_more_patience_than_anything_else(
    monkeypatch: pytest.MonkeyPatch, code: str, tries: int
) -> None:
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
    monkeypatch.setattr(throttling, "PATIENCE", Patience(first=0, longest=0))
    monkeypatch.setattr(throttling, "_last", -1000.0)
    sent: list[Any] = []

    def refuse_all(request: Any, **_: Any) -> AWSResponse:
        sent.append(request)
        answer = AWSResponse(request.url, 500 if code == "InternalServerError" else 400, {}, None)
        answer._content = f'{{"__type": "{code}"}}'.encode()
        return answer

    engine = Engine(f"http://127.0.0.1:1/{code}", "REKOLABKEY", "none", 1)
    clients = engine_clients(engine, lambda: engine)
    clients.rekognition.meta.events.register("before-send", refuse_all)
    with pytest.raises(AwsError) as caught, aws_call():
        clients.rekognition.describe_projects()
    assert len(sent) == tries
    assert throttling.is_slowed() == isinstance(caught.value, Throttled)


def test_the_pauses_grow_and_end() -> None:
    after = throttling.hook(tries=5)
    throttled = ({}, {"Error": {"Code": "SlowDown"}})
    pauses = [after(throttled, attempts) for attempts in range(1, throttling.TRIES + 1)]
    assert pauses[:5] == [4] * 5 and pauses[-1] is None  # the first four count where botocore has no try left
    assert 4 == pauses[4] < pauses[5] < pauses[-2] == 20
    assert 60 < sum(pause or 0 for pause in pauses[4:]) < 180

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from aws_script import MODEL, Script, expect_description, model

from core.aws import evaluations, storage, versions
from core.aws.evaluations import Evaluations
from core.errors import NotFound, NotReady, RekolabError
from core.types import Evaluation, Version

SUMMARY = {"AggregatedEvaluationResults": {"Precision": 0.9, "Recall": 0.8, "F1Score": 0.85},
           "EvaluationDetails": {"NumberOfTrainingImages": 32, "NumberOfTestingImages": 8}}


def trained(number: int) -> Version:
    arn = MODEL.replace("2026-11-23-1", f"v{number}")
    place = {"S3Object": {"Bucket": "out", "Name": f"{number}.json"}}
    return versions.version_of(model("STOPPED", arn, EvaluationResult={"F1Score": 0.85, "Summary": place}))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that were read from S3; gone.json is not there."""
    made: list[str] = []
    lock = threading.Lock()

    def get(clients: Any, bucket: str, key: str) -> bytes:
        with lock:
            made.append(key)
        if key == "0.json":
            raise NotFound("NoSuchKey", "GetObject", "", "gone")
        return json.dumps(SUMMARY).encode()

    monkeypatch.setattr(storage, "get_bytes", get)
    return made


def test_each_summary_is_read_once_and_only_those_that_are_asked_for(script: Script, asked: list[str]) -> None:
    kept = Evaluations()
    assert {*kept.of(script.clients, [trained(1), trained(2)])} == {trained(1).arn, trained(2).arn}
    found = kept.of(script.clients, [trained(2), trained(3)])[trained(3).arn]
    assert isinstance(found, Evaluation) and found.testing_images == 8
    assert sorted(asked) == ["1.json", "2.json", "3.json"]


def test_one_that_is_gone_is_said_and_keeps_no_other_from_being_read(script: Script, asked: list[str]) -> None:
    kept = Evaluations()
    for _ in range(2):
        found = kept.of(script.clients, [trained(0), trained(1)])
        assert isinstance(found[trained(0).arn], RekolabError)
        assert isinstance(found[trained(1).arn], Evaluation)
    assert sorted(asked) == ["0.json", "1.json"]  # it is not asked for again at once


def test_one_that_could_not_be_read_is_tried_again_later(
    script: Script, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Evaluations()
    kept.of(script.clients, [trained(0)])
    monkeypatch.setattr(evaluations, "AGAIN", 0.0)
    kept.of(script.clients, [trained(0)])
    assert asked == ["0.json", "0.json"]


def test_a_model_without_a_summary_is_not_asked_for(script: Script, asked: list[str]) -> None:
    assert Evaluations().of(script.clients, [versions.version_of(model("TRAINING_IN_PROGRESS"))]) == {}
    assert asked == []


def test_the_snapshot_of_the_test_side_is_the_one_that_is_read(script: Script, asked: list[str]) -> None:
    def output(name: str) -> dict[str, Any]:
        return {"Output": {"Assets": [{"GroundTruthManifest": {"S3Object": {"Bucket": "out", "Name": name}}}]}}

    found = model("STOPPED", TrainingDataResult=output("train.json"), TestingDataResult=output("test.json"))
    expect_description(script, found)
    evaluations.snapshot(script.clients, versions.version_of(found))
    assert asked == ["test.json"]


def test_without_a_snapshot_it_is_said(script: Script) -> None:
    expect_description(script, model("STOPPED"))
    with pytest.raises(NotReady, match="no answers of 2026-11-23-1"):
        evaluations.snapshot(script.clients, versions.version_of(model("STOPPED")))

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rekognition_room import BUCKET, Room, labelled, until


@pytest.fixture
def ready(room: Room) -> tuple[Room, str]:
    """A project whose datasets can be trained with."""
    return room, trainable(room)


def trainable(room: Room) -> str:
    project = room.project()
    room.dataset(project, labelled(room, ring=3, bars=3))
    room.dataset(project, labelled(room, "test", ring=1, bars=1), "TEST")
    return project


def names(room: Room, project: str, **filters: Any) -> list[str]:
    pages = room.aws.get_paginator("describe_project_versions").paginate(ProjectArn=project, **filters)
    return [one["ProjectVersionArn"].split("/")[3] for page in pages for one in page["ProjectVersionDescriptions"]]


def test_a_model_goes_through_every_state(ready: tuple[Room, str], refused: Callable[..., str]) -> None:
    room, project = ready
    with room.objects.held():
        arn = room.train(project)
        assert room.version(arn)["Status"] == "TRAINING_IN_PROGRESS"
        assert room.version(arn)["StatusMessage"] == "The model is being trained."
        assert not room.version(arn).keys() & {"TrainingEndTimestamp", "EvaluationResult", "ManifestSummary"}
        for call in (room.aws.stop_project_version, room.aws.delete_project_version):
            assert refused(call, ProjectVersionArn=arn) == "ResourceInUseException"
        assert refused(room.run, arn=arn) == "ResourceInUseException"
    assert room.reach(arn, "TRAINING_COMPLETED")["StatusMessage"] == "The model is ready to run."
    assert refused(room.aws.stop_project_version, ProjectVersionArn=arn) == "ResourceInUseException"
    assert room.aws.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)["Status"] == "STARTING"
    room.aws.get_waiter("project_version_running").wait(
        ProjectArn=project, VersionNames=["v1"], WaiterConfig={"Delay": 1, "MaxAttempts": 120})
    assert refused(room.run, arn=arn) == "ResourceInUseException"
    assert refused(room.aws.delete_project_version, ProjectVersionArn=arn) == "ResourceInUseException"
    assert room.aws.stop_project_version(ProjectVersionArn=arn)["Status"] == "STOPPING"
    assert room.reach(arn, "STOPPED")["MinInferenceUnits"] == 1
    room.run(arn)
    room.aws.stop_project_version(ProjectVersionArn=arn)
    room.reach(arn, "STOPPED")
    assert room.aws.delete_project_version(ProjectVersionArn=arn)["Status"] == "DELETING"
    until(lambda: room.version(arn), lambda version: version is None)
    assert refused(room.run, arn=arn) == "ResourceNotFoundException"
    assert list((room.root / "models").glob("*.npz")) == []


def test_a_trained_model_is_described_whole(trained: Room) -> None:
    found = trained.version(trained.model)
    assert found["OutputConfig"] == {"S3Bucket": BUCKET, "S3KeyPrefix": "out"}
    assert found["EvaluationResult"]["F1Score"] == 1.0
    assert found["BillableTrainingTimeInSeconds"] >= 1
    assert found["TrainingEndTimestamp"] > found["CreationTimestamp"]
    assert (found["TrainingDataResult"]["Input"], found["TestingDataResult"]["Input"]) == ({}, {"AutoCreate": False})
    assert (found["MinInferenceUnits"], "MaxInferenceUnits" in found) == (1, False)
    for place in (found["EvaluationResult"]["Summary"], found["ManifestSummary"],
                  *(asset["GroundTruthManifest"] for side in ("TrainingDataResult", "TestingDataResult")
                    for part in ("Output", "Validation") for asset in found[side][part]["Assets"])):
        assert trained.result(place["S3Object"]["Name"])


def test_what_was_asked_for_is_shown_again(ready: tuple[Room, str]) -> None:
    room, project = ready
    arn = room.train(project, VersionDescription="Rings, bars (first)", KmsKeyId="alias/key", Tags={})
    found = room.version(arn)
    assert (found["VersionDescription"], found["KmsKeyId"]) == ("Rings, bars (first)", "alias/key")
    room.reach(arn, "TRAINING_COMPLETED")


def test_versions_come_newest_first_in_pages(open_room: Callable[..., Room]) -> None:
    room = open_room(max_trainings=5)
    project = trainable(room)
    arns = [room.train(project, name) for name in ("b", "c", "a")]
    assert names(room, project) == ["a", "c", "b"]
    assert names(room, project, MaxResults=1) == ["a", "c", "b"]
    assert names(room, project, VersionNames=["b", "none", "a"]) == ["a", "b"]
    first = room.aws.describe_project_versions(ProjectArn=project, MaxResults=2)
    assert "NextToken" in first
    for arn in arns:
        room.reach(arn, "TRAINING_COMPLETED")


def test_a_version_name_is_used_once(ready: tuple[Room, str], refused: Callable[..., str]) -> None:
    room, project = ready
    arn = room.train(project)
    assert refused(room.train, project=project) == "ResourceInUseException"
    room.reach(arn, "TRAINING_COMPLETED")


def test_limits_of_the_account_are_kept(open_room: Callable[..., Room], refused: Callable[..., str]) -> None:
    room = open_room(max_versions=2, max_running=1)
    project, elsewhere = trainable(room), room.project("elsewhere")
    with room.objects.held():
        first, second = room.train(project, "a"), room.train(project, "b")
        assert refused(room.train, project=elsewhere, name="c") == "LimitExceededException"
    for arn in (first, second):
        room.reach(arn, "TRAINING_COMPLETED")
    assert refused(room.train, project=project, name="c") == "ServiceQuotaExceededException"
    start = room.aws.start_project_version
    assert refused(start, ProjectVersionArn=first, MinInferenceUnits=6) == "LimitExceededException"
    assert refused(start, ProjectVersionArn=first, MinInferenceUnits=1,
                   MaxInferenceUnits=6) == "LimitExceededException"
    assert refused(start, ProjectVersionArn=first, MinInferenceUnits=2,
                   MaxInferenceUnits=1) == "InvalidParameterException"
    start(ProjectVersionArn=first, MinInferenceUnits=1, MaxInferenceUnits=2)
    assert refused(start, ProjectVersionArn=second, MinInferenceUnits=1) == "LimitExceededException"
    assert room.reach(first, "RUNNING")["MaxInferenceUnits"] == 2


def test_a_training_needs_exactly_one_source(room: Room, refused: Callable[..., str]) -> None:
    project = room.project()
    assets = {"Assets": [{"GroundTruthManifest": room.put_manifest(labelled(room, ring=1))}]}
    wrong: list[dict[str, Any]] = [
        {}, {"TrainingData": assets}, {"TestingData": assets}, {"TrainingData": {}, "TestingData": assets},
        {"TrainingData": assets, "TestingData": {}}, {"TrainingData": {"Assets": []}, "TestingData": assets},
        {"TrainingData": {"Assets": assets["Assets"] * 2}, "TestingData": assets},
        {"TrainingData": {"Assets": [{}]}, "TestingData": assets},
        {"TrainingData": assets, "TestingData": assets | {"AutoCreate": True}},
        {"FeatureConfig": {"ContentModeration": {"ConfidenceThreshold": 50}}},
    ]
    for given in wrong:
        assert refused(room.train, project=project, **given) == "InvalidParameterException"
    room.dataset(project, ["{"])
    assert refused(room.train, project=project) == "InvalidParameterException"
    given = {"TrainingData": assets, "TestingData": {"AutoCreate": True}}
    assert refused(room.train, project=project, **given) == "InvalidParameterException"


def test_an_output_without_a_bucket_is_refused(ready: tuple[Room, str], refused: Callable[..., str]) -> None:
    room, project = ready
    ask = {"ProjectArn": project, "VersionName": "v", "OutputConfig": {"S3KeyPrefix": "x"}}
    assert refused(room.aws.create_project_version, **ask) == "InvalidParameterException"


def test_unknown_resources_are_not_found(room: Room, refused: Callable[..., str]) -> None:
    arn = "arn:aws:rekognition:us-east-1:123456789012:project/none/version/v/1"
    ask = {"ProjectVersionArn": arn}
    assert refused(room.aws.start_project_version, **ask, MinInferenceUnits=1) == "ResourceNotFoundException"
    assert refused(room.aws.stop_project_version, **ask) == "ResourceNotFoundException"
    assert refused(room.aws.delete_project_version, **ask) == "ResourceNotFoundException"
    project = "arn:aws:rekognition:us-east-1:123456789012:project/none/1"
    assert refused(room.aws.describe_project_versions, ProjectArn=project) == "ResourceNotFoundException"
    assert refused(room.train, project=project) == "ResourceNotFoundException"


def test_a_model_whose_file_is_gone_fails_to_start_and_may_be_tried_again(ready: tuple[Room, str]) -> None:
    room, project = ready
    arn = room.train(project)
    room.reach(arn, "TRAINING_COMPLETED")
    [file] = (room.root / "models").glob("*.npz")
    kept = file.read_bytes()
    file.unlink()
    room.run(arn)
    assert room.version(arn)["Status"] == "FAILED"
    file.write_bytes(kept)
    room.run(arn)
    assert room.version(arn)["Status"] == "RUNNING"


def test_a_running_model_survives_a_crash(trained: Room, tmp_path: Path) -> None:
    again = trained.crashed(tmp_path / "again")
    try:
        assert again.version(trained.model)["Status"] == "RUNNING"
        picture = trained.objects.kept[BUCKET, "set/ring0.jpg"]
        found = again.aws.detect_custom_labels(ProjectVersionArn=trained.model, Image={"Bytes": picture})
        assert [one["Name"] for one in found["CustomLabels"]] == ["ring"]
    finally:
        again.close()

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rekognition_room import BUCKET, Room, labelled, picture, until

from core.engine.copying import GONE

OUTPUT = {"S3Bucket": BUCKET, "S3KeyPrefix": "copies"}


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A project "shapes" with the trained model `room.model`, and an empty project "other"."""
    room = Room(tmp_path_factory.mktemp("stocked"))
    project = room.project()
    room.dataset(project, labelled(room, ring=6, bars=6))
    room.model = room.train(project)
    room.reach(room.model, "TRAINING_COMPLETED")
    room.project("other")
    yield room
    room.close()


@pytest.fixture
def copied(stocked: Room, tmp_path: Path) -> Iterator[Room]:
    """The same, for one test."""
    room = stocked.crashed(tmp_path / "own")
    room.model = stocked.model
    yield room
    room.close()


def project(room: Room, name: str) -> str:
    return room.aws.describe_projects(ProjectNames=[name])["ProjectDescriptions"][0]["ProjectArn"]


def copy(room: Room, name: str = "copy", **more: Any) -> str:
    return room.aws.copy_project_version(**{
        "SourceProjectArn": project(room, "shapes"), "SourceProjectVersionArn": room.model, "VersionName": name,
        "DestinationProjectArn": project(room, "other"), "OutputConfig": OUTPUT} | more)["ProjectVersionArn"]


def test_a_copy_answers_as_its_source_does(copied: Room) -> None:
    arn = copy(copied)
    assert arn.split(":")[5].startswith("project/other/version/copy/")
    assert copied.version(arn)["StatusMessage"] == "The model is being copied."
    assert copied.reach(arn, "COPYING_COMPLETED", "COPYING_FAILED")["Status"] == "COPYING_COMPLETED"
    for model in (copied.model, arn):
        copied.run(model)
    answers = [copied.aws.detect_custom_labels(ProjectVersionArn=model, Image={"Bytes": picture("ring", 20)},
                                               MinConfidence=0)["CustomLabels"] for model in (copied.model, arn)]
    assert answers[0] == answers[1]
    assert answers[0][0]["Name"] == "ring"


def test_a_copy_has_its_own_files_and_outlives_its_source(copied: Room) -> None:
    arn = copy(copied)
    found, source = copied.reach(arn, "COPYING_COMPLETED"), copied.version(copied.model)
    assert found["SourceProjectVersionArn"] == copied.model
    assert found["OutputConfig"] == OUTPUT
    assert found["EvaluationResult"]["F1Score"] == source["EvaluationResult"]["F1Score"]
    assert not found.keys() & {"BillableTrainingTimeInSeconds", "TrainingEndTimestamp"}
    assert (found["TrainingDataResult"]["Input"], found["TestingDataResult"]["Input"]) == ({}, {"AutoCreate": False})
    keys = sorted(key for _, key in copied.objects.kept if key.startswith("copies/"))
    assert len(keys) == 6
    assert all(key.endswith("-other-copy.json") for key in keys)
    assert found["EvaluationResult"]["Summary"]["S3Object"]["Name"] in keys
    for key in keys:
        assert copied.result(key) == copied.result(key.replace("copies/", "out/").replace("other-copy", "shapes-v1"))
    copied.aws.delete_project_version(ProjectVersionArn=copied.model)
    until(lambda: copied.version(copied.model), lambda version: version is None)
    copied.run(arn)
    assert copied.version(arn)["Status"] == "RUNNING"
    copied.aws.stop_project_version(ProjectVersionArn=arn)
    copied.reach(arn, "STOPPED")
    assert copied.reach(copy(copied, "again", SourceProjectArn=project(copied, "other"), SourceProjectVersionArn=arn),
                        "COPYING_COMPLETED")["SourceProjectVersionArn"] == arn


def test_a_copy_carries_its_own_tags_and_key(copied: Room) -> None:
    copied.aws.tag_resource(ResourceArn=copied.model, Tags={"team": "birds"})
    arn = copy(copied, Tags={"stage": "live"}, KmsKeyId="alias/other")
    assert copied.aws.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"stage": "live"}
    assert copied.reach(arn, "COPYING_COMPLETED")["KmsKeyId"] == "alias/other"


def test_a_copy_of_a_running_model_is_a_model_that_does_not_run(copied: Room) -> None:
    copied.run(copied.model)
    found = copied.reach(copy(copied), "COPYING_COMPLETED")
    assert "MinInferenceUnits" not in found
    assert copied.version(copied.model)["Status"] == "RUNNING"


@pytest.mark.parametrize("kind", ["model", "file"])
def test_a_source_that_goes_meanwhile_fails_the_copy(copied: Room, kind: str) -> None:
    with copied.objects.held():
        arn = copy(copied)
        if kind == "model":
            [file] = (copied.root / "models").glob("*.npz")
            file.unlink()
        else:
            del copied.objects.kept[BUCKET, "out/ManifestSummary-shapes-v1.json"]
    found = copied.reach(arn, "COPYING_COMPLETED", "COPYING_FAILED")
    assert (found["Status"], found["StatusMessage"]) == ("COPYING_FAILED", GONE)
    assert "EvaluationResult" not in found
    copied.aws.delete_project_version(ProjectVersionArn=arn)
    until(lambda: copied.version(arn), lambda version: version is None)


def test_an_output_bucket_that_is_not_there_fails_the_copy(copied: Room) -> None:
    found = copied.reach(copy(copied, OutputConfig={"S3Bucket": "elsewhere", "S3KeyPrefix": ""}), "COPYING_FAILED")
    assert found["StatusMessage"] == "Unable to write to output S3 bucket."


def test_a_copy_that_was_cut_off_begins_again(copied: Room, tmp_path: Path) -> None:
    with copied.objects.held():
        arn = copy(copied)
        again = copied.crashed(tmp_path / "again")
    try:
        assert again.reach(arn, "COPYING_COMPLETED", "COPYING_FAILED")["Status"] == "COPYING_COMPLETED"
        again.run(arn)
        assert again.version(arn)["Status"] == "RUNNING"
    finally:
        again.close()


def test_a_fault_in_copying_ends_it_as_failed(copied: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engine.copying.output_of", lambda *_: 1 / 0)
    assert "internal error" in copied.reach(copy(copied), "COPYING_FAILED")["StatusMessage"]


def test_only_a_trained_model_of_the_named_project_is_copied(copied: Room, refused: Callable[..., str]) -> None:
    assert refused(copy, room=copied, SourceProjectArn=project(copied, "other")) == "InvalidParameterException"
    assert refused(copy, room=copied, OutputConfig={"S3KeyPrefix": "x"}) == "InvalidParameterException"
    failed = copied.reach(copy(copied, "failed", OutputConfig={"S3Bucket": "elsewhere"}), "COPYING_FAILED")
    source = {"SourceProjectArn": project(copied, "other"), "SourceProjectVersionArn": failed["ProjectVersionArn"]}
    assert refused(copy, room=copied, name="more", **source) == "InvalidParameterException"
    with copied.objects.held():
        source["SourceProjectVersionArn"] = copy(copied, "slow")
        assert refused(copy, room=copied, name="more", **source) == "ResourceInUseException"
        assert refused(copied.aws.delete_project_version,
                       ProjectVersionArn=source["SourceProjectVersionArn"]) == "ResourceInUseException"
        assert refused(copied.run, arn=source["SourceProjectVersionArn"]) == "ResourceInUseException"
    copied.reach(source["SourceProjectVersionArn"], "COPYING_COMPLETED")


def test_summaries_of_copies_still_name_the_model_that_was_measured(copied: Room) -> None:
    found = copied.reach(copy(copied), "COPYING_COMPLETED")
    summary = json.loads(copied.result(found["EvaluationResult"]["Summary"]["S3Object"]["Name"]))
    assert summary["EvaluationDetails"]["ProjectVersionArn"] == copied.model

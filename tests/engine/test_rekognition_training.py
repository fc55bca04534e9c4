from __future__ import annotations

import json
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from rekognition_room import BUCKET, Room, labelled, picture, until

from core.engine import tasks
from core.engine.state import State
from core.engine.training import BROKEN
from core.manifest.codes import MESSAGES

OUT = ("EvaluationResultSummary", "ManifestSummary", "TestingGroundTruth", "TestingManifestWithValidation",
       "TrainingGroundTruth", "TrainingManifestWithValidation")


def written(room: Room, prefix: str = "out/") -> list[str]:
    return sorted(key for _, key in room.objects.kept if key.startswith(prefix))


def with_manifests(room: Room, training: list[Any], testing: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    """Train with manifests in S3, the testing one split off when it is None; returns how the version ended."""
    given = {"TrainingData": {"Assets": [{"GroundTruthManifest": room.put_manifest(training, "training.manifest")}]},
             "TestingData": {"AutoCreate": True} if testing is None else {
                 "Assets": [{"GroundTruthManifest": room.put_manifest(testing, "testing.manifest")}]}}
    arn = room.train(room.project(f"p{uuid.uuid4().hex}"), **given | more)
    return room.reach(arn, "TRAINING_COMPLETED", "TRAINING_FAILED")


def failure(room: Room, training: list[Any], testing: list[Any] | None = None, **more: Any) -> str:
    found = with_manifests(room, training, testing, **more)
    assert found["Status"] == "TRAINING_FAILED"
    assert not found.keys() & {"EvaluationResult", "BillableTrainingTimeInSeconds"}
    assert found["TrainingEndTimestamp"]
    return found["StatusMessage"]


def test_manifests_train_and_a_fifth_is_split_off(room: Room) -> None:
    found = with_manifests(room, labelled(room, ring=10, bars=10))
    assert found["Status"] == "TRAINING_COMPLETED"
    assert found["TestingDataResult"]["Input"] == {"AutoCreate": True}
    assert found["TestingDataResult"]["Output"]["AutoCreate"] is True
    summary = json.loads(room.result(found["EvaluationResult"]["Summary"]["S3Object"]["Name"]))
    details = summary["EvaluationDetails"]
    assert (details["NumberOfTrainingImages"], details["NumberOfTestingImages"]) == (16, 4)


@pytest.mark.parametrize(("prefix", "folder"), [("out", "out/"), ("a/b/", "a/b/"), ("", "")])
def test_six_files_are_written_under_the_prefix(room: Room, prefix: str, folder: str) -> None:
    project = room.project()
    room.dataset(project, labelled(room, "images", ring=4, bars=4))
    known = set(room.objects.kept)
    arn = room.aws.create_project_version(
        ProjectArn=project, VersionName="v1", OutputConfig={"S3Bucket": BUCKET, "S3KeyPrefix": prefix},
    )["ProjectVersionArn"]
    room.reach(arn, "TRAINING_COMPLETED")
    written = sorted(key for bucket, key in room.objects.kept.keys() - known)
    assert written == [f"{folder}{kind}-shapes-v1.json" for kind in OUT]


def test_lines_that_are_wrong_end_in_the_validation_files(room: Room) -> None:
    good = labelled(room, ring=8, bars=8)
    room.put("set/ring1.jpg", picture("ring", size=(4100, 70)))
    room.put("set/bars1.jpg", picture("bars", size=(400, 300))[:3000])
    found = with_manifests(room, good, labelled(room, "test", ring=2, bars=2))
    assert found["Status"] == "TRAINING_COMPLETED"
    asset = found["TrainingDataResult"]["Validation"]["Assets"][0]["GroundTruthManifest"]["S3Object"]
    marked = [json.loads(line) for line in room.result(asset["Name"]).splitlines()]
    wrong = {line["source-ref"]: line["errors"] for line in marked if "errors" in line}
    error = {"code": "ERROR_INVALID_IMAGE", "message": MESSAGES["ERROR_INVALID_IMAGE"]}
    assert wrong == {"s3://photos/set/ring1.jpg": [error], "s3://photos/set/bars1.jpg": [error]}
    summary = json.loads(room.result(found["ManifestSummary"]["S3Object"]["Name"]))
    training = summary["statistics"]["training"]
    assert (training["total_json_lines"], training["valid_json_lines"], training["invalid_json_lines"]) == (16, 14, 2)
    snapshot = found["TrainingDataResult"]["Output"]["Assets"][0]["GroundTruthManifest"]["S3Object"]
    assert len(room.result(snapshot["Name"]).splitlines()) == 14


def test_too_many_wrong_lines_fail_with_awss_sentence_and_validation_files(room: Room) -> None:
    lines = labelled(room, ring=5, bars=5)
    for number in range(3):
        room.put(f"set/ring{number}.jpg", picture("ring", size=(6306, 100)))
    found = with_manifests(room, lines)
    assert found["StatusMessage"] == "The manifest file contains too many invalid rows."
    assert [key.split("/")[1].split("-")[0] for key in written(room)] == [
        "ManifestSummary", "TestingManifestWithValidation", "TrainingManifestWithValidation"]
    assert "Output" not in found["TrainingDataResult"]
    assert found["TrainingDataResult"]["Validation"]["Assets"]


def test_a_label_written_as_text_fails_as_in_the_reported_project(room: Room) -> None:
    lines = [line | {"class": "cat", "class-metadata": {
        name: value for name, value in line["class-metadata"].items() if name != "confidence"}}
        for line in labelled(room, ring=5, bars=5)]
    assert failure(room, lines) == "The manifest file contains too many invalid rows."
    marked = room.result(next(key for key in written(room) if "TrainingManifest" in key))
    assert "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT" in marked
    assert "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT" in marked


def test_each_terminal_error_has_its_own_sentence(room: Room) -> None:
    lines = labelled(room, ring=4, bars=4)
    rings, bars = lines[:4], lines[4:]
    assert failure(room, []) == MESSAGES["ERROR_EMPTY_MANIFEST"]
    assert failure(room, ["no json"]) == MESSAGES["ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"]
    assert written(room) == []
    assert failure(room, rings, rings[:1]) == MESSAGES["ERROR_MANIFEST_TOO_FEW_LABELS"]
    strangers = labelled(room, leaf=1, tree=1)
    assert failure(room, lines, strangers) == "Less than 50% label overlap between the training and testing " \
                                              "manifest files."
    assert failure(room, rings[:1] + bars[:1]) == MESSAGES["ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT"]


def test_an_output_bucket_that_is_not_there_fails_the_training(room: Room) -> None:
    lines = labelled(room, ring=3, bars=3)
    output = {"S3Bucket": "elsewhere", "S3KeyPrefix": "x"}
    arn = room.aws.create_project_version(
        ProjectArn=room.project(), VersionName="v", OutputConfig=output, TestingData={"AutoCreate": True},
        TrainingData={"Assets": [{"GroundTruthManifest": room.put_manifest(lines)}]})["ProjectVersionArn"]
    found = room.reach(arn, "TRAINING_FAILED")
    assert found["StatusMessage"] == "Unable to write to output S3 bucket."


def test_a_manifest_that_is_not_there_fails_the_training(room: Room) -> None:
    missing = {"Assets": [{"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": "none.manifest"}}}]}
    arn = room.train(room.project(), TrainingData=missing, TestingData={"AutoCreate": True})
    found = room.reach(arn, "TRAINING_FAILED")
    assert found["StatusMessage"] == MESSAGES["ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"]


def test_images_with_several_labels_make_labels_independent(room: Room) -> None:
    lines = labelled(room, ring=6, bars=6, leaf=6)
    both = [line | {"also": 1, "also-metadata": line["class-metadata"] | {"class-name": "warm"}}
            for line in lines[:6]]
    found = with_manifests(room, both + lines[6:])
    assert found["Status"] == "TRAINING_COMPLETED"
    summary = json.loads(room.result(found["EvaluationResult"]["Summary"]["S3Object"]["Name"]))
    assert summary["EvaluationDetails"]["Labels"] == ["bars", "leaf", "ring", "warm"]
    assert "ConfusionMatrix" not in summary["AggregatedEvaluationResults"]
    room.run(found["ProjectVersionArn"])
    answer = room.aws.detect_custom_labels(ProjectVersionArn=found["ProjectVersionArn"],
                                           Image={"Bytes": picture("ring", 20)})
    assert {one["Name"] for one in answer["CustomLabels"]} == {"ring", "warm"}


def test_a_training_keeps_the_datasets_as_they_were(room: Room) -> None:
    project = room.project()
    dataset = room.dataset(project, labelled(room, ring=4, bars=4))
    with room.objects.held():
        arn = room.train(project)
        room.aws.delete_dataset(DatasetArn=dataset)
        until(lambda: room.aws.describe_projects()["ProjectDescriptions"][0]["Datasets"], lambda found: not found)
    assert room.reach(arn, "TRAINING_COMPLETED", "TRAINING_FAILED")["Status"] == "TRAINING_COMPLETED"


def test_a_training_that_was_cut_off_begins_again(room: Room, tmp_path: Path) -> None:
    project = room.project()
    room.dataset(project, labelled(room, ring=4, bars=4))
    with room.objects.held():
        arn = room.train(project)
        until(lambda: attempts(room), lambda count: count == 1)
        again = room.crashed(tmp_path / "again")
    try:
        assert again.reach(arn, "TRAINING_COMPLETED", "TRAINING_FAILED")["Status"] == "TRAINING_COMPLETED"
        again.run(arn)
    finally:
        again.close()


def test_a_training_that_ends_every_engine_is_given_up(room: Room, tmp_path: Path) -> None:
    project = room.project()
    room.dataset(project, labelled(room, ring=4, bars=4))
    with room.objects.held():
        arn = room.train(project)
        until(lambda: attempts(room), lambda count: count == 1)
        with state(room).transaction() as rows:
            rows.execute("UPDATE task SET attempts = ?", (tasks.MAX_ATTEMPTS,))
        again = room.crashed(tmp_path / "again")
    try:
        found = again.reach(arn, "TRAINING_COMPLETED", "TRAINING_FAILED")
        assert (found["Status"], found["StatusMessage"]) == ("TRAINING_FAILED", BROKEN)
    finally:
        again.close()


def test_an_orderly_end_interrupts_a_training_without_counting_it(room: Room, tmp_path: Path) -> None:
    project = room.project()
    room.dataset(project, labelled(room, ring=8, bars=8))
    with room.objects.held():
        arn = room.train(project)
        until(lambda: attempts(room), lambda count: count == 1)
        closing = threading.Thread(target=room.app.close)
        closing.start()
        until(room.app._tasks._closing.is_set, bool)
    closing.join()
    assert room.version(arn)["Status"] == "TRAINING_IN_PROGRESS"
    assert attempts(room) == 0
    again = room.crashed(tmp_path / "again")
    try:
        assert again.reach(arn, "TRAINING_COMPLETED")
    finally:
        again.close()


def test_a_fault_in_training_ends_it_as_failed(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engine.training.learner.fit", lambda *_: 1 / 0)
    assert failure(room, labelled(room, ring=5, bars=5)) == BROKEN


def state(room: Room) -> State:
    return State(room.root / "rekognition.sqlite")


def attempts(room: Room) -> int:
    with state(room).reading() as rows:
        return sum(row["attempts"] for row in rows.execute("SELECT attempts FROM task WHERE kind = 'train'"))

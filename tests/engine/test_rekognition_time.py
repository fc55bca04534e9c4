"""What a client sees while work goes on: passing states, waits to rehearse, an engine that is always done, rates."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clock_room import Standing
from rekognition_room import BUCKET, Room, labelled, picture, until

from core.engine import rates

OUTPUT = {"S3Bucket": BUCKET, "S3KeyPrefix": "copies"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Standing:
    """By which requests a second are counted."""
    standing = Standing()
    monkeypatch.setattr(rates, "time", standing)
    return standing


def begin(room: Room) -> tuple[str, str]:
    """A project, and a version in it that is being trained."""
    project = room.project()
    room.dataset(project, labelled(room, ring=3, bars=3))
    return project, room.train(project)


def statuses(room: Room, arn: str, last: str) -> list[str]:
    """What a client sees that looks until it sees `last`."""
    seen: list[str] = []
    until(lambda: seen.append(room.version(arn)["Status"]) or seen, lambda found: found[-1] == last)
    return list(dict.fromkeys(seen))


def test_passing_states_are_seen_even_when_they_are_over(room: Room) -> None:
    project, arn = begin(room)
    room.finish()
    first = room.version(arn)
    assert (first["Status"], first["StatusMessage"]) == ("TRAINING_IN_PROGRESS", "The model is being trained.")
    assert not first.keys() & {"EvaluationResult", "TrainingEndTimestamp", "ManifestSummary",
                               "BillableTrainingTimeInSeconds"}
    assert room.version(arn)["Status"] == "TRAINING_COMPLETED"
    room.aws.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    room.finish()
    copy = room.aws.copy_project_version(SourceProjectArn=project, SourceProjectVersionArn=arn, VersionName="copy",
                                         DestinationProjectArn=project, OutputConfig=OUTPUT)["ProjectVersionArn"]
    room.finish()
    assert statuses(room, arn, "RUNNING") == ["STARTING", "RUNNING"]
    assert room.version(arn)["EvaluationResult"]
    assert statuses(room, copy, "COPYING_COMPLETED") == ["COPYING_IN_PROGRESS", "COPYING_COMPLETED"]


def test_a_state_that_nobody_has_seen_survives_a_crash(room: Room, tmp_path: Path) -> None:
    _, arn = begin(room)
    room.finish()
    again = room.crashed(tmp_path / "again")
    try:
        assert statuses(again, arn, "TRAINING_COMPLETED") == ["TRAINING_IN_PROGRESS", "TRAINING_COMPLETED"]
    finally:
        again.close()


def test_a_model_answers_and_stops_though_nobody_saw_it_start(room: Room) -> None:
    _, arn = begin(room)
    room.finish()
    room.aws.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    room.finish()
    assert room.aws.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": picture("ring", 9)})["CustomLabels"]
    room.aws.stop_project_version(ProjectVersionArn=arn)
    assert statuses(room, arn, "STOPPED") in (["STOPPING", "STOPPED"], ["STOPPED"])


def test_a_page_of_versions_shows_each_passing_state_once(open_room: Callable[..., Room]) -> None:
    room = open_room(max_trainings=3)
    project, _ = begin(room)
    room.train(project, "v2")
    room.finish()

    def look() -> set[str]:
        found = room.aws.describe_project_versions(ProjectArn=project)["ProjectVersionDescriptions"]
        return {version["Status"] for version in found}

    assert [look(), look()] == [{"TRAINING_IN_PROGRESS"}, {"TRAINING_COMPLETED"}]


def test_waits_can_be_rehearsed(open_room: Callable[..., Room]) -> None:
    room = open_room(training_seconds=0.7, starting_seconds=0.5)
    began = time.monotonic()
    _, arn = begin(room)
    assert statuses(room, arn, "TRAINING_COMPLETED")[0] == "TRAINING_IN_PROGRESS"
    assert time.monotonic() - began > 0.7
    began = time.monotonic()
    room.run(arn)
    assert room.version(arn)["Status"] == "RUNNING"
    assert time.monotonic() - began > 0.5


def test_nothing_else_waits_for_a_rehearsed_wait(open_room: Callable[..., Room]) -> None:
    room = open_room(training_seconds=1000, starting_seconds=1000)
    _, arn = begin(room)
    room.project("other")
    until(lambda: room.aws.describe_projects(ProjectNames=["other"])["ProjectDescriptions"][0]["Status"],
          lambda status: status == "CREATED")
    assert room.version(arn)["Status"] == "TRAINING_IN_PROGRESS"


def test_a_long_training_is_billed_and_occupies_its_place(open_room: Callable[..., Room],
                                                         refused: Callable[..., str]) -> None:
    room = open_room(training_seconds=1000, max_trainings=1)
    project, arn = begin(room)
    assert refused(room.train, project=project, name="v2") == "LimitExceededException"
    room.end_waits()
    assert room.reach(arn, "TRAINING_COMPLETED")["BillableTrainingTimeInSeconds"] > 1000


def test_a_wait_goes_on_after_a_crash(open_room: Callable[..., Room], tmp_path: Path) -> None:
    room = open_room(training_seconds=1.0)
    began = time.time()
    _, arn = begin(room)
    again = room.crashed(tmp_path / "again")
    try:
        assert again.reach(arn, "TRAINING_COMPLETED")["TrainingEndTimestamp"].timestamp() > began + 1
    finally:
        again.close()


def test_an_orderly_end_waits_for_no_wait(open_room: Callable[..., Room]) -> None:
    room = open_room(training_seconds=1000)
    begin(room)
    began = time.monotonic()
    room.app.close()
    assert time.monotonic() - began < 120


def test_an_instant_engine_is_done_when_it_answers(open_room: Callable[..., Room]) -> None:
    room = open_room(instant=True)
    project, arn = begin(room)
    look: dict[str, Any] = {"ProjectArn": project, "VersionNames": ["v1"], "WaiterConfig": {"MaxAttempts": 1}}
    room.aws.get_waiter("project_version_training_completed").wait(**look)
    room.aws.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    room.aws.get_waiter("project_version_running").wait(**look)
    room.aws.stop_project_version(ProjectVersionArn=arn)
    assert room.version(arn)["Status"] == "STOPPED"
    room.aws.delete_project_version(ProjectVersionArn=arn)
    assert room.version(arn) is None


def test_requests_beyond_a_rate_are_refused_for_their_operation_alone(
        open_room: Callable[..., Room], refused: Callable[..., str], clock: Standing) -> None:
    room = open_room(calls_per_second=2, tag_calls_per_second=1)
    project = room.project()
    look = room.aws.list_project_policies
    look(ProjectArn=project)
    clock.seconds = 0.4
    look(ProjectArn=project)
    assert refused(look, ProjectArn=project) == "ProvisionedThroughputExceededException"
    room.aws.list_tags_for_resource(ResourceArn=project)
    assert refused(room.aws.list_tags_for_resource, ResourceArn=project) == "ProvisionedThroughputExceededException"
    room.aws.untag_resource(ResourceArn=project, TagKeys=[])
    clock.seconds = 1.0
    look(ProjectArn=project)
    assert refused(look, ProjectArn=project) == "ProvisionedThroughputExceededException"


def test_units_answer_so_many_images_a_second(open_room: Callable[..., Room], clock: Standing) -> None:
    room = open_room(detections_per_unit=1, instant=True)
    _, arn = begin(room)
    room.aws.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=2)
    ask = {"ProjectVersionArn": arn, "Image": {"Bytes": b"no image"}}
    codes = [attempt(room.aws.detect_custom_labels, **ask) for _ in range(3)]
    assert codes == ["InvalidImageFormatException"] * 2 + ["ProvisionedThroughputExceededException"]


def attempt(call: Callable[..., Any], **ask: Any) -> str | None:
    """The code of the error that a call ends with, None when it succeeds."""
    try:
        call(**ask)
    except Exception as error:
        return error.response["Error"]["Code"]
    return None


@pytest.mark.parametrize("rate", ["detections_per_second", "calls_per_second"])
def test_a_rate_of_detections_is_not_one_of_other_calls(
        open_room: Callable[..., Room], clock: Standing, rate: str) -> None:
    room = open_room(**{rate: 1})
    ask = {"ProjectVersionArn": f"{room.project().rpartition('/')[0]}/version/v/1", "Image": {"Bytes": b"x"}}
    codes = [attempt(room.aws.detect_custom_labels, **ask) for _ in range(2)]
    refused = "ProvisionedThroughputExceededException" if rate == "detections_per_second" else None
    assert codes == ["ResourceNotFoundException", refused or "ResourceNotFoundException"]

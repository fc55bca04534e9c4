from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from rekognition_room import Room, labelled

from core.engine import state


def tags(room: Room, arn: str) -> dict[str, str]:
    return room.aws.list_tags_for_resource(ResourceArn=arn)["Tags"]


def failed_version(room: Room, project: str, **more: dict[str, str]) -> str:
    """A version that needs no images to exist."""
    asset = {"GroundTruthManifest": room.put_manifest([])}
    arn = room.train(project, TrainingData={"Assets": [asset]}, TestingData={"AutoCreate": True}, **more)
    room.reach(arn, "TRAINING_FAILED")
    return arn


def test_tags_given_at_creation_can_be_listed(room: Room) -> None:
    project = room.aws.create_project(ProjectName="a", Tags={"team": "birds"})["ProjectArn"]
    dataset = room.aws.create_dataset(ProjectArn=project, DatasetType="TEST", Tags={"of": "set"})["DatasetArn"]
    assert (tags(room, project), tags(room, dataset)) == ({"team": "birds"}, {"of": "set"})
    other = room.project("b")
    assert tags(room, other) == {}
    assert tags(room, failed_version(room, other, Tags={"stage": "try", "empty": ""})) == {"stage": "try", "empty": ""}


@pytest.mark.parametrize("kind", ["project", "dataset", "version"])
def test_tags_are_added_changed_and_removed(room: Room, kind: str) -> None:
    project = room.project()
    arn = {"project": lambda: project, "version": lambda: failed_version(room, project),
           "dataset": lambda: room.dataset(project, labelled(room, ring=1))}[kind]()
    room.aws.tag_resource(ResourceArn=arn, Tags={"a": "1", "b": "2"})
    room.aws.tag_resource(ResourceArn=arn, Tags={"b": "two", "c": "3"})
    room.aws.tag_resource(ResourceArn=arn, Tags={})
    assert tags(room, arn) == {"a": "1", "b": "two", "c": "3"}
    room.aws.untag_resource(ResourceArn=arn, TagKeys=["a", "c", "unknown"])
    room.aws.untag_resource(ResourceArn=arn, TagKeys=[])
    assert tags(room, arn) == {"b": "two"}


def test_a_resource_takes_two_hundred_tags(room: Room, refused: Callable[..., str]) -> None:
    project = room.project()
    room.aws.tag_resource(ResourceArn=project, Tags={f"k{number}": "" for number in range(200)})
    ask = {"ResourceArn": project, "Tags": {"one": "more"}}
    assert refused(room.aws.tag_resource, **ask) == "ServiceQuotaExceededException"
    room.aws.tag_resource(ResourceArn=project, Tags={"k7": "new value"})
    assert len(tags(room, project)) == 200
    ask = {"ResourceArn": project, "Tags": {f"k{number}": "" for number in range(201)}}
    assert refused(room.aws.tag_resource, **ask) == "ValidationException"


@pytest.mark.parametrize(("arn", "code"), [
    ("arn:aws:rekognition:us-east-1:123456789012:project/none/1", "ResourceNotFoundException"),
    ("arn:aws:rekognition:us-east-1:123456789012:project/none/version/1/1", "ResourceNotFoundException"),
    ("arn:aws:rekognition:us-east-1:123456789012:project/none/dataset/test/1", "ResourceNotFoundException"),
    ("arn:aws:rekognition:us-east-1:123456789012:collection/faces", "ResourceNotFoundException"),
    ("arn:aws:rekognition:us-east-1:111122223333:project/none/1", "AccessDeniedException"),
    ("arn:aws:s3:::photos/of/many/cats", "InvalidParameterException"),
    ("no arn, but long enough", "InvalidParameterException")])
def test_what_has_no_tags_here_is_refused(room: Room, refused: Callable[..., str], arn: str, code: str) -> None:
    assert refused(room.aws.list_tags_for_resource, ResourceArn=arn) == code
    assert refused(room.aws.tag_resource, ResourceArn=arn, Tags={"a": "b"}) == code
    assert refused(room.aws.untag_resource, ResourceArn=arn, TagKeys=["a"]) == code


def test_a_workspace_of_an_earlier_release_keeps_its_models_and_their_tags(tmp_path: Path) -> None:
    arn = "arn:aws:rekognition:us-east-1:123456789012:project/shapes"
    tmp_path.joinpath("old").mkdir()
    with closing(sqlite3.connect(tmp_path / "old" / "rekognition.sqlite")) as rows:
        rows.executescript(state._TABLES)
        rows.execute("INSERT INTO project VALUES (?, 'us-east-1', 'shapes', 1, 'CREATED', '{}')", (f"{arn}/1",))
        for name, request in (("a", '{"OutputConfig": {"S3Bucket": "b"}, "Tags": {"team": "birds"}}'),
                              ("b", '{"OutputConfig": {"S3Bucket": "b"}}')):
            rows.execute("INSERT INTO version (arn, project, region, name, created, status, message, request) "
                         "VALUES (?, ?, 'us-east-1', ?, 1, 'TRAINING_COMPLETED', 'Ready.', ?)",
                         (f"{arn}/version/{name}/1", f"{arn}/1", name, request))
        rows.commit()
    for _ in range(2):
        room = Room(tmp_path / "old")
        try:
            assert tags(room, f"{arn}/version/a/1") == {"team": "birds"}
            assert tags(room, f"{arn}/version/b/1") == {}
            assert room.version(f"{arn}/version/a/1")["Status"] == "TRAINING_COMPLETED"
        finally:
            room.close()

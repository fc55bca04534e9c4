from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError
from rekognition_room import Room

from core.engine.awsjson import OPERATIONS as ALL
from core.engine.rekognition import OPERATIONS

PROJECT = "arn:aws:rekognition:us-east-1:123456789012:project/shapes/1"
VERSION = "arn:aws:rekognition:us-east-1:123456789012:project/shapes/version/v1/1"
DATASET = "arn:aws:rekognition:us-east-1:123456789012:project/shapes/dataset/train/1"


def test_an_error_has_awss_body_and_a_request_id(room: Room) -> None:
    status, body, headers = room.post("DescribeDataset", json.dumps({"DatasetArn": DATASET}).encode())
    assert status == 400
    assert body["__type"] == body["Code"] == "ResourceNotFoundException"
    assert DATASET in body["Message"]
    assert body["Logref"] == headers["x-amzn-RequestId"]
    assert headers["Content-Type"] == "application/x-amz-json-1.1"


def test_an_answer_has_a_request_id_and_aware_times(room: Room) -> None:
    room.project()
    answer = room.aws.describe_projects()
    assert answer["ResponseMetadata"]["RequestId"]
    assert answer["ProjectDescriptions"][0]["CreationTimestamp"].tzinfo is not None


def test_an_unknown_operation_is_said_to_be_unknown(room: Room) -> None:
    status, body, _ = room.post("TrainMeAModel", b"{}")
    assert (status, body["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize("operation", sorted(ALL.keys() - OPERATIONS.keys()))
def test_what_the_engine_does_not_have_is_refused_and_never_made_up(room: Room, operation: str) -> None:
    status, body, _ = room.post(operation, b"{}")
    assert (status, body["__type"]) == (400, "AccessDeniedException")
    assert f"{operation} is not available" in body["Message"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"ProjectName": 7}', b'{"ProjectName": "a", "Tags": []}', b"\xff",
                                  b'{"ProjectName": "\\ud800"}', b"[" * 100_000])
def test_a_body_that_can_not_be_read_is_a_serialization_error(room: Room, body: bytes) -> None:
    status, answer, _ = room.post("CreateProject", body)
    assert (status, answer["__type"]) == (400, "SerializationException")


def test_a_blob_that_is_not_base64_is_a_serialization_error(room: Room) -> None:
    ask = {"DatasetArn": DATASET, "Changes": {"GroundTruth": "not base64!"}}
    assert room.post("UpdateDatasetEntries", json.dumps(ask).encode())[1]["__type"] == "SerializationException"


@pytest.mark.parametrize(("operation", "ask", "words"), [
    ("CreateProject", {}, "Value null at 'projectName' failed to satisfy constraint: Member must not be null"),
    ("CreateProject", {"ProjectName": None}, "Member must not be null"),
    ("CreateProject", {"ProjectName": "bad name!"}, "must satisfy regular expression pattern: [a-zA-Z0-9_.\\-]+"),
    ("CreateProject", {"ProjectName": ""}, "2 validation errors detected"),
    ("CreateProject", {"ProjectName": "a" * 256}, "Member must have length less than or equal to 255"),
    ("CreateProject", {"ProjectName": "a", "Feature": "FACES"}, "Member must satisfy enum value set: ["),
    ("CreateProject", {"ProjectName": "a", "Tags": {"aws:x": "1"}}, "regular expression pattern"),
    ("DescribeProjects", {"MaxResults": 101}, "Value '101' at 'maxResults' failed to satisfy constraint: "
                                              "Member must have value less than or equal to 100"),
    ("DescribeProjects", {"MaxResults": 0}, "greater than or equal to 1"),
    ("DescribeProjects", {"NextToken": "a" * 1025}, "less than or equal to 1024"),
    ("DescribeProjects", {"ProjectNames": ["a"] * 11}, "'projectNames'"),
    ("DescribeProjects", {"ProjectNames": ["a", "b c"]}, "'projectNames.2.member'"),
    ("DescribeProjectVersions", {"ProjectArn": "arn:aws:rekognition:us-east-1:1:project/a/1"}, "'projectArn'"),
    ("DistributeDatasetEntries", {"Datasets": [{"Arn": DATASET}]}, "'datasets'"),
    ("StartProjectVersion", {"ProjectVersionArn": VERSION, "MinInferenceUnits": 0}, "'minInferenceUnits'"),
    ("DetectCustomLabels", {"ProjectVersionArn": VERSION, "Image": {"Bytes": ""}}, "'image.bytes'"),
    ("DetectCustomLabels", {"ProjectVersionArn": VERSION, "Image": {}, "MinConfidence": 100.5}, "'minConfidence'"),
    ("UpdateDatasetEntries", {"DatasetArn": DATASET, "Changes": {"GroundTruth": ""}}, "'changes.groundTruth'"),
])
def test_each_constraint_of_the_model_is_checked(room: Room, operation: str, ask: dict[str, object],
                                                 words: str) -> None:
    status, body, _ = room.post(operation, json.dumps(ask).encode())
    assert (status, body["__type"]) == (400, "ValidationException")
    assert words in body["Message"]


def test_tags_may_use_every_alphabet(room: Room) -> None:
    tags = {"größe": "犬 и кот @ 50+", "empty": ""}
    arn = room.aws.create_project(ProjectName="a", Tags=tags)["ProjectArn"]
    assert room.aws.list_tags_for_resource(ResourceArn=arn)["Tags"] == tags


def test_unknown_members_are_ignored(room: Room) -> None:
    assert room.post("DescribeProjects", b'{"Colour": "red", "NextToken": null}')[1] == {"ProjectDescriptions": []}


def test_regions_do_not_see_each_other(room: Room, refused: Callable[..., str]) -> None:
    arn = room.project()
    elsewhere = room.client("eu-west-1")
    assert elsewhere.describe_projects()["ProjectDescriptions"] == []
    assert refused(elsewhere.describe_project_versions, ProjectArn=arn) == "ResourceNotFoundException"
    assert ":eu-west-1:123456789012:" in elsewhere.create_project(ProjectName="shapes")["ProjectArn"]


def test_a_fault_of_the_engine_is_an_internal_server_error(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.engine.projects.datasets_of", lambda *_: 1 / 0)
    room.project()
    with pytest.raises(ClientError) as error:
        room.aws.describe_projects()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
    assert error.value.response["Error"]["Code"] == "InternalServerError"

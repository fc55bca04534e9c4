from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from rekognition_room import Room, until

from core.engine.policy_document import flaw

ALLOW = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Copier"},
         "Action": "rekognition:CopyProjectVersion",
         "Resource": "arn:aws:rekognition:us-east-1:123456789012:project/shapes/version/*"}
POLICY = {"Version": "2012-10-17", "Statement": [ALLOW]}


def put(room: Room, project: str, name: str = "copiers", document: Any = POLICY, **more: Any) -> str:
    return room.aws.put_project_policy(ProjectArn=project, PolicyName=name, PolicyDocument=json.dumps(document),
                                       **more)["PolicyRevisionId"]


def listed(room: Room, project: str) -> list[dict[str, Any]]:
    pages = room.aws.get_paginator("list_project_policies").paginate(ProjectArn=project)
    return [policy for page in pages for policy in page["ProjectPolicies"]]


def test_a_policy_is_kept_letter_for_letter(room: Room) -> None:
    project = room.project()
    assert listed(room, project) == []
    revision = put(room, project)
    [found] = listed(room, project)
    assert (found["ProjectArn"], found["PolicyName"], found["PolicyRevisionId"]) == (project, "copiers", revision)
    assert found["PolicyDocument"] == json.dumps(POLICY)
    assert found["CreationTimestamp"] == found["LastUpdatedTimestamp"]


def test_an_update_needs_the_latest_revision(room: Room, refused: Callable[..., str]) -> None:
    project = room.project()
    first = put(room, project)
    assert refused(put, room=room, project=project) == "ResourceAlreadyExistsException"
    second = put(room, project, document=POLICY | {"Id": "second"}, PolicyRevisionId=first.upper())
    assert second != first
    [found] = listed(room, project)
    assert json.loads(found["PolicyDocument"])["Id"] == "second"
    assert found["LastUpdatedTimestamp"] > found["CreationTimestamp"]
    for name, revision in (("copiers", first), ("copiers", "abcdef"), ("unknown", second)):
        ask = {"room": room, "project": project, "name": name, "PolicyRevisionId": revision}
        assert refused(put, **ask) == "InvalidPolicyRevisionIdException"
    assert [policy["PolicyRevisionId"] for policy in listed(room, project)] == [second]


def test_a_policy_is_deleted_by_name_or_by_its_latest_revision(room: Room, refused: Callable[..., str]) -> None:
    project = room.project()
    put(room, project, "plain")
    old = put(room, project)
    new = put(room, project, PolicyRevisionId=old)
    delete = room.aws.delete_project_policy
    ask = {"ProjectArn": project, "PolicyName": "copiers"}
    assert refused(delete, **ask, PolicyRevisionId=old) == "InvalidPolicyRevisionIdException"
    delete(**ask, PolicyRevisionId=new)
    assert refused(delete, **ask) == "ResourceNotFoundException"
    delete(ProjectArn=project, PolicyName="plain")
    assert listed(room, project) == []


def test_policies_come_five_at_a_time_oldest_first(open_room: Callable[..., Room], refused: Callable[..., str]) -> None:
    room = open_room(max_policies=8)
    project, names = room.project(), [f"p{9 - number}" for number in range(7)]
    for name in names:
        put(room, project, name)
    first = room.aws.list_project_policies(ProjectArn=project)
    assert [policy["PolicyName"] for policy in first["ProjectPolicies"]] == names[:5]
    assert [policy["PolicyName"] for policy in listed(room, project)] == names
    pages = room.aws.get_paginator("list_project_policies").paginate(
        ProjectArn=project, PaginationConfig={"PageSize": 2})
    assert [len(page["ProjectPolicies"]) for page in pages] == [2, 2, 2, 1]
    assert refused(room.aws.list_project_policies, ProjectArn=project, MaxResults=6) == "ValidationException"
    stolen = {"ProjectArn": room.project("other"), "NextToken": first["NextToken"]}
    assert refused(room.aws.list_project_policies, **stolen) == "InvalidPaginationTokenException"


def test_a_project_takes_five_policies(room: Room, refused: Callable[..., str]) -> None:
    project = room.project()
    revisions = [put(room, project, f"p{number}") for number in range(5)]
    assert refused(put, room=room, project=project, name="p5") == "ServiceQuotaExceededException"
    put(room, project, "p4", PolicyRevisionId=revisions[4])
    put(room, room.project("other"), "p5")


def test_a_deleted_project_takes_its_policies_along(room: Room) -> None:
    project = room.project()
    put(room, project)
    room.aws.delete_project(ProjectArn=project)
    until(lambda: room.aws.describe_projects()["ProjectDescriptions"], lambda found: not found)
    assert listed(room, room.project()) == []


@pytest.mark.parametrize("document", [
    POLICY, {"Statement": ALLOW}, POLICY | {"Id": "one"},
    POLICY | {"Statement": [ALLOW | {"Sid": "a"}, ALLOW | {"Sid": "b", "Effect": "Deny"}]},
    POLICY | {"Statement": ALLOW | {"Principal": "*", "Action": ["rekognition:CopyProjectVersion", "rekognition:*"]}},
    POLICY | {"Statement": ALLOW | {"Condition": {"StringEquals": {"aws:ResourceTag/a": ["b"]}}, "Resource": "*"}},
])
def test_what_iams_grammar_allows_is_taken(document: dict[str, Any]) -> None:
    assert flaw(json.dumps(document)) is None


@pytest.mark.parametrize("document", [
    "{", "[]", "7", '"text"', "[" * 1500,
    {}, {"Statement": []}, {"Statement": "Allow"}, {"Statement": [7]}, POLICY | {"Statment": []},
    POLICY | {"Version": "2026-01-01"}, POLICY | {"Version": 2012},
    *({"Statement": {name: value for name, value in ALLOW.items() if name != missing}} for missing in ALLOW),
    *({"Statement": ALLOW | wrong} for wrong in (
        {"Effect": "allow"}, {"NotAction": "rekognition:*"}, {"Action": "CopyProjectVersion"}, {"Action": []},
        {"Action": ["rekognition:*", 7]}, {"Resource": "project/shapes"}, {"Resource": ""}, {"Principal": "me"},
        {"Principal": {}}, {"Principal": {"Aws": "*"}}, {"Principal": {"AWS": []}}, {"Condition": []},
        {"Condition": {"StringEquals": "a"}}, {"Colour": "red"}, {"Sid": 7})),
    {"Statement": [ALLOW | {"Sid": "a"}, ALLOW | {"Sid": "a"}]},
])
def test_what_it_does_not_allow_is_malformed(room: Room, refused: Callable[..., str], document: Any) -> None:
    text = document if isinstance(document, str) else json.dumps(document)
    ask = {"ProjectArn": room.project(), "PolicyName": "p", "PolicyDocument": text}
    assert refused(room.aws.put_project_policy, **ask) == "MalformedPolicyDocumentException"
    assert listed(room, ask["ProjectArn"]) == []

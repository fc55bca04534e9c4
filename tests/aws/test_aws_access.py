from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest
from answering import ACCOUNT, answering

from core.aws import access, permissions
from core.aws import clients as aws
from core.aws.access import CALLS, Check
from core.aws.permissions import NEEDS, Need, Place
from core.jobs import Progress
from core.workspace import Project

PLACE = Place(ACCOUNT, "us-east-1", "photos", "pets", "pets-in-rekognition")
GONE = "ResourceNotFoundException"
# What a user gets who may do everything.
ALLOWED = dict.fromkeys((
    "DescribeProjectVersions", "StopProjectVersion", "CreateDataset", "DescribeDataset", "ListDatasetEntries",
    "DeleteDataset", "DistributeDatasetEntries", "CreateProjectVersion", "StartProjectVersion", "DetectCustomLabels",
    "DeleteProjectVersion", "CopyProjectVersion", "ListProjectPolicies", "PutProjectPolicy", "DeleteProjectPolicy",
    "TagResource", "UntagResource", "ListTagsForResource", "DeleteSchedule"), GONE) | {
    "GetRole": "NoSuchEntity", "GetBucketPolicy": "NoSuchBucketPolicy"}
SIMULATED = {"SimulatePrincipalPolicy": {"EvaluationResults": [
    {"EvalActionName": "iam:PassRole", "EvalDecision": "allowed"}]}}


def need(action: str) -> Need:
    return next(one for one in NEEDS if one.action == action)


def look(action: str, **answers: Any) -> Check:
    return access.look(answering(answers)[0], PLACE, need(action))


def test_what_is_allowed_answers_that_the_thing_does_not_exist() -> None:
    seen = look("rekognition:StartProjectVersion", StartProjectVersion=GONE)
    assert (seen.outcome, seen.how) == ("works", "tried")


def test_what_is_refused_is_quoted() -> None:
    seen = look("rekognition:StartProjectVersion", StartProjectVersion="AccessDeniedException:User is not authorized")
    assert (seen.outcome, seen.how, seen.said) == ("refused", "tried", "User is not authorized")


@pytest.mark.parametrize("code", ["ValidationException", "ThrottlingException", "ExpiredTokenException"])
def test_an_answer_that_tells_nothing_leaves_it_unknown(code: str) -> None:
    seen = look("rekognition:StopProjectVersion", StopProjectVersion=code, SimulatePrincipalPolicy="AccessDenied")
    assert (seen.outcome, seen.how) == ("unknown", "tried")
    assert seen.said


@pytest.mark.parametrize(("decision", "outcome"), [
    ("allowed", "works"), ("implicitDeny", "refused"), ("explicitDeny", "refused")])
def test_what_can_not_be_tried_is_asked_of_the_simulator(decision: str, outcome: str) -> None:
    clients, calls = answering({"SimulatePrincipalPolicy": {"EvaluationResults": [{"EvalDecision": decision}]}})
    seen = access.look(clients, PLACE, need("iam:PassRole"))
    assert (seen.outcome, seen.how) == (outcome, "simulated")
    asked = calls[-1][1]
    assert asked["PolicySourceArn"] == f"arn:aws:iam::{ACCOUNT}:user/ada"
    assert asked["ResourceArns"] == [f"arn:aws:iam::{ACCOUNT}:role/RekolabStopsModels"]
    assert asked["ContextEntries"][0]["ContextKeyValues"] == ["scheduler.amazonaws.com"]


def test_a_role_is_simulated_by_its_own_arn_whose_path_the_session_lacks() -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/Photos"
    clients, calls = answering({
        "GetCallerIdentity": {"Account": ACCOUNT, "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Photos/ada"},
        "GetRole": {"Role": {"Arn": role}}, **SIMULATED})
    assert access.look(clients, PLACE, need("rekognition:CreateProject")).outcome == "works"
    assert calls[-1][1]["PolicySourceArn"] == role


def test_without_the_simulator_it_is_said_that_it_can_not_be_tried() -> None:
    seen = look("rekognition:CreateProject", SimulatePrincipalPolicy="AccessDenied")
    assert (seen.outcome, seen.how, seen.said) == ("unknown", "not tried", "It can not be tried without doing it.")


def test_no_call_can_change_or_bill_anything() -> None:
    """All that could names something of the year 1970, or nothing at all; only one small object is written."""
    clients, calls = answering({})
    for call in CALLS.values():
        call(clients, PLACE)
    for operation, asked in calls:
        if operation.startswith((
                "Create", "Delete", "Distribute", "Start", "Stop", "Copy", "Tag", "Untag", "Detect", "Update")):
            asked.pop("ClientToken", None)
            arns = [value for name, value in asked.items() if name.endswith("Arn")]
            arns += [one["Arn"] for one in asked.get("Datasets", ())]
            assert all(arn.endswith("/1") for arn in arns)
            assert arns or asked == {"Name": "rekolab-stop-nothing"}
        elif operation == "PutProjectPolicy":
            assert asked["ProjectArn"].endswith("/1")
        elif operation.startswith("Put"):
            assert (operation, asked["Key"]) == ("PutObject", "pets/rekolab-permission-check.txt")
        else:
            assert operation.startswith(("Describe", "List", "Get", "Head", "Simulate"))


def test_every_permission_is_seen_to_work_for_whom_everything_is_allowed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients, _ = answering(ALLOWED | SIMULATED)
    monkeypatch.setattr(aws, "connect", lambda home, backend: clients)
    report = access.check(Progress(), str(project.home), project.name, "pets")
    assert {one.need for one in report.checks} == {*permissions.needed(bucket_exists=True)}
    assert {one.outcome for one in report.checks} == {"works"}
    assert report.written == "pets/rekolab-permission-check.txt"


def test_without_a_bucket_what_makes_it_counts_and_what_is_in_it_is_not_known(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_bucket = ("PutObject", "GetObject", "GetObjectAcl", "GetObjectTagging", "ListObjectsV2", "GetBucketLocation")
    clients, _ = answering(ALLOWED | {"HeadBucket": "404", "SimulatePrincipalPolicy": "AccessDenied",
                                      **dict.fromkeys(in_bucket, "NoSuchBucket")})
    monkeypatch.setattr(aws, "connect", lambda home, backend: clients)
    report = access.check(Progress(), str(project.home), project.name, "pets")
    seen = {one.need.action: one for one in report.checks}
    assert "s3:CreateBucket" in seen
    assert seen["s3:PutObject"].said == "There is no bucket yet to try it with."
    assert report.written is None


def test_the_small_object_is_deleted_when_somebody_says_so() -> None:
    clients, calls = answering({})
    access.forget_written(clients, access.Report(PLACE, None, (), PLACE.probe_key))  # type: ignore[arg-type]
    assert calls == [("DeleteObject", {"Bucket": "photos", "Key": "pets/rekolab-permission-check.txt"})]


def allows(policy: dict[str, Any], action: str, resource: str) -> bool:
    return any(action in one["Action"] and fnmatchcase(resource, one["Resource"]) for one in policy["Statement"])


def test_the_policy_allows_what_is_needed_in_this_place_and_nothing_elsewhere() -> None:
    policy = permissions.policy(PLACE, permissions.needed(bucket_exists=False))
    start, arn = "rekognition:StartProjectVersion", f"arn:aws:rekognition:us-east-1:{ACCOUNT}:project"
    assert allows(policy, start, f"{arn}/pets-in-rekognition/version/one/1690405809285")
    assert not allows(policy, start, f"{arn}/other/version/one/1690405809285")
    assert allows(policy, "rekognition:StopProjectVersion", f"{arn}/other/version/one/1690405809285")
    assert allows(policy, "s3:PutObject", "arn:aws:s3:::photos/pets/images/cat.jpg")
    assert not allows(policy, "s3:PutObject", "arn:aws:s3:::photos/other/cat.jpg")
    assert not allows(policy, "s3:DeleteObject", "arn:aws:s3:::photos/pets/images/cat.jpg")
    every = [action for one in policy["Statement"] for action in one["Action"]]
    assert sorted(every) == sorted(one.action for one in permissions.needed(bucket_exists=False))
    assert not {"iam:CreateRole", "iam:PutRolePolicy"} & {*every}
    assert not any("*" in action for action in every)


def test_the_role_is_passed_to_the_scheduler_only() -> None:
    policy = permissions.policy(PLACE, permissions.needed(bucket_exists=False))
    passing = [one for one in policy["Statement"] if "iam:PassRole" in one["Action"]]
    only = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    assert [one["Condition"] for one in passing] == [only]
    assert passing[0]["Action"] == ["iam:PassRole"]


def test_the_policy_is_one_that_iam_takes() -> None:
    """Statements have distinct names of letters and digits, and all of it fits a managed policy."""
    policy = permissions.policy(PLACE, permissions.needed(bucket_exists=False))
    names = [one["Sid"] for one in policy["Statement"]]
    assert len({*names}) == len(names) and all(name.isalnum() for name in names)
    assert len(json.dumps(policy, separators=(",", ":"))) < 6144

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from aws_script import AT_ONCE, PROJECT, Script, project_answer

from core.aws import datasets, projects
from core.errors import AwsError, NotReady

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
BASE = PROJECT.rpartition("/")[0]
TRAIN, TEST = f"{BASE}/dataset/train/1", f"{BASE}/dataset/test/1"
URIS = {"TRAIN": "s3://photos/pets/train.manifest", "TEST": "s3://photos/pets/test.manifest"}


def expect_manifests(script: Script, train: str = "t1", test: str = "u1") -> None:
    for name, etag in (("train", train), ("test", test)):
        script.s3.add_response("head_object", {"ContentLength": 9, "ETag": f'"{etag}"'},
                               {"Bucket": "photos", "Key": f"pets/{name}.manifest"})


def expect_state(script: Script, arn: str, status: str, message: str = "", **stats: int) -> None:
    about: dict[str, Any] = {"Status": status, "StatusMessage": message, "DatasetStats": stats}
    script.rekognition.add_response("describe_dataset", {"DatasetDescription": about}, {"DatasetArn": arn})


def expect_creation(script: Script, kind: str, arn: str) -> None:
    bucket, _, key = URIS[kind].removeprefix("s3://").partition("/")
    script.rekognition.add_response("create_dataset", {"DatasetArn": arn}, {
        "ProjectArn": PROJECT, "DatasetType": kind,
        "DatasetSource": {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": key}}}})


def expect_deletion(script: Script, arn: str) -> None:
    expect_state(script, arn, "CREATE_COMPLETE")
    script.rekognition.add_response("delete_dataset", {}, {"DatasetArn": arn})
    expect_state(script, arn, "DELETE_IN_PROGRESS")
    expect_absence(script, arn)


def expect_absence(script: Script, arn: str) -> None:
    script.rekognition.add_client_error("describe_dataset", "ResourceNotFoundException",
                                        expected_params={"DatasetArn": arn})


def test_a_project_that_exists_is_used(script: Script) -> None:
    script.rekognition.add_response("describe_projects", project_answer(), {"ProjectNames": ["pets"]})
    assert projects.ensure_project(script.clients, "pets", AT_ONCE) == PROJECT


def test_a_project_is_made_and_waited_for(script: Script) -> None:
    making = project_answer()
    making["ProjectDescriptions"][0] |= {"Status": "CREATING"}
    asked = {"ProjectNames": ["pets"]}
    script.rekognition.add_response("describe_projects", {"ProjectDescriptions": []}, asked)
    script.rekognition.add_response("create_project", {"ProjectArn": PROJECT}, {"ProjectName": "pets"})
    script.rekognition.add_response("describe_projects", making, asked)
    script.rekognition.add_response("describe_projects", project_answer(), asked)
    assert projects.ensure_project(script.clients, "pets", AT_ONCE) == PROJECT


def test_two_windows_that_make_the_same_project_at_once_both_get_it(script: Script) -> None:
    script.rekognition.add_response("describe_projects", {"ProjectDescriptions": []})
    script.rekognition.add_client_error("create_project", "ResourceInUseException")
    script.rekognition.add_response("describe_projects", project_answer())
    assert projects.ensure_project(script.clients, "pets", AT_ONCE) == PROJECT


def test_a_project_that_may_not_be_made_is_an_error(script: Script) -> None:
    script.rekognition.add_response("describe_projects", {"ProjectDescriptions": []})
    script.rekognition.add_client_error("create_project", "AccessDeniedException")
    with pytest.raises(AwsError, match="permission"):
        projects.ensure_project(script.clients, "pets", AT_ONCE)


def test_the_list_of_projects_tells_their_datasets(script: Script) -> None:
    script.rekognition.add_response("describe_projects", project_answer(TRAIN=TRAIN), {})
    (found,) = projects.list_projects(script.clients)
    assert (found.name, found.arn, dict(found.datasets)) == ("pets", PROJECT, {"TRAIN": TRAIN})


def test_datasets_are_made_from_both_manifests_and_waited_for(script: Script) -> None:
    expect_manifests(script)
    script.rekognition.add_response("describe_projects", project_answer())
    expect_creation(script, "TRAIN", TRAIN)
    expect_creation(script, "TEST", TEST)
    expect_state(script, TRAIN, "CREATE_IN_PROGRESS")
    expect_state(script, TRAIN, "CREATE_COMPLETE", TotalEntries=32, LabeledEntries=31, ErrorEntries=1, TotalLabels=2)
    expect_state(script, TEST, "CREATE_COMPLETE", TotalEntries=8)
    made = datasets.ensure_datasets(script.clients, PROJECT, URIS["TRAIN"], URIS["TEST"], patience=AT_ONCE)
    assert (made.train.total, made.train.labeled, made.train.errors, made.train.labels) == (32, 31, 1, 2)
    assert (made.train.kind, made.test.kind, made.test.total) == ("TRAIN", "TEST", 8)
    assert made.known == {TRAIN: f"{URIS['TRAIN']}#t1", TEST: f"{URIS['TEST']}#u1"}


def test_datasets_that_exist_are_replaced(script: Script) -> None:
    expect_manifests(script)
    script.rekognition.add_response("describe_projects", project_answer(TRAIN=TRAIN, TEST=TEST))
    expect_deletion(script, TRAIN)
    expect_deletion(script, TEST)
    for kind, arn in (("TRAIN", f"{TRAIN}2"), ("TEST", f"{TEST}2")):
        expect_creation(script, kind, arn)
    for arn in (f"{TRAIN}2", f"{TEST}2"):
        expect_state(script, arn, "CREATE_COMPLETE")
    made = datasets.ensure_datasets(script.clients, PROJECT, URIS["TRAIN"], URIS["TEST"], patience=AT_ONCE)
    assert (made.train.arn, made.test.arn) == (f"{TRAIN}2", f"{TEST}2")


def test_only_the_dataset_whose_manifest_changed_is_made_again(script: Script) -> None:
    known = {TRAIN: f"{URIS['TRAIN']}#t1", TEST: f"{URIS['TEST']}#u1"}
    expect_manifests(script, train="t2")
    script.rekognition.add_response("describe_projects", project_answer(TRAIN=TRAIN, TEST=TEST))
    expect_state(script, TEST, "CREATE_COMPLETE")
    expect_deletion(script, TRAIN)
    expect_creation(script, "TRAIN", f"{TRAIN}2")
    expect_state(script, f"{TRAIN}2", "CREATE_COMPLETE")
    expect_state(script, TEST, "CREATE_COMPLETE")
    made = datasets.ensure_datasets(script.clients, PROJECT, URIS["TRAIN"], URIS["TEST"], known, AT_ONCE)
    assert made.known == {f"{TRAIN}2": f"{URIS['TRAIN']}#t2", TEST: f"{URIS['TEST']}#u1"}


def test_a_dataset_that_a_crash_left_unfinished_is_waited_for_and_then_replaced(script: Script) -> None:
    expect_manifests(script)
    script.rekognition.add_response("describe_projects", project_answer(TRAIN=TRAIN))
    for status in ("CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_FAILED"):
        expect_state(script, TRAIN, status)
    script.rekognition.add_response("delete_dataset", {}, {"DatasetArn": TRAIN})
    expect_absence(script, TRAIN)
    for kind, arn in (("TRAIN", f"{TRAIN}2"), ("TEST", TEST)):
        expect_creation(script, kind, arn)
    for arn in (f"{TRAIN}2", TEST):
        expect_state(script, arn, "CREATE_COMPLETE")
    made = datasets.ensure_datasets(script.clients, PROJECT, URIS["TRAIN"], URIS["TEST"], patience=AT_ONCE)
    assert made.train.arn == f"{TRAIN}2"


def test_a_dataset_that_somebody_else_made_is_not_touched(script: Script) -> None:
    expect_manifests(script)
    script.rekognition.add_response("describe_projects", project_answer(TRAIN=TRAIN))
    with pytest.raises(NotReady, match="was not made here"):
        datasets.ensure_datasets(script.clients, PROJECT, URIS["TRAIN"], URIS["TEST"], {}, AT_ONCE)


def test_a_manifest_that_rekognition_refuses_leads_back_to_the_manifest(script: Script) -> None:
    expect_manifests(script)
    script.rekognition.add_response("describe_projects", project_answer())
    expect_creation(script, "TRAIN", TRAIN)
    expect_creation(script, "TEST", TEST)
    expect_state(script, TRAIN, "CREATE_FAILED", "The manifest file contains images from multiple S3 buckets.")
    with pytest.raises(AwsError, match=r"training manifest.*multiple S3 buckets") as caught:
        datasets.ensure_datasets(script.clients, PROJECT, URIS["TRAIN"], URIS["TEST"], patience=AT_ONCE)
    assert caught.value.cure and caught.value.cure.page == "data/manifest"


def test_a_manifest_that_was_never_uploaded_is_named_before_anything_is_deleted(script: Script) -> None:
    script.s3.add_client_error("head_object", "404", http_status_code=404)
    with pytest.raises(NotReady, match=r"s3://photos/pets/train\.manifest is not in S3"):
        datasets.ensure_datasets(script.clients, PROJECT, URIS["TRAIN"], URIS["TEST"], patience=AT_ONCE)


def test_entries_are_read_with_rekognitions_own_filters(script: Script) -> None:
    asked = {"DatasetArn": TRAIN, "HasErrors": True}
    script.rekognition.add_response("list_dataset_entries", {"DatasetEntries": ['{"a": 1}'], "NextToken": "n"}, asked)
    more = asked | {"NextToken": "n"}
    script.rekognition.add_response("list_dataset_entries", {"DatasetEntries": ['{"b": 1}']}, more)
    assert list(datasets.entries(script.clients, TRAIN, HasErrors=True)) == ['{"a": 1}', '{"b": 1}']

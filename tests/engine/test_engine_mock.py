"""The test double for users of moto: everything in one process, and done when a call returns."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from moto import mock_aws
from rekognition_room import CREATED, picture

from core.engine.mock import mock_custom_labels
from core.engine.settings import EngineSettings
from core.manifest.lines import dump, image_line

OUTPUT = {"S3Bucket": "photos", "S3KeyPrefix": "out"}


def client(service: str) -> Any:
    return boto3.client(service, region_name="eu-west-1")


def fill_bucket() -> None:
    s3 = client("s3")
    s3.create_bucket(Bucket="photos", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    lines = []
    for label in ("ring", "bars"):
        for number in range(6):
            key = f"{label}/{number}.jpg"
            s3.put_object(Bucket="photos", Key=key, Body=picture(label, number))
            lines.append(image_line(f"s3://photos/{key}", [label], CREATED))
    s3.put_object(Bucket="photos", Key="all.manifest", Body=dump(lines))


def journey() -> str:
    """From photos to an answer with unmodified waiters, which would wait two minutes for a second look."""
    fill_bucket()
    rekognition = client("rekognition")
    project = rekognition.create_project(ProjectName="shapes")["ProjectArn"]
    asset = {"GroundTruthManifest": {"S3Object": {"Bucket": "photos", "Name": "all.manifest"}}}
    version = rekognition.create_project_version(
        ProjectArn=project, VersionName="1", OutputConfig=OUTPUT, TrainingData={"Assets": [asset]},
        TestingData={"AutoCreate": True})["ProjectVersionArn"]
    rekognition.get_waiter("project_version_training_completed").wait(ProjectArn=project, VersionNames=["1"])
    rekognition.start_project_version(ProjectVersionArn=version, MinInferenceUnits=1)
    rekognition.get_waiter("project_version_running").wait(ProjectArn=project, VersionNames=["1"])
    found = rekognition.detect_custom_labels(ProjectVersionArn=version, Image={"Bytes": picture("ring", 9)})
    return found["CustomLabels"][0]["Name"]


def test_the_whole_journey_in_process_and_files_in_motos_s3() -> None:
    with mock_custom_labels():
        assert journey() == "ring"
        kept = client("s3").get_object(Bucket="photos", Key="out/EvaluationResultSummary-shapes-1.json")
        assert json.load(kept["Body"])["EvaluationDetails"]["Labels"] == ["bars", "ring"]
        assert kept["ContentType"] == "application/json"


def test_it_works_inside_mock_aws_and_leaves_moto_as_it_was() -> None:
    with mock_aws():
        with mock_custom_labels():
            client("rekognition").create_project(ProjectName="shapes")
            assert client("rekognition").detect_labels(Image={"Bytes": b"x"})["Labels"]
        with pytest.raises(NotImplementedError):
            client("rekognition").create_project(ProjectName="shapes")
        constant = client("rekognition").detect_custom_labels(
            ProjectVersionArn="arn:aws:rekognition:eu-west-1:123456789012:project/a/version/b/1",
            Image={"Bytes": b"x"})
        assert constant["CustomLabels"][0]["Name"] == "MyLogo"


@mock_custom_labels()
def test_as_a_decorator_it_begins_empty(refused: Callable[..., str]) -> None:
    rekognition = client("rekognition")
    assert rekognition.describe_projects()["ProjectDescriptions"] == []
    arn = rekognition.create_project(ProjectName="shapes")["ProjectArn"]
    assert rekognition.describe_projects()["ProjectDescriptions"][0]["Status"] == "CREATED"
    assert refused(rekognition.create_project, ProjectName="shapes") == "ResourceInUseException"
    assert refused(rekognition.create_project, ProjectName="bad name!") == "ValidationException"
    assert refused(rekognition.describe_project_versions, ProjectArn=arn + "1") == "ResourceNotFoundException"


def test_settings_hold_in_process_too(refused: Callable[..., str]) -> None:
    with mock_custom_labels(EngineSettings(instant=True, max_projects=1)):
        client("rekognition").create_project(ProjectName="a")
        assert refused(client("rekognition").create_project, ProjectName="b") == "LimitExceededException"


def test_a_bucket_that_is_not_there_is_said_as_aws_says_it() -> None:
    with mock_custom_labels():
        fill_bucket()
        rekognition = client("rekognition")
        project = rekognition.create_project(ProjectName="shapes")["ProjectArn"]
        asset = {"GroundTruthManifest": {"S3Object": {"Bucket": "elsewhere", "Name": "all.manifest"}}}
        rekognition.create_project_version(
            ProjectArn=project, VersionName="1", OutputConfig={"S3Bucket": "elsewhere"},
            TrainingData={"Assets": [asset]}, TestingData={"AutoCreate": True})
        [found] = rekognition.describe_project_versions(ProjectArn=project)["ProjectVersionDescriptions"]
        assert (found["Status"], found["StatusMessage"]) == (
            "TRAINING_FAILED", "Unable to write to output S3 bucket.")

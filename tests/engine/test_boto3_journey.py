"""The whole journey by boto3 alone, against an engine that is killed between every two steps: nothing is lost."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from PIL import Image, ImageDraw

from core.aws.engine_process import Engine, ensure_engine

BUCKET = "journey-photos"
RESULTS = ("EvaluationResultSummary", "TrainingGroundTruth", "TestingGroundTruth", "TrainingManifestWithValidation",
           "TestingManifestWithValidation", "ManifestSummary")


class Mortal:
    """An engine that is killed before every step, and boto3 clients of the one that took its place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine: Engine = ensure_engine(folder, port=0)

    def killed(self) -> Mortal:
        os.kill(self.engine.pid, signal.SIGKILL)
        self.engine = ensure_engine(self.folder, port=0)
        return self

    def client(self, service: str) -> Any:
        return boto3.client(
            service, endpoint_url=self.engine.url, region_name="eu-west-1", aws_access_key_id=self.engine.access_key,
            aws_secret_access_key=self.engine.secret_key, config=Config(s3={"addressing_style": "path"}))


@pytest.fixture
def mortal(tmp_path: Path) -> Mortal:
    return Mortal(tmp_path / "engine")


def picture(label: str, number: int) -> bytes:
    """Rings and bars, each a little different, which any features tell apart."""
    image = Image.new("RGB", (256, 192), (30 * number % 200, 120, 60 + 20 * number % 150))
    pen = ImageDraw.Draw(image)
    for at in range(20, 200, 36):
        left = at + number
        if label == "ring":
            pen.ellipse((left, 40, left + 50, 90 + number), outline="white", width=9)
        else:
            pen.rectangle((left, 20, left + 10, 150 + number), fill="white")
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92)
    return file.getvalue()


def manifest_line(key: str, label: str) -> str:
    about = {"confidence": 1, "class-name": label, "human-annotated": "yes", "type": "groundtruth/image-classification",
             "creation-date": dt.datetime(2026, 11, 23, 9, 30).isoformat()}
    return json.dumps({"source-ref": f"s3://{BUCKET}/{key}", "class": 1, "class-metadata": about})


def until(look: Callable[[], str], *wanted: str) -> str:
    """The state as soon as it is one of those that are waited for."""
    deadline = time.monotonic() + 240
    while (state := look()) not in wanted:
        assert time.monotonic() < deadline, f"still {state}"
        time.sleep(0.05)
    return state


@pytest.mark.slow
def test_nothing_is_lost_when_the_engine_is_killed_between_every_two_steps(mortal: Mortal) -> None:
    s3 = mortal.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    photos = {f"{label}/{number}.jpg": picture(label, number) for label in ("ring", "bars") for number in range(10)}
    s3 = mortal.killed().client("s3")
    for key, data in photos.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=data)
    s3 = mortal.killed().client("s3")
    text = "\n".join(manifest_line(key, key.split("/")[0]) for key in photos) + "\n"
    s3.put_object(Bucket=BUCKET, Key="train.manifest", Body=text.encode())
    stored = {item["Key"]: item["Size"] for item in s3.list_objects_v2(Bucket=BUCKET)["Contents"]}
    assert stored == {key: len(data) for key, data in photos.items()} | {"train.manifest": len(text)}

    project = mortal.killed().client("rekognition").create_project(ProjectName="shapes")["ProjectArn"]
    rekognition = mortal.killed().client("rekognition")
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": "train.manifest"}}}
    train = rekognition.create_dataset(ProjectArn=project, DatasetType="TRAIN", DatasetSource=source)["DatasetArn"]
    rekognition = mortal.killed().client("rekognition")
    test = rekognition.create_dataset(ProjectArn=project, DatasetType="TEST")["DatasetArn"]
    rekognition = mortal.killed().client("rekognition")

    def dataset(arn: str) -> dict[str, Any]:
        return rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]

    until(lambda: dataset(train)["Status"], "CREATE_COMPLETE")
    until(lambda: dataset(test)["Status"], "CREATE_COMPLETE")
    assert dataset(train)["DatasetStats"]["LabeledEntries"] == 20

    rekognition = mortal.killed().client("rekognition")
    rekognition.distribute_dataset_entries(Datasets=[{"Arn": train}, {"Arn": test}])
    rekognition = mortal.killed().client("rekognition")
    until(lambda: dataset(train)["Status"], "UPDATE_COMPLETE")
    until(lambda: dataset(test)["Status"], "UPDATE_COMPLETE")
    assert [dataset(arn)["DatasetStats"]["TotalEntries"] for arn in (train, test)] == [16, 4]

    rekognition = mortal.killed().client("rekognition")
    output = {"S3Bucket": BUCKET, "S3KeyPrefix": "out"}
    version = rekognition.create_project_version(
        ProjectArn=project, VersionName="1", OutputConfig=output)["ProjectVersionArn"]
    rekognition = mortal.killed().client("rekognition")

    def model() -> dict[str, Any]:
        found = rekognition.describe_project_versions(ProjectArn=project, VersionNames=["1"])
        return found["ProjectVersionDescriptions"][0]

    until(lambda: model()["Status"], "TRAINING_COMPLETED")
    s3 = mortal.killed().client("s3")
    written = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET, Prefix="out/")["Contents"]]
    assert sorted(written) == sorted(f"out/{name}-shapes-1.json" for name in RESULTS)

    rekognition = mortal.killed().client("rekognition")
    assert rekognition.start_project_version(ProjectVersionArn=version, MinInferenceUnits=1)["Status"] == "STARTING"
    rekognition = mortal.killed().client("rekognition")
    until(lambda: model()["Status"], "RUNNING")

    rekognition = mortal.killed().client("rekognition")
    answers = {label: rekognition.detect_custom_labels(
        ProjectVersionArn=version, Image={"Bytes": picture(label, 11)}, MinConfidence=0)["CustomLabels"][0]["Name"]
        for label in ("ring", "bars")}
    assert answers == {"ring": "ring", "bars": "bars"}

    rekognition = mortal.killed().client("rekognition")
    assert rekognition.stop_project_version(ProjectVersionArn=version)["Status"] == "STOPPING"
    rekognition = mortal.killed().client("rekognition")
    until(lambda: model()["Status"], "STOPPED")

    rekognition.delete_project_version(ProjectVersionArn=version)
    rekognition = mortal.killed().client("rekognition")
    until(lambda: "models" if rekognition.describe_project_versions(ProjectArn=project)["ProjectVersionDescriptions"]
          else "none", "none")
    for arn in (train, test):
        rekognition.delete_dataset(DatasetArn=arn)
    rekognition = mortal.killed().client("rekognition")
    until(lambda: "datasets" if rekognition.describe_projects()["ProjectDescriptions"][0]["Datasets"]
          else "none", "none")
    rekognition.delete_project(ProjectArn=project)
    rekognition = mortal.killed().client("rekognition")
    until(lambda: "projects" if rekognition.describe_projects()["ProjectDescriptions"] else "none", "none")
    s3 = mortal.killed().client("s3")
    assert s3.get_object(Bucket=BUCKET, Key="ring/3.jpg")["Body"].read() == photos["ring/3.jpg"]

"""The journey as somebody types it: awscli with the environment that the engine prints, both wait commands included."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from clients_room import needs_awscli, without_aws, write_photos
from rekognition_room import until

from core.aws.engine_process import Engine

pytestmark = needs_awscli

MANIFEST = "GroundTruthManifest={S3Object={Bucket=typed,Name=photos/all.manifest}}"

Aws = Callable[..., Any]


@pytest.fixture
def aws(engine: Engine) -> Aws:
    """`aws("s3 mb s3://a", "more words")` runs a command, and returns its answer, from JSON if it is some."""
    environment = without_aws() | {
        "AWS_PAGER": "", "AWS_ENDPOINT_URL": engine.url, "AWS_ACCESS_KEY_ID": engine.access_key,
        "AWS_SECRET_ACCESS_KEY": engine.secret_key, "AWS_DEFAULT_REGION": "us-east-1"}

    def run(command: str, *more: str | Path) -> Any:
        done = subprocess.run(["aws", *command.split(), *map(str, more)], env=environment, capture_output=True,
                              text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout

    return run


def test_awscli_trains_waits_asks_and_stops(aws: Aws, engine: Engine, tmp_path: Path) -> None:
    photos = write_photos(tmp_path / "photos", "typed")
    aws("s3 mb s3://typed")
    aws("s3 cp --recursive --quiet", photos, "s3://typed/photos/")
    project = aws("rekognition create-project --project-name typed")["ProjectArn"]
    version = aws("rekognition create-project-version --version-name v1", "--project-arn", project, "--output-config",
                  "S3Bucket=typed,S3KeyPrefix=out", "--training-data", f"Assets=[{{{MANIFEST}}}]", "--testing-data",
                  "AutoCreate=true")["ProjectVersionArn"]
    named = ("--project-arn", project, "--version-names", "v1")
    until(lambda: state(engine, project), "TRAINING_COMPLETED".__eq__)  # awscli waits two minutes between two looks
    aws("rekognition wait project-version-training-completed", *named)

    aws("rekognition start-project-version --min-inference-units 1 --project-version-arn", version)
    until(lambda: state(engine, project), "RUNNING".__eq__)
    aws("rekognition wait project-version-running", *named)
    for label, image in (("bars", ("--image-bytes", f"fileb://{photos / 'bars0.jpg'}")),
                         ("ring", ("--image", "S3Object={Bucket=typed,Name=photos/ring0.jpg}"))):
        found = aws("rekognition detect-custom-labels --max-results 1 --min-confidence 0 --project-version-arn",
                    version, *image)
        assert [entry["Name"] for entry in found["CustomLabels"]] == [label]

    stopping = aws("rekognition stop-project-version --project-version-arn", version)
    assert stopping == {"Status": "STOPPING"}
    [described] = aws("rekognition describe-project-versions", *named)["ProjectVersionDescriptions"]
    assert described["EvaluationResult"]["F1Score"] == 1
    assert "v1.json" in aws("s3 ls --recursive s3://typed/out/")


def state(engine: Engine, project: str) -> str:
    """The state of the only version, asked for by a client that starts faster."""
    client = boto3.client("rekognition", endpoint_url=engine.url, region_name="us-east-1",
                          aws_access_key_id=engine.access_key, aws_secret_access_key=engine.secret_key)
    return client.describe_project_versions(ProjectArn=project)["ProjectVersionDescriptions"][0]["Status"]

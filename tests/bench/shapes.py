"""What the engine's endurance programs share: boto3 clients, and a model that tells rings from bars."""

from __future__ import annotations

import datetime as dt
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from core.aws.engine_process import Engine  # noqa: E402
from core.manifest.lines import dump, image_line  # noqa: E402
from tests.engine.rekognition_room import picture, until  # noqa: E402
from tests.engine.s3_room import s3_client  # noqa: E402

BUCKET = "shapes"
LABELS = ("ring", "bars")
MANIFEST = {"S3Object": {"Bucket": BUCKET, "Name": "all.manifest"}}
CREATED = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Clients:
    """An engine and the boto3 clients of it, which try everything once."""

    engine: Engine
    s3: Any
    rekognition: Any


def connect(engine: Engine) -> Clients:
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=32, connect_timeout=5, read_timeout=60,
                    proxies={})
    return Clients(engine, s3_client(engine), boto3.client(
        "rekognition", endpoint_url=engine.url, region_name="us-east-1", aws_access_key_id=engine.access_key,
        aws_secret_access_key=engine.secret_key, config=config))


def put_pictures(clients: Clients, count: int = 5) -> None:
    """A bucket with so many pictures a label, and their manifest."""
    clients.s3.create_bucket(Bucket=BUCKET)
    lines = []
    for label in LABELS:
        for number in range(count):
            key = f"set/{label}{number}.jpg"
            clients.s3.put_object(Bucket=BUCKET, Key=key, Body=picture(label, number))
            lines.append(image_line(f"s3://{BUCKET}/{key}", [label], CREATED))
    clients.s3.put_object(Bucket=BUCKET, Key=MANIFEST["S3Object"]["Name"], Body=dump(lines).encode())


def begin_training(clients: Clients, project: str, name: str) -> str:
    """Train with those pictures; returns the version's ARN."""
    return clients.rekognition.create_project_version(
        ProjectArn=project, VersionName=name, OutputConfig={"S3Bucket": BUCKET, "S3KeyPrefix": "out"},
        TrainingData={"Assets": [{"GroundTruthManifest": MANIFEST}]}, TestingData={"AutoCreate": True},
    )["ProjectVersionArn"]


def state_of(clients: Clients, project: str, name: str) -> str:
    """The state of a version; "" when there is none."""
    found = clients.rekognition.describe_project_versions(ProjectArn=project, VersionNames=[name])
    return next((version["Status"] for version in found["ProjectVersionDescriptions"]), "")


def run_model(clients: Clients, project: str, name: str) -> str:
    """Train a model, start it, and return its ARN once it runs."""
    version = begin_training(clients, project, name)
    until(lambda: state_of(clients, project, name), "TRAINING_COMPLETED".__eq__, 120)
    clients.rekognition.start_project_version(ProjectVersionArn=version, MinInferenceUnits=1)
    until(lambda: state_of(clients, project, name), "RUNNING".__eq__, 60)
    return version


def say(name: str, value: float, unit: str, **more: Any) -> None:
    """One figure, as a line of JSON."""
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit, **more}), flush=True)

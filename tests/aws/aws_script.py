"""A script for the tests of core.aws: the calls that must come, checked against AWS's model, and their answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from botocore.stub import Stubber

from core.aws.calls import Patience
from core.aws.clients import Clients

PROJECT = "arn:aws:rekognition:us-east-1:123456789012:project/pets/1690405809285"
MODEL = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/2026-11-23-1/1690405809999"
AT_ONCE = Patience(sleep=lambda _: None)


@dataclass
class Script:
    """What the next calls must be, in their order, and how they are answered."""

    clients: Clients
    rekognition: Stubber
    s3: Stubber
    sts: Stubber

    def done(self) -> None:
        for stub in (self.rekognition, self.s3, self.sts):
            stub.assert_no_pending_responses()


def model(status: str = "RUNNING", arn: str = MODEL, **more: Any) -> dict[str, Any]:
    """A ProjectVersionDescription."""
    return {"ProjectVersionArn": arn, "CreationTimestamp": dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "Status": status,
            "StatusMessage": "As it should be.", **more}


def project_answer(**datasets: str) -> dict[str, Any]:
    """A DescribeProjects answer with the one project."""
    made = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    return {"ProjectDescriptions": [{
        "ProjectArn": PROJECT, "CreationTimestamp": made, "Status": "CREATED",
        "Datasets": [{"DatasetType": kind, "DatasetArn": arn} for kind, arn in datasets.items()]}]}


def expect_description(script: Script, *found: dict[str, Any], name: str = "2026-11-23-1") -> None:
    """The two calls that describe one model."""
    script.rekognition.add_response("describe_projects", project_answer(), {"ProjectNames": ["pets"]})
    script.rekognition.add_response(
        "describe_project_versions", {"ProjectVersionDescriptions": list(found)},
        {"ProjectArn": PROJECT, "VersionNames": [name]})

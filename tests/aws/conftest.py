"""Clients that are answered from a script, with no network."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from aws_script import Script
from botocore.stub import Stubber

from core.aws.clients import Clients
from core.types import Backend


@pytest.fixture(scope="session")
def unconnected() -> Clients:
    session = boto3.Session("AKIDEXAMPLE", "no-secret-at-all", region_name="us-east-1")
    return Clients(Backend("default"), "us-east-1", *(session.client(name) for name in ("s3", "rekognition", "sts")))


@pytest.fixture
def script(unconnected: Clients) -> Iterator[Script]:
    clients = Clients(unconnected.backend, "us-east-1", unconnected.s3, unconnected.rekognition, unconnected.sts)
    with Stubber(clients.rekognition) as rekognition, Stubber(clients.s3) as s3, Stubber(clients.sts) as sts:
        written = Script(clients, rekognition, s3, sts)
        yield written
        written.done()

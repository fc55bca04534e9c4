"""Clients that are answered by operation, in whatever order and thread, with no network."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse

from core.aws.clients import Clients
from core.types import Backend

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/ada"
Answers = Mapping[str, "str | dict[str, Any]"]


def answering(answers: Answers, region: str = "us-east-1") -> tuple[Clients, list[tuple[str, dict[str, Any]]]]:
    """Clients of a user whose calls get these answers, and every call so far as (operation, parameters).

    A text is the code of an error, with AWS's sentence after a colon; an operation that is not named gets {}.
    Parameters are checked against AWS's model.
    """
    calls: list[tuple[str, dict[str, Any]]] = []
    known: Answers = {"GetCallerIdentity": {"Account": ACCOUNT, "Arn": USER}, "HeadBucket": {"BucketRegion": region},
                      **answers}

    def watch(api_params: Any = None, params: Any = None, model: Any = None, **_: Any) -> None:
        calls.append((model.name, params))

    def answer(model: Any = None, **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        found = known.get(model.name, {})
        if isinstance(found, dict):
            return AWSResponse("", 200, {}, None), found | {"ResponseMetadata": {}}
        code, _, said = found.partition(":")
        return AWSResponse("", 400, {}, None), {"Error": {"Code": code, "Message": said}, "ResponseMetadata": {}}

    session = boto3.Session("AKIDEXAMPLE", "no-secret-at-all", region_name=region)

    @cache
    def service(name: str) -> Any:
        client = session.client(name)
        client.meta.events.register("before-parameter-build", watch)
        client.meta.events.register_first("before-call", answer)
        return client

    made = [service(name) for name in ("s3", "rekognition", "sts")]
    return Clients(Backend("work", region), region, *made[:3], service), calls

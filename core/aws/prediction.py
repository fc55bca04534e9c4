"""DetectCustomLabels: what a running model says of one photo."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.aws.calls import aws_call
from core.aws.clients import Clients
from core.manifest.lines import split_uri
from core.types import Score


@dataclass(frozen=True, slots=True)
class Located:
    """An object that a model found on a photo: its label, confidence in percent, and place in shares of the sides."""

    label: str
    confidence: float
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The scores, best first, and the call itself as JSON can show it: what was asked, what came back, how long.

    A label has one score, that of its surest object where a model finds several; `objects` are all, the surest first.
    """

    scores: tuple[Score, ...]
    request: Mapping[str, Any]
    response: Mapping[str, Any]
    milliseconds: float
    objects: tuple[Located, ...] = ()


def detect(
    clients: Clients,
    version_arn: str,
    image: bytes | str,
    min_confidence: float | None = None,
    max_results: int | None = None,
) -> Answer:
    """Ask the model about a photo: its bytes (JPEG or PNG, 4 MB at most), or its s3:// address (15 MB at most).

    Without `min_confidence` (0-100) each label must reach its own assumed threshold; 0 brings every label.
    ModelNotRunning when the model has not been started.
    """
    options = {"MinConfidence": min_confidence, "MaxResults": max_results}
    chosen = {name: value for name, value in options.items() if value is not None}
    started = time.perf_counter()
    with aws_call("DetectCustomLabels"):
        answer = clients.rekognition.detect_custom_labels(
            ProjectVersionArn=version_arn, Image=_image(image), **chosen)
    milliseconds = (time.perf_counter() - started) * 1000
    return Answer(_scores(answer), _shown(version_arn, image, chosen), _received(answer), milliseconds,
                  _objects(answer))


def _image(image: bytes | str) -> dict[str, Any]:
    if isinstance(image, bytes):
        return {"Bytes": image}
    bucket, key = split_uri(image)
    return {"S3Object": {"Bucket": bucket, "Name": key}}


def _shown(version_arn: str, image: bytes | str, chosen: Mapping[str, Any]) -> dict[str, Any]:
    picture = {"Bytes": f"<{len(image):,} bytes>"} if isinstance(image, bytes) else _image(image)
    return {"ProjectVersionArn": version_arn, "Image": picture, **chosen}


def _received(answer: Mapping[str, Any]) -> dict[str, Any]:
    about = answer.get("ResponseMetadata", {})
    return {"CustomLabels": answer.get("CustomLabels", []),
            "ResponseMetadata": {name: about[name] for name in ("RequestId", "HTTPStatusCode") if name in about}}


def _scores(answer: Mapping[str, Any]) -> tuple[Score, ...]:
    best: dict[str, float] = {}
    for label in answer.get("CustomLabels", []):
        best[label["Name"]] = max(label["Confidence"], best.get(label["Name"], 0.0))
    return tuple(sorted((Score(*one) for one in best.items()), key=lambda score: -score.confidence))


def _objects(answer: Mapping[str, Any]) -> tuple[Located, ...]:
    """What has a place; the answer of a model that labels whole pictures has none."""
    found = [Located(label["Name"], label["Confidence"], *(float(box.get(side, 0.0)) for side in (
        "Left", "Top", "Width", "Height")))
        for label in answer.get("CustomLabels", []) if (box := label.get("Geometry", {}).get("BoundingBox"))]
    return tuple(sorted(found, key=lambda one: -one.confidence))

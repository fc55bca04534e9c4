"""DetectCustomLabels: what a running model says of one image."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from core import limits
from core.engine.awsjson import ApiError, Ask, Caller
from core.engine.observing import DETAIL, features
from core.engine.service import Service, find_version, invalid
from core.errors import BadImage, ImageBomb
from core.images.reading import open_upright, read_facts
from core.learning.learner import Array, Model
from core.types import Facts


def detect_custom_labels(service: Service, caller: Caller, ask: Ask) -> Ask:
    """DetectCustomLabels, for images in the request and in S3. Nothing about the image is kept."""
    with service.state.reading() as rows:
        version = find_version(rows, caller, ask["ProjectVersionArn"])
    if version.status != "RUNNING":
        raise ApiError("ResourceNotReadyException", f"The model is not running: its status is {version.status}.")
    service.rates.take_detection(version)
    image = _open(_read(service, ask["Image"]))
    model = service.models.get(version.arn)
    percent = np.round(model.confidences(features(image)[None])[0] * 100, 5)
    return {"CustomLabels": _chosen(model, percent, ask.get("MinConfidence"), ask.get("MaxResults"))}


def _chosen(model: Model, percent: Array, least: float | None, most: int | None) -> list[dict[str, Any]]:
    """Labels, best first, `most` of them (0 is none). Without `least` each has to reach its own assumed threshold."""
    floors = np.round(model.thresholds * 100, 5) if least is None else np.full(len(percent), least)
    ranked = [number for number in np.argsort(-percent, kind="stable") if percent[number] >= floors[number]]
    return [{"Name": model.labels[number], "Confidence": float(percent[number])} for number in ranked[:most]]


def _read(service: Service, image: Ask) -> bytes:
    """The image's bytes, within the size that their way in allows."""
    inline, place = image.get("Bytes"), image.get("S3Object")
    if (inline is None) == (place is None):
        raise invalid("Image needs either Bytes or an S3Object.")
    data: bytes = inline or _read_object(service, place)
    if len(data) > (limits.MAX_REQUEST_BYTES if inline else limits.MAX_FILE_BYTES):
        raise _too_large()
    return data


def _read_object(service: Service, place: Any) -> bytes:
    if not place.get("Bucket") or not place.get("Name"):
        raise ApiError("InvalidS3ObjectException", "Request has invalid S3 object.")
    try:
        return service.objects.read(place["Bucket"], place["Name"], place.get("Version"))
    except (KeyError, PermissionError):
        raise ApiError("InvalidS3ObjectException", "Unable to get object metadata from S3. Check object key, region "
                       "and/or access permissions.") from None


def _open(data: bytes) -> Image.Image:
    """The image, upright, once its header has shown that the service takes it."""
    try:
        _check(read_facts(data))
        return open_upright(data, DETAIL)
    except ImageBomb:
        raise _too_large() from None
    except BadImage:
        raise _bad_format() from None


def _check(facts: Facts) -> None:
    shorter, longer = sorted((facts.width, facts.height))
    if facts.format not in limits.FORMATS:
        raise _bad_format()
    if longer > limits.MAX_SIDE:
        raise _too_large()
    if shorter < limits.MIN_SIDE:
        raise invalid(f"The image is smaller than {limits.MIN_SIDE} pixels on a side.")
    if longer > limits.MAX_ASPECT * shorter:
        raise invalid(f"The image is more than {limits.MAX_ASPECT:.0f} times as long as it is wide.")


def _too_large() -> ApiError:
    return ApiError("ImageTooLargeException", "Image size is too large.")


def _bad_format() -> ApiError:
    return ApiError("InvalidImageFormatException", "Request has invalid image format.")

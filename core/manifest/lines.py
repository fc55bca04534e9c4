"""Ground Truth manifest lines: writing them, and reading a manifest's bytes as lines."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from core.errors import BadManifest
from core.types import Box

IMAGE_TYPE = "groundtruth/image-classification"
BOX_TYPE = "groundtruth/object-detection"

_URI = re.compile(r"s3://([0-9A-Za-z._-]{1,255})/(.+)", re.DOTALL)
_MAX_KEY_BYTES = 1024


def image_line(
    source_ref: str, labels: Sequence[str], created: dt.datetime, attribute: str = "class"
) -> dict[str, Any]:
    """An image-level line. One label goes under `attribute`, several under attribute0, attribute1, ...

    Without labels the line names an unlabelled image, which training passes over.
    `created` is written in UTC; a naive time is taken as UTC.
    """
    moment = created.astimezone(dt.UTC) if created.tzinfo else created
    line: dict[str, Any] = {"source-ref": source_ref}
    for number, label in enumerate(labels):
        key = attribute if len(labels) == 1 else f"{attribute}{number}"
        # Rekognition wants a whole number here and reads the label from class-name
        line[key] = number
        line[f"{key}-metadata"] = {
            "confidence": 1,
            "class-name": label,
            "type": IMAGE_TYPE,
            "human-annotated": "yes",
            "creation-date": moment.strftime("%Y-%m-%dT%H:%M:%S.%f"),
            "job-name": f"labeling-job/{key}",
        }
    return line


def box_line(
    source_ref: str,
    size: tuple[int, int],
    boxes: Sequence[Box],
    names: Sequence[str],
    created: dt.datetime,
    attribute: str = "bounding-box",
) -> dict[str, Any]:
    """An object-detection line of an image of this (width, height). `names` are all labels, whose places are the ids.

    Every box's label must be one of `names`; those that the image has are in its class-map.
    """
    moment = created.astimezone(dt.UTC) if created.tzinfo else created
    used = {names.index(box.label): box.label for box in boxes}
    return {
        "source-ref": source_ref,
        attribute: {
            "image_size": [{"width": size[0], "height": size[1], "depth": 3}],
            "annotations": [
                {"class_id": names.index(box.label), "left": box.left, "top": box.top, "width": box.width,
                 "height": box.height} for box in boxes],
        },
        f"{attribute}-metadata": {
            "objects": [{"confidence": 1} for _ in boxes],
            "class-map": {str(number): label for number, label in sorted(used.items())},
            "type": BOX_TYPE,
            "human-annotated": "yes",
            "creation-date": moment.strftime("%Y-%m-%dT%H:%M:%S.%f"),
            "job-name": f"labeling-job/{attribute}",
        },
    }


def dump_line(line: dict[str, Any]) -> str:
    """One JSON Line, without its newline."""
    return json.dumps(line, ensure_ascii=False, allow_nan=False)


def dump(lines: Iterable[dict[str, Any]]) -> str:
    """JSON Lines; ends in a newline unless there are none."""
    return "".join(dump_line(line) + "\n" for line in lines)


def split_uri(uri: str) -> tuple[str, str]:
    """(bucket, key) of s3://bucket/key. Raises ValueError for anything else, and for a key over 1024 bytes."""
    match = _URI.fullmatch(uri)
    if match is None or (len(uri) > _MAX_KEY_BYTES // 4 and len(match[2].encode()) > _MAX_KEY_BYTES):
        raise ValueError(f"{uri[:100]!r} is not of the form s3://bucket/key.")
    return match[1], match[2]


def split_lines(manifest: bytes) -> list[str]:
    """The manifest's lines; the one newline at the end starts none. Raises BadManifest when it is not UTF-8."""
    try:
        text = manifest.decode("utf-8")
    except UnicodeDecodeError as error:
        number = manifest.count(b"\n", 0, error.start) + 1
        raise BadManifest(f"The manifest is not UTF-8 text: line {number} can't be read. Save it as UTF-8.") from error
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return lines[:-1] if lines[-1] == "" else lines

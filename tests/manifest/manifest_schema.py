"""A strict reading of the manifest format (contract 3.1-3.3), written apart from the rules that it checks."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

SHARED = {"type", "human-annotated", "creation-date"}


def accepts(text: str) -> bool:
    """Whether the line is a good one with at least one label, without a single flaw anywhere in it."""
    try:
        line = json.loads(text, parse_constant=lambda word: 1 / 0)
        json.dumps(line, ensure_ascii=False).encode()
    except (ValueError, ZeroDivisionError, RecursionError):
        return False
    if len(text) > 100_000 or not isinstance(line, dict) or not _source_ref(line.pop("source-ref", None)):
        return False
    for mark in ("cl-metadata", "cl-errors", "errors", "warnings"):
        line.pop(mark, None)
    attributes = {key for key in line if key + "-metadata" in line}
    lone = {key for key in line if key.endswith("-metadata") and key[:-len("-metadata")] not in line}
    good = all(_image_level(line[key], line[key + "-metadata"]) or _boxes(line[key], line[key + "-metadata"])
               for key in attributes)
    return good and not lone - attributes and any(
        not isinstance(line[key], dict) or line[key]["annotations"] for key in attributes)


def _source_ref(value: Any) -> bool:
    return isinstance(value, str) and re.match(r"s3://[A-Za-z0-9._-]+/[\s\S]", value) is not None


def _integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _confident(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0.0 <= value <= 1.0


def _label(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 255


def _described(metadata: Any, kind: str) -> bool:
    if not isinstance(metadata, dict) or not metadata.keys() >= SHARED or metadata["type"] != kind:
        return False
    try:
        moment = metadata["creation-date"]
        dt.date.fromisoformat(moment[:10]), dt.time.fromisoformat(moment[11:19]), dt.datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        return False
    return (moment[10:11] in ("T", " ") and moment[13:14] == ":" and metadata["human-annotated"] in ("yes", "no")
            and isinstance(metadata.get("job-name", ""), str))


def _image_level(value: Any, metadata: Any) -> bool:
    return (_integer(value) and _described(metadata, "groundtruth/image-classification")
            and _confident(metadata.get("confidence")) and _label(metadata.get("class-name")))


def _boxes(value: Any, metadata: Any) -> bool:
    if not isinstance(value, dict) or not _described(metadata, "groundtruth/object-detection"):
        return False
    sizes, boxes, objects = value.get("image_size"), value.get("annotations"), metadata.get("objects")
    names = metadata.get("class-map")
    if not (isinstance(sizes, list) and len(sizes) == 1 and isinstance(sizes[0], dict)
            and isinstance(boxes, list) and len(boxes) <= 50
            and isinstance(objects, list) and len(objects) == len(boxes) and isinstance(names, dict)):
        return False
    width, height = sizes[0].get("width"), sizes[0].get("height")
    return (all(_integer(side) and 64 <= side <= 4096 for side in (width, height)) and _integer(sizes[0].get("depth"))
            and all(isinstance(item, dict) and _confident(item.get("confidence")) for item in objects)
            and all(_label(name) for name in names.values())
            and all(_box(box, width, height, names) for box in boxes))


def _box(box: Any, width: int, height: int, names: dict[str, str]) -> bool:
    edges = ("class_id", "left", "top", "width", "height")
    if not isinstance(box, dict) or not all(_integer(box.get(name)) for name in edges):
        return False
    scale = min(1.0, 1280 / max(width, height))
    return (str(box["class_id"]) in names and box["left"] >= 0 and box["top"] >= 0
            and box["left"] + box["width"] <= width and box["top"] + box["height"] <= height
            and box["width"] * scale > 1 and box["height"] * scale > 1)

"""Rules for `<attribute>-metadata`. Each takes the metadata and says what is wrong, or None."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any

from core import limits

Rule = Callable[[dict[str, Any]], str | None]

# Ground Truth jobs write a T or a space, any number of decimals or none, and a Z or nothing.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)


def is_share(value: object) -> bool:
    """Whether a JSON value is a number from 0 to 1. True and false are not numbers."""
    return type(value) in (int, float) and 0 <= value <= 1  # type: ignore[operator]


def is_moment(value: object) -> bool:
    """Whether a JSON value is a date with a time of day, as Ground Truth writes it."""
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return False
    try:
        dt.datetime.fromisoformat(f"{match[1]}T{match[2]}")
    except ValueError:
        return False
    return True


def confidence(metadata: dict[str, Any]) -> str | None:
    if "confidence" not in metadata:
        return "confidence is missing"
    return None if is_share(metadata["confidence"]) else "confidence is not a number from 0 to 1"


def class_name(metadata: dict[str, Any]) -> str | None:
    if "class-name" not in metadata:
        return "class-name, which is the label, is missing"
    name = metadata["class-name"]
    return None if isinstance(name, str) and name else "class-name, which is the label, is empty or not text"


def human_annotated(metadata: dict[str, Any]) -> str | None:
    if "human-annotated" not in metadata:
        return "human-annotated is missing"
    return None if metadata["human-annotated"] in ("yes", "no") else 'human-annotated is neither "yes" nor "no"'


def creation_date(metadata: dict[str, Any]) -> str | None:
    if "creation-date" not in metadata:
        return "creation-date is missing"
    return None if is_moment(metadata["creation-date"]) else "creation-date is not a date with a time"


def kind(metadata: dict[str, Any]) -> str | None:
    if "type" not in metadata:
        return "type is missing"
    return None if isinstance(metadata["type"], str) else "type is not text"


def job_name(metadata: dict[str, Any]) -> str | None:
    return None if isinstance(metadata.get("job-name", ""), str) else "job-name is not text"


def objects(metadata: dict[str, Any]) -> str | None:
    """For boxes: a list of {confidence}. One that lacks its confidence has a code of its own, and passes here."""
    listed = metadata.get("objects")
    if not isinstance(listed, list):
        return "objects is missing or not a list"
    for item in listed:
        if not isinstance(item, dict):
            return "objects holds something other than an object with a confidence"
        if not is_share(item.get("confidence", 1)):
            return "a confidence in objects is not a number from 0 to 1"
    return None


def class_map(metadata: dict[str, Any]) -> str | None:
    """For boxes: the label of every class_id."""
    mapping = metadata.get("class-map")
    if not isinstance(mapping, dict):
        return "class-map is missing or not an object"
    if not all(isinstance(name, str) and name for name in mapping.values()):
        return "class-map holds a label that is empty or not text"
    return None


_COMMON: tuple[Rule, ...] = (kind, human_annotated, creation_date, job_name)
IMAGE_RULES: tuple[Rule, ...] = (confidence, class_name, *_COMMON)
BOX_RULES: tuple[Rule, ...] = (objects, class_map, *_COMMON)


def wrong(metadata: dict[str, Any], rules: Iterable[Rule]) -> list[str]:
    """What is wrong with the metadata, by every rule that it breaks."""
    return [reason for rule in rules if (reason := rule(metadata)) is not None]


def too_long(label: str) -> bool:
    return len(label) > limits.MAX_LABEL_LENGTH

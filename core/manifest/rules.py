"""Judges one line of a manifest by Rekognition's rules, before any image is looked at.

Rekognition stops at the first broken rule of a group; a label attribute and its metadata are still reported together,
as they are in a dataset's gallery.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from core import limits
from core.manifest import boxes as box_rules
from core.manifest import image_labels
from core.manifest.codes import ATTRIBUTE_ERRORS, BOX_ERRORS, finding
from core.manifest.lines import BOX_TYPE, IMAGE_TYPE, split_uri
from core.manifest.types import Defect, Line
from core.types import Box

__all__ = ["Box", "Line", "check_line", "check_lines"]

# Members that a service wrote beside the labels: they never name a label attribute.
_SERVICE = frozenset({"source-ref", "cl-metadata", "cl-errors", "errors", "warnings"})


class _Labels(NamedTuple):
    """What the label attributes of one line hold."""

    names: list[str]
    boxes: list[Box]
    defects: list[Defect]


def check_lines(texts: Iterable[str]) -> tuple[Line, ...]:
    """Every line judged, numbered from 1."""
    return tuple(check_line(text, number) for number, text in enumerate(texts, 1))


def check_line(text: str, number: int) -> Line:
    """The line with everything that is wrong with it, as far as its text tells. Never raises."""
    members = _read(text)
    if isinstance(members, Defect):
        return _line(number, text, None, _Labels([], [], [members]))
    if (defect := _source_ref(members)) is not None:
        return _line(number, text, None, _Labels([], [], [defect]))
    return _line(number, text, members["source-ref"], _label_attributes(members))


def _line(number: int, text: str, source_ref: str | None, found: _Labels) -> Line:
    findings = tuple(finding(defect.code, number, defect.place, defect.about) for defect in found.defects)
    reasons = tuple(defect.reason for defect in found.defects)
    # labels repeat on every line of a large manifest; interned, each is kept once
    names = tuple(dict.fromkeys(sys.intern(name) for name in found.names))
    return Line(number, text, source_ref, names, tuple(found.boxes), findings, reasons)


def _read(text: str) -> dict[str, Any] | Defect:
    """The line's members, or why it is no JSON Line."""
    reason = "it is longer than 100,000 characters"
    if len(text) <= limits.MAX_LINE_LENGTH:
        try:
            members = _DECODER.decode(text)
        except (ValueError, RecursionError):
            reason = "it is not JSON" if text.strip() else "it is blank"
        else:
            if isinstance(members, dict) and not _half_characters(text, members):
                return members
            reason = "it is not one JSON object" if not isinstance(members, dict) else "it holds half a character"
    return Defect("ERROR_INVALID_JSON_LINE", "", reason)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON number")


def _number(digits: str) -> float:
    value = float(digits)
    return value if abs(value) != float("inf") else _refuse(digits)


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_number)


def _half_characters(text: str, members: dict[str, Any]) -> bool:
    r"""Whether a lone surrogate (an escape such as \ud800 without its other half) makes it unfit for UTF-8."""
    if text.isascii() and "\\ud" not in text and "\\uD" not in text:
        return False
    try:
        json.dumps(members, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _source_ref(members: dict[str, Any]) -> Defect | None:
    if "source-ref" not in members:
        return Defect("ERROR_MISSING_SOURCE_REF", "", "source-ref is missing")
    value = members["source-ref"]
    try:
        if isinstance(value, str):
            split_uri(value)
            return None
    except ValueError:
        pass
    return Defect("ERROR_INVALID_SOURCE_REF_FORMAT", "", "source-ref is not of the form s3://bucket/key")


def _label_attributes(members: dict[str, Any]) -> _Labels:
    """Reads every pair of attribute and attribute-metadata."""
    found = _Labels([], [], [])
    own = {key: value for key, value in members.items() if key not in _SERVICE}
    pairs = {key: own[_named(key)] for key in own if _named(key) in own}
    for attribute, metadata in pairs.items():
        _read_pair(attribute, own[attribute], metadata, found)
    if len(own) != 2 * len(pairs) or not own:
        found.defects.extend(_lone_members(own, pairs))
    if not found.names and not found.boxes:
        found.defects.extend(_consequences({defect.code for defect in found.defects}))
    return found


def _named(attribute: str) -> str:
    return f"{attribute}-metadata"


def _read_pair(attribute: str, value: object, metadata: object, found: _Labels) -> None:
    if not isinstance(metadata, dict):
        reason = f'"{attribute}-metadata" is not an object'
        found.defects.append(Defect("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", "", reason))
        return
    kind = metadata.get("type")
    if kind == BOX_TYPE or (not isinstance(kind, str) and isinstance(value, dict)):
        boxes, defects = box_rules.read(attribute, value, metadata, len(found.boxes))
        found.boxes.extend(boxes)
        found.defects.extend(defects)
    elif kind == IMAGE_TYPE or not isinstance(kind, str):
        name, defects = image_labels.read(attribute, value, metadata)
        found.names.extend([] if name is None else [name])
        found.defects.extend(defects)
    else:
        reason = f"type is neither {IMAGE_TYPE} nor {BOX_TYPE}"
        found.defects.append(Defect("ERROR_UNSUPPORTED_USE_CASE_TYPE", _named(attribute), reason, _named(attribute)))


def _lone_members(own: dict[str, Any], pairs: dict[str, Any]) -> Iterator[Defect]:
    """What is said of a line without a pair, and of metadata whose attribute is gone."""
    if not own:
        yield Defect("WARNING_UNANNOTATED_RECORD", "", "it names an image without a label")
    elif not pairs:
        yield Defect("ERROR_NO_LABEL_ATTRIBUTES", "", "no member has a partner of the same name with -metadata")
    else:
        for key in own:
            attribute = key.removesuffix("-metadata")
            if attribute not in own and key not in pairs:
                reason = f'"{key}" is there, but "{attribute}" is not'
                place = key if isinstance(own[key], dict) else ""
                yield Defect("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", place, reason, attribute)


def _consequences(codes: set[str]) -> Iterator[Defect]:
    """What a line of which nothing usable is left is told besides."""
    if codes & ATTRIBUTE_ERRORS:
        yield Defect("ERROR_NO_VALID_LABEL_ATTRIBUTES", "", "no label attribute is left that could be used")
    elif codes & BOX_ERRORS:
        yield Defect("ERROR_NO_VALID_ANNOTATIONS", "", "no box is left that could be used")
    elif "WARNING_NO_ATTRIBUTE_ANNOTATIONS" in codes:
        yield Defect("WARNING_NO_ANNOTATIONS", "", "it names an image without a box")

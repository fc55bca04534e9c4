"""AWS's evaluation snapshot of a training: each test image with what the new model said of it, as JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from core.evaluation.comparing import Answer

_SAID = "rekognition-custom-labels-evaluation"
_DETAILS = f"{_SAID}-details"
_PRESENT, _MISSED, _FALSE = "is-present-in-ground-truth", "is-false-negative", "is-false-positive"
_PASSED = ("is-true-positive", _FALSE)

_Prediction = tuple[float, str, Mapping[str, Any]]  # confidence 0-1, label, AWS's details


def read(snapshot: bytes) -> list[Answer]:
    """The answers to the test images, in the order of the file; lines without an evaluation are left out.

    Where images have one label each, the best label that passes its threshold is the answer. Where one has several, or
    boxes, right means that AWS counts nothing on the image as false or as missed.
    """
    lines = [(ref, found, boxes) for ref, found, boxes in _lines(snapshot) if found]
    truths = {ref: frozenset(label for _, label, details in found if details.get(_PRESENT)) for ref, found, _ in lines}
    several = any(boxes for _, _, boxes in lines) or any(len(truth) != 1 for truth in truths.values())
    return [_answer(ref, truths[ref], found, several) for ref, found, _ in lines]


def _answer(ref: str, truth: frozenset[str], found: list[_Prediction], several: bool) -> Answer:
    best_first = sorted(found, key=lambda one: -one[0])
    said = tuple(dict.fromkeys(label for _, label, details in best_first if any(map(details.get, _PASSED))))
    if several:
        return Answer(ref, truth, said, not any(details.get(_FALSE) or details.get(_MISSED) for *_, details in found))
    return Answer(ref, truth, said[:1], {*said[:1]} == truth)


def _lines(snapshot: bytes) -> Iterator[tuple[str, list[_Prediction], bool]]:
    """(source-ref, what was said, whether it was said of boxes) of each line that can be read."""
    for text in snapshot.decode("utf-8", "replace").split("\n"):
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("source-ref"), str):
            boxes = _boxes(line)
            yield line["source-ref"], boxes or list(_labels(line)), bool(boxes)


def _labels(line: Mapping[str, Any]) -> Iterator[_Prediction]:
    for name, value in line.items():
        if name.startswith(f"{_SAID}-") and name.endswith("-metadata") and isinstance(value, dict):
            yield from _prediction(value, value.get("class-name"))


def _boxes(line: Mapping[str, Any]) -> list[_Prediction]:
    metadata, said = line.get(f"{_SAID}-metadata"), line.get(_SAID)
    if not isinstance(metadata, dict) or not isinstance(said, dict):
        return []
    names, boxes, objects = (place.get(key) for place, key in (
        (metadata, "class-map"), (said, "annotations"), (metadata, "objects")))
    if not isinstance(names, dict) or not isinstance(boxes, list) or not isinstance(objects, list):
        return []
    return [one for box, about in zip(boxes, objects, strict=False) if isinstance(box, dict) and isinstance(about, dict)
            for one in _prediction(about, names.get(str(box.get("class_id"))))]


def _prediction(value: Mapping[str, Any], label: Any) -> Iterator[_Prediction]:
    details, confidence = value.get(_DETAILS), value.get("confidence", 0.0)
    if isinstance(label, str) and isinstance(details, dict) and isinstance(confidence, (int, float)):
        yield float(confidence), label, details

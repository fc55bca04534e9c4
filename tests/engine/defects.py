"""A fixture for every code of a line: one defect each, as it is made, what it is called, and what it does to the line.

The same defects are put together at random. Pictures are made by name, so that a look and an engine meet the same ones.
"""

from __future__ import annotations

import copy
import datetime as dt
import io
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image

from core.manifest.lines import dump_line, image_line

CREATED = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)
META = "class-metadata"
BUCKET = "photos"
LABELS = ("cat", "dog")


@dataclass(frozen=True)
class Defect:
    """`spoil` breaks a good line of the picture `name`. `codes` are what the line is told."""

    name: str
    codes: tuple[str, ...]
    spoil: Callable[[dict[str, Any]], dict[str, Any] | str]
    picture: str = "good"
    boxed: bool = False
    ignored: bool = False
    dropped: bool = False


def line(key: str, label: str = "cat") -> dict[str, Any]:
    return image_line(f"s3://{BUCKET}/{key}", [label], CREATED)


def box_line(key: str, label: str = "cat") -> dict[str, Any]:
    return {
        "source-ref": f"s3://{BUCKET}/{key}",
        "class": {"image_size": [{"width": 640, "height": 480, "depth": 3}],
                  "annotations": [{"class_id": 0, "left": 10, "top": 20, "width": 100, "height": 200}]},
        META: {"objects": [{"confidence": 1}], "class-map": {"0": label}, "type": "groundtruth/object-detection",
               "human-annotated": "yes", "creation-date": "2026-11-23T09:30:00", "job-name": "labeling-job/class"},
    }


def changed(good: dict[str, Any], path: Sequence[str | int], value: Any = ...) -> dict[str, Any]:
    """A copy with the member at `path` set, or taken away when no value is given."""
    whole: Any = copy.deepcopy(good)
    holder = whole
    for step in path[:-1]:
        holder = holder[step]
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return whole


def _set(*path: str | int, to: Any = ...) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda good: changed(good, path, to)


def _multilabel(good: dict[str, Any]) -> dict[str, Any]:
    label = good[META]["class-name"]
    return {"source-ref": good["source-ref"], "class": [0, 1], META: {
        "class-map": {"0": label, "1": "indoors"}, "confidence-map": {"0": 1, "1": 1}, "human-annotated": "yes",
        "creation-date": "2026-11-23T09:30:00", "type": "groundtruth/image-classification-multilabel"}}


def _crowd(good: dict[str, Any]) -> dict[str, Any]:
    boxes = changed(good, ["class", "annotations"], good["class"]["annotations"] * 51)
    return changed(boxes, [META, "objects"], [{"confidence": 1}] * 51)


_LOST = "ERROR_NO_VALID_LABEL_ATTRIBUTES"
_FIRST = ("class", "annotations", 0)

DEFECTS = (
    Defect("a line that is no JSON", ("ERROR_INVALID_JSON_LINE",), lambda good: dump_line(good)[:-1], dropped=True),
    Defect("a blank line", ("ERROR_INVALID_JSON_LINE",), lambda good: "", dropped=True),
    Defect("a line without end", ("ERROR_INVALID_JSON_LINE",),
           lambda good: dump_line(good | {"x": "y" * 100_000}), dropped=True),
    Defect("no source-ref", ("ERROR_MISSING_SOURCE_REF",), _set("source-ref"), dropped=True),
    Defect("a source-ref of the web", ("ERROR_INVALID_SOURCE_REF_FORMAT",),
           lambda good: good | {"source-ref": good["source-ref"].replace("s3://", "https://")}, dropped=True),
    Defect("metadata without an attribute of its name", ("ERROR_NO_LABEL_ATTRIBUTES",),
           lambda good: {"clas" if key == "class" else key: value for key, value in good.items()}),
    Defect("a label as text", ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", _LOST), _set("class", to="cat")),
    Defect("no confidence", ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", _LOST), _set(META, "confidence")),
    Defect("an unknown kind of job", ("ERROR_UNSUPPORTED_USE_CASE_TYPE", _LOST),
           _set(META, "type", to="groundtruth/text-classification")),
    Defect("SageMaker's own list of labels", ("ERROR_UNSUPPORTED_USE_CASE_TYPE", _LOST), _multilabel),
    Defect("a label of 256 letters", ("ERROR_INVALID_LABEL_NAME_LENGTH", _LOST),
           _set(META, "class-name", to="c" * 256)),
    Defect("no label", ("WARNING_UNANNOTATED_RECORD",), lambda good: {"source-ref": good["source-ref"]}, ignored=True),
    Defect("a picture that is not there", ("ERROR_INVALID_IMAGE",), dict, "missing"),
    Defect("a page of the web as a picture", ("ERROR_INVALID_IMAGE",), dict, "html"),
    Defect("an empty file", ("ERROR_INVALID_IMAGE",), dict, "empty"),
    Defect("a GIF", ("ERROR_INVALID_IMAGE",), dict, "gif"),
    Defect("a side of 4097 pixels", ("ERROR_INVALID_IMAGE",), dict, "large"),
    Defect("a side of 63 pixels", ("ERROR_INVALID_IMAGE",), dict, "small"),
    Defect("a strip", ("ERROR_INVALID_IMAGE",), dict, "thin"),
    Defect("more than 15 MB", ("ERROR_INVALID_IMAGE",), dict, "heavy"),
    Defect("a box without confidence", ("ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", _LOST), _set(META, "objects", to=[{}]),
           boxed=True),
    Defect("a class_id without a label", ("ERROR_MISSING_CLASS_MAP_ID", _LOST), _set(META, "class-map", to={}),
           boxed=True),
    Defect("a box beyond the edge", ("ERROR_INVALID_BOUNDING_BOX", "ERROR_NO_VALID_ANNOTATIONS"),
           _set(*_FIRST, "left", to=600), boxed=True),
    Defect("a box of a pixel", ("ERROR_BOUNDING_BOX_TOO_SMALL", "ERROR_NO_VALID_ANNOTATIONS"),
           _set(*_FIRST, "width", to=1), boxed=True),
    Defect("51 boxes", ("ERROR_TOO_MANY_BOUNDING_BOXES",), _crowd, boxed=True),
    Defect("an image_size beyond the limit", ("ERROR_INVALID_IMAGE_DIMENSION",),
           _set("class", "image_size", 0, "width", to=5000), boxed=True),
    Defect("a picture with boxes that is too large", ("ERROR_INVALID_IMAGE_DIMENSION",), dict, "large", boxed=True),
    Defect("no boxes", ("WARNING_NO_ATTRIBUTE_ANNOTATIONS", "WARNING_NO_ANNOTATIONS"), lambda good: changed(
        changed(good, ["class", "annotations"], []), [META, "objects"], []), boxed=True, ignored=True),
)


@lru_cache(maxsize=256)
def picture(kind: str, number: int = 0, label: str = "cat") -> bytes | None:
    """The file of a picture of that kind; None for one that is not to be there."""
    if kind in ("missing", "html", "empty"):
        return {"missing": None, "html": b"<!doctype html>" * 99, "empty": b""}[kind]
    size = {"large": (4097, 70), "small": (100, 63), "thin": (2000, 64)}.get(kind, (96, 96))
    shade = (200, 40 + number * 5 % 100, 40) if label == "cat" else (30, 40 + number * 5 % 100, 200)
    drawn, file = Image.new("RGB", size, shade), io.BytesIO()
    drawn.paste((240, 240, 230), (10, 10, 30 + number % 30, 50) if label == "cat" else (40, 20, 60, 60 + number % 30))
    drawn.save(file, "GIF" if kind == "gif" else "JPEG")
    return file.getvalue() + (b"\0" * 15 * 1024 * 1024 if kind == "heavy" else b"")


@dataclass(frozen=True)
class Case:
    """A manifest, and the files that it names by key; None for those that are not there."""

    text: bytes
    pictures: dict[str, bytes | None]


def case(defects: list[Defect | None], boxed: bool = False, folder: str = "set") -> Case:
    """A manifest of so many lines, each good or with one defect; labels take turns."""
    texts, pictures = [], {}
    for number, defect in enumerate(defects):
        label, kind = LABELS[number % 2], defect.picture if defect else "good"
        # few different good pictures, because an engine has to see each
        name = f"{kind}-{label}.{'gif' if kind == 'gif' else 'jpg'}"
        key = f"{folder}/{number}/{name}"
        pictures[key] = picture(kind, number % 4, label)
        good = (box_line if (defect.boxed if defect else boxed) else line)(key, label)
        spoiled = defect.spoil(good) if defect else good
        texts.append(spoiled if isinstance(spoiled, str) else dump_line(spoiled))
    return Case("".join(f"{text}\n" for text in texts).encode(), pictures)


def combinations(count: int, seed: int = 0, most: int = 16, without: Sequence[str] = ()) -> Iterator[Case]:
    """Manifests of up to `most` lines with defects at random: from none to nearly all, and now and then of boxes."""
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        share, boxes = chance.choice((0.0, 0.1, 0.2, 0.2, 0.3, 0.6, 0.9)), chance.random() < 0.25
        pool = [defect for defect in DEFECTS
                if defect.picture not in without and (defect.boxed == boxes or chance.random() < 0.1)]
        lines = [chance.choice(pool) if chance.random() < share else None for _ in range(chance.randint(1, most))]
        yield case(lines, boxes)

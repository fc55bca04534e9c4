"""COCO's instances files: images, categories and annotations. One without a bbox is a label of the whole image."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.errors import BadAnnotations
from core.exchange import text
from core.exchange.types import (
    Annotated,
    File,
    Notebook,
    Reading,
    Size,
    certain,
    named,
    number,
    whole_box,
)
from core.types import Box

Key = str | int


@dataclass(slots=True)
class _Found:
    """What annotations have said of one image so far."""

    name: str
    size: Size | None
    labels: dict[str, float] = field(default_factory=dict)
    boxes: list[tuple[Box, float]] = field(default_factory=list)

    def record(self) -> Annotated:
        shares = certain([*self.labels.values(), *(share for _, share in self.boxes)])
        return Annotated(self.name, tuple(self.labels), tuple(box for box, _ in self.boxes), self.size, None, shares)


def read(files: Sequence[File]) -> Reading:
    """The images of COCO files. BadAnnotations when one is not COCO at all."""
    notes = Notebook()
    for name, data in files:
        whole = text.load_object(data, name)
        if not all(isinstance(whole.get(part), list) for part in ("images", "annotations", "categories")):
            raise BadAnnotations(f"{name} is not COCO: it has no lists named images, annotations and categories.")
        before = f"{name}, " if len(files) > 1 else ""
        images = _images(whole["images"], before, notes)
        categories = _categories(whole["categories"], before, notes)
        for position, item in enumerate(whole["annotations"], start=1):
            notes.remark(f"{before}annotation {position:,}", *_annotate(item, images, categories))
        for position, found in enumerate(images.values(), start=1):
            notes.take(f"{before}image {position:,}", found.record())
    return notes.reading()


def write(records: Iterable[Annotated]) -> bytes:
    """A COCO file. Labels of whole images come as annotations without a bbox."""
    listed = list(records)
    ids = {name: position for position, name in
           enumerate(dict.fromkeys(name for record in listed for name in record.names), start=1)}
    annotations = [part for image, record in enumerate(listed, start=1) for part in _parts(image, record, ids)]
    whole = {
        "info": {"description": "Exported from Rekolab"},
        "images": [_image(position, record) for position, record in enumerate(listed, start=1)],
        "categories": [{"id": position, "name": name, "supercategory": ""} for name, position in ids.items()],
        "annotations": [{"id": position, **part} for position, part in enumerate(annotations, start=1)],
    }
    return json.dumps(whole, ensure_ascii=False, allow_nan=False).encode()


def _images(items: Sequence[object], before: str, notes: Notebook) -> dict[Key, _Found]:
    images: dict[Key, _Found] = {}
    for position, item in enumerate(items, start=1):
        key = _key(item, "id")
        name = named(item.get("file_name")) if isinstance(item, dict) else None
        if key is None or name is None or not isinstance(item, dict):
            notes.remark(f"{before}image {position:,}", "it lacks an id or a file_name")
        elif key in images:
            notes.remark(f"{before}image {position:,}", f"the id {key} is used by an earlier image")
        else:
            width, height = number(item.get("width")), number(item.get("height"))
            sized = width and height and min(width, height) >= 1
            images[key] = _Found(name, (round(width), round(height)) if sized and width and height else None)
    return images


def _categories(items: Sequence[object], before: str, notes: Notebook) -> dict[Key, str]:
    categories: dict[Key, str] = {}
    for position, item in enumerate(items, start=1):
        key = _key(item, "id")
        name = named(item.get("name")) if isinstance(item, dict) else None
        if key is None or name is None:
            notes.remark(f"{before}category {position:,}", "it lacks an id or a name")
        else:
            categories.setdefault(key, name)
    return categories


def _key(item: object, member: str) -> Key | None:
    value = item.get(member) if isinstance(item, dict) else None
    return value if type(value) in (int, str) else None


def _annotate(item: object, images: Mapping[Key, _Found], categories: Mapping[Key, str]) -> list[str]:
    """Add an annotation to its image, and say what is wrong with it."""
    image, category = _key(item, "image_id"), _key(item, "category_id")
    if not isinstance(item, dict) or image is None or image not in images:
        return ["its image_id belongs to no image of the file"]
    if category is None or category not in categories:
        return ["its category_id belongs to no category of the file"]
    if item.get("iscrowd") not in (0, None, False):
        return ["it marks a crowd, which is no box of one thing"]
    found, label, share = images[image], categories[category], number(item.get("score"))
    confidence = share if share is not None and 0 <= share <= 1 else 1.0
    if not item.get("bbox"):
        found.labels.setdefault(label, confidence)
        return []
    box, wrong = _box(item["bbox"], label, found.size)
    if box:
        found.boxes.append((box, confidence))
    return [wrong] if wrong else []


def _box(bbox: object, label: str, size: Size | None) -> tuple[Box | None, str | None]:
    edges = [number(edge) for edge in bbox] if isinstance(bbox, list) and len(bbox) == 4 else []
    known = [edge for edge in edges if edge is not None]
    if len(known) != 4:
        return None, "its bbox is not a list of four numbers"
    left, top, width, height = known
    return whole_box(label, (left, top, left + width, top + height), size)


def _image(position: int, record: Annotated) -> dict[str, Any]:
    size = {"width": record.size[0], "height": record.size[1]} if record.size else {}
    return {"id": position, "file_name": record.image, **size}


def _parts(image: int, record: Annotated, ids: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """The annotations of an image, without their own ids."""
    shares = iter(record.shares)
    for label in record.labels:
        yield {"image_id": image, "category_id": ids[label], **_score(next(shares))}
    for box in record.boxes:
        yield {"image_id": image, "category_id": ids[box.label], "bbox": [box.left, box.top, box.width, box.height],
               "area": box.width * box.height, "iscrowd": 0, "segmentation": [], **_score(next(shares))}


def _score(share: float) -> dict[str, float]:
    return {} if share == 1 else {"score": share}

"""Good lines to break, one defect at a time, and images to look at."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from typing import Any

from core.manifest.lines import dump_line, image_line
from core.types import Facts

CREATED = dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC)

# The line of a real project: a dataset took it, and then every image of it showed "Error".
BY_HAND = (
    '{"source-ref": "s3://b/cleaned_data/cat/x.jpg", "class-label": "cat", "class-label-metadata": {"type": '
    '"groundtruth/image-classification", "class-name": "cat", "human-annotated": "yes", "creation-date": '
    '"2025-05-12T00:00:00"}}'
)

GOOD = Facts(1280, 853, 3, "RGB", "JPEG", 300_000, "0" * 64)


def image(key: str = "cat1.jpg", *labels: str) -> dict[str, Any]:
    """An image-level line; cat without labels given."""
    return image_line(f"s3://pets/{key}", labels or ("cat",), CREATED)


def boxed(key: str = "cat1.jpg", *boxes: tuple[int, int, int, int], label: str = "cat") -> dict[str, Any]:
    """An object-detection line of a 640 x 480 image with boxes of (left, top, width, height)."""
    boxes = boxes or ((10, 20, 100, 200),)
    return {
        "source-ref": f"s3://pets/{key}",
        "box": {
            "image_size": [{"width": 640, "height": 480, "depth": 3}],
            "annotations": [{"class_id": 0, "left": left, "top": top, "width": width, "height": height}
                            for left, top, width, height in boxes],
        },
        "box-metadata": {
            "objects": [{"confidence": 1} for _ in boxes],
            "class-map": {"0": label},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": "2026-11-23T09:30:00",
            "job-name": "labeling-job/box",
        },
    }


def pets(cats: int = 20, dogs: int = 20) -> list[dict[str, Any]]:
    return ([image(f"cat{number}.jpg") for number in range(cats)]
            + [image(f"dog{number}.jpg", "dog") for number in range(dogs)])


def manifest(*lines: dict[str, Any] | str) -> bytes:
    return "".join((line if isinstance(line, str) else dump_line(line)) + "\n" for line in lines).encode()


def seen(source_ref: str) -> Facts:
    """A look that finds every image good."""
    return GOOD


def looking(unlike: dict[str, Facts | None]) -> Callable[[str], Facts | None]:
    """A look that finds every image good but those that are named, by source-ref."""
    return lambda source_ref: unlike.get(source_ref, GOOD)


def changed(line: dict[str, Any], path: Sequence[str | int], value: Any = ...) -> dict[str, Any]:
    """A copy of the line with the member at `path` set, or taken away when no value is given."""
    copy: Any = json.loads(json.dumps(line))
    holder = copy
    for step in path[:-1]:
        holder = holder[step]
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return copy

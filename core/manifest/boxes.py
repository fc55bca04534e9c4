"""Rules for an object-detection label attribute: the image's size, its boxes, and the metadata that names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core import limits
from core.manifest.metadata import BOX_RULES, too_long, wrong
from core.manifest.types import Defect
from core.types import Box

_SIZE = ("width", "height", "depth")
_EDGES = ("class_id", "left", "top", "width", "height")


def read(attribute: str, value: object, metadata: dict[str, Any], before: int = 0) -> tuple[list[Box], list[Defect]]:
    """The good boxes of one attribute, and what is wrong. `before` is how many boxes the line had before this one."""
    place = f"{attribute}-metadata"
    defects = list(_format(attribute, value))
    if reasons := wrong(metadata, BOX_RULES):
        defects.append(Defect("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", place, "; ".join(reasons)))
    if defects or not isinstance(value, dict):
        return [], defects
    if defects := list(_naming(place, value["annotations"], metadata)):
        return [], defects
    return _measure(attribute, value["image_size"][0], value["annotations"], metadata["class-map"], before)


def _format(attribute: str, value: object) -> Iterator[Defect]:
    """The attribute's own schema. The guide is of two minds about absent annotations; here they are an error."""
    code = "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"
    if not isinstance(value, dict):
        yield Defect(code, f"{attribute}-metadata", f'"{attribute}" is not an object with image_size and annotations',
                     attribute)
        return
    if not _is_size(value.get("image_size")):
        yield Defect(code, attribute, "image_size is not a list of one whole width, height and depth", attribute)
    annotations = value.get("annotations")
    if not isinstance(annotations, list) or not all(_whole(item, _EDGES) for item in annotations):
        reason = "annotations is not a list of whole class_id, left, top, width and height"
        yield Defect(code, attribute, reason, attribute)


def _is_size(value: object) -> bool:
    if not (isinstance(value, list) and len(value) == 1 and _whole(value[0], _SIZE)):
        return False
    return min(value[0]["width"], value[0]["height"]) > 0


def _whole(item: object, names: tuple[str, ...]) -> bool:
    return isinstance(item, dict) and all(type(item.get(name)) is int for name in names)


def _naming(place: str, annotations: list[dict[str, int]], metadata: dict[str, Any]) -> Iterator[Defect]:
    """Every box needs its confidence, and every class_id its label."""
    confident = [item for item in metadata["objects"] if "confidence" in item]
    if len(confident) < len(annotations) or len(confident) < len(metadata["objects"]):
        yield Defect("ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", place, "objects has fewer confidences than boxes")
    elif len(confident) > len(annotations):
        yield Defect("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", place, "objects has more entries than boxes")
    if any(str(item["class_id"]) not in metadata["class-map"] for item in annotations):
        yield Defect("ERROR_MISSING_CLASS_MAP_ID", place, "a class_id is not in class-map")
    if any(too_long(name) for name in metadata["class-map"].values()):
        yield Defect("ERROR_INVALID_LABEL_NAME_LENGTH", place, "a label has more than 255 characters")


def _measure(
    attribute: str, size: dict[str, int], annotations: list[dict[str, int]], names: dict[str, str], before: int
) -> tuple[list[Box], list[Defect]]:
    """The boxes that lie in the image and are large enough, and what is wrong with the others."""
    boxes: list[Box] = []
    defects: list[Defect] = []
    if not all(limits.MIN_SIDE <= size[name] <= limits.MAX_SIDE for name in ("width", "height")):
        defects.append(Defect("ERROR_INVALID_IMAGE_DIMENSION", "", "image_size has a side outside 64-4096 pixels"))
    if not annotations:
        defects.append(Defect("WARNING_NO_ATTRIBUTE_ANNOTATIONS", attribute, "it has no bounding boxes"))
    if before + len(annotations) > limits.MAX_BOXES_PER_IMAGE:
        defects.append(Defect("ERROR_TOO_MANY_BOUNDING_BOXES", attribute, "the image has more than 50 boxes"))
    for number, item in enumerate(annotations):
        fault = _fault(item, size)
        if fault is None:
            name = names[str(item["class_id"])]
            boxes.append(Box(name, item["left"], item["top"], item["width"], item["height"]))
        else:
            defects.append(Defect(fault[0], f"{attribute}.annotations.{number}", fault[1]))
    return boxes, defects


def _fault(item: dict[str, int], size: dict[str, int]) -> tuple[str, str] | None:
    """(code, reason) of a box that can't be used. Size counts after the service's own scaling to 1280 pixels."""
    left, top, width, height = item["left"], item["top"], item["width"], item["height"]
    if min(left, top, width, height) < 0 or left + width > size["width"] or top + height > size["height"]:
        return "ERROR_INVALID_BOUNDING_BOX", "a box reaches outside the image, or has a negative value"
    longest = max(size["width"], size["height"], limits.TRAINING_SIDE)
    # in whole numbers, because a scale of 1280 / longest would round
    if min(width, height) * limits.TRAINING_SIDE <= longest:
        return "ERROR_BOUNDING_BOX_TOO_SMALL", "a box is at most 1 pixel wide or high at training size"
    return None

"""Mends the label attributes of one line: each function takes values as they were found and gives the best reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core import limits
from core.manifest.lines import BOX_TYPE, IMAGE_TYPE
from core.manifest.metadata import is_moment, is_share

_MISSPELT = re.compile(r"(.+?)[-_. ]?meta(?:[-_ ]?data)?", re.IGNORECASE | re.DOTALL)
_LABEL = re.compile(r"(?:class|label|category|tag)(?:[-_ ]?name)?", re.IGNORECASE)  # what people call a label's member

Classes = Mapping[str, Mapping[str, str]]
"""What other lines of a manifest say of a class_id: attribute -> class_id -> label."""


def mend_labels(members: dict[str, Any], moment: str, classes: Classes) -> dict[str, Any]:
    """The line with every label attribute mended as far as its own values tell, and `classes` the labels of boxes."""
    mended = _spread(_paired(members))
    for attribute in [key for key in mended if f"{key}-metadata" in mended and key != "source-ref"]:
        value, metadata = mended[attribute], mended[f"{attribute}-metadata"]
        if isinstance(metadata, dict) and not _is_other_job(value, metadata):
            known = classes.get(attribute, {})
            mended[attribute], mended[f"{attribute}-metadata"] = (
                _boxes(value, _named_classes(value, metadata, known), moment) if isinstance(value, dict)
                else _image_label(value, dict(metadata), moment))
    return mended


def _is_other_job(value: Any, metadata: dict[str, Any]) -> bool:
    """Whether another kind of labelling job wrote this, such as segmentation, of which no label can be made."""
    kind = metadata.get("type")
    return (isinstance(kind, str) and kind.lower().startswith("groundtruth/") and not isinstance(value, dict)
            and not kind.lower().startswith(IMAGE_TYPE))


def _named_classes(value: dict[str, Any], metadata: dict[str, Any], known: Mapping[str, str]) -> dict[str, Any]:
    """The metadata with the labels of those class_ids that its class-map lacks and the other lines agree on."""
    names, annotations = metadata.get("class-map"), value.get("annotations")
    if not isinstance(names, dict) or not isinstance(annotations, list):
        return dict(metadata)
    used = {str(item.get("class_id")) for item in annotations if isinstance(item, dict)}
    missing = {number: known[number] for number in used - names.keys() if number in known}
    return metadata | {"class-map": names | missing} if missing else dict(metadata)


def _paired(members: dict[str, Any]) -> dict[str, Any]:
    """The line with misspelt metadata keys renamed, empty metadata for a label that is a text and nothing else, and 0
    for an image-level attribute that is missing."""
    paired = dict(members)
    for key in members:
        match = _MISSPELT.fullmatch(key)
        if match and match[1] in members and f"{match[1]}-metadata" not in members:
            paired[f"{match[1]}-metadata"] = paired.pop(key)
    texts = [key for key, value in paired.items() if _is_text(value) and _LABEL.fullmatch(key)]
    if len(texts) == 1 and not any(key.endswith("-metadata") for key in paired):
        paired[f"{texts[0]}-metadata"] = {}
    for key in [key for key in paired if key.endswith("-metadata")]:
        value = paired[key]
        if isinstance(value, dict) and "class-name" in value and key.removesuffix("-metadata") not in paired:
            paired[key.removesuffix("-metadata")] = 0
    return paired


def _spread(members: dict[str, Any]) -> dict[str, Any]:
    """The line with a SageMaker list of several labels written as one pair of attribute and metadata a label."""
    spread = dict(members)
    for attribute, value in members.items():
        metadata = members.get(f"{attribute}-metadata")
        names = metadata.get("class-map") if isinstance(metadata, dict) else None
        if not isinstance(value, list) or not isinstance(metadata, dict) or not isinstance(names, dict):
            continue
        confidences = metadata.get("confidence-map")
        common = {key: item for key, item in metadata.items() if key not in ("class-map", "confidence-map", "type")}
        del spread[attribute], spread[f"{attribute}-metadata"]
        for number, label in enumerate(value):
            confidence = confidences.get(str(label), 1) if isinstance(confidences, dict) else 1
            spread[f"{attribute}{number}"] = label
            spread[f"{attribute}{number}-metadata"] = {
                **common, "class-name": names.get(str(label)), "confidence": confidence, "type": IMAGE_TYPE}
    return spread


def _image_label(value: Any, metadata: dict[str, Any], moment: str) -> tuple[Any, dict[str, Any]]:
    if isinstance(value, str) and value and not _is_text(metadata.get("class-name")):
        metadata["class-name"] = value
    metadata["confidence"] = share(metadata.get("confidence"))
    return (value if type(value) is int else 0), _common(metadata, IMAGE_TYPE, moment)


def _common(metadata: dict[str, Any], kind: str, moment: str) -> dict[str, Any]:
    metadata["type"] = kind
    metadata["human-annotated"] = annotated(metadata.get("human-annotated"))
    metadata["creation-date"] = created(metadata.get("creation-date"), moment)
    if not isinstance(metadata.get("job-name", ""), str):
        del metadata["job-name"]
    return metadata


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def share(value: object) -> float:
    """A confidence from 0 to 1: a percentage is divided, a text is read, anything else counts as 1."""
    if is_share(value):
        return value  # type: ignore[return-value]
    try:
        number = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else 1.0
    except (ValueError, OverflowError):
        return 1
    number = number / 100 if 1 < number <= 100 else number
    return number if is_share(number) else 1


def annotated(value: object) -> str:
    """'yes' or 'no'. What says neither counts as yes, since somebody wrote the label."""
    return "no" if str(value).strip().lower() in ("no", "n", "false", "0") else "yes"


def created(value: object, moment: str) -> str:
    """The date as it is, a day with midnight added, or `moment` when it can't be read."""
    if isinstance(value, str):
        for candidate in (value, value.strip(), f"{value.strip()}T00:00:00"):
            if is_moment(candidate):
                return candidate
    return moment


def _boxes(value: dict[str, Any], metadata: dict[str, Any], moment: str) -> tuple[Any, dict[str, Any]]:
    """Boxes cut off at the edge of the image, in whole pixels, each with its confidence; useless ones are dropped."""
    mended = {**value, "image_size": _size(value.get("image_size"))}
    annotations = value.get("annotations")
    if isinstance(annotations, list) and all(isinstance(item, dict) for item in annotations):
        objects = metadata.get("objects")
        found = objects if isinstance(objects, list) else []
        shares = [item.get("confidence") if isinstance(item, dict) else None for item in found]
        pairs = [({**item, **_edges(item, mended["image_size"])}, {"confidence": share(confidence)})
                 for item, confidence in zip(annotations, shares + [None] * len(annotations), strict=False)]
        good = [pair for pair in pairs if not _too_small(pair[0], mended["image_size"])] or pairs
        mended["annotations"], metadata["objects"] = [box for box, _ in good], [part for _, part in good]
    return mended, _common(metadata, BOX_TYPE, moment)


def _size(found: Any) -> Any:
    """image_size as a list of one size in whole pixels; a missing depth is that of a colour image."""
    size = found[0] if isinstance(found, list) and len(found) == 1 else found
    if not isinstance(size, dict):
        return found
    return [{**size, "depth": _whole(size.get("depth", 3)), **{
        name: _whole(size[name]) for name in ("width", "height") if name in size}}]


def _whole(value: Any) -> Any:
    """A number, or a number as text, as the nearest whole one; anything else as it is."""
    try:
        return round(float(value)) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else value
    except (ValueError, OverflowError):
        return value


def _edges(item: dict[str, Any], image_size: Any) -> dict[str, Any]:
    """The box's whole numbers, cut off at the image's edges where both are known."""
    names = ("class_id", "left", "top", "width", "height")
    box = {name: _whole(item[name]) for name in names if name in item}
    size = _known(image_size)
    for start, extent in (("left", "width"), ("top", "height")):
        if all(type(number) is int for number in (box.get(start), box.get(extent), size.get(extent))):
            first = min(max(box[start], 0), size[extent])
            last = min(max(box[start] + box[extent], first), size[extent])
            box[start], box[extent] = first, last - first
    return box


def _known(image_size: Any) -> dict[str, Any]:
    """The one size in image_size, empty when there is none."""
    return image_size[0] if isinstance(image_size, list) and image_size and isinstance(image_size[0], dict) else {}


def _too_small(box: dict[str, Any], image_size: Any) -> bool:
    size = _known(image_size)
    sides = [box.get("width"), box.get("height"), size.get("width"), size.get("height")]
    if not all(type(side) is int for side in sides):
        return False
    longest = max(size["width"], size["height"], limits.TRAINING_SIDE)
    return bool(min(box["width"], box["height"]) * limits.TRAINING_SIDE <= longest)

"""Rules for an image-level label attribute: a whole number, and beside it the metadata that names the label."""

from __future__ import annotations

from typing import Any

from core.manifest.metadata import IMAGE_RULES, too_long, wrong
from core.manifest.types import Defect


def read(attribute: str, value: object, metadata: dict[str, Any]) -> tuple[str | None, list[Defect]]:
    """The label of one attribute, or None with what is wrong. The value itself is a number that nobody reads."""
    place = f"{attribute}-metadata"
    # a number or a text has no room for an error list, so AWS's samples put the attribute's errors in its metadata
    defects = [
        Defect("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", place, reason, attribute)
        for reason in _not_a_whole_number(attribute, value)
    ]
    if reasons := wrong(metadata, IMAGE_RULES):
        defects.append(Defect("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", place, "; ".join(reasons)))
    elif too_long(metadata["class-name"]):
        defects.append(Defect("ERROR_INVALID_LABEL_NAME_LENGTH", place, "the label has more than 255 characters"))
    return (None if defects else metadata["class-name"]), defects


def _not_a_whole_number(attribute: str, value: object) -> list[str]:
    if type(value) is int:
        return []
    held = "text" if isinstance(value, str) else "no whole number"
    return [f'"{attribute}" holds {held}, where a whole number such as 0 belongs']

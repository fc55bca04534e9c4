"""Rules for the image that a line names, by the facts that one look at the file gives."""

from __future__ import annotations

from core import limits
from core.manifest.types import Defect
from core.types import Facts

# Pillow's name for a JPEG with further pictures behind the first, as many phones write it.
_FORMATS = (*limits.FORMATS, "MPO")


def image_defect(facts: Facts | None, boxed: bool) -> Defect | None:
    """What is wrong with an image of a line (`boxed`: the line has boxes). None for facts means no readable image."""
    reason = _unusable(facts)
    if reason is not None or facts is None:
        return Defect("ERROR_INVALID_IMAGE", "", reason or "")
    if (reason := _wrong_sides(facts)) is not None:
        return Defect("ERROR_INVALID_IMAGE_DIMENSION" if boxed else "ERROR_INVALID_IMAGE", "", reason)
    return None


def _unusable(facts: Facts | None) -> str | None:
    if facts is None:
        return "the image is missing in S3, or is not a readable image"
    if facts.format not in _FORMATS:
        return "the image is neither JPEG nor PNG"
    if facts.bytes > limits.MAX_FILE_BYTES:
        return "the image file is over 15 MB"
    shorter, longer = sorted(facts.upright_size)
    return "the image is over 20 times as long as it is wide" if longer > limits.MAX_ASPECT * shorter else None


def _wrong_sides(facts: Facts) -> str | None:
    shorter, longer = sorted(facts.upright_size)
    if longer > limits.MAX_SIDE:
        return "the image has a side over 4096 pixels"
    if shorter < limits.MIN_SIDE:
        return "the image has a side under 64 pixels"
    return None


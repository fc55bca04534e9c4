"""Rules for the image that a line names, by the facts that one look at the file gives."""

from __future__ import annotations

import enum
from collections.abc import Callable

from core import limits
from core.manifest.types import Defect
from core.types import Facts


class Absent(enum.Enum):
    """Why nothing is known of an image: S3 has none, it is no image or of another format, or S3 does
    not give it."""

    MISSING = "the image is missing in S3"
    UNREADABLE = "the file is not an image, or is broken"
    OTHER = "the image is neither JPEG nor PNG"
    DENIED = "S3 does not let these credentials read the image"
    ELSEWHERE = "the image's bucket is in another region"


Look = Callable[[str], Facts | Absent | None]
"""Gives the facts of the image at an S3 URI, or why there are none; None where nobody knows why."""

# What ends a training when it holds for every image. Which code a region has the guide does not say: it is our reading.
REFUSALS: dict[Absent | None, str] = {
    Absent.DENIED: "ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET",
    Absent.ELSEWHERE: "ERROR_FAILED_IMAGES_S3_COPY",
}


def image_defect(facts: Facts | Absent | None, boxed: bool) -> Defect | None:
    """What is wrong with the image of a line, by what a look at it gave (`boxed`: the line has boxes)."""
    if not isinstance(facts, Facts):
        reason = facts.value if facts else "the image is missing in S3, or can't be read"
        return Defect("ERROR_INVALID_IMAGE", "", reason)
    of_the_file, of_the_sides, of_the_shape = _file(facts), _sides(facts), _shape(facts)
    if not (of_the_file or of_the_sides or of_the_shape):
        return None
    only_sides = boxed and of_the_sides and not of_the_file
    code = "ERROR_INVALID_IMAGE_DIMENSION" if only_sides else "ERROR_INVALID_IMAGE"
    return Defect(code, "", "; ".join(of_the_file + of_the_sides + of_the_shape))


def _file(facts: Facts) -> list[str]:
    wrong = [] if facts.format in limits.FORMATS else ["the image is neither JPEG nor PNG"]
    return wrong + (["the image file is over 15 MB"] if facts.bytes > limits.MAX_FILE_BYTES else [])


def _sides(facts: Facts) -> list[str]:
    wrong = ["the image has a side over 4096 pixels"] if max(facts.upright_size) > limits.MAX_SIDE else []
    return wrong + (["the image has a side under 64 pixels"] if min(facts.upright_size) < limits.MIN_SIDE else [])


def _shape(facts: Facts) -> list[str]:
    too_thin = max(facts.upright_size) > limits.MAX_ASPECT * min(facts.upright_size)
    return ["one side of the image is over 20 times the other"] if too_thin else []

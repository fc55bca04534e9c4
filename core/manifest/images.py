"""Rules for the image that a line names, by the facts that one look at the file gives."""

from __future__ import annotations

from core import limits
from core.manifest.types import Defect
from core.types import Facts


def image_defect(facts: Facts | None, boxed: bool) -> Defect | None:
    """What is wrong with the image of a line (`boxed`: the line has boxes). None for facts means no readable image."""
    if facts is None:
        return Defect("ERROR_INVALID_IMAGE", "", "the image is missing in S3, or can't be read")
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

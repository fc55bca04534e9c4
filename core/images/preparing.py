"""A photo made ready for one request: DetectCustomLabels takes JPEG or PNG of 64 to 4096 pixels a side and 4 MB."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadImage
from core.images import encoding, pixels, reading, reducing, verdicts
from core.limits import MAX_ASPECT, MAX_REQUEST_BYTES
from core.types import Facts

QUALITY = 90
SKETCH = 64  # pixels of a side, at which a JPEG is read to its end in a fraction of the time
TAIL = 1024  # bytes within which a whole file has its end
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}  # which its pixels do not hold


@dataclass(frozen=True, slots=True)
class Prepared:
    """The bytes to send, the picture's size in pixels, and in words what was changed for it."""

    data: bytes
    width: int
    height: int
    changes: tuple[str, ...]


def prepare(source: Path | bytes, longest: int = 1280) -> Prepared:
    """The photo as Rekognition takes it. What fits already stays as it is, byte for byte.

    What does not is shrunk to `longest`, or enlarged. BadImage when it can't be read, or is too long and thin.
    """
    data = reading.read_bytes(source)
    image = reading.header(data)
    facts = reading.facts_of(image, data)
    if _fits(facts):
        if _ENDS.get(facts.format, b"\0") not in data[-TAIL:]:
            reading.decode(image, SKETCH)  # what is cut off should fail here, with a reason, and not at the service
        return Prepared(data, facts.width, facts.height, ())
    if max(facts.upright_size) > MAX_ASPECT * min(facts.upright_size):
        sides = f"{facts.width} x {facts.height} pixels"
        raise BadImage(f"{sides}: one side is over {MAX_ASPECT:.0f} times the other. Crop it first.")
    size = pixels.allowed(facts.upright_size, longest)
    picture = pixels.resized(reducing.decode(data, image, facts, max(size)), size)
    format = "PNG" if facts.format == "PNG" else "JPEG"
    sent, picture = encoding.encode(picture, format, QUALITY, MAX_REQUEST_BYTES)
    return Prepared(sent, *picture.size, tuple(_changes(facts, picture.size, format)) or ("encoded again",))


def _fits(facts: Facts) -> bool:
    return facts.orientation == 1 and facts.bytes <= MAX_REQUEST_BYTES and not verdicts.refusals(facts)


def _changes(facts: Facts, after: pixels.Size, format: str) -> Iterator[str]:
    """What was done, in the words that a page shows."""
    before = facts.upright_size
    if facts.orientation != 1:
        yield "turned upright"
    if after != before:
        done = "shrunk" if max(after) < max(before) else "enlarged"
        yield f"{done} from {before[0]} x {before[1]} to {after[0]} x {after[1]}"
    if facts.frames > 1:
        yield "first picture of an animation"
    if facts.format != format:
        yield f"converted from {facts.format} to {format}"
    if facts.mode not in verdicts.USUAL_MODES:
        yield f"converted from {facts.mode} to RGB"

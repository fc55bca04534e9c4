"""Cleaned copies of photos: within Rekognition's limits, upright, RGB, without metadata. Originals stay as they are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from PIL import Image

from core.errors import BadImage, BadPath
from core.files import write_atomically
from core.images import encoding, metadata, pixels, reading
from core.limits import FORMATS, MAX_ASPECT, MAX_FILE_BYTES, MAX_SIDE, MIN_SIDE, SUFFIXES, TRAINING_SIDE
from core.types import Cleaned, Facts, Photo

MIN_CONTENT = 16  # pixels; a shorter side than this shows nothing, however much it is enlarged
MAX_NAME_BYTES = 255


@dataclass(frozen=True, slots=True)
class Recipe:
    """How photos are cleaned: longest side in pixels (64-4096), format, and JPEG quality (1-95)."""

    longest: int = TRAINING_SIDE
    format: Literal["keep", "JPEG", "PNG"] = "keep"
    quality: int = 90

    def __post_init__(self) -> None:
        if not MIN_SIDE <= self.longest <= MAX_SIDE or not 1 <= self.quality <= 95:
            raise ValueError(f"not a recipe: longest side {self.longest}, quality {self.quality}")

    @property
    def key(self) -> str:
        """Names the recipe: copies made with the same key from the same photo are the same."""
        return f"{self.format}-{self.longest}-{self.quality}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What cleaning will do to a photo, in words, nothing when it is fine; `leave_out` says why it gets no copy."""

    actions: tuple[str, ...]
    leave_out: str | None = None


def plan(photo: Photo, recipe: Recipe) -> Plan:
    """What `clean` will do, from what is known of the photo; its file is not read."""
    for problem in photo.problems:
        if problem.code in ("unreadable", "truncated", "bomb"):
            return Plan((), problem.message)
    if photo.facts is None:
        return Plan((), "It has not been looked at yet. Scan the photos first.")
    return _plan(photo.facts, photo.name, recipe)


def clean(photo: Photo, recipe: Recipe, folder: Path) -> Cleaned:
    """Write the cleaned copy into `folder`, whole or not at all; what can't be used is left out with its reason.

    Raises BadPath when the copy would lie outside `folder`, or over the original.
    """
    try:
        data = reading.read_bytes(Path(photo.path))
        image = reading.header(data)
        facts = reading.facts_of(image, data)
        todo = _plan(facts, photo.name, recipe)
        if todo.leave_out:
            return Cleaned(photo.id, None, (), todo.leave_out)
        copy, (width, height) = _copy(data, image, facts, recipe, todo)
    except BadImage as error:
        return Cleaned(photo.id, None, (), error.message)
    path = _target(photo, _format(facts, recipe), folder)
    write_atomically(path, copy)
    digest = hashlib.sha256(copy).hexdigest()
    return Cleaned(photo.id, str(path), todo.actions, None, width, height, len(copy), digest)


def clean_name(name: str, format: str) -> str:
    """The name of a photo's copy: its own if the suffix fits `format`, else with the right suffix behind it.

    Behind and not instead, so that "a.png" and "a.jpg" stay two files.
    """
    path = PurePosixPath(name)
    if path.suffix.lower() in SUFFIXES[format]:
        return name
    suffix = SUFFIXES[format][0]
    if len(path.name.encode()) + len(suffix) <= MAX_NAME_BYTES:
        return name + suffix
    digest = hashlib.sha256(path.name.encode()).hexdigest()[:12]
    kept = path.name.encode()[: MAX_NAME_BYTES - len(suffix) - len(digest) - 1].decode(errors="ignore")
    return str(path.with_name(f"{kept}-{digest}{suffix}"))


def _plan(facts: Facts, name: str, recipe: Recipe) -> Plan:
    size = f"{facts.width} x {facts.height} pixels"
    if min(facts.width, facts.height) < MIN_CONTENT:
        return Plan((), f"{size} are too few to show anything.")
    if max(facts.width, facts.height) > MAX_ASPECT * min(facts.width, facts.height):
        return Plan((), f"{size}: one side is over {MAX_ASPECT:.0f} times the other. Crop it with a photo editor.")
    before, after = facts.upright_size, pixels.allowed(facts.upright_size, recipe.longest)
    format = _format(facts, recipe)
    actions = {
        "shrink": max(after) < max(before),
        "enlarge": max(after) > max(before),
        "turn upright": facts.orientation != 1,
        "convert to RGB": facts.mode != "RGB",
        "keep the first picture": facts.frames > 1,
        "re-encode": facts.format != format or facts.bytes > MAX_FILE_BYTES,
        "rename": clean_name(name, format) != name,
    }
    return Plan(tuple(action for action, needed in actions.items() if needed))


def _format(facts: Facts, recipe: Recipe) -> str:
    if recipe.format != "keep":
        return recipe.format
    return facts.format if facts.format in FORMATS else "JPEG"


def _copy(data: bytes, image: Image.Image, facts: Facts, recipe: Recipe, todo: Plan) -> tuple[bytes, pixels.Size]:
    """The copy's bytes and its size in pixels. Where no pixel changes, none is encoded again."""
    size = pixels.allowed(facts.upright_size, recipe.longest)
    picture = reading.decode(image, max(size))
    if set(todo.actions) <= {"rename"} and (same := metadata.without_metadata(data, facts.format)):
        return same, picture.size
    picture = pixels.resized(picture, size)
    copy, picture = encoding.encode(picture, _format(facts, recipe), recipe.quality, MAX_FILE_BYTES)
    return copy, picture.size


def _target(photo: Photo, format: str, folder: Path) -> Path:
    path = folder / clean_name(photo.name, format)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BadPath(f"{photo.name} would be written outside its folder.")
    if path.resolve() == Path(photo.path).resolve():
        raise BadPath(f"{photo.name} would be written over its original. Choose another folder for the copies.")
    return path

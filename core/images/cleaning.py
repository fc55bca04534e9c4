"""Cleaned copies of photos: in Rekognition's limits, upright, sRGB, without metadata. Originals stay as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from PIL import Image

from core.errors import BadImage, BadPath
from core.files import write_atomically
from core.images import encoding, metadata, pixels, reading, reducing
from core.limits import FORMATS, MAX_ASPECT, MAX_FILE_BYTES, MAX_SIDE, MIN_SIDE, SUFFIXES, TRAINING_SIDE
from core.types import Cleaned, Facts, Photo

MIN_CONTENT = 16  # pixels; a shorter side than this shows nothing, however much it is enlarged
MAX_NAME_BYTES = 255
FAITHFUL = 95  # JPEG quality where nothing but the metadata should change, and the file's parts can't be told
METHOD = 2  # grows when the same recipe comes to make other copies, which are then made anew


@dataclass(frozen=True, slots=True)
class Recipe:
    """How photos are cleaned: longest side in pixels (64-4096), format, and JPEG quality (1-95)."""

    longest: int = TRAINING_SIDE
    format: Literal["keep", "JPEG", "PNG"] = "keep"
    quality: int = 90

    def __post_init__(self) -> None:
        if not MIN_SIDE <= self.longest <= MAX_SIDE or not 1 <= self.quality <= 95:
            raise ValueError(f"not a recipe: longest side {self.longest}, quality {self.quality}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What cleaning will do to a photo, in words, nothing when it is fine; `leave_out` says why it gets no copy.

    `why` has a reason for each of the actions. `makes` names what comes out, so far as photo and recipe decide it: the
    same photo with the same `makes` gives the same copy.
    """

    actions: tuple[str, ...]
    leave_out: str | None = None
    why: tuple[str, ...] = ()
    makes: str = ""

    @property
    def reasons(self) -> str:
        """Why it is left out, or each action with its reason: "shrink (6000 x 4000 to 1280 x 853)"."""
        each = zip(self.actions, self.why, strict=True)
        return self.leave_out or ", ".join(f"{action} ({why})" for action, why in each)


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
        todo, format, copy, size = make(data, photo.name, recipe)
    except BadImage as error:
        return Cleaned(photo.id, None, (), error.message)
    if copy is None:
        return Cleaned(photo.id, None, (), todo.leave_out)
    path = _target(photo, format, folder)
    write_atomically(path, copy)
    digest = hashlib.sha256(copy).hexdigest()
    return Cleaned(photo.id, str(path), todo.actions, None, *size, len(copy), digest)


def make(data: bytes, name: str, recipe: Recipe) -> tuple[Plan, str, bytes | None, pixels.Size]:
    """What was done to the photo `data`, and its copy: format, bytes (None when left out), and size in pixels.

    Raises BadImage when it can't be read.
    """
    image = reading.header(data)
    facts = reading.facts_of(image, data, sha256="-")  # what there is to do does not depend on it
    todo, format = _plan(facts, name, recipe), _format(facts, recipe)
    if todo.leave_out:
        return todo, format, None, (0, 0)
    copy, size = _copy(data, image, facts, recipe, todo)
    return todo, format, copy, size


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
    steps = dict(_steps(facts, name, recipe))
    return Plan(tuple(steps), None, tuple(steps.values()), _makes(facts, name, recipe, steps.keys() <= {"rename"}))


def _steps(facts: Facts, name: str, recipe: Recipe) -> Iterator[tuple[str, str]]:
    """(action, why) of everything that there is to do."""
    before, after = facts.upright_size, pixels.allowed(facts.upright_size, recipe.longest)
    format = _format(facts, recipe)
    if after != before:
        done = "shrink" if max(after) < max(before) else "enlarge"
        yield done, f"{before[0]} x {before[1]} to {after[0]} x {after[1]}"
    if facts.orientation != 1:
        yield "turn upright", f"EXIF orientation {facts.orientation}"
    if facts.mode != "RGB":
        yield "convert to RGB", f"it is {facts.mode}"
    if facts.profile:
        yield "convert to sRGB", f"its colours are {facts.profile}"
    if facts.frames > 1:
        yield "keep the first picture", f"it has {facts.frames}"
    if facts.format != format:
        yield "re-encode", f"{facts.format} to {format}"
    elif facts.bytes > MAX_FILE_BYTES:
        yield "re-encode", f"{facts.bytes / 2**20:.1f} MB are over {MAX_FILE_BYTES // 2**20}"
    if clean_name(name, format) != name:
        yield "rename", f"it becomes {format}"


def _makes(facts: Facts, name: str, recipe: Recipe, as_it_is: bool) -> str:
    """The part of the recipe that tells in this photo's copy: of PNG no quality, of what stays as it is nothing."""
    format = _format(facts, recipe)
    made = f"{METHOD} {clean_name(name, format)}"
    if as_it_is:
        return made
    width, height = pixels.allowed(facts.upright_size, recipe.longest)
    return f"{made} {width} x {height}" + (f" {recipe.quality}" if format == "JPEG" else "")


def _format(facts: Facts, recipe: Recipe) -> str:
    if recipe.format != "keep":
        return recipe.format
    return facts.format if facts.format in FORMATS else "JPEG"


def _copy(data: bytes, image: Image.Image, facts: Facts, recipe: Recipe, todo: Plan) -> tuple[bytes, pixels.Size]:
    """The copy's bytes and its size in pixels. Where no pixel changes, none is encoded again."""
    size = pixels.allowed(facts.upright_size, recipe.longest)
    picture = reducing.decode(data, image, facts, max(size))
    as_it_is = set(todo.actions) <= {"rename"}
    if as_it_is and (same := metadata.without_metadata(data, facts.format)):
        return same, picture.size
    quality = FAITHFUL if as_it_is else recipe.quality
    picture = pixels.resized(picture, size)
    copy, picture = encoding.encode(picture, _format(facts, recipe), quality, MAX_FILE_BYTES)
    return copy, picture.size


def _target(photo: Photo, format: str, folder: Path) -> Path:
    path = folder / clean_name(photo.name, format)
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BadPath(f"{photo.name} would be written outside its folder.")
    if path.resolve() == Path(photo.path).resolve():
        raise BadPath(f"{photo.name} would be written over its original. Choose another folder for the copies.")
    return path

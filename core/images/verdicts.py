"""What is wrong with a photo: what Rekognition refuses, and, apart from it, what may hurt a model."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadImage
from core.images import duplicates, quality, reading, thumbnails
from core.images.cleaning import MIN_CONTENT
from core.images.likeness import DEFAULT_LOOKS_LIKE_OTHER, DEFAULT_OUTLIER
from core.limits import FORMATS, MAX_ASPECT, MAX_FILE_BYTES, MAX_SIDE, MIN_SIDE
from core.types import Facts, Problem, Quality

LOOK = 4  # raised when a look finds other facts, scores or fingerprints, so that every photo is looked at anew
BROKEN = ("unreadable", "truncated", "bomb")  # what only decoding tells

# The longest side of the one picture that scores, fingerprint and thumbnail are made of: from what a model learns from
# to what a gallery shows.
WORKING = 240, thumbnails.LONGEST

# Format by suffix, for the suffixes that promise one.
_PROMISES = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG", ".png": "PNG", ".gif": "GIF", ".webp": "WEBP",
    ".bmp": "BMP", ".tif": "TIFF", ".tiff": "TIFF", ".avif": "AVIF",
}  # fmt: skip
USUAL_MODES = ("RGB", "RGBA", "L", "LA", "P", "PA", "1")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a photo begins to be suspect. The first four are scores of `Quality`, 0-1.

    The defaults lie where ordinary photos end: of 120 ordinary ones at most one is beyond each, and of photos spoilt so
    that a person sees it at once nearly all are.
    """

    dark: float = 0.34  # highlights under this: nothing in the picture is lit, as a subject before a dark ground is
    light: float = 0.50  # shadows over this: nothing in it is dark, as a subject before a white ground is
    blurry: float = 0.32  # sharpness under this
    low_information: float = 0.52  # information under this
    odd_size: float = 3.0  # so many times the spread (interquartile range, in octaves) from the usual size of the set
    unusual_aspect: float = 1.9  # so many times as long, or as square, as the usual photo of the set
    outlier: float = DEFAULT_OUTLIER
    looks_like_other: float = DEFAULT_LOOKS_LIKE_OTHER


@dataclass(frozen=True, slots=True)
class Limit:
    """A verdict about one score: its code, which is also the threshold's name, and its sentence."""

    code: str
    score: str
    over: bool
    sentence: str

    def problem(self, score: float, limit: float) -> Problem:
        """The verdict in words, with the score and the threshold that it is beyond."""
        digits = 4 if round(score, 2) == round(limit, 2) else 2
        return _said(self, round(score, digits), round(limit, digits), digits - 2)


@functools.lru_cache(4096)
def _said(rule: Limit, score: float, limit: float, digits: int) -> Problem:
    """The same sentence is needed for many photos."""
    figures = f"{100 * score:.{digits}f} %, {'over' if rule.over else 'under'} {100 * limit:.{digits}f} %"
    return Problem(rule.code, f"{rule.sentence} {figures}.", "hurts")


LIMITS = (
    Limit("dark", "highlights", False, "It is dark: even its lightest parts have a brightness of"),
    Limit("light", "shadows", True, "It is light: even its darkest parts have a brightness of"),
    Limit("blurry", "sharpness", False, "It is blurred: sharpness"),
    Limit("low_information", "information", False, "It shows next to nothing: information"),
)


@dataclass(frozen=True, slots=True)
class Inspection:
    """What one look at a file gave. What could not be found out is None, and `problems` says why."""

    facts: Facts | None
    quality: Quality | None
    fingerprint: str | None
    problems: tuple[Problem, ...]
    thumbnail: bytes | None


def inspect(source: Path | bytes, name: str = "", sha256: str | None = None) -> Inspection:
    """Everything about a photo from one read of its file and one decoding. A bad image is a result, not an error.

    `sha256` of the bytes saves working it out again. Without a name nothing is said about its suffix.
    """
    try:
        data = reading.read_bytes(source)
        image = reading.header(data)
        facts = reading.facts_of(image, data, sha256)
    except BadImage as error:
        return Inspection(None, None, None, (Problem("unreadable", error.message),), None)
    problems = (*refusals(facts), *lying_suffix(facts, name))
    try:
        reading.check_size(facts.width, facts.height)
    except BadImage as error:
        return Inspection(facts, None, None, (Problem("bomb", error.message), *problems), None)
    try:
        picture = reading.miniature(image, *WORKING)
    except BadImage as error:
        return Inspection(facts, None, None, (Problem("truncated", error.message), *problems), None)
    scores = quality.measure(picture)
    return Inspection(facts, scores, duplicates.fingerprint(picture), problems, thumbnails.draw(picture))


def refusals(facts: Facts) -> tuple[Problem, ...]:
    """What Rekognition refuses about a photo with these facts."""
    found = (_format(facts), _sides(facts), _aspect(facts), _weight(facts), _frames(facts), _mode(facts))
    return tuple(problem for problem in found if problem)


def lying_suffix(facts: Facts, name: str) -> tuple[Problem, ...]:
    """One problem when the file's name promises another format than it has, else none."""
    suffix = "." + name.rpartition(".")[2].lower()
    if _PROMISES.get(suffix, facts.format) == facts.format:
        return ()
    message = f"Its name ends in {suffix}, but it is a {facts.format} file. Cleaning renames it."
    return (Problem("lying_suffix", message, "hurts"),)


def hurts(scores: Quality, limits: Thresholds = Thresholds()) -> tuple[Problem, ...]:
    """What may hurt a model that learns from a photo with these scores, or one that judges it."""
    beyond = []
    for rule in LIMITS:
        score, limit = getattr(scores, rule.score), getattr(limits, rule.code)
        if score > limit if rule.over else score < limit:
            beyond.append(rule.problem(score, limit))
    return tuple(beyond)


def _format(facts: Facts) -> Problem | None:
    if facts.format in FORMATS:
        return None
    message = f"It is a {facts.format} file; Rekognition takes JPEG and PNG. Cleaning converts it."
    return Problem("not_jpeg_or_png", message)


def _sides(facts: Facts) -> Problem | None:
    size = f"{facts.width} x {facts.height} pixels"
    if min(facts.width, facts.height) < MIN_CONTENT:
        return Problem("too_small", f"{size} are too few to show anything. Cleaning leaves it out.")
    if min(facts.width, facts.height) < MIN_SIDE:
        return Problem("too_small", f"{size}: a side is under {MIN_SIDE}. Cleaning enlarges it.")
    if max(facts.width, facts.height) > MAX_SIDE:
        return Problem("too_large", f"{size}: a side is over {MAX_SIDE}. Cleaning shrinks it.")
    return None


def _aspect(facts: Facts) -> Problem | None:
    if max(facts.width, facts.height) <= MAX_ASPECT * min(facts.width, facts.height):
        return None
    size = f"{facts.width} x {facts.height} pixels"
    return Problem("odd_aspect", f"{size}: one side is over {MAX_ASPECT:.0f} times the other. Crop it.")


def _weight(facts: Facts) -> Problem | None:
    if facts.bytes <= MAX_FILE_BYTES:
        return None
    weight = f"{facts.bytes / 2**20:.1f} MB"
    return Problem("too_heavy", f"{weight}: the limit is {MAX_FILE_BYTES // 2**20} MB. Cleaning makes it lighter.")


def _frames(facts: Facts) -> Problem | None:
    if facts.frames <= 1:
        return None
    return Problem("animated", f"It is animated, with {facts.frames} pictures. Cleaning keeps the first.")


def _mode(facts: Facts) -> Problem | None:
    if facts.mode in USUAL_MODES:
        return None
    kind = "CMYK, the colours of print" if facts.mode == "CMYK" else f"stored as {facts.mode}"
    return Problem("unusual_mode", f"It is {kind}; Rekognition takes 8-bit RGB or grey. Cleaning converts it.")

"""The currency between rooms: frozen values with no behaviour beyond what follows from their own fields."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["refused", "hurts"]
Kind = Literal["single", "multi", "boxes"]  # one label a photo, several, or objects with bounding boxes
UNKNOWN = "Unknown"


@dataclass(frozen=True, slots=True)
class Box:
    """A bounding box with its label; whole pixels from the left upper corner of the image."""

    label: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What one look at an image file tells. Width and height are the stored pixels, before EXIF rotation.

    `profile` names the embedded colour profile where the colours are not those of sRGB.
    """

    width: int
    height: int
    channels: int
    mode: str
    format: str
    bytes: int
    sha256: str
    orientation: int = 1
    frames: int = 1
    captured: str | None = None
    camera: str | None = None
    profile: str | None = None

    @property
    def upright_size(self) -> tuple[int, int]:
        """(width, height) as a person sees it, with the EXIF orientation applied."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores of a picture, each 0-1 unless said otherwise.

    brightness: mean luminance. contrast: its standard deviation, 1 for half black half white. sharpness: the share of
    the steps between pixels that a blur takes away. shadows, highlights: the luminance that a fiftieth is under, over.
    information: entropy of the grey levels. saturation: mean difference of the strongest and the weakest colour.
    warmth: red minus blue, -1 to 1. tint: green minus the mean of both, -1 to 1. border, border_contrast: mean and
    standard deviation of the luminance of the strip along the sides.
    """

    brightness: float
    contrast: float
    sharpness: float
    shadows: float = 0.0
    highlights: float = 1.0
    information: float = 1.0
    saturation: float = 0.0
    warmth: float = 0.0
    tint: float = 0.0
    border: float = 0.5
    border_contrast: float = 0.5


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an image: a stable code, plain words, and whether Rekognition refuses it."""

    code: str
    message: str
    severity: Severity = "refused"


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a project. `name` is its path inside the project, unique, with forward slashes.

    `labels` are those that the project's kind trains with: of the whole picture, or else of its boxes. `boxes` lie on
    the photo as a person sees it, upright; only a project that detects objects has them.
    """

    id: int
    name: str
    path: str
    folder_label: str | None = None
    facts: Facts | None = None
    quality: Quality | None = None
    fingerprint: str | None = None
    problems: tuple[Problem, ...] = ()
    labels: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    excluded: bool = False

    @property
    def label(self) -> str | None:
        """Its label, the first where it has several."""
        return self.labels[0] if self.labels else None

    @property
    def refused(self) -> bool:
        return any(problem.severity == "refused" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """The cleaned copy of a photo: where it lies, what was done, or why there is none (`path` is None)."""

    photo_id: int
    path: str | None
    actions: tuple[str, ...]
    reason: str | None
    width: int = 0
    height: int = 0
    bytes: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One of Rekognition's codes with its message; `line` counts from 1, None means the whole file.

    `place` is where AWS puts it: a member of the line ("", "attr", "attr-metadata", "attr.annotations.0").
    """

    code: str
    message: str
    line: int | None = None
    place: str = ""

    @property
    def warning(self) -> bool:
        return self.code.startswith("WARNING")


@dataclass(frozen=True, slots=True)
class Backend:
    """Where Rekognition and S3 are: the built-in engine (`profile` is None) or AWS through a named profile."""

    profile: str | None = None
    region: str = "us-east-1"

    @property
    def is_engine(self) -> bool:
        return self.profile is None

    @property
    def title(self) -> str:
        return "Built-in engine" if self.profile is None else f"AWS: {self.profile}, {self.region}"


@dataclass(frozen=True, slots=True)
class Version:
    """A Rekognition project version, which is a model. `f1` is 0-1, None before training ended well."""

    arn: str
    project: str
    name: str
    status: str
    message: str
    created: dt.datetime
    trained: dt.datetime | None = None
    f1: float | None = None
    billable_seconds: int | None = None
    min_units: int | None = None
    max_units: int | None = None
    summary_uri: str | None = None
    output_prefix: str | None = None
    description: str = ""
    kms_key: str | None = None

    @property
    def running(self) -> bool:
        """Whether AWS bills for it now: it counts from the start until it has stopped."""
        return self.status in ("STARTING", "RUNNING", "STOPPING")


@dataclass(frozen=True, slots=True)
class Score:
    """One label of an answer, with its confidence in percent (0-100)."""

    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model said of one photo. `error` is set, and `scores` empty, when the call failed.

    `scores` holds every label (MinConfidence 0), best first; `answer` is what passes the thresholds, or Unknown.
    `sha256` is that of the photo as it lies there, before anything was changed for the call.
    """

    name: str
    path: str
    truth: str | None
    scores: tuple[Score, ...]
    answer: str
    confidence: float
    milliseconds: float = 0.0
    changes: tuple[str, ...] = ()
    error: str | None = None
    sha256: str | None = None

    @property
    def right(self) -> bool | None:
        return None if self.truth is None else self.answer == self.truth


@dataclass(frozen=True, slots=True)
class LabelResult:
    """A label's figures at its assumed threshold, all 0-1 but `images`: the test images that have the label."""

    label: str
    threshold: float
    precision: float
    recall: float
    f1: float
    images: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """AWS's evaluation summary of a trained model: macro figures, each label, and the image counts."""

    precision: float
    recall: float
    f1: float
    labels: tuple[LabelResult, ...]
    training_images: int
    testing_images: int
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def thresholds(self) -> dict[str, float]:
        """Each label's assumed threshold in percent."""
        return {result.label: result.threshold * 100 for result in self.labels}

"""Everything that a report tells, as the values that its files are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from core.aws.prices import Prices
from core.aws.uptime import Cost
from core.colours import Colours
from core.dataset.manifests import Built
from core.dataset.recording import Labelling
from core.evaluation.metrics import Figures
from core.evaluation.runs import Run
from core.explanation.explaining import Explanation
from core.images.cleaning import Recipe
from core.images.position import Position
from core.manifest.doctor import Examination
from core.report.hiding import hider
from core.report.options import Options
from core.types import Backend, Cleaned, Evaluation, Photo, Prediction, Version


@dataclass(frozen=True, slots=True)
class Model:
    """The model that the report is about. `ran` is how long it has run so far and what that cost.

    `as_now` tells whether it was trained with the manifests of now, `digest` which those were; None where that is not
    known. `trained_on` gives the dataset that it was trained on, so far as that was kept (`recording.dump`).
    """

    version: Version
    evaluation: Evaluation | None
    ran: Cost
    as_now: bool | None = None
    digest: str | None = None
    trained_on: Callable[[], dict[str, Any] | None] = lambda: None


@dataclass(frozen=True, slots=True)
class Trial:
    """A run with its predictions at the thresholds in force, and what was measured of them.

    `set_name` names the thresholds where they are a set that somebody has chosen, and not the model's own. `hashes` are
    the SHA-256 of the photos by name, so far as their files could be read.
    """

    run: Run
    predictions: tuple[Prediction, ...]
    figures: Figures
    thresholds: Mapping[str, float]
    set_name: str | None = None
    hashes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Contents:
    """What the files of a report are made of. What has not been done yet is None or empty.

    `where` has the GPS positions by photo id, and is empty unless they were asked for. `notes` are what is written
    about photos of the run, by name.
    """

    project: str
    made: dt.datetime
    backend: Backend
    photos: tuple[Photo, ...]
    copies: tuple[Cleaned, ...]
    recipe: Recipe
    classes: Colours
    built: Built | None
    verdict: Examination | None
    model: Model | None
    trial: Trial | None
    prices: Prices
    software: Mapping[str, str]
    thumbnails: Path
    account: str
    source: Callable[[str], Path | bytes]  # what the functions that read images take for a path
    explain: Callable[[Prediction], Explanation]  # BadImage, OSError or AwsError when the photo can't be read
    labelling: Labelling = field(default_factory=Labelling)
    options: Options = field(default_factory=Options)
    where: Mapping[int, Position] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where the model lives, without the name of the profile, which is nobody's business."""
        return "the built-in engine" if self.backend.is_engine else f"AWS, {self.backend.region}"

    @cached_property
    def hide(self) -> Callable[[str], str]:
        """What takes secrets, account numbers (unless asked for) and this person's home folder out of a text."""
        return hider(self.account, self.options.account)

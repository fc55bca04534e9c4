"""A run record read back: the values that it was written from, so far as they are in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.dataset import recording
from core.dataset.manifests import Built
from core.dataset.recording import Dataset
from core.errors import BadReport
from core.evaluation.thresholds import decide
from core.images.cleaning import Recipe
from core.report.record import FORMAT
from core.types import UNKNOWN, Photo, Prediction, Score


@dataclass(frozen=True, slots=True)
class Tried:
    """The run of a record, with its predictions decided anew at its thresholds."""

    thresholds: Mapping[str, float]
    predictions: tuple[Prediction, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a record holds: the dataset as it was then, and the run. `raw` is the record itself.

    `trained_on` is the dataset that the model was trained on, where that is another one and is known.
    """

    raw: Mapping[str, Any]
    dataset: Dataset
    classes: Mapping[str, str]
    tried: Tried | None
    trained_on: Dataset | None = None

    @property
    def photos(self) -> tuple[Photo, ...]:
        return self.dataset.photos

    @property
    def recipe(self) -> Recipe:
        return self.dataset.recipe


def read(data: bytes) -> Recorded:
    """The record in a file of that content; BadReport when it is none."""
    try:
        raw = json.loads(data)
        if raw["format"] != FORMAT:
            raise BadReport(f"The run record is a {str(raw['format'])[:60]}, and this Rekolab reads {FORMAT}.")
        tried = _tried(raw["evaluation"]) if raw["evaluation"] else None
        then = (raw["model"] or {}).get("trained_on")
        return Recorded(raw, recording.read(raw), dict(raw["classes"]), tried, recording.read(then) if then else None)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadReport(f"The run record can not be read ({type(error).__name__}: {error}).") from error


def build(told: Recorded, bucket: str | None = None) -> Built | None:
    """Split and manifests made again from the record, for its bucket or another one; None where it has none."""
    return recording.build(told.dataset, told.raw, bucket)


def _tried(row: Mapping[str, Any]) -> Tried:
    cuts = {str(label): float(cut) for label, cut in row["thresholds"].items()}
    return Tried(cuts, tuple(_prediction(one, cuts) for one in row["predictions"]))


def _prediction(row: Mapping[str, Any], cuts: Mapping[str, float]) -> Prediction:
    scores = tuple(Score(label, confidence) for label, confidence in row["scores"].items())
    answer, confidence = (UNKNOWN, 0.0) if row["error"] else decide(scores, cuts)
    return Prediction(row["photo"], "", row["truth"], scores, answer, confidence, row["milliseconds"],
                      tuple(row["changes"]), row["error"])

"""A run record read back: the values that it was written from, so far as they are in it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.dataset import manifests, split, trainable
from core.dataset.manifests import Built
from core.dataset.split import Side
from core.errors import BadReport
from core.evaluation.thresholds import decide
from core.images.cleaning import Recipe
from core.images.duplicates import Duplicates
from core.report.record import FORMAT
from core.types import UNKNOWN, Box, Cleaned, Facts, Photo, Prediction, Problem, Score


@dataclass(frozen=True, slots=True)
class Tried:
    """The run of a record, with its predictions decided anew at its thresholds."""

    thresholds: Mapping[str, float]
    predictions: tuple[Prediction, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a record holds. A copy's path is its file's name, and a photo has none. `raw` is the record itself."""

    raw: Mapping[str, Any]
    photos: tuple[Photo, ...]
    copies: tuple[Cleaned, ...]
    recipe: Recipe
    classes: Mapping[str, str]
    given: Mapping[int, dt.datetime]
    groups: tuple[Duplicates, ...]
    tried: Tried | None


def read(data: bytes) -> Recorded:
    """The record in a file of that content; BadReport when it is none."""
    try:
        raw = json.loads(data)
        if raw["format"] != FORMAT:
            raise BadReport(f"The run record is a {str(raw['format'])[:60]}, and this Rekolab reads {FORMAT}.")
        return _recorded(raw)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadReport(f"The run record can not be read ({type(error).__name__}: {error}).") from error


def build(
    recorded: Recorded, photos: tuple[Photo, ...] | None = None, copies: tuple[Cleaned, ...] | None = None,
    bucket: str | None = None,
) -> Built | None:
    """Split and manifests made again, from the record alone or with `photos` and `copies` made again from originals.

    They are for the recorded bucket, or for another one. None where the record has none.
    """
    split_on, sent = recorded.raw["split"], recorded.raw["manifests"]
    if split_on is None or sent is None:
        return None
    chosen = trainable.choose(recorded.photos if photos is None else photos,
                              recorded.copies if copies is None else copies)
    by_hand: dict[int, Side] = {int(photo_id): side for photo_id, side in split_on["by_hand"].items()}
    sides = split.make(chosen.labels, recorded.groups, split_on["seed"], split_on["test_share"], by_hand)
    return manifests.compose(bucket or sent["bucket"], sent["prefix"], chosen, sides, recorded.given, sent["names"])


def _recorded(raw: Mapping[str, Any]) -> Recorded:
    return Recorded(
        raw=raw,
        photos=tuple(_photo(row) for row in raw["photos"]),
        copies=tuple(_copy(row) for row in raw["cleaning"]["copies"]),
        recipe=Recipe(**raw["cleaning"]["recipe"]),
        classes=dict(raw["classes"]),
        given={row["id"]: dt.datetime.fromisoformat(row["labelled"]) for row in raw["photos"] if row["labelled"]},
        groups=tuple(Duplicates(row["kind"], tuple(row["photos"]), tuple(row["mirrored"])) for row in raw["same"]),
        tried=_tried(raw["evaluation"]) if raw["evaluation"] else None,
    )


def _photo(row: Mapping[str, Any]) -> Photo:
    facts = Facts(**{name: row[name] for name in ("width", "height", "channels", "mode", "format", "bytes", "sha256",
                                                  "orientation", "frames")}) if row["sha256"] else None
    return Photo(row["id"], row["name"], "", facts=facts, labels=tuple(row["labels"]),
                 boxes=tuple(Box(**box) for box in row.get("boxes", ())), excluded=row["excluded"],
                 problems=tuple(Problem(code, code) for code in row["problems"]))


def _copy(row: Mapping[str, Any]) -> Cleaned:
    if "left_out" in row:
        return Cleaned(row["id"], None, (), row["left_out"])
    return Cleaned(row["id"], row["file"], tuple(row["actions"]), None, row["width"], row["height"], row["bytes"],
                   row["sha256"])


def _tried(row: Mapping[str, Any]) -> Tried:
    cuts = {str(label): float(cut) for label, cut in row["thresholds"].items()}
    return Tried(cuts, tuple(_prediction(one, cuts) for one in row["predictions"]))


def _prediction(row: Mapping[str, Any], cuts: Mapping[str, float]) -> Prediction:
    scores = tuple(Score(label, confidence) for label, confidence in row["scores"].items())
    answer, confidence = (UNKNOWN, 0.0) if row["error"] else decide(scores, cuts)
    return Prediction(row["photo"], "", row["truth"], scores, answer, confidence, row["milliseconds"],
                      tuple(row["changes"]), row["error"])

"""The run record: what went in, what was done with it and what came out, as JSON with the hash of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from core.aws.prices import Prices
from core.dataset.manifests import Built
from core.evaluation.intervals import Figure
from core.report.contents import Contents, Model, Trial
from core.types import Cleaned, Photo, Prediction

FORMAT = "rekolab-run-record/1"


def dump(contents: Contents) -> str:
    """The record as JSON text, without the account's number, a secret, a place or a path of this computer."""
    return contents.hide(json.dumps(record(contents), indent=1, ensure_ascii=False)) + "\n"


def record(contents: Contents) -> dict[str, Any]:
    """The record. What has not been done is null or empty; photos are named as in the project."""
    names = {photo.id: photo.name for photo in contents.photos}
    return {
        "format": FORMAT,
        "project": contents.project,
        "made": contents.made.isoformat(),
        "place": contents.place,
        "software": dict(contents.software),
        "photos": [_photo(photo) for photo in contents.photos],
        "cleaning": {"recipe": asdict(contents.recipe),
                     "copies": [_copy(copy, names) for copy in contents.copies if copy.photo_id in names]},
        "split": _split(contents.built) if contents.built else None,
        "manifests": _manifests(contents.built) if contents.built else None,
        "verdict": contents.verdict.sentence if contents.verdict else None,
        "model": _model(contents.model) if contents.model else None,
        "evaluation": _trial(contents.trial) if contents.trial else None,
        "costs": _costs(contents.model, contents.prices) if contents.model else None,
    }


def _photo(photo: Photo) -> dict[str, Any]:
    facts = photo.facts
    return {
        "name": photo.name, "label": photo.label, "excluded": photo.excluded,
        "problems": [problem.code for problem in photo.problems],
        **({"sha256": facts.sha256, "width": facts.width, "height": facts.height, "bytes": facts.bytes,
            "format": facts.format} if facts else {"sha256": None}),
    }


def _copy(copy: Cleaned, names: Mapping[int, str]) -> dict[str, Any]:
    if copy.path is None:
        return {"photo": names[copy.photo_id], "left_out": copy.reason}
    return {"photo": names[copy.photo_id], "file": PurePath(copy.path).name, "actions": list(copy.actions),
            "sha256": copy.sha256, "width": copy.width, "height": copy.height, "bytes": copy.bytes}


def _split(built: Built) -> dict[str, Any]:
    names = {entry.photo_id: entry.name for entry in built.pictures.values()}
    return {"seed": built.split.seed, "test_share": built.split.test_share,
            "train": [names[photo_id] for photo_id in built.split.train],
            "test": [names[photo_id] for photo_id in built.split.test]}


def _manifests(built: Built) -> dict[str, Any]:
    """Both manifests, whose hashes are those of what was sent: before the account's number was taken out."""
    sides = {"training": built.training, "testing": built.testing}
    return {name: {"sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}
            for name, text in sides.items() if text}


def _model(model: Model) -> dict[str, Any]:
    version, found = model.version, model.evaluation
    return {
        "arn": version.arn, "project": version.project, "name": version.name, "status": version.status,
        "trained": version.trained.isoformat() if version.trained else None,
        "f1": version.f1, "billable_seconds": version.billable_seconds,
        "thresholds": found.thresholds if found else None,
        "evaluation": {key: value for key, value in asdict(found).items() if key != "raw"} if found else None,
    }


def _trial(trial: Trial) -> dict[str, Any]:
    measured = trial.figures
    overall = {name: _figure(getattr(measured, name)) for name in ("accuracy", "unknown", "precision", "recall", "f1")}
    return {
        "title": trial.run.title, "at": trial.run.at.isoformat(), "arn": trial.run.arn,
        "thresholds": dict(trial.run.thresholds),
        "figures": overall | {"failed": measured.failed, "without_truth": measured.without_truth},
        "labels": {label.label: {name: _figure(getattr(label, name)) for name in ("precision", "recall", "f1")}
                   for label in measured.labels},
        "confusion": {"rows": measured.confusion.rows, "columns": measured.confusion.columns,
                      "counts": measured.confusion.counts.tolist()},
        "predictions": [_prediction(prediction) for prediction in trial.predictions],
    }


def _prediction(prediction: Prediction) -> dict[str, Any]:
    return {"photo": prediction.name, "truth": prediction.truth, "answer": prediction.answer,
            "scores": {score.label: score.confidence for score in prediction.scores},
            "changes": list(prediction.changes), "error": prediction.error}


def _figure(figure: Figure) -> dict[str, float] | None:
    return {"value": figure.value, "low": figure.low, "high": figure.high} if figure.known else None


def _costs(model: Model, price: Prices) -> dict[str, Any]:
    return {"training_usd": price.training_cost(model.version.billable_seconds or 0), "running_usd": model.ran.usd,
            "running_seconds": model.ran.seconds, "training_hour_usd": price.training_hour,
            "unit_hour_usd": price.unit_hour, "checked": price.checked}

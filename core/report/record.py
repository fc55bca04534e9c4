"""The run record: what went in, what was done with it and what came out, as JSON with the hash of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from core.aws.prices import Prices
from core.dataset import recording
from core.dataset.recording import Dataset
from core.evaluation.intervals import Figure
from core.evaluation.metrics import Figures
from core.evaluation.reliability import reliability as measure_reliability
from core.evaluation.scores import scores
from core.report.contents import Contents, Model, Trial
from core.types import Prediction

FORMAT = "rekolab-run-record/2"


def dump(contents: Contents) -> str:
    """The record as JSON text. It holds no secret and no path of this computer, and what was not asked for is hidden.

    Hidden are the numbers of accounts, in the manifests too: their hashes are those of the texts as they stand here.
    """
    return json.dumps(record(contents), indent=1, ensure_ascii=False) + "\n"


def record(contents: Contents) -> dict[str, Any]:
    """The record. What has not been done is null or empty; photos are named as in the project."""
    told = {
        "format": FORMAT,
        "project": contents.project,
        "made": contents.made.isoformat(),
        "place": contents.place,
        "software": dict(contents.software),
        "classes": dict(contents.classes),
        **_dataset(contents),
        "verdict": contents.verdict.sentence if contents.verdict else None,
        "model": _model(contents.model) if contents.model else None,
        "evaluation": _trial(contents.trial) | {"notes": dict(contents.notes)} if contents.trial else None,
        "costs": _costs(contents.model, contents.prices) if contents.model else None,
    }
    hidden = dict(_hidden(told, contents))
    _seal(hidden["manifests"])
    if contents.model and (then := hidden["model"]["trained_on"]):
        _seal(then["manifests"])
    return hidden


def figures(measured: Figures) -> dict[str, Any]:
    """What was measured of a run, as the record has it: each figure with its 95 % interval, and the matrix."""
    overall = {name: _figure(getattr(measured, name)) for name in ("accuracy", "unknown", "precision", "recall", "f1")}
    return {
        "figures": overall | {"failed": measured.failed, "without_truth": measured.without_truth},
        "labels": {label.label: {name: _figure(getattr(label, name)) for name in ("precision", "recall", "f1")}
                   for label in measured.labels},
        "confusion": {"rows": list(measured.confusion.rows), "columns": list(measured.confusion.columns),
                      "counts": measured.confusion.counts.tolist()},
    }


def reliability(predictions: Sequence[Prediction], labels: Iterable[str]) -> dict[str, Any]:
    """How far confidences are from what they say (ECE), bin by bin with 95 % intervals."""
    found = measure_reliability(scores(predictions, labels))
    return {"error": found.error, "lean": found.lean, "by_chance": found.by_chance, "photos": found.photos,
            "bins": [{"low": one.low, "high": one.high, "confidence": one.confidence, "right": _figure(one.right)}
                     for one in found.bins]}


def _hidden(value: Any, contents: Contents) -> Any:
    """Every text in `value` without what is to be hidden. In the JSON itself a hidden part might span two texts."""
    if isinstance(value, str):
        return contents.hide(value)
    if isinstance(value, Mapping):
        return {contents.hide(str(key)): _hidden(held, contents) for key, held in value.items()}
    return [_hidden(held, contents) for held in value] if isinstance(value, list) else value


def _dataset(contents: Contents) -> dict[str, Any]:
    """The dataset as it is now, with the GPS positions that were asked for."""
    told = recording.dump(Dataset(contents.photos, contents.copies, contents.recipe, contents.labelling),
                          contents.built)
    for row in told["photos"]:
        if row["id"] in contents.where:
            row["position"] = list(contents.where[row["id"]])
    return told


def _seal(manifests: dict[str, Any] | None) -> None:
    """Put the hash of each manifest beside its text, which by now is as the record has it."""
    for side in ("training", "testing"):
        if manifests and side in manifests:
            manifests[side]["sha256"] = hashlib.sha256(manifests[side]["text"].encode()).hexdigest()


def _model(model: Model) -> dict[str, Any]:
    version, found = model.version, model.evaluation
    return {
        "arn": version.arn, "project": version.project, "name": version.name, "status": version.status,
        "trained_with_these_manifests": model.as_now, "manifests_digest": model.digest,
        "trained_on": None if model.as_now else model.trained_on(),
        "trained": version.trained.isoformat() if version.trained else None,
        "f1": version.f1, "billable_seconds": version.billable_seconds,
        "thresholds": found.thresholds if found else None,
        "evaluation": {key: list(value) if isinstance(value, tuple) else value
                       for key, value in asdict(found).items() if key != "raw"} if found else None,
    }


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "title": trial.run.title, "at": trial.run.at.isoformat(), "arn": trial.run.arn,
        "thresholds": dict(trial.thresholds), "threshold_set": trial.set_name,
        "assumed_thresholds": dict(trial.run.thresholds),
        **figures(trial.figures), "reliability": reliability(trial.predictions, trial.thresholds),
        "predictions": [_prediction(prediction, trial.hashes) for prediction in trial.predictions],
    }


def _prediction(prediction: Prediction, hashes: Mapping[str, str]) -> dict[str, Any]:
    return {"photo": prediction.name, "sha256": hashes.get(prediction.name), "truth": prediction.truth,
            "answer": prediction.answer, "scores": {score.label: score.confidence for score in prediction.scores},
            "changes": list(prediction.changes), "error": prediction.error,
            "milliseconds": round(prediction.milliseconds, 1)}


def _figure(figure: Figure) -> dict[str, float] | None:
    return {"value": figure.value, "low": figure.low, "high": figure.high} if figure.known else None


def _costs(model: Model, price: Prices) -> dict[str, Any]:
    return {"training_usd": price.training_cost(model.version.billable_seconds or 0), "running_usd": model.ran.usd,
            "running_seconds": model.ran.seconds, "training_hour_usd": price.training_hour,
            "unit_hour_usd": price.unit_hour, "checked": price.checked}

"""The run record: what went in, what was done with it and what came out, as JSON with the hash of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePath
from typing import Any

from core.aws.prices import Prices
from core.dataset.manifests import Built
from core.evaluation.intervals import Figure
from core.evaluation.metrics import Figures
from core.evaluation.reliability import reliability as measure_reliability
from core.evaluation.scores import scores
from core.report.contents import Contents, Labelling, Model, Trial
from core.types import Cleaned, Photo, Prediction

FORMAT = "rekolab-run-record/2"


def dump(contents: Contents) -> str:
    """The record as JSON text. It holds no secret and no path of this computer, and what was not asked for is hidden.

    Hidden are the numbers of accounts, in the manifests too: their hashes are those of the texts as they stand here.
    """
    return json.dumps(record(contents), indent=1, ensure_ascii=False) + "\n"


def record(contents: Contents) -> dict[str, Any]:
    """The record. What has not been done is null or empty; photos are named as in the project."""
    names = {photo.id: photo.name for photo in contents.photos}
    told = {
        "format": FORMAT,
        "project": contents.project,
        "made": contents.made.isoformat(),
        "place": contents.place,
        "software": dict(contents.software),
        "kind": contents.labelling.kind,
        "classes": dict(contents.classes),
        "photos": [_photo(photo, contents) for photo in contents.photos],
        "same": [{"kind": group.kind, "photos": list(group.ids), "mirrored": list(group.mirrored)}
                 for group in contents.labelling.groups],
        "cleaning": {"recipe": asdict(contents.recipe),
                     "copies": [_copy(copy, names) for copy in contents.copies if copy.photo_id in names]},
        "split": _split(contents.built, contents.labelling) if contents.built else None,
        "manifests": _manifests(contents) if contents.built else None,
        "verdict": contents.verdict.sentence if contents.verdict else None,
        "model": _model(contents.model) if contents.model else None,
        "evaluation": _trial(contents.trial) | {"notes": dict(contents.notes)} if contents.trial else None,
        "costs": _costs(contents.model, contents.prices) if contents.model else None,
    }
    return dict(_hidden(told, contents))


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


def _photo(photo: Photo, contents: Contents) -> dict[str, Any]:
    facts, given = photo.facts, contents.labelling.given.get(photo.id)
    boxes = {"boxes": [asdict(box) for box in photo.boxes]} if photo.boxes else {}
    where = {"position": list(contents.where[photo.id])} if photo.id in contents.where else {}
    looked = {name: getattr(facts, name) for name in ("sha256", "width", "height", "channels", "mode", "format",
                                                      "bytes", "orientation", "frames")} if facts else {"sha256": None}
    return {
        "id": photo.id, "name": photo.name, **looked, "labels": list(photo.labels), **boxes,
        "labelled": given.isoformat() if given else None, "excluded": photo.excluded,
        "problems": [problem.code for problem in photo.problems], **where,
    }


def _copy(copy: Cleaned, names: Mapping[int, str]) -> dict[str, Any]:
    if copy.path is None:
        return {"id": copy.photo_id, "photo": names[copy.photo_id], "left_out": copy.reason}
    return {"id": copy.photo_id, "photo": names[copy.photo_id], "file": PurePath(copy.path).name,
            "actions": list(copy.actions), "sha256": copy.sha256, "width": copy.width, "height": copy.height,
            "bytes": copy.bytes}


def _split(built: Built, labelling: Labelling) -> dict[str, Any]:
    names = {entry.photo_id: entry.name for entry in built.pictures.values()}
    return {"seed": built.split.seed, "test_share": built.split.test_share,
            "by_hand": {str(photo_id): side for photo_id, side in labelling.by_hand.items()},
            "train": [names[photo_id] for photo_id in built.split.train],
            "test": [names[photo_id] for photo_id in built.split.test]}


def _manifests(contents: Contents) -> dict[str, Any]:
    built = contents.built
    assert built is not None
    texts = {"training": contents.hide(built.training), "testing": contents.hide(built.testing)}
    return {
        "bucket": built.bucket, "prefix": built.prefix,
        "names": list(contents.labelling.names) if contents.labelling.names is not None else None,
        **{side: {"sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text}
           for side, text in texts.items() if text},
    }


def _model(model: Model) -> dict[str, Any]:
    version, found = model.version, model.evaluation
    return {
        "arn": version.arn, "project": version.project, "name": version.name, "status": version.status,
        "trained_with_these_manifests": model.as_now,
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

"""The six files that training writes to S3: the validated manifests, their summary, the snapshots, the evaluation."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.engine.evaluation import Figures
from core.engine.service import Objects
from core.engine.state import ModelVersion
from core.learning.learner import Array, Model
from core.manifest.lines import IMAGE_TYPE, dump
from core.manifest.training import Judgement
from core.manifest.types import Line
from core.manifest.validation_files import summary, with_validation

TRAINING_JOB = "rekognition-custom-labels-training"
EVALUATION_JOB = "rekognition-custom-labels-evaluation"
PREDICTIONS_PER_LINE = 10  # a line may have 100,000 characters, and 250 predictions would not fit


class OutputError(Exception):
    """The output bucket is gone, or does not take the file."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where one training writes. `title` is PROJECT-VERSION, the end of every file's name."""

    objects: Objects
    bucket: str
    prefix: str
    title: str

    def write(self, kind: str, text: str) -> str:
        """Put a file and return its key."""
        folder = self.prefix.rstrip("/")
        key = f"{folder}/{kind}-{self.title}.json" if folder else f"{kind}-{self.title}.json"
        try:
            self.objects.write(self.bucket, key, text.encode(), "application/json")
        except (KeyError, PermissionError) as error:
            raise OutputError(key) from error
        return key


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What training found: the model, and the confidences (images x labels, 0-1) and figures of its test images."""

    version_arn: str
    model: Model
    confidences: Array
    figures: Figures


def output_of(objects: Objects, version: ModelVersion) -> Output:
    """Where the version's OutputConfig says; OutputError when its bucket does not exist."""
    place = json.loads(version.request)["OutputConfig"]
    if not objects.has_bucket(place["S3Bucket"]):
        raise OutputError(place["S3Bucket"])
    project = version.project.split("/")[1]
    return Output(objects, place["S3Bucket"], place.get("S3KeyPrefix", ""), f"{project}-{version.name}")


def write_validation(output: Output, judgement: Judgement) -> dict[str, str]:
    """The two manifests with their errors, and the summary; returns kind -> key."""
    files = {
        "TrainingManifestWithValidation": with_validation(judgement.training),
        "TestingManifestWithValidation": with_validation(judgement.testing),
        "ManifestSummary": json.dumps(summary(judgement)),
    }
    return {kind: output.write(kind, text) for kind, text in files.items()}


def write_evaluation(output: Output, judgement: Judgement, trained: Trained) -> dict[str, str]:
    """The two snapshots of the images that were used, and the evaluation summary; returns kind -> key."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    files = {
        "TrainingGroundTruth": dump(_ground_truth(judgement.training.usable)),
        "TestingGroundTruth": dump(_evaluated(judgement.testing.usable, trained, now)),
        "EvaluationResultSummary": json.dumps(_summary(judgement, trained, now)),
    }
    return {kind: output.write(kind, text) for kind, text in files.items()}


def _summary(judgement: Judgement, trained: Trained, now: dt.datetime) -> dict[str, Any]:
    """Flat, as AWS's samples and real files are; the reference page nests the three figures once more."""
    figures = trained.figures
    aggregated: dict[str, Any] = {
        "Precision": figures.precision, "Recall": figures.recall, "F1Score": figures.f1}
    if figures.matrix is not None:
        aggregated["ConfusionMatrix"] = [
            {"GroundTruthLabel": truth, "PredictedLabel": predicted, "Value": value}
            for truth, predicted, value in figures.matrix]
    return {
        "Version": 1,
        "EvaluationDetails": {
            "ProjectVersionArn": trained.version_arn,
            "EvaluationEndTimestamp": now.isoformat(timespec="microseconds"),
            "Labels": list(trained.model.labels),
            "NumberOfTrainingImages": len(judgement.training.usable),
            "NumberOfTestingImages": len(judgement.testing.usable),
        },
        "AggregatedEvaluationResults": aggregated,
        "LabelEvaluationResults": [{
            "Label": one.label, "NumberOfTestingImages": one.images,
            "Metrics": {"Threshold": one.threshold, "Precision": one.precision, "Recall": one.recall,
                        "F1Score": one.f1},
        } for one in figures.labels],
    }


def _ground_truth(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield {"source-ref": line.source_ref} | _labelled(line)


def _labelled(line: Line) -> dict[str, Any]:
    """The line's labels under the names of the training job, with their own confidence and date."""
    given = _metadata_by_label(line)
    members: dict[str, Any] = {}
    for number, label in enumerate(line.labels):
        members[f"{TRAINING_JOB}-{number}"] = 1
        members[f"{TRAINING_JOB}-{number}-metadata"] = given[label] | {"job-name": f"{TRAINING_JOB}-job"}
    return members


def _metadata_by_label(line: Line) -> dict[str, dict[str, Any]]:
    wanted = ("confidence", "class-name", "human-annotated", "creation-date", "type")
    return {value["class-name"]: {name: value[name] for name in wanted}
            for name, value in (line.data or {}).items()
            if name.endswith("-metadata") and isinstance(value, dict) and value.get("class-name") in line.labels
            and all(member in value for member in wanted)}


def _evaluated(lines: Iterable[Line], trained: Trained, now: dt.datetime) -> Iterator[dict[str, Any]]:
    for line, confidences in zip(lines, trained.confidences, strict=True):
        yield {"source-ref": line.source_ref} | _labelled(line) | _predicted(line, trained.model, confidences, now)


def _predicted(line: Line, model: Model, confidences: Array, now: dt.datetime) -> dict[str, Any]:
    """The predictions of one image, highest first: all that matter, and the best of the rest up to ten."""
    members: dict[str, Any] = {}
    for rank, column in enumerate(np.argsort(-confidences, kind="stable")):
        label, confidence = model.labels[column], float(confidences[column])
        said, present = confidence >= float(model.thresholds[column]), label in line.labels
        if not (said or present or rank < PREDICTIONS_PER_LINE):
            continue
        name = f"{EVALUATION_JOB}-{len(members) // 2}"
        members[name] = 1
        members[f"{name}-metadata"] = {
            "confidence": confidence, "job-name": f"{EVALUATION_JOB}-job", "class-name": label,
            "human-annotated": "no", "creation-date": now.isoformat(timespec="microseconds"), "type": IMAGE_TYPE,
            f"{EVALUATION_JOB}-details": _details(said, present),
        }
    return members


def _details(said: bool, present: bool) -> Mapping[str, Any]:
    return {
        "version": 1,
        "is-true-positive": said and present,
        "is-true-negative": not said and not present,
        "is-false-positive": said and not present,
        "is-false-negative": not said and present,
        "is-present-in-ground-truth": present,
        "ground-truth-labelling-jobs": [f"{TRAINING_JOB}-job"],
    }

"""The work behind CreateProjectVersion: read, judge, learn, evaluate, write the results."""

from __future__ import annotations

import gzip
import json
import math
import time
from collections.abc import Collection, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from core.engine.evaluation import best_thresholds, evaluate
from core.engine.observing import Observed, observe_all
from core.engine.results import OutputError, Trained, output_of, write_evaluation, write_validation
from core.engine.service import Service
from core.engine.state import ModelVersion, read_version
from core.engine.tasks import Task
from core.learning import learner
from core.manifest.codes import MESSAGES
from core.manifest.lines import split_uri
from core.manifest.opening import Opened, Source, opened
from core.manifest.training import COMPLETED, Judgement, judge_opened
from core.manifest.types import Line

BROKEN = "Training ended with an internal error."
NO_BOXES = ("The built-in engine trains image-level labels, and most lines of the training manifest have bounding "
            "boxes. Train this model on AWS.")


class Refused(Exception):
    """Training ends as failed, with AWS's sentence; `files` are the result files that were written by then."""

    def __init__(self, message: str, files: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.files = files or {}


def train(service: Service, task: Task) -> None:
    """Train from the beginning, whether or not an earlier attempt was cut off."""
    began = time.monotonic()
    version = read_version(service.state, task.arn)
    try:
        trained, files = _trained(service, task, version)
    except Refused as refusal:
        _end(task, "TRAINING_FAILED", refusal.message, refusal.files)
    except OutputError:
        _end(task, "TRAINING_FAILED", MESSAGES["ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"], {})
    else:
        service.models.save(version.arn, trained.model)
        seconds = math.ceil(time.monotonic() - began + service.settings.training_seconds)
        _end(task, "TRAINING_COMPLETED", COMPLETED, files, seconds, trained.figures.f1)


def give_up(task: Task) -> None:
    _end(task, "TRAINING_FAILED", BROKEN, {})


def _end(task: Task, status: str, message: str, files: Mapping[str, str], seconds: int | None = None,
         f1: float | None = None) -> None:
    with task.finish() as rows:
        rows.execute("UPDATE version SET status = ?, message = ?, files = ?, ended = ?, seconds = ?, f1 = ? "
                     "WHERE arn = ?", (status, message, json.dumps(files), time.time(), seconds, f1, task.arn))
        rows.execute("DELETE FROM material WHERE version = ?", (task.arn,))


def _trained(service: Service, task: Task, version: ModelVersion) -> tuple[Trained, dict[str, str]]:
    output = output_of(service.objects, version)
    learner.warm_up()
    sides = [(opened(source), bucket) for source, bucket in _manifests(service, version)]
    refs = [ref for manifest, _ in sides for ref in _source_refs(manifest)]
    observed = observe_all(service.objects, refs, version.region, task.check)
    manifests = [manifest for manifest, _ in sides]
    known = ["ERROR_INVALID_IMAGES_S3_BUCKET_OWNER"] if _owners_differ(service, sides) else []
    judgement = judge_opened(manifests[0], manifests[1] if len(manifests) > 1 else None,
                             lambda ref: observed[ref].facts, known=known)
    if judgement.file_error:
        raise Refused(judgement.message)
    files = write_validation(output, judgement)
    if judgement.code:
        raise Refused(judgement.message, files)
    if judgement.training.use_case == "OBJECT_LOCALIZATION":
        raise Refused(NO_BOXES, files)
    task.check()
    trained = _learn(version.arn, judgement, observed)
    return trained, files | write_evaluation(output, judgement, trained)


def _manifests(service: Service, version: ModelVersion) -> list[tuple[Source, str | None]]:
    """The training manifest, and the testing one unless it is to be split off, each with the bucket that it is from:
    of the project's datasets as they were, or from S3."""
    with service.state.reading() as rows:
        found = {row["side"]: (gzip.decompress(row["lines"]).decode(), row["bucket"])
                 for row in rows.execute("SELECT * FROM material WHERE version = ?", (version.arn,))}
    if found:
        return [(found[side][0].split("\n") if found[side][0] else [], found[side][1])
                for side in ("TRAIN", "TEST") if side in found]
    request = json.loads(version.request)
    assets = [request["TrainingData"]["Assets"][0], *request["TestingData"].get("Assets", [])]
    return [_read(service, asset) for asset in assets]


def _read(service: Service, asset: Mapping[str, Mapping[str, Mapping[str, str]]]) -> tuple[bytes, str]:
    place = asset["GroundTruthManifest"]["S3Object"]
    try:
        return service.objects.read(place["Bucket"], place["Name"], place.get("Version")), place["Bucket"]
    except KeyError:
        raise Refused(MESSAGES["ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"]) from None
    except PermissionError:
        raise Refused(MESSAGES["ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET"]) from None


def _source_refs(manifest: Opened) -> Iterator[str]:
    """The images that `judge_opened` will ask for."""
    yield from (line.source_ref for line in manifest.lines if line.valid and line.source_ref)


def _owners_differ(service: Service, sides: Sequence[tuple[Opened, str | None]]) -> bool:
    """Whether the images of a manifest are in a bucket of another owner than the manifest."""
    for manifest, bucket in sides:
        owner = service.objects.owner(bucket) if bucket else None
        images = {service.objects.owner(split_uri(ref)[0]) for ref in _source_refs(manifest)} - {None}
        if owner and images - {owner}:
            return True
    return False


def _learn(arn: str, judgement: Judgement, observed: Mapping[str, Observed]) -> Trained:
    labels = tuple(sorted(judgement.training.labels))
    model = learner.fit(_features(judgement.training.usable, observed), _truth(judgement.training.usable, labels),
                        labels)
    truth = _truth(judgement.testing.usable, labels)
    confidences = model.confidences(_features(judgement.testing.usable, observed))
    model = model.with_thresholds(best_thresholds(confidences, truth))
    figures = evaluate(labels, confidences, truth, model.thresholds, model.independent)
    return Trained(arn, model, confidences, figures)


def _features(lines: Collection[Line], observed: Mapping[str, Observed]) -> NDArray[np.float32]:
    rows = [observed[line.source_ref or ""].features for line in lines]
    return np.stack([row for row in rows if row is not None])


def _truth(lines: Collection[Line], labels: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which label each line has (lines x labels)."""
    return np.array([[label in line.labels for label in labels] for line in lines])

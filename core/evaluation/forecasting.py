"""The dry run: the project's own manifest and split, learned and asked on this computer, before AWS is paid for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from core.dataset import kinds, likeness, manifests, split, testset, twins
from core.dataset.manifests import Built
from core.dataset.names import counted
from core.errors import Cure, NotReady
from core.evaluation import forecast
from core.evaluation.forecast import Curve, Forecast, Material, Risk
from core.evaluation.learning_curve import MORE
from core.jobs import Progress
from core.learning import unseen
from core.types import Photo
from core.workspace import Project, open_project

FEWEST = 5  # photos a label to train with; from fewer the range would say next to nothing
BROWSE = Cure("See which photos there are", "data/browse")
KEPT = "forecasts"  # a setting of the project: forecasts by digest of the manifests, newest last
MOST = 20
SMALL = 0.01  # of F1
HALF = 0.5


def forecast_training(progress: Progress, home: str, project: str, bucket: str) -> str:
    """Job: forecast what the manifests for this bucket will come to, and keep it; gives their digest."""
    owner = open_project(home, project)
    plan = testset.plan(owner, bucket)
    built = plan.built
    if reason := why_none(owner, built):
        raise NotReady(reason)
    material, left_out = _material(progress, owner, built)
    if material.truth[~material.tested].sum(axis=0).min(initial=FEWEST) < FEWEST or len(material.truth) < FEWEST:
        raise NotReady(f"{counted(left_out, 'photo')} can not be read any more, which leaves too few for a forecast.",
                       BROWSE)
    progress.begin(unseen.plan(material.truth, material.tested).trainings, "Training and testing again and again")
    made = forecast.forecast(material, left_out, progress.step, None if plan.way == "split" else plan.tests)
    progress.check()
    digest = manifests.digest(built)
    owner.add_to(KEPT, digest, forecast.dump(made), MOST)
    owner.note("train", f"Forecast from {counted(made.photos, 'photo')}: F1 between {made.new.f1.low:.2f} and "
                        f"{made.new.f1.high:.2f}")
    return digest


def of(project: Project, digest: str) -> Forecast | None:
    """The forecast that was made for manifests with this digest, None where there is none."""
    kept = project.get(KEPT, {}).get(digest)
    return forecast.load(kept) if kept else None


def earlier(project: Project) -> bool:
    """Whether there is a forecast of any manifests."""
    return bool(project.get(KEPT))


def more_photos(curve: Curve) -> str:
    """ "20 more photos of each label would bring about +0.03 F1 (between +0.01 and +0.06)."."""
    gain = curve.gain
    if gain.high < SMALL:
        return f"{MORE} more photos of each label would change F1 by less than 0.01."
    return (f"{MORE} more photos of each label would bring about +{gain.value:.2f} F1 (between +{gain.low:.2f} and "
            f"+{gain.high:.2f}).")


def mistake(photo: Photo, risk: Risk) -> str:
    """ "cat, taken for dog", "cat, sometimes taken for dog", "cat, only just"."""
    own = ", ".join(photo.labels)
    if not risk.share:
        return f"{own}, only just"
    often = "taken" if risk.share >= HALF else "sometimes taken"
    return f"{own}, {often} for {' and '.join(risk.taken_for) or 'none'}"


def why_none(project: Project, built: Built) -> str:
    """Why there can be no forecast for these manifests, in words for the page; "" when there can."""
    if kinds.kind_of(project) == "boxes":
        return ("There is no forecast for models that detect objects: what learns here sees whole photos, and no boxes "
                "in them. Check and price are as for every training.")
    trained = {number: built.labels[number] for number in built.split.train}
    names = sorted({name for labels in built.labels.values() for name in labels})
    if len(names) < 2:
        return f"There is only one label, {names[0]}. A forecast needs two that can be mistaken for each other."
    units = split.units(trained, twins.groups(project))
    few = {name: count for name in names if (count := _bearing(units, trained, name)) < FEWEST}
    if not few:
        return ""
    said = ", ".join(f"{name} has {count}" for name, count in few.items())
    return f"A forecast needs {FEWEST} photos of each label to train with, duplicates counted once: {said}."


def _bearing(units: Iterable[Sequence[int]], labelled: split.Labelled, name: str) -> int:
    """How many sets of duplicates bear a label."""
    return sum(any(name in labelled[number] for number in unit) for unit in units)


def _material(progress: Progress, project: Project, built: Built) -> tuple[Material, int]:
    """What is known of the photos in the manifests, and how many of them can not be looked at any more."""
    entries = {entry.photo_id: entry for entry in built.pictures.values()}
    seen, features = likeness.embeddings(progress, project, [entry.photo for entry in entries.values()])
    names = sorted({name for labels in built.labels.values() for name in labels})
    group = {number: place for place, unit in enumerate(split.units(built.labels, twins.groups(project)))
             for number in unit}
    tested = set(built.split.test)
    return Material(
        ids=[photo.id for photo in seen],
        labels=names,
        features=features,
        truth=np.array([[name in photo.labels for name in names] for photo in seen]),
        groups=np.array([group[photo.id] for photo in seen]),
        tested=np.array([photo.id in tested for photo in seen]),
    ), len(entries) - len(seen)

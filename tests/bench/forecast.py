"""The forecast of a training: how often what comes later lies in its range, and how long it takes to get one.

`python tests/bench/forecast.py` prints a JSON object a line: name, value, unit. Needs ../shared with its photos.

forecast.seconds: from a folder of 40 full-size photos to the forecast, cleaning included. forecast.more_accuracy: what
a model of pets/train gets right of pets/more, and whether that was in the range. forecast.covered: of 60 random sets
of 20 photos, 30 of two labels and 30 of three, in how many the F1 on all other photos was in the range; forecast.width
is how wide that was.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT))

from core.dataset import cleaning, labels, likeness, manifests, photos, sources, split  # noqa: E402
from core.evaluation import forecast, forecasting  # noqa: E402
from core.evaluation.expecting import macro_f1  # noqa: E402
from core.evaluation.forecast import Forecast, Material  # noqa: E402
from core.jobs import Progress  # noqa: E402
from core.learning import learner  # noqa: E402
from core.workspace import Project, Workspace  # noqa: E402

SETS, SIZE = 30, 20
BUCKET = "none"  # nothing is sent to it


def say(name: str, value: float, unit: str, **more: object) -> None:
    print(json.dumps({"name": name, "value": round(value, 3), "unit": unit} | more), flush=True)


def taken_in(home: Workspace, name: str, *folders: Path) -> Project:
    project = home.create(name)
    for folder in folders:
        sources.import_folder(Progress(), str(project.home), project.name, str(folder))
    labels.label_by_folder(project)
    return project


def forecast_of(project: Project) -> Forecast:
    digest = forecasting.forecast_training(Progress(), str(project.home), project.name, BUCKET)
    made = forecasting.of(project, digest)
    assert made is not None
    return made


def measure_seconds(home: Workspace, folder: Path) -> None:
    began = time.perf_counter()
    project = taken_in(home, "full-size", folder)
    cleaning.clean_all(Progress(), str(project.home), project.name)
    made = forecast_of(project)
    say("forecast.seconds", time.perf_counter() - began, "s", goal=30, photos=made.photos)


def material_of(project: Project, names: Sequence[str]) -> Material:
    """All photos of these labels, in no group and on no side."""
    seen, features = likeness.embeddings(Progress(), project, photos.photos(project))
    kept = [row for row, photo in enumerate(seen) if photo.folder_label in names]
    truth = np.array([[seen[row].folder_label == name for name in names] for row in kept])
    return Material([seen[row].id for row in kept], names, features[kept], truth, np.arange(len(kept)),
                    np.zeros(len(kept), bool))


def right_later(trained: Material, later: Material) -> np.ndarray:
    """What a model of the training side says of later photos, (n, L)."""
    sure = ~trained.tested
    model = learner.fit(trained.features[sure], trained.truth[sure], tuple(trained.labels))
    return np.eye(len(trained.labels), dtype=bool)[model.confidences(later.features).argmax(axis=1)]


def measure_more(home: Workspace) -> None:
    project = taken_in(home, "train", SHARED / "data/pets/train")
    made, built = forecast_of(project), manifests.build(project, BUCKET)
    known = material_of(project, ("cat", "dog"))
    tested = np.isin(known.ids, built.split.test)
    later = material_of(taken_in(home, "more", SHARED / "data/pets/more"), ("cat", "dog"))
    said = right_later(Material(known.ids, known.labels, known.features, known.truth, known.groups, tested), later)
    value, range = float((said & later.truth).any(axis=1).mean()), made.new.accuracy
    say("forecast.more_accuracy", value, f"share of {len(said)} photos", low=round(range.low, 3),
        likely=round(range.value, 3), high=round(range.high, 3), covered=bool(range.low <= value <= range.high))


def chosen(everything: Material, rows: np.ndarray, tested: np.ndarray | None = None) -> Material:
    return Material([everything.ids[row] for row in rows], everything.labels, everything.features[rows],
                    everything.truth[rows], np.arange(len(rows)),
                    np.zeros(len(rows), bool) if tested is None else tested)


def drawn(everything: Material, chance: np.random.Generator) -> tuple[Material, np.ndarray]:
    """A set of random photos with a split, that has enough of each label, and the rows of it."""
    while True:
        rows = chance.permutation(len(everything.ids))[:SIZE]
        labelled = {int(row): (everything.labels[int(everything.truth[row].argmax())],) for row in rows}
        sides = split.make(labelled, ())
        tested = np.isin(rows, sides.test)
        if everything.truth[rows[~tested]].sum(axis=0).min() >= forecasting.FEWEST:
            return chosen(everything, rows, tested), rows


def covered(everything: Material, draw: int) -> tuple[bool, float]:
    """Whether the range of one set contains what comes later, and how wide it is."""
    few, rows = drawn(everything, np.random.default_rng(draw))
    later = chosen(everything, np.setdiff1d(np.arange(len(everything.ids)), rows))
    f1, range = macro_f1(later.truth, right_later(few, later)), forecast.forecast(few).new.f1
    return range.low <= f1 <= range.high, range.high - range.low


def measure_sets(home: Workspace) -> None:
    project = taken_in(home, "everything", *(SHARED / "data/pets" / name for name in ("train", "more", "unseen")))
    everyone = {"two": material_of(project, ("cat", "dog"))}
    raccoons = home.create("raccoons")
    sources.import_folder(Progress(), str(raccoons.home), raccoons.name, str(SHARED / "data/raccoon/images"))
    everyone["three"] = with_others(everyone["two"], raccoons)
    found = {name: [covered(material, draw) for draw in range(SETS)] for name, material in everyone.items()}
    both = [one for sets in found.values() for one in sets]
    say("forecast.covered", float(np.mean([held for held, _ in both])), "share of sets", goal=0.9, sets=len(both),
        **{f"of_{name}_labels": round(float(np.mean([held for held, _ in sets])), 3) for name, sets in found.items()})
    say("forecast.width", float(np.mean([width for _, width in both])), "F1")


def with_others(pets: Material, project: Project) -> Material:
    """Pets, and the photos of a project as a label more."""
    _, features = likeness.embeddings(Progress(), project, photos.photos(project))
    count, labels = len(pets.ids) + len(features), len(pets.labels) + 1
    truth = np.zeros((count, labels), bool)
    truth[: len(pets.ids), :-1], truth[len(pets.ids) :, -1] = pets.truth, True
    return Material(range(count), [*pets.labels, "raccoon"], np.concatenate([pets.features, features]), truth,
                    np.arange(count), np.zeros(count, bool))


def main() -> None:
    if not SHARED.is_dir():
        sys.exit("../shared is not there, and with it the photos that this measures.")
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"REKOLAB_HOME": str(Path(folder, "home")),
                       "REKOLAB_ROOTS": os.pathsep.join((folder, str(SHARED)))}
        home, full_size = Workspace(Path(folder, "home").resolve()), Path(folder, "photos")
        subprocess.run([sys.executable, SHARED / "tools/full_size_photos.py", full_size], check=True)
        measure_seconds(home, full_size)
        measure_more(home)
        measure_sets(home)


if __name__ == "__main__":
    main()

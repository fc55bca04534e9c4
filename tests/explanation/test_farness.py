from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.dataset import labels, likeness, manifests, models, photos, sources, testset
from core.evaluation import photosets, reviewing, runs
from core.explanation import farness, nearness, trained
from core.explanation.trained import Trained
from core.images.embedding import normalised
from core.images.likeness import Floats
from core.jobs import Progress
from core.types import UNKNOWN, Prediction, Score
from core.workspace import Project, Workspace

PETS, CARS = (f"arn:aws:rekognition:us-east-1:123456789012:project/{name}/version/one/1" for name in ("pets", "cars"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("REKOLAB_ROOTS", str(tmp_path))
    return Workspace(tmp_path / "home").create("pets")


def cloud(count: int, seed: int, centre: int) -> Floats:
    """Rows around one direction."""
    dice = np.random.default_rng(seed)
    return normalised((np.eye(64)[centre] + dice.standard_normal((count, 64)) / 20).astype(np.float32))


def learned(rows: Floats) -> Trained:
    return Trained((), rows, (), nearness.left_out(rows, rows))


def wait(project: Project, arn: str, *hashes: str) -> None:
    reviewing.queue(project, arn, {"cat": 50.0}, [
        Prediction(f"{one}.jpg", f"/{one}.jpg", None, (Score("cat", 99.0),), UNKNOWN, 0.0, sha256=one)
        for one in hashes])


def test_each_photo_is_compared_with_what_the_model_has_learned_from_that_was_asked(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {PETS: learned(cloud(60, 1, 0)), CARS: learned(cloud(60, 2, 9))}
    pet, car = cloud(2, 3, 0).mean(axis=0), cloud(2, 4, 9).mean(axis=0)
    rows = {"pet": pet, "car": car, "pet of cars": pet, "car of cars": car}
    monkeypatch.setattr(trained, "trained", lambda _, arn: known[arn])
    monkeypatch.setattr(likeness, "rows_of", lambda _, wanted: (wanted, np.array([rows[one] for one in wanted])))
    wait(project, PETS, "pet", "car")
    wait(project, CARS, "pet of cars", "car of cars")
    assert farness.far(project) == {"car", "pet of cars"}


def test_what_a_model_has_learned_from_that_was_asked_is_looked_at_wherever_it_is_now(
    project: Project, photo_folder: Callable[..., Path]
) -> None:
    sources.import_folder(Progress(), str(project.home), project.name, str(photo_folder(cat=5, dog=5)))
    labels.label_by_folder(project)
    models._remember(project, "one", testset.Plan("split", manifests.build(project, "any-bucket"), 2), None)
    then = {photo.id for photo in photosets.training_photos(project)}
    labels.leave_out(project, [photo.id for photo in photos.photos(project)[:4]])
    now = {photo.id for photo in photosets.training_photos(project)}
    assert not then <= now and trained.pending(project) == len(now)
    wait(project, PETS, "any")
    assert runs.asked(project) == [PETS]
    assert trained.pending(project) == len(then | now)

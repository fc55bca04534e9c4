from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.dataset import examining, kinds, labels, manifests, photos, sources, split, testset
from core.errors import Cancelled, NotReady
from core.evaluation import forecasting
from core.evaluation.forecast import Curve, Risk
from core.evaluation.intervals import Figure
from core.jobs import Progress
from core.learning import unseen
from core.manifest import lines
from core.types import Photo
from core.workspace import Project, now

BUCKET = "bucket"


@pytest.fixture
def pets(project: Project, photo_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Project:
    """Eight cats and eight dogs, labelled; what they show is known, and each kind shows something else."""
    monkeypatch.setattr(unseen, "MOST_REPEATS", 2)
    monkeypatch.setattr(unseen, "FOLDS", 4)
    sources.import_folder(Progress(), str(project.home), project.name, str(photo_folder(cat=8, dog=8)))
    labels.label_by_folder(project)
    chance = np.random.default_rng(0)
    with project.catalogue() as rows:
        for photo in photos.photos(project):
            row = np.eye(1280)[int(photo.folder_label == "dog")] + chance.normal(0, 0.01, 1280)
            rows.execute("INSERT OR REPLACE INTO embedding VALUES (?, ?)", (
                photo.facts.sha256 if photo.facts else "", row.astype(np.float16).tobytes()))
        rows.executemany("INSERT INTO side VALUES (?, ?)", [
            (photo.id, "test" if photo.name.endswith(("1.jpg", "2.jpg")) else "train")
            for photo in photos.photos(project)])
    return project


def run(project: Project, progress: Progress | None = None) -> str:
    return forecasting.forecast_training(progress or Progress(), str(project.home), project.name, BUCKET)


def test_a_forecast_is_kept_for_the_manifests_that_it_was_made_for(pets: Project) -> None:
    built = manifests.build(pets, BUCKET)
    digest = run(pets)
    assert digest == manifests.digest(built) == manifests.digest(manifests.build(pets, "another-bucket"))
    made = forecasting.of(pets, digest)
    assert made is not None and (made.photos, made.left_out) == (16, 0)
    assert made.new.f1.high == 1.0 and made.new.f1.low > 0.6
    assert made.test is not None and made.test.photos == len(built.split.test) == 4
    assert "Forecast from 16 photos: F1 between" in pets.events()[0].text
    labels.assign(pets, [photos.photos(pets)[0].id], "dog")
    changed = manifests.digest(manifests.build(pets, BUCKET))
    assert changed != digest and forecasting.of(pets, changed) is None
    assert forecasting.earlier(pets) and forecasting.of(pets, digest) == made


def test_a_wrong_label_is_the_first_photo_at_risk(pets: Project) -> None:
    wrong = next(photo for photo in photos.photos(pets) if photo.name == "cat/cat5.jpg")
    labels.assign(pets, [wrong.id], "dog")
    made = forecasting.of(pets, run(pets))
    assert made is not None and (made.risks[0].photo_id, made.risks[0].taken_for) == (wrong.id, ("cat",))
    assert (made.confused[0].truth, made.confused[0].answer) == ("dog", "cat")


def test_the_latest_forecasts_are_kept(pets: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecasting, "MOST", 1)
    first = run(pets)
    split.place(pets, [manifests.build(pets, BUCKET).split.test[0]], "train")
    second = run(pets)
    assert forecasting.of(pets, first) is None and forecasting.of(pets, second) is not None


def test_a_cancelled_forecast_keeps_nothing(pets: Project) -> None:
    stop = threading.Event()

    def update(**changes: object) -> None:
        if changes.get("done") == 3 and "total" not in changes:
            stop.set()

    with pytest.raises(Cancelled):
        run(pets, Progress(update, stop))
    assert not forecasting.earlier(pets)


def test_why_there_is_no_forecast_is_said(pets: Project) -> None:
    def why() -> str:
        return forecasting.why_none(pets, manifests.build(pets, BUCKET))

    assert why() == ""
    dogs = [photo.id for photo in photos.photos(pets) if photo.label == "dog"]
    labels.assign(pets, dogs[3:], None)
    assert why().startswith("A forecast needs 5 photos of each label to train with, duplicates counted once: dog has")
    with pytest.raises(NotReady, match="duplicates counted once"):
        run(pets)
    labels.assign(pets, dogs, "cat")
    assert why() == "There is only one label, cat. A forecast needs two that can be mistaken for each other."
    labels.assign(pets, dogs, "dog")
    assert why() == ""


def test_there_is_no_forecast_for_boxes(pets: Project) -> None:
    built = manifests.build(pets, BUCKET)
    kinds.choose(pets, "boxes")
    assert "no forecast for models that detect objects" in forecasting.why_none(pets, built)


def test_photos_that_can_not_be_read_any_more_are_counted_or_end_the_forecast(pets: Project) -> None:
    cats = [photo for photo in photos.photos(pets) if photo.label == "cat"]
    gone = [photo.facts.sha256 for photo in cats if photo.facts]
    with pets.catalogue() as rows:
        rows.execute("UPDATE embedding SET row = x'' WHERE sha256 = ?", (gone[-1],))
    made = forecasting.of(pets, run(pets))
    assert made is not None and (made.photos, made.left_out) == (15, 1)
    with pets.catalogue() as rows:
        rows.executemany("UPDATE embedding SET row = x'' WHERE sha256 = ?", [(sha256,) for sha256 in gone])
    with pytest.raises(NotReady, match="8 photos can not be read any more, which leaves too few"):
        run(pets)


def test_several_labels_a_photo_have_a_forecast_too(pets: Project) -> None:
    kinds.choose(pets, "multi")
    labels.add(pets, [photo.id for photo in photos.photos(pets)][::2], "outside")
    made = forecasting.of(pets, run(pets))
    assert made is not None and 0 < made.new.f1.low < made.new.f1.high < 1
    assert any("outside" in (pair.truth, pair.answer) for pair in made.confused)


@pytest.mark.parametrize("way", ["distribute", "own"])
def test_the_test_photos_may_be_others_than_those_of_the_split(pets: Project, way: testset.Way) -> None:
    first = run(pets)
    own = examining.take_in(pets, "mine.manifest", lines.dump(
        lines.image_line(f"s3://elsewhere/{number}.jpg", ["cat"], now()) for number in range(6)).encode())
    testset.choose(pets, way, own)
    digest = run(pets)
    assert digest != first and digest == manifests.digest(testset.plan(pets, BUCKET).built)
    made = forecasting.of(pets, digest)
    assert made is not None and made.test is not None
    assert (made.photos, made.test.photos) == (16, {"distribute": 3, "own": 6}[way])


def test_each_label_has_a_range_of_its_own(pets: Project) -> None:
    dogs = [photo.id for photo in photos.photos(pets) if photo.label == "dog"]
    labels.assign(pets, dogs[2:3], "cat")
    made = forecasting.of(pets, run(pets))
    assert made is not None and made.test is not None and made.labels == ("cat", "dog")
    for expected in (made.new, made.test):
        assert len(expected.labels) == 2
        assert all(0 <= one.low <= one.value <= one.high <= 1 for one in expected.labels)
    assert made.new.labels[0].low < made.new.f1.value < 1


@pytest.mark.parametrize(("gain", "said"), [
    (Figure(0.03, 0.01, 0.06), "20 more photos of each label would bring about +0.03 F1 (between +0.01 and +0.06)."),
    (Figure(0.002, 0.0, 0.004), "20 more photos of each label would change F1 by less than 0.01."),
])
def test_what_more_photos_would_bring_is_said_with_its_uncertainty(gain: Figure, said: str) -> None:
    assert forecasting.more_photos(Curve((), (), (40, gain), gain)) == said


@pytest.mark.parametrize(("risk", "said"), [
    (Risk(1, ("dog",), 1.0), "cat, taken for dog"), (Risk(1, ("dog",), 0.2), "cat, sometimes taken for dog"),
    (Risk(1, (), 0.9), "cat, taken for none"), (Risk(1, (), 0.0), "cat, only just"),
])
def test_a_photo_at_risk_is_said_in_words(risk: Risk, said: str) -> None:
    assert forecasting.mistake(Photo(1, "", "", labels=("cat",)), risk) == said

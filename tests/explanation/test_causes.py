from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from composites import LEARNED, SEEDS, ordinary, posed_otherwise, thumbnail

from core.demo import picture
from core.demo.picture import Shot
from core.demo.shots import shots
from core.explanation.causes import Cause, causes, summary
from core.images import subjects
from core.images.subjects import Measures

PHOTOS = 20
Known = list[tuple[str | None, Measures]]


def measured(shot: Shot) -> Measures:
    photo = picture.take(shot)
    return subjects.measure(thumbnail(photo), photo.size)


def cats(count: int, seed: int = 1) -> list[Measures]:
    dice = np.random.default_rng(seed)
    return [Measures(float(np.exp(3.5 + 0.2 * dice.standard_normal())), 0.6, float(0.5 + 0.05 * dice.standard_normal()),
                     0.3, float(0.1 + 0.02 * dice.standard_normal()), 1.0, 1.0) for _ in range(count)]


@pytest.fixture(scope="module")
def known() -> Known:
    """The sample's training photos, measured."""
    return [(label, measured(shot)) for label, seed in SEEDS.items() for shot in shots(label, seed)[:LEARNED]]


def first(known: Known, changed: Sequence[Shot]) -> list[str | None]:
    """The measure that is named first for each of the shots, None where none is."""
    found = [causes(measured(shot), shot.species, known)[0] for shot in changed]
    return [cause.measure if cause.named else None for cause in found]


@pytest.mark.parametrize("contrast", [0.3, 0.06])
def test_where_only_contrast_is_changed_contrast_is_named_first(known: Known, contrast: float) -> None:
    named = first(known, [replace(shot, contrast=contrast) for shot in ordinary(PHOTOS)])
    assert named.count("contrast") >= 0.9 * PHOTOS


def test_where_only_the_pose_is_changed_contrast_is_hardly_named(known: Known) -> None:
    dice = random.Random(1)
    named = first(known, [posed_otherwise(shot, dice) for shot in ordinary(PHOTOS)])
    assert named.count("contrast") <= 0.1 * PHOTOS


def test_of_ordinary_photos_no_more_are_named_than_chance_has_it() -> None:
    known: Known = [("cat", one) for one in cats(30)]
    named = [any(cause.named for cause in causes(one, "cat", known) if cause.measure == "contrast")
             for one in cats(400, seed=2)]
    assert np.mean(named) <= 0.08  # 0.05, and what chance adds to it


def test_the_least_likely_is_named_first_with_its_percentile() -> None:
    known: Known = [("cat", one) for one in cats(30)]
    found = causes(replace(cats(1)[0], contrast=4.0, place=0.2), "cat", known)
    assert (found[0].measure, found[0].standing.percentile, found[0].brief) == ("contrast", 0.0, "lower contrast")
    assert summary(found) == ("Most unusual: lower contrast than all 30 training photos of cat. Also a subject further "
                              "from the middle than all 30 training photos of cat.")


def test_equal_values_are_no_cause() -> None:
    found: dict[str, Cause] = {one.measure: one for one in causes(cats(1)[0], "cat", [("cat", c) for c in cats(30)])}
    assert found["size"].standing.percentile == 50.0
    assert not found["size"].named
    assert found["size"].words == "as most of the 30 training photos of cat"


def test_a_class_with_few_photos_is_compared_with_all_and_without_any_nothing_is_claimed() -> None:
    found = causes(replace(cats(1)[0], contrast=1.0), "rabbit", [("cat", one) for one in cats(30)])
    assert found[0].words == "lower contrast than all 30 training photos"
    assert causes(cats(1)[0], "cat", []) == ()
    assert summary(()) == "There are too few measured training photos to compare it with."

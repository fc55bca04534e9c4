from __future__ import annotations

import numpy as np
import pytest

from core.evaluation import curve_charts, scores
from core.evaluation.reliability import reliability, sentence
from core.evaluation.scores import Scores
from core.types import UNKNOWN, Prediction, Score


def run(confidence: np.ndarray, right: np.ndarray) -> Scores:
    """Photos of cats of which the model is so sure (0-1), and right where it says."""
    return scores.scores([
        Prediction(str(number), "", "cat" if hit else "dog", (Score("cat", float(100 * sure)),), UNKNOWN, 0.0)
        for number, (sure, hit) in enumerate(zip(confidence, right, strict=True))], ["cat", "dog"])


def drawn(photos: int, seed: int, lie: float = 0.0) -> Scores:
    """A model that is right as often as it says, or less often by `lie`."""
    chance = np.random.default_rng(seed)
    confidence = chance.uniform(0.5, 1.0, photos)
    return run(confidence, chance.random(photos) < confidence - lie)


def test_bins_have_their_photos_and_the_error_is_their_mean_distance() -> None:
    found = reliability(run(np.array([0.95, 0.95, 0.55, 0.6]), np.array([True, True, False, False])))
    assert [(one.low, one.photos, one.right.hits) for one in found.bins] == [(0.5, 2, 0), (0.9, 2, 2)]
    assert found.error == pytest.approx((0.05 * 2 + 0.575 * 2) / 4)
    assert found.lean == pytest.approx((2 - 3.05) / 4)


def test_a_model_that_is_too_sure_is_called_so_on_many_photos() -> None:
    found = reliability(drawn(2000, 1, lie=0.2))
    assert found.error == pytest.approx(0.2, abs=0.03) and found.lean < 0
    assert "more than chance on 2,000 photos. On the whole the model is too sure." in sentence(found)


def test_few_photos_are_called_few() -> None:
    said = sentence(reliability(drawn(12, 2)))
    assert "no more than chance" in said and "few photos can hide a large error" in said


@pytest.mark.parametrize("photos", [12, 60, 400])
def test_true_confidences_are_seldom_called_wrong(photos: int) -> None:
    found = [reliability(drawn(photos, seed)) for seed in range(60)]
    assert sum(one.error > one.by_chance for one in found) <= 8  # one in twenty, and chance on top


def test_without_photos_nothing_is_said() -> None:
    found = reliability(scores.scores([Prediction("a", "", None, (Score("cat", 90.0),), UNKNOWN, 0.0)], ["cat"]))
    assert found.bins == () and "nothing can be said" in sentence(found)
    assert len(curve_charts.reliability_curve(found).data) == 3

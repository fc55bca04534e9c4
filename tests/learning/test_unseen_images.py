from __future__ import annotations

import numpy as np
import pytest
from test_learner import clouds

from core.learning import learner, unseen

ALONE = np.arange


@pytest.fixture(autouse=True)
def less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer trainings than a person gets, which show the same."""
    monkeypatch.setattr(unseen, "MOST_REPEATS", 2)
    monkeypatch.setattr(unseen, "FOLDS", 5)


def none(count: int) -> np.ndarray:
    return np.zeros(count, bool)


def test_every_image_is_answered_by_what_has_not_seen_it_or_its_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    features, truth = clouds([8, 8], spread=0.2)
    features, truth = np.repeat(features, 2, axis=0), np.repeat(truth, 2, axis=0)
    groups, tested = np.arange(32) // 2, np.arange(32) >= 28
    asked = np.zeros(32)
    inner = unseen._asked

    def look(rows: np.ndarray, known: np.ndarray, seen: np.ndarray, others: np.ndarray) -> tuple:
        assert not set(groups[seen]) & set(groups[others])
        assert not tested[seen].any()
        asked[others] += 1
        return inner(rows, known, seen, others)

    monkeypatch.setattr(unseen, "_asked", look)
    steps: list[None] = []
    found = unseen.answers(features, truth, groups, tested, lambda: steps.append(None))
    plan = unseen.plan(truth, tested)
    assert len(steps) == plan.trainings
    assert (asked[:28] == plan.repeats * len(unseen.SHARES)).all() and (asked[28:] == len(unseen.SHARES)).all()
    assert found.said.shape == (plan.repeats, 32, 2) and found.curve.shape == (3, 32, 2)
    assert list(found.learned) == sorted(found.learned) and found.learned[-1] < 28


def test_what_can_not_be_told_apart_is_not_forecast_to_be() -> None:
    features, truth = clouds([30, 30], spread=0.1)
    chance = np.random.default_rng(0).permutation(60)
    for rows, low, high in ((features, 0.95, 1.0), (features[chance], 0.25, 0.75)):
        found = unseen.answers(rows, truth, ALONE(60), none(60))
        assert low <= (found.said & truth).any(axis=2).mean() <= high
        assert ((found.margins < 0) == ((found.said != truth).any(axis=2).mean(axis=0) > 0.5)).mean() > 0.85


def test_turned_features_give_the_same_answers() -> None:
    features, truth = clouds([9, 7, 8], spread=0.4, size=64)
    turned = unseen._turned(features)
    assert turned.shape == (24, 24)
    before, after = (learner.fit(rows[::2], truth[::2], ("a", "b", "c"), calibrated=False).scores(rows[1::2])
                     for rows in (features, turned))
    assert before == pytest.approx(after, abs=1e-3)


def test_several_labels_and_labels_that_a_fold_has_lost_are_answered() -> None:
    features, truth = clouds([20, 20, 2], spread=0.1)
    truth[:10, 1] = True
    found = unseen.answers(features, truth, np.append(np.arange(40), [40, 40]), none(42))  # both rare ones in one fold
    assert not found.said[:, 40:, 2].any()
    assert found.said[:, :10, :2].mean() > 0.6
    assert np.isfinite(found.margins[:40]).all()


def test_uncalibrated_models_answer_the_same() -> None:
    features, truth = clouds([12, 9, 7])
    sure, quick = (learner.fit(features, truth, ("a", "b", "c"), calibrated).scores(features).argmax(axis=1)
                   for calibrated in (True, False))
    assert (sure == quick).all()

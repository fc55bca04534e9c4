"""The promise of every interval: of classifiers whose true figures are known, 95 of 100 samples hold them."""

from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.comparing import Answer, compare
from core.evaluation.intervals import Figure
from core.evaluation.metrics import Confusion, figures
from core.types import UNKNOWN

SAMPLES = 250
SLACK = 2.6 * (0.95 * 0.05 / SAMPLES) ** 0.5  # by which a share of so many samples may miss 95 % by chance


def classifier(labels: int, accuracy: float, unknown: float) -> tuple[np.ndarray, np.ndarray]:
    """(how frequent each label is, answers by truth) of a model that is as good for every label."""
    answers = np.full((labels, labels + 1), (1 - accuracy - unknown) / (labels - 1))
    np.fill_diagonal(answers, accuracy)
    answers[:, -1] = unknown
    frequent = np.arange(labels + 1, 1, -1.0)
    return frequent / frequent.sum(), answers


@pytest.mark.parametrize("photos", [8, 12, 20, 50, 200])
@pytest.mark.parametrize(("labels", "accuracy", "unknown"), [(2, 0.7, 0.1), (2, 0.95, 0.02), (4, 0.9, 0.05)])
def test_intervals_hold_the_true_figures_in_95_of_100_samples(
    photos: int, labels: int, accuracy: float, unknown: float
) -> None:
    frequent, answers = classifier(labels, accuracy, unknown)
    joint = frequent[:, None] * answers
    right, given = np.diag(joint), joint[:, :-1].sum(axis=0)
    precision, recall, f1 = right / given, right / frequent, 2 * right / (given + frequent)
    held: dict[str, list[bool]] = {}

    def note(name: str, figure: Figure, true: float) -> None:
        held.setdefault(name, []).append(figure.low - 1e-12 <= true <= figure.high + 1e-12)

    names = "abcd"[:labels]
    chance = np.random.default_rng(photos)
    for counts in chance.multinomial(photos, joint.ravel(), SAMPLES).reshape(SAMPLES, labels, labels + 1):
        found = figures(Confusion(tuple(names), (*names, UNKNOWN), counts), 0, 0)
        note("accuracy", found.accuracy, right.sum())
        note("unknown", found.unknown, unknown)
        for one in found.labels:
            place = names.index(one.label)
            note(f"precision {place}", one.precision, precision[place])
            note(f"recall {place}", one.recall, recall[place])
            note(f"f1 {place}", one.f1, f1[place])
        note("macro precision", found.precision, precision.mean())
        note("macro recall", found.recall, recall.mean())
        note("macro f1", found.f1, f1.mean())
    shares = {name: np.mean(some) for name, some in held.items()}
    assert min(shares.values()) >= 0.95 - SLACK, shares
    assert np.mean([share for name, share in shares.items()]) >= 0.95
    assert shares["macro f1"] >= 0.95 and shares["macro recall"] >= 0.95 and shares["macro precision"] >= 0.95


def test_equally_good_models_are_seldom_said_to_differ() -> None:
    """1,000 pairs of runs on the same photos, some of which are harder than others for both."""
    chance = np.random.default_rng(1)
    claims = 0
    for _ in range(1000):
        photos = int(chance.integers(8, 120))
        easy = chance.beta(4, 1, photos)
        left, right = (chance.random(photos) < easy for _ in range(2))
        claims += compare(*([Answer(str(n), frozenset({"cat"}), ("cat",) if hit else (), bool(hit))
                             for n, hit in enumerate(some)] for some in (left, right))).differs
    assert claims <= 50

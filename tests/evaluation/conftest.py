"""Predictions in one line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.evaluation.thresholds import decide
from core.types import Prediction, Score


@pytest.fixture
def predict() -> Callable[..., Prediction]:
    """`predict("a.jpg", "cat", cat=97.0, dog=3.0)`: a prediction decided at 50 % for every label."""

    def build(name: str, truth: str | None, error: str | None = None, cut: float = 50.0, **scores: float) -> Prediction:
        listed = tuple(Score(label, value) for label, value in sorted(scores.items(), key=lambda pair: -pair[1]))
        answer, confidence = decide(listed, cut)
        return Prediction(name, f"/photos/{name}", truth, listed, answer, confidence, error=error)

    return build

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from shelter import Shelter

from core.aws import prediction
from core.evaluation import metrics, runs, scores
from core.images.preparing import prepare
from core.types import UNKNOWN, Prediction


@pytest.mark.parametrize("rule", ["own", "low", "middle", "at a score", "above a score", "high"])
def test_asking_again_with_the_chosen_minconfidence_gives_the_matrix_that_was_previewed(
    shelter: Shelter, rule: str
) -> None:
    """Over HTTP, one call a photo, as somebody would who has chosen the threshold on the page."""
    shelter.let_run()
    run = runs.runs(shelter.project)[-1]
    known = runs.scores_of(shelter.project, run)
    score = float(np.median(known.percent.max(axis=1)))
    least = {"own": None, "low": 0.0, "middle": 50.0, "at a score": score, "above a score": min(score + 1e-4, 100.0),
             "high": 99.0}[rule]
    cuts = scores.cuts_of(known.labels, run.thresholds if least is None else least)
    previewed = metrics.measure_at(known, scores.decide(known, cuts)).confusion
    again = []
    for one in runs.predictions(shelter.project, run.id):
        said = prediction.detect(shelter.clients, run.arn, prepare(Path(one.path)).data, min_confidence=least)
        answer = said.scores[0].label if said.scores else UNKNOWN
        again.append(Prediction(one.name, one.path, one.truth, said.scores, answer, 0.0))
    asked = metrics.confusion(again, known.labels)
    assert (asked.rows, asked.columns, asked.counts.tolist()) == (
        previewed.rows, previewed.columns, previewed.counts.tolist())

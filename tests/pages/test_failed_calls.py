"""Calls that fail during an evaluation: said, in no figure, and asked again."""

from __future__ import annotations

from typing import Any

from page_photos import LABELS, draw
from visitor import Visitor, read

from core.aws import training, versions
from core.evaluation import photosets, predicting, runs
from core.jobs import Progress


def test_a_failed_call_is_no_mistake_and_can_be_asked_again(keeper: Visitor, shelter: Any) -> None:
    folder = draw(shelter.folder / "with broken", LABELS, 1, first=20)
    (folder / "cat" / "broken.jpg").write_bytes(b"no photo")
    shelter.let_run()
    assumed = training.evaluation(shelter.clients, versions.describe(shelter.clients, shelter.arn)).thresholds
    run = runs.create_run(shelter.project, shelter.arn, photosets.folder(str(folder)), assumed)
    try:
        predicting.predict_folder(Progress(), str(shelter.project.home), "shelter", run.id)
        keeper.go("results/evaluate", "shelter")
        assert any(read(one.value).startswith("1 call failed and is in none") for one in keeper.at.main.warning)
        assert "broken.jpg" not in str(keeper.tiles("evaluate_photos"))
        keeper.click("Go on: 1 photo to go")
        assert keeper.finish("shelter", "evaluate").state == "done"
    finally:
        runs.delete_run(shelter.project, run.id)

"""A stop is among the events of the project, as the start is."""

from __future__ import annotations

from typing import Any

from visitor import Visitor


def test_a_model_that_is_stopped_in_the_sidebar_is_noted(keeper: Visitor, shelter: Any) -> None:
    shelter.let_run()
    keeper.go("start/overview", "shelter").click(f"meter stop {shelter.arn}")
    assert shelter.project.events()[0].text == "one stopped"

"""The states of models, projects and datasets, against AWS's own lists of them."""

from __future__ import annotations

import botocore.session
import pytest

from core.aws import states


def listed(shape: str) -> set[str]:
    return {*botocore.session.get_session().get_service_model("rekognition").shape_for(shape).enum}


@pytest.mark.parametrize(("shape", "known"), [
    ("ProjectVersionStatus", states.MODELS), ("ProjectStatus", states.PROJECTS), ("DatasetStatus", states.DATASETS)])
def test_every_state_of_awss_model_is_known_and_no_other(shape: str, known: dict[str, states.State]) -> None:
    assert {*known} == listed(shape)
    assert len({state.word for state in known.values()}) == len(known)
    assert all(state.meaning.endswith(".") for state in known.values())


def test_a_state_that_aws_adds_later_has_its_own_name_and_can_be_deleted() -> None:
    assert states.of_model("BEING_AUDITED").word == "being audited"
    assert states.of_model("BEING_AUDITED").can == {"delete"}
    assert states.of_project("ARCHIVED").word == "archived"
    assert states.of_dataset("LOCKED").word == "locked"


def test_what_runs_is_stopped_before_it_is_deleted_and_nothing_is_started_twice() -> None:
    for status, state in states.MODELS.items():
        assert not {"stop", "delete"} <= state.can, status
        assert not {"start", "stop"} <= state.can, status
    assert {status for status, state in states.MODELS.items() if "stop" in state.can} == {"STARTING", "RUNNING"}


def test_what_has_no_model_can_neither_be_started_nor_copied() -> None:
    for status in ("TRAINING_IN_PROGRESS", "TRAINING_FAILED", "COPYING_IN_PROGRESS", "COPYING_FAILED", "DELETING"):
        assert not states.MODELS[status].can & {"start", "copy"}


def test_only_what_aws_is_at_passes_by_itself() -> None:
    assert {status for status, state in states.MODELS.items() if state.passing} == {
        "TRAINING_IN_PROGRESS", "STARTING", "STOPPING", "DELETING", "COPYING_IN_PROGRESS"}

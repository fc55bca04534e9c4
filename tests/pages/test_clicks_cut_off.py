"""Clicks on whose run Streamlit gives up half way, because somebody has clicked on."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.state import SafeSessionState
from visitor import PATIENCE, Visitor

from core.ui import state


def test_a_sample_whose_click_is_cut_off_at_its_first_call_of_streamlit_is_begun_all_the_same(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor.go("start/overview")
    keep = SafeSessionState.__setitem__

    def cut_off(session: SafeSessionState, key: str, value: Any) -> None:
        if key == "choose_project":
            raise StopException
        keep(session, key, value)

    with monkeypatch.context() as patch:
        patch.setattr(SafeSessionState, "__setitem__", cut_off)
        visitor.click("Load the sample")
    [project] = visitor.workspace.projects()
    begun = state.job(visitor.workspace.open(project), "import")
    assert begun and begun.live
    state.jobs().cancel(begun.key)  # what it draws, others look at
    assert state.jobs().wait(begun.key, PATIENCE).state == "cancelled"

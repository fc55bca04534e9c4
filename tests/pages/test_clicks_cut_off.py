"""Clicks on whose run Streamlit gives up half way, because somebody has clicked on."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.state import SafeSessionState
from visitor import PATIENCE, Visitor

from core.ui import state


def test_a_sample_whose_click_is_cut_off_at_its_first_call_of_streamlit_is_drawn_all_the_same(
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
    assert visitor.workspace.projects() == ["cats-and-dogs"]
    assert state.jobs().wait("cats-and-dogs/import", PATIENCE).state == "done"
    assert "40 photos" in visitor.run().text

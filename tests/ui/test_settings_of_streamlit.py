from __future__ import annotations

from pathlib import Path

import pytest
from streamlit import config

ROOT = Path(__file__).parents[2]


def test_a_run_is_not_followed_by_a_look_through_every_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    options = config.get_config_options(force_reparse=True)
    assert options["runner.postScriptGC"].value is False  # a KeyError says that Streamlit has it no more

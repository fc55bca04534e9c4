from __future__ import annotations

from pathlib import Path

import pytest

from core.engine.settings import PREFIX, EngineSettings, load
from core.errors import EngineError

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "engine.md"


def test_quotas_are_awss_and_nothing_is_slowed_down_unless_somebody_asks_for_it() -> None:
    found = load({})
    assert found == EngineSettings()
    assert (found.max_projects, found.max_versions, found.max_trainings, found.max_running, found.max_units) == (
        100, 100, 2, 2, 5)
    assert not (found.training_seconds or found.starting_seconds or found.instant or found.calls_per_second)


def test_the_environment_sets_them() -> None:
    found = load({"REKOLAB_ENGINE_MAX_RUNNING": "7", "REKOLAB_ENGINE_TRAINING_SECONDS": "1.5",
                  "REKOLAB_ENGINE_INSTANT": "yes", "REKOLAB_ENGINE_MAX_UNITS": "", "REKOLAB_ENGINE_PORT": "4599",
                  "REKOLAB_ENGINE_OTHERS_BUCKETS": "theirs-*"})
    assert found == EngineSettings(max_running=7, training_seconds=1.5, instant=True, others_buckets="theirs-*")
    assert load({"REKOLAB_ENGINE_INSTANT": "0"}).instant is False


@pytest.mark.parametrize(("name", "text"), [
    ("MAX_RUNNING", "two"), ("MAX_RUNNING", "-1"), ("MAX_RUNNING", "1.5"), ("MAX_RUNNING", "9" * 20),
    ("TRAINING_SECONDS", "nan"), ("TRAINING_SECONDS", "inf"), ("TRAINING_SECONDS", "-0.1"), ("INSTANT", "maybe")])
def test_a_value_that_is_none_is_named(name: str, text: str) -> None:
    with pytest.raises(EngineError, match=f"{PREFIX}{name} is “{text}”"):
        load({PREFIX + name: text})


def test_the_documentation_lists_every_setting_with_its_default() -> None:
    rows = [line for line in DOCUMENTATION.read_text("utf-8").splitlines() if line.startswith(f"| `{PREFIX}")]
    documented = {cells[1].strip(" `"): cells[2].strip() for cells in (row.split("|") for row in rows)}
    defaults = {PREFIX + name.upper(): getattr(EngineSettings(), name) for name in EngineSettings.__dataclass_fields__}
    words = {False: "off", "": "none"}
    shown = {name: words[value] if isinstance(value, (bool, str)) else f"{value:,g}"
             for name, value in defaults.items()}
    assert documented == shown | {f"{PREFIX}PORT": "4599"}

"""The sample project, drawn once for all tests of this room."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.demo import draw


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the sample was drawn into."""
    folder = tmp_path_factory.mktemp("sample")
    draw(folder)
    return folder

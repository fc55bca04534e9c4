"""What the tests of this room share: a project with photos in it, cheap to make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.dataset import sources
from core.jobs import Progress
from core.workspace import Project


@pytest.fixture
def take_in(project: Project) -> Callable[[Path], sources.Imported]:
    """Import a folder into the project, as the page's job does."""
    def run(folder: Path) -> sources.Imported:
        return sources.import_folder(Progress(), str(project.home), project.name, str(folder))

    return run


@pytest.fixture
def pets(project: Project, photo_folder: Callable[..., Path], take_in: Callable[[Path], sources.Imported]) -> Project:
    """The project with six cats and six dogs, looked at, not labelled."""
    take_in(photo_folder(cat=6, dog=6))
    return project

"""What the tests of this room share: a project with photos in it, cheap to make."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from core.aws import clients as aws
from core.aws.clients import Clients
from core.aws.engine_process import Engine
from core.dataset import cleaning, labels, models, sources
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


@pytest.fixture
def client(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Clients:
    """Clients of the session's engine, which the jobs get too."""
    made = aws.engine_clients(engine, lambda: engine)
    monkeypatch.setattr(aws, "connect", lambda home, backend: made)
    return made


@pytest.fixture
def ready(pets: Project) -> Project:
    """Labelled and cleaned, with a bucket and a Rekognition project of its own."""
    labels.label_by_folder(pets)
    cleaning.clean_all(Progress(), str(pets.home), pets.name)
    own = uuid.uuid4().hex[:12]
    pets.set("bucket", f"bucket-{own}")
    models.choose_rekognition(pets, f"pets-{own}")
    return pets

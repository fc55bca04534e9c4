from __future__ import annotations

import threading
from typing import Any

import pytest

from core import demo
from core.dataset import sources
from core.demo import project as drawing
from core.errors import Cancelled
from core.jobs import Progress
from core.workspace import Project


def test_drawing_the_sample_counts_its_photos_and_can_be_cancelled(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "files", lambda: ((f"dataset/cat/{number}.jpg", b"cat") for number in range(9)))
    cancelled, seen = threading.Event(), []

    def update(**changes: Any) -> None:
        seen.append(changes)
        if changes.get("done") == 3:
            cancelled.set()

    with pytest.raises(Cancelled):
        sources.load_demo(Progress(update, cancelled), str(project.home), project.name)
    assert seen[0]["total"] == demo.COUNT
    assert [changes["done"] for changes in seen[1:]] == [1, 2, 3]
    assert not sources.sample_folder(project).exists()


def test_as_many_photos_are_drawn_as_the_progress_expects() -> None:
    shots = [name for species, seed in drawing.SEEDS.items() for name in drawing.shots(species, seed)]
    assert len(shots) + len({drawing.EXACT, drawing.NEAR}) == demo.COUNT

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import Cancelled, NotReady
from core.evaluation import measuring, photosets, runs, slices
from core.jobs import Progress
from core.types import UNKNOWN, Prediction, Score
from core.workspace import Project

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1"


@pytest.fixture
def run(project: Project, photo_folder: Callable[..., Path]) -> runs.Run:
    """A run over six photos as an older Rekolab has kept it: without the hashes of what it asked about."""
    made = runs.create_run(project, ARN, photosets.folder(str(photo_folder(cat=3, dog=3))), {"cat": 50.0, "dog": 50.0})
    for shot in photosets.shots(project, made.source):
        said = (Score("cat", 80.0),)
        runs.keep(project, made.id, Prediction(shot.name, str(shot.path), shot.truth, said, UNKNOWN, 0.0))
    return made


def measure(project: Project, run: runs.Run, progress: Progress | None = None) -> dict[str, int]:
    return measuring.measure_photos(progress or Progress(), str(project.home), project.name, run.id)


def test_measured_photos_are_sliced_by_size_and_quality(project: Project, run: runs.Run) -> None:
    assert {part.by for part in slices.parts_of(project, run)} == {"class"}
    assert measuring.waiting(project, run.id) == 6
    assert measure(project, run) == {"measured": 6, "unreadable": 0}
    assert measuring.waiting(project, run.id) == 0
    assert {part.by for part in slices.parts_of(project, run)} >= {"class", "sharpness", "brightness"}
    assert all(one.sha256 for one in runs.predictions(project, run.id))


def test_measuring_goes_on_where_it_was_cancelled(project: Project, run: runs.Run) -> None:
    cancelled = threading.Event()
    progress = Progress(lambda **changes: cancelled.set() if changes.get("done") == 2 else None, cancelled)
    with pytest.raises(Cancelled):
        measure(project, run, progress)
    waiting = measuring.waiting(project, run.id)
    assert 0 < waiting < 6
    assert measure(project, run)["measured"] == waiting


def test_a_photo_that_is_gone_is_counted_and_waits(project: Project, run: runs.Run) -> None:
    Path(runs.predictions(project, run.id)[0].path).unlink()
    assert measure(project, run) == {"measured": 5, "unreadable": 1}
    assert measuring.waiting(project, run.id) == 1


def test_the_photos_of_a_run_can_be_asked_about_again(project: Project, run: runs.Run) -> None:
    again = runs.create_run(project, ARN, photosets.earlier(run.id, run.title), {"cat": 50.0, "dog": 50.0})
    assert (again.title, again.total) == (run.title, 6)
    assert photosets.shots(project, again.source) == photosets.shots(project, run.source)
    assert photosets.PhotoSet.load(again.source.dump()) == again.source
    runs.delete_run(project, run.id)
    with pytest.raises(NotReady, match="does not exist any more"):
        photosets.shots(project, again.source)


def test_an_older_catalogue_learns_to_keep_hashes(project: Project, run: runs.Run) -> None:
    with project.catalogue() as rows:
        rows.execute("ALTER TABLE prediction DROP COLUMN sha256")
        rows.execute("PRAGMA user_version = 2")
    assert [one.sha256 for one in runs.predictions(project, run.id)] == [None] * 6
    assert measure(project, run)["measured"] == 6

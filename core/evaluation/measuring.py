"""The job that looks at the photos of a run, so that its figures can be parted by size and quality."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from core.compute import each, workers
from core.dataset import batches, content, places
from core.dataset.names import counted
from core.dataset.remembering import remembered
from core.errors import BadImage
from core.images import reading, thumbnails, verdicts
from core.images.verdicts import Inspection
from core.jobs import Progress
from core.types import Facts
from core.workspace import Project, open_project

_Look = tuple[str, Inspection | None]  # of one photo: its name, and what was seen, None where it can't be read

_WAITING = ("SELECT name, path FROM prediction WHERE run_id = ? AND error IS NULL AND (sha256 IS NULL OR "
            "sha256 NOT IN (SELECT sha256 FROM content)) ORDER BY name")


def waiting(project: Project, run_id: int) -> int:
    """How many photos of the run were never looked at."""
    return len(remembered(project, "measuring.waiting", partial(_waiting, project, run_id), run_id))


def measure_photos(progress: Progress, home: str, project: str, run_id: int) -> dict[str, int]:
    """Job: look at the run's photos that nobody has looked at; gives {"measured", "unreadable"}.

    What is seen is kept by content, so it goes on where it stopped.
    """
    owner = open_project(home, project)
    photos = _waiting(owner, run_id)
    progress.begin(len(photos), f"Measuring {counted(len(photos), 'photo')}")
    unreadable: list[str] = []

    def keep(some: Sequence[_Look]) -> None:
        unreadable.extend(name for name, seen in some if seen is None or seen.facts is None)
        seen = [(name, look, look.facts) for name, look in some if look and look.facts]
        _keep(owner, run_id, seen)

    looks = each(partial(_look, owner), photos, progress, threads=workers())
    batches.written((look for _, look in looks), keep)
    return {"measured": len(photos) - len(unreadable), "unreadable": len(unreadable)}


def _waiting(project: Project, run_id: int) -> list[tuple[str, str]]:
    with project.reading() as rows:
        return [(row["name"], row["path"]) for row in rows.execute(_WAITING, (run_id,))]


def _look(project: Project, photo: tuple[str, str]) -> _Look:
    name, path = photo
    try:
        return name, verdicts.inspect(reading.read_bytes(places.source(project, path)))
    except BadImage:
        return name, None


def _keep(project: Project, run_id: int, some: Sequence[tuple[str, Inspection, Facts]]) -> None:
    for _, look, facts in some:
        if look.thumbnail and thumbnails.find(project.thumbnails, facts.sha256) is None:
            thumbnails.keep(project.thumbnails, facts.sha256, look.thumbnail)
    with project.catalogue() as rows:
        content.keep(rows, [(facts.sha256, look) for _, look, facts in some])
        rows.executemany("UPDATE prediction SET sha256 = ? WHERE run_id = ? AND name = ?",
                         [(facts.sha256, run_id, name) for name, _, facts in some])

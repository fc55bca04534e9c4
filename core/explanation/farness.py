"""Which photos that wait for a review are unlike everything that was trained on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from core.dataset import likeness, places
from core.dataset.remembering import remembered
from core.evaluation import reviewing
from core.explanation import nearness, trained
from core.jobs import Progress
from core.workspace import Project, open_project


def compare_waiting(progress: Progress, home: str, project: str) -> int:
    """Job: look at the photos that wait and that nobody has looked at; gives how many those were."""
    owner = open_project(home, project)
    return likeness.embed_contents(progress, owner, {
        one.prediction.sha256: partial(places.source, owner, one.prediction.path)
        for one in reviewing.waiting(owner) if one.prediction.sha256})


def pending(project: Project) -> int:
    """How many photos that wait have yet to be looked at."""
    return remembered(project, "farness.pending", partial(_pending, project))


def far(project: Project) -> frozenset[str]:
    """The hashes of the waiting photos that lie further out than nearly all photos do among themselves that the model
    has learned from which was asked."""
    return remembered(project, "farness", partial(_far, project))


def _waiting(project: Project) -> list[str]:
    return [one.prediction.sha256 for one in reviewing.waiting(project) if one.prediction.sha256]


def _pending(project: Project) -> int:
    with project.reading() as rows:
        known = {row["sha256"] for row in rows.execute("SELECT sha256 FROM embedding")}
    return sum(sha256 not in known for sha256 in _waiting(project))


def _far(project: Project) -> frozenset[str]:
    by_model: dict[str, list[str]] = {}
    for one in reviewing.waiting(project):
        by_model.setdefault(one.arn, []).append(one.prediction.sha256 or "")
    return frozenset(sha256 for arn, hashes in by_model.items() for sha256 in _far_from(project, arn, hashes))


def _far_from(project: Project, arn: str, waiting: list[str]) -> Iterator[str]:
    known = trained.trained(project, arn)
    for sha256, row in zip(*likeness.rows_of(project, waiting), strict=True):
        place = nearness.nearness(row, known.rows, known.distances)
        if place and place.far:
            yield sha256

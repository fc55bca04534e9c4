"""What two models can be compared on: sets of photos that both were asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.evaluation import runs
from core.evaluation.comparing import Answer, Comparison, answers, compare, same_photos
from core.evaluation.runs import Run
from core.workspace import Project

TESTED = "AWS's test photos"


@dataclass(frozen=True, slots=True)
class Basis:
    """A set of photos with what both models said of them. `whole` means that both were asked about all of it.

    `paths` tells where a photo lies, by its name in the comparison.
    """

    title: str
    found: Comparison
    whole: bool
    paths: Mapping[str, str]


def tested(left: Sequence[Answer], right: Sequence[Answer]) -> Basis:
    """What AWS tested both models on after training, whose photos are named by their URIs."""
    found = compare(left, right)
    return Basis(TESTED, found, same_photos(left, right), {one.name: one.name for one in left})


def recorded(project: Project, left: str, right: str) -> list[Basis]:
    """The project's own runs of both models, by ARN, over the same photos: the last of each, the newest set first."""
    found = []
    for source in dict.fromkeys(run.source for run in runs.runs(project)):
        first, second = (_last(project, source.dump(), arn) for arn in (left, right))
        if first and second:
            found.append(_basis(project, first, second))
    return [basis for basis in found if basis.found.photos]


def _last(project: Project, source: str, arn: str) -> Run | None:
    return next((run for run in runs.runs(project) if (run.arn, run.source.dump()) == (arn, source) and run.done), None)


def _basis(project: Project, first: Run, second: Run) -> Basis:
    made = [runs.predictions(project, run.id) for run in (first, second)]
    left, right = (answers(one) for one in made)
    return Basis(first.title, compare(left, right), same_photos(left, right), {one.name: one.path for one in made[0]})

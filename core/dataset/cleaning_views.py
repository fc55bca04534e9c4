"""What is shown of a cleaning: the plan by action, copies beside their originals, the figures, the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from core.dataset import cleaning, cleaning_plan, likeness_file
from core.dataset.photos import photos
from core.dataset.remembering import remembered
from core.images.cleaning import Plan, Recipe
from core.types import Cleaned, Photo
from core.workspace import Project

if TYPE_CHECKING:
    import pandas

AS_IT_IS = "as it is"
LEAVE_OUT = "leave out"
BY_HAND = "left out by you"

Pair = tuple[Photo, Cleaned]


@dataclass(frozen=True, slots=True)
class Totals:
    """How many photos are clean, how many were left out, and the bytes of the clean ones before and after."""

    clean: int
    left_out: int
    bytes_before: int
    bytes_after: int


def by_action(project: Project, recipe: Recipe, best_only: bool) -> Mapping[str, Mapping[int, str]]:
    """The plan: for each action, most frequent first, the photos that it does something to, by id, and why.

    What is left out comes last. A photo to which several things are done is under each of them.
    """
    return remembered(project, "cleaning.by_action", partial(_by_action, project, recipe, best_only), recipe, best_only,
                      likeness_file.stamp(project) if best_only else None)


def pairs(project: Project, action: str | None = None) -> list[Pair]:
    """Every photo that has a copy, with it, in the order of names; those only to which `action` was done."""
    return remembered(project, "cleaning.pairs", partial(_pairs, project, action), action)


def actions_done(project: Project) -> dict[str, int]:
    """How many of the copies each action was done to, most frequent first."""
    return remembered(project, "cleaning.actions", partial(_actions_done, project))


def totals(project: Project) -> Totals:
    """The figures of all copies together."""
    return remembered(project, "cleaning.totals", partial(_totals, project))


def report(project: Project) -> pandas.DataFrame:
    """A row for each cleaned photo: name, what was done or why it was left out, size and bytes before and after."""
    return remembered(project, "cleaning.report", partial(_report, project))


def actions_of(done: Iterable[str]) -> tuple[str, ...]:
    """The actions, or that there are none."""
    return tuple(done) or (AS_IT_IS,)


def _by_action(project: Project, recipe: Recipe, best_only: bool) -> dict[str, dict[int, str]]:
    groups: dict[str, dict[int, str]] = {}
    for photo, plan in cleaning_plan.plan_all(project, recipe, best_only):
        for action, why in _reasons(plan):
            groups.setdefault(action, {})[photo.id] = why
    if out := {photo.id: "You left it out." for photo in photos(project) if photo.excluded}:
        groups[BY_HAND] = out
    last = (LEAVE_OUT, BY_HAND)
    return dict(sorted(groups.items(), key=lambda item: (item[0] in last, item[0] == BY_HAND, -len(item[1]))))


def _reasons(plan: Plan) -> list[tuple[str, str]]:
    if plan.leave_out:
        return [(LEAVE_OUT, plan.leave_out)]
    return [(action, plan.reasons) for action in actions_of(plan.actions)]


def _pairs(project: Project, action: str | None) -> list[Pair]:
    copies = {copy.photo_id: copy for copy in cleaning.results(project) if copy.path}
    return [(photo, copy) for photo in photos(project) if (copy := copies.get(photo.id))
            and (action is None or action in actions_of(copy.actions))]


def _actions_done(project: Project) -> dict[str, int]:
    tally: dict[str, int] = {}
    for _, copy in pairs(project):
        for action in actions_of(copy.actions):
            tally[action] = tally.get(action, 0) + 1
    return dict(sorted(tally.items(), key=lambda item: -item[1]))


def _totals(project: Project) -> Totals:
    made = pairs(project)
    return Totals(len(made), len(cleaning.results(project)) - len(made),
                  sum(photo.facts.bytes for photo, _ in made if photo.facts), sum(copy.bytes for _, copy in made))


def _report(project: Project) -> pandas.DataFrame:
    import pandas

    known = {photo.id: photo for photo in photos(project)}
    columns = ["name", "actions", "left out because", "width before", "height before", "bytes before",
               "width", "height", "bytes", "copy"]
    listed = [_row(known[copy.photo_id], copy) for copy in cleaning.results(project) if copy.photo_id in known]
    whole = [column for column in columns if column.startswith(("width", "height", "bytes"))]
    return pandas.DataFrame(listed, columns=columns).astype(dict.fromkeys(whole, "Int64"))


def _row(photo: Photo, copy: Cleaned) -> tuple[object, ...]:
    before = (photo.facts.width, photo.facts.height, photo.facts.bytes) if photo.facts else (None,) * 3
    after = (copy.width, copy.height, copy.bytes) if copy.path else (None,) * 3
    return photo.name, ", ".join(copy.actions), copy.reason or "", *before, *after, copy.path or ""

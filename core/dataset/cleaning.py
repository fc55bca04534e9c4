"""Cleaning a project: the job that makes the copies that are missing or out of date, and what it came to."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Literal

from core.compute import each, workers
from core.dataset import batches, cleaning_plan, cleaning_s3, likeness_file
from core.dataset.cleaning_plan import Planned
from core.dataset.names import counted
from core.dataset.places import in_s3
from core.dataset.remembering import remembered
from core.errors import NotReady
from core.files import room_needed
from core.images import cleaning as pixels
from core.images.cleaning import Plan, Recipe
from core.jobs import Progress
from core.types import Cleaned, Photo
from core.workspace import Project, open_project

_KEPT = ("The copies made so far are whole and kept, and no original was touched. Make room, then clean again: it goes "
         "on where it stopped.")


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What a run of the job came to: copies that it made, copies that were up to date, and photos left out."""

    made: int
    kept: int
    left_out: int


def pending(project: Project, recipe: Recipe, best_only: bool = False) -> Planned:
    """The part of the plan that is not done yet, or whose copy is gone."""
    stamp = likeness_file.stamp(project) if best_only else None
    undone, done = remembered(project, "cleaning.pending", partial(_divided, project, recipe, best_only), recipe,
                              best_only, stamp)
    return undone + [one for one, copy in done if _size(copy.path or "") != copy.bytes]


def clean_all(
    progress: Progress,
    home: str,
    project: str,
    longest: int = 1280,
    format: Literal["keep", "JPEG", "PNG"] = "keep",
    quality: int = 90,
    best_only: bool = False,
) -> Cleaning:
    """Job: make the cleaned copies that are missing or made from another photo or recipe, and remove stale ones."""
    owner, recipe = open_project(home, project), Recipe(longest, format, quality)
    planned = cleaning_plan.plan_all(owner, recipe, best_only)
    if not planned:
        raise NotReady("There are no photos to clean. Choose some on the Browse page.")
    with room_needed(_KEPT):
        owner.set("recipe", asdict(recipe))
        owner.set("best_only", best_only)
        todo = pending(owner, recipe, best_only)
        _drop(owner, {photo.id for photo, _ in planned} - {photo.id for photo, _ in todo})
        _make(progress, owner, recipe, planned, todo)
        _sweep(owner)
        return _summed(owner, {photo.id for photo, _ in todo})


def clean_some(progress: Progress, project: Project, photo_ids: Collection[int]) -> None:
    """Make the copies of these photos, as far as they are missing, by the recipe of the last cleaning."""
    recipe, best_only = recipe_of(project), best_only_of(project)
    todo = [one for one in pending(project, recipe, best_only) if one[0].id in photo_ids]
    with room_needed(_KEPT):
        _make(progress, project, recipe, cleaning_plan.plan_all(project, recipe, best_only), todo)


def _make(progress: Progress, project: Project, recipe: Recipe, planned: Planned, todo: Planned) -> None:
    progress.begin(len(todo), "Cleaning the photos")
    work = partial(_clean, recipe=recipe, names={photo.name for photo, _ in planned}, folder=project.cleaned)
    files, objects = [[one for one in todo if in_s3(one[0].path) is there] for there in (False, True)]
    copies = chain(each(work, files, progress, workers()), cleaning_s3.copies(progress, project, recipe, objects))
    done = ((copy, cleaning_plan.key(photo, plan)) for (photo, plan), copy in copies)
    batches.written(done, partial(_store, project))


def recipe_of(project: Project) -> Recipe:
    """The recipe of the last cleaning, or the usual one."""
    return Recipe(**project.get("recipe", {}))


def best_only_of(project: Project) -> bool:
    """Whether the last cleaning kept only the best of photos that are almost the same; at first none is dropped.

    The split keeps such photos on one side, so they do no harm to a test, and to drop photos is a person's decision.
    """
    return bool(project.get("best_only", False))


def results(project: Project) -> list[Cleaned]:
    """The cleaned copies, and what was left out with its reason, by photo id. Everybody gets the same list."""
    return remembered(project, "cleaning.results", partial(_results, project))


def _clean(item: tuple[Photo, Plan], recipe: Recipe, names: set[str], folder: Path) -> Cleaned:
    photo, plan = item
    if plan.leave_out:
        return Cleaned(photo.id, None, (), plan.leave_out)
    return pixels.clean(cleaning_plan.renamed(photo, names), recipe, folder)


def _divided(
    project: Project, recipe: Recipe, best_only: bool
) -> tuple[Planned, list[tuple[tuple[Photo, Plan], Cleaned]]]:
    """What of the plan is not done, and what is done with a file of this computer, which may be gone by now."""
    keys, copies = _keys(project), {copy.photo_id: copy for copy in results(project)}
    undone: Planned = []
    done = []
    for photo, plan in cleaning_plan.plan_all(project, recipe, best_only):
        copy = copies.get(photo.id)
        if copy is None or keys.get(photo.id) != cleaning_plan.key(photo, plan):
            undone.append((photo, plan))
        elif copy.path and not in_s3(copy.path):
            done.append(((photo, plan), copy))
    return undone, done


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - a third of the time of a Path, and this is done for every copy
    except OSError:
        return -1


def _results(project: Project) -> list[Cleaned]:
    with project.reading() as rows:
        found = rows.execute("SELECT * FROM cleaned ORDER BY photo_id").fetchall()
    return [Cleaned(row["photo_id"], row["path"], tuple(json.loads(row["actions"])), row["reason"],
                    row["width"], row["height"], row["bytes"], row["sha256"]) for row in found]


def _keys(project: Project) -> dict[int, str]:
    with project.reading() as rows:
        return {row["photo_id"]: row["recipe"] for row in rows.execute("SELECT photo_id, recipe FROM cleaned")}


def _drop(project: Project, current: set[int]) -> None:
    """Forget every result but the `current` ones before copies are overwritten, so that none is taken for another."""
    with project.catalogue() as rows:
        stale = [(row["photo_id"],) for row in rows.execute("SELECT photo_id FROM cleaned")
                 if row["photo_id"] not in current]
        rows.executemany("DELETE FROM cleaned WHERE photo_id = ?", stale)


def _store(project: Project, done: Iterable[tuple[Cleaned, str]]) -> None:
    """Write results with their keys."""
    with project.catalogue() as rows:
        rows.executemany(
            "INSERT OR REPLACE INTO cleaned VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(copy.photo_id, key, copy.path, json.dumps(copy.actions), copy.reason,
              copy.width, copy.height, copy.bytes, copy.sha256) for copy, key in done])


def _sweep(project: Project) -> None:
    """Remove every file among the copies that no result names: stale copies, and drafts that a crash left."""
    named = {copy.path for copy in results(project) if copy.path}
    for path in project.cleaned.rglob("*"):
        if path.is_file() and str(path) not in named:
            path.unlink()


def _summed(project: Project, worked_on: set[int]) -> Cleaning:
    """The outcome, noted among the project's events when anything was done."""
    copies = results(project)
    whole = {copy.photo_id for copy in copies if copy.path}
    left_out = len(copies) - len(whole)
    if worked_on:
        project.note("clean", f"{counted(len(whole), 'photo')} clean, {left_out:,} left out")
    return Cleaning(len(whole & worked_on), len(whole - worked_on), left_out)

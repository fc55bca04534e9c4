"""Cleaning a project: a plan for every photo, and the job that makes the copies that are missing or out of date."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from core.compute import each
from core.dataset import batches
from core.dataset.names import counted
from core.dataset.photos import photos
from core.errors import NotReady
from core.images import cleaning as pixels
from core.images.cleaning import Plan, Recipe
from core.jobs import Progress
from core.types import Cleaned, Photo
from core.workspace import Project, open_project

if TYPE_CHECKING:
    import pandas

_COPY_SUFFIXES = (".jpg", ".png")  # that a copy may get behind its own name


@dataclass(frozen=True, slots=True)
class Cleaning:
    """What a run of the job came to: copies that it made, copies that were up to date, and photos left out."""

    made: int
    kept: int
    left_out: int


def plan_all(project: Project, recipe: Recipe) -> list[tuple[Photo, Plan]]:
    """What cleaning will do to each photo that is not excluded. Of exact duplicates only the first gets a copy."""
    firsts: dict[str, Photo] = {}
    planned = []
    for photo in photos(project):
        if photo.excluded:
            continue
        plan = pixels.plan(photo, recipe)
        if photo.facts and not plan.leave_out:
            first = firsts.setdefault(photo.facts.sha256, photo)
            plan = plan if first is photo else Plan((), f"It is the same file as {first.name}, which is kept.")
        planned.append((photo, plan))
    return planned


def pending(project: Project, recipe: Recipe) -> list[tuple[Photo, Plan]]:
    """The part of the plan that is not done yet, or whose copy is gone."""
    return _undone(plan_all(project, recipe), recipe, _keys(project), results(project))


def clean_all(
    progress: Progress,
    home: str,
    project: str,
    longest: int = 1280,
    format: Literal["keep", "JPEG", "PNG"] = "keep",
    quality: int = 90,
) -> Cleaning:
    """Job: make the cleaned copies that are missing or made from another photo or recipe, and remove stale ones."""
    owner, recipe = open_project(home, project), Recipe(longest, format, quality)
    planned = plan_all(owner, recipe)
    if not planned:
        raise NotReady("There are no photos to clean. Choose some on the Browse page.")
    owner.set("recipe", {"longest": longest, "format": format, "quality": quality})
    todo = _undone(planned, recipe, _keys(owner), results(owner))
    _drop(owner, {photo.id for photo, _ in planned} - {photo.id for photo, _ in todo})
    names = {photo.name for photo, _ in planned}
    progress.begin(len(todo), "Cleaning the photos")
    work = partial(_clean, recipe=recipe, names=names, folder=owner.cleaned)
    done = ((copy, _key(photo, plan, recipe)) for (photo, plan), copy in each(work, todo, progress))
    batches.written(done, partial(_store, owner))
    _sweep(owner)
    return _summed(owner, {photo.id for photo, _ in todo})


def recipe_of(project: Project) -> Recipe:
    """The recipe of the last cleaning, or the usual one."""
    return Recipe(**project.get("recipe", {}))


def results(project: Project) -> list[Cleaned]:
    """The cleaned copies, and what was left out with its reason, by photo id."""
    with project.reading() as rows:
        found = rows.execute("SELECT * FROM cleaned ORDER BY photo_id").fetchall()
    return [Cleaned(row["photo_id"], row["path"], tuple(json.loads(row["actions"])), row["reason"],
                    row["width"], row["height"], row["bytes"], row["sha256"]) for row in found]


def report(photos: Iterable[Photo], copies: Iterable[Cleaned]) -> pandas.DataFrame:
    """A row for each cleaned photo: name, what was done or why it was left out, size and bytes before and after."""
    import pandas

    known = {photo.id: photo for photo in photos}
    columns = ["name", "actions", "left out because", "width before", "height before", "bytes before",
               "width", "height", "bytes", "copy"]
    listed = [_row(known[copy.photo_id], copy) for copy in copies if copy.photo_id in known]
    whole = [column for column in columns if column.startswith(("width", "height", "bytes"))]
    return pandas.DataFrame(listed, columns=columns).astype(dict.fromkeys(whole, "Int64"))


def _row(photo: Photo, copy: Cleaned) -> tuple[object, ...]:
    before = (photo.facts.width, photo.facts.height, photo.facts.bytes) if photo.facts else (None,) * 3
    after = (copy.width, copy.height, copy.bytes) if copy.path else (None,) * 3
    return photo.name, ", ".join(copy.actions), copy.reason or "", *before, *after, copy.path or ""


def _clean(item: tuple[Photo, Plan], recipe: Recipe, names: set[str], folder: Path) -> Cleaned:
    photo, plan = item
    if plan.leave_out:
        return Cleaned(photo.id, None, (), plan.leave_out)
    return pixels.clean(_renamed(photo, names), recipe, folder)


def _renamed(photo: Photo, names: set[str]) -> Photo:
    """The photo under a name of its own if its copy, with a suffix behind the name, might overwrite another's copy."""
    if not any(photo.name + suffix in names for suffix in _COPY_SUFFIXES):
        return photo
    path = PurePosixPath(photo.name)
    return replace(photo, name=str(path.with_name(f"{path.stem}-{photo.id}{path.suffix}")))


def _key(photo: Photo, plan: Plan, recipe: Recipe) -> str:
    """Names content, recipe and verdict: what was made with the same key need not be made again."""
    content = photo.facts.sha256 if photo.facts else ""
    return hashlib.sha256("\n".join((recipe.key, content, plan.leave_out or "")).encode()).hexdigest()


def _undone(
    planned: Sequence[tuple[Photo, Plan]], recipe: Recipe, keys: Mapping[int, str], copies: Iterable[Cleaned]
) -> list[tuple[Photo, Plan]]:
    whole = {copy.photo_id for copy in copies if copy.path is None or _size(copy.path) == copy.bytes}
    return [(photo, plan) for photo, plan in planned
            if photo.id not in whole or keys.get(photo.id) != _key(photo, plan, recipe)]


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return -1


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

"""What cleaning will do to each photo of a project: its plan, of twins which one is kept, and the names of copies."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath

from core.dataset import likeness, likeness_file, twins
from core.dataset.judging import PROMPTLY
from core.dataset.photos import photos
from core.dataset.remembering import remembered
from core.images import cleaning as pixels
from core.images import duplicates
from core.images.cleaning import Plan, Recipe
from core.images.duplicates import Duplicates
from core.types import Photo
from core.workspace import Project

Planned = list[tuple[Photo, Plan]]

_COPY_SUFFIXES = (".jpg", ".png")  # that a copy may get behind its own name


def plan_all(project: Project, recipe: Recipe, best_only: bool = False) -> Planned:
    """What cleaning will do to each photo that is not excluded. Of exact duplicates one gets a copy.

    With `best_only`, of photos that are almost the same only the best gets one. Everybody gets the same list.
    """
    return remembered(project, "cleaning.plan", partial(_plan_all, project, recipe, best_only), recipe, best_only,
                      likeness_file.stamp(project) if best_only else None)


def near_twins(project: Project) -> dict[int, Photo]:
    """The photo that is better, for each that is almost the same as another one: by the id of the lesser.

    None while a large set has yet to be compared.
    """
    return remembered(project, "cleaning.near", partial(_near_twins, project), likeness_file.stamp(project))


def comparable(project: Project) -> bool:
    """Whether it is known by now which photos are almost the same."""
    return len(photos(project)) <= PROMPTLY or likeness.pending(project) == 0


def renamed(photo: Photo, names: set[str]) -> Photo:
    """The photo under a name of its own if its copy, with a suffix behind the name, might overwrite another's copy."""
    if not any(photo.name + suffix in names for suffix in _COPY_SUFFIXES):
        return photo
    path = PurePosixPath(photo.name)
    return replace(photo, name=str(path.with_name(f"{path.stem}-{photo.id}{path.suffix}")))


def key(photo: Photo, plan: Plan) -> str:
    """Names content, what the recipe makes of it, and verdict: what was made with the same key is not made again."""
    content = photo.facts.sha256 if photo.facts else ""
    return hashlib.sha256("\n".join((content, plan.makes, plan.leave_out or "")).encode()).hexdigest()


def _plan_all(project: Project, recipe: Recipe, best_only: bool) -> Planned:
    kept = [photo for photo in photos(project) if not photo.excluded]
    names = {photo.name for photo in kept}
    better = near_twins(project) if best_only else {}
    named = sorted(kept, key=lambda photo: duplicates.original_first(photo.name), reverse=True)
    firsts = {photo.facts.sha256: photo for photo in named if photo.facts}
    return [(photo, _planned(photo, recipe, names, firsts, better)) for photo in kept]


def _planned(
    photo: Photo, recipe: Recipe, names: set[str], firsts: Mapping[str, Photo], better: Mapping[int, Photo]
) -> Plan:
    plan = pixels.plan(renamed(photo, names), recipe)
    if plan.leave_out or photo.facts is None:
        return plan
    first = firsts[photo.facts.sha256]
    if first is not photo:
        return Plan((), f"It is the same file as {first.name}, which is kept.")
    if photo.id in better:
        return Plan((), f"It is almost the same picture as {better[photo.id].name}, which is better and kept.")
    return plan


def _near_twins(project: Project) -> dict[int, Photo]:
    kept = {photo.id: photo for photo in photos(project) if not photo.excluded}
    found: dict[int, Photo] = {}
    for group in twins.groups(project) if comparable(project) else ():
        ids = tuple(number for number in group.ids if number in kept and _usable(kept[number]))
        if group.kind == "near" and len(ids) > 1:
            best = duplicates.best(Duplicates("near", ids), kept)
            found |= {number: kept[best] for number in ids if number != best}
    return found


def _usable(photo: Photo) -> bool:
    """Whether the photo gets a copy at all: what does not is nobody's better."""
    return pixels.plan(photo, Recipe()).leave_out is None

"""Every verdict about a project's photos: from their scores, from each other, and from thresholds that can be moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from functools import partial

import numpy as np

from core.dataset import likeness
from core.dataset.photos import photos
from core.dataset.remembering import remembered
from core.dataset.selecting import label_of
from core.images import duplicates
from core.images.duplicates import Duplicates
from core.images.verdicts import Thresholds, hurts
from core.types import Photo, Problem
from core.workspace import Project

TWIN, NEAR_TWIN = "duplicate", "near_duplicate"
SETTING = "thresholds"
FEWEST = 8  # photos from which it can be told what size is usual
TWICE = 1.0  # octaves: a photo of under twice or over half the usual size is never odd

Found = dict[int, list[Problem]]  # by photo id


def thresholds_of(project: Project) -> Thresholds:
    """The thresholds in force: the project's own where they were moved."""
    known = {field.name for field in fields(Thresholds)}
    return Thresholds(**{name: value for name, value in project.get(SETTING, {}).items() if name in known})


def set_thresholds(project: Project, thresholds: Thresholds) -> None:
    """Keep thresholds for the project; those that are as usual stay so when a newer Rekolab finds better ones."""
    usual = asdict(Thresholds())
    project.set(SETTING, {name: value for name, value in asdict(thresholds).items() if value != usual[name]})


def judged(project: Project, thresholds: Thresholds | None = None) -> list[Photo]:
    """Every photo in the order of names with all that refuses it and all that may hurt a model."""
    limits = thresholds or thresholds_of(project)
    return list(remembered(project, "judged", partial(_judged, project, limits), limits))


def judge(listed: Sequence[Photo], limits: Thresholds, groups: Sequence[Duplicates]) -> list[Photo]:
    """Photos with the problems that follow from their scores, their sizes, and the groups of duplicates."""
    found: Found = {}
    for photo in listed:
        if photo.quality and (problems := hurts(photo.quality, limits)):
            found.setdefault(photo.id, []).extend(problems)
    _note(found, _odd_sizes(listed, limits.odd_size))
    _note(found, _unusual_aspects(listed, limits.unusual_aspect))
    _note(found, _twins(groups, {photo.id: photo.name for photo in listed}))
    return _with(listed, found)


def _judged(project: Project, limits: Thresholds) -> list[Photo]:
    listed = photos(project)
    judged = judge(listed, limits, duplicates.groups(listed))
    return _with(judged, _strangers(project, listed, limits))


def _with(listed: Sequence[Photo], found: Mapping[int, Sequence[Problem]]) -> list[Photo]:
    return [replace(photo, problems=(*photo.problems, *found[photo.id])) if photo.id in found else photo
            for photo in listed]


def _note(found: Found, problems: Mapping[int, Sequence[Problem]]) -> None:
    for number, some in problems.items():
        found.setdefault(number, []).extend(some)


def _odd_sizes(listed: Sequence[Photo], spreads: float) -> Found:
    """Photos whose size is far from the usual one, in octaves of the square root of their pixels."""
    known = [(photo, photo.facts) for photo in listed if photo.facts]
    if len(known) < FEWEST:
        return {}
    octaves = np.log2([facts.width * facts.height for _, facts in known]) / 2
    low, usual, high = np.percentile(octaves, (25, 50, 75))
    far = np.abs(octaves - usual) > max(TWICE, spreads * (high - low))
    side = round(2**usual)
    return {known[place][0].id: [Problem("odd_size", (
        f"Its size is unusual: {known[place][1].width} x {known[place][1].height} pixels, where {side} x {side} are "
        "usual."), "hurts")] for place in np.flatnonzero(far)}


def _unusual_aspects(listed: Sequence[Photo], limit: float) -> Found:
    """Photos that are much longer than wide, unless the usual photo of the set is so, too."""
    known = [(photo, max(photo.facts.upright_size) / min(photo.facts.upright_size)) for photo in listed if photo.facts]
    if not known:
        return {}
    usual = float(np.median([ratio for _, ratio in known]))
    return {photo.id: [Problem("unusual_aspect", (
        f"Its shape is unusual: one side is {ratio:.1f} times the other, over {limit:.1f}."), "hurts")]
        for photo, ratio in known if ratio > max(limit, 1.5 * usual)}


def _twins(groups: Sequence[Duplicates], names: Mapping[int, str]) -> Found:
    """Each photo but the first of a group, with a problem that names the first."""
    found: Found = {}
    for group in groups:
        first, *others = sorted(group.ids)
        said = (Problem(TWIN, f"The same file as {names[first]}.", "hurts") if group.kind == "exact" else
                Problem(NEAR_TWIN, f"Almost the same picture as {names[first]}.", "hurts"))
        for other in others:
            found.setdefault(other, []).append(said)
    return found


def _strangers(project: Project, listed: Sequence[Photo], limits: Thresholds) -> Found:
    """Photos that are far from the others of their class, or among those of another one."""
    compared = likeness.read(project)
    if compared is None:
        return {}
    labels = {photo.id: label for photo in listed if not photo.excluded and (label := label_of(photo))}
    found: Found = {}
    for number, score in likeness.outlier_scores(compared, labels).items():
        if score > limits.outlier:
            found.setdefault(number, []).append(Problem("outlier", (
                f"It is unlike the other photos of {labels[number]}: {score:.0%}, over {limits.outlier:.0%}."),
                "hurts"))
    for number, (other, score) in likeness.class_scores(compared, labels).items():
        if score > limits.looks_like_other:
            found.setdefault(number, []).append(Problem("looks_like_other", (
                f"It looks like {other}, not like {labels[number]}: {score:.0%}, over {limits.looks_like_other:.0%}."),
                "hurts"))
    return found

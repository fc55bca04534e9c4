"""Every verdict about a project's photos: from their scores, from each other, and from thresholds that can be moved.

What the verdicts rest on is gathered once (`Evidence`); moving a threshold only compares it again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import partial
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from core.dataset import likeness, likeness_file
from core.dataset.photos import photos
from core.dataset.remembering import remembered
from core.dataset.selecting import label_of
from core.images import duplicates
from core.images.duplicates import Duplicates
from core.images.verdicts import LIMITS, Thresholds
from core.limits import MAX_ASPECT
from core.types import Photo, Problem
from core.workspace import Project

TWIN, NEAR_TWIN = "duplicate", "near_duplicate"
SETTING = "thresholds"
FEWEST = 8  # photos from which it can be told what is usual in a set
ORDINARY = math.log2(2.5)  # octaves: a photo up to so many times larger or smaller than usual is never odd
USUAL_ASPECT = 1.5  # of photos anywhere, where a set has too few to tell
PROMPTLY = 3_000  # photos among which near duplicates are sought at once; a larger set waits for the job that compares

Found = dict[int, list[Problem]]  # by the photo's place in the list
Column = NDArray[np.float64]

_scores_of = attrgetter(*(rule.score for rule in LIMITS))
_names = [field.name for field in fields(Photo)]
_values = attrgetter(*_names)
_PROBLEMS = _names.index("problems")


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the verdicts about n photos rest on, whatever the thresholds are; NaN where a photo could not be looked at.

    scores: (n, 4) of those that LIMITS name. octaves: (n) log2 of the side of a square as large. aspects: (n) longer
    side by shorter. usual: which of them say what is usual. twins: problems by place. outliers: score by photo id.
    others: by photo id another class, and how much more it looks like that.
    """

    photos: Sequence[Photo]
    scores: Column
    octaves: Column
    aspects: Column
    usual: NDArray[np.bool_]
    twins: Found
    outliers: Mapping[int, float]
    others: Mapping[int, tuple[str, float]]


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
    return list(remembered(project, "judged", lambda: judge(_evidence(project), limits), limits,
                           likeness_file.stamp(project)))


def evidence(
    listed: Sequence[Photo],
    groups: Sequence[Duplicates] = (),
    outliers: Mapping[int, float] | None = None,
    others: Mapping[int, tuple[str, float]] | None = None,
) -> Evidence:
    """What the verdicts about these photos rest on; `groups` are those that are the same."""
    unseen = (np.nan,) * len(LIMITS)
    scores = [_scores_of(photo.quality) if photo.quality else unseen for photo in listed]
    sides = np.array([photo.facts.upright_size if photo.facts else (np.nan, np.nan) for photo in listed], np.float64)
    sides = sides.reshape(-1, 2)
    kept = np.array([photo.facts is not None and not photo.excluded for photo in listed], np.bool_)
    return Evidence(listed, np.array(scores, np.float64).reshape(-1, len(LIMITS)), np.log2(sides).sum(axis=1) / 2,
                    sides.max(axis=1, initial=0) / sides.min(axis=1, initial=np.inf), kept, _twins(listed, groups),
                    outliers or {}, others or {})


def judge(seen: Evidence, limits: Thresholds) -> list[Photo]:
    """The photos, each with the problems that it has under these thresholds added."""
    found: Found = {}
    for part in (_scores(seen, limits), _odd_sizes(seen, limits.odd_size),
                 _unusual_aspects(seen, limits.unusual_aspect), seen.twins, _strangers(seen, limits)):
        for place, problems in part.items():
            found.setdefault(place, []).extend(problems)
    marked = list(seen.photos)
    for place, problems in found.items():
        marked[place] = _with(marked[place], problems)
    return marked


def _with(photo: Photo, problems: Sequence[Problem]) -> Photo:
    """The photo with these problems added, in a third of the time that dataclasses.replace takes."""
    values = list(_values(photo))
    values[_PROBLEMS] = (*photo.problems, *problems)
    return Photo(*values)


def _evidence(project: Project) -> Evidence:
    return remembered(project, "evidence", partial(_gathered, project), likeness_file.stamp(project))


def _gathered(project: Project) -> Evidence:
    listed, compared = photos(project), likeness.read(project)
    if compared is None:
        few = len(listed) <= PROMPTLY
        return evidence(listed, duplicates.groups(listed) if few else
                        duplicates.grouped(listed, duplicates.Twins.none(len(listed))))
    labels = {photo.id: label for photo in listed if not photo.excluded and (label := label_of(photo))}
    return evidence(listed, compared.groups, likeness.outlier_scores(compared, labels),
                    likeness.class_scores(compared, labels))


def _scores(seen: Evidence, limits: Thresholds) -> Found:
    """Photos beyond the thresholds of their own scores."""
    found: Found = {}
    for column, rule in zip(seen.scores.T, LIMITS, strict=True):
        limit = getattr(limits, rule.code)
        for place in _places(column > limit if rule.over else column < limit):
            found.setdefault(place, []).append(rule.problem(float(column[place]), limit))
    return found


def _odd_sizes(seen: Evidence, spreads: float) -> Found:
    """Photos whose size is far from the usual one of the set."""
    if seen.usual.sum() < FEWEST:
        return {}
    low, usual, high = np.percentile(seen.octaves[seen.usual], (25, 50, 75))
    limit = max(ORDINARY, spreads * (high - low))
    return {place: [_odd_size(seen.photos[place], float(seen.octaves[place] - usual), usual, limit)]
            for place in _places(np.abs(seen.octaves - usual) > limit)}


def _odd_size(photo: Photo, octaves: float, usual: float, limit: float) -> Problem:
    width, height = photo.facts.upright_size if photo.facts else (0, 0)
    word = "larger" if octaves > 0 else "smaller"
    return Problem("odd_size", (
        f"Its size is odd for this set: {width} x {height} pixels, {2 ** abs(octaves):.1f} times {word} than the usual "
        f"{2**usual:.0f} a side, where up to {2**limit:.1f} times is ordinary."), "hurts")


def _unusual_aspects(seen: Evidence, limit: float) -> Found:
    """Photos that are much longer or much more square than the set's, but for those too long for Rekognition."""
    enough = seen.usual.sum() >= FEWEST
    usual = float(np.median(seen.aspects[seen.usual])) if enough else USUAL_ASPECT
    times = np.maximum(seen.aspects / usual, usual / seen.aspects)
    return {place: [Problem("unusual_aspect", (
        f"Its shape is unusual for this set: one side is {seen.aspects[place]:.2f} times the other, "
        f"{times[place]:.1f} times as {'long' if seen.aspects[place] > usual else 'square'} as the usual {usual:.2f}, "
        f"over {limit:.1f} times."), "hurts")]
        for place in _places((times > limit) & (seen.aspects <= MAX_ASPECT))}


def _twins(listed: Sequence[Photo], groups: Sequence[Duplicates]) -> Found:
    """Each photo but the best of a group, with a problem that names the best."""
    found: Found = {}
    places = {photo.id: place for place, photo in enumerate(listed)}
    by_id = {number: listed[places[number]] for group in groups for number in group.ids}
    for group in groups:
        best = duplicates.best(group, by_id)
        for number in group.ids:
            if number != best:
                found.setdefault(places[number], []).append(_twin(group, number, best, by_id[best].name))
    return found


def _twin(group: Duplicates, number: int, best: int, name: str) -> Problem:
    if group.kind == "exact":
        return Problem(TWIN, f"The same file as {name}.", "hurts")
    if group.mirrors(number, best):
        return Problem(NEAR_TWIN, f"The mirror image of {name}, or almost.", "hurts")
    return Problem(NEAR_TWIN, f"Almost the same picture as {name}.", "hurts")


def _strangers(seen: Evidence, limits: Thresholds) -> Found:
    """Photos that are unlike the others of their class, or like those of another one."""
    places = {photo.id: place for place, photo in enumerate(seen.photos)} if seen.outliers or seen.others else {}
    found: Found = {}
    for number, score in seen.outliers.items():
        if score > limits.outlier:
            label = label_of(seen.photos[places[number]])
            found.setdefault(places[number], []).append(Problem("outlier", (
                f"It is unlike the other photos of {label}: {100 * score:.0f} %, over {100 * limits.outlier:.0f} %."),
                "hurts"))
    for number, (other, score) in seen.others.items():
        if score > limits.looks_like_other:
            label = label_of(seen.photos[places[number]])
            found.setdefault(places[number], []).append(Problem("looks_like_other", (
                f"It looks like {other}, not like {label}: {100 * score:.0f} %, "
                f"over {100 * limits.looks_like_other:.0f} %."), "hurts"))
    return found


def _places(beyond: NDArray[np.bool_]) -> list[int]:
    """Where it is true."""
    return np.flatnonzero(beyond).tolist()

"""Pairs of photos that the split has divided although they are suspiciously alike, as two shots of one scene are.

Copies are kept on one side by the split itself. These pairs are no copies to a fingerprint, but a model that has
learned one of them knows the other one, so that its test flatters it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.dataset import likeness, likeness_file, photos, split, twins
from core.dataset.remembering import remembered
from core.dataset.split import Split
from core.dataset.trainable import trainable
from core.images.likeness import Floats, Ints, Likeness
from core.workspace import Project

# Different photos of one breed have cosines of 0.39-0.84, crops of a fifth 0.88-0.95, mirrored photos 0.96-0.99.
FLOOR = 0.88
NEARER = 4  # so many times nearer than its nearest neighbour usually is makes a photo suspicious


@dataclass(frozen=True, slots=True)
class Pair:
    """The ids of a training photo and a test photo, and how alike they are: a cosine, 1 for the same picture."""

    train: int
    test: int
    alike: float


@dataclass(frozen=True, slots=True)
class Leaks:
    """Each suspicious test photo with the training photo most like it, most alike first.

    `to_train` are the test photos without which no pair would be left. `usual` is how alike a photo and its nearest
    neighbour usually are in this set, and `limit` from where on a pair is suspicious.
    """

    pairs: tuple[Pair, ...]
    to_train: tuple[int, ...]
    usual: float
    limit: float


def leaks(project: Project) -> Leaks | None:
    """The leaks of the project's split as it is now; None while its photos have not been compared."""
    return remembered(project, "leaks", partial(_leaks, project), likeness_file.stamp(project))


def _leaks(project: Project) -> Leaks | None:
    compared = likeness.read(project)
    if compared is None:
        return None
    chosen = trainable(project)
    in_use = {entry.photo.facts.sha256: entry.photo_id for entry in chosen.entries if entry.photo.facts}
    same = {photo.id: in_use[photo.facts.sha256] for photo in photos.photos(project)
            if photo.facts and photo.facts.sha256 in in_use}
    sides = split.current(project, chosen)
    return between(compared, same, split.units(chosen.labels, twins.groups(project)), sides)


def between(compared: Likeness, same: Mapping[int, int], units: Iterable[tuple[int, ...]], sides: Split) -> Leaks:
    """The leaks of a split. `same` has, by the id of a photo, the photo of the split with the same content.

    Photos of one of the `units` are copies, so they say nothing of how alike photos of the set usually are.
    """
    sets = list(units)
    unit_of = _table({photo_id: number for number, unit in enumerate(sets) for photo_id in unit}, compared)
    own = np.array([same.get(photo_id) == photo_id for photo_id in compared.ids.tolist()], bool)
    ids, others = compared.ids[own], _table(same, compared)[compared.neighbours[own]]
    foreign = (others >= 0) & (unit_of[others] != unit_of[ids][:, None])
    cosines = np.where(foreign, compared.similarities[own], -1)
    usual = _usual(cosines)
    limit = suspicious(usual)
    rows, columns = np.nonzero(cosines >= limit)
    found = list(zip(ids[rows].tolist(), others[rows, columns].tolist(), cosines[rows, columns].tolist(), strict=True))
    pairs = _pairs(found, set(sides.test))
    return Leaks(pairs, _to_train(pairs, found, sets, set(sides.test)), usual, limit)


def suspicious(usual: float) -> float:
    """The cosine from which a pair is suspicious, where that of nearest neighbours is usually `usual`."""
    return max(FLOOR, 1 - (1 - usual) / NEARER)


def _table(numbers: Mapping[int, int], compared: Likeness) -> Ints:
    """`numbers` by photo id, for whole arrays of ids at once; -1 for others, and for the id -1."""
    highest = max([*numbers, *compared.ids.tolist()], default=0)
    table = np.full(highest + 2, -1, np.int64)
    table[list(numbers)] = list(numbers.values())
    return table


def _usual(cosines: Floats) -> float:
    """The median of the photos' nearest neighbours, 0 where there are none."""
    nearest = cosines.max(axis=1, initial=-1)
    known = nearest[nearest > -1]
    return float(np.median(known)) if len(known) else 0.0


def _pairs(found: Iterable[tuple[int, int, float]], test: Collection[int]) -> tuple[Pair, ...]:
    """The pairs with an end on either side, of each test photo the one that is most alike."""
    best: dict[int, Pair] = {}
    for one, other, cosine in sorted(found, key=lambda pair: -pair[2]):
        if (one in test) != (other in test):
            pair = Pair(other, one, cosine) if one in test else Pair(one, other, cosine)
            best.setdefault(pair.test, pair)
    return tuple(best.values())


def _to_train(
    pairs: Iterable[Pair], found: Iterable[tuple[int, int, float]], units: Iterable[tuple[int, ...]],
    test: Collection[int],
) -> tuple[int, ...]:
    """The test photos of the pairs, with their copies and with all test photos that would make pairs with them."""
    beside: dict[int, set[int]] = defaultdict(set)
    for one, other, _ in found:
        beside[one].add(other)
        beside[other].add(one)
    for unit in units:
        for photo_id in unit:
            beside[photo_id].update(unit)
    waiting, moving = [pair.test for pair in pairs], set[int]()
    while waiting:
        photo_id = waiting.pop()
        if photo_id in test and photo_id not in moving:
            moving.add(photo_id)
            waiting += beside[photo_id]
    return tuple(sorted(moving))

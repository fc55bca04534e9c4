"""How alike photos are, from their embeddings: nearest neighbours, and what they say against a photo's label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.images.duplicates import Duplicates

NEIGHBOURS = 24
# Above these about 1 % of clean cats and dogs are, 20 or 50 a class. Pictures of no animal are all found, nine of ten
# cats among dogs or the other way round, and a third to a half of raccoons among cats.
DEFAULT_OUTLIER = 0.17  # see outlier_scores
DEFAULT_LOOKS_LIKE_OTHER = 0.25  # see class_scores

DIMENSIONS = 128
FEWEST = 5  # photos of a class from which it can be told what it looks like
MIDDLE = 0.75  # share of a class that says where its middle is
NEAR = 0.3  # the least that photos of a class are taken to be from its middle; of one animal's they are about 0.7
DOUBT = 6.0  # photos
RIDGE = 0.02  # an embedding's length is 1, so that this holds for any set
BLOCK = 256  # rows compared with all others at once

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Block = tuple[Ints, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What is known of how alike n photos are, a row each.

    ids: (n) photo ids. neighbours: (n, k) ids of the photos most like it, nearest first, -1 where there are no more;
    similarities: (n, k) their cosines, -1 to 1. points: (n, 2) places on a map, 0-1, where like photos lie together.
    rows: (n, d) embeddings of length 1, cut to the few numbers that say most. groups: photos that are the same.
    """

    ids: Ints
    neighbours: Ints
    similarities: Floats
    points: Floats
    rows: Floats
    groups: tuple[Duplicates, ...]


def reduced(rows: Floats) -> Floats:
    """Embeddings (n, 1280) turned so that their first numbers say most, and cut to 128 of them.

    By subspace iteration, which needs a hundredth of the time of all eigenvectors.
    """
    products = rows.T @ rows
    axes = np.random.default_rng(0).standard_normal((rows.shape[1], DIMENSIONS + 32), np.float32)
    for _ in range(8):
        axes = np.linalg.qr(products @ axes)[0]
    turn = np.linalg.eigh(axes.T @ products @ axes)[1][:, ::-1]
    return np.ascontiguousarray(rows @ (axes @ turn)[:, :DIMENSIONS])


def nearest(rows: Floats, start: int, k: int = NEIGHBOURS) -> Block:
    """Of `BLOCK` rows of length 1 from `start` on the k nearest other rows, nearest first: their places and cosines.

    (b, k) each; where there are fewer other rows, the place is -1 and the cosine 0.
    """
    cosines = rows[start : start + BLOCK] @ rows.T
    here = np.arange(len(cosines))
    cosines[here, start + here] = -np.inf
    first = len(rows) - min(k, len(rows) - 1)
    places = np.argpartition(cosines, first - 1, axis=1)[:, first:]
    found = np.take_along_axis(cosines, places, axis=1)
    order = np.lexsort((places, -found))
    missing = ((0, 0), (0, k - order.shape[1]))
    return (np.pad(np.take_along_axis(places, order, axis=1), missing, constant_values=-1),
            np.pad(np.take_along_axis(found, order, axis=1), missing))


def stacked(blocks: Iterable[Block], k: int = NEIGHBOURS) -> Block:
    """Blocks of neighbours in their order as one."""
    none = np.empty((0, k), np.int64), np.empty((0, k), np.float32)
    places, cosines = zip(none, *blocks, strict=True)
    return np.concatenate(places), np.concatenate(cosines)


def outlier_scores(likeness: Likeness, labels: Mapping[int, str]) -> dict[int, float]:
    """How unlike its class each labelled photo is, 0-1, by photo id; classes of under `FEWEST` photos have no scores.

    0: as near to the middle of its class as most are, or nearer; 0.25: a quarter further from it. A small class says
    less about where its middle is, so a photo must be a little further off there. Embeddings of whatever shows no
    animal are 0.3-0.6 off in a class of 20 cats. The middle is that of the nearer three quarters, so that several
    outliers of one kind do not move it to themselves.
    """
    rows, own, names = _labelled(likeness, labels)
    scores: dict[int, float] = {}
    for label in range(len(names)):
        members = np.flatnonzero(own == label)
        if len(members) >= FEWEST:
            ids = likeness.ids[rows[members]].tolist()
            scores |= zip(ids, _strangeness(likeness.rows[rows[members]]).tolist(), strict=True)
    return scores


def class_scores(likeness: Likeness, labels: Mapping[int, str]) -> dict[int, tuple[str, float]]:
    """By photo id the other class that each labelled photo looks like most, and by how much more than its own, 0-1.

    A linear classifier, fitted to all labelled photos but the one in question, gives each class a number, about 1 for
    a photo that is clearly of it and 0 for one that is not. The score is that of the other class less that of its own,
    and 0 where its own has more. Of two classes or more, and photos in each, every class counts the same.
    """
    rows, own, names = _labelled(likeness, labels)
    if len(names) < 2:
        return {}
    values = _left_out(likeness.rows[rows], own, len(names))
    here = np.arange(len(rows))
    mine = values[here, own]
    values[here, own] = -np.inf
    other = values.argmax(axis=1)
    scores = np.clip(values[here, other] - mine, 0, 1)
    ids = likeness.ids[rows].tolist()
    return {photo_id: (names[place], float(score)) for photo_id, place, score in zip(ids, other, scores, strict=True)}


def _labelled(likeness: Likeness, labels: Mapping[int, str]) -> tuple[Ints, Ints, list[str]]:
    """Places of the labelled photos, the number of the class of each, and the classes by number."""
    names = sorted(set(labels.values()))
    number = {name: place for place, name in enumerate(names)}
    own = np.array([number[labels[i]] if i in labels else -1 for i in likeness.ids.tolist()], np.int64)
    places = np.flatnonzero(own >= 0)
    present = np.unique(own[places])
    return places, np.searchsorted(present, own[places]), [names[place] for place in present]


def _strangeness(rows: Floats) -> Floats:
    """How much further than usual each row of a class is from the middle of the others, 0-1."""
    middle, kept = rows.mean(axis=0), np.ones(len(rows), bool)
    for _ in range(2):
        cosines = rows @ middle
        kept = cosines >= np.quantile(cosines, 1 - MIDDLE)
        middle = rows[kept].mean(axis=0)
    apart = np.sqrt(np.maximum(1 - 2 * rows @ middle + middle @ middle, 0))
    apart[kept] *= kept.sum() / (kept.sum() - 1)  # as far as it is from the middle of those without it
    beyond = apart / max(float(np.median(apart)), NEAR) - 1
    return np.clip(beyond / (1 + DOUBT / len(rows)), 0, 1).astype(np.float32)


def _left_out(rows: Floats, own: Ints, classes: int) -> NDArray[np.float64]:
    """What a ridge regression without each row predicts for it: (n, classes), in closed form from a single fit."""
    known = np.column_stack([rows, np.ones(len(rows))])
    wanted = np.eye(classes)[own]
    weights = (len(rows) / classes / np.bincount(own))[own]
    penalty = np.diag([RIDGE * len(rows)] * rows.shape[1] + [1e-6])
    fit = known @ np.linalg.inv((known.T * weights) @ known + penalty)
    leverage = np.minimum(weights * (fit * known).sum(axis=1), 1 - 1e-6)[:, None]
    predicted = fit @ ((known.T * weights) @ wanted)
    return (predicted - leverage * wanted) / (1 - leverage)


def most_like(likeness: Likeness, photo_ids: Sequence[int], count: int) -> list[int]:
    """The ids of the photos most like the chosen ones, which are not among them, most alike first."""
    chosen = np.isin(likeness.ids, list(photo_ids))
    if not chosen.any():
        return []
    cosines = likeness.rows @ likeness.rows[chosen].mean(axis=0)
    cosines[chosen] = -np.inf
    order = np.argsort(-cosines, kind="stable")[: min(count, len(cosines) - int(chosen.sum()))]
    return [int(photo_id) for photo_id in likeness.ids[order]]

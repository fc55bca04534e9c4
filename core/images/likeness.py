"""How alike photos are, from their embeddings: nearest neighbours, and what they say against a photo's label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.images.duplicates import Duplicates
from core.images.embedding import normalised

NEIGHBOURS = 24
DEFAULT_OUTLIER = 0.5  # see outlier_scores
DEFAULT_LOOKS_LIKE_OTHER = 0.8  # see class_scores

DIMENSIONS = 128
CANDIDATES = 100
BLOCK = 256  # rows compared with all others at once

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Block = tuple[Ints, Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """What is known of how alike n photos are, a row each.

    ids: (n) photo ids. neighbours: (n, k) ids of the photos most like it, nearest first, -1 where there are no more;
    similarities: (n, k) their cosines, -1 to 1. points: (n, 2) places on a map, 0-1, where like photos lie together.
    rows: (n, d) embeddings of length 1, reduced to few numbers. groups: photos that are the same.
    """

    ids: Ints
    neighbours: Ints
    similarities: Floats
    points: Floats
    rows: Floats
    groups: tuple[Duplicates, ...]


def reduced(rows: Floats) -> Floats:
    """Embeddings (n, 1280) turned so that their first numbers say most, cut to (n, 128), and of length 1 again."""
    if not len(rows):
        return np.empty((0, DIMENSIONS), np.float32)
    axes = np.linalg.eigh(rows.T @ rows)[1][:, : -DIMENSIONS - 1 : -1]
    return normalised(rows @ axes)


def nearest(rows: Floats, small: Floats, k: int = NEIGHBOURS) -> Iterator[Block]:
    """For blocks of `BLOCK` rows: places (b, k) of the k nearest other rows, nearest first, and their cosines.

    Candidates are found among `small`, the reduced rows, and put in order by the whole ones. -1 where there are fewer.
    """
    for start in range(0, len(rows), BLOCK):
        cosines = small[start : start + BLOCK] @ small.T
        here = np.arange(len(cosines))
        cosines[here, start + here] = -np.inf
        likely = _largest(cosines, min(CANDIDATES, len(rows) - 1))
        exact = np.einsum("bd,bcd->bc", rows[start : start + BLOCK], rows[likely])
        order = np.argsort(-exact, axis=1, kind="stable")[:, :k]
        missing = ((0, 0), (0, k - order.shape[1]))
        yield (np.pad(np.take_along_axis(likely, order, axis=1), missing, constant_values=-1),
               np.pad(np.take_along_axis(exact, order, axis=1), missing))


def stacked(blocks: Sequence[Block], k: int = NEIGHBOURS) -> Block:
    """Blocks of neighbours as one."""
    none = np.empty((0, k), np.int64), np.empty((0, k), np.float32)
    places, cosines = zip(none, *blocks, strict=True)
    return np.concatenate(places), np.concatenate(cosines)


def _largest(values: Floats, count: int) -> Ints:
    """Places of the `count` largest of each row, in no order."""
    first = values.shape[1] - count
    return np.argpartition(values, first, axis=1)[:, first:] if count > 0 else np.empty((len(values), 0), np.int64)


def outlier_scores(likeness: Likeness, labels: Mapping[int, str]) -> dict[int, float]:
    """How little each photo looks like the others of its class, 0-1, by photo id."""
    return {}


def class_scores(likeness: Likeness, labels: Mapping[int, str]) -> dict[int, tuple[str, float]]:
    """By photo id the other class that each labelled photo looks like most, and how much more than its own, 0-1."""
    return {}


def most_like(likeness: Likeness, photo_ids: Sequence[int], count: int) -> list[int]:
    """The ids of the photos most like the chosen ones, which are not among them, most alike first."""
    chosen = np.isin(likeness.ids, list(photo_ids))
    if not chosen.any():
        return []
    cosines = likeness.rows @ likeness.rows[chosen].mean(axis=0)
    cosines[chosen] = -np.inf
    order = np.argsort(-cosines, kind="stable")[: min(count, len(cosines) - int(chosen.sum()))]
    return [int(photo_id) for photo_id in likeness.ids[order]]

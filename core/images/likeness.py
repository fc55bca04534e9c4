"""How alike photos are, from their embeddings: nearest neighbours, and what they say against a photo's label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.images.duplicates import Duplicates
from core.images.embedding import normalised

NEIGHBOURS = 24
# Of cats and dogs, 60 at random of 120, about one in 200 is above each. Of pictures of no animal 19 of 20 are found,
# and 9 of 10 cats among dogs or the other way round; the rest look no less like the one than like the other.
DEFAULT_OUTLIER = 0.34  # see outlier_scores
DEFAULT_LOOKS_LIKE_OTHER = 0.25  # see class_scores

DIMENSIONS = 128
FEWEST = 5  # photos of a class from which it can be told what it looks like
MIDDLE = 0.75  # share of a class that says where its middle is
SHRINK = 0.02  # of the variance within classes, the least that a direction has; more where photos are few
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
    rows: (n, d) embeddings of length 1, cut to the few numbers that say most; they tell classes apart. levels: (n, d)
    the same, `levelled` before; they tell what is unlike every class. groups: photos that are the same.
    """

    ids: Ints
    neighbours: Ints
    similarities: Floats
    points: Floats
    rows: Floats
    levels: Floats
    groups: tuple[Duplicates, ...]


def levelled(rows: Floats) -> Floats:
    """Embeddings in which a few features that are very strong no longer drown out the many weak ones; length 1.

    Features are never negative, and skewed like incomes; their cube roots are nearly normal (Tukey). It is what is weak
    everywhere else that tells a page of text from a photo.
    """
    return normalised(np.cbrt(np.maximum(rows, 0)))


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

    0: as near to the middle of its class as photos usually are to theirs, or nearer; 0.25: a quarter further from it.
    Distance counts less in a direction in which photos of one class differ anyhow, whichever class it is (Mahalanobis'
    distance), and each photo is measured by the others. Neither middles nor directions are taken from the quarter of
    a class that is least like the rest, so that several outliers of one kind do not excuse themselves.
    """
    places, own, names = _labelled(likeness, labels)
    sizes = np.bincount(own, minlength=len(names))
    enough = sizes[own] >= FEWEST
    places, own = places[enough], np.unique(own[enough], return_inverse=True)[1]
    if not len(places):
        return {}
    scores = _strangeness(likeness.levels[places], own)
    return dict(zip(likeness.ids[places].tolist(), scores.tolist(), strict=True))


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


def _strangeness(rows: Floats, own: Ints) -> Floats:
    """How much further than usual each row is from the middle of its class `own` without it, 0-1."""
    kept = np.zeros(len(rows), bool)
    middles = np.empty((own.max() + 1, rows.shape[1]), np.float32)
    for label in range(len(middles)):
        members = np.flatnonzero(own == label)
        kept[members[_typical(rows[members])]] = True
        middles[label] = rows[kept & (own == label)].mean(axis=0)
    apart = _apart(rows - middles[own], np.maximum(1 - (rows**2).sum(axis=1), 0), kept)
    shares = np.bincount(own[kept])[own[kept]]
    apart[kept] *= np.sqrt(shares / (shares - 1))  # the middle of the others is that much further off
    beyond = apart / max(float(np.median(apart)), 1e-6) - 1
    return np.clip(beyond / (1 + DOUBT / len(rows)), 0, 1).astype(np.float32)


def _typical(rows: Floats) -> NDArray[np.bool_]:
    """The share `MIDDLE` of a class that is most like its other photos: by the median, which a few can't sway."""
    some = rows[:: -(-len(rows) // BLOCK)]
    alike = np.concatenate([np.median(rows[start : start + BLOCK] @ some.T, axis=1)
                            for start in range(0, len(rows), BLOCK)])
    return alike >= np.quantile(alike, 1 - MIDDLE)


def _apart(away: Floats, lost: Floats, kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The lengths of (n, d) steps, by how usual steps in their directions are among those `kept`.

    lost: (n) squares of what the cut to d numbers took from each. None of those kept makes its own direction usual.
    """
    count = int(kept.sum())
    usual = away[kept].T @ away[kept] / count
    least = max(max(SHRINK, 1 / count) * float(np.trace(usual)), 1e-6)  # from few photos few directions are known
    inverse = np.linalg.inv(usual + least * np.eye(away.shape[1]))
    square: NDArray[np.float64] = (away @ inverse * away).sum(axis=1) + lost / least
    square[kept] /= np.maximum(1 - square[kept] / count, 1e-3)
    return np.sqrt(square)


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

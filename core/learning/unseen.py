"""What the learner says of images that it has not seen: repeated cross-validation, also with fewer images to learn.

Every image is answered by regressions that were trained without it and without its duplicates. Images of the test
side are answered by the one that is trained on all of the others, as it will be.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.learning import learner

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]
Ints = NDArray[np.int_]

SHARES = (0.25, 0.5, 1.0)  # of the images that there are to learn from
FOLDS, FEWER_FOLDS = 10, 5
MANY = 200  # images from which fewer folds do
MOST_REPEATS = 10
REPEATED = 600  # images answered in all repeats together, about; many images need no repetition


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """Answers about n images, L labels.

    said: (repeats, n, L) which labels were given. margins: (n) by how much the right labels won, in the regression's
    scores, negative where they lost. curve: (shares, n, L) how often each label was given after learning from less,
    the last from all; learned: (shares) how many images were learned from.
    """

    said: Truth
    margins: Array
    curve: Array
    learned: Array


@dataclass(frozen=True, slots=True)
class Plan:
    """How often to train on how many folds."""

    folds: int
    repeats: int

    @property
    def trainings(self) -> int:
        return self.folds * self.repeats * len(SHARES) + len(SHARES)


def plan(truth: Truth, tested: Truth) -> Plan:
    """What suits so many images: few are worth many repetitions."""
    images = int((~tested).sum())
    folds = FOLDS if images < MANY else FEWER_FOLDS
    return Plan(min(folds, int(np.bincount(_strata(truth[~tested])).max())),
                max(1, min(MOST_REPEATS, REPEATED // max(images, 1))))


def answers(features: NDArray[Any], truth: Truth, groups: Ints, tested: Truth,
            step: Callable[[], None] = lambda: None) -> Unseen:
    """Answers about images (n x 1280 features, n x L truth); images of one group (n) are never apart.

    `tested` (n) are on the test side, with which nothing is trained. `step` is called after each training.
    """
    chosen = plan(truth, tested)
    said = np.zeros((chosen.repeats, len(SHARES), *truth.shape), bool)
    margins = np.zeros((chosen.repeats, len(truth)))
    learned = np.zeros((chosen.repeats, len(SHARES)))
    with learner.one_thread():
        rows = _turned(features)
        for repeat in range(chosen.repeats):
            for seen, unseen in _folds(truth, groups, tested, chosen.folds, repeat):
                for number, share in enumerate(SHARES):
                    kept = _fewer(seen, truth, share, repeat)
                    said[repeat, number, unseen], won = _asked(rows, truth, kept, unseen)
                    learned[repeat, number] += len(kept) / chosen.folds
                    if share == 1:
                        margins[repeat, unseen] = won
                    step()
        _ask_tested(rows, truth, tested, said, margins, step)
    return Unseen(said[:, -1], margins.mean(axis=0), said.mean(axis=0), learned.mean(axis=0))


def _ask_tested(rows: Array, truth: Truth, tested: Truth, said: Truth, margins: Array,
                step: Callable[[], None]) -> None:
    """Answer the test side, the same in each repeat, by what is trained on all others."""
    others, asked = np.flatnonzero(~tested), np.flatnonzero(tested)
    for number, share in enumerate(SHARES):
        if len(asked):
            said[:, number, asked], margins[:, asked] = _asked(rows, truth, _fewer(others, truth, share, 0), asked)
        step()


def _turned(features: NDArray[Any]) -> Array:
    """Features in as many numbers as there are images, which changes no regression and makes it much quicker."""
    rows = features.astype(np.float64)
    if rows.shape[0] >= rows.shape[1]:
        return rows
    left, lengths, _ = np.linalg.svd(rows, full_matrices=False)
    return np.asarray(left * lengths)


def _folds(truth: Truth, groups: Ints, tested: Truth, folds: int, seed: int) -> Iterator[tuple[Ints, Ints]]:
    """(seen, unseen) images of the training side, with about as much of each label in every fold."""
    from sklearn.model_selection import StratifiedGroupKFold

    images = np.flatnonzero(~tested)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a label with fewer images than folds, which is all right here
        splits = StratifiedGroupKFold(folds, shuffle=True, random_state=seed).split(
            images, _strata(truth[images]), groups[images])
        for seen, unseen in splits:
            if len(seen) and len(unseen):
                yield images[seen], images[unseen]


def _strata(truth: Truth) -> Ints:
    """The rarest label of each image, by number; that of images without one is a label more."""
    order = np.argsort(truth.sum(axis=0), kind="stable")
    ranked = np.column_stack([truth[:, order], np.ones(len(truth), bool)])
    return np.append(order, truth.shape[1])[ranked.argmax(axis=1)]


def _fewer(images: Ints, truth: Truth, share: float, seed: int) -> Ints:
    """A share of the images, the same share of each label and one at least."""
    if share == 1:
        return images
    shuffled = np.random.default_rng(seed).permutation(images)
    strata = _strata(truth[shuffled])
    kept = [shuffled[strata == one][: int(np.ceil(share * (strata == one).sum()))] for one in np.unique(strata)]
    return np.sort(np.concatenate(kept))


def _asked(rows: Array, truth: Truth, seen: Ints, unseen: Ints) -> tuple[Truth, Array]:
    """(labels given, margins) of unseen images. A label that was not seen is not given."""
    known = np.flatnonzero(truth[seen].any(axis=0))
    said = np.zeros((len(unseen), truth.shape[1]), bool)
    scores = np.full(said.shape, -np.inf)
    if len(known) == 1 and truth[seen].sum(axis=1).all():
        scores[:, known] = 1.0
        independent = False
    else:
        model = learner.fit(rows[seen], truth[np.ix_(seen, known)], tuple(map(str, known)), calibrated=False)
        scores[:, known] = model.scores(rows[unseen])
        independent = model.independent
    if independent:
        said = scores > 0
        return said, np.where(truth[unseen], scores, -scores).min(axis=1)
    said[np.arange(len(unseen)), scores.argmax(axis=1)] = True
    own = np.where(truth[unseen], scores, -np.inf).max(axis=1)
    return said, own - np.where(truth[unseen], -np.inf, scores).max(axis=1)

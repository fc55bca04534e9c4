"""Which training photos are missing: how many of a class are within reach of a photo, what they look like, what a few
more would be worth.

The worth is measured and not made up: the built-in learner learns from the training photos without one of them, and
says what it gives that one; then without the nearest ones too; then without as many others. How much more the nearest
are missed is how many others a photo like it is worth. Of real photos that were added for kinds of cats and dogs it
had not seen, three of the same kind did as much as 9 to 13 others where this had said 6: it is a careful figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.dataset.names import counted
from core.explanation.causes import Cause
from core.images.likeness import Floats
from core.images.subjects import Measures
from core.learning import learner

FEW = 3  # photos like one, whose worth is measured
DRAWS = 3  # how often as many others are drawn
ASKED = 12  # training photos of a class that the worth is measured for, those that lie furthest out
MOST = 240  # training photos that the learner learns from
FEWEST = 8  # training photos of a class from which something can be said
REACH = 3  # the neighbour of a training photo that is as far as "within reach" goes

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Within:
    """How many of the `photos` training photos of a class are within reach of a photo, and usually of one of them."""

    label: str
    count: int
    usual: int
    photos: int

    @property
    def lacking(self) -> bool:
        """Whether there are clearly fewer than usual."""
        return self.count * 2 < self.usual


@dataclass(frozen=True, slots=True)
class Alike:
    """A look in words, such as "black and white on grey ground", and how many of a class have it."""

    words: str
    count: int
    photos: int
    label: str


@dataclass(frozen=True, slots=True)
class Worth:
    """How many others of a class do as much for a photo as `FEW` that are like it: (low, middle, high)."""

    label: str
    low: float
    others: float
    high: float


def within(row: Floats, rows: Floats, labels: Sequence[str | None], label: str) -> Within | None:
    """Count the training photos (n, 1280) of `label` that are within reach of `row`; None where it has too few."""
    own = rows[[name == label for name in labels]]
    if len(own) < FEWEST:
        return None
    cosines = own @ own.T
    np.fill_diagonal(cosines, -np.inf)
    reach = float(np.median(np.sort(cosines, axis=1)[:, -REACH]))
    usual = int(np.median((cosines >= reach).sum(axis=1)))
    return Within(label, int((own @ row >= reach).sum()), usual, len(own))


def alike(measured: Measures, label: str, training: Sequence[tuple[str | None, Measures]],
          first: Cause | None = None) -> Alike | None:
    """How the photo looks, and how many training photos (label, measures) of `label` look so too.

    By the colours of subject and ground, and by the cause that was named `first`, whose words then stand before them.
    """
    own = [one for name, one in training if name == label]
    if not own or not measured.subject or not measured.ground:
        return None
    fits = [one for one in own if set(one.subject) == set(measured.subject) and one.ground == measured.ground]
    words = f"{' and '.join(measured.subject)} on {measured.ground[0]} ground"
    if first is not None and first.named and first.measure in ("contrast", "brightness", "size", "sharpness"):
        less = first.standing.above >= first.standing.below
        fits = [one for one in fits if _as_far(getattr(one, first.measure), first.value, less)]
        words = f"{words}, with {_quality(first)}"
    return Alike(words, len(fits), len(own), label)


def worth(rows: Floats, labels: Sequence[str | None], label: str) -> Worth | None:
    """Measure what photos like one are worth to it, for the class `label` of training photos (n, 1280).

    None where there are too few of them, or where the nearest are missed no more than others: nothing is known then.
    """
    dice = np.random.default_rng(0)
    known = _some([place for place, name in enumerate(labels) if name is not None], dice)
    own = np.array([place for place in known if labels[place] == label])
    if len(own) < FEWEST or len({labels[place] for place in known}) < 2:
        return None
    cosines = rows[own] @ rows[own].T
    np.fill_diagonal(cosines, -np.inf)
    outer = np.argsort(np.sort(cosines, axis=1)[:, -REACH:].mean(axis=1), kind="stable")[:ASKED]
    missed = np.array([_missed(rows, labels, known, own, place, cosines[place], dice) for place in outer])
    nearest, others = missed.T
    drawn = dice.integers(len(missed), size=(1000, len(missed)))
    rates = FEW * nearest[drawn].mean(axis=1) / np.maximum(others[drawn].mean(axis=1), 1e-3)
    low, middle, high = np.quantile(rates, (0.05, 0.5, 0.95)).tolist()
    return Worth(label, low, middle, high) if low > FEW and others.mean() > 0 else None


def sentences(near: Within | None, look: Alike | None, value: Worth | None, stand_in: bool = False) -> list[str]:
    """What is missing and what it would be worth, in words. `stand_in`: another model than the learner answers."""
    said = []
    if look is not None:
        said.append(f"{_none_of(look)} {look.words}, by its measured colours.")
    if near is not None:
        few = "so it is photos like this one that are missing" if near.lacking else "so photos like it are there"
        said.append(f"{near.count:,} of the {near.photos:,} training photos of {near.label} "
                    f"{'is' if near.count == 1 else 'are'} within reach of it, where one of them usually has "
                    f"{near.usual:,}: {few}.".replace(": so", ", so"))
    if near is not None and near.lacking and value is not None:
        said.append(_worth_said(value, stand_in))
    return said


def _worth_said(value: Worth, stand_in: bool) -> str:
    who = "the built-in learner, which stands in for AWS's here" if stand_in else "leaving photos out of the training"
    return (f"{FEW} such would help it about as much as {value.others:.0f} others of {value.label} "
            f"({value.low:.0f} to {value.high:.0f}), measured by {who}.")


def _none_of(look: Alike) -> str:
    if look.count == 0:
        return f"No training photo of {look.label} is"
    return (f"Only {counted(look.count, 'training photo')} of {look.photos:,} of {look.label} "
            f"{'is' if look.count == 1 else 'are'}" if look.count * 4 <= look.photos else
            f"{look.count:,} of the {look.photos:,} training photos of {look.label} are")


def _quality(cause: Cause) -> str:
    """A named cause as something that a photo has."""
    less = cause.standing.above >= cause.standing.below
    return {"contrast": ("little contrast", "much contrast"), "brightness": ("little light", "much light"),
            "size": ("a small subject", "a large subject"),
            "sharpness": ("little sharpness", "much sharpness")}[cause.measure][0 if less else 1]


def _as_far(value: float, beyond: float, less: bool) -> bool:
    """Whether a training photo has about as little, or as much, as the photo: no more than a quarter short of it."""
    return value <= beyond * 1.25 if less else value >= beyond * 0.8


def _some(known: list[int], dice: np.random.Generator) -> list[int]:
    """The training photos to learn from: all, or some at random where there are many."""
    return known if len(known) <= MOST else sorted(dice.choice(known, MOST, replace=False).tolist())


def _missed(
    rows: Floats, labels: Sequence[str | None], known: Sequence[int], own: Places, place: int, cosines: Floats,
    dice: np.random.Generator,
) -> tuple[float, float]:
    """How much of its score one photo of a class loses without its nearest ones, and without as many others."""
    here = int(own[place])
    rest = [one for one in known if one != here]
    nearest = own[np.argsort(-cosines, kind="stable")[:FEW]]
    others = np.setdiff1d(own, [here, *nearest])
    whole = _score(rows, labels, rest, here)
    without = [_score(rows, labels, np.setdiff1d(rest, dice.choice(others, FEW, replace=False)), here)
               for _ in range(DRAWS)]
    return whole - _score(rows, labels, np.setdiff1d(rest, nearest), here), whole - float(np.mean(without))


def _score(rows: Floats, labels: Sequence[str | None], seen: Sequence[int] | Places, asked: int) -> float:
    """By how much the right label of a photo wins after learning from others, in the regression's own scores."""
    names = sorted({str(labels[place]) for place in seen})
    truth = np.array([[labels[place] == name for name in names] for place in seen])
    with learner.one_thread():
        scores = learner.fit(rows[seen], truth, tuple(names), calibrated=False).scores(rows[asked][None])[0]
    right = names.index(str(labels[asked]))
    return float(scores[right] - np.delete(scores, right).max())

"""What a training will come to, before it is paid for: pure values from answers about unseen photos."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation import learning_curve
from core.evaluation.expecting import DRAWS, Array, Expected, Truth, expected
from core.evaluation.intervals import Figure
from core.evaluation.learning_curve import MORE, Fits
from core.learning import unseen
from core.learning.unseen import Unseen

NEW = 100  # new photos that the forecast is said for
AT_RISK, CLOSEST = 12, 4  # photos at risk at most, and those shown even if none was mistaken
WORTH_SAYING = 0.5  # photos


@dataclass(frozen=True, slots=True)
class Risk:
    """A photo that will perhaps be mistaken: in which share of the repeats it was (0-1), and for which labels.

    `taken_for` is empty where it was right every time, but closer than others.
    """

    photo_id: int
    taken_for: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Confused:
    """About so many `photos` of the `of` that bear `truth` are taken for `answer`.

    Where photos have several labels, "" as the answer is a label that is missed, and as the truth one that is given
    to photos without it.
    """

    truth: str
    answer: str
    photos: float
    of: int


@dataclass(frozen=True, slots=True)
class Curve:
    """F1 after learning from so many photos a label, as measured; and what `MORE` a label would bring."""

    photos: tuple[float, ...]
    f1: tuple[Figure, ...]
    more: tuple[float, Figure]
    gain: Figure


@dataclass(frozen=True, slots=True)
class Forecast:
    """What to expect of `NEW` new photos, and of the test photos; `left_out` photos could not be looked at.

    `labels` are those of the figures by label; a forecast that an older version kept has none.
    """

    photos: int
    left_out: int
    new: Expected
    test: Expected | None
    risks: tuple[Risk, ...]
    confused: tuple[Confused, ...]
    curve: Curve
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """n photos by id: features (n, 1280), truth (n, L), the group of duplicates (n) and whether it is to test (n)."""

    ids: Sequence[int]
    labels: Sequence[str]
    features: NDArray[Any]
    truth: Truth
    groups: unseen.Ints
    tested: Truth


def forecast(
    material: Material, left_out: int = 0, step: Callable[[], None] = lambda: None, tests: int | None = None
) -> Forecast:
    """Train and ask again and again, which calls `step` as often as `unseen.plan` says, and sum up what came out.

    `tests` is how many photos like these the model will be tested with, where they are not those of the test side.
    """
    truth = material.truth
    found = unseen.answers(material.features, truth, material.groups, material.tested, step)
    a_label = truth[~material.tested].sum() / truth.shape[1] / (~material.tested).sum()
    fits = learning_curve.fits(truth, found.curve, found.learned * a_label)
    remaining = _remaining(material, fits)
    tests = int(material.tested.sum()) if tests is None else tests
    return Forecast(
        photos=len(truth),
        left_out=left_out,
        new=expected(truth, found.said, NEW, remaining),
        test=expected(truth, found.said, tests, remaining) if tests else None,
        risks=tuple(_risks(material, found)),
        confused=tuple(_confused(material, found.said.mean(axis=0))),
        curve=_curve(fits, float(truth[~material.tested].sum(axis=0).mean())),
        labels=tuple(material.labels),
    )


def dump(made: Forecast) -> dict[str, Any]:
    """As JSON values."""
    return asdict(made)


def load(kept: Mapping[str, Any]) -> Forecast:
    """What `dump` gave."""
    curve = kept["curve"]
    return Forecast(
        kept["photos"], kept["left_out"], _expected(kept["new"]), _expected(kept["test"]) if kept["test"] else None,
        tuple(Risk(one["photo_id"], tuple(one["taken_for"]), one["share"]) for one in kept["risks"]),
        tuple(Confused(**one) for one in kept["confused"]),
        Curve(tuple(curve["photos"]), tuple(Figure(**one) for one in curve["f1"]),
              (curve["more"][0], Figure(**curve["more"][1])), Figure(**curve["gain"])),
        tuple(kept.get("labels", ())))


def _expected(kept: Mapping[str, Any]) -> Expected:
    return Expected(kept["photos"], Figure(**kept["f1"]), Figure(**kept["accuracy"]),
                    tuple(Figure(**one) for one in kept.get("labels", ())))


def _remaining(material: Material, fits: Fits) -> Array:
    """The share of errors (draws) that is left when no fold is kept from the training, which takes from small labels
    the most. The test photos are answered by what has learned from all.
    """
    trained = ~material.tested
    counts = material.truth[trained].sum(axis=0)
    folds = unseen.plan(material.truth, material.tested).folds
    kept = float(((counts - np.maximum(1, counts / folds)) / counts).mean())
    share = float(trained.mean())
    return np.resize(share * kept**fits.speed + 1 - share, DRAWS)


def _curve(fits: Fits, now: float) -> Curve:
    return Curve(tuple(fits.photos.tolist()), fits.measured(), (now + MORE, fits.f1(now + MORE)), fits.gain(now))


def _risks(material: Material, found: Unseen) -> list[Risk]:
    """The photos that were mistaken most often first, and then those that were nearly."""
    wrong = (found.said != material.truth).any(axis=2).mean(axis=0)
    order = np.lexsort((found.margins, -wrong))[:AT_RISK]
    mean = found.said.mean(axis=0)
    return [Risk(int(material.ids[row]), _taken_for(material, mean, row) if wrong[row] else (), float(wrong[row]))
            for place, row in enumerate(order) if wrong[row] or place < CLOSEST]


def _taken_for(material: Material, mean: Array, row: int) -> tuple[str, ...]:
    """The label that a photo was mostly taken for instead of its own; or where there are several, all it was given."""
    if material.truth.sum(axis=1).max() > 1:
        return tuple(label for label, share in zip(material.labels, mean[row], strict=True) if share >= 0.5)
    others = np.where(material.truth[row], -1, mean[row])
    return (material.labels[int(others.argmax())],)


def _confused(material: Material, mean: Array) -> list[Confused]:
    """What is mistaken for what, most photos first."""
    borne = material.truth.sum(axis=0)
    if material.truth.sum(axis=1).max() > 1:
        pairs = [*_missed(material, mean), *_added(material, mean)]
    else:
        counts = material.truth.T.astype(float) @ mean
        pairs = [Confused(material.labels[row], material.labels[column], float(counts[row, column]), int(borne[row]))
                 for row, column in np.argwhere(~np.eye(len(counts), dtype=bool)).tolist()]
    return sorted((pair for pair in pairs if pair.photos >= WORTH_SAYING), key=lambda pair: -pair.photos)


def _missed(material: Material, mean: Array) -> list[Confused]:
    counts = (material.truth * (1 - mean)).sum(axis=0)
    return [Confused(label, "", float(count), int(borne)) for label, count, borne in zip(
        material.labels, counts, material.truth.sum(axis=0), strict=True)]


def _added(material: Material, mean: Array) -> list[Confused]:
    counts = (~material.truth * mean).sum(axis=0)
    return [Confused("", label, float(count), int(free)) for label, count, free in zip(
        material.labels, counts, (~material.truth).sum(axis=0), strict=True)]

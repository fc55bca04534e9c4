"""Two models on the same photos: what one gets right and the other not, and whether that can be chance.

The test is McNemar's exact one. Photos that both get right, or both wrong, say nothing of which is better. Of the
others, models that are equally good are right on as many each, as in tossing a coin.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.evaluation.intervals import LEVEL, Figure, proportion
from core.types import UNKNOWN, Prediction

CHANCE = 1 - LEVEL  # differences that chance brings about more often than this are none


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said of one photo: the labels that passed, best first, beside those that it bears in truth.

    `name` is what the photo is found by: a name in the project, or the URI of an object in S3.
    """

    name: str
    truth: frozenset[str]
    said: tuple[str, ...]
    right: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """One photo with the answers of both models to it."""

    left: Answer
    right: Answer

    @property
    def name(self) -> str:
        return self.left.name


@dataclass(frozen=True, slots=True)
class Comparison:
    """The photos that both models were asked about, by who was right.

    `relabelled` photos had another truth for one than for the other, and those `apart` were asked of one model only;
    both are in none of the figures.
    """

    both: tuple[Pair, ...]
    left_only: tuple[Pair, ...]
    right_only: tuple[Pair, ...]
    neither: tuple[Pair, ...]
    relabelled: int = 0
    apart: int = 0

    @property
    def photos(self) -> int:
        return len(self.both) + len(self.left_only) + len(self.right_only) + len(self.neither)

    @property
    def left(self) -> Figure:
        """The share of the photos that the left model gets right."""
        return proportion(len(self.both) + len(self.left_only), self.photos)

    @property
    def right(self) -> Figure:
        return proportion(len(self.both) + len(self.right_only), self.photos)

    @property
    def p(self) -> float:
        return mcnemar(len(self.left_only), len(self.right_only))

    @property
    def differs(self) -> bool:
        """Whether chance alone would hardly make two equally good models differ so much."""
        return self.p < CHANCE


def mcnemar(left_only: int, right_only: int) -> float:
    """The exact two-sided p-value, 0-1, where one model alone is right on so many photos, and the other on so many."""
    from scipy.special import bdtr

    return min(1.0, 2 * float(bdtr(min(left_only, right_only), left_only + right_only, 0.5)))


def least_to_differ() -> int:
    """On how many photos two models must at least disagree, all one way, for a difference to be told."""
    return next(number for number in range(1, 64) if mcnemar(number, 0) < CHANCE)


def compare(left: Iterable[Answer], right: Iterable[Answer]) -> Comparison:
    """The answers of two models, photo by photo, by name."""
    others = {answer.name: answer for answer in right}
    own = {answer.name: answer for answer in left}
    common = [Pair(answer, others[name]) for name, answer in sorted(own.items()) if name in others]
    pairs = [pair for pair in common if pair.left.truth == pair.right.truth]
    by: dict[tuple[bool, bool], list[Pair]] = {}
    for pair in pairs:
        by.setdefault((pair.left.right, pair.right.right), []).append(pair)
    both, left_only, right_only, neither = (tuple(by.get(key, ())) for key in (
        (True, True), (True, False), (False, True), (False, False)))
    return Comparison(both, left_only, right_only, neither, relabelled=len(common) - len(pairs),
                      apart=len(own) + len(others) - 2 * len(common))


def answers(predictions: Iterable[Prediction]) -> list[Answer]:
    """What a run recorded, as answers; photos without a truth, and failed calls, are left out."""
    return [Answer(one.name, _labels(one.truth), () if one.answer == UNKNOWN else (one.answer,), bool(one.right))
            for one in predictions if one.truth is not None and one.error is None]


def _labels(truth: str) -> frozenset[str]:
    return frozenset() if truth == UNKNOWN else frozenset({truth})


def sentence(found: Comparison, left: str, right: str) -> str:
    """ "They cannot be told apart, p = 1.0: two is right on 2 photos that one missed, wrong on 1 that one got right."

    The verdict comes first, so that it begins as a sentence does, whatever the models are called.
    """
    if not found.photos:
        return f"There is no photo that both {left} and {right} were asked about."
    gained, lost = len(found.right_only), len(found.left_only)
    better = right if gained > lost else left
    verdict = (f"The difference is more than chance, p = {p_words(found.p)}, and {better} is better" if found.differs
               else f"They cannot be told apart, p = {p_words(found.p)}")
    if not gained and not lost:
        return f"{verdict}: {left} and {right} are right and wrong on the same {_photos(found.photos)}."
    return (f"{verdict}: {right} is right on {_photos(gained)} that {left} missed, wrong on {lost:,} that {left} got "
            "right.")


def p_words(p: float) -> str:
    """ "1.0", "0.25", "0.031", "below 0.001"."""
    if p < 0.001:
        return "below 0.001"
    return "1.0" if p > 0.995 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _photos(number: int) -> str:
    return "1 photo" if number == 1 else f"{number:,} photos"


def same_photos(left: Iterable[Answer], right: Iterable[Answer]) -> bool:
    """Whether both models were tested on exactly the same photos, of which there is at least one."""
    first, second = {one.name for one in left}, {one.name for one in right}
    return bool(first) and first == second

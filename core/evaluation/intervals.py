"""What a count of photos can show: exact intervals, and the sentence that says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure and its interval, all 0-1. `hits` of `total` photos where it is a plain proportion.

    `total` 0 means that there was nothing to measure: the value is 0 and the interval says nothing.
    """

    value: float
    low: float
    high: float
    hits: int | None = None
    total: int | None = None

    @property
    def known(self) -> bool:
        return self.total != 0


@lru_cache(maxsize=4096)
def clopper_pearson(hits: int, total: int, level: float = LEVEL) -> tuple[float, float]:
    """(low, high), 0-1: the exact interval of a true rate of which `hits` of `total` were seen.

    It holds the true rate at least `level` of the time, however small the count (Clopper and Pearson, 1934).
    """
    if not 0 <= hits <= total:
        raise ValueError(f"{hits} of {total} is not a proportion")
    if total == 0:
        return 0.0, 1.0
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    low = float(betaincinv(hits, total - hits + 1, tail)) if hits else 0.0
    high = float(betaincinv(hits + 1, total - hits, 1 - tail)) if hits < total else 1.0
    return low, high


def proportion(hits: int, total: int, level: float = LEVEL) -> Figure:
    """`hits` of `total` as a figure with its exact interval."""
    low, high = clopper_pearson(hits, total, level)
    return Figure(hits / total if total else 0.0, low, high, hits, total)


def percent(share: float) -> str:
    """A share (0-1) in words, never rounded up to all or down to nothing: 0.9967 is "99.7 %", not "100 %"."""
    whole = round(share * 100)
    if whole in (0, 100) and share not in (0, 1):
        return f"{min(max(share * 100, 0.1), 99.9):.1f} %"
    return f"{whole} %"


def span(figure: Figure) -> str:
    """The interval alone, to stand under a figure: "62 to 100 %"."""
    return f"{figure.low * 100:.0f} to {figure.high * 100:.0f} %" if figure.known else "nothing to measure"


def between(figure: Figure) -> str:
    """ "between 62 and 100 %"."""
    return f"between {figure.low * 100:.0f} and {figure.high * 100:.0f} %"


def needed(rate: float, level: float = LEVEL) -> int:
    """How many photos, all of them right, show that the true rate is at least `rate` (0-1, both excluded)."""
    return math.ceil(math.log((1 - level) / 2) / math.log(rate))


def promise(tests: int, goal: float = 0.9) -> str:
    """What so many test photos can show at best, which is when all are right: "8 test photos can show little: ..."."""
    if not tests:
        return "Without test photos nothing can be said of how good a model is."
    best = proportion(tests, tests)
    if tests >= needed(goal):
        return f"If all {tests:,} test photos are right, the true rate is at least {percent(best.low)}."
    photos, right = ("1 test photo", "it is") if tests == 1 else (f"{tests} test photos", "all are")
    return (f"{photos} can show little: even if {right} right, the true rate lies anywhere {between(best)}. "
            f"To show that it is at least {percent(goal)} takes {needed(goal)} photos, all of them right.")


def sentence(figure: Figure, what: str = "right") -> str:
    """ "11 of 12 right (92 %; with 12 photos the true rate lies between 62 and 100 %)"; for proportions."""
    if not figure.total:
        return f"No photos, so nothing can be said about what is {what}."
    photos = "1 photo" if figure.total == 1 else f"{figure.total:,} photos"
    return (f"{figure.hits:,} of {figure.total:,} {what} ({percent(figure.value)}; with {photos} the true rate lies "
            f"{between(figure)})")

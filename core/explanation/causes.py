"""How a photo differs from the training photos of its class: measures, their percentiles, and which is named first.

A percentile alone can not be trusted with few photos: of twenty ordinary photos every fourth lies outside all others
in one of seven measures. A measure is therefore named as a cause only where a photo of the class would come to such a
value less than once in twenty times, by Student's interval for one more value; the least likely is named first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from core.evaluation.intervals import percent
from core.evaluation.mistakes import Standing
from core.images.subjects import Measures

NAMED = 0.05  # a less likely value is named as a cause
FEWEST = 5  # training photos of a class that there must be to compare with, else all are taken

# measure -> (its name, what is said of a photo with less of it, with more of it)
_WORDS = {
    "contrast": ("Contrast of subject and ground", "lower contrast", "higher contrast"),
    "sharpness": ("Sharpness", "less sharp", "sharper"),
    "brightness": ("Brightness", "darker", "brighter"),
    "size": ("Size of the subject", "a smaller subject", "a larger subject"),
    "place": ("Place of the subject", "a subject nearer to the middle", "a subject further from the middle"),
    "colour": ("Colour", "weaker colours", "stronger colours"),
    "resolution": ("Resolution", "fewer pixels", "more pixels"),
}
# On which scale photos of a class are spread evenly, and the least spread that a class is taken to have there.
_SCALES: dict[str, tuple[Callable[[float], float], float]] = {
    "contrast": (lambda value: log(value + 0.5), 0.05),
    "sharpness": (float, 0.02),
    "brightness": (float, 0.02),
    "size": (lambda value: log(max(value, 1e-3) / max(1 - value, 1e-3)), 0.1),
    "place": (float, 0.02),
    "colour": (log, 0.05),
    "resolution": (lambda value: log(value + 1e-3), 0.25),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """One measure of a photo: where it stands among the training photos, and how likely so unusual a value is, 0-1."""

    measure: str
    value: float
    standing: Standing
    chance: float
    kind: str  # " of cat", or "" where it is compared with all

    @property
    def name(self) -> str:
        return _WORDS[self.measure][0]

    @property
    def named(self) -> bool:
        return self.chance < NAMED

    @property
    def brief(self) -> str:
        """ "lower contrast"."""
        less, more = _WORDS[self.measure][1:]
        return less if self.standing.above >= self.standing.below else more

    @property
    def words(self) -> str:
        """ "lower contrast than 97 % of the 32 training photos of cat"."""
        standing = self.standing
        most = max(standing.above, standing.below)
        if most * 2 <= standing.photos:
            return f"as most of the {standing.photos:,} training photos{self.kind}"
        share = "all" if most == standing.photos else f"{percent(most / standing.photos)} of the"
        return f"{self.brief} than {share} {standing.photos:,} training photos{self.kind}"


def causes(measured: Measures, label: str | None, training: Sequence[tuple[str | None, Measures]]) -> tuple[Cause, ...]:
    """Every measure beside those of the training photos (label, measures) of `label`, the least likely first.

    Where the class has under `FEWEST` photos all are compared with; without any nothing is said.
    """
    same = [one for name, one in training if name == label]
    others, kind = (same, f" of {label}") if len(same) >= FEWEST else ([one for _, one in training], "")
    if len(others) < FEWEST:
        return ()
    made = [_cause(measure, measured, others, kind) for measure in _WORDS]
    return tuple(sorted(made, key=lambda cause: cause.chance))


def summary(found: Sequence[Cause]) -> str:
    """The cause that is named first, with the others that are as unusual; or that nothing measured is."""
    if not found:
        return "There are too few measured training photos to compare it with."
    named = [cause for cause in found if cause.named]
    if not named:
        return ("Nothing that was measured is unusual for its class, so the likelier reason is what the photo shows: a "
                f"pose, a part, a kind. The nearest to unusual: {found[0].words}.")
    also = f" Also {_listed([cause.words for cause in named[1:]])}." if named[1:] else ""
    return f"Most unusual: {named[0].words}.{also}"


def _cause(measure: str, measured: Measures, others: Sequence[Measures], kind: str) -> Cause:
    value: float = getattr(measured, measure)
    values: list[float] = [getattr(one, measure) for one in others]
    standing = Standing(len(values), sum(one < value for one in values), sum(one > value for one in values))
    away, freedom = _away(measure, measured, others)
    return Cause(measure, value, standing, _chance(away, freedom), kind)


def _away(measure: str, measured: Measures, others: Sequence[Measures]) -> tuple[float, int]:
    """(Student's t of one more value, degrees of freedom)."""
    scale, least = _SCALES[measure]
    known = np.array([scale(getattr(one, measure)) for one in others])
    spread = max(float(known.std(ddof=1)), least) * float(np.sqrt(1 + 1 / len(known)))
    return (scale(getattr(measured, measure)) - float(known.mean())) / spread, len(known) - 1


def _chance(away: float, freedom: int) -> float:
    """How likely one more value is as far away, on either side."""
    from scipy.special import stdtr

    return float(2 * stdtr(freedom, -abs(away)))


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"

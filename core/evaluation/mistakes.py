"""What went wrong, worst first, and how such a photo differs from those that the model was trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadImage
from core.evaluation.intervals import percent
from core.evaluation.thresholds import Thresholds, shortfall, threshold_of
from core.types import UNKNOWN, Photo, Prediction, Quality

# measure -> (what is said of a photo with less of it, with more of it)
_WORDS = {
    "contrast": ("lower contrast", "higher contrast"),
    "sharpness": ("less sharp", "sharper"),
    "brightness": ("darker", "brighter"),
}
UNUSUAL = 10.0  # percentiles nearer than this to an end are worth a remark
NEARLY = 15.0  # points: a right answer that has no more to lose is nearly wrong


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a value stands among `photos` training photos: how many have less, how many more."""

    photos: int
    below: int
    above: int

    @property
    def percentile(self) -> float:
        """0-100; equal values count half, and 50 means in the middle. Without photos to compare with it is 50."""
        return 50.0 + 50.0 * (self.below - self.above) / self.photos if self.photos else 50.0

    @property
    def unusual(self) -> bool:
        return self.photos > 0 and not UNUSUAL <= self.percentile <= 100 - UNUSUAL


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of a photo (0-1) and its standing among the training photos of its class, and among all."""

    measure: str
    value: float
    label: str | None
    in_class: Standing
    in_all: Standing

    @property
    def nearest(self) -> Standing:
        """The standing that tells most: in the class, or among all where the class has no training photo."""
        return self.in_class if self.in_class.photos else self.in_all

    @property
    def words(self) -> str:
        """ "lower contrast than 97 % of the 32 training photos of cat"."""
        kind = f" of {self.label}" if self.in_class.photos else ""
        return _words(self.measure, self.nearest, kind)


def mistakes(predictions: Iterable[Prediction], thresholds: Thresholds = 0.0) -> list[Prediction]:
    """Wrong answers, the most confident first; then Unknown ones, those furthest under their threshold first."""
    missed = [prediction for prediction in predictions if prediction.right is False and prediction.error is None]
    wrong = [prediction for prediction in missed if prediction.answer != UNKNOWN]
    unknown = [prediction for prediction in missed if prediction.answer == UNKNOWN]
    return [*sorted(wrong, key=lambda prediction: (-prediction.confidence, prediction.name)),
            *sorted(unknown, key=lambda prediction: (-_distance(prediction, thresholds), prediction.name))]


def nearly_wrong(predictions: Iterable[Prediction], thresholds: Thresholds = 0.0) -> list[Prediction]:
    """Right answers that a few points less would have made wrong or Unknown, those with the least to lose first."""
    right = [(slack(one, thresholds), one) for one in predictions if one.right and one.error is None]
    found = [(left, one) for left, one in right if left is not None and left < NEARLY]
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].name))]


def slack(prediction: Prediction, thresholds: Thresholds) -> float | None:
    """How many points the label that was given can lose before the answer is another; None where none was given.

    It loses either to its own threshold, or to the best other label that reaches its own.
    """
    given = next((score for score in prediction.scores if score.label == prediction.answer), None)
    if given is None or prediction.error is not None:
        return None
    rivals = [score.confidence for score in prediction.scores
              if score is not given and score.confidence >= threshold_of(score.label, thresholds)]
    return given.confidence - max([threshold_of(given.label, thresholds), *rivals])


def failed(predictions: Iterable[Prediction]) -> list[Prediction]:
    """Photos to which no answer came at all."""
    return [prediction for prediction in predictions if prediction.error is not None]


def margin(prediction: Prediction, thresholds: Thresholds) -> str:
    """The answer and its distance from the right one in a sentence."""
    if prediction.error is not None:
        return f"No answer: {prediction.error}"
    if prediction.answer != UNKNOWN:
        return f"Said {prediction.answer} at {prediction.confidence:.1f} %{_of_the_truth(prediction, thresholds)}."
    if (nearest := shortfall(prediction, thresholds)) is None:
        return "The model returned no label at all."
    label, points = nearest
    return f"Nearest was {label}, {points:.1f} points under its threshold."


def quality_of(prediction: Prediction, source: Callable[[str], Path | bytes] = Path) -> Quality | None:
    """The scores of the photo's pixels, measured as those of the project's photos are; None when it can't be read.

    `source` gives the file or the bytes for the photo's path.
    """
    from core.images.verdicts import inspect

    try:
        return inspect(source(prediction.path), prediction.name).quality
    except BadImage:
        return None


def compare(quality: Quality, label: str | None, training: Sequence[Photo]) -> tuple[Difference, ...]:
    """The measures of a photo against those of the training photos of `label` and of all, most unusual first."""
    measured = [(photo.label, photo.quality) for photo in training if photo.quality is not None]
    differences = []
    for measure in _WORDS:
        value = getattr(quality, measure)
        everything = [getattr(known, measure) for _, known in measured]
        same = [getattr(known, measure) for name, known in measured if name == label]
        differences.append(Difference(measure, value, label, _standing(value, same), _standing(value, everything)))
    return tuple(sorted(differences, key=lambda difference: -abs(difference.nearest.percentile - 50)))


def summary(differences: Sequence[Difference]) -> str:
    """One sentence about what is unusual, or that nothing is."""
    if not any(difference.nearest.photos for difference in differences):
        return "There are no measured training photos to compare it with."
    if unusual := [difference.words for difference in differences if difference.nearest.unusual]:
        return f"Measured: {'; '.join(unusual)}."
    return "Contrast, sharpness and brightness are within what the model was trained on."


def _of_the_truth(prediction: Prediction, thresholds: Thresholds) -> str:
    """What the right label got, and that it was not enough where that is why."""
    found = next((score for score in prediction.scores if score.label == prediction.truth), None)
    if found is None or prediction.right:
        return ""
    cut = threshold_of(found.label, thresholds)
    under = f", under its threshold of {cut:.1f} %" if found.confidence < cut else ""
    return f"; {found.label} had {found.confidence:.1f} %{under}"


def _distance(prediction: Prediction, thresholds: Thresholds) -> float:
    nearest = shortfall(prediction, thresholds)
    return 100.0 if nearest is None else nearest[1]


def _standing(value: float, others: Sequence[float]) -> Standing:
    return Standing(len(others), sum(other < value for other in others), sum(other > value for other in others))


def _words(measure: str, standing: Standing, kind: str) -> str:
    if not standing.photos:
        return f"no training photos to compare its {measure} with"
    less, more = _WORDS[measure]
    word, count = (less, standing.above) if standing.above >= standing.below else (more, standing.below)
    share = "all" if count == standing.photos else f"{percent(count / standing.photos)} of the"
    return f"{word} than {share} {standing.photos:,} training photos{kind}"

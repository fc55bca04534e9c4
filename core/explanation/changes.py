"""The smallest change of a photo that gives it another answer, of those that were tried with the model.

How small a change is, is how much the photo still looks like itself afterwards: the cosine of the two embeddings, by
which the nearest training photos are found as well. So a crop can be compared with a contrast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from core.evaluation.intervals import percent
from core.evaluation.thresholds import Thresholds, decide
from core.explanation.occlusion import confidence
from core.images import altering
from core.images.altering import WHOLE, Alteration
from core.images.embedding import embed
from core.types import UNKNOWN, Prediction, Score


@dataclass(frozen=True, slots=True)
class Tried:
    """A change, how much the photo still looks like itself (a cosine, 1: all the same), and what the model then says.

    `wanted` is what the label that is wanted gets, in percent; `flips`, whether the answer is one that is wanted.
    """

    change: Alteration
    similarity: float
    answer: str
    confidence: float
    wanted: float
    flips: bool


def similarities(image: Image.Image, changes: Sequence[Alteration]) -> list[float]:
    """How much each changed picture still looks like the photo, as cosines."""
    rows = embed([image, *(altering.altered(image, change) for change in changes)])
    return [float(value) for value in rows[1:] @ rows[0]]


def tried(
    prediction: Prediction, thresholds: Thresholds, answers: Mapping[str, Sequence[Score]],
    changes: Sequence[Alteration], alike: Sequence[float],
) -> tuple[Tried, ...]:
    """Every change whose answer is known, the smallest first.

    Wanted is the truth where the photo was wrong or Unknown; without a truth, any label for an Unknown, else any other
    answer. What was right is turned by any other answer.
    """
    label = prediction.truth if prediction.right is False and prediction.truth else None
    made = [_tried(prediction, thresholds, answers[change.key], change, similarity, label)
            for change, similarity in zip(changes, alike, strict=True) if change.key in answers]
    return tuple(sorted(made, key=lambda one: (-one.similarity, one.change.key)))


def smallest(found: Sequence[Tried]) -> Tried | None:
    """The smallest change that flips the answer; None where none does."""
    return next((one for one in found if one.flips), None)


def words(found: Sequence[Tried], prediction: Prediction) -> str:
    """What was tried and what came of it, in a sentence."""
    if not found:
        return "No change has been tried yet."
    first = smallest(found)
    if first is None:
        best = max(found, key=lambda one: one.wanted)
        missed = prediction.right is False and prediction.truth != UNKNOWN
        near = f"; {best.change.words} came nearest, with {best.wanted:.1f} %" if missed else ""
        return f"None of the {len(found)} changes that were tried gives another answer{near}."
    said = (f"Unknown, as its best label has {first.confidence:.1f} %" if first.answer == UNKNOWN
            else f"{first.answer} with {first.confidence:.1f} %")
    return (f"The smallest of {len(found)} changes that turns the answer: {first.change.words}. The model then says "
            f"{said}, and the photo still looks {percent(first.similarity)} like itself.")


def after_reading_again(prediction: Prediction, thresholds: Thresholds, answers: Mapping[str, Sequence[Score]]
                        ) -> Prediction:
    """The photo's answer at the size in which its alterations are asked about, with which they are to be compared."""
    if WHOLE.key not in answers:
        return prediction
    answer, sure = decide(answers[WHOLE.key], thresholds)
    return replace(prediction, scores=tuple(answers[WHOLE.key]), answer=answer, confidence=sure)


def _tried(prediction: Prediction, thresholds: Thresholds, scores: Sequence[Score], change: Alteration,
           similarity: float, label: str | None) -> Tried:
    answer, sure = decide(scores, thresholds)
    flips = answer == label if label is not None else answer != prediction.answer
    own = label or (prediction.scores[0].label if prediction.scores else answer)
    return Tried(change, similarity, answer, sure, confidence(scores, own), flips)

"""Which kind of mistake, or of narrow escape, an answer is: the numbers behind it, and the words for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.evaluation.intervals import percent
from core.evaluation.thresholds import CLOSE, Thresholds, is_close, margin, threshold_of
from core.explanation.nearness import Nearness
from core.types import UNKNOWN, Prediction, Score

Kind = Literal["failed", "nothing", "far", "close", "below", "wrong", "narrow", "right"]
_HEADLINES: dict[Kind, str] = {
    "failed": "The call failed", "nothing": "No label came back", "far": "Far from everything trained on",
    "close": "Two labels too close", "below": "Below its threshold", "wrong": "Another label passed",
    "narrow": "Right, but only just", "right": "Right"}
_UNJUDGED: dict[Kind, str] = {"narrow": "A close call", "right": "The model is sure"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer is. `kinds` holds everything that is true of it, the most telling first.

    `best` and `second` are its two best labels. `short` is by how many points `best` missed its threshold `needed`,
    negative where it passed; `slack` the points that a right answer could have lost; `near` where the photo lies.
    `right` is the label that would have been right, of another answer, and `right_needed` its threshold.
    """

    kinds: tuple[Kind, ...]
    best: Score | None
    second: Score | None
    needed: float
    short: float
    slack: float
    near: Nearness | None
    right: Score | None = None
    right_needed: float = 0.0
    error: str = ""

    @property
    def kind(self) -> Kind:
        return self.kinds[0]

    @property
    def gap(self) -> float:
        """Points between the two best labels; 100 where there is but one."""
        return self.best.confidence - self.second.confidence if self.best and self.second else 100.0


def verdict(prediction: Prediction, thresholds: Thresholds, near: Nearness | None = None) -> Verdict:
    """The kind of an answer at `thresholds`, with how far the photo is from the training photos where it is known."""
    best, second = _best(prediction, thresholds)
    needed = threshold_of(best.label, thresholds) if best else 0.0
    short = needed - best.confidence if best else 0.0
    left = margin(prediction, thresholds)
    close = best is not None and second is not None and abs(best.confidence - second.confidence) < CLOSE
    wrong = prediction.answer != UNKNOWN and prediction.right is False
    own = next((score for score in prediction.scores if wrong and score.label == prediction.truth), None)
    own_needed = threshold_of(own.label, thresholds) if own else 0.0
    found: list[Kind] = []
    if prediction.error is not None:
        found.append("failed")
    elif best is None:
        found.append("nothing")
    else:
        found += ["far"] if near is not None and near.far else []
        found += ["close"] if close else []
        beaten = own is not None and best.confidence < own.confidence < own_needed
        found += ["below"] if prediction.answer == UNKNOWN or beaten else []
        found += ["wrong"] if wrong else []
        if prediction.answer != UNKNOWN and not wrong:
            found.append("narrow" if is_close(prediction, thresholds) else "right")
    return Verdict(tuple(found), best, second, needed, short, left or 0.0, near, own, own_needed,
                   prediction.error or "")


def headline(kind: Kind, prediction: Prediction) -> str:
    """A kind in a few words, which call nothing right where nobody has said what the photo shows."""
    return _UNJUDGED.get(kind, _HEADLINES[kind]) if prediction.right is None else _HEADLINES[kind]


def sentences(found: Verdict, prediction: Prediction) -> list[str]:
    """Everything that is true of the answer, a sentence for each kind, the most telling first."""
    words = {"failed": _failed, "nothing": _nothing, "far": _far, "close": _close, "below": _below, "wrong": _wrong,
             "narrow": _narrow, "right": _narrow}
    return [words[kind](found, prediction) for kind in found.kinds]


def _best(prediction: Prediction, thresholds: Thresholds) -> tuple[Score | None, Score | None]:
    """The label that was given, or that came nearest to its threshold, and the best of the others."""
    if not prediction.scores:
        return None, None
    given = [score for score in prediction.scores if score.label == prediction.answer]
    best = given[0] if given else min(
        prediction.scores, key=lambda score: threshold_of(score.label, thresholds) - score.confidence)
    others = [score for score in prediction.scores if score.label != best.label]
    return best, max(others, key=lambda score: score.confidence, default=None)


def _failed(found: Verdict, prediction: Prediction) -> str:
    return f"The call failed, so the model said nothing about this photo: {found.error}"


def _nothing(found: Verdict, prediction: Prediction) -> str:
    return "The model returned no label at all, not even with a confidence near zero."


def _far(found: Verdict, prediction: Prediction) -> str:
    near = found.near
    assert near is not None
    count = "none" if near.further == 0 else f"only {near.further}"
    return (f"It looks like nothing that the model was trained on: its distance to the training photos is "
            f"{near.distance:.2f}, theirs to each other is usually {near.usual:.2f}, and {count} of the "
            f"{near.photos:,} {'lies' if near.further <= 1 else 'lie'} as far out.")


def _close(found: Verdict, prediction: Prediction) -> str:
    assert found.best and found.second
    return (f"Two labels are too close to tell apart: {found.best.label} with {found.best.confidence:.1f} % and "
            f"{found.second.label} with {found.second.confidence:.1f} %.")


def _below(found: Verdict, prediction: Prediction) -> str:
    assert found.best
    label, needed = (found.right, found.right_needed) if found.right else (found.best, found.needed)
    return (f"{label.label} came {'first' if found.right else 'nearest'} with {label.confidence:.1f} %, "
            f"{needed - label.confidence:.1f} points below its threshold of {needed:.1f} %.")


def _wrong(found: Verdict, prediction: Prediction) -> str:
    assert found.best
    said = (f"The model said {found.best.label} with {found.best.confidence:.1f} %, {-found.short:.1f} points above "
            f"its threshold of {found.needed:.1f} %")
    if found.right is None or "below" in found.kinds:
        return f"{said}."
    under = f", below its threshold of {found.right_needed:.1f} %"
    return (f"{said}; {found.right.label} got {found.right.confidence:.1f} %"
            f"{under if found.right.confidence < found.right_needed else ''}.")


def _narrow(found: Verdict, prediction: Prediction) -> str:
    assert found.best
    judged = "It is right" if prediction.right else "It has an answer"
    return (f"{judged}: {found.best.label} with {found.best.confidence:.1f} %, and would be another with "
            f"{found.slack:.1f} points less. Its threshold is {found.needed:.1f} %.")


def usual(near: Nearness) -> str:
    """How far the photo is from the training photos, in words, also where that is nothing unusual."""
    share = percent(near.further / near.photos) if near.photos else "–"
    return (f"Distance to the training photos {near.distance:.2f}; theirs to each other is usually {near.usual:.2f}, "
            f"and {share} of them lie as far out or further.")

"""The paragraph about a photo, drafted from what was measured and asked, in words that a person can go on from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from core.explanation import causes, changes, kinds, occlusion
from core.explanation.explaining import Explanation
from core.types import UNKNOWN


def draft(told: Explanation, needed: Sequence[str] = ()) -> str:
    """What is known of a photo in one paragraph; `needed` are the sentences about photos that are missing."""
    said = [_opening(told), *kinds.sentences(told.verdict, told.prediction), _looked(told), _neighbours(told)]
    if told.causes:
        said.append(causes.summary(told.causes))
    if told.tried:
        said.append(changes.words(told.tried, told.again))
    return " ".join(sentence for sentence in [*said, *needed] if sentence)


def _opening(told: Explanation) -> str:
    one = told.prediction
    name = PurePosixPath(one.name).name
    answered = "got no answer" if one.error else "was answered as Unknown" if one.answer == UNKNOWN else (
        f"was answered as {one.answer}")
    return f"{name} {answered}." if one.truth is None else f"{name}, known to be {one.truth}, {answered}."


def _looked(told: Explanation) -> str:
    found = told.map(told.shown) if told.shown else None
    return occlusion.words(found, told.mask) if found else ""


def _neighbours(told: Explanation) -> str:
    if not told.neighbours:
        return ""
    tally = ", ".join(f"{count} {label}" for label, count in told.nearest_labels.most_common())
    return f"The {len(told.neighbours)} training photos most like it are: {tally}."

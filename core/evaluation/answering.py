"""A run's answers at some thresholds, beside those of another run about the same photos."""

from __future__ import annotations

from collections.abc import Iterator

from core.evaluation.comparing import Answer, Comparison, compare
from core.evaluation.scores import Places, Scores
from core.types import UNKNOWN


def compared(left: Scores, left_answers: Places, right: Scores, right_answers: Places) -> Comparison:
    """Two runs photo by photo, by name; photos that do not count in one of them are in none of the figures."""
    return compare(_answers(left, left_answers), _answers(right, right_answers))


def shared(left: Scores, right: Scores) -> int:
    """How many photos, by name, both runs were asked about and got an answer to."""
    return len({*left.names[left.judged]} & {*right.names[right.judged]})


def _answers(known: Scores, answers: Places) -> Iterator[Answer]:
    names = (*known.classes, UNKNOWN)
    truths = [frozenset() if name == UNKNOWN else frozenset({name}) for name in names]
    said = [() if name == UNKNOWN else (name,) for name in names]
    for name, truth, answer in zip(known.names[known.judged], known.truth[known.judged].tolist(),
                                   answers[known.judged].tolist(), strict=True):
        yield Answer(name, truths[truth], said[answer], truth == answer)

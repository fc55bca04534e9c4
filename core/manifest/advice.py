"""Advice on manifests that Rekognition takes without a word, although they will not do what was meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core import limits
from core.manifest.repeats import in_both, meeting
from core.manifest.storing import Lines
from core.manifest.training import SideVerdict

_MAX_TEST_IMAGES_PER_LABEL = 1000


def count(number: int, noun: str) -> str:
    """'1 line', '2 lines', '1,000 lines'."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def notes(
    training: SideVerdict, testing: SideVerdict, manifests: Sequence[Lines], snapshot: bool
) -> Iterator[str]:
    """One sentence for each thing to know. `manifests` are the lines as they were given, before any split.

    `snapshot`: one of them is the evaluation of a training.
    """
    counted = [_Counted(lines) for lines in manifests]
    for one in counted:
        yield from one.dropped()
    yield from _leaks(training, testing)
    yield from _labels(training, testing)
    if any(one.crowded for one in counted):
        yield "A photo has more than 50 labels, which is the most that Rekognition documents."
    if snapshot:
        yield ("This looks like the evaluation that a training wrote. What its model answered stands in it as labels; "
               "train from the manifest that it was made from instead.")


class _Counted:
    """What one pass over the lines of a manifest shows."""

    def __init__(self, lines: Lines) -> None:
        self.broken = self.repeated = 0
        self.crowded = False
        with meeting() as met:
            for place, line in enumerate(lines):
                if line.dropped:
                    self.broken += 1
                else:
                    self.repeated += met.first(line.source_ref or "", place) != place
                self.crowded = self.crowded or len(line.labels) > limits.MAX_LABELS_PER_IMAGE

    def dropped(self) -> Iterator[str]:
        if self.broken:
            lines = count(self.broken, "line")
            yield f"Creating a dataset drops {lines} without a word: no photo can be read from there."
        if self.repeated:
            yield f"Repeats of an earlier line's photo: {self.repeated:,}. A dataset keeps the first line of a photo."


def _leaks(training: SideVerdict, testing: SideVerdict) -> Iterator[str]:
    if both := in_both(training.usable, testing.usable):
        yield (f"Photos in both manifests: {both:,}. The model will have seen them before the test, so its "
               "figures will look better than it is.")


def _labels(training: SideVerdict, testing: SideVerdict) -> Iterator[str]:
    few = sorted(label for label, images in training.labels.items() if images < limits.RECOMMENDED_IMAGES_PER_LABEL)
    if few:
        yield f"Fewer than 10 photos to train with: {_listed(few)}. AWS recommends 10 or more a label."
    if untested := sorted(training.labels.keys() - testing.labels.keys()):
        yield f"Without a photo to test with: {_listed(untested)}. The test will say nothing of how well it is told."
    if untrained := sorted(testing.labels.keys() - training.labels.keys()):
        yield f"Only in the testing manifest: {_listed(untrained)}. The model can't learn what it never sees."
    if any(images > _MAX_TEST_IMAGES_PER_LABEL for images in testing.labels.values()):
        yield "A label has more than 1,000 photos to test with, which is the most that Rekognition documents."


def _listed(labels: Sequence[str], most: int = 5) -> str:
    rest = len(labels) - most
    return ", ".join(labels[:most]) + (f" and {rest:,} more" if rest > 0 else "")

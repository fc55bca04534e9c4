"""What the rules of training count in one pass over lines, whichever use they turn out to have."""

from __future__ import annotations

from collections import Counter

from core.manifest.storing import Lines, chosen
from core.manifest.types import Line, UseCase

_USES: tuple[UseCase, ...] = ("IMAGE_LEVEL_LABELS", "OBJECT_LOCALIZATION")


class Tally:
    """Counts of lines, and the buckets and labels that they name."""

    def __init__(self, lines: Lines) -> None:
        self.total = len(lines)
        self.invalid = self.ignored = 0
        self.buckets: set[str] = set()
        self._labelled = self._boxed = 0
        self._labels: dict[UseCase, Counter[str]] = {use_case: Counter() for use_case in _USES}
        self._usable = {use_case: bytearray() for use_case in _USES}
        for line in lines:
            self._add(line)

    def _add(self, line: Line) -> None:
        self._labelled += bool(line.labels)
        self._boxed += bool(line.boxes)
        if bucket := line.bucket:
            self.buckets.add(bucket)
        invalid = line.invalid
        self.invalid += invalid
        self.ignored += not line.labeled and not invalid
        valid = line.labeled and not invalid
        for use_case in _USES:
            labels = line.labels_for(use_case) if valid else ()
            self._usable[use_case].append(bool(labels))
            for label in labels:
                self._labels[use_case][label] += 1

    @property
    def names(self) -> set[str]:
        """The labels of every valid line, also of those that one use case would filter out."""
        return {label for labels in self._labels.values() for label in labels}

    @property
    def majority(self) -> UseCase:
        """What the model will do: what more lines have labels for, image-level labels where it is even."""
        if not self._labelled and not self._boxed:
            return "NOT_DETERMINED"
        return "OBJECT_LOCALIZATION" if self._boxed > self._labelled else "IMAGE_LEVEL_LABELS"

    def usable(self, lines: Lines, use_case: UseCase) -> Lines:
        """Those of the counted lines that a model of `use_case` learns from."""
        return () if use_case == "NOT_DETERMINED" else chosen(lines, self._usable[use_case])

    def labels(self, use_case: UseCase) -> dict[str, int]:
        """The labels that such a model would learn, with their images."""
        return dict(self._labels.get(use_case, {}))

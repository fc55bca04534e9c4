"""Splits lines into a training and a testing part, as AutoCreate and DistributeDatasetEntries do.

Rekognition does not say how it picks its "representative" fifth. Here every label that has two images is on both
sides; beyond that a fifth of the images moves, and about a fifth of each label's, the same ones for the same seed.
"""

from __future__ import annotations

import heapq
import itertools
import random
from array import array
from collections.abc import Iterator, Sequence

from core.manifest.storing import Lines, chosen
from core.manifest.types import Line, UseCase

TESTING_SHARE = 0.2

_LOOKED_AT = 16  # images among which a label chooses: enough for a good one, and the time stays that of the lines


def autosplit(lines: Lines, seed: int = 0, use_case: UseCase | None = None) -> tuple[Lines, Lines]:
    """(training lines, testing lines), both in the order of `lines`. No label loses its last training image.

    A line that can't be used counts for no label, and with `use_case` one that is of another use.
    """
    names = _Names(lines, use_case)
    split = _Split(names, seed)
    split.show_each_label()
    split.fill()
    for position in names.unlabelled(seed):
        split.picked[position] = 1
    return chosen(lines, split.picked.translate(_OTHERS)), chosen(lines, split.picked)


_OTHERS = bytes([1, 0, *range(2, 256)])


def _names_of(line: Line, use_case: UseCase | None) -> tuple[str, ...]:
    if not line.valid:
        return ()
    return line.labels_for(use_case) if use_case else line.names


class _Names:
    """The labels of each line, as numbers one behind the other: a few bytes a line."""

    def __init__(self, lines: Lines, use_case: UseCase | None) -> None:
        self.labels: list[str] = []
        self._numbers, self._ends = array("I"), array("I", [0])
        known: dict[str, int] = {}
        for line in lines:
            for name in dict.fromkeys(_names_of(line, use_case)):
                self._numbers.append(known.setdefault(name, len(known)))
            self._ends.append(len(self._numbers))
        self.labels.extend(known)
        self.total = [0] * len(known)
        for number in self._numbers:
            self.total[number] += 1

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, position: int) -> Sequence[int]:
        return self._numbers[self._ends[position] : self._ends[position + 1]]

    def labelled(self) -> int:
        """Lines with a label."""
        return sum(end > start for start, end in itertools.pairwise(self._ends))

    def unlabelled(self, seed: int) -> list[int]:
        """A fifth of the lines without a label, so that they do not all stay on one side."""
        rest = array("I", (position for position, (start, end) in enumerate(itertools.pairwise(self._ends))
                           if start == end))
        if len(rest) == len(self):
            return []
        return random.Random(f"{seed}").sample(rest, round(len(rest) * TESTING_SHARE))


class _Split:
    """The positions picked for testing so far (a byte each). An image with several labels counts for all of them."""

    def __init__(self, names: _Names, seed: int) -> None:
        self.picked = bytearray(len(names))
        self._names, self._total = names, names.total
        self._testing = [0] * len(names.total)
        self._count = 0
        order = array("I", range(len(names)))
        random.Random(f"{seed}").shuffle(order)
        self._waiting = [array("I") for _ in names.total]
        for position in order:  # a queue's next is at its end, where taking and putting back are quick
            for label in names[position]:
                self._waiting[label].append(position)

    def show_each_label(self) -> None:
        """Pick an image of each label that can spare one; the rarest choose first."""
        rarest = sorted(range(len(self._total)), key=lambda label: (self._total[label], self._names.labels[label]))
        for label in rarest:
            if not self._testing[label]:
                self._pick(label)

    def fill(self) -> None:
        """Pick until a fifth of the images is, each from the label that lacks most of its own fifth."""
        wanted = round(self._names.labelled() * TESTING_SHARE)
        queue = [(-self._lack(label), name, label) for label, name in enumerate(self._names.labels)]
        heapq.heapify(queue)
        while queue and self._count < wanted:
            noted, name, label = heapq.heappop(queue)
            if noted == -self._lack(label) and not self._pick(label):
                continue  # none is left that may be picked
            heapq.heappush(queue, (-self._lack(label), name, label))

    def _pick(self, label: int) -> bool:
        """Pick the image of `label` that takes other labels least beyond their fifth, or none."""
        candidates: list[int] = []
        for position in itertools.islice(self._spare(label), _LOOKED_AT):
            candidates.append(position)
            if not self._excess(position):
                break
        if not candidates:
            return False
        best = min(candidates, key=self._excess)
        self._waiting[label].extend(position for position in reversed(candidates) if position != best)
        self.picked[best] = 1
        self._count += 1
        for name in self._names[best]:
            self._testing[name] += 1
        return True

    def _spare(self, label: int) -> Iterator[int]:
        """Take off the label's queue what training can spare; what it can not spare now it never can."""
        waiting = self._waiting[label]
        while waiting:
            position = waiting.pop()
            if not self.picked[position] and self._is_spare(position):
                yield position

    def _is_spare(self, position: int) -> bool:
        return all(self._total[label] - self._testing[label] > 1 for label in self._names[position])

    def _excess(self, position: int) -> float:
        return sum(max(0.0, 1.0 - self._lack(label)) for label in self._names[position])

    def _lack(self, label: int) -> float:
        """Images of `label` that its fifth is short of; negative when it has more."""
        return self._total[label] * TESTING_SHARE - self._testing[label]

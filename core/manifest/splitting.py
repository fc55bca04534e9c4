"""Splits lines into a training and a testing part, as AutoCreate and DistributeDatasetEntries do.

Rekognition does not say how it picks its "representative" fifth. Here every label that has two images is on both
sides; beyond that a fifth of the images moves, and about a fifth of each label's, the same ones for the same seed.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter, deque
from collections.abc import Iterator, Sequence

from core.manifest.types import Line, UseCase

TESTING_SHARE = 0.2

_LOOKED_AT = 16  # images among which a label chooses: enough for a good one, and the time stays that of the lines


def autosplit(
    lines: Sequence[Line], seed: int = 0, use_case: UseCase | None = None
) -> tuple[list[Line], list[Line]]:
    """(training lines, testing lines), both in the order of `lines`. No label loses its last training image.

    A line that can't be used counts for no label, and with `use_case` one that is of another use.
    """
    names = [_names(line, use_case) for line in lines]
    split = _Split(names, seed)
    split.show_each_label()
    split.fill()
    picked = split.picked.union(_unlabelled(names, seed))
    return ([line for position, line in enumerate(lines) if position not in picked],
            [line for position, line in enumerate(lines) if position in picked])


def _names(line: Line, use_case: UseCase | None) -> tuple[str, ...]:
    if not line.valid:
        return ()
    return line.labels_for(use_case) if use_case else line.names


class _Split:
    """The positions picked for testing so far. An image with several labels counts for all of them."""

    def __init__(self, names: Sequence[tuple[str, ...]], seed: int) -> None:
        self.picked: set[int] = set()
        self._names = [tuple(dict.fromkeys(several)) for several in names]
        self._total = Counter(name for several in self._names for name in several)
        self._testing: Counter[str] = Counter()
        self._waiting: dict[str, deque[int]] = {name: deque() for name in self._total}
        for position in random.Random(f"{seed}").sample(range(len(names)), len(names)):
            for name in self._names[position]:
                self._waiting[name].append(position)

    def show_each_label(self) -> None:
        """Pick an image of each label that can spare one; the rarest choose first."""
        for label in sorted(self._total, key=lambda name: (self._total[name], name)):
            if not self._testing[label]:
                self._pick(label)

    def fill(self) -> None:
        """Pick until a fifth of the images is, each from the label that lacks most of its own fifth."""
        wanted = round(sum(map(bool, self._names)) * TESTING_SHARE)
        queue = [(-self._lack(name), name) for name in self._total]
        heapq.heapify(queue)
        while queue and len(self.picked) < wanted:
            noted, label = heapq.heappop(queue)
            if noted == -self._lack(label) and not self._pick(label):
                continue  # none is left that may be picked
            heapq.heappush(queue, (-self._lack(label), label))

    def _pick(self, label: str) -> bool:
        """Pick the image of `label` that takes other labels least beyond their fifth, or none."""
        candidates: list[int] = []
        for position in itertools.islice(self._spare(label), _LOOKED_AT):
            candidates.append(position)
            if not self._excess(position):
                break
        if not candidates:
            return False
        best = min(candidates, key=self._excess)
        self._waiting[label].extendleft(position for position in reversed(candidates) if position != best)
        self.picked.add(best)
        self._testing.update(self._names[best])
        return True

    def _spare(self, label: str) -> Iterator[int]:
        """Take off the label's queue what training can spare; what it can not spare now it never can."""
        waiting = self._waiting[label]
        while waiting:
            position = waiting.popleft()
            if position not in self.picked and self._is_spare(position):
                yield position

    def _is_spare(self, position: int) -> bool:
        return all(self._total[name] - self._testing[name] > 1 for name in self._names[position])

    def _excess(self, position: int) -> float:
        return sum(max(0.0, 1.0 - self._lack(name)) for name in self._names[position])

    def _lack(self, label: str) -> float:
        """Images of `label` that its fifth is short of; negative when it has more."""
        return self._total[label] * TESTING_SHARE - self._testing[label]


def _unlabelled(names: Sequence[tuple[str, ...]], seed: int) -> list[int]:
    """A fifth of the lines without a label, so that they do not all stay on one side."""
    rest = [position for position, several in enumerate(names) if not several]
    return random.Random(f"{seed}").sample(rest, round(len(rest) * TESTING_SHARE)) if len(rest) < len(names) else []

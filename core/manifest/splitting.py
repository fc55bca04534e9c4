"""Splits lines into a training and a testing part, as AutoCreate and DistributeDatasetEntries do.

Rekognition does not say how it picks its "representative" fifth. Here each label gives a fifth of its images, at
least one when it has two, the same ones for the same seed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from core.manifest.types import Line

TESTING_SHARE = 0.2


def autosplit(lines: Sequence[Line], seed: int = 0) -> tuple[list[Line], list[Line]]:
    """(training lines, testing lines), both in the order of `lines`. No label loses its last training image."""
    names = [line.names for line in lines]
    training = Counter(name for several in names for name in several)
    picked: set[int] = set()
    groups = _groups(names)
    # the rarest label picks first: an image with several labels counts for all of them
    for label in sorted(groups, key=lambda name: (len(groups[name]), name)):
        wanted = _fifth(len(groups[label])) - sum(position in picked for position in groups[label])
        for position in random.Random(f"{seed} {label}").sample(groups[label], len(groups[label])):
            if wanted <= 0:
                break
            if position not in picked and all(training[name] > 1 for name in names[position]):
                picked.add(position)
                training.subtract(names[position])
                wanted -= 1
    picked.update(_unlabelled(groups, names, seed))
    return ([line for position, line in enumerate(lines) if position not in picked],
            [line for position, line in enumerate(lines) if position in picked])


def _groups(names: list[tuple[str, ...]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for position, several in enumerate(names):
        for name in several:
            groups.setdefault(name, []).append(position)
    return groups


def _fifth(count: int) -> int:
    return max(1, round(count * TESTING_SHARE)) if count > 1 else 0


def _unlabelled(groups: dict[str, list[int]], names: list[tuple[str, ...]], seed: int) -> list[int]:
    """A fifth of the lines without a label, so that they do not all stay on one side."""
    rest = [position for position, several in enumerate(names) if not several]
    return random.Random(f"{seed}").sample(rest, round(len(rest) * TESTING_SHARE)) if groups else []

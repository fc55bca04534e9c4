"""The findings of a manifest's lines, grouped by code in one pass: four bytes a line that has them, and samples."""

from __future__ import annotations

import heapq
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.manifest.codes import MESSAGES
from core.manifest.plain import LINE
from core.manifest.storing import Lines
from core.manifest.types import Line

SHOWN_PHOTOS = 24

_SHOWN_REASONS = 3
_REASONS = 1_000  # that are told apart: hostile lines may have one each
_LONGEST = 300  # characters of a reason, which may name an attribute of any length
_OF_IMAGES = ("ERROR_INVALID_IMAGE", "ERROR_INVALID_IMAGE_DIMENSION")


@dataclass(frozen=True, slots=True)
class Group:
    """One code's findings in one manifest. `lines` count from 1; none means that the manifest as a whole is meant.

    `photos` are the S3 URIs of the first of them, by the numbers of their lines.
    """

    code: str
    message: str
    plain: str
    mend: str | None
    lines: Sequence[int] = ()
    manifest: str = "training"
    photos: Mapping[int, str] = field(default_factory=dict)


class Lost(Mapping[int, str]):
    """The lines whose images Rekognition can't use, by number, and why: mending a text does not cure them.

    There are few reasons, and the lines of each are kept together in four bytes a line.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, array[int]] = {}

    def note(self, line: Line) -> None:
        """Take in a line, each after those before it."""
        why = next((reason for found, reason in zip(line.findings, line.reasons, strict=True)
                    if found.code in _OF_IMAGES), None)
        if why is not None:
            self._numbers.setdefault(why, array("I")).append(line.number)

    def __len__(self) -> int:
        return sum(map(len, self._numbers.values()))

    def __iter__(self) -> Iterator[int]:
        return heapq.merge(*self._numbers.values())

    def __getitem__(self, number: int) -> str:
        for why, numbers in self._numbers.items():
            place = bisect_left(numbers, number)
            if place < len(numbers) and numbers[place] == number:
                return why
        raise KeyError(number)


class Grouping:
    """The groups of one manifest's lines, and those of its lines that are lost."""

    def __init__(self, title: str, lines: Lines) -> None:
        self.lost = Lost()
        self._title = title
        self._met: dict[str, _Met] = {}
        for line in lines:
            if line.findings:
                self._add(line)

    def _add(self, line: Line) -> None:
        self.lost.note(line)
        for found, reason in zip(line.findings, line.reasons, strict=True):
            self._met.setdefault(found.code, _Met(found.message)).add(line, reason)

    def groups(self) -> Iterator[Group]:
        """The most frequent first, causes before consequences."""
        order = list(MESSAGES)
        for code, met in sorted(self._met.items(), key=lambda item: (-item[1].times, order.index(item[0]))):
            plain = f"{LINE[code].plain} {met.counted()}"
            yield Group(code, met.message, plain, LINE[code].mend, met.numbers, self._title, met.photos)


class _Met:
    """A code that was met: on which lines, for which reasons, and the photos of the first."""

    def __init__(self, message: str) -> None:
        self.message = message
        self.times = 0
        self.numbers = array("I")
        self.photos: dict[int, str] = {}
        self._reasons: Counter[str] = Counter()

    def add(self, line: Line, reason: str) -> None:
        self.times += 1
        reason = reason[:_LONGEST]
        if reason in self._reasons or len(self._reasons) < _REASONS:
            self._reasons[reason] += 1
        if self.numbers and self.numbers[-1] == line.number:
            return
        self.numbers.append(line.number)
        if line.source_ref and len(self.numbers) <= SHOWN_PHOTOS:
            self.photos[line.number] = line.source_ref

    def counted(self) -> str:
        """The reasons with how often each was met, the most frequent first."""
        frequent = self._reasons.most_common(_SHOWN_REASONS)
        shown = [f"{reason} ({'once' if times == 1 else f'{times:,} times'})" for reason, times in frequent]
        rest = self.times - sum(times for _, times in frequent)
        return f"Found: {'; '.join(shown)}{f'; and {rest:,} others' if rest else ''}."

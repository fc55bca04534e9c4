"""Checked lines on disk: gone through from the first as often as the rules need, in memory that they do not fill.

The rules take lines in either form. A few thousand, as the app and the engine make them, are a tuple; those of a file
of anybody's, which may have 250,000, are `Stored`. A choice among stored lines costs a byte a line.
"""

from __future__ import annotations

import itertools
import marshal
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from core.manifest.types import Line
from core.types import Box, Finding

Lines = Collection[Line]

_BATCH = 256  # lines, or boxes and findings on them, that are written and read together


class Stored(Collection[Line]):
    """Lines in a temporary file of their own, in `folder` or where the system has such, without their texts.

    The file is gone with the object. One thread at a time may go through it, in several loops if need be.
    """

    def __init__(self, lines: Iterable[Line], folder: Path | None = None) -> None:
        self._folder = folder
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (it lives as long as the object)
        weakref.finalize(self, self._file.close)
        self._count = 0
        for batch in _batches(lines):
            data = marshal.dumps([_row(line) for line in batch])
            self._file.write(len(data).to_bytes(4, "big") + data)
            self._count += len(batch)
        self._file.flush()

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Line]:
        at = 0
        while True:
            self._file.seek(at)  # each time, since another loop may have moved it
            size = int.from_bytes(self._file.read(4), "big")
            if not size:
                return
            rows = marshal.loads(self._file.read(size))  # noqa: S302 (written by this very object)
            at += 4 + size
            yield from map(_line, rows)

    def __contains__(self, line: object) -> bool:
        return any(one == line for one in self)

    def changed(self, change: Callable[[Line], Line]) -> Stored:
        """The lines after a change of each."""
        return Stored(map(change, self), self._folder)


class _Chosen(Collection[Line]):
    """Some of other lines, by a byte for each of them that says whether it is one."""

    def __init__(self, lines: Lines, flags: bytearray) -> None:
        self._lines, self._flags, self._count = lines, flags, flags.count(1)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Line]:
        return itertools.compress(self._lines, self._flags)

    def __contains__(self, line: object) -> bool:
        return any(one == line for one in self)


def chosen(lines: Lines, flags: bytearray) -> Lines:
    """Those lines whose flag is 1, where the others are: in memory, or on disk."""
    if 0 not in flags:
        return lines
    return tuple(itertools.compress(lines, flags)) if isinstance(lines, tuple | list) else _Chosen(lines, flags)


def changed(lines: Lines, change: Callable[[Line], Line]) -> Lines:
    """The lines after a change of each, where they were before: in memory, or on disk."""
    return lines.changed(change) if isinstance(lines, Stored) else tuple(map(change, lines))


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    weight = 0
    for line in lines:
        batch.append(line)
        weight += 1 + len(line.boxes) + len(line.findings)
        if weight >= _BATCH:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _row(line: Line) -> tuple[Any, ...]:
    if not line.findings and not line.boxes:  # nearly always
        return line.number, line.source_ref, line.labels
    return (line.number, line.source_ref, line.labels,
            [(box.label, box.left, box.top, box.width, box.height) for box in line.boxes],
            [(found.code, found.message, found.line, found.place) for found in line.findings], line.reasons)


def _line(row: tuple[Any, ...]) -> Line:
    if len(row) == 3:
        return Line(row[0], "", row[1], row[2])
    number, source_ref, labels, boxes, findings, reasons = row
    return Line(number, "", source_ref, labels, tuple(Box(*box) for box in boxes),
                tuple(Finding(*found) for found in findings), reasons)

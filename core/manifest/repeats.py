"""Photos that were met before. They are kept in a database on disk: 250,000 of them would fill the memory."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator

from core import catalogue
from core.manifest.storing import Lines, chosen
from core.manifest.types import Line


class Met:
    """The source-refs that were met, each with the number under which it was first."""

    def __init__(self, rows: sqlite3.Connection) -> None:
        self._rows = rows.cursor()

    def first(self, source_ref: str, number: int) -> int:
        """The number under which it was met first, which is this one when it is new."""
        new = self._rows.execute("INSERT OR IGNORE INTO met VALUES (?, ?)", (source_ref, number)).rowcount
        return number if new else int(self._found(source_ref)[0])

    def __contains__(self, source_ref: str) -> bool:
        return bool(self._found(source_ref))

    def _found(self, source_ref: str) -> tuple[int, ...]:
        return self._rows.execute("SELECT number FROM met WHERE source_ref = ?", (source_ref,)).fetchone() or ()


@contextlib.contextmanager
def meeting() -> Iterator[Met]:
    """Nothing met yet."""
    tables = "CREATE TABLE met (source_ref TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID"
    with contextlib.closing(catalogue.scratch(tables)) as rows:
        yield Met(rows)


def firsts(lines: Lines) -> Lines:
    """The first line of each photo, of those that a dataset does not drop."""
    flags = bytearray()
    with meeting() as met:
        for place, line in enumerate(lines):
            flags.append(not line.dropped and met.first(line.source_ref or "", place) == place)
    return chosen(lines, flags)


def in_both(one: Iterable[Line], other: Iterable[Line]) -> int:
    """How many photos stand in both."""
    with meeting() as here, meeting() as there:
        for line in one:
            here.first(line.source_ref or "", line.number)
        return sum(there.first(line.source_ref or "", place) == place and (line.source_ref or "") in here
                   for place, line in enumerate(other))

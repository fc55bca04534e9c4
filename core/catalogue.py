"""SQLite files with a schema: opened in a millisecond, changed whole or not at all, and counting their changes.

A file is given its tables once, and is carried over to the schema of today when an older Rekolab has made it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadCatalogue

# It starts anywhere, so that a project that is made anew under an old name is not taken for the old one.
_REVISION = """
CREATE TABLE IF NOT EXISTS revision (number INTEGER NOT NULL);
INSERT INTO revision SELECT abs(random() / 2) WHERE NOT EXISTS (SELECT 1 FROM revision)
"""


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of a file. `carry_over` brings what an older version (0: before versions) has kept into them."""

    version: int
    tables: str
    carry_over: Callable[[sqlite3.Connection, int], None] = lambda rows, version: None


@contextlib.contextmanager
def changing(file: Path, schema: Schema) -> Iterator[sqlite3.Connection]:
    """A connection of the calling thread whose changes are all kept, or none; a second writer waits its turn."""
    with _damage_said(file), contextlib.closing(_opened(file, schema)) as rows, _all_or_nothing(rows, "IMMEDIATE"):
        before = rows.total_changes
        yield rows
        if rows.total_changes != before:
            rows.execute("UPDATE revision SET number = number + 1")


@contextlib.contextmanager
def reading(file: Path, schema: Schema) -> Iterator[sqlite3.Connection]:
    """A connection that sees one moment of the file, and waits for no writer."""
    with _damage_said(file), contextlib.closing(_opened(file, schema)) as rows, _all_or_nothing(rows, "DEFERRED"):
        yield rows


def scratch(tables: str) -> sqlite3.Connection:
    """A database without a name, on disk but for its cache of a megabyte, that is gone when it is closed."""
    rows = sqlite3.connect("", isolation_level=None)
    rows.executescript(f"PRAGMA journal_mode = OFF; PRAGMA cache_size = -1000; {tables}; BEGIN;")
    return rows


def revision(file: Path, schema: Schema) -> int:
    """A number that grows with every change, and that no two files share."""
    with _damage_said(file), contextlib.closing(_opened(file, schema)) as rows:
        return int(rows.execute("SELECT number FROM revision").fetchone()[0])


@contextlib.contextmanager
def _damage_said(file: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # which is one that says that the file is none, or malformed
            raise
        raise BadCatalogue(f"The catalogue {file} is damaged ({error}), and Rekolab leaves it as it is. Put a copy "
                           "from a backup in its place; or move it away, which gives up what it holds.") from error


def _opened(file: Path, schema: Schema) -> sqlite3.Connection:
    try:
        return _connected(file, schema)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "") != "SQLITE_IOERR_SHMSIZE":
            raise
        return _connected(file, schema, alone=True)


def _connected(file: Path, schema: Schema, alone: bool = False) -> sqlite3.Connection:
    """A connection. `alone` it has the file for itself, and needs none beside it, for which a full disk has no room."""
    rows = sqlite3.connect(file, timeout=30, isolation_level=None)
    try:
        rows.row_factory = sqlite3.Row
        if alone:
            rows.execute("PRAGMA locking_mode=EXCLUSIVE")
        rows.execute("PRAGMA synchronous=FULL")
        if _version(rows) < schema.version:
            _bring_up_to_date(rows, schema)
        rows.execute("PRAGMA foreign_keys=ON")
    except BaseException:
        rows.close()
        raise
    return rows


def _bring_up_to_date(rows: sqlite3.Connection, schema: Schema) -> None:
    """Tables for a new file, or those of an older Rekolab carried over; the first of several processes does it."""
    rows.execute("PRAGMA journal_mode=WAL")
    with _all_or_nothing(rows, "IMMEDIATE"):
        found = _version(rows)
        if found >= schema.version:
            return  # another process was quicker
        older = rows.execute("SELECT 1 FROM sqlite_master WHERE type = 'table'").fetchone()
        for statement in f"{schema.tables}{_REVISION}".split(";"):  # executescript would end the transaction
            rows.execute(statement)
        if older:
            schema.carry_over(rows, found)
        rows.execute(f"PRAGMA user_version = {schema.version}")


def _version(rows: sqlite3.Connection) -> int:
    return int(rows.execute("PRAGMA user_version").fetchone()[0])


@contextlib.contextmanager
def _all_or_nothing(rows: sqlite3.Connection, kind: str) -> Iterator[None]:
    rows.execute(f"BEGIN {kind}")
    try:
        yield
    except BaseException:
        if rows.in_transaction:  # which SQLite itself may have ended, as on a full disk
            rows.execute("ROLLBACK")
        raise
    rows.execute("COMMIT")

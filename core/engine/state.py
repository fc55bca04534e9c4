"""What the Rekognition half remembers, in one SQLite file: a change is on disk before its caller is answered."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS secret (id INTEGER PRIMARY KEY CHECK (id = 1), key BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS project (
    arn TEXT PRIMARY KEY, region TEXT NOT NULL, name TEXT NOT NULL, created REAL NOT NULL, status TEXT NOT NULL,
    tags TEXT NOT NULL, UNIQUE (region, name));
CREATE TABLE IF NOT EXISTS dataset (
    arn TEXT PRIMARY KEY, project TEXT NOT NULL REFERENCES project (arn), type TEXT NOT NULL, created REAL NOT NULL,
    updated REAL NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL, code TEXT NOT NULL, tags TEXT NOT NULL,
    UNIQUE (project, type));
CREATE TABLE IF NOT EXISTS entry (
    dataset TEXT NOT NULL REFERENCES dataset (arn) ON DELETE CASCADE, position INTEGER NOT NULL,
    source_ref TEXT NOT NULL, text TEXT NOT NULL, labels TEXT NOT NULL, labeled INTEGER NOT NULL,
    errors INTEGER NOT NULL, PRIMARY KEY (dataset, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS version (
    arn TEXT PRIMARY KEY, project TEXT NOT NULL REFERENCES project (arn), region TEXT NOT NULL, name TEXT NOT NULL,
    created REAL NOT NULL, status TEXT NOT NULL, message TEXT NOT NULL, request TEXT NOT NULL,
    ended REAL, seconds INTEGER, f1 REAL, files TEXT NOT NULL DEFAULT '{}', min_units INTEGER, max_units INTEGER,
    UNIQUE (project, name));
CREATE TABLE IF NOT EXISTS material (
    version TEXT NOT NULL REFERENCES version (arn) ON DELETE CASCADE, side TEXT NOT NULL, lines BLOB NOT NULL,
    PRIMARY KEY (version, side));
CREATE TABLE IF NOT EXISTS task (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, arn TEXT NOT NULL, arguments TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0);
"""

# What came to the tables later, in order. PRAGMA user_version counts the steps that a file has had.
_STEPS = ("""
ALTER TABLE version ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
ALTER TABLE version ADD COLUMN unseen TEXT;
UPDATE version SET tags = COALESCE(json_extract(request, '$.Tags'), '{}');
ALTER TABLE task ADD COLUMN due REAL NOT NULL DEFAULT 0;
CREATE TABLE policy (
    project TEXT NOT NULL REFERENCES project (arn) ON DELETE CASCADE, name TEXT NOT NULL, revision TEXT NOT NULL,
    document TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL, PRIMARY KEY (project, name)) WITHOUT ROWID;
""", """
CREATE TABLE uptime (
    id INTEGER PRIMARY KEY, arn TEXT NOT NULL, units INTEGER NOT NULL, started REAL NOT NULL, stopped REAL);
CREATE TABLE schedule (
    region TEXT NOT NULL, name TEXT NOT NULL, created REAL NOT NULL, modified REAL NOT NULL, request TEXT NOT NULL,
    due REAL, attempts INTEGER NOT NULL DEFAULT 0, first REAL, PRIMARY KEY (region, name)) WITHOUT ROWID;
""", """
ALTER TABLE dataset ADD COLUMN bucket TEXT;
ALTER TABLE material ADD COLUMN bucket TEXT;
""")


@dataclass(frozen=True, slots=True)
class Project:
    """`created` is in epoch seconds, here and below; `tags` is JSON."""

    arn: str
    region: str
    name: str
    created: float
    status: str
    tags: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """`type` is TRAIN or TEST, `project` an ARN, `code` SUCCESS or CLIENT_ERROR or SERVICE_ERROR.

    `bucket` is that of the manifest that it was made of, None where it was made of none.
    """

    arn: str
    project: str
    type: str
    created: float
    updated: float
    status: str
    message: str
    code: str
    tags: str
    bucket: str | None

    @property
    def settled(self) -> bool:
        """Whether nothing works on it, and its entries can be used."""
        return self.status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_FAILED")


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """`request` is the JSON of the request that made it; `files` is JSON, the kind of a result file -> its S3 key.

    `unseen` is a passing state, such as STARTING, that nobody has looked at yet; it may be over by now.
    """

    arn: str
    project: str
    region: str
    name: str
    created: float
    status: str
    message: str
    request: str
    ended: float | None
    seconds: int | None
    f1: float | None
    files: str
    min_units: int | None
    max_units: int | None
    tags: str
    unseen: str | None


class State:
    """The database. Every transaction has a connection of its own, so that any thread may use it."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        with contextlib.closing(self._connect()) as rows:
            rows.executescript(_TABLES)
            _upgrade(rows)
            rows.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (secrets.token_bytes(32),))
            self.secret: bytes = rows.execute("SELECT key FROM secret").fetchone()["key"]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All changes are kept, or none; writers take turns."""
        yield from self._within("BEGIN IMMEDIATE")

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view, which waits for no writer."""
        yield from self._within("BEGIN")

    def _within(self, begin: str) -> Iterator[sqlite3.Connection]:
        with contextlib.closing(self._connect()) as rows:
            rows.execute(begin)
            try:
                yield rows
            except BaseException:
                rows.execute("ROLLBACK")
                raise
            rows.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        rows = sqlite3.connect(self._file, timeout=60, isolation_level=None)
        rows.row_factory = sqlite3.Row
        rows.execute("PRAGMA foreign_keys = ON")
        rows.execute("PRAGMA synchronous = FULL")
        return rows


def read_version(state: State, arn: str) -> ModelVersion:
    """The model that a task works for."""
    with state.reading() as rows:
        return ModelVersion(**rows.execute("SELECT * FROM version WHERE arn = ?", (arn,)).fetchone())


def _upgrade(rows: sqlite3.Connection) -> None:
    """Take the steps that the file has not had, each whole or not at all."""
    [had] = rows.execute("PRAGMA user_version").fetchone()
    for number, step in enumerate(_STEPS[had:], had + 1):
        rows.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")

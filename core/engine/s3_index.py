"""What S3 holds, as rows in SQLite: buckets, their settings, and the state of every version of every object."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

State = dict[str, Any]

_TABLES = """
PRAGMA journal_mode=WAL;
PRAGMA synchronous=NORMAL;
CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, region TEXT NOT NULL, created TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (
    bucket TEXT NOT NULL, query TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (bucket, query));
CREATE TABLE IF NOT EXISTS object (
    bucket TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (bucket, key, position)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """The request that last set one sub-resource of a bucket (`query`, such as "policy")."""

    bucket: str
    query: str
    headers: dict[str, str]
    body: bytes


class Index:
    """The rows, behind one connection and one lock. Survives the death of the process, not a power cut."""

    def __init__(self, file: Path) -> None:
        self._lock = threading.RLock()
        self._rows = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._rows.executescript(_TABLES)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside are kept together, or none of them."""
        with self._lock:
            self._rows.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._rows.execute("ROLLBACK")
                raise
            self._rows.execute("COMMIT")

    def buckets(self) -> list[tuple[str, str, str]]:
        """(name, region, creation time in ISO 8601) of every bucket."""
        with self._lock:
            return self._rows.execute("SELECT name, region, created FROM bucket").fetchall()

    def add_bucket(self, name: str, region: str, created: str) -> None:
        self._rows.execute("INSERT OR REPLACE INTO bucket VALUES (?, ?, ?)", (name, region, created))

    def drop_bucket(self, name: str) -> None:
        self._rows.execute("DELETE FROM bucket WHERE name = ?", (name,))
        self._rows.execute("DELETE FROM setting WHERE bucket = ?", (name,))
        self._rows.execute("DELETE FROM object WHERE bucket = ?", (name,))

    def settings(self) -> list[Setting]:
        with self._lock:
            rows = self._rows.execute("SELECT bucket, query, headers, body FROM setting ORDER BY rowid").fetchall()
        return [Setting(bucket, query, json.loads(headers), body) for bucket, query, headers, body in rows]

    def set_setting(self, setting: Setting) -> None:
        row = (setting.bucket, setting.query, json.dumps(setting.headers), setting.body)
        self._rows.execute("INSERT OR REPLACE INTO setting VALUES (?, ?, ?, ?)", row)

    def drop_setting(self, bucket: str, query: str) -> None:
        self._rows.execute("DELETE FROM setting WHERE bucket = ? AND query = ?", (bucket, query))

    def objects(self) -> Iterator[tuple[str, str, State]]:
        """(bucket, key, state) of every version, the oldest version of a key first."""
        with self._lock:
            rows = self._rows.execute("SELECT bucket, key, state FROM object ORDER BY bucket, key, position").fetchall()
        return ((bucket, key, json.loads(state)) for bucket, key, state in rows)

    def set_object(self, bucket: str, key: str, versions: Sequence[State]) -> None:
        """Replace what is known of a key by the states of its versions, the oldest first; none of them: it is gone."""
        self._rows.execute("DELETE FROM object WHERE bucket = ? AND key = ?", (bucket, key))
        self._rows.executemany("INSERT INTO object VALUES (?, ?, ?, ?)", (
            (bucket, key, position, json.dumps(state)) for position, state in enumerate(versions)))

    def close(self) -> None:
        with self._lock:
            self._rows.close()

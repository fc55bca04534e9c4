"""What S3 holds, as rows in SQLite: buckets with their settings, objects with their versions, unfinished uploads."""

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
CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, created TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS setting (
    bucket TEXT NOT NULL, query TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (bucket, query));
CREATE TABLE IF NOT EXISTS object (
    bucket TEXT NOT NULL, key TEXT NOT NULL, position INTEGER NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (bucket, key, position)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS upload (bucket TEXT NOT NULL, id TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS part (
    bucket TEXT NOT NULL, upload TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (upload, number)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """The request that last set one sub-resource of a bucket (`query`, such as "policy"; "" made the bucket)."""

    bucket: str
    query: str
    headers: dict[str, str]
    body: bytes


class Index:
    """The rows, behind one connection and one lock. They survive the death of the process.

    Every change belongs into a `transaction`. A power cut may undo the last of them, but leaves none half done.
    """

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

    def close(self) -> None:
        with self._lock:
            self._rows.close()

    def buckets(self) -> dict[str, str]:
        """Names of all buckets, with the time of their creation in ISO 8601."""
        return dict(self._read("SELECT name, created FROM bucket"))

    def settings(self) -> list[Setting]:
        """All settings, in an order in which they can be made again."""
        rows = self._read("SELECT bucket, query, headers, body FROM setting ORDER BY query != '', rowid")
        return [Setting(bucket, query, json.loads(headers), body) for bucket, query, headers, body in rows]

    def objects(self) -> Iterator[tuple[str, str, State]]:
        """(bucket, key, state) of every version, the oldest version of a key first."""
        rows = self._read("SELECT bucket, key, state FROM object ORDER BY bucket, key, position")
        return ((bucket, key, json.loads(state)) for bucket, key, state in rows)

    def uploads(self) -> Iterator[tuple[str, str, State]]:
        """(bucket, upload id, state) of every unfinished upload."""
        rows = self._read("SELECT bucket, id, state FROM upload")
        return ((bucket, upload, json.loads(state)) for bucket, upload, state in rows)

    def parts(self) -> Iterator[tuple[str, str, int, State]]:
        """(bucket, upload id, part number, state) of every part of them, in order of their numbers."""
        rows = self._read("SELECT bucket, upload, number, state FROM part ORDER BY upload, number")
        return ((bucket, upload, number, json.loads(state)) for bucket, upload, number, state in rows)

    def add_bucket(self, name: str, created: str) -> None:
        self._rows.execute("INSERT OR REPLACE INTO bucket VALUES (?, ?)", (name, created))

    def drop_bucket(self, name: str) -> None:
        """Forget a bucket and all that is in it."""
        self._rows.execute("DELETE FROM bucket WHERE name = ?", (name,))
        for table in ("setting", "object", "upload", "part"):
            self._rows.execute(f"DELETE FROM {table} WHERE bucket = ?", (name,))  # noqa: S608

    def set_setting(self, setting: Setting) -> None:
        self._rows.execute(
            "INSERT INTO setting VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET headers = excluded.headers, body = excluded.body",
            (setting.bucket, setting.query, json.dumps(setting.headers), setting.body))

    def drop_setting(self, bucket: str, query: str) -> None:
        self._rows.execute("DELETE FROM setting WHERE bucket = ? AND query = ?", (bucket, query))

    def set_object(self, bucket: str, key: str, versions: Sequence[State]) -> None:
        """Replace what is known of a key by the states of its versions, the oldest first; none of them: it is gone."""
        self._rows.execute("DELETE FROM object WHERE bucket = ? AND key = ?", (bucket, key))
        self._rows.executemany("INSERT INTO object VALUES (?, ?, ?, ?)", (
            (bucket, key, position, json.dumps(state)) for position, state in enumerate(versions)))

    def set_upload(self, bucket: str, upload: str, state: State | None) -> None:
        """Replace what is known of an upload; None: it is finished or aborted, and its parts go with it."""
        if state is None:
            self._rows.execute("DELETE FROM upload WHERE id = ?", (upload,))
            self._rows.execute("DELETE FROM part WHERE upload = ?", (upload,))
        else:
            self._rows.execute("INSERT OR REPLACE INTO upload VALUES (?, ?, ?)", (bucket, upload, json.dumps(state)))

    def set_part(self, bucket: str, upload: str, number: int, state: State) -> None:
        row = (bucket, upload, number, json.dumps(state))
        self._rows.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?)", row)

    def _read(self, query: str) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._rows.execute(query).fetchall()

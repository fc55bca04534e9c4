"""What headers of images have told, kept by the address of the image and its ETag, so that a second look is quick.

An object that was looked at within the last minutes is taken to be the same. After that its ETag is asked for again,
a thousand at a time where the bucket can be listed.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields
from pathlib import Path

from core import catalogue
from core.aws import looking
from core.aws.clients import Clients
from core.aws.looking import Sight
from core.jobs import Progress
from core.manifest.images import Absent
from core.manifest.lines import split_uri
from core.types import Backend, Facts

FRESH = 600.0  # seconds for which nobody is asked again
FEW = 20  # images of one folder that are not worth a listing
CHUNK = 500
PAGE = 1_000  # objects that S3 lists at once

_SCHEMA = catalogue.Schema(1, """
CREATE TABLE IF NOT EXISTS header (
    uri TEXT PRIMARY KEY, etag TEXT NOT NULL, seen REAL NOT NULL, found TEXT NOT NULL) WITHOUT ROWID;
""")
_NAMES = tuple(field.name for field in fields(Facts))


def file_of(home: Path, backend: Backend) -> Path:
    """Where headers are kept: the engine's S3 and AWS's may have a bucket of one name."""
    return home / ("headers-engine.sqlite" if backend.is_engine else "headers-aws.sqlite")


def fresh(file: Path, uris: Sequence[str], now: float | None = None) -> dict[str, Facts | Absent]:
    """What is known of images that were looked at in the last minutes."""
    since = (time.time() if now is None else now) - FRESH
    found: dict[str, Facts | Absent] = {}
    with _reading(file) as rows:
        for start in range(0, len(uris), CHUNK):
            some = uris[start : start + CHUNK]
            marks = ", ".join("?" * len(some))
            for row in rows.execute(f"SELECT uri, found FROM header WHERE seen > ? AND uri IN ({marks})",  # noqa: S608
                                    (since, *some)):
                found[row["uri"]] = loaded(row["found"])
    return found


def keep(file: Path, seen: Iterable[Sight], now: float | None = None) -> None:
    """Write down what looks have shown of the content of objects; one that is not given may be there tomorrow."""
    moment = time.time() if now is None else now
    with _changing(file) as rows:
        rows.executemany("INSERT OR REPLACE INTO header VALUES (?, ?, ?, ?)", [
            (one.uri, one.etag, moment, dumped(one.found)) for one in seen if one.etag])


def confirm(
    progress: Progress, file: Path, clients: Clients, folders: Iterable[tuple[str, int]], now: float | None = None
) -> None:
    """Ask S3 which images are still what they were; each folder comes with how many of its images are meant."""
    moment = time.time() if now is None else now
    for folder, count in folders:
        if count > FEW and _known_under(file, folder):
            bucket, prefix = split_uri(f"{folder}/x")
            listed = looking.folder(clients, bucket, prefix[:-1], most=10 * count)
            _note(progress, file, moment, ((f"s3://{bucket}/{item.key}", item.etag) for item in listed))
        progress.step()


def _note(progress: Progress, file: Path, moment: float, listed: Iterator[tuple[str, str]]) -> None:
    """Write down which (URI, ETag) are still there; a page at a time, so that no other window waits for S3."""
    while page := [*itertools.islice(listed, PAGE)]:
        progress.check()
        with _changing(file) as rows:
            rows.executemany("UPDATE header SET seen = ? WHERE uri = ? AND etag = ?",
                             ((moment, uri, etag) for uri, etag in page))


def forget(file: Path) -> None:
    """Ask for every image anew from now on."""
    with _changing(file) as rows:
        rows.execute("UPDATE header SET seen = 0")


def _known_under(file: Path, folder: str) -> bool:
    with _reading(file) as rows:
        start, end = f"{folder}/", f"{folder}0"  # "0" is the letter after "/"
        return rows.execute("SELECT 1 FROM header WHERE uri > ? AND uri < ?", (start, end)).fetchone() is not None


def dumped(found: Facts | Absent) -> str:
    """What a look has given, as a text."""
    return json.dumps([getattr(found, name) for name in _NAMES] if isinstance(found, Facts) else found.name)


def loaded(text: str) -> Facts | Absent:
    """The other way round."""
    value = json.loads(text)
    return Absent[value] if isinstance(value, str) else Facts(*value)


def _changing(file: Path) -> AbstractContextManager[sqlite3.Connection]:
    file.parent.mkdir(parents=True, exist_ok=True)
    return catalogue.changing(file, _SCHEMA)


def _reading(file: Path) -> AbstractContextManager[sqlite3.Connection]:
    file.parent.mkdir(parents=True, exist_ok=True)
    return catalogue.reading(file, _SCHEMA)

"""The distinct images that manifests name, in a database on disk: which of them wait for a look, and what was found.

Of the many images that break no limit nothing is kept but that they do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from core import catalogue
from core.dataset import headers
from core.manifest.images import Absent, image_defect
from core.manifest.lines import split_uri
from core.types import Facts

CHUNK = 2_000  # images that are gone through together

# Folder and name apart, so that the images of a folder lie together, whatever they are called.
_TABLES = """
CREATE TABLE image (folder TEXT NOT NULL, name TEXT NOT NULL, waits INTEGER NOT NULL DEFAULT 1, found TEXT,
                    PRIMARY KEY (folder, name)) WITHOUT ROWID
"""
_FINE = Facts(1280, 1280, 3, "RGB", "JPEG", 1, "")  # stands for every image that breaks no limit


class Images:
    """Images by their S3 URIs. It belongs to the thread that has made it."""

    def __init__(self, uris: Iterable[str]) -> None:
        self._rows = catalogue.scratch(_TABLES)
        self._rows.executemany("INSERT OR IGNORE INTO image (folder, name) VALUES (?, ?)", map(_place, uris))
        self._troubled = False

    def __len__(self) -> int:
        return int(self._rows.execute("SELECT COUNT(*) FROM image").fetchone()[0])

    def waiting(self) -> int:
        """How many wait for a look."""
        return int(self._rows.execute("SELECT COUNT(*) FROM image WHERE waits").fetchone()[0])

    def chunks(self) -> Iterator[list[str]]:
        """Those that wait, a few thousand at a time, folder by folder; they may be noted meanwhile."""
        place = ("", "")
        while some := self._rows.execute(
                "SELECT folder, name FROM image WHERE waits AND (folder, name) > (?, ?) "
                "ORDER BY folder, name LIMIT ?", (*place, CHUNK)).fetchall():
            yield [f"{folder}/{name}" for folder, name in some]
            place = some[-1]

    def folders(self) -> Iterator[tuple[str, int]]:
        """(folder, how many of its images wait), of folders with one that does."""
        yield from self._rows.execute("SELECT folder, COUNT(*) FROM image WHERE waits GROUP BY folder")

    def count_folders(self) -> int:
        """How many these are."""
        return int(self._rows.execute("SELECT COUNT(DISTINCT folder) FROM image WHERE waits").fetchone()[0])

    def buckets(self) -> set[str]:
        """The buckets that they are in."""
        folders = self._rows.execute("SELECT DISTINCT folder FROM image")
        return {split_uri(f"{folder}/x")[0] for folder, in folders}

    def note(self, uri: str, found: Facts | Absent) -> None:
        """What a look, or the memory of one, has told: it waits no longer."""
        trouble = headers.dumped(found) if image_defect(found, boxed=False) else None
        self._troubled = self._troubled or trouble is not None
        self._rows.execute("UPDATE image SET waits = 0, found = ? WHERE folder = ? AND name = ?",
                           (trouble, *_place(uri)))

    def note_bucket(self, bucket: str, found: Absent) -> None:
        """The same of every image in a bucket."""
        top = f"s3://{bucket}"
        self._rows.execute(
            "UPDATE image SET waits = 0, found = ? WHERE folder = ? OR folder >= ? AND folder < ?",
            (headers.dumped(found), top, f"{top}/", f"{top}0"))  # "0" is the letter after "/"
        self._troubled = True

    def look(self, uri: str) -> Facts | Absent:
        """What the rules are to judge by."""
        if not self._troubled:
            return _FINE
        row = self._rows.execute("SELECT found FROM image WHERE folder = ? AND name = ?", _place(uri)).fetchone()
        return headers.loaded(row[0]) if row and row[0] else _FINE


def _place(uri: str) -> tuple[str, str]:
    folder, _, name = uri.rpartition("/")
    return folder, name

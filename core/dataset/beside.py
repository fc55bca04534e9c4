"""A folder of this computer in the place of S3: which of its files a manifest means by an S3 URI."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from core import catalogue
from core.aws.looking import Sight
from core.errors import BadImage, BadPath
from core.images import headers
from core.manifest.images import Absent

MOST = 500_000  # files of a folder that are gone through

# As bytes: the name of a file may be no text.
_TABLES = "CREATE TABLE file (name BLOB NOT NULL, place BLOB NOT NULL, PRIMARY KEY (name, place)) WITHOUT ROWID"


class Beside:
    """The files of a folder, listed in a database on disk. It belongs to the thread that has made it.

    A URI means the file whose path ends most like it: a/cat/1.jpg for s3://b/x/cat/1.jpg.
    """

    def __init__(self, folder: Path, tick: Callable[[], None] = lambda: None) -> None:
        self._folder = folder
        self._rows = catalogue.scratch(_TABLES)
        self._rows.executemany("INSERT INTO file VALUES (?, ?)", self._listed(tick))

    def _listed(self, tick: Callable[[], None]) -> Iterator[tuple[bytes, bytes]]:
        for count, (place, name) in enumerate(_files(self._folder), 1):
            tick()
            if count > MOST:
                raise BadPath(f"{self._folder} holds more than {MOST:,} files. Name a folder further down.")
            yield os.fsencode(name), os.fsencode(place)

    def find(self, uri: str) -> Path | None:
        """The file, None when there is none, or when two are equally like it."""
        *folders, name = PurePosixPath(uri.removeprefix("s3://")).parts
        rows = self._rows.execute("SELECT place FROM file WHERE name = ?", (os.fsencode(name),))
        found = [os.fsdecode(place) for place, in rows]
        if len(found) > 1:
            likeness = [_likeness(place, folders) for place in found]
            best = max(likeness)
            found = [place for place, alike in zip(found, likeness, strict=True) if alike == best]
        return self._folder / found[0] / name if len(found) == 1 else None


def _files(top: Path) -> Iterator[tuple[str, str]]:
    """(folder as seen from the top, name) of every file; what is hidden, or can't be listed, is left out."""
    waiting = [Path()]
    while waiting:
        place = waiting.pop()
        with contextlib.suppress(OSError), os.scandir(top / place) as entries:
            for entry in entries:
                if not entry.is_dir():
                    yield str(place), entry.name
                elif not entry.name.startswith(".") and not entry.is_symlink():
                    waiting.append(place / entry.name)


def look(asked: tuple[str, Path | None]) -> Sight:
    """The image that stands for a URI, by the header of its file; its ETag is that of no S3."""
    uri, file = asked
    if file is None:
        return Sight(uri, "", Absent.MISSING)
    try:
        with file.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            start = stream.read(headers.FIRST)
            return Sight(uri, "", headers.read_header(lambda first, end: stream.read(end - first), start, size))
    except headers.OtherFormat:
        return Sight(uri, "", Absent.OTHER)
    except (OSError, BadImage):
        return Sight(uri, "", Absent.UNREADABLE)


def _likeness(place: str, folders: list[str]) -> tuple[int, bool]:
    """(how many folders, from the last one up, have the same names; whether these are all that the file lies in)."""
    own = Path(place).parts
    count = 0
    for one, other in zip(reversed(own), reversed(folders), strict=False):
        if one != other:
            break
        count += 1
    return count, count == len(own)

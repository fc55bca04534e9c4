"""A folder of this computer in the place of S3: which of its files a manifest means by an S3 URI."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path, PurePosixPath

from core.aws.looking import Sight
from core.errors import BadImage, BadPath
from core.images import headers
from core.manifest.images import Absent

MOST = 500_000  # files of a folder that are gone through


class Beside:
    """The files of a folder. A URI means the file whose path ends most like it: a/cat/1.jpg for s3://b/x/cat/1.jpg."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._named: dict[str, list[str]] = defaultdict(list)
        count = 0
        for path, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if not name.startswith(".")]
            place = os.path.relpath(path, folder)
            for name in names:
                self._named[name].append(place)
            count += len(names)
            if count > MOST:
                raise BadPath(f"{folder} holds more than {MOST:,} files. Name a folder further down.")

    def find(self, uri: str) -> Path | None:
        """The file, None when there is none, or when two are equally like it."""
        *folders, name = PurePosixPath(uri.removeprefix("s3://")).parts
        found = self._named.get(name, [])
        if len(found) > 1:
            likeness = [_alike(place, folders) for place in found]
            best = max(likeness)
            found = [place for place, alike in zip(found, likeness, strict=True) if alike == best]
        return self._folder / found[0] / name if len(found) == 1 else None

    def look(self, uri: str) -> Sight:
        """The image that stands for the URI, by its header; its ETag is that of no S3."""
        file = self.find(uri)
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


def _alike(place: str, folders: list[str]) -> int:
    """How many folders, from the last one up, have the same names."""
    count = 0
    for one, other in zip(reversed(Path(place).parts), reversed(folders), strict=False):
        if one != other:
            break
        count += 1
    return count

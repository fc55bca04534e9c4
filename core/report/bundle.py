"""The files of a report in a folder or zip: their hashes, how they are kept, and how they are read back.

SHA256SUMS names every file with its SHA-256, as `sha256sum -c` takes it. SHA256SUMS.sha256 has the hash of that list,
which is the report's fingerprint: whoever knows it from elsewhere can tell that not one byte has changed.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from core.errors import BadReport
from core.files import ZIP_DAMAGES

HTML, RECORD, TABLE, NOTEBOOK = "report.html", "run-record.json", "predictions.csv", "report.ipynb"
PLOTS, ADDED = "plots", "added"  # folders
SUMS, SEAL = "SHA256SUMS", "SHA256SUMS.sha256"
MOST_BYTES = 4 * 2**30  # a zip that claims to unpack to more is not read

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder, or a zip, with the names of the files in it. `strange` are entries that no report has, with why."""

    place: Path
    names: tuple[str, ...]
    strange: Mapping[str, str]
    top: str = ""  # the one folder in which a zip has everything

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """The file of that name to read from; BadReport when it can't be read."""
        try:
            if self.place.is_dir():
                with (self.place / name).open("rb") as file:
                    yield file
            else:
                with zipfile.ZipFile(self.place) as packed, packed.open(self.top + name) as member:
                    yield member
        except ZIP_DAMAGES as error:
            raise BadReport(f"{name} can not be read: {error}") from error

    def read(self, name: str) -> bytes:
        with self.open(name) as file:
            return file.read()

    def sha256(self, name: str) -> str:
        with self.open(name) as file:
            digest = hashlib.sha256()
            while part := file.read(1 << 20):
                digest.update(part)
        return digest.hexdigest()


def sums(hashes: Mapping[str, str]) -> str:
    """The text of SHA256SUMS for these hashes (64 hex digits, by name)."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))


def seal(listed: str) -> str:
    """The text of SHA256SUMS.sha256 for that text of SHA256SUMS."""
    return f"{fingerprint(listed.encode())}  {SUMS}\n"


def fingerprint(listed: bytes) -> str:
    """The report's fingerprint, from its SHA256SUMS: 64 hex digits."""
    return hashlib.sha256(listed).hexdigest()


def read_sums(text: str) -> tuple[dict[str, str], list[int]]:
    """(hashes by name, numbers of the lines that are none, from 1)."""
    found: dict[str, str] = {}
    bad = []
    for number, line in enumerate(text.split("\n")[:-1] if text.endswith("\n") else text.split("\n"), start=1):
        if (match := _LINE.fullmatch(line)) and match[2] not in found:
            found[match[2]] = match[1]
        else:
            bad.append(number)
    return found, bad


def opened(place: Path) -> Bundle:
    """The report in a folder or a zip; BadReport when there is none."""
    if place.is_dir():
        return _folder(place)
    if place.is_file() and zipfile.is_zipfile(place):
        return _zip(place)
    raise BadReport(f"{place} is {'no zip' if place.is_file() else 'not there'}. Name a report's folder, or its zip.")


def packed(folder: Path) -> bytes:
    """All files of a report as a zip, which is the same bytes every time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in _folder(folder).names:
            entry = zipfile.ZipInfo(f"{folder.name}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, (folder / name).read_bytes())
    return file.getvalue()


def _folder(folder: Path) -> Bundle:
    names, strange = [], {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            strange[name] = "is a link to somewhere else"
        elif path.is_file():
            names.append(name)
        elif not path.is_dir():
            strange[name] = "is no ordinary file"
    return Bundle(folder, tuple(names), strange)


def _zip(place: Path) -> Bundle:
    try:
        with zipfile.ZipFile(place) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except ZIP_DAMAGES as error:
        raise BadReport(f"{place} is a damaged zip: {error}") from error
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise BadReport(f"{place} would unpack to more than {MOST_BYTES // 2**30} GB, which no report does.")
    listed = [member.filename for member in members]
    seals = [name for name in listed if PurePosixPath(name).name == SUMS]
    top = min(seals, key=len).removesuffix(SUMS) if seals else ""
    strange = {name: "is in the zip more than once" for name in listed if listed.count(name) > 1} \
        if len(set(listed)) < len(listed) else {}
    strange |= {name: "lies outside the report" for name in listed if not name.startswith(top)}
    names = {name.removeprefix(top) for name in listed if name.startswith(top)}
    return Bundle(place, tuple(sorted(names)), strange, top)

"""Files that a person adds to the reports of a project: screenshots, a notebook of their own.

Their names are foreign, and they are looked through: a secret is never sent, and an account number or a GPS position
only when it is asked for. What is compressed in another way than a zip, and what a screenshot shows, nobody looks into.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Literal

from core.errors import RekolabError
from core.files import write_atomically
from core.images import position
from core.report.hiding import SECRETS, number
from core.report.options import Options
from core.workspace import Project

MOST_BYTES = 50 * 2**20  # a file
MOST_TOGETHER = 200 * 2**20
MOST_FILES = 100
LONGEST_NAME = 150  # bytes

Held = Literal["secret", "account", "place"]
_SAYS: dict[Held, str] = {
    "secret": "It holds what looks like a secret key. It is never sent: take that out, and add it again.",
    "account": "It holds this account's number, and goes along only with “Account number” ticked.",
    "place": "It tells where a picture was taken, and goes along only with “GPS positions” ticked.",
}
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)  # no file names on Windows
_MOST_UNPACKED = 200 * 2**20


@dataclass(frozen=True, slots=True)
class Added:
    """An added file. `holds` is what may not leave this computer without being asked for."""

    name: str
    path: Path
    bytes: int
    sha256: str
    holds: frozenset[Held]

    def why_not(self, options: Options) -> str | None:
        """Why it does not go into a report with these options; None when it does."""
        if "secret" in self.holds:
            return _SAYS["secret"]
        if "account" in self.holds and not options.account:
            return _SAYS["account"]
        return _SAYS["place"] if "place" in self.holds and not options.places else None


def folder(project: Project) -> Path:
    return project.folder / "added"


def listed(project: Project, account: str) -> list[Added]:
    """The added files in the order of their names."""
    files = sorted(folder(project).glob("*"), key=lambda path: path.name.lower())
    return [_looked_at(path, path.stat().st_size, path.stat().st_mtime_ns, account)
            for path in files if path.is_file() and not path.name.startswith(".")]


def add(project: Project, name: str, data: bytes) -> str:
    """Keep a file, and give the name that it goes by; RekolabError when it is too much.

    The same file again is kept once.
    """
    if len(data) > MOST_BYTES:
        raise RekolabError(f"{name} has {len(data) / 2**20:.0f} MB, and a file of a report has at most "
                           f"{MOST_BYTES // 2**20}. Make it smaller, or put it into S3 yourself.")
    there = {path.name.lower(): path for path in folder(project).glob("*") if path.is_file()}
    chosen = next(one for one in _candidates(safe_name(name))
                  if one.lower() not in there or there[one.lower()].read_bytes() == data)
    if chosen.lower() in there:
        return there[chosen.lower()].name
    if len(there) >= MOST_FILES:
        raise RekolabError(f"There are {len(there)} files already, which is as many as a report takes. Remove some.")
    together = sum(path.stat().st_size for path in there.values())
    if together + len(data) > MOST_TOGETHER:
        raise RekolabError(f"With {name} the files would have more than {MOST_TOGETHER // 2**20} MB together. "
                           "Remove some.")
    write_atomically(folder(project) / chosen, data)
    return chosen


def remove(project: Project, name: str) -> None:
    """Forget an added file; reports that have it keep it."""
    (folder(project) / safe_name(name)).unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """A file's own name, without folders, as every file system, zip, list of hashes and S3 takes it."""
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    kept = "".join("-" if letter in '<>:"|?*' else letter for letter in last
                   if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
    kept = " ".join(kept.split()).strip(". ") or "file"
    kept = f"_{kept}" if _RESERVED.match(kept) else kept
    if len(kept.encode()) <= LONGEST_NAME:
        return kept
    suffix = PurePosixPath(kept).suffix
    suffix = suffix if len(suffix.encode()) <= 16 else ""
    stem = kept.removesuffix(suffix).encode()[: LONGEST_NAME - len(suffix.encode())].decode(errors="ignore")
    return stem.rstrip(". ") + suffix


def _candidates(name: str) -> Iterator[str]:
    """The name, and then "name (2)", "name (3)" and so on, with the number before the suffix."""
    yield name
    path = PurePosixPath(name)
    yield from (f"{path.stem} ({count}){path.suffix}" for count in itertools.count(2))


@lru_cache(maxsize=4 * MOST_FILES)
def _looked_at(path: Path, size: int, modified: int, account: str) -> Added:
    data = path.read_bytes()
    held: set[Held] = set()
    for part in _parts(data):
        text = part.replace(b"\0", b"").decode("latin-1")  # what is in UTF-16 comes out as plain letters too
        held |= {"secret"} if SECRETS.search(text) else set()
        held |= {"account"} if account and number(account).search(text) else set()
        held |= {"place"} if position.has_position(part) else set()
    return Added(path.name, path, len(data), hashlib.sha256(data).hexdigest(), frozenset(held))


def _parts(data: bytes) -> Iterator[bytes]:
    """The file, and what is in it where it is a zip, as documents of offices are."""
    yield data
    if data[:4] != b"PK\x03\x04":
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            room = _MOST_UNPACKED
            for member in packed.infolist():
                room -= member.file_size
                if room < 0:
                    return
                yield packed.read(member)
    except Exception:  # noqa: BLE001 - a damaged zip raises almost anything, and is then only looked through as it is
        return

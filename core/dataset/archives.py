"""Photos that come as a zip or from the browser: put into the project's own folder, never over another file."""

from __future__ import annotations

import os
import re
import shutil
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from core.dataset.names import LINKS, disk_path, unique, why_left_out
from core.dataset.photos import Found, Source
from core.errors import BadPath
from core.files import ZIP_DAMAGES, write_atomically
from core.jobs import Progress

MAX_FILES = 100_000
MAX_FILE_BYTES = 256 * 1024 * 1024
MAX_TOTAL_BYTES = 64 * 1024**3
MAX_RATIO = 300  # unpacked to packed, of an archive as a whole; photos hardly shrink at all
SPARE_BYTES = 512 * 1024 * 1024  # disk space that unpacking leaves free

CLIMBING = "files whose names lead out of their folder"
LOCKED = "files locked with a password"
DAMAGED = "files that are damaged in the archive"
TOO_HEAVY = f"files over {MAX_FILE_BYTES // 1024**2} MB"

_DRIVE = re.compile(r"^([A-Za-z]):")


def extract(progress: Progress, archive: Path, folder: Path) -> Found:
    """Unpack the photos of a zip under `folder`; what lies there already is kept.

    A folder that wraps everything is taken off.
    BadPath for what is no zip, climbs out of its folder, or would unpack to more than is safe.
    """
    left_out: Counter[str] = Counter()
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = _photos(packed, archive, left_out)
            progress.begin(len(entries), f"Unpacking {archive.name}")
            files = []
            for path, info in entries:
                files += _unpacked(packed, info, path, folder, left_out)
                progress.step()
    except (FileNotFoundError, IsADirectoryError, PermissionError):
        raise BadPath(f"{archive.name} is not there, or may not be read. Choose it again.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise BadPath(f"{archive.name} is not a zip file, or not a whole one. Make it again, then retry.") from None
    return Found(tuple(files), left_out)


def keep_uploads(uploads: Iterable[tuple[str, IO[bytes]]], folder: Path) -> Found:
    """Write files from the browser, each (name or relative path, stream), under `folder`."""
    left_out: Counter[str] = Counter()
    listed = []
    for name, stream in uploads:
        path = _relative(name)
        if path is None:
            left_out[CLIMBING] += 1
        elif reason := why_left_out(path):
            left_out[reason] += 1
        else:
            listed.append((path, stream))
    wrapper = _wrapper([path for path, _ in listed])
    files = [_kept(path.relative_to(wrapper), stream.read(), folder) for path, stream in listed]
    return Found(tuple(files), left_out)


def keep_one(name: str, data: bytes, folder: Path) -> Source:
    """Write one photo under `folder` by its name, or at the next free one when another content is there."""
    return _kept(PurePosixPath(name), data, folder)


def _photos(
    packed: zipfile.ZipFile, archive: Path, left_out: Counter[str]
) -> list[tuple[PurePosixPath, zipfile.ZipInfo]]:
    """The entries that are photos, with their paths; BadPath when the archive as a whole is not safe."""
    infos = [info for info in packed.infolist() if not info.is_dir()]
    listed = []
    for info in infos:
        path = _relative(info.filename)
        if path is None:
            raise BadPath(f"{archive.name} is refused: “{info.filename}” would be written outside its folder. "
                          "Unpack it yourself if you trust it, and name the folder.")
        if reason := why_left_out(path) or _why_not(info):
            left_out[reason] += 1
        else:
            listed.append((path, info))
    _require_bearable(archive, [info for _, info in listed])
    wrapper = _wrapper([path for path, _ in listed])
    return [(path.relative_to(wrapper), info) for path, info in listed]


def _require_bearable(archive: Path, infos: Sequence[zipfile.ZipInfo]) -> None:
    """BadPath for more than is safe to unpack. zipfile never gives more than the sizes that are added up here."""
    total, packed = sum(info.file_size for info in infos), sum(info.compress_size for info in infos)
    if len(infos) > MAX_FILES:
        raise BadPath(f"{archive.name} holds {len(infos):,} photos; {MAX_FILES:,} at once is the limit. Divide it.")
    if total > MAX_TOTAL_BYTES or (total > MAX_FILE_BYTES and total > MAX_RATIO * packed):
        raise BadPath(f"{archive.name} is refused: it would unpack to {total / 1024**3:.1f} GB, as zip bombs do. "
                      "Unpack it yourself if you trust it, and name the folder.")
    free = shutil.disk_usage(archive.parent).free
    if total + SPARE_BYTES > free:
        raise BadPath(f"{archive.name} needs {total / 1024**3:.1f} GB of disk; {free / 1024**3:.1f} GB are free.")


def _why_not(info: zipfile.ZipInfo) -> str | None:
    if stat.S_ISLNK(info.external_attr >> 16):
        return LINKS
    if info.flag_bits & 1:
        return LOCKED
    return TOO_HEAVY if info.file_size > MAX_FILE_BYTES else None


def _unpacked(
    packed: zipfile.ZipFile, info: zipfile.ZipInfo, path: PurePosixPath, folder: Path, left_out: Counter[str]
) -> list[Source]:
    try:
        data = packed.read(info)
    except ZIP_DAMAGES:
        left_out[DAMAGED] += 1
        return []
    return [_kept(path, data, folder)]


def _kept(path: PurePosixPath, data: bytes, folder: Path) -> Source:
    """`data` as a file at `path` under `folder`, or at the next free name when another content is there."""
    name = str(disk_path(str(path)))
    taken: set[str] = set()
    while (target := folder / _without_drive(name)).exists() and not _holds(target, data):
        taken.add(name)
        name = unique(name, taken)
    if not target.exists():
        write_atomically(target, data)
    return Source(target, name)


def _without_drive(name: str) -> str:
    """ "A: good/1.jpg" -> "A_ good/1.jpg": what one system takes for a folder's name is a drive to another."""
    return _DRIVE.sub(r"\1_", name)


def _holds(target: Path, data: bytes) -> bool:
    return target.stat().st_size == len(data) and target.read_bytes() == data


def _relative(name: str) -> PurePosixPath | None:
    """The path that a foreign name stands for; None when it leads out of the folder that it is put in."""
    path = PurePosixPath(name.replace("\\", "/"))
    climbs = path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:/", str(path)) is not None
    return None if climbs or not path.parts else path


def _wrapper(paths: Sequence[PurePosixPath]) -> PurePosixPath:
    """The folders that wrap every path, as long as each path still has a class folder under them."""
    return PurePosixPath(os.path.commonpath([path.parent.parent for path in paths])) if paths else PurePosixPath()

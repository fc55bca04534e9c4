"""Zips of annotations: only what is asked for is unpacked, in memory, and never more than is safe."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from core.errors import BadAnnotations
from core.exchange.text import MAX_BYTES
from core.exchange.types import File, Remark, shown
from core.files import ZIP_DAMAGES

MAX_FILES = 200_000
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same annotations give the same zip


@dataclass(slots=True)
class Unpacked:
    """The files that were asked for, the names of all others, and what could not be read."""

    files: list[File] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def unpack(name: str, data: bytes, wanted: Callable[[str], bool]) -> Unpacked:
    """The files of a zip whose names are wanted. BadAnnotations for no zip, or one that is not safe to open."""
    found = Unpacked()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            infos = [info for info in packed.infolist() if not info.is_dir() and not _hidden(info.filename)]
            _require_bearable(name, infos, wanted)
            for info in infos:
                if not wanted(info.filename):
                    found.others.append(info.filename)
                    continue
                try:
                    found.files.append((info.filename, packed.read(info)))
                except ZIP_DAMAGES:
                    found.remarks.append(Remark(shown(info.filename), "it is damaged in the zip, or locked"))
    except ZIP_DAMAGES:
        raise BadAnnotations(f"{name} is not a zip file, or not a whole one. Make it again, then retry.") from None
    return found


def pack(files: Iterable[File]) -> bytes:
    """A zip of files; the same files give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files:
            packed.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")


def _require_bearable(name: str, infos: list[zipfile.ZipInfo], wanted: Callable[[str], bool]) -> None:
    """BadAnnotations for more than is safe. zipfile never gives more than the sizes that are added up here."""
    total = sum(info.file_size for info in infos if wanted(info.filename))
    if len(infos) > MAX_FILES:
        raise BadAnnotations(f"{name} holds {len(infos):,} files; {MAX_FILES:,} at once is the limit. Divide it.")
    if total > MAX_BYTES:
        raise BadAnnotations(f"{name} is refused: its labels would unpack to {total / 1024**2:,.0f} MB.")

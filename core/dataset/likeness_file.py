"""The file of a project that keeps which of its photos are alike, by the hashes of their contents."""

from __future__ import annotations

import functools
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.files import write_atomically
from core.images import duplicates
from core.images.likeness import Floats, Ints, Likeness
from core.images.verdicts import LOOK
from core.types import Photo
from core.workspace import Project

Hashes = NDArray[np.str_]
Stamp = tuple[int, int]

_FORM = f"3.{LOOK}"  # of the file; the copies in it follow from fingerprints, and these from the look
_SMALL = {"U": np.dtype("S64"), "i": np.dtype(np.int32), "f": np.dtype(np.float16), "b": np.dtype(np.bool_)}
_WHOLE = {"S": np.dtype("U64"), "i": np.dtype(np.int64), "f": np.dtype(np.float32), "b": np.dtype(np.bool_)}


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """For n contents what `Likeness` has for photos; `neighbours` are places in here, and `twins` numbers near groups.

    Where there is none, both are -1. `mirrored` are those that are mirror images of the first of their group.
    `unreadable` are the hashes of contents that could not be embedded.
    """

    hashes: Hashes
    neighbours: Ints
    similarities: Floats
    points: Floats
    rows: Floats
    levels: Floats
    twins: Ints
    mirrored: NDArray[np.bool_]
    unreadable: Hashes


def write(project: Project, kept: Kept) -> None:
    """Keep it, whole or not at all, in numbers no larger than they need to be."""
    values = {field.name: getattr(kept, field.name) for field in fields(Kept)}
    small = {name: value.astype(_SMALL[value.dtype.kind]) for name, value in values.items()}
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, form=np.array(_FORM), **small)
    write_atomically(_path(project), file.getvalue())


def stamp(project: Project) -> Stamp | None:
    """What tells one state of the file from another; None while there is no file."""
    try:
        stat = _path(project).stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def load(project: Project) -> Kept | None:
    """What was kept last; None when there is nothing, or nothing that this Rekolab can use."""
    return _load(_path(project), stamp(project))


def of_photos(kept: Kept, listed: Iterable[Photo]) -> Likeness:
    """What is kept, for those of the photos that were compared. Copies of a file share all but their ids."""
    place_of = {sha256: place for place, sha256 in enumerate(kept.hashes.tolist())}
    found = [(photo, place_of[photo.facts.sha256]) for photo in listed
             if photo.facts and photo.facts.sha256 in place_of]
    ids = np.array([photo.id for photo, _ in found], np.int64)
    places = np.array([place for _, place in found], np.int64)
    first = np.full(len(kept.hashes) + 1, -1, np.int64)  # by place a photo, and at the end one for "none"
    first[places[::-1]] = ids[::-1]
    twins = duplicates.Twins(kept.twins[places], kept.mirrored[places])
    return Likeness(ids, first[kept.neighbours[places]], kept.similarities[places], kept.points[places],
                    kept.rows[places], kept.levels[places],
                    duplicates.grouped([photo for photo, _ in found], twins))


def _path(project: Project) -> Path:
    return project.folder / "likeness.npz"


@functools.lru_cache(maxsize=4)
def _load(path: Path, stamp: Stamp | None) -> Kept | None:
    """The file as it was at `stamp`."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["form"]) != _FORM:
                return None
            values: dict[str, NDArray[Any]] = {field.name: file[field.name] for field in fields(Kept)}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return Kept(**{name: value.astype(_WHOLE[value.dtype.kind]) for name, value in values.items()})

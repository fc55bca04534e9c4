"""The photos that a folder or an S3 prefix holds, with the classes that folders seem to name. They are only found."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.dataset import archives, mirror, naming
from core.dataset.names import LINKS, hidden, reasons, why_left_out
from core.dataset.photos import Found, Source
from core.errors import BadPath
from core.jobs import Progress
from core.workspace import Project


def in_folder(folder: Path, progress: Progress | None = None) -> Found:
    """The photos under `folder` with the classes that their folders seem to name. BadPath when there is none."""
    left_out: Counter[str] = Counter()
    files: list[tuple[Path, str]] = []
    for path in _files(folder, left_out):
        if progress:
            progress.check()
        relative = PurePosixPath(path.relative_to(folder).as_posix())
        reason = why_left_out(relative) or (LINKS if _leads_away(path, folder) else None)
        if reason:
            left_out[reason] += 1
        else:
            files.append((path, str(relative)))
    folders = [naming.folders_of(name) for _, name in files]
    level = naming.best_level(folders)
    found = Found(tuple(Source(*file, naming.label_at(around, level))
                        for file, around in zip(files, folders, strict=True)), left_out)
    require(found, str(folder))
    return found


def in_s3(project: Project, bucket: str, prefix: str) -> Found:
    """The photos under an S3 prefix, which stay there, with the classes of their folders; at least one, or BadPath."""
    found = mirror.find_prefix(Progress(), project, bucket, prefix)
    require(found, f"s3://{bucket}/{prefix}")
    folders = [naming.folders_of(file.name) for file in found.files]
    level = naming.best_level(folders)
    return replace(found, files=tuple(replace(file, label=naming.label_at(around, level))
                                      for file, around in zip(found.files, folders, strict=True)))


def require(found: Found, where: str) -> None:
    """BadPath with a way on when a source holds no photo."""
    if found.files:
        return
    if not found.left_out:
        raise BadPath(f"There is nothing in {where}. Choose a place that holds photos, best one folder for each class.")
    if archives.LOCKED in found.left_out:
        raise BadPath(f"{where} is locked with a password, which Rekolab does not ask for. "
                      "Unpack it yourself and name the folder, or make a zip without a password.")
    raise BadPath(f"There is no photo in {where}, only {reasons(found.left_out)}. "
                  "Choose a place that holds JPEG or PNG files, best one folder for each class.")


def _files(folder: Path, left_out: Counter[str]) -> Iterable[Path]:
    """Every file under `folder` in a fixed order; hidden folders and those that may not be read are counted."""
    def unreadable(_: OSError) -> None:
        left_out["folders that may not be read"] += 1

    for place, folders, files in os.walk(folder, onerror=unreadable):
        left_out["hidden or system folders"] += sum(map(hidden, folders))
        left_out["links to other folders"] += sum(Path(place, name).is_symlink() for name in folders)
        folders[:] = sorted(name for name in folders if not hidden(name))
        yield from (Path(place, name) for name in sorted(files))
    left_out += Counter()  # drops reasons that count nothing


def _leads_away(path: Path, folder: Path) -> bool:
    """Whether a link points out of the folder that may be read, or to nothing."""
    return path.is_symlink() and not (path.is_file() and path.resolve().is_relative_to(folder.resolve()))

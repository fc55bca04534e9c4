"""Which folder of a photo's path names its class: chosen by what the folders are called, said, and changeable."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.dataset.names import class_name
from core.workspace import Project

Folders = tuple[str, ...]  # around a photo, the one at the top of its source first

SPLITS = frozenset({"train", "training", "test", "testing", "tests", "val", "valid", "validation", "dev", "eval"})
STRAY = 0.1  # photos that lie higher up than the others, such as a cover, do not count up to this share
_NUMBERS = re.compile(r"[\d\s._-]+")


@dataclass(frozen=True, slots=True)
class Naming:
    """How the photos of the last import got their classes. `choices` has the class names by level.

    A level counts folders from the top of the source, 0 for the first; None takes no folder for a class.
    """

    level: int | None
    choices: Mapping[int | None, tuple[str, ...]]


def best_level(photos: Sequence[Folders]) -> int | None:
    """The level that seems to name classes: the deepest that all photos have and that tells them apart.

    A common single folder does not tell apart; halves of a split (train, test) and bare numbers (2024) name no class
    unless nothing else can. None when no photo lies in a folder.
    """
    names = _by_level(photos)
    telling = [level for level, found in names.items() if len(found) > 1 and not _are_splits(found)]
    worded = [level for level in telling if not all(map(_NUMBERS.fullmatch, names[level]))]
    single = [level for level, found in names.items() if not _are_splits(found)]
    ranked = (*reversed(worded), *reversed(telling), *reversed(single), *reversed(names))
    return next(iter(ranked), None)


def label_at(folders: Folders, level: int | None) -> str | None:
    """The class of a photo in these folders; None where it has no folder at that level."""
    return class_name(folders[level]) if level is not None and level < len(folders) else None


def folders_of(name: str) -> Folders:
    """The folders in a photo's name, which is its path in its source."""
    return PurePosixPath(name).parts[:-1]


def settle(project: Project, base: str) -> Naming:
    """Name the classes of everything under `base`, where an import came from: as somebody chose, or as seems best.

    `base` is how the paths of its photos begin.
    """
    folders = _under(project, base)
    chosen = project.get("class_levels", {})
    level = chosen[base] if base in chosen else best_level(list(folders.values()))
    _name(project, folders, level)
    project.set("last_source", {"base": base, "level": level})
    return Naming(level, _choices(folders.values()))


def choose(project: Project, level: int | None) -> None:
    """Name the classes of the last import, and of later ones from the same place, by another level."""
    base = project.get("last_source", {})["base"]
    project.add_to("class_levels", base, level)
    settle(project, base)


def current(project: Project) -> Naming | None:
    """How the last import got its classes; None before the first, or when its photos lie in no folder."""
    last = project.get("last_source")
    if last is None:
        return None
    choices = _choices(_under(project, last["base"]).values())
    return Naming(last["level"], choices) if len(choices) > 1 else None


def _by_level(photos: Sequence[Folders]) -> dict[int, set[str]]:
    """The folder names at each level that as good as every photo has."""
    depths = Counter(len(folders) for folders in photos if folders)
    enough = STRAY * depths.total()
    depth = min((depth for depth, count in depths.items() if count >= enough), default=0)
    return {level: {folders[level] for folders in photos if len(folders) >= depth} for level in range(depth)}


def _are_splits(names: Collection[str]) -> bool:
    return all(name.lower() in SPLITS for name in names)


def _choices(photos: Iterable[Folders]) -> dict[int | None, tuple[str, ...]]:
    found: dict[int | None, set[str]] = {}
    for folders in photos:
        for level in range(len(folders)):
            if label := label_at(folders, level):
                found.setdefault(level, set()).add(label)
    return {level: tuple(sorted(found[level])) for level in sorted(found, key=lambda level: level or 0)} | {None: ()}


def _under(project: Project, base: str) -> dict[int, Folders]:
    with project.reading() as rows:
        found = rows.execute("SELECT id, name FROM photo WHERE substr(path, 1, ?) = ?", (len(base), base)).fetchall()
    return {row["id"]: folders_of(row["name"]) for row in found}


def _name(project: Project, photos: Mapping[int, Folders], level: int | None) -> None:
    with project.catalogue() as rows:
        rows.executemany("UPDATE photo SET folder_label = ?1 WHERE id = ?2 AND folder_label IS NOT ?1",
                         [(label_at(folders, level), number) for number, folders in photos.items()])

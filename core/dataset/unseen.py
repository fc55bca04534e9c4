"""Photos kept apart for a later test, compared with those that a model is trained and tested with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core import settings
from core.dataset import finding, leaks, likeness, scanning
from core.dataset.names import counted
from core.dataset.remembering import remembered
from core.dataset.trainable import Trainable, trainable
from core.errors import Cure, NotReady
from core.images import duplicates
from core.images.likeness import Floats
from core.jobs import Progress
from core.types import Photo
from core.workspace import Project, now, open_project

How = Literal["exact", "near", "alike"]

_SETTING = "unseen"
_HOW: tuple[How, ...] = ("exact", "near", "alike")
_BLOCK = 256  # unseen photos compared with all others at once
_LABEL = Cure("Label the photos", "data/label")


@dataclass(frozen=True, slots=True)
class Match:
    """An unseen photo that is not unseen: `name` is its path in the folder, `photo_id` the project's most like it.

    `how`: byte for byte, a copy to the eye, or suspiciously alike. `alike` is their cosine.
    """

    name: str
    sha256: str
    photo_id: int
    how: How
    alike: float


@dataclass(frozen=True, slots=True)
class Compared:
    """What the last comparison with a folder found. `unreadable` of its `total` photos could not be compared.

    `usual` is how alike photos of the project and their nearest neighbours usually are.
    """

    folder: str
    at: str
    total: int
    unreadable: int
    usual: float
    against: str
    matches: tuple[Match, ...]


def compare(progress: Progress, home: str, project: str, folder: str) -> int:
    """Job: find the photos of a folder that are like those that a training would get now; gives how many there are.

    Everything seen is kept by content, so a second time only what is new is looked at.
    """
    owner = open_project(home, project)
    chosen = settings.allowed_folder(folder, settings.load().roots)
    progress.begin(0, f"Reading the folder {chosen.name}")
    files = [Path(found.path) for found in finding.in_folder(chosen, progress).files]
    if likeness.read(owner) is None or likeness.pending(owner):
        likeness.compare(progress, home, project)
    strangers = scanning.look(progress, owner, files)
    likeness.embed_new(progress, owner, strangers)
    progress.say("Finding copies")
    found = _compared(progress, owner, chosen, strangers)
    owner.set(_SETTING, asdict(found))
    owner.note("manifest", f"Compared {counted(found.total, 'unseen photo')} with the project's: "
                           f"{len(found.matches):,} like them")
    return len(found.matches)


def last(project: Project) -> Compared | None:
    """What the last comparison found, without photos that no training would get any more; None before the first."""
    return remembered(project, "unseen", partial(_last, project))


def outdated(project: Project, found: Compared) -> bool:
    """Whether a training would get other photos now than those that were compared."""
    return found.against != _state(trainable(project))


def forget(project: Project) -> None:
    """Show the last comparison no more."""
    project.set(_SETTING, None)


def _last(project: Project) -> Compared | None:
    kept: dict[str, Any] | None = project.get(_SETTING)
    if not kept:
        return None
    there = trainable(project).labels
    return Compared(**{**kept, "matches": tuple(
        Match(**match) for match in kept["matches"] if match["photo_id"] in there)})


def _compared(progress: Progress, project: Project, folder: Path, strangers: Sequence[Photo]) -> Compared:
    chosen = trainable(project)
    if not chosen.entries:
        raise NotReady("No photo has a label yet, so there is nothing to compare unseen photos with.", _LABEL)
    seen = leaks.leaks(project)
    usual = seen.usual if seen else 0.0
    own = [entry.photo for entry in chosen.entries]
    readable = [photo for photo in strangers if photo.facts and photo.fingerprint]
    copies, limit = _copies(own, readable), leaks.suspicious(usual)
    matches = [match for photo, cosines in _cosines(progress, project, own, readable)
               if (match := _match(folder, photo, own, cosines, copies.get(photo.id), limit))]
    return Compared(str(folder), now().isoformat(), len(strangers), len(strangers) - len(readable), usual,
                    _state(chosen), tuple(sorted(matches, key=lambda match: (_HOW.index(match.how), -match.alike))))


def _copies(own: Sequence[Photo], strangers: Sequence[Photo]) -> dict[int, tuple[How, list[int]]]:
    """By the id of each stranger that is a copy: of which kind, and the places in `own` of what it copies."""
    place = {photo.id: number for number, photo in enumerate(own)}
    found: dict[int, tuple[How, list[int]]] = {}
    for group in duplicates.groups([*own, *strangers]):
        if mine := [place[number] for number in group.ids if number in place]:
            for number in group.ids:
                if number not in place:
                    found.setdefault(number, (group.kind, mine))  # exact groups come first
    return found


def _cosines(
    progress: Progress, project: Project, own: Sequence[Photo], strangers: Sequence[Photo]
) -> Iterator[tuple[Photo, Floats]]:
    """Each stranger with how alike it is with each of the project's photos; 0 where one could not be embedded."""
    mine, theirs = _embeddings(project, own), _embeddings(project, strangers)
    for start in range(0, len(strangers), _BLOCK):
        progress.check()
        block = slice(start, start + _BLOCK)
        yield from zip(strangers[block], theirs[block] @ mine.T, strict=True)


def _embeddings(project: Project, listed: Sequence[Photo]) -> Floats:
    """A row for each photo, of zeros where it could not be embedded."""
    hashes = [photo.facts.sha256 if photo.facts else "" for photo in listed]
    known, rows = likeness.rows_of(project, dict.fromkeys(hashes))
    place = {sha256: number for number, sha256 in enumerate(known)}
    there = [number for number, sha256 in enumerate(hashes) if sha256 in place]
    found = np.zeros((len(listed), rows.shape[1]), np.float32)
    found[there] = rows[[place[hashes[number]] for number in there]]
    return found


def _match(
    folder: Path, photo: Photo, own: Sequence[Photo], cosines: Floats, copy: tuple[How, list[int]] | None, limit: float
) -> Match | None:
    """What a stranger repeats: of the photos that it copies, or else of all, the one that is most alike."""
    how, among = copy or ("alike", range(len(own)))
    best = max(among, key=cosines.__getitem__)
    if photo.facts is None or (how == "alike" and cosines[best] < limit):
        return None
    name = Path(photo.path).relative_to(folder).as_posix()
    return Match(name, photo.facts.sha256, own[best].id, how, float(cosines[best]))


def _state(chosen: Trainable) -> str:
    """Another text whenever a training would get other photos."""
    hashes = sorted(entry.photo.facts.sha256 for entry in chosen.entries if entry.photo.facts)
    return hashlib.sha256(" ".join(hashes).encode()).hexdigest()

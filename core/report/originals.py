"""What the originals of a dataset give when they are looked at, and cleaned, once more."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from core.compute import each, workers
from core.dataset.names import counted
from core.dataset.recording import Dataset
from core.errors import BadImage
from core.images import cleaning, reading
from core.jobs import Progress
from core.report.outcomes import Outcome, compared
from core.types import Cleaned, Facts

PIXELS = ("Originals", "Cleaned copies")  # what only the originals themselves can show


@dataclass(frozen=True, slots=True)
class _Again:
    """One original looked at again: its facts, and the hash of the copy that the recipe makes of it now."""

    facts: Facts
    copy: str | None


def look_again(told: Dataset, folder: Path, progress: Progress) -> tuple[list[Outcome], Dataset]:
    """What the originals in `folder` give, and the dataset with photos and copies as they came out of it."""
    looked = _looked_at(told, folder, progress)
    wanted = {photo.facts.sha256: photo for photo in told.photos if photo.facts}
    absent = [photo.name for digest, photo in wanted.items() if digest not in looked]
    unlike = [photo.name for digest, photo in wanted.items()
              if digest in looked and not _same_facts(photo.facts, looked[digest].facts)]
    found = compared(PIXELS[0], counted(len(wanted) - len(absent), "photo") + " found by hash", unlike, absent)
    made, copies = _copies_again(told, looked)
    again = tuple(replace(photo, facts=_facts(photo.facts, looked)) for photo in told.photos)
    return [found, made], replace(told, photos=again, copies=copies)


def _copies_again(told: Dataset, looked: Mapping[str, _Again]) -> tuple[Outcome, tuple[Cleaned, ...]]:
    """Every copy with the hash that it has when it is made now."""
    by_id = {photo.id: photo for photo in told.photos}
    copies, changed, gone = [], [], []
    for copy in told.copies:
        original = by_id[copy.photo_id].facts
        seen = looked.get(original.sha256) if original else None
        if copy.path and seen is None:
            gone.append(by_id[copy.photo_id].name)
        elif copy.path and seen and seen.copy != copy.sha256:
            changed.append(by_id[copy.photo_id].name)
        copies.append(replace(copy, sha256=seen.copy or "") if copy.path and seen else copy)
    made = counted(sum(bool(copy.path) for copy in copies) - len(gone), "copy", "copies") + " made again"
    return compared(PIXELS[1], made, changed, gone), tuple(copies)


def _looked_at(told: Dataset, folder: Path, progress: Progress) -> dict[str, _Again]:
    """Every original of the record that lies somewhere in `folder`, by hash."""
    sizes = {photo.facts.bytes for photo in told.photos if photo.facts}
    names = {photo.facts.sha256: photo.name for photo in told.photos if photo.facts}
    cleaned = {copy.photo_id for copy in told.copies if copy.path}
    wanted = {photo.facts.sha256 for photo in told.photos if photo.facts and photo.id in cleaned}
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_size in sizes]
    progress.begin(len(files), "Looking for the originals")
    look = partial(_look, told=told, names=names, cleaned=wanted)
    return {digest: again for _, pair in each(look, files, progress, threads=workers()) if pair
            for digest, again in (pair,)}


def _look(path: Path, told: Dataset, names: Mapping[str, str], cleaned: set[str]) -> tuple[str, _Again] | None:
    try:
        data = reading.read_bytes(path)
        digest = hashlib.sha256(data).hexdigest()
        if digest not in names:
            return None
        facts = reading.facts_of(reading.header(data), data, digest)
        copy = cleaning.make(data, names[digest], told.recipe)[2] if digest in cleaned else None
    except BadImage:
        return None
    return digest, _Again(facts, hashlib.sha256(copy).hexdigest() if copy else None)


def _facts(told: Facts | None, looked: Mapping[str, _Again]) -> Facts | None:
    return looked[told.sha256].facts if told and told.sha256 in looked else told


def _same_facts(told: Facts | None, again: Facts) -> bool:
    def seen(facts: Facts) -> tuple[object, ...]:
        return facts.width, facts.height, facts.channels, facts.mode, facts.format, facts.bytes, facts.orientation

    return told is not None and seen(told) == seen(again)

"""Photos that are the same: byte for byte, or to the eye."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from core.images.fingerprints import copies, fingerprint, unpack
from core.types import Photo

__all__ = ["Duplicates", "fingerprint", "groups"]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Two photos or more that are the same, by id in rising order. A photo may be in an exact and in a near group."""

    kind: Literal["exact", "near"]
    ids: tuple[int, ...]


def groups(photos: Sequence[Photo]) -> list[Duplicates]:
    """Groups of photos that are the same, exact ones first. A near group holds the exact copies of its members too."""
    exact = _gathered((photo.facts.sha256, photo.id) for photo in photos if photo.facts)
    near = _near([photo for photo in photos if photo.fingerprint])
    return [Duplicates("exact", ids) for ids in exact] + [Duplicates("near", ids) for ids in near]


def _near(photos: Sequence[Photo]) -> list[tuple[int, ...]]:
    """Photos joined by pairs that look alike; files that are one and the same make no near group by themselves."""
    files: dict[str, list[int]] = {}
    prints: dict[str, str] = {}
    for photo in photos:
        file = photo.facts.sha256 if photo.facts else f"photo {photo.id}"
        files.setdefault(file, []).append(photo.id)
        prints[file] = photo.fingerprint or ""
    members = list(files.values())
    return [tuple(sorted(i for place in group for i in members[place])) for group in _joined(list(prints.values()))]


def _joined(fingerprints: Sequence[str]) -> list[tuple[int, ...]]:
    """Places of the fingerprints that look alike, directly or through others between them."""
    if not fingerprints:
        return []
    prints = unpack(fingerprints)
    root = list(range(len(fingerprints)))
    for whole in range(len(fingerprints)):
        for part in copies(prints, whole):
            root[_find(root, part)] = _find(root, whole)
    return _gathered((_find(root, place), place) for place in range(len(root)))


def _gathered(pairs: Iterable[tuple[Hashable, int]]) -> list[tuple[int, ...]]:
    """The numbers that share a key with another one."""
    found: dict[Hashable, list[int]] = {}
    for key, number in pairs:
        found.setdefault(key, []).append(number)
    return [tuple(sorted(numbers)) for numbers in found.values() if len(numbers) > 1]


def _find(root: list[int], place: int) -> int:
    while root[place] != place:
        root[place] = root[root[place]]
        place = root[place]
    return place

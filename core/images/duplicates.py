"""Photos that are the same: byte for byte, or to the eye."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.images.fingerprints import copies, fingerprint, unpack
from core.types import Photo

__all__ = ["Duplicates", "best", "fingerprint", "groups"]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Two photos or more that are the same, by id in rising order. A photo may be in an exact and in a near group."""

    kind: Literal["exact", "near"]
    ids: tuple[int, ...]


def groups(photos: Sequence[Photo]) -> list[Duplicates]:
    """Groups of photos that are the same, exact ones first. A near group holds the exact copies of its members too."""
    prints = {_file(photo): photo.fingerprint for photo in photos if photo.fingerprint}
    files = list(prints)
    number = {files[place]: at for at, group in enumerate(alike(list(prints.values()))) for place in group}
    return list(grouped(photos, [number.get(_file(photo), -1) for photo in photos]))


def grouped(photos: Sequence[Photo], twins: Sequence[int]) -> tuple[Duplicates, ...]:
    """The groups of photos of which the near ones are known: `twins` has the number of each photo's, or -1."""
    exact = _gathered((photo.facts.sha256, photo.id) for photo in photos if photo.facts)
    near = _gathered((number, photo.id) for photo, number in zip(photos, twins, strict=True) if number >= 0)
    once = set(exact)
    return (*(Duplicates("exact", ids) for ids in exact),
            *(Duplicates("near", ids) for ids in near if ids not in once))


def best(group: Duplicates, photos: Mapping[int, Photo]) -> int:
    """The id of the photo to keep of a group: the largest, of those the sharpest, of those the first by name.

    A photo that somebody left out is not it while another one is there.
    """
    return min(group.ids, key=lambda number: _worth(photos[number]))


def _worth(photo: Photo) -> tuple[bool, int, float, str]:
    pixels = photo.facts.width * photo.facts.height if photo.facts else 0
    return photo.excluded, -pixels, -photo.quality.sharpness if photo.quality else 0.0, photo.name


def _file(photo: Photo) -> str:
    return photo.facts.sha256 if photo.facts else f"photo {photo.id}"


def alike(fingerprints: Sequence[str]) -> list[tuple[int, ...]]:
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

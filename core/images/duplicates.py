"""Photos that are the same: byte for byte, or to the eye."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.images.copies import pairs
from core.images.fingerprints import fingerprint, unpack
from core.jobs import Progress
from core.types import Photo

__all__ = ["Duplicates", "Twins", "best", "fingerprint", "groups", "original_first"]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Two photos or more that are the same, by id in rising order. A photo may be in an exact and in a near group.

    `mirrored` are those of which the first is the mirror image, left for right.
    """

    kind: Literal["exact", "near"]
    ids: tuple[int, ...]
    mirrored: tuple[int, ...] = ()

    def mirrors(self, one: int, other: int) -> bool:
        """Whether two of them are mirror images of each other."""
        return (one in self.mirrored) != (other in self.mirrored)


@dataclass(frozen=True, slots=True, eq=False)
class Twins:
    """Of n pictures which look alike: (n) the number of each one's group, or -1, and whether it is mirrored in there.

    What is mirrored is so against the first of its group.
    """

    numbers: NDArray[np.int64]
    mirrored: NDArray[np.bool_]

    @classmethod
    def none(cls, count: int) -> Twins:
        return cls(np.full(count, -1, np.int64), np.zeros(count, np.bool_))


def groups(photos: Sequence[Photo]) -> list[Duplicates]:
    """Groups of photos that are the same, exact ones first. A near group holds the exact copies of its members too."""
    prints = {_file(photo): photo.fingerprint for photo in photos if photo.fingerprint}
    found, place = _known(tuple(prints.values())), {file: place for place, file in enumerate(prints)}
    places = [place.get(_file(photo), -1) for photo in photos]  # -1: the one that is added at the end, which has none
    return list(grouped(photos, Twins(np.append(found.numbers, -1)[places], np.append(found.mirrored, False)[places])))


def grouped(photos: Sequence[Photo], twins: Twins) -> tuple[Duplicates, ...]:
    """The groups of photos of which the near ones are known."""
    exact = _gathered((photo.facts.sha256, photo.id) for photo in photos if photo.facts)
    ids = [photo.id for photo in photos]
    near = _gathered((number, photo_id) for photo_id, number in zip(ids, twins.numbers.tolist(), strict=True)
                     if number >= 0)
    mirrored = {ids[place] for place in np.flatnonzero(twins.mirrored)}
    once = set(exact)
    return (*(Duplicates("exact", some) for some in exact),
            *(_near(some, mirrored) for some in near if some not in once))


def best(group: Duplicates, photos: Mapping[int, Photo]) -> int:
    """The id of the photo to keep of a group: the largest, of those the sharpest, of those the one named first.

    A photo that somebody left out is not it while another one is there.
    """
    return min(group.ids, key=lambda number: _worth(photos[number]))


def original_first(name: str) -> tuple[int, str]:
    """A key that puts "dog.jpg" before "dog copy.jpg" and "dog (2).jpg": what copies a file makes its name longer."""
    return len(name), name


def _worth(photo: Photo) -> tuple[bool, int, float, tuple[int, str]]:
    pixels = photo.facts.width * photo.facts.height if photo.facts else 0
    return photo.excluded, -pixels, -photo.quality.sharpness if photo.quality else 0.0, original_first(photo.name)


def _file(photo: Photo) -> str:
    return photo.facts.sha256 if photo.facts else f"photo {photo.id}"


def alike(fingerprints: tuple[str, ...], progress: Progress | None = None) -> Twins:
    """Which of these look alike, directly or through others between them."""
    kinds = list(dict.fromkeys(fingerprints))  # an empty picture may be there a thousand times
    families = _Families(len(kinds))
    for block in pairs(unpack(kinds), progress) if len(kinds) > 1 else ():
        for whole, part, mirrored in block.tolist():
            families.join(whole, part, bool(mirrored))
    number = {kind: place for place, kind in enumerate(kinds)}
    homes = [families.home(number[one]) for one in fingerprints]
    found = Twins.none(len(fingerprints))
    for at, places in enumerate(_gathered((root, place) for place, (root, _) in enumerate(homes))):
        found.numbers[list(places)] = at
        found.mirrored[list(places)] = [homes[place][1] != homes[places[0]][1] for place in places]
    return found


_known = functools.lru_cache(maxsize=4)(alike)  # a change of labels leaves the pictures as they are


class _Families:
    """Which of n pictures belong together, and which way round each of them is."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))
        self.mirrored = [False] * count  # against the parent
        self.size = [1] * count

    def home(self, place: int) -> tuple[int, bool]:
        """The picture that stands for all of its family, and whether the one at `place` is mirrored against it."""
        mirrored = False
        while self.parent[place] != place:
            mirrored ^= self.mirrored[place]
            place = self.parent[place]
        return place, mirrored

    def join(self, one: int, other: int, mirrored: bool) -> None:
        (large, turned), (small, turned_too) = self.home(one), self.home(other)
        if large == small:
            return
        if self.size[large] < self.size[small]:
            large, small = small, large
        self.parent[small], self.mirrored[small] = large, turned ^ turned_too ^ mirrored
        self.size[large] += self.size[small]


def _near(ids: tuple[int, ...], mirrored: set[int]) -> Duplicates:
    turned = ids[0] in mirrored
    return Duplicates("near", ids, tuple(number for number in ids if (number in mirrored) != turned))


def _gathered(pairs: Iterable[tuple[Hashable, int]]) -> list[tuple[int, ...]]:
    """The numbers that share a key with another one."""
    found: dict[Hashable, list[int]] = {}
    for key, number in pairs:
        found.setdefault(key, []).append(number)
    return [tuple(sorted(numbers)) for numbers in found.values() if len(numbers) > 1]

"""Photos that are the same: byte for byte, or to the eye."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.types import Photo

NEAR = 8  # of 64 bits that may differ


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Two photos or more that are the same, by id in rising order."""

    kind: Literal["exact", "near"]
    ids: tuple[int, ...]


def fingerprint(image: Image.Image) -> str:
    """A 64-bit perceptual hash as 16 hex digits: the signs of the lowest frequencies around their median."""
    small = np.asarray(image.convert("L").resize((32, 32), Image.Resampling.BOX), dtype=np.float64)
    waves = _COSINES @ small @ _COSINES.T
    bits = waves > np.median(waves)
    return np.packbits(bits).tobytes().hex()


def groups(photos: Sequence[Photo]) -> list[Duplicates]:
    """Groups of photos that are the same, exact ones first."""
    exact = _same((photo.facts.sha256, photo.id) for photo in photos if photo.facts)
    near = _near([photo for photo in photos if photo.fingerprint])
    return [Duplicates("exact", ids) for ids in exact] + [Duplicates("near", ids) for ids in near]


def _same(pairs: Iterable[tuple[Hashable, int]]) -> list[tuple[int, ...]]:
    found: dict[Hashable, list[int]] = {}
    for key, photo_id in pairs:
        found.setdefault(key, []).append(photo_id)
    return [tuple(sorted(ids)) for ids in found.values() if len(ids) > 1]


def _near(photos: Sequence[Photo]) -> list[tuple[int, ...]]:
    if len(photos) < 2:
        return []
    prints = np.array([int(photo.fingerprint or "0", 16) for photo in photos], dtype=np.uint64)
    shas = [photo.facts.sha256 if photo.facts else str(photo.id) for photo in photos]
    parent = list(range(len(photos)))
    for row in range(len(photos)):
        apart = np.bitwise_count(prints[row + 1 :] ^ prints[row])
        for other in np.flatnonzero(apart <= NEAR) + row + 1:
            if shas[row] != shas[other]:
                parent[_root(parent, int(other))] = _root(parent, row)
    return _same((_root(parent, row), photo.id) for row, photo in enumerate(photos))


def _root(parent: list[int], member: int) -> int:
    while parent[member] != member:
        member = parent[member]
    return member


def _cosines(size: int, waves: int) -> NDArray[np.float64]:
    """The first `waves` rows of the discrete cosine transform, without the constant one."""
    return np.cos(np.pi / size * np.outer(np.arange(1, waves + 1), np.arange(size) + 0.5))


_COSINES = _cosines(32, 8)

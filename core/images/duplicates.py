"""Photos that are the same: byte for byte, or to the eye.

Near duplicates are found in two steps. A perceptual hash of 64 bits, quick to compare, proposes pairs. It sees little
more than the rough layout, which different photos on one background share, so a guard then looks at a tiny copy of
both pictures: laid over each other as if one had been cropped from the other, they must agree everywhere. The place
where they differ most decides, not the mean, because a subject may be small.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.types import Photo

HASH_BITS_APART = 18  # proposes 95 % of copies cropped by 10 %, and one in a thousand pairs of other photos
GREY_APART = 0.42  # standard deviations, mean of a 16th of the picture: 95 % of such copies are below
COLOUR_APART = 2.5  # steps of 8 in Cb or Cr, mean of a 16th of the picture
CROPS = (0.03, 0.06, 0.10)  # shares of a side that may have been cut off

_HASH, _GREY, _COLOUR = 8, 24, 4  # sides of the three parts of a fingerprint
_BLOCKS = 4
_GREY_STEPS = 15 / 5.6  # 16 levels for -2.8 to 2.8 standard deviations

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Two photos or more that are the same, by id in rising order. A photo may be in an exact and in a near group."""

    kind: Literal["exact", "near"]
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Print:
    """A fingerprint, taken apart: the hash, and tiny copies in grey (24 x 24) and colour (Cb and Cr, 4 x 4)."""

    hash: int
    grey: Floats
    colour: Floats


def fingerprint(image: Image.Image) -> str:
    """What the picture looks like, in hex digits: 16 of perceptual hash (64 bits), then 608 for the guard."""
    luma, *chroma = image.convert("YCbCr").split()
    grey = _shrunk(luma, _GREY)
    levels = (grey - grey.mean()) / max(float(grey.std()), 2.0) * _GREY_STEPS + 7.5
    colours = [(_shrunk(plane, _COLOUR) - 64) / 8 for plane in chroma]
    digits = np.concatenate([levels.ravel(), *(plane.ravel() for plane in colours)]).round().clip(0, 15)
    return _hash(luma) + "".join(f"{int(digit):x}" for digit in digits)


def parse(text: str) -> Print:
    """The parts of a fingerprint."""
    digits = np.array([int(digit, 16) for digit in text[16:]], np.float32)
    grey, colour = digits[: _GREY**2].reshape(_GREY, _GREY), digits[_GREY**2 :].reshape(2, _COLOUR, _COLOUR)
    return Print(int(text[:16], 16), grey, colour)


def alike(one: Print, other: Print) -> bool:
    """Whether two prints are of the same picture: resized, encoded again, or cropped by at most 10 % a side."""
    if (one.hash ^ other.hash).bit_count() > HASH_BITS_APART:
        return False
    if float(np.abs(one.colour - other.colour).max()) > COLOUR_APART:
        return False
    return _apart(one.grey, other.grey) < GREY_APART or _apart(other.grey, one.grey) < GREY_APART


def groups(photos: Sequence[Photo]) -> list[Duplicates]:
    """Groups of photos that are the same, exact ones first. A near group holds the exact copies of its members too."""
    exact = _gathered((photo.facts.sha256, photo.id) for photo in photos if photo.facts)
    near = _near([photo for photo in photos if photo.fingerprint])
    return [Duplicates("exact", ids) for ids in exact] + [Duplicates("near", ids) for ids in near]


def _near(photos: Sequence[Photo]) -> list[tuple[int, ...]]:
    """Photos joined by pairs that are alike; a group whose files are all one and the same is no near one."""
    files: dict[str, list[int]] = {}
    prints: dict[str, str] = {}
    for photo in photos:
        file = photo.facts.sha256 if photo.facts else f"photo {photo.id}"
        files.setdefault(file, []).append(photo.id)
        prints[file] = photo.fingerprint or ""
    names = list(files)
    root = list(range(len(names)))
    for one, other in _alike_pairs([prints[name] for name in names]):
        root[_find(root, other)] = _find(root, one)
    joined: dict[int, list[str]] = {}
    for number, name in enumerate(names):
        joined.setdefault(_find(root, number), []).append(name)
    return [tuple(sorted(i for name in group for i in files[name])) for group in joined.values() if len(group) > 1]


def _alike_pairs(prints: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Places of the pairs that are alike. Only what the hash proposes is parsed and looked at closely."""
    hashes = np.array([int(text[:16], 16) for text in prints], dtype=np.uint64)
    for one in range(len(hashes)):
        apart = np.bitwise_count(hashes[one + 1 :] ^ hashes[one])
        for other in np.flatnonzero(apart <= HASH_BITS_APART) + one + 1:
            if alike(parse(prints[one]), parse(prints[int(other)])):
                yield one, int(other)


def _gathered(pairs: Iterable[tuple[Hashable, int]]) -> list[tuple[int, ...]]:
    """The ids that share a key with another one."""
    found: dict[Hashable, list[int]] = {}
    for key, photo_id in pairs:
        found.setdefault(key, []).append(photo_id)
    return [tuple(sorted(ids)) for ids in found.values() if len(ids) > 1]


def _find(root: list[int], member: int) -> int:
    while root[member] != member:
        root[member] = root[root[member]]
        member = root[member]
    return member


def _apart(whole: Floats, part: Floats) -> float:
    """How far `part` is from the crop of `whole` that fits it best, where they differ most; in standard deviations."""
    stretched = np.matmul(np.matmul(_WINDOWS[:, None], whole), _WINDOWS.transpose(0, 2, 1)[None])
    crops = stretched.reshape(-1, _GREY, _GREY).astype(np.float32, copy=False)
    apart = np.abs(_normal(crops) - _normal(part[None]))
    cells = _GREY // _BLOCKS
    blocks = apart.reshape(-1, _BLOCKS, cells, _BLOCKS, cells).mean(axis=(2, 4))
    return float(blocks.max(axis=(1, 2)).min())


def _normal(pictures: Floats) -> Floats:
    """Each picture with mean 0 and standard deviation 1, so that brightness and contrast do not count."""
    spread = np.maximum(pictures.std(axis=(1, 2), keepdims=True), 0.5)
    return (pictures - pictures.mean(axis=(1, 2), keepdims=True)) / spread


def _hash(luma: Image.Image) -> str:
    """The signs of the 64 lowest frequencies, around their median."""
    waves = _COSINES @ _shrunk(luma, 32) @ _COSINES.T
    return np.packbits(waves > np.median(waves)).tobytes().hex()


def _shrunk(plane: Image.Image, side: int) -> Floats:
    return np.asarray(plane.resize((side, side), Image.Resampling.BOX), dtype=np.float32)


def _window(start: float, length: float) -> Floats:
    """The matrix that stretches the part of a row from `start`, of `length` (shares of it), to the whole row."""
    places = np.clip((start + length * (np.arange(_GREY) + 0.5) / _GREY) * _GREY - 0.5, 0, _GREY - 1)
    left = np.minimum(places.astype(int), _GREY - 2)
    matrix = np.zeros((_GREY, _GREY), np.float32)
    matrix[np.arange(_GREY), left] = 1 - (places - left)
    matrix[np.arange(_GREY), left + 1] = places - left
    return matrix


_WINDOWS: Floats = np.stack([_window(0, 1), *(_window(at * cut, 1 - cut) for cut, at in product(CROPS, (0, 0.5, 1)))])
# The lowest rows of the discrete cosine transform, without the constant one.
_COSINES = np.cos(np.pi / 32 * np.outer(np.arange(1, _HASH + 1), np.arange(32) + 0.5)).astype(np.float32)

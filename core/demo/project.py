"""The sample project's files: forty labelled photos with a few of the usual faults, and twelve unseen ones."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from core.demo.camera import grained
from core.demo.picture import Shot, take
from core.demo.shots import LEARNED, shots
from core.demo.skeletons import Species
from core.files import write_atomically

SEEDS: dict[Species, int] = {"cat": 1, "dog": 1}
LONGEST = {"cat-03": 4608, "cat-08": 4240, "cat-13": 5184, "dog-02": 4320, "dog-07": 4928, "dog-12": 4160}
TURNED = "dog-05"  # stored lying on its side, with the EXIF orientation that tells so
PNGS = ("cat-06", "dog-15")
LYING = "cat-16"  # a PNG that is called .jpg
TRUNCATED = "dog-18"
EXACT = ("dog-09", "dog-20")  # the second is a copy of the first
NEAR = ("cat-11", "cat-20")  # the second is the first, made smaller and saved again
FAINT = "cat-new-4"  # of very low contrast

ORIENTATION = 0x0112


def draw(folder: Path) -> None:
    """Write `folder`/dataset/{cat,dog} (40 photos) and `folder`/unseen/{cat,dog} (12), the same bytes every time.

    Drawing again over whole or partial files is harmless: each is replaced at once or not at all.
    """
    for species in SEEDS:
        for path, data in _files(species):
            write_atomically(folder / path, data)


def _files(species: Species) -> Iterator[tuple[str, bytes]]:
    for index, shot in enumerate(shots(species, SEEDS[species])):
        if index < LEARNED:
            yield from _labelled(f"{species}-{index + 1:02}", shot)
        else:
            yield _unseen(f"{species}-new-{index - LEARNED + 1}", shot)


def _labelled(name: str, shot: Shot) -> Iterator[tuple[str, bytes]]:
    """One photo of the dataset, with its fault; and its double, if it has one."""
    folder = f"dataset/{shot.species}"
    picture = take(shot)
    if name in PNGS or name == LYING:
        yield f"{folder}/{name}.{'jpg' if name == LYING else 'png'}", _png(picture)
        return
    data = _jpeg(_enlarged(picture, LONGEST[name], shot.seed)) if name in LONGEST else _jpeg(picture)
    if name == TURNED:
        data = _jpeg(picture.transpose(Image.Transpose.ROTATE_90), orientation=6)
    if name == TRUNCATED:
        data = data[: int(len(data) * 0.6)]
    yield f"{folder}/{name}.jpg", data
    if name == EXACT[0]:
        yield f"{folder}/{EXACT[1]}.jpg", data
    if name == NEAR[0]:
        yield f"{folder}/{NEAR[1]}.jpg", _jpeg(picture.reduce(2), quality=72)


def _unseen(name: str, shot: Shot) -> tuple[str, bytes]:
    if name == FAINT:
        shot = replace(shot, contrast=0.12)
    return f"unseen/{shot.species}/{name}.jpg", _jpeg(take(shot))


def _enlarged(picture: Image.Image, longest: int, seed: int) -> Image.Image:
    """As a camera of many megapixels takes it: larger, with grain of its own so that it is not merely smooth."""
    factor = longest / max(picture.size)
    size = round(picture.width * factor), round(picture.height * factor)
    return grained(picture.resize(size, Image.Resampling.BILINEAR), np.random.default_rng(seed), 2.5)


def _jpeg(picture: Image.Image, quality: int = 88, orientation: int = 1) -> bytes:
    buffer, exif = io.BytesIO(), Image.Exif()
    if orientation != 1:
        exif[ORIENTATION] = orientation
    picture.save(buffer, "JPEG", quality=quality, exif=exif)
    return buffer.getvalue()


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()

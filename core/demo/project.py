"""The sample project's files: forty labelled photos with a few of the usual faults, and twelve unseen ones."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from core.demo.camera import enlarged
from core.demo.picture import Shot, take
from core.demo.shots import LEARNED, shots
from core.demo.skeletons import Species
from core.files import write_atomically

COUNT = 52
SEEDS: dict[Species, int] = {"cat": 1, "dog": 3}

# Which photos have which fault.
LONGEST = {"cat-08": 4160, "cat-10": 4352, "cat-18": 4240, "dog-07": 4352, "dog-13": 4160, "dog-16": 4240}  # pixels
TURNED = "dog-05"  # stored lying on its side, with the EXIF orientation that tells so
PNGS = ("cat-06", "dog-15")
LYING = "cat-16"  # a PNG that is called .jpg
TRUNCATED = "dog-18"
EXACT = ("dog-09", "dog-20")  # the second is a copy of the first
NEAR = ("cat-11", "cat-20")  # the second is the first, made smaller and saved again
FAINT = "cat-new-4"  # of very low contrast
ORIENTATION = 0x0112  # the EXIF tag


def draw(folder: Path, drawn: Callable[[], None] = lambda: None) -> None:
    """Write `folder`/dataset/{cat,dog} (40 photos) and `folder`/unseen/{cat,dog} (12), the same bytes every time.

    Drawing again over whole or partial files is harmless: each is replaced at once or not at all. `drawn` is called
    after each of the COUNT files, and ends the drawing when it raises.
    """
    for path, data in files():
        write_atomically(folder / path, data)
        drawn()


def files() -> Iterator[tuple[str, bytes]]:
    """Each of the COUNT files as it is drawn: its path within the folder, and its bytes."""
    for species, seed in SEEDS.items():
        for index, shot in enumerate(shots(species, seed)):
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
    if name in LONGEST:
        data = _jpeg(enlarged(picture, LONGEST[name], np.random.default_rng(shot.seed)))
    elif name == TURNED:
        data = _jpeg(picture.transpose(Image.Transpose.ROTATE_90), orientation=6)
    else:
        data = _jpeg(picture)
    if name == TRUNCATED:
        data = data[: int(len(data) * 0.6)]
    yield f"{folder}/{name}.jpg", data
    if name == EXACT[0]:
        yield f"{folder}/{EXACT[1]}.jpg", data
    if name == NEAR[0]:
        yield f"{folder}/{NEAR[1]}.jpg", _jpeg(picture.reduce(2), quality=72)


def _unseen(name: str, shot: Shot) -> tuple[str, bytes]:
    if name == FAINT:
        shot = replace(shot, contrast=0.06)
    return f"unseen/{shot.species}/{name}.jpg", _jpeg(take(shot))


def _jpeg(picture: Image.Image, quality: int = 88, orientation: int = 1) -> bytes:
    buffer, exif = io.BytesIO(), Image.Exif()
    if orientation != 1:
        exif[ORIENTATION] = orientation
    picture.save(buffer, "JPEG", quality=quality, exif=exif)
    return buffer.getvalue()


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()

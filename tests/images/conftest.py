"""Photos for the tests of this room: drawn, so that they need no file, and different enough to be told apart."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from core.types import Photo

Draw = Callable[..., Image.Image]


def draw_scene(seed: int = 0, size: tuple[int, int] = (600, 400)) -> Image.Image:
    """A scene with soft light, shapes and fine texture, as a photo has them; each seed another one."""
    return _drawn(seed, size).copy()


@functools.cache
def _drawn(seed: int, size: tuple[int, int]) -> Image.Image:
    rng = np.random.default_rng(seed)
    light = Image.fromarray(rng.integers(0, 255, (4, 6, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(light)
    for _ in range(12):
        x, y, reach = (int(value) for value in (*rng.integers(0, size), rng.integers(20, 90)))
        colour = tuple(int(value) for value in rng.integers(0, 255, 3))
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=colour)
    grain = rng.normal(0, 8, (size[1], size[0], 1))
    return Image.fromarray(np.clip(np.asarray(light) + grain, 0, 255).astype(np.uint8)).filter(ImageFilter.SMOOTH)


@pytest.fixture(scope="session")
def scene() -> Draw:
    """`scene(seed, size)` draws a picture."""
    return draw_scene


@pytest.fixture
def saved(tmp_path: Path) -> Callable[..., Path]:
    """`saved("a.jpg", image, **options)` is the file that Pillow writes."""

    def save(name: str, image: Image.Image | None = None, **options: object) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (image or draw_scene()).save(path, **options)
        return path

    return save


@pytest.fixture
def photo() -> Callable[..., Photo]:
    """`photo(path)` is the photo of that file, as its project knows it before a look at it."""

    def make(path: Path, name: str | None = None, **known: object) -> Photo:
        return Photo(1, name or path.name, str(path), **known)

    return make

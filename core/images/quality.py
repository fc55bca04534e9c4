"""Scores of a picture's pixels, each 0-1, measured at one common size so that photos can be compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from core.types import Quality

SIDE = 512  # pixels of the longest side at which every photo is measured
BLUR_RADIUS = 4  # pixels; strong enough to take the fine detail from any sharp photo at that size

Grey = NDArray[np.float32]


def measure(image: Image.Image) -> Quality:
    """Brightness (mean luminance), contrast (its standard deviation, 1 for half black half white), sharpness."""
    grey = image.convert("L")
    if max(grey.size) != SIDE:
        scale = SIDE / max(grey.size)
        size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
        grey = grey.resize(size, Image.Resampling.BILINEAR)
    values = _floats(grey)
    return Quality(
        brightness=round(float(values.mean()), 4),
        contrast=round(min(1.0, 2 * float(values.std())), 4),
        sharpness=round(sharpness(grey), 4),
    )


def sharpness(grey: Image.Image) -> float:
    """The share (0-1) of the steps between neighbouring pixels that a blur takes away, in the blurrier direction.

    After Crété-Roffet and others, "The blur effect" (2007): what is blurred already has little left to lose, however
    strong or weak its contrast.
    """
    values, blurred = _floats(grey), _floats(grey.filter(ImageFilter.BoxBlur(BLUR_RADIUS)))
    return min(_lost(values, blurred, axis) for axis in (0, 1))


def _lost(values: Grey, blurred: Grey, axis: int) -> float:
    before = np.abs(np.diff(values, axis=axis))
    after = np.abs(np.diff(blurred, axis=axis))
    total = float(before.sum())
    return float(np.maximum(before - after, 0).sum()) / total if total else 0.0


def _floats(grey: Image.Image) -> Grey:
    return np.asarray(grey, dtype=np.float32) / np.float32(255)

"""Scores of a picture's pixels, measured at one common size so that photos can be compared. They judge nothing.

All but sharpness come from a copy of about a hundred pixels a side: the grain of a sensor is then averaged away, and
the scores of a large photo cost no more than those of a small one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.types import Quality

SIDE = 256  # pixels of the longest side at which sharpness is measured, about what a model learns from
REACH = 3  # pixels to each side that the comparing blur mixes
GRAIN = 4.0  # of 255; smaller steps between neighbours are grain, which is as sharp in a blurred photo

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # the shares of red, green and blue in grey
_SMALL = 96  # pixels, about, of the longest side of the copy for everything else
_LEVELS = 64  # of grey, that information is counted in
_PARTS = 6  # to a side, of which the richest has the information
_STRIP = 0.05  # of a side: the width of the border

Values = NDArray[np.float32]


def measure(image: Image.Image) -> Quality:
    """The scores of an RGB picture of any size; `Quality` says what each is."""
    small = np.asarray(image.reduce(max(1, round(max(image.size) / _SMALL))), dtype=np.float32) / np.float32(255)
    colours = np.ascontiguousarray(small.transpose(2, 0, 1))  # by colour, as sums over three values are slow
    grey = np.tensordot(_LUMA, colours, 1)
    shadows, highlights = _ends(grey, 0.02)
    red, green, blue = colours.mean(axis=(1, 2), dtype=np.float64)
    strip = _border(grey)
    contrast = 2 * float(grey.std())
    scores = (
        grey.mean(), contrast, sharpness(image, contrast), shadows, highlights, information(grey),
        (colours.max(axis=0) - colours.min(axis=0)).mean(), red - blue, green - (red + blue) / 2,
        strip.mean(), 2 * strip.std(),
    )  # fmt: skip
    return Quality(*(round(min(1.0, float(score)), 4) for score in scores))


def sharpness(image: Image.Image, contrast: float) -> float:
    """The share (0-1) of the steps between neighbouring pixels that a blur takes away, in the blurrier direction.

    After Crété-Roffet and others, "The blur effect" (2007): what is blurred already has little left to lose, however
    strong or weak its contrast. A blur in one direction, as of a moved camera, is seen in that direction.
    """
    grey = image.convert("L")
    if max(grey.size) > SIDE:
        scale = SIDE / max(grey.size)
        size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
        grey = grey.resize(size, Image.Resampling.BILINEAR)
    values = np.asarray(grey, dtype=np.int16)
    grain = round(min(GRAIN, 10 * contrast) * (2 * REACH + 1))
    return min(_lost(np.ascontiguousarray(values.T), grain), _lost(values, grain))


def information(grey: Values) -> float:
    """The entropy of the grey levels in the richest part of the picture, a share (0-1) of the most there can be.

    It is 0 for one flat colour, and high for a thing on a plain ground, however small it is there.
    """
    rows, columns = (np.arange(side) * _PARTS // side for side in grey.shape)
    levels = (grey * (_LEVELS - 1) + 0.5).astype(np.intp) + (rows[:, None] * _PARTS + columns) * _LEVELS
    counts = np.bincount(levels.ravel(), minlength=_PARTS**2 * _LEVELS).reshape(-1, _LEVELS)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return (-(shares * np.log2(np.maximum(shares, 1e-9))).sum(axis=1)).max() / float(np.log2(_LEVELS))


def _lost(lines: NDArray[np.int16], grain: int) -> float:
    """Pixels of neighbouring lines that differ, before and after each is the mean of those before and behind it.

    In whole numbers, which take half the time: steps and `grain` as many times as large as there are pixels in a mean.
    Each result goes where another was: new memory takes longer to come by than what is written there to work out.
    """
    window = 2 * REACH + 1
    if len(lines) <= window:
        return 0.0
    before = lines[REACH + 1 : -REACH] - lines[REACH : -REACH - 1]
    np.abs(before, out=before)
    before *= np.int16(window)
    after = np.full_like(before, grain)
    np.maximum(before, after, out=before)
    before -= after
    total = int(before.sum(dtype=np.int32))
    np.subtract(lines[window:], lines[:-window], out=after)
    np.minimum(before, np.abs(after, out=after), out=after)
    return 1 - int(after.sum(dtype=np.int32)) / total if total else 0.0


def _ends(grey: Values, share: float) -> tuple[float, float]:
    """The values under and over which a share of the pixels lies. np.quantile takes five times as long to say it."""
    ranked = np.sort(grey, axis=None)
    rank = round(share * (ranked.size - 1))
    return float(ranked[rank]), float(ranked[-1 - rank])


def _border(grey: Values) -> Values:
    """The pixels of the strip along the four sides."""
    tall, wide = (max(1, round(side * _STRIP)) for side in grey.shape)
    sides = (grey[:tall], grey[-tall:], grey[:, :wide], grey[:, -wide:])
    return np.concatenate([side.ravel() for side in sides])

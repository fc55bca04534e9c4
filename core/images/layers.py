"""A map laid over its photo: warm where a part speaks for a label, cold where it speaks against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.images import pixels, thumbnails

FOR, AGAINST = (230, 81, 0), (0, 114, 178)  # told apart by colour-blind people too
STRONGEST = 0.72  # how much of its colour a part has at most, so that the photo is seen through it
PALE = 0.55  # how much of the photo's own colour goes, so that the map's is seen

Heat = NDArray[np.float64]


def over(photo: Image.Image, heat: Heat, opacity: float, longest: int = 960) -> bytes:
    """The photo with the map (rows, columns) over it as a JPEG; at an opacity of 0 it is the photo, at 1 the most."""
    small = pixels.resized(photo, pixels.fitted(photo.size, longest))
    if opacity <= 0:
        return thumbnails.draw(small, longest, quality=85)
    picture = np.asarray(small, np.float32)
    grey = picture.mean(axis=2, keepdims=True)
    picture = picture + (grey - picture) * PALE * opacity
    strength = _stretched(heat, small.size)[..., None]
    colour = np.where(strength > 0, np.array(FOR, np.float32), np.array(AGAINST, np.float32))
    share = np.abs(strength) * STRONGEST * opacity
    mixed = picture * (1 - share) + colour * share
    return thumbnails.draw(Image.fromarray(mixed.round().astype(np.uint8)), longest, quality=85)


def _stretched(heat: Heat, size: pixels.Size) -> NDArray[np.float32]:
    """The map at the photo's size, -1 to 1, without edges between its parts."""
    most = max(float(np.abs(heat).max()), 1e-9)
    small = Image.fromarray((heat / most).astype(np.float32))
    return np.clip(np.asarray(small.resize(size, Image.Resampling.BICUBIC)), -1, 1)

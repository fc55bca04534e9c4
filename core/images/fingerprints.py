"""What a picture looks like in few bytes, so that copies of it are found: two tiny copies of it, grey and colour.

Each pixel of them is the mean of what lies around it, weighted by nearness, so that from a tiny copy that of any crop
of the picture can be told, to a fraction of a pixel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GREY, COLOUR = 24, 8  # pixels a side of the tiny copies

_AT_MOST = 96  # pixels, about, of the longest side that the copies are made from; they are means in any case
_LEVELS = 64  # of a pixel, each written as a character from "0" on
_SPREAD = 5.6  # standard deviations of grey that the levels span, half to either side
_FLATTEST = 2.0  # of 255, the standard deviation of what is noise on an empty ground
_STEP = 4  # of Cb or Cr a level
_FIRST = ord("0")
_LENGTH = GREY**2 + 2 * COLOUR**2

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Prints:
    """Many fingerprints, taken apart.

    greys: (n, 24, 24), in standard deviations from the mean of each. colours: (n, 2, 8, 8), Cb and Cr, 0-255.
    """

    greys: Floats
    colours: Floats


def fingerprint(image: Image.Image) -> str:
    """The fingerprint of a picture: 576 characters of the grey copy, 128 of the one in colour."""
    luma, *chroma = image.reduce(max(1, max(image.size) // _AT_MOST)).convert("YCbCr").split()
    grey = _shrunk(luma, GREY)
    spread = max(float(grey.std()), _FLATTEST)
    parts = [(grey - grey.mean()) / spread * (_LEVELS / _SPREAD) + _LEVELS / 2]
    parts += [_shrunk(plane, COLOUR) / _STEP for plane in chroma]
    levels = np.concatenate([part.ravel() for part in parts]).clip(0, _LEVELS - 1)
    return (levels.astype(np.uint8) + _FIRST).tobytes().decode("ascii")


def unpack(fingerprints: Sequence[str]) -> Prints:
    """The parts of fingerprints."""
    levels = np.frombuffer("".join(fingerprints).encode("ascii"), np.uint8).reshape(-1, _LENGTH) - np.uint8(_FIRST)
    greys, colours = np.split(levels + np.float32(0.5), [GREY**2], axis=1)
    return Prints(((greys - _LEVELS / 2) * (_SPREAD / _LEVELS)).reshape(-1, GREY, GREY),
                  (colours * _STEP).reshape(-1, 2, COLOUR, COLOUR))


def _shrunk(plane: Image.Image, side: int) -> Floats:
    return np.asarray(plane.resize((side, side), Image.Resampling.BILINEAR), dtype=np.float32)

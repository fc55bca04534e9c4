"""What a crop of a picture looks like, told from a tiny copy of the picture: as it is, and in its low frequencies.

A crop is a pair of windows, one for rows and one for columns: matrices that stretch a row of means without the shares
that are cut off its two ends. Cuts are in steps of a fortieth of a side, up to a tenth at either end.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.images.fingerprints import COLOUR, GREY, Floats

STEP = 0.025  # share of a side
CUTS = list(product(range(5), range(5)))  # from the start and the end of a side, in such steps
ROUGH_CUTS = [(start, end) for start, end in CUTS if start % 2 == end % 2 == 0]


def cosines(side: int, frequencies: int) -> Floats:
    """The lowest rows of the orthonormal discrete cosine transform: (frequencies, side)."""
    waves = np.cos(np.pi / side * np.outer(np.arange(frequencies), np.arange(side) + 0.5))
    return np.asarray(waves * np.sqrt(np.where(np.arange(frequencies) == 0, 1, 2) / side)[:, None], np.float32)


def window(side: int, start: float, end: float) -> Floats:
    """The matrix (side, side) that stretches a row without these shares of it.

    The sums of all pixels before a place are taken for a smooth curve, a natural cubic spline; the mean of what lies
    between two places follows from it. Pixels themselves, in a straight line from one to the next, would blur the crop.
    """
    places = side * (start + (1 - start - end) * np.arange(side + 1) / side)
    left = np.minimum(places.astype(int), side - 1)
    after = (places - left)[:, None]
    before = 1 - after
    sums = np.tril(np.ones((side + 1, side)), -1)
    bends = _bends(sums)
    curve = (sums[left] * before + sums[left + 1] * after
             + ((before**3 - before) * bends[left] + (after**3 - after) * bends[left + 1]) / 6)
    return np.asarray(np.diff(curve, axis=0) / (1 - start - end), np.float32)


def windows(side: int, cuts: Iterable[tuple[int, int]]) -> Floats:
    """One for each of the cuts."""
    return np.stack([window(side, start * STEP, end * STEP) for start, end in cuts])


def cropped(grey: Floats, rows: Floats, columns: Floats) -> Floats:
    """The crops of a tiny copy by every window for rows (r, a, 24) and for columns (c, b, 24): (r, c, a, b)."""
    made = np.asarray(rows.reshape(-1, grey.shape[0]) @ grey @ columns.reshape(-1, grey.shape[1]).T, np.float32)
    return made.reshape(*rows.shape[:2], *columns.shape[:2]).transpose(0, 2, 1, 3)


def _bends(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """The second derivatives, at each whole place, of the natural splines through the columns."""
    inner = len(sums) - 2
    equations = 4 * np.eye(inner) + np.eye(inner, k=1) + np.eye(inner, k=-1)
    return np.pad(6 * np.linalg.solve(equations, np.diff(sums, 2, axis=0)), ((1, 1), (0, 0)))


def slopes(side: int, cuts: Iterable[tuple[int, int]]) -> Floats:
    """By how much the windows change with the cut at the start, and with that at the end: (cuts, 2, side, side)."""
    little = STEP / 50
    each = [(window(side, start * STEP + at_start, end * STEP + at_end) - window(side, start * STEP, end * STEP))
            for start, end in cuts for at_start, at_end in ((little, 0), (0, little))]
    return np.asarray(np.stack(each).reshape(-1, 2, side, side) * (STEP / little), np.float32)


GREY_WINDOWS, COLOUR_WINDOWS = windows(GREY, CUTS), windows(COLOUR, CUTS)
GREY_SLOPES = slopes(GREY, CUTS)
ROUGH_WINDOWS = windows(GREY, ROUGH_CUTS)
# For each rough cut of a side, which of all cuts are no more than a step from it.
NEXT_TO = np.array([[max(abs(start - other), abs(end - another)) <= 1 for other, another in CUTS]
                    for start, end in ROUGH_CUTS])

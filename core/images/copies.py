"""Finds which of many pictures are copies of each other: resized, encoded again, cropped at the edges, or mirrored.

Each step looks at fewer pairs, more closely. The first is a product of matrices: a few low frequencies of each picture
beside those of all others. The second asks how one may be a crop of the other, with up to a tenth of a side cut off at
every edge, still in low frequencies. The last lays the tiny copies over each other and compares them part by part:
where they differ most decides, not the mean, because photos of one scene may differ in a small subject only.

The limits were chosen on half of the photos that tests/bench/twins.py measures the other half of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.compute import each, workers
from core.images.crops import (
    COLOUR_WINDOWS,
    CUTS,
    GREY_SLOPES,
    GREY_WINDOWS,
    NEXT_TO,
    ROUGH_CUTS,
    ROUGH_WINDOWS,
    STEP,
    cosines,
    cropped,
    window,
)
from core.images.fingerprints import COLOUR, GREY, Floats, Prints
from core.jobs import Progress

AT_A_GLANCE = 0.8  # squared distance of lowest frequencies, where those of grey have length 1
ROUGHLY = 0.12  # the same of low frequencies
NEARLY = 0.6  # in standard deviations, a 64th of the picture, beside a crop in whole steps
GREY_APART = 0.33  # the same beside the very crop
COLOUR_APART = 14.0  # of 255 of Cb or Cr, a 16th of the picture

_GREY_PARTS, _COLOUR_PARTS = 8, 4  # a side
_GLANCE, _GLANCE_COLOUR, _ROUGH = 6, 2, 10  # frequencies a side
_COLOUR_COUNTS = 1 / 60  # of the length of the grey part, one of 255 in Cb or Cr
_FLATTEST = 0.1  # standard deviations; what is left of an empty picture without its mean is noise
_AT_ONCE = 4_000_000  # pairs in memory for each thread
_TOGETHER = 4_096  # candidates of one picture that are laid over it together

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What is compared of n pictures: prints, and of each as it is, and then of each mirrored, what follows from them.

    glances: (45, 2n), so that the product of a row with them is a squared distance. roughs: (2n, 100).
    """

    prints: Prints
    glances: Floats
    roughs: Floats


_LOWEST, _LOWEST_COLOUR, _LOW = cosines(GREY, _GLANCE), cosines(COLOUR, _GLANCE_COLOUR), cosines(GREY, _ROUGH)
# A glance is at the middle crop, from which no other crop is far.
_MIDDLE: Floats = _LOWEST @ window(GREY, 2 * STEP, 2 * STEP)
_MIDDLE_COLOUR: Floats = _LOWEST_COLOUR @ window(COLOUR, 2 * STEP, 2 * STEP)
_LOW_WINDOWS: Floats = np.matmul(_LOW, ROUGH_WINDOWS)


def pairs(prints: Prints, progress: Progress | None = None) -> Iterator[Ints]:
    """Block by block the places of pictures that may be copies: (m, 3), a whole, its copy or crop, and 1 if mirrored.

    With `progress` it steps as blocks are done, and a job that is cancelled stops.
    """
    count = len(prints.greys)
    seen, size = _seen(prints), max(16, min(256, _AT_ONCE // max(2 * count, 1)))
    starts = range(0, count, size)
    told = progress or Progress()
    told.begin(len(starts), "Finding copies")
    with threadpool_limits(1):  # the blocks share the processors; threads below them would only wait for each other
        for _, found in each(partial(_block, seen, size), starts, told, threads=workers()):
            yield found


def _seen(prints: Prints) -> _Seen:
    glances = _glances(prints, _LOWEST, _LOWEST_COLOUR)
    columns = np.column_stack([glances, np.ones(len(glances), np.float32), _squares(glances)])
    turned = np.concatenate([_turned(_GLANCE)[1:], _turned(_GLANCE_COLOUR), _turned(_GLANCE_COLOUR), [1, 1]])
    roughs = _unit(np.matmul(np.matmul(_LOW, prints.greys), _LOW.T).reshape(-1, _ROUGH**2))
    return _Seen(prints, np.hstack([columns.T, (columns * turned).T], dtype=np.float32),
                 np.vstack([roughs, roughs * _turned(_ROUGH)], dtype=np.float32))


def _glances(prints: Prints, grey: Floats, colour: Floats) -> Floats:
    """The lowest frequencies of pictures, by matrices that give them for rows and columns: (n, 35 of grey + 8)."""
    greys = np.matmul(np.matmul(grey, prints.greys), grey.T).reshape(-1, _GLANCE**2)
    colours = np.matmul(np.matmul(colour, prints.colours), colour.T).reshape(len(greys), -1)
    return np.hstack([_unit(greys)[:, 1:], colours * np.float32(_COLOUR_COUNTS / COLOUR)])


def _turned(frequencies: int) -> Floats:
    """What the frequencies of a picture are to be multiplied by for those of its mirror image: (frequencies ** 2)."""
    return np.tile(np.where(np.arange(frequencies) % 2, -1, 1).astype(np.float32), frequencies)


def _block(seen: _Seen, size: int, start: int) -> Ints:
    """The pairs of `size` pictures from `start` on with all others."""
    count = len(seen.roughs) // 2
    here = np.arange(start, min(start + size, count))
    own = _glances(Prints(seen.prints.greys[here], seen.prints.colours[here]), _MIDDLE, _MIDDLE_COLOUR)
    apart = np.column_stack([-2 * own, _squares(own), np.ones(len(own), np.float32)]) @ seen.glances
    apart[here - start, here] = apart[here - start, count + here] = np.inf
    rows, candidates = np.divmod(np.flatnonzero(apart <= AT_A_GLANCE), 2 * count)
    places, firsts = np.unique(rows, return_index=True)
    found = [np.empty((0, 3), np.int64)]
    for place, some in zip((start + places).tolist(), np.split(candidates, firsts[1:]), strict=False):
        for few in range(0, len(some), _TOGETHER):
            kept = _closely(seen.prints, place, *_roughly(seen, place, some[few : few + _TOGETHER]))
            found.append(np.column_stack([np.full(len(kept), place), kept % count, kept // count]))
    return np.concatenate(found)


def _roughly(seen: _Seen, place: int, candidates: Ints) -> tuple[Ints, Ints]:
    """The candidates that are roughly like a crop of the picture at `place`, and for each the number of the crop."""
    crops = _unit(cropped(seen.prints.greys[place], _LOW_WINDOWS, _LOW_WINDOWS).reshape(-1, _ROUGH**2))
    apart = _apart(crops, seen.roughs[candidates])
    best = apart.argmin(axis=0)
    kept = apart[best, np.arange(len(best))] <= ROUGHLY
    return candidates[kept], best[kept]


def _closely(prints: Prints, place: int, candidates: Ints, rough: Ints) -> Ints:
    """The candidates that agree everywhere, in grey and in colour, with the crop that fits them best."""
    if not len(candidates):
        return candidates
    rows, columns = _cuts_near(rough)
    crops = _normal(cropped(prints.greys[place], GREY_WINDOWS, GREY_WINDOWS)[rows, columns])
    parts = _normal(_taken(prints.greys, candidates))
    best = _apart(crops.reshape(len(crops), -1), parts.reshape(len(parts), -1)).argmin(axis=0)
    shift = parts - crops[best]
    kept = _furthest(shift, _GREY_PARTS) <= NEARLY
    candidates, best, shift = candidates[kept], best[kept], shift[kept]
    rows, columns = rows[best], columns[best]
    shift = _unexplained(shift, crops[best], _changes(prints.greys[place], rows, columns))
    kept = _furthest(shift, _GREY_PARTS) <= GREY_APART
    candidates, rows, columns = candidates[kept], rows[kept], columns[kept]
    colours = np.matmul(np.matmul(COLOUR_WINDOWS[rows, None], prints.colours[place]),
                        COLOUR_WINDOWS[columns, None].transpose(0, 1, 3, 2))
    apart = _furthest(colours - _taken(prints.colours, candidates), _COLOUR_PARTS)
    return candidates[apart.max(axis=1) <= COLOUR_APART]


def _changes(grey: Floats, rows: Ints, columns: Ints) -> Floats:
    """How crops of a tiny copy change with each of their four cuts, in its unit a step: (m, 4, 24, 24)."""
    down = np.matmul(np.matmul(GREY_SLOPES[rows], grey), GREY_WINDOWS[columns, None].transpose(0, 1, 3, 2))
    across = np.matmul(np.matmul(GREY_WINDOWS[rows, None], grey), GREY_SLOPES[columns].transpose(0, 1, 3, 2))
    return np.concatenate([down, across], axis=1)


def _unexplained(shift: Floats, crops: Floats, changes: Floats) -> Floats:
    """What is left of the shift of pictures from crops when their cuts are moved, by up to a step, to fit them best."""
    lines = changes.reshape(-1, 4, GREY**2)
    lines = lines - lines.mean(axis=2, keepdims=True)
    own = crops.reshape(-1, 1, GREY**2)
    lines = lines - own * (lines * own).mean(axis=2, keepdims=True)  # a change of contrast does not count
    squares = np.matmul(lines, lines.transpose(0, 2, 1)) + np.eye(4, dtype=np.float32)
    moves = np.linalg.solve(squares, np.matmul(lines, shift.reshape(-1, GREY**2, 1))).clip(-1, 1)
    return np.asarray(shift - (moves * lines).sum(axis=1).reshape(shift.shape), np.float32)


def _taken(copies: Floats, candidates: Ints) -> Floats:
    """The tiny copies of candidates, of which those from the number of pictures on are mirrored."""
    taken: Floats = copies[candidates % len(copies)]
    mirrored = candidates >= len(copies)
    taken[mirrored] = taken[mirrored][..., ::-1]
    return taken


def _cuts_near(rough: Ints) -> tuple[Ints, Ints]:
    """The numbers of all cuts, of rows and of columns, that are next to one of these rough crops."""
    near = np.zeros((len(CUTS), len(CUTS)), np.bool_)
    for rows, columns in (divmod(number, len(ROUGH_CUTS)) for number in np.unique(rough).tolist()):
        near |= np.outer(NEXT_TO[rows], NEXT_TO[columns])
    rows, columns = np.nonzero(near)
    return rows, columns


def _furthest(shift: Floats, parts: int) -> Floats:
    """The largest mean of the parts x parts equal parts of each picture, whatever its sign."""
    cells = shift.shape[-1] // parts
    means = shift.reshape(*shift.shape[:-2], parts, cells, parts, cells).mean(axis=(-3, -1))
    return np.asarray(np.abs(means).max(axis=(-2, -1)), np.float32)


def _unit(frequencies: Floats) -> Floats:
    """Each row without its first number, the mean, and of length 1 unless it is that of an empty picture."""
    frequencies[:, 0] = 0
    lengths = np.maximum(np.sqrt(_squares(frequencies)), _FLATTEST * GREY)
    return np.asarray(frequencies / lengths[:, None], np.float32)


def _normal(greys: Floats) -> Floats:
    """Each copy with mean 0 and standard deviation 1, so that brightness and contrast do not count."""
    spread = np.maximum(greys.std(axis=(1, 2), keepdims=True), _FLATTEST)
    return np.asarray((greys - greys.mean(axis=(1, 2), keepdims=True)) / spread, np.float32)


def _apart(some: Floats, others: Floats) -> Floats:
    """The squared distance of each row from each other one."""
    return np.asarray(_squares(some)[:, None] + _squares(others) - 2 * (some @ others.T), np.float32)


def _squares(rows: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->i", rows, rows), np.float32)

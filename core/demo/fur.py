"""Light on a surface, and fur on it: thousands of short strokes from far to near."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.demo.solids import Array, Surface

SHOULDER = 185  # brighter than this is held back, so that white fur keeps its folds
MOST_STROKES = 7_000
LINES, BLADES = 1.1, 2.9  # how often strokes cover a place
FINE = 26  # strokes up to this many pixels are lines of one pixel, longer ones narrow to a point


@dataclass(frozen=True, slots=True)
class Lamp:
    """Where light comes from (x right, y down, z towards the camera), and its colours as factors."""

    direction: tuple[float, float, float] = (-0.5, -0.7, 0.55)
    key: tuple[float, float, float] = (1.02, 1.0, 0.96)
    fill: tuple[float, float, float] = (0.42, 0.44, 0.5)
    rim: tuple[float, float, float] = (0.0, 0.0, 0.0)


def lit(colours: Array, seen: Surface, lamp: Lamp) -> Array:
    """The colours (n, 3) of a surface under a lamp: soft shading, darkness in folds, a rim of light."""
    direction = np.array(lamp.direction, np.float32)
    direction /= np.linalg.norm(direction)
    facing = np.clip(seen.normal @ direction * 0.6 + 0.4, 0, 1)[:, None]
    edge = np.clip(1 - seen.normal[:, 2:], 0, 1) ** 2.5
    above = np.clip(0.6 - seen.normal[:, 1:2], 0, 1.5)
    light = np.array(lamp.fill, np.float32) * (0.75 + 0.3 * above) + np.array(lamp.key, np.float32) * facing * 0.85
    shaded = colours * light * (1 - 0.6 * _folds(seen)[:, None]) * (1 - 0.22 * edge)
    glow = np.array(lamp.rim, np.float32) * edge * np.clip(above, 0.2, 1) * (70 + 0.75 * colours)
    bright = np.maximum(shaded + glow, 0)
    return np.where(bright < SHOULDER, bright, SHOULDER + (255 - SHOULDER) * (1 - np.exp((SHOULDER - bright) / 70)))


def _folds(seen: Surface) -> Array:
    """How deep a cell lies behind its surroundings, 0-1."""
    height, width = seen.cover.shape
    grid = np.full((height, width), seen.depth.min(), np.float32)
    grid[tuple(seen.cells)] = seen.depth
    depth = Image.fromarray(grid)
    folds = np.zeros(len(seen.depth), np.float32)
    for blur in (5, 14):
        small = depth.resize((max(2, width // blur), max(2, height // blur)), Image.Resampling.BOX)
        around = np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))
        folds += np.clip(around[tuple(seen.cells)] - seen.depth, 0, 0.9)
    return np.clip(folds * 0.8, 0, 1)


def paint(picture: Image.Image, seen: Surface, colours: Array, cell: float, hair: float, nose: Array,
          rng: np.random.Generator) -> None:
    """Lay the surface over the picture and fur over that, away from the `nose` on the head.

    `cell` is pixels a cell of the surface's grid, `hair` the length of a stroke in pixels, `nose` a place in pixels.
    """
    _lay(picture, seen, colours, cell)
    width, density = (hair * 0.07, BLADES) if hair > FINE else (1, LINES)
    count = min(MOST_STROKES, int(len(seen.depth) * cell**2 / (hair * width) * density))
    chosen = rng.integers(0, len(seen.depth), count)
    chosen = chosen[np.argsort(seen.depth[chosen] + rng.normal(0, 0.05, count), kind="stable")]
    root = ((seen.cells[::-1, chosen].T + rng.random((count, 2), np.float32)) * cell).astype(np.float32)
    tip = root + _lie(seen, chosen, _away(root, nose), rng) * hair
    tone = colours[chosen] * rng.normal(1.03, 0.12, (count, 1)) + rng.normal(0, 4, (count, 1))
    _strokes(ImageDraw.Draw(picture), root, tip, tone.astype(np.float32), width)


def _lie(seen: Surface, chosen: NDArray[np.int64], away: Array, rng: np.random.Generator) -> Array:
    """Which way each chosen hair lies and how long it is, as a part of the usual length (n, 2).

    Fur follows the limbs, and on the head leads `away` from the nose; all hair sticks out a little, and hangs.
    """
    muzzle, ear, leg, skull = (seen.zone(name)[chosen, None] for name in ("muzzle", "ear", "leg", "head"))
    head = skull + muzzle
    way = 0.75 * (1 - head) * seen.flow[chosen] + 0.8 * head * away
    way += (0.36 - 0.2 * head) * seen.normal[chosen, :2] + rng.normal(0, 0.18, way.shape) + np.array([0, 0.15])
    length = (1 - 0.6 * muzzle - 0.4 * ear - 0.3 * leg - 0.25 * skull) * rng.uniform(0.5, 1.15, (len(chosen), 1))
    return np.asarray(way * length, np.float32)


def _strokes(pen: ImageDraw.ImageDraw, root: Array, tip: Array, tone: Array, width: float) -> None:
    """Lines of one pixel, or blades that are `width` pixels wide at their root."""
    inks = (np.clip(tone, 0, 255).astype(int) @ np.array([1, 1 << 8, 1 << 16])).tolist()  # colours as Pillow's numbers
    if width == 1:
        for stroke, ink in zip(np.concatenate([root, tip], axis=1).tolist(), inks, strict=True):
            pen.line(stroke, fill=ink)
        return
    way = tip - root
    across = way[:, ::-1] * np.array([-0.5, 0.5]) * width / np.linalg.norm(way, axis=1, keepdims=True)
    for blade, ink in zip(np.concatenate([root - across, tip, root + across], axis=1).tolist(), inks, strict=True):
        pen.polygon(blade, fill=ink)


def _away(places: Array, centre: Array) -> Array:
    offset = places - centre
    return np.asarray(offset / np.maximum(np.linalg.norm(offset, axis=1, keepdims=True), 1), np.float32)


def _lay(picture: Image.Image, seen: Surface, colours: Array, cell: float) -> None:
    """Paste the smooth surface; its colours bleed past the edge so that scaling up finds no other."""
    (top, left), (bottom, right) = np.maximum(seen.cells.min(axis=1) - 2, 0), seen.cells.max(axis=1) + 3
    grid = np.empty((*seen.cover.shape, 3), np.uint8)
    grid[...] = colours.mean(axis=0).astype(np.uint8)
    grid[tuple(seen.cells)] = colours.astype(np.uint8)
    part = grid[top:bottom, left:right]
    size = round(part.shape[1] * cell), round(part.shape[0] * cell)
    cover = (seen.cover[top:bottom, left:right] * 255).astype(np.uint8)
    picture.paste(Image.fromarray(part).resize(size, Image.Resampling.BILINEAR),
                  (round(left * cell), round(top * cell)),
                  Image.fromarray(cover).resize(size, Image.Resampling.BILINEAR))

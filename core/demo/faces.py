"""What makes an animal look at you: eyes, nose, mouth, inner ears and whiskers, drawn on the turned head."""

from __future__ import annotations

import random

import numpy as np
from PIL import Image, ImageDraw

from core.demo.coats import Colour
from core.demo.heads import MUZZLES
from core.demo.pen import AROUND, FINER, Face, Paint, Pen, Point, ring
from core.demo.solids import Array

OUTLINE: Paint = (30, 22, 22)
MOUTH: Paint = (62, 44, 42)
IRIS: dict[str, tuple[Colour, Colour]] = {
    "green": ((92, 122, 50), (176, 196, 96)),
    "amber": ((166, 98, 22), (236, 178, 62)),
    "blue": ((62, 104, 150), (150, 192, 226)),
    "copper": ((128, 64, 22), (208, 126, 52)),
    "brown": ((58, 34, 20), (112, 70, 38)),
}


def draw(picture: Image.Image, face: Face, dice: random.Random) -> None:
    """Draw the features of a face that can be seen from where the camera is."""
    middle = face.pixels([(0, 0, 0)])[0]
    reach = 1.75 * face.scale
    left, top = (max(0, int(value - reach)) for value in middle)
    right, bottom = (min(limit, int(value + reach)) for value, limit in zip(middle, picture.size, strict=True))
    if right - left < 8 or bottom - top < 8:
        return
    part = picture.crop((left, top, right, bottom))
    large = part.resize((part.width * FINER, part.height * FINER), Image.Resampling.NEAREST)
    pen = Pen(ImageDraw.Draw(large, "RGBA"), face, np.array([left, top], np.float32))
    _features(pen, face, dice)
    picture.paste(large.reduce(FINER), (left, top))


def _features(pen: Pen, face: Face, dice: random.Random) -> None:
    if face.species == "cat" or face.ears == "pricked":
        for side in (-1, 1):
            _inner_ear(pen, side, 1.0 if face.species == "cat" else 1.18, dice)
    eye = _closed_eye if face.asleep else _cat_eye if face.species == "cat" else _dog_eye
    for side in (-1, 1):
        eye(pen, side)
    if face.species == "cat":
        _cat_nose(pen)
        _whiskers(pen, dice)
    else:
        _dog_nose(pen, MUZZLES[face.muzzle])


def _between(first: Colour, second: Colour, share: float) -> Paint:
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))


def _cat_eye(pen: Pen, side: int) -> None:
    centre, way, tilt = (0.37 * side, 0.06, 0.78), (0.42 * side, 0.1, 1.0), 0.2 * side
    if pen.face.faces_us(way) < 0.42:
        return
    dark, bright = IRIS[pen.face.iris]
    pen.fill(ring(centre, way, (0.29, 0.215), tilt, 1.35), (*OUTLINE, 70))
    pen.fill(ring(centre, way, (0.272, 0.2), tilt, 1.35), OUTLINE)
    for share in (0.0, 0.3, 0.6, 0.85, 1.0):  # from the dark rim of the iris to its bright lower middle
        lower = (centre[0], centre[1] - 0.04 * share, centre[2])
        size = 0.236 - 0.08 * share, 0.176 - 0.07 * share
        pen.fill(ring(lower, way, size, tilt, 1.3 - 0.2 * share), _between(dark, bright, share))
    pen.disc(centre, way, (0.08, 0.155), (12, 10, 12))
    pen.fill(ring((centre[0], centre[1] + 0.12, centre[2]), way, (0.2, 0.06), tilt), (*OUTLINE, 90))
    _glints(pen, centre, way, 0.055)


def _dog_eye(pen: Pen, side: int) -> None:
    centre, way = (0.36 * side, 0.18, 0.72), (0.4 * side, 0.1, 1.0)
    if pen.face.faces_us(way) < 0.5:
        return
    dark, bright = IRIS[pen.face.iris]
    pen.fill(ring(centre, way, (0.215, 0.185), -0.12 * side, 1.2), (*OUTLINE, 70))
    pen.fill(ring(centre, way, (0.198, 0.168), -0.12 * side, 1.2), OUTLINE)
    pen.fill(ring(centre, way, (0.165, 0.135), -0.12 * side, 1.1), (206, 194, 182))
    for share in (0.0, 0.4, 0.7, 1.0):
        lower = (centre[0], centre[1] - 0.035 * share, centre[2])
        pen.disc(lower, way, (0.148 - 0.05 * share, 0.142 - 0.055 * share), _between(dark, bright, share))
    pen.disc(centre, way, (0.075, 0.08), (12, 9, 9))
    pen.fill(ring((centre[0], centre[1] + 0.11, centre[2]), way, (0.165, 0.05), -0.1 * side), (*OUTLINE, 90))
    _glints(pen, centre, way, 0.045)


def _glints(pen: Pen, centre: Point, way: Point, size: float) -> None:
    x, y, z = centre
    pen.disc((x - 0.06, y + 0.07, z + 0.02), way, (size, size), (255, 255, 255, 245))
    pen.disc((x + 0.06, y - 0.07, z + 0.02), way, (size * 0.55, size * 0.45), (255, 255, 255, 120))


def _closed_eye(pen: Pen, side: int) -> None:
    near, far = (0.17, 0.62) if pen.face.species == "cat" else (0.18, 0.5)
    if pen.face.faces_us((0.42 * side, 0.1, 1.0)) < 0.2:
        return
    lid: tuple[Point, ...] = ((near * side, 0.06, 0.84), (0.38 * side, -0.14, 0.86), (far * side, 0.12, 0.66))
    pen.line(lid, OUTLINE, 0.055)
    pen.line(((far * side, 0.12, 0.66), (far * 1.07 * side, 0.15, 0.62), (far * 1.13 * side, 0.15, 0.58)),
             (*OUTLINE, 160), 0.03)


def _cat_nose(pen: Pen) -> None:
    way = (0.0, -0.05, 1.0)
    if pen.face.faces_us(way) < 0.05:
        return
    for side in (-1, 1):
        pen.line(((0, -0.33, 1.04), (0.05 * side, -0.5, 1.04), (0.26 * side, -0.46, 0.97)), MOUTH, 0.026)
    pen.line(((0, -0.2, 1.05), (0, -0.28, 1.06), (0, -0.36, 1.04)), MOUTH, 0.026)
    pen.fill(_snub(1.0), _between(pen.face.nose, (0, 0, 0), 0.4))
    pen.fill(_snub(0.8), pen.face.nose)
    pen.disc((-0.03, -0.125, 1.06), way, (0.045, 0.018), (255, 255, 255, 110))


def _snub(size: float) -> Array:
    """The outline of a cat's nose: wide above, narrow below, round at its corners."""
    x = 0.15 * size * AROUND[0] * (0.62 + 0.38 * AROUND[1]) ** 0.6
    y = -0.165 + 0.085 * size * AROUND[1]
    return np.column_stack([x, y, 1.06 - 1.6 * x * x])


def _dog_nose(pen: Pen, reach: float) -> None:
    front, way = reach + 0.26, (0.0, 0.12, 1.0)
    straight = pen.face.faces_us((0.0, 0.0, 1.0))
    if straight < -0.15:
        return
    for side in (-1, 1):
        pen.line(((0, -0.64, front - 0.04), (0.2 * side, -0.8, front - 0.16), (0.36 * side, -0.56, reach * 0.62)),
                 MOUTH, 0.03)
    if pen.face.panting and straight > 0.75:
        pen.fill(ring((0, -0.94, front - 0.18), (0, 0.1, 1), (0.14, 0.25), 0, 0.8), (176, 84, 92))
        pen.fill(ring((0, -0.93, front - 0.17), (0, 0.1, 1), (0.125, 0.235), 0, 0.8), (220, 120, 128))
        pen.line(((0, -0.76, front - 0.16), (0, -0.88, front - 0.15), (0, -1.0, front - 0.17)), (176, 84, 92), 0.02)
    pen.line(((0, -0.36, front), (0, -0.5, front), (0, -0.66, front - 0.04)), MOUTH, 0.026)
    pen.fill(ring((0, -0.25, front - 0.06), way, (0.235, 0.18), 0, 0.85), (26, 22, 23))
    pen.fill(ring((0, -0.21, front - 0.05), way, (0.175, 0.1), 0, 0.9), (58, 52, 54))
    for side in (-1, 1):
        pen.disc((0.105 * side, -0.29, front), way, (0.05, 0.035), (6, 5, 5), 0.5 * side)
    pen.disc((-0.06, -0.15, front), way, (0.075, 0.03), (255, 255, 255, 140))


def _inner_ear(pen: Pen, side: int, tall: float, dice: random.Random) -> None:
    if pen.face.faces_us((0.25 * side, 0.0, 1.0)) < 0.25:
        return
    outline = [(0.76, 0.56, 0.12), (0.78, 0.9, 0.1), (0.74, 1.2, 0.08), (0.58, 0.98, 0.14), (0.46, 0.8, 0.17)]
    shape = [(x * side, y * tall, z) for x, y, z in outline]
    pen.fill(shape, (96, 62, 60, 110))
    inner = np.array(shape) * 0.78 + np.array(shape).mean(axis=0) * 0.22
    pen.fill(inner, (214, 156, 148, 150))
    for _ in range(12):
        x, y = dice.uniform(0.42, 0.6), dice.uniform(0.62, 0.85)
        end = (x + dice.uniform(0.1, 0.2), y + dice.uniform(0.05, 0.25))
        root, tip = (x * side, y * tall, 0.2), (end[0] * side, end[1] * tall, 0.2)
        middle = (root[0] + tip[0]) / 2, root[1] * 0.4 + tip[1] * 0.6, 0.22
        pen.hair((root, middle, tip), (244, 236, 226, 170), 0.022)


def _whiskers(pen: Pen, dice: random.Random) -> None:
    for side in (-1, 1):
        if pen.face.faces_us((0.8 * side, 0, 1.0)) < 0.1:
            continue
        for row in range(5):
            y = -0.26 - 0.05 * row
            rise = 0.26 - 0.13 * row + dice.uniform(-0.04, 0.04)
            root, tip = (0.26 * side, y, 0.98), ((1.2 + dice.uniform(0, 0.25)) * side, y + rise - 0.16, 0.75)
            pen.hair((root, (0.75 * side, y + rise, 1.0), tip), (250, 248, 244, 215), 0.018)

"""What makes an animal look at you: eyes, nose, mouth, inner ears and whiskers, drawn on the turned head."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from core.demo.coats import Colour
from core.demo.heads import MUZZLES
from core.demo.skeletons import Species
from core.demo.solids import Array, lens

Point = tuple[float, float, float]
Paint = tuple[int, ...]

FINER = 2  # the face is drawn this much larger and scaled down, for smooth edges
OUTLINE: Paint = (30, 22, 22)
IRIS: dict[str, tuple[Colour, Colour]] = {
    "green": ((92, 122, 50), (176, 196, 96)),
    "amber": ((166, 98, 22), (236, 178, 62)),
    "blue": ((62, 104, 150), (150, 192, 226)),
    "copper": ((128, 64, 22), (208, 126, 52)),
    "brown": ((58, 34, 20), (112, 70, 38)),
}


@dataclass(frozen=True, slots=True)
class Face:
    """A head in the picture: how it is turned, where its centre is (in units), and where units lie in pixels."""

    species: Species
    turn: Array
    centre: Array
    scale: float
    origin: tuple[float, float]
    iris: str
    nose: Colour
    ears: str
    muzzle: str
    asleep: bool = False
    panting: bool = False

    def pixels(self, points: Sequence[Point] | Array) -> Array:
        placed = np.asarray(points, np.float32) @ self.turn.T + self.centre
        flat = placed[:, :2] * lens(placed[:, 2])[:, None] * self.scale
        return np.column_stack([self.origin[0] + flat[:, 0], self.origin[1] - flat[:, 1]])

    def faces_us(self, way: Point) -> float:
        """1 where `way` points at the camera, 0 at the side, negative behind."""
        return float((self.turn @ np.array(way, np.float32))[2]) / math.hypot(*way)


def draw(picture: Image.Image, face: Face, dice: random.Random) -> None:
    """Draw the features of a face that can be seen from where the camera is."""
    middle = face.pixels([(0, 0, 0)])[0]
    reach = 2.1 * face.scale
    left, top = (max(0, int(value - reach)) for value in middle)
    right, bottom = (min(limit, int(value + reach)) for value, limit in zip(middle, picture.size, strict=True))
    if right - left < 8 or bottom - top < 8:
        return
    part = picture.crop((left, top, right, bottom))
    large = part.resize((part.width * FINER, part.height * FINER), Image.Resampling.BICUBIC)
    pen = _Pen(ImageDraw.Draw(large, "RGBA"), face, np.array([left, top], np.float32))
    _features(pen, face, dice)
    picture.paste(large.reduce(FINER), (left, top))


def _features(pen: _Pen, face: Face, dice: random.Random) -> None:
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


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws shapes given on the head's own surface."""

    ink: ImageDraw.ImageDraw
    face: Face
    corner: Array

    def _places(self, points: Sequence[Point] | Array) -> list[tuple[float, float]]:
        return [(float(x), float(y)) for x, y in (self.face.pixels(points) - self.corner) * FINER]

    def fill(self, points: Sequence[Point] | Array, colour: Paint) -> None:
        self.ink.polygon(self._places(points), fill=colour)

    def line(self, points: Sequence[Point], colour: Paint, width: float) -> None:
        """A smooth line through three points or more; `width` in head radii."""
        thick = max(1, round(width * self.face.scale * FINER))
        self.ink.line(self._places(_bent(points)), fill=colour, width=thick, joint="curve")

    def disc(self, centre: Point, way: Point, size: tuple[float, float], colour: Paint, tilt: float = 0) -> None:
        self.fill(_ring(centre, way, size, tilt), colour)


def _bent(points: Sequence[Point]) -> Array:
    """A quadratic curve from the first point to the last, drawn towards the middle one."""
    a, b, c = (np.array(point, np.float32) for point in points)
    t = np.linspace(0, 1, 12, dtype=np.float32)[:, None]
    return (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c


def _plane(way: Point) -> tuple[Array, Array]:
    """Two directions at right angles to `way`: to the side, and up."""
    normal = np.array(way, np.float32) / np.float32(math.hypot(*way))
    side = np.cross(np.array([0, 1, 0], np.float32), normal)
    side /= np.linalg.norm(side)
    return side, np.cross(normal, side)


def _ring(centre: Point, way: Point, size: tuple[float, float], tilt: float = 0, pointed: float = 1.0) -> Array:
    """An ellipse on the surface; `pointed` above 1 narrows its left and right ends, as an eye's."""
    side, up = _plane(way)
    angle = np.linspace(0, 2 * math.pi, 40, endpoint=False, dtype=np.float32)
    u = size[0] * np.cos(angle)
    v = size[1] * np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** pointed
    turned = math.cos(tilt) * u - math.sin(tilt) * v, math.sin(tilt) * u + math.cos(tilt) * v
    return np.array(centre, np.float32) + turned[0][:, None] * side + turned[1][:, None] * up


def _cat_eye(pen: _Pen, side: int) -> None:
    centre, way, tilt = (0.37 * side, 0.06, 0.78), (0.42 * side, 0.1, 1.0), 0.2 * side
    if pen.face.faces_us(way) < 0.42:
        return
    dark, bright = IRIS[pen.face.iris]
    pen.fill(_ring(centre, way, (0.275, 0.205), tilt, 1.35), OUTLINE)
    pen.fill(_ring(centre, way, (0.235, 0.175), tilt, 1.3), dark)
    lower = (centre[0], centre[1] - 0.035, centre[2])
    pen.fill(_ring(lower, way, (0.185, 0.125), tilt, 1.1), bright)
    pen.disc(centre, way, (0.08, 0.155), (12, 10, 12))
    pen.fill(_ring((centre[0], centre[1] + 0.12, centre[2]), way, (0.2, 0.06), tilt), (*OUTLINE, 90))
    _glints(pen, centre, way, 0.055)


def _dog_eye(pen: _Pen, side: int) -> None:
    centre, way = (0.36 * side, 0.18, 0.72), (0.4 * side, 0.1, 1.0)
    if pen.face.faces_us(way) < 0.5:
        return
    dark, bright = IRIS[pen.face.iris]
    pen.fill(_ring(centre, way, (0.2, 0.17), -0.12 * side, 1.2), OUTLINE)
    pen.fill(_ring(centre, way, (0.165, 0.135), -0.12 * side, 1.1), (206, 194, 182))
    pen.disc(centre, way, (0.148, 0.142), dark)
    pen.disc((centre[0], centre[1] - 0.035, centre[2]), way, (0.1, 0.09), bright)
    pen.disc(centre, way, (0.075, 0.08), (12, 9, 9))
    pen.fill(_ring((centre[0], centre[1] + 0.13, centre[2]), way, (0.18, 0.05), -0.1 * side), (*OUTLINE, 130))
    _glints(pen, centre, way, 0.045)


def _glints(pen: _Pen, centre: Point, way: Point, size: float) -> None:
    x, y, z = centre
    pen.disc((x - 0.06, y + 0.07, z + 0.02), way, (size, size), (255, 255, 255, 245))
    pen.disc((x + 0.06, y - 0.07, z + 0.02), way, (size * 0.55, size * 0.45), (255, 255, 255, 120))


def _closed_eye(pen: _Pen, side: int) -> None:
    near, far = (0.17, 0.62) if pen.face.species == "cat" else (0.18, 0.5)
    if pen.face.faces_us((0.42 * side, 0.1, 1.0)) < 0.2:
        return
    lid: tuple[Point, ...] = ((near * side, 0.06, 0.84), (0.38 * side, -0.14, 0.86), (far * side, 0.12, 0.66))
    pen.line(lid, (*OUTLINE, 235), 0.055)
    pen.line(((far * side, 0.12, 0.66), (far * 1.07 * side, 0.15, 0.62), (far * 1.13 * side, 0.15, 0.58)),
             (*OUTLINE, 160), 0.03)


def _cat_nose(pen: _Pen) -> None:
    way = (0.0, -0.05, 1.0)
    if pen.face.faces_us(way) < 0.05:
        return
    darker = tuple(int(value * 0.62) for value in pen.face.nose)
    for side in (-1, 1):
        pen.line(((0, -0.33, 1.04), (0.05 * side, -0.5, 1.04), (0.26 * side, -0.46, 0.97)), (*OUTLINE, 190), 0.028)
    pen.line(((0, -0.2, 1.05), (0, -0.28, 1.06), (0, -0.36, 1.04)), (*OUTLINE, 170), 0.028)
    pen.fill([(-0.15, -0.12, 0.98), (-0.07, -0.085, 1.02), (0.07, -0.085, 1.02), (0.15, -0.12, 0.98),
              (0.08, -0.22, 1.06), (0, -0.27, 1.07), (-0.08, -0.22, 1.06)], darker)
    pen.fill([(-0.12, -0.125, 1.0), (-0.05, -0.1, 1.03), (0.05, -0.1, 1.03), (0.12, -0.125, 1.0),
              (0.06, -0.19, 1.06), (0, -0.23, 1.07), (-0.06, -0.19, 1.06)], pen.face.nose)
    pen.disc((-0.03, -0.125, 1.06), way, (0.04, 0.016), (255, 255, 255, 110))


def _dog_nose(pen: _Pen, reach: float) -> None:
    front, way = reach + 0.26, (0.0, 0.12, 1.0)
    straight = pen.face.faces_us((0.0, 0.0, 1.0))
    if straight < -0.15:
        return
    for side in (-1, 1):
        pen.line(((0, -0.64, front - 0.04), (0.2 * side, -0.8, front - 0.16), (0.36 * side, -0.56, reach * 0.62)),
                 (*OUTLINE, 200), 0.032)
    if pen.face.panting and straight > 0.75:
        pen.fill(_ring((0, -0.94, front - 0.18), (0, 0.1, 1), (0.14, 0.25), 0, 0.8), (176, 84, 92))
        pen.fill(_ring((0, -0.93, front - 0.17), (0, 0.1, 1), (0.125, 0.235), 0, 0.8), (220, 120, 128))
        pen.line(((0, -0.76, front - 0.16), (0, -0.88, front - 0.15), (0, -1.0, front - 0.17)), (176, 84, 92), 0.02)
    pen.line(((0, -0.36, front), (0, -0.5, front), (0, -0.66, front - 0.04)), (*OUTLINE, 200), 0.028)
    pen.fill(_ring((0, -0.25, front - 0.06), way, (0.235, 0.18), 0, 0.85), (26, 22, 23))
    pen.fill(_ring((0, -0.21, front - 0.05), way, (0.175, 0.1), 0, 0.9), (58, 52, 54))
    for side in (-1, 1):
        pen.disc((0.105 * side, -0.29, front), way, (0.05, 0.035), (6, 5, 5), 0.5 * side)
    pen.disc((-0.06, -0.15, front), way, (0.075, 0.03), (255, 255, 255, 140))


def _inner_ear(pen: _Pen, side: int, tall: float, dice: random.Random) -> None:
    if pen.face.faces_us((0.25 * side, 0.0, 1.0)) < 0.25:
        return
    outline = [(0.76, 0.56, 0.12), (0.78, 0.9, 0.1), (0.74, 1.2, 0.08), (0.58, 0.98, 0.14), (0.46, 0.8, 0.17)]
    shape = [(x * side, y * tall, z) for x, y, z in outline]
    pen.fill(shape, (96, 62, 60, 110))
    inner = np.array(shape) * 0.78 + np.array(shape).mean(axis=0) * 0.22
    pen.fill(inner, (214, 156, 148, 150))
    for _ in range(16):
        x, y = dice.uniform(0.42, 0.6), dice.uniform(0.62, 0.85)
        end = (x + dice.uniform(0.1, 0.2), y + dice.uniform(0.05, 0.25))
        root, tip = (x * side, y * tall, 0.2), (end[0] * side, end[1] * tall, 0.2)
        pen.line((root, ((root[0] + tip[0]) / 2, root[1] * 0.4 + tip[1] * 0.6, 0.22), tip), (244, 236, 226, 150), 0.014)


def _whiskers(pen: _Pen, dice: random.Random) -> None:
    for side in (-1, 1):
        if pen.face.faces_us((0.8 * side, 0, 1.0)) < 0.1:
            continue
        for row in range(5):
            y = -0.26 - 0.05 * row
            rise = 0.26 - 0.13 * row + dice.uniform(-0.04, 0.04)
            root, tip = (0.26 * side, y, 0.98), ((1.2 + dice.uniform(0, 0.25)) * side, y + rise - 0.16, 0.75)
            pen.line((root, (0.75 * side, y + rise, 1.0), tip), (250, 248, 244, 190), 0.014)

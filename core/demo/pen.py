"""A pen that draws on the surface of a turned head, so that what is turned away appears narrower."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import ImageDraw

from core.demo.coats import Colour
from core.demo.skeletons import Species
from core.demo.solids import Array, lens

Point = tuple[float, float, float]
Paint = tuple[int, ...]

FINER = 2  # the face is drawn this much larger and scaled down, for smooth edges
STEPS = np.linspace(0, 1, 10, dtype=np.float32)[:, None]  # along a curve
TURN = np.linspace(0, 2 * math.pi, 40, endpoint=False, dtype=np.float32)
AROUND = np.stack([np.cos(TURN), np.sin(TURN)])


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


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws shapes given on the head's own surface."""

    ink: ImageDraw.ImageDraw
    face: Face
    corner: Array

    def _places(self, points: Sequence[Point] | Array) -> list[tuple[float, float]]:
        return [(x, y) for x, y in ((self.face.pixels(points) - self.corner) * FINER).tolist()]

    def fill(self, points: Sequence[Point] | Array, colour: Paint) -> None:
        self.ink.polygon(self._places(points), fill=colour)

    def line(self, points: Sequence[Point], colour: Paint, width: float) -> None:
        """A smooth line through three points or more; `width` in head radii."""
        thick = max(1, round(width * self.face.scale * FINER))
        self.ink.line(self._places(_bent(points)), fill=colour, width=thick, joint="curve")

    def hair(self, points: Sequence[Point], colour: Paint, width: float) -> None:
        """A curved hair that ends in a point; `width` at its root, in head radii."""
        way = self.face.pixels(_bent(points)) - self.corner
        across = np.gradient(way, axis=0)[:, ::-1] * np.array([-1, 1])
        across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
        across *= (max(width * self.face.scale, 1) * (1 - STEPS) + 0.3 * STEPS) / 2
        edge = np.concatenate([way + across, (way - across)[::-1]]) * FINER
        self.ink.polygon([(x, y) for x, y in edge.tolist()], fill=colour)

    def disc(self, centre: Point, way: Point, size: tuple[float, float], colour: Paint, tilt: float = 0) -> None:
        self.fill(ring(centre, way, size, tilt), colour)


def _bent(points: Sequence[Point]) -> Array:
    """A quadratic curve from the first point to the last, drawn towards the middle one."""
    a, b, c = (np.array(point, np.float32) for point in points)
    return (1 - STEPS) ** 2 * a + 2 * STEPS * (1 - STEPS) * b + STEPS**2 * c


def _plane(way: Point) -> tuple[Array, Array]:
    """Two directions at right angles to `way`: to the side, and up."""
    x, y, z = (value / math.hypot(*way) for value in way)
    flat = math.hypot(x, z)
    return (np.array([z / flat, 0, -x / flat], np.float32),
            np.array([-x * y / flat, flat, -y * z / flat], np.float32))


def ring(centre: Point, way: Point, size: tuple[float, float], tilt: float = 0, pointed: float = 1.0) -> Array:
    """An ellipse on the surface; `pointed` above 1 narrows its left and right ends, as an eye's."""
    side, up = _plane(way)
    u, v = size[0] * AROUND[0], size[1] * np.sign(AROUND[1]) * np.abs(AROUND[1]) ** pointed
    turned = math.cos(tilt) * u - math.sin(tilt) * v, math.sin(tilt) * u + math.cos(tilt) * v
    return np.array(centre, np.float32) + turned[0][:, None] * side + turned[1][:, None] * up

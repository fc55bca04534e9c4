"""Animals as chains of balls: placed in front of a camera, and drawn into a small buffer of normals and depths."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Joint = tuple[float, float, float, float]

ZONES = ("torso", "leg", "tail", "head", "muzzle", "ear")
SOFTNESS = 0.075  # how far neighbouring balls melt into each other, in head radii
REACH = 0.25  # balls further behind than this give nothing to what is seen
DISTANCE = 16.0  # of the camera, in head radii


@dataclass(frozen=True, slots=True)
class Limb:
    """A smooth chain of balls (x to the animal's left, y up, z to its nose, radius; the unit is a head's radius)."""

    zone: str
    joints: tuple[Joint, ...]

    def mirrored(self) -> Limb:
        return Limb(self.zone, tuple((-x, y, z, r) for x, y, z, r in self.joints))


@dataclass(frozen=True, slots=True)
class Balls:
    """Many balls in one frame: `centre` (n, 3) and `radius` (n) in place, and what each is a part of.

    `local` and `size` are centre and radius in the animal's own frame, `turn` (n, 3, 3) leads from there to here.
    `flow` is the way the fur lies, `along` the length of the limb up to the ball, `share` the same as 0-1, `zone` an
    index into ZONES.
    """

    centre: Array
    radius: Array
    local: Array
    size: Array
    turn: Array
    flow: Array
    along: Array
    share: Array
    zone: NDArray[np.int64]

    def moved(self, turn: Array, shift: Array, scale: float = 1.0) -> Balls:
        return replace(self, centre=self.centre @ turn.T * scale + shift, radius=self.radius * scale,
                       turn=turn @ self.turn, flow=self.flow @ turn.T)

    def constants(self) -> Array:
        """What a ball gives to each cell that it covers, (n, 4 + zones + 1); the last column is 1."""
        zones = np.eye(len(ZONES), dtype=np.float32)[self.zone]
        flow = self.flow[:, :2] * np.array([1, -1], np.float32)
        return np.column_stack([flow, self.along, self.share, zones, np.ones_like(self.along)])

    def seen(self) -> Balls:
        """With what is nearer a little larger, as a lens sees it."""
        nearer = lens(self.centre[:, 2])
        centre = np.column_stack([self.centre[:, :2] * nearer[:, None], self.centre[:, 2]])
        return replace(self, centre=centre, radius=self.radius * nearer)


def lens(depth: Array) -> Array:
    """How much larger something appears at a depth."""
    return np.asarray(DISTANCE / (DISTANCE - depth), np.float32)


@dataclass(frozen=True, slots=True)
class Surface:
    """What the camera sees, for the n covered cells of a grid: where they are and what lies there.

    `cells` holds their rows and columns (2, n), `cover` the whole grid's coverage 0-1. Normals and flow point
    down with y, as pictures do; depth grows towards the camera; `local` is in the animal's own frame.
    """

    cover: Array
    cells: NDArray[np.int64]
    depth: Array
    normal: Array
    local: Array
    flow: Array
    along: Array
    share: Array
    zones: Array

    def zone(self, name: str) -> Array:
        """How much each cell belongs to a zone, 0-1."""
        return self.zones[:, ZONES.index(name)]


def rotation(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Array:
    """Degrees: yaw turns the nose to the picture's right, pitch lowers it, roll tilts clockwise."""
    y, p, r = math.radians(yaw), math.radians(pitch), math.radians(roll)
    turn = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    nod = np.array([[1, 0, 0], [0, math.cos(p), -math.sin(p)], [0, math.sin(p), math.cos(p)]])
    tilt = np.array([[math.cos(r), math.sin(r), 0], [-math.sin(r), math.cos(r), 0], [0, 0, 1]])
    return np.asarray(tilt @ nod @ turn, np.float32)


def balls(limbs: Iterable[Limb]) -> Balls:
    """The balls of all limbs, close enough together to look like one smooth body."""
    rows = [_chain(limb) for limb in limbs]
    centre, radius, flow, along, share, zone = (np.concatenate(column) for column in zip(*rows, strict=True))
    turn = np.broadcast_to(np.eye(3, dtype=np.float32), (len(radius), 3, 3))
    return Balls(centre, radius, centre, radius, turn, flow, along, share, zone)


def together(*parts: Balls) -> Balls:
    names = Balls.__dataclass_fields__
    return Balls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _chain(limb: Limb) -> tuple[NDArray[Any], ...]:
    joints = np.array(limb.joints, np.float32)
    if len(joints) == 1:
        smooth = joints
    else:
        lengths = np.linalg.norm(np.diff(joints[:, :3], axis=0), axis=1)
        steps = np.maximum(2, np.ceil(lengths / (0.42 * (joints[:-1, 3] + joints[1:, 3]) / 2))).astype(int)
        smooth = np.concatenate([*(_curve(joints, i, n) for i, n in enumerate(steps)), joints[-1:]])
    centre, radius = smooth[:, :3], smooth[:, 3]
    forward = np.gradient(centre, axis=0) if len(smooth) > 1 else np.zeros_like(centre)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(centre, axis=0), axis=1))])
    flow = forward / np.maximum(np.linalg.norm(forward, axis=1, keepdims=True), 1e-6)
    zone = np.full(len(smooth), ZONES.index(limb.zone))
    columns = (centre, radius, flow, along, along / max(float(along[-1]), 1e-6))
    return (*(column.astype(np.float32) for column in columns), zone)


def _curve(joints: Array, start: int, steps: int) -> Array:
    """Catmull-Rom between joint `start` and the next, without the end point."""
    a, b = joints[max(start - 1, 0)], joints[start]
    c, d = joints[start + 1], joints[min(start + 2, len(joints) - 1)]
    t = np.arange(steps, dtype=np.float32)[:, None] / steps
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def render(scene: Balls, height: int, width: int, scale: float, origin: tuple[float, float]) -> Surface:
    """The visible surface on a grid of cells; `scale` is cells a unit, `origin` (column, row) of the unit's zero."""
    hits = _hits(scene, height, width, scale, origin)
    starts = _starts(hits.cell)
    covered = hits.cell[starts]
    cover = np.zeros(height * width, np.float32)
    cover[covered] = np.maximum.reduceat(hits.cover, starts)
    nearest = np.maximum.reduceat(hits.depth, starts)
    behind = np.repeat(nearest, np.diff(starts, append=len(hits.cell))) - hits.depth
    seen = hits.only(behind < REACH)
    weight = np.exp(-behind[behind < REACH, None] / SOFTNESS)
    values = np.column_stack([seen.normal, _points(scene, seen), scene.constants()[seen.ball]])
    total = np.add.reduceat(values * weight, _starts(seen.cell)).astype(np.float32)
    return _surface(cover.reshape(height, width), covered, nearest, total / total[:, -1:])


def _starts(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each run of equal cells begins."""
    return np.flatnonzero(np.diff(cells, prepend=-1))


def _points(scene: Balls, hits: _Hits) -> Array:
    """Where the hits lie in the animal's own frame."""
    up = hits.normal * np.array([1, -1, 1], np.float32) * scene.size[hits.ball, None]
    turn = scene.turn[hits.ball]
    return scene.local[hits.ball] + sum(up[:, axis, None] * turn[:, axis] for axis in range(3))


@dataclass(frozen=True, slots=True)
class _Hits:
    """Where balls meet cells, one row for each pair, by cell: the flat cell, the ball, its coverage, depth, normal."""

    cell: NDArray[np.int64]
    ball: NDArray[np.int64]
    cover: Array
    depth: Array
    normal: Array

    def only(self, wanted: NDArray[np.bool_]) -> _Hits:
        return _Hits(*(getattr(self, name)[wanted] for name in _Hits.__slots__))


def _hits(scene: Balls, height: int, width: int, scale: float, origin: tuple[float, float]) -> _Hits:
    x, y = origin[0] + scene.centre[:, 0] * scale, origin[1] - scene.centre[:, 1] * scale
    r = scene.radius * scale
    left, right = np.clip((x - r).astype(int), 0, width), np.clip((x + r).astype(int) + 2, 0, width)
    top, bottom = np.clip((y - r).astype(int), 0, height), np.clip((y + r).astype(int) + 2, 0, height)
    wide, sizes = right - left, (right - left) * (bottom - top)
    ball = np.repeat(np.arange(len(r)), sizes)
    within = np.arange(len(ball)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    row, column = within // wide[ball] + top[ball], within % wide[ball] + left[ball]
    dx = ((column - x[ball]) / r[ball]).astype(np.float32)
    dy = ((row - y[ball]) / r[ball]).astype(np.float32)
    distance = dx * dx + dy * dy
    inside = np.nonzero(distance < (1 + 1 / r[ball]) ** 2)[0]
    cell = (row * width + column)[inside].astype(np.uint16 if height * width < 2**16 else np.int64)
    inside = inside[np.argsort(cell, kind="stable")]  # sixteen bits are sorted many times faster
    ball, dx, dy, distance = ball[inside], dx[inside], dy[inside], distance[inside]
    bulge = np.sqrt(np.maximum(1 - distance, 0))
    return _Hits(
        cell=row[inside] * width + column[inside], ball=ball, depth=scene.centre[ball, 2] + bulge * scene.radius[ball],
        cover=np.clip((1 - np.sqrt(distance)) * r[ball] + 0.5, 0, 1), normal=np.column_stack([dx, dy, bulge]),
    )


def _surface(cover: Array, covered: NDArray[np.int64], nearest: Array, values: Array) -> Surface:
    normal = values[:, :3] / np.maximum(np.linalg.norm(values[:, :3], axis=1, keepdims=True), 1e-6)
    cells = np.stack(np.unravel_index(covered, cover.shape))
    return Surface(cover, cells, nearest, normal, values[:, 3:6], values[:, 6:8], values[:, 8], values[:, 9],
                   values[:, 10:-1])

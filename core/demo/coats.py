"""Coats: which colours an animal has, and where. Cats and dogs wear the same ones."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import numpy as np

from core.demo.solids import Array, Surface

Colour = tuple[int, int, int]

DARK_POINTS = {"ear": 0.95, "tail": 0.85, "muzzle": 0.9, "paw": 0.9}
WHITE_SOCKS = {"muzzle": 0.95, "paw": 1.0, "chest": 1.0, "tip": 0.95}
PALE_FRONT = {"muzzle": 0.75, "chest": 0.7, "paw": 0.35}


@dataclass(frozen=True, slots=True)
class Coat:
    """Three colours and where they lie.

    `pattern` is where `mark` is laid: "stripes", "spots", "patches", "saddle" or "" for nowhere else than in `marked`.
    `marked` and `lit` say how much of `mark` and `light` each part has, 0-1.
    """

    base: Colour
    mark: Colour
    light: Colour
    pattern: str = ""
    marked: dict[str, float] = field(default_factory=dict)
    lit: dict[str, float] = field(default_factory=dict)
    nose: Colour = (52, 42, 42)


COATS: dict[str, Coat] = {
    "ginger stripes": Coat((208, 146, 90), (158, 94, 48), (246, 232, 212), "stripes", {}, PALE_FRONT, (196, 116, 102)),
    "silver stripes": Coat((158, 156, 152), (66, 64, 66), (232, 230, 226), "stripes", {"ear": 0.3}, PALE_FRONT),
    "brown stripes": Coat((146, 116, 84), (58, 44, 34), (222, 200, 170), "stripes", {"ear": 0.4}, PALE_FRONT),
    "black": Coat((60, 55, 58), (36, 33, 36), (92, 86, 86)),
    "black and white": Coat((58, 54, 58), (30, 28, 31), (246, 243, 238), "", {}, WHITE_SOCKS),
    "cream": Coat((240, 222, 192), (222, 190, 148), (252, 244, 230), "", {"ear": 0.6}, PALE_FRONT, (150, 98, 90)),
    "cream, dark points": Coat((230, 212, 186), (72, 54, 46), (244, 232, 214), "", DARK_POINTS, {"chest": 0.4}),
    "three colours": Coat((248, 242, 234), (204, 132, 74), (54, 46, 44), "patches", {"ear": 0.7}),
    "slate": Coat((112, 118, 130), (84, 90, 102), (150, 156, 166), "", {"ear": 0.3}, {"chest": 0.3}),
    "gold": Coat((212, 172, 116), (178, 132, 80), (244, 222, 180), "", {"ear": 0.6}, PALE_FRONT),
    "white, dark spots": Coat((246, 243, 238), (48, 44, 44), (255, 252, 248), "spots", {"ear": 0.85}),
    "chocolate": Coat((104, 68, 46), (76, 48, 32), (206, 172, 136), "", {"ear": 0.5}, {"chest": 0.8, "muzzle": 0.3}),
    "dark saddle": Coat((198, 142, 86), (46, 40, 38), (226, 182, 128), "saddle", {"ear": 0.8, "muzzle": 0.3}),
}


def colours(coat: Coat, seen: Surface, dice: random.Random) -> Array:
    """The colour of each cell of a surface before light falls on it, (n, 3), 0-255."""
    amounts = _amounts(seen)
    place = seen.local
    cloud = _cloud(place, 1.7, dice)
    mark = _pattern(coat.pattern, seen, place, dice)
    for name, most in coat.marked.items():
        mark = np.maximum(mark, most * amounts[name])
    light = np.zeros_like(mark)
    for name, most in coat.lit.items():
        light = np.maximum(light, most * _step(amounts[name] + 0.12 * cloud, 0.35, 0.65))
    if coat.pattern == "patches":
        light = _step(_cloud(place + 7.0, 1.1, dice), 0.35, 0.5)
    base, marks, lights = (np.array(colour, np.float32) for colour in (coat.base, coat.mark, coat.light))
    mixed = base + (marks - base) * mark[:, None]
    mixed = mixed + (lights - mixed) * light[:, None]
    return np.asarray(mixed * (1 + 0.05 * cloud[:, None]), np.float32)


def _amounts(seen: Surface) -> dict[str, Array]:
    """How much each cell is of the parts that coats name, 0-1."""
    x, y, z = seen.local.T
    torso, leg, tail, head = (seen.zone(name) for name in ("torso", "leg", "tail", "head"))
    blaze = head * (1 - _step(np.abs(x), 0.08, 0.2 + 0.12 * np.clip(-y, 0, 1))) * _step(z, 0.2, 0.5)
    front = torso * _step(z * 0.5 - y * 0.55 + seen.share * 1.6 + 0.1, 0.1, 0.45)
    return {
        "muzzle": np.maximum(seen.zone("muzzle"), blaze * 0.9 + head * _step(-y, 0.42, 0.6)),
        "ear": seen.zone("ear"),
        "tail": tail,
        "tip": tail * _step(seen.share, 0.72, 0.86),
        "paw": leg * _step(seen.share, 0.68, 0.82),
        "chest": front,
    }


def _pattern(name: str, seen: Surface, place: Array, dice: random.Random) -> Array:
    if name == "stripes":
        return _stripes(seen, place, dice)
    if name == "spots":
        return _step(_cloud(place, 3.4, dice), 0.62, 0.8) * (1 - 0.5 * seen.zone("muzzle"))
    if name == "patches":
        return _step(_cloud(place, 1.25, dice), 0.25, 0.4)
    if name == "saddle":
        back = seen.zone("torso") * _step(seen.local[:, 1] - 1.2 + 0.3 * _cloud(place, 2.0, dice), 0.1, 0.7)
        crown = seen.zone("head") * _step(seen.local[:, 1], 0.25, 0.6)
        return np.clip(back + crown + 0.7 * seen.zone("tail"), 0, 1) * 0.95
    return np.zeros(len(place), np.float32)


def _stripes(seen: Surface, place: Array, dice: random.Random) -> Array:
    """Rings around the body, legs and tail, and on the head the lines of a tabby's forehead and cheeks."""
    x, y, _ = seen.local.T
    wobble = 0.16 * _cloud(place, 2.6, dice)
    rings = np.sin((seen.along + wobble) * 13.5)
    forehead = np.sin((np.abs(x) + 0.3 * wobble) * 19 + 1.2) * _step(y, 0.2, 0.4)
    cheeks = np.sin((y + 0.35 * np.abs(x) + wobble) * 14) * _step(np.abs(x), 0.5, 0.7) * (y < 0.25)
    head = np.clip(seen.zone("head"), 0, 1)
    wave = head * (forehead + cheeks) + (1 - head) * rings
    plain = np.clip(seen.zone("muzzle") + seen.zone("ear"), 0, 1)
    return _step(wave, 0.05, 0.75) * 0.85 * (1 - plain)


def _cloud(place: Array, frequency: float, dice: random.Random) -> Array:
    """Smooth noise over the animal's own frame, about -1 to 1."""
    total = np.zeros(len(place), np.float32)
    for weight in (1.0, 0.8, 0.6, 0.5):
        direction = np.array([dice.gauss(0, 1) for _ in range(3)], np.float32)
        direction *= frequency * (1.6 - 0.6 * weight) * 1.6 / float(np.linalg.norm(direction))
        total += weight * np.sin(place @ direction + np.float32(dice.uniform(0, 6.3)))
    return total / np.float32(1.6)


def _step(value: Array, low: float | Array, high: float | Array) -> Array:
    """0 below `low`, 1 above `high`, smooth between."""
    share = np.clip((value - low) / (high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)

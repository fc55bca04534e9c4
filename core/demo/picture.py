"""One picture: an animal in a pose, in a place, in a light."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from core.demo import faces
from core.demo.camera import LIGHTS, develop
from core.demo.coats import COATS, colours
from core.demo.fur import lit, paint
from core.demo.heads import head
from core.demo.pen import Face
from core.demo.scenes import SCENES, backdrop, fall, grow
from core.demo.skeletons import POSES, Species, body
from core.demo.solids import Array, Balls, Surface, balls, lens, render, rotation, together

FINENESS = 20  # cells of the surface's grid for one head radius
HAIR = {"whole": 0.2, "half": 0.18, "face": 0.15}  # length of fur, in head radii
SHADOW = 8  # a shadow is soft, so it is drawn this much smaller
NOSE = np.array([0, -0.2, 1.0], np.float32)


@dataclass(frozen=True, slots=True)
class View:
    """A pose and where the camera stands. Degrees: `turn` of the body, `above` of the camera, `look` and `nod` of
    the head towards it. `part` is what fills the picture: whole, half or face."""

    pose: str
    turn: float
    above: float
    look: float
    nod: float = 6
    part: str = "whole"


@dataclass(frozen=True, slots=True)
class Shot:
    """Everything that makes one picture; the same shot is the same picture."""

    species: Species
    view: View
    scene: str
    coat: str
    iris: str
    ears: str
    muzzle: str
    light: str
    size: tuple[int, int]
    seed: int
    filling: float = 0.8
    contrast: float = 1.0


@dataclass(frozen=True, slots=True)
class _Placed:
    """An animal in front of the camera: its balls, its head, and where units lie in pixels."""

    body: Balls
    head: Balls
    camera: Array
    turn: Array
    centre: Array
    scale: float = 1.0
    origin: tuple[float, float] = (0.0, 0.0)

    def pixels(self, points: Array) -> Array:
        """Where points (n, 3) in front of the camera appear (n, 2)."""
        flat = points[:, :2] * lens(points[:, 2])[:, None] * self.scale
        return np.column_stack([self.origin[0] + flat[:, 0], self.origin[1] - flat[:, 1]])


def take(shot: Shot) -> Image.Image:
    """Draw the picture of a shot."""
    dice, rng = random.Random(shot.seed), np.random.default_rng(shot.seed)
    scene, light, coat = SCENES[shot.scene], LIGHTS[shot.light], COATS[shot.coat]
    animal = _framed(_posed(shot, dice), shot, dice)
    horizon = max(0.0, 0.6 - 0.017 * shot.view.above)
    picture = backdrop(scene, shot.size, horizon, dice)
    feet = float(animal.pixels(animal.body.centre)[:, 1].max())
    whole = shot.view.part == "whole"
    grow(picture, scene, shot.size[1] * horizon + 8, feet if whole else shot.size[1] * 1.08, dice)
    _shade_ground(picture, animal)
    cell = max(3.0, animal.scale / FINENESS)
    seen = _seen(animal, shot.size, cell)
    nose = animal.pixels((animal.turn @ NOSE + animal.centre)[None])[0]
    shaded = lit(colours(coat, seen, dice), seen, light.lamp)
    paint(picture, seen, shaded, cell, HAIR[shot.view.part] * animal.scale, nose, rng)
    faces.draw(picture, _face(shot, animal), dice)
    if whole:
        grow(picture, scene, feet + shot.size[1] * 0.03, shot.size[1] * 1.08, dice)
    fall(picture, scene, dice)
    return develop(picture, light, shot.contrast, rng)


def _posed(shot: Shot, dice: random.Random) -> _Placed:
    side = dice.choice((-1, 1))
    view, held = shot.view, POSES[shot.species, shot.view.pose]
    camera = rotation(view.turn * side + dice.uniform(-8, 8), view.above)
    turn = rotation(view.look * side + dice.uniform(-6, 6), view.nod, dice.uniform(-9, 9))
    centre = camera @ np.array(held.head, np.float32)
    trunk = balls(body(shot.species, view.pose, dice.uniform(0.94, 1.12)))
    skull = balls(head(shot.species, shot.ears, shot.muzzle))
    return _Placed(trunk.moved(camera, np.zeros(3, np.float32)), skull.moved(turn, centre), camera, turn, centre)


def _framed(animal: _Placed, shot: Shot, dice: random.Random) -> _Placed:
    """With the scale and origin that bring the wanted part into the picture."""
    part = {"whole": together(animal.body, animal.head), "half": _upper(animal), "face": animal.head}[shot.view.part]
    flat = part.seen()
    low = (flat.centre[:, :2] - flat.radius[:, None]).min(axis=0)
    high = (flat.centre[:, :2] + flat.radius[:, None]).max(axis=0)
    width, height = shot.size
    scale = shot.filling * min(width / float(high[0] - low[0]), height / float(high[1] - low[1]))
    x, y = (low + high) / 2 * scale
    room = (width - float(high[0] - low[0]) * scale) * 0.3
    standing = shot.view.part == "whole"
    origin_y = height * 0.93 + float(low[1]) * scale if standing else height * 0.52 + float(y)
    return replace(animal, scale=scale, origin=(width / 2 + dice.uniform(-room, room) - float(x), origin_y))


def _upper(animal: _Placed) -> Balls:
    high = animal.body.centre[:, 1] > animal.centre[1] - 2.2
    names = Balls.__dataclass_fields__
    return together(animal.head, Balls(**{name: getattr(animal.body, name)[high] for name in names}))


def _seen(animal: _Placed, size: tuple[int, int], cell: float) -> Surface:
    columns, rows = (int(side / cell) + 1 for side in size)
    origin = animal.origin[0] / cell, animal.origin[1] / cell
    return render(together(animal.body, animal.head).seen(), rows, columns, animal.scale / cell, origin)


def _shade_ground(picture: Image.Image, animal: _Placed) -> None:
    """Darken the ground under the body, the more the nearer it is."""
    ground = animal.pixels(animal.body.local * np.array([1, 0, 1], np.float32) @ animal.camera.T) / SHADOW
    wide = animal.body.radius * animal.scale / SHADOW * 1.15
    above = np.maximum(animal.body.local[:, 1] - animal.body.size, 0)
    top = max(0, int((ground[:, 1] - wide).min()) - 4)
    if top * SHADOW >= picture.height:
        return
    small = Image.new("L", (picture.width // SHADOW, picture.height // SHADOW - top), 255)
    pen = ImageDraw.Draw(small)
    for index in np.argsort(-above, kind="stable"):
        (x, y), r = ground[index], float(wide[index])
        tone = int(255 - 150 / (1 + 1.2 * above[index]))
        pen.ellipse((x - r, y - top - r * 0.42, x + r, y - top + r * 0.42), fill=tone)
    soft = small.filter(ImageFilter.GaussianBlur(animal.scale / SHADOW * 0.16))
    box = 0, top * SHADOW, picture.width, picture.height
    part = soft.resize((picture.width, picture.height - top * SHADOW), Image.Resampling.BILINEAR)
    picture.paste(ImageChops.multiply(picture.crop(box), Image.merge("RGB", (part, part, part))), box[:2])


def _face(shot: Shot, animal: _Placed) -> Face:
    asleep = shot.view.pose == "curled"
    return Face(shot.species, animal.turn, animal.centre, animal.scale, animal.origin, shot.iris,
                COATS[shot.coat].nose, shot.ears, shot.muzzle, asleep, panting=not asleep and shot.seed % 3 == 0)

"""Places to be photographed in: what is behind, the ground, and how far it is out of focus."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from core.demo.coats import Colour
from core.demo.props import PROPS, picked, shade

CELLS = 256 * 192  # a backdrop is out of focus, so it is drawn with this many pixels; props count in them


@dataclass(frozen=True, slots=True)
class Scene:
    """A wall or sky from `top` to `low`, a ground from `far` to `near`, and what stands between them.

    `props` are names of PROPS. `ground` is its kind: boards, tiles, cloth or rough. `growth` is what grows or lies
    on it in focus: blades of these colours. `lights` are the fitting ones of LIGHTS.
    """

    top: Colour
    low: Colour
    far: Colour
    near: Colour
    props: tuple[str, ...]
    ground: str
    lights: tuple[str, ...]
    growth: tuple[Colour, ...] = ()
    falling: tuple[Colour, ...] = ()


SCENES: dict[str, Scene] = {
    "living room": Scene((232, 220, 200), (212, 194, 168), (150, 104, 66), (188, 138, 92),
                         ("window", "frames", "plant", "rug"), "boards", ("window light", "lamplight")),
    "study": Scene((92, 112, 118), (74, 92, 98), (112, 76, 50), (150, 106, 72),
                   ("shelf", "lamp", "rug"), "boards", ("lamplight", "window light")),
    "kitchen": Scene((226, 232, 226), (206, 216, 212), (170, 168, 160), (216, 212, 202),
                     ("cupboards", "window"), "tiles", ("window light", "bright")),
    "sofa": Scene((188, 196, 200), (160, 172, 178), (104, 132, 146), (124, 152, 166),
                  ("frames", "cushions"), "cloth", ("window light", "lamplight")),
    "bed": Scene((222, 206, 206), (206, 186, 188), (214, 200, 196), (236, 226, 220),
                 ("lamp", "pillows"), "cloth", ("window light", "backlight")),
    "meadow": Scene((176, 210, 232), (214, 228, 214), (110, 146, 70), (96, 134, 58),
                    ("hills", "trees", "flowers"), "rough", ("bright", "golden hour"),
                    ((74, 116, 44), (112, 152, 62), (142, 172, 84), (88, 130, 50))),
    "garden": Scene((132, 164, 112), (164, 186, 128), (124, 156, 84), (88, 126, 56),
                    ("hedge", "fence", "flowers"), "rough", ("overcast", "backlight"),
                    ((80, 122, 50), (118, 156, 70), (150, 176, 92))),
    "beach": Scene((128, 184, 222), (206, 226, 232), (222, 200, 160), (236, 214, 174),
                   ("sea",), "rough", ("bright", "golden hour")),
    "snow": Scene((190, 206, 224), (222, 230, 238), (224, 232, 242), (240, 244, 250),
                  ("pines",), "rough", ("overcast", "golden hour"), (), ((255, 255, 255),)),
    "autumn": Scene((206, 190, 150), (226, 190, 122), (150, 104, 58), (128, 84, 46),
                    ("autumn trees", "leaves"), "rough", ("golden hour", "overcast"),
                    ((166, 84, 34), (200, 122, 44), (216, 162, 60), (130, 66, 34)), ((214, 132, 48), (190, 92, 36))),
    "street": Scene((196, 204, 212), (184, 184, 184), (128, 126, 126), (156, 152, 148),
                    ("facades",), "tiles", ("overcast", "golden hour")),
    "night": Scene((14, 20, 44), (38, 38, 66), (34, 34, 48), (52, 48, 58),
                   ("dark facades", "city lights"), "tiles", ("street lamp",)),
}


def backdrop(scene: Scene, size: tuple[int, int], horizon: float, dice: random.Random) -> Image.Image:
    """The place without its animal; `horizon` is where the ground begins, as a share of the height."""
    coarse = math.sqrt(size[0] * size[1] / CELLS)
    width, shown = round(size[0] / coarse), round(size[1] / coarse)
    above = max(0, int(shown * (0.35 - horizon)))  # drawn too, and cut off, so that a low wall is still a whole one
    line, height = int(shown * horizon) + above, shown + above
    small = _gradient(width, height, scene.top, scene.low, 0, max(line, 1))
    ground = _gradient(width, height, scene.far, scene.near, line, height)
    _GROUNDS[scene.ground](ground, line, dice)
    small.paste(ground.crop((0, line, width, height)), (0, line))
    for prop in scene.props:
        PROPS[prop](small, line, dice)
    small = small.crop((0, above, width, height))
    return _focused(small, line - above).resize(size, Image.Resampling.BILINEAR)


def _gradient(width: int, height: int, start: Colour, end: Colour, top: int, bottom: int) -> Image.Image:
    share = np.clip((np.arange(height) - top) / max(bottom - top, 1), 0, 1)[:, None]
    rows = np.array(start) * (1 - share) + np.array(end) * share
    return Image.fromarray(np.broadcast_to(rows[:, None], (height, width, 3)).astype(np.uint8))


def _focused(small: Image.Image, line: int) -> Image.Image:
    """Blurred far away and sharp near the lower edge."""
    far, middle = (small.filter(ImageFilter.GaussianBlur(small.height * share)) for share in (0.016, 0.006))
    start, end = line + 0.08 * small.height, line + 0.5 * small.height
    rows = np.clip((np.arange(small.height) - start) / (end - start), 0, 1) * 255
    mask = Image.fromarray(np.broadcast_to(rows[:, None], (small.height, small.width)).astype(np.uint8))
    return Image.composite(middle, far, mask)


def _boards(ground: Image.Image, line: int, dice: random.Random) -> None:
    _rays(ground, line, dice, count=17, spread=0.09)
    pen = ImageDraw.Draw(ground, "RGBA")
    middle, floor = ground.width / 2, ground.height * 1.2
    for ray in range(-9, 10):
        pen.line([(middle + ray * ground.width * 0.1, line), (middle + ray * ground.width * 0.3, floor)],
                 fill=(60, 36, 20, 110))


def _tiles(ground: Image.Image, line: int, dice: random.Random) -> None:
    _rays(ground, line, dice, count=13, spread=0.035)
    pen = ImageDraw.Draw(ground, "RGBA")
    y, step = float(line), ground.height * 0.012
    while y < ground.height:
        pen.line([(0, y), (ground.width, y)], fill=(60, 58, 56, 70))
        y, step = y + step, step * 1.5
    middle = ground.width / 2
    for ray in range(-8, 9):
        near = middle + ray * ground.width * 0.34, ground.height * 1.2
        pen.line([(middle + ray * ground.width * 0.09, line), near], fill=(60, 58, 56, 70))


def _rays(ground: Image.Image, line: int, dice: random.Random, count: int, spread: float) -> None:
    """Strips that run towards the horizon, each a little lighter or darker."""
    pen = ImageDraw.Draw(ground, "RGBA")
    middle, bottom = ground.width / 2, ground.height * 1.2
    for strip in range(-count // 2, count // 2 + 1):
        tone = dice.uniform(-1, 1)
        fill = (255, 240, 220, int(260 * spread * tone)) if tone > 0 else (40, 20, 10, int(-300 * spread * tone * 2))
        near, far = ground.width * 0.3, ground.width * 0.1
        pen.polygon([(middle + strip * far, line), (middle + (strip + 1) * far, line),
                     (middle + (strip + 1) * near, bottom), (middle + strip * near, bottom)], fill=fill)


def _cloth(ground: Image.Image, line: int, dice: random.Random) -> None:
    """Soft folds."""
    pen = ImageDraw.Draw(ground, "RGBA")
    for _ in range(9):
        x, y = dice.uniform(-0.1, 1.0) * ground.width, dice.uniform(line, ground.height)
        for shift, fill in ((0, (255, 255, 255, 34)), (ground.height * 0.022, (20, 20, 40, 34))):
            pen.line([(x, y + shift), (x + ground.width * 0.2, y + shift - ground.height * 0.03),
                      (x + ground.width * 0.45, y + shift + dice.uniform(-0.08, 0.05) * ground.height)],
                     fill=fill, width=max(2, ground.height // 45), joint="curve")


def _rough(ground: Image.Image, line: int, dice: random.Random) -> None:
    """Patches of light and dark, flatter the further away."""
    pen = ImageDraw.Draw(ground, "RGBA")
    dark = shade(picked(ground, 0, ground.height - 1), 0.6)
    for _ in range(170):
        depth = dice.random() ** 1.6
        y = line + depth * (ground.height - line)
        size = ground.width * (0.02 + 0.1 * depth)
        x = dice.uniform(0, ground.width)
        fill = (255, 255, 240, 20) if dice.random() < 0.5 else (*dark, 26)
        pen.ellipse((x - size, y - size * 0.16, x + size, y + size * 0.16), fill=fill)


_GROUNDS = {"boards": _boards, "tiles": _tiles, "cloth": _cloth, "rough": _rough}


def grow(picture: Image.Image, scene: Scene, top: float, bottom: float, dice: random.Random) -> None:
    """Blades or leaves in focus between two heights of the picture, the nearer the larger."""
    if not scene.growth:
        return
    pen = ImageDraw.Draw(picture)
    width, height = picture.size
    rows = sorted(dice.uniform(top, bottom) for _ in range(int(2600 * (bottom - top) / height) + 60))
    for y in rows:
        x, length = dice.uniform(0, width), height * (0.02 + 0.05 * max(0.0, y / height - 0.5)) * dice.uniform(0.5, 1.4)
        lean = dice.uniform(-0.5, 0.5) * length
        colour = shade(dice.choice(scene.growth), dice.uniform(0.75, 1.2))
        thick = height / 700
        pen.polygon([(x - thick, y), (x + lean * 0.4 - thick * 0.6, y - length * 0.6), (x + lean, y - length),
                     (x + lean * 0.4 + thick * 0.6, y - length * 0.6), (x + thick, y)], fill=colour)


def fall(picture: Image.Image, scene: Scene, dice: random.Random) -> None:
    """Flakes or leaves in the air, some near and out of focus."""
    if not scene.falling:
        return
    pen = ImageDraw.Draw(picture, "RGBA")
    width, height = picture.size
    for _ in range(70 if len(scene.falling) == 1 else 14):
        x, y, near = dice.uniform(0, width), dice.uniform(0, height), dice.random() ** 4
        size = height * (0.0025 + 0.013 * near)
        pen.ellipse((x - size, y - size * 0.8, x + size, y + size * 0.8),
                    fill=(*dice.choice(scene.falling), int(215 - 150 * near)))

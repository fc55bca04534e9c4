"""What stands in the background of a scene, drawn small and blurred later."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw

from core.demo.coats import Colour

Painter = Callable[[Image.Image, int, random.Random], None]

GREENS: tuple[Colour, ...] = ((70, 110, 60), (98, 138, 70), (132, 164, 88), (60, 94, 62))
RUSSETS: tuple[Colour, ...] = ((196, 106, 40), (222, 150, 56), (166, 76, 36), (228, 184, 84), (136, 104, 52))
BLOSSOMS: tuple[Colour, ...] = ((244, 214, 92), (240, 240, 244), (222, 110, 134), (156, 112, 190))
BOOKS: tuple[Colour, ...] = ((150, 62, 54), (202, 160, 92), (66, 98, 106), (222, 210, 184), (92, 112, 76), (58, 52, 70))
FABRICS: tuple[Colour, ...] = ((206, 144, 84), (196, 88, 82), (232, 222, 204), (86, 118, 112), (222, 184, 98))
WALLS: tuple[Colour, ...] = ((178, 120, 96), (206, 184, 150), (150, 156, 166), (196, 164, 128), (166, 140, 134))
GLOWS: tuple[Colour, ...] = ((255, 196, 108), (255, 146, 88), (120, 190, 255), (255, 236, 190), (246, 106, 132))


def shade(colour: Colour, factor: float) -> Colour:
    """A colour made lighter or darker."""
    red, green, blue = (min(255, int(value * factor)) for value in colour)
    return red, green, blue


def picked(image: Image.Image, x: int, y: int) -> Colour:
    """The colour of one pixel of an RGB image."""
    red, green, blue = image.crop((x, y, x + 1, y + 1)).tobytes()
    return red, green, blue


def _window(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w = ImageDraw.Draw(image, "RGBA"), image.width
    left = w * dice.choice((0.04, 0.58))
    right, top, bottom = left + w * 0.36, -10, max(line * 0.72, 12)
    pen.rectangle((left - 5, top, right + 5, bottom + 5), fill=(246, 242, 234))
    pen.rectangle((left, top, right, bottom), fill=(236, 246, 252))
    for _ in range(14):
        x, y, size = dice.uniform(left, right), dice.uniform(bottom * 0.4, bottom), dice.uniform(4, 12)
        if left < x - size and x + size < right and y + size < bottom:
            pen.ellipse((x - size, y - size, x + size, y + size), fill=(*dice.choice(GREENS), 90))
    pen.line([((left + right) / 2, top), ((left + right) / 2, bottom)], fill=(246, 242, 234), width=4)
    for side in (left - w * 0.05, right - w * 0.03):
        pen.rectangle((side, top, side + w * 0.08, bottom + 14), fill=(*dice.choice(FABRICS), 200))


def _frames(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w = ImageDraw.Draw(image), image.width
    for x in (dice.uniform(0.05, 0.2), dice.uniform(0.4, 0.5), dice.uniform(0.72, 0.85)):
        y, width, height = line * dice.uniform(0.1, 0.4), w * dice.uniform(0.08, 0.13), w * dice.uniform(0.09, 0.14)
        pen.rectangle((x * w, y, x * w + width, y + height), fill=(84, 62, 48))
        pen.rectangle((x * w + 3, y + 3, x * w + width - 3, y + height - 3), fill=dice.choice(FABRICS))


def _plant(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w = ImageDraw.Draw(image), image.width
    x = w * dice.choice((0.08, 0.9))
    pen.polygon([(x - 13, line - 22), (x + 13, line - 22), (x + 9, line + 6), (x - 9, line + 6)], fill=(190, 112, 80))
    for _ in range(16):
        tip = x + dice.uniform(-34, 34), line - dice.uniform(40, 92)
        leaf = [(x, line - 22), ((x + tip[0]) / 2, tip[1] + 16), tip]
        pen.line(leaf, fill=dice.choice(GREENS), width=6, joint="curve")


def _rug(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w, h = ImageDraw.Draw(image, "RGBA"), image.width, image.height
    colour = dice.choice(FABRICS)
    for inset, factor in ((0.0, 0.8), (0.04, 1.0), (0.1, 0.88), (0.13, 1.08)):
        pen.ellipse((w * (0.06 + inset), h * 0.68 + h * inset * 0.5, w * (0.94 - inset), h * 1.12 - h * inset * 0.5),
                    fill=(*shade(colour, factor), 235))


def _shelf(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w = ImageDraw.Draw(image), image.width
    pen.rectangle((0, 0, w, line), fill=(70, 50, 38))
    rows = max(1, round(line / 46))
    for row in range(rows):
        floor, x = line * (row + 1) / rows - 4, 3.0
        while x < w:
            thick, tall = dice.uniform(5, 11), line / rows * dice.uniform(0.55, 0.85)
            if dice.random() < 0.9:
                pen.rectangle((x, floor - tall, x + thick, floor), fill=shade(dice.choice(BOOKS), dice.uniform(0.6, 1)))
            x += thick + 1
        pen.rectangle((0, floor, w, floor + 4), fill=(96, 70, 52))


def _lamp(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w = ImageDraw.Draw(image, "RGBA"), image.width
    x, y = w * dice.choice((0.12, 0.86)), max(line * 0.3, 14)
    for size in range(90, 20, -5):
        pen.ellipse((x - size, y - size, x + size, y + size), fill=(255, 214, 140, 9))
    pen.line([(x, y), (x, line + 10)], fill=(60, 48, 40), width=3)
    pen.polygon([(x - 14, y - 16), (x + 14, y - 16), (x + 24, y + 16), (x - 24, y + 16)], fill=(255, 236, 196))


def _cupboards(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w = ImageDraw.Draw(image), image.width
    colour = dice.choice(((148, 176, 172), (226, 222, 210), (122, 146, 166)))
    top, width = line * 0.5, w / 5
    pen.rectangle((0, top, w, line), fill=shade(colour, 0.9))
    for door in range(6):
        x = door * width - width * 0.3
        pen.rectangle((x + 3, top + 10, x + width - 3, line - 5), fill=colour, outline=shade(colour, 0.75))
        pen.ellipse((x + width - 12, top + 24, x + width - 7, top + 29), fill=(90, 80, 70))
    pen.rectangle((0, top - 4, w, top + 3), fill=(120, 90, 66))


def _cushions(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w, h = ImageDraw.Draw(image), image.width, image.height
    colour = picked(image, 2, h - 2)
    for part in range(2):
        box = (w * (part * 0.5 - 0.02), max(line, 8) - h * 0.36, w * (part * 0.5 + 0.5), line + h * 0.06)
        pen.rounded_rectangle(box, 16, fill=shade(colour, 0.86 + 0.05 * part), outline=shade(colour, 0.66), width=2)
    for x in (dice.uniform(0.0, 0.1), dice.uniform(0.68, 0.8)):
        box = (w * x, line - h * 0.22, w * (x + 0.24), line + h * 0.1)
        pen.rounded_rectangle(box, 18, fill=dice.choice(FABRICS))


def _pillows(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w, h = ImageDraw.Draw(image), image.width, image.height
    for x in (-0.06, 0.5):
        tone = dice.uniform(0.94, 1.02)
        pen.rounded_rectangle((w * x, line - h * 0.2, w * (x + 0.52), line + h * 0.1), 26,
                              fill=shade((240, 234, 230), tone), outline=(206, 194, 192), width=2)


def _blobs(image: Image.Image, line: float, dice: random.Random, colours: Sequence[Colour], reach: float) -> None:
    """Foliage: many soft discs from the horizon up."""
    pen, w = ImageDraw.Draw(image, "RGBA"), image.width
    for _ in range(150):
        x, up, size = dice.uniform(-10, w + 10), dice.random() ** 1.5, dice.uniform(5, 20)
        y = line - up * reach
        fill = (*shade(dice.choice(colours), dice.uniform(0.75, 1.25)), 150)
        pen.ellipse((x - size, y - size, x + size, min(y + size, line + 3)), fill=fill)
    for _ in range(12):
        x, y, size = dice.uniform(0, w), line - dice.random() * reach * 1.2, dice.uniform(4, 11)
        pen.ellipse((x - size, y - size, x + size, y + size), fill=(255, 252, 224, 60))


def _hills(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w, h = ImageDraw.Draw(image), image.width, image.height
    for x, size, colour in ((0.2, 0.7, (150, 178, 150)), (0.8, 0.6, (136, 168, 124))):
        pen.chord((w * (x - size), line - h * 0.12, w * (x + size), line + h * 0.12), 180, 360, fill=colour)


def _flowers(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w, h = ImageDraw.Draw(image, "RGBA"), image.width, image.height
    for _ in range(90):
        depth = dice.random()
        x, y, size = dice.uniform(0, w), line + depth * (h - line), 0.8 + 1.6 * depth
        pen.ellipse((x - size, y - size, x + size, y + size), fill=(*dice.choice(BLOSSOMS), 220))


def _fence(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w, h = ImageDraw.Draw(image), image.width, image.height
    top, colour = line - h * 0.16, dice.choice(((236, 234, 226), (166, 128, 92), (176, 196, 190)))
    for rail in (0.06, 0.12):
        pen.rectangle((0, top + h * rail, w, top + h * rail + 5), fill=shade(colour, 0.86))
    for x in range(-8, w, 17):
        pen.polygon([(x, line + 2), (x, top + 6), (x + 5, top), (x + 10, top + 6), (x + 10, line + 2)], fill=colour)


def _sea(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w, h = ImageDraw.Draw(image, "RGBA"), image.width, image.height
    top = line - h * 0.16
    for row in range(int(top), line + 1):
        share = (row - top) / (line - top)
        pen.line([(0, row), (w, row)], fill=(int(46 + 70 * share), int(120 + 70 * share), int(164 + 36 * share)))
    for _ in range(60):
        x, y, size = dice.uniform(0, w), dice.uniform(top, line), dice.uniform(2, 14)
        pen.line([(x, y), (x + size, y)], fill=(255, 255, 255, 120))
    pen.ellipse((-w * 0.2, line - 5, w * 1.2, line + 6), fill=(250, 250, 246))
    for _ in range(5):
        x, y, size = dice.uniform(0, w), dice.uniform(0, top * 0.8), dice.uniform(14, 40)
        pen.ellipse((x - size, y - size * 0.28, x + size, y + size * 0.28), fill=(255, 255, 255, 120))


def _pines(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w = ImageDraw.Draw(image), image.width
    for _ in range(20):
        x, tall = dice.uniform(0, w), line * dice.uniform(0.4, 1.0)
        colour = shade((74, 100, 104), dice.uniform(0.8, 1.5))
        for step in range(4):
            top, wide = line - tall * (1 - step * 0.2), tall * (0.1 + 0.06 * step)
            pen.polygon([(x, top), (x - wide, top + tall * 0.34), (x + wide, top + tall * 0.34)], fill=colour)
            pen.polygon([(x, top), (x - wide * 0.5, top + tall * 0.16), (x + wide * 0.3, top + tall * 0.14)],
                        fill=(232, 238, 244))


def _facades(image: Image.Image, line: int, dice: random.Random) -> None:
    _houses(image, line, dice, 1.0, (196, 214, 226))


def _dark_facades(image: Image.Image, line: int, dice: random.Random) -> None:
    _houses(image, line, dice, 0.26, (255, 206, 120))


def _houses(image: Image.Image, line: int, dice: random.Random, tone: float, glass: Colour) -> None:
    pen, x = ImageDraw.Draw(image), -10.0
    while x < image.width:
        width, top = dice.uniform(50, 90), line * dice.uniform(-0.3, 0.25)
        pen.rectangle((x, top, x + width, line), fill=shade(dice.choice(WALLS), tone))
        for row in range(int(top) + 10, line - 44, 34):
            for column in range(int(x) + 8, int(x + width) - 16, 24):
                lit = glass if tone == 1 or dice.random() < 0.4 else shade(glass, 0.25)
                pen.rectangle((column, row, column + 13, row + 20), fill=lit)
        pen.rectangle((x + 6, line - 34, x + width - 6, line), fill=shade(glass, 0.7))
        pen.rectangle((x + 2, line - 40, x + width - 2, line - 31), fill=shade(dice.choice(FABRICS), max(tone, 0.4)))
        x += width


def _city_lights(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w, h = ImageDraw.Draw(image, "RGBA"), image.width, image.height
    for _ in range(34):
        x, y, size = dice.uniform(0, w), dice.uniform(0, line * 1.05), dice.uniform(3, 12)
        glow = dice.choice(GLOWS)
        pen.ellipse((x - size, y - size, x + size, y + size), fill=(*glow, 120), outline=(*glow, 170))
        pen.ellipse((x - size, line + (line - y) * 0.3, x + size, line + (line - y) * 0.3 + h * 0.12), fill=(*glow, 16))


def _leaves(image: Image.Image, line: int, dice: random.Random) -> None:
    pen, w, h = ImageDraw.Draw(image, "RGBA"), image.width, image.height
    for _ in range(420):
        depth = dice.random() ** 0.8
        x, y, size = dice.uniform(0, w), line + depth * (h - line), 1 + 4.5 * depth
        pen.ellipse((x - size, y - size * 0.5, x + size, y + size * 0.5), fill=(*dice.choice(RUSSETS), 230))


PROPS: dict[str, Painter] = {
    "window": _window, "frames": _frames, "plant": _plant, "rug": _rug, "shelf": _shelf, "lamp": _lamp,
    "cupboards": _cupboards, "cushions": _cushions, "pillows": _pillows, "hills": _hills, "flowers": _flowers,
    "fence": _fence, "sea": _sea, "pines": _pines, "facades": _facades, "dark facades": _dark_facades,
    "city lights": _city_lights, "leaves": _leaves,
    "trees": lambda image, line, dice: _blobs(image, line, dice, GREENS, image.height * 0.18),
    "hedge": lambda image, line, dice: _blobs(image, line, dice, GREENS, max(line, 20)),
    "autumn trees": lambda image, line, dice: _blobs(image, line, dice, RUSSETS, max(line, 20)),
}

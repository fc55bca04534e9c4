"""Where the subject of a photo probably is, told from its colours, and how it stands out: measures and colour names.

The estimate goes by two habits of photographers: what lies along the sides is background, and a subject is rarely in a
corner. Measured on drawn animals with known outlines it covers 0.55 of what it and they have together, and nine pixels
of ten inside are above nine of ten outside. It is the same for every photo, so that photos can be compared by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFilter

from core.images import pixels, quality

SIDE = 48  # pixels of the longest side of the copy in which the subject is sought
COMMON = 0.25  # of the pixels, from which a colour is one of the names of a subject
VERSION = 1  # of what is measured; another number has everything measured anew

_STRIP = 0.06  # of a side: what is taken for background
_NOISE = 9.0  # variance of Lab values that is in every background
_FARTHEST = 30.0  # spreads of the background, beyond which nothing is further from it
_REACH = 0.7  # of half a side: how far from the centre subjects usually are

_TO_LAB = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
# Hue angles in Lab up to which a colour has a name; brown, beige and pink are found by lightness and strength.
_HUES = ((20, "pink"), (45, "red"), (72, "orange"), (105, "yellow"), (175, "green"), (285, "blue"), (340, "purple"),
         (360, "pink"))

Lab = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of a photo as a whole and of its subject.

    contrast: how far a pixel of the subject is from one of the ground, in Lab units. sharpness, brightness: 0-1, as in
    `Quality`. size: the subject's share of the picture, place: its distance from the centre in shares of the sides.
    colour: the strength of colours over the spread of lightness, which contrast changes alike. resolution: megapixels.
    subject, ground: names of colours, the most common first.
    """

    contrast: float
    sharpness: float
    brightness: float
    size: float
    place: float
    colour: float
    resolution: float
    subject: tuple[str, ...] = ()
    ground: tuple[str, ...] = ()


def estimate(image: Image.Image) -> Mask:
    """Where the subject probably is, on a copy of at most 48 pixels a side; always some of it, and never all."""
    return _subject(_lab(_small(image)))


def measure(image: Image.Image, size: pixels.Size) -> Measures:
    """The measures of a picture in RGB, whose file has `size` pixels; a copy of 320 a side is as good as the whole."""
    lab = _lab(_small(image))
    mask = _subject(lab)
    inside, outside = lab[mask], lab[~mask]
    apart = inside.var(axis=0) + outside.var(axis=0) + (inside.mean(axis=0) - outside.mean(axis=0)) ** 2
    rows, columns = np.nonzero(mask)
    place = np.hypot((rows.mean() + 0.5) / mask.shape[0] - 0.5, (columns.mean() + 0.5) / mask.shape[1] - 0.5)
    light = lab[..., 0]
    whole = quality.measure(image)
    colour = (np.hypot(lab[..., 1], lab[..., 2]).mean() + 0.5) / (light.std() + 0.5)
    return Measures(
        contrast=_rounded(np.sqrt(apart.sum())), sharpness=whole.sharpness, brightness=whole.brightness,
        size=_rounded(mask.mean()), place=_rounded(place), colour=_rounded(colour),
        resolution=_rounded(size[0] * size[1] / 1e6), subject=names(inside), ground=names(outside, 1))


def names(lab: Lab, most: int = 2) -> tuple[str, ...]:
    """The names of the colours that pixels (n, 3) have, those of a quarter of them or more; one at least."""
    told, counts = np.unique([_name(*pixel) for pixel in lab.tolist()], return_counts=True)
    ranked = sorted(zip(counts.tolist(), told.tolist(), strict=True), key=lambda pair: (-pair[0], pair[1]))
    return tuple(name for place, (count, name) in enumerate(ranked[:most]) if place == 0 or count >= COMMON * len(lab))


def _rounded(number: float) -> float:
    return round(float(number), 4)


def _name(light: float, red: float, yellow: float) -> str:
    strength = float(np.hypot(red, yellow))
    if light < 22 and strength < 22:
        return "black"
    if strength < 10:
        return "black" if light < 30 else "grey" if light < 78 else "white"
    hue = float(np.degrees(np.arctan2(yellow, red))) % 360
    name = next(name for end, name in _HUES if hue <= end)
    if name in ("orange", "yellow", "red") and hue > 30:
        if strength < 28 and light >= 62:
            return "beige"
        if light < 55 and strength < 60 and hue < 95:
            return "brown"
    return name


def _small(image: Image.Image) -> Image.Image:
    width, height = pixels.fitted(image.size, SIDE)
    return image.convert("RGB").resize((max(8, width), max(8, height)), Image.Resampling.BOX, reducing_gap=None)


def _lab(image: Image.Image) -> Lab:
    """(height, width, 3): lightness 0-100, and green to red and blue to yellow of about -100 to 100."""
    stored = np.asarray(ImageCms.applyTransform(image, _TO_LAB))
    colours = stored[..., 1:].view(np.int8).astype(np.float32)
    return np.concatenate([stored[..., :1].astype(np.float32) * (100 / 255), colours], axis=2)


def _subject(lab: Lab) -> Mask:
    """What differs from two of the four sides at least, weighed by how near it is to the centre, cut in two by Otsu."""
    height, width = lab.shape[:2]
    strip = max(1, round(_STRIP * min(height, width)))
    sides = (lab[:strip], lab[-strip:], lab[:, :strip], lab[:, -strip:])
    apart = np.sort(np.stack([_from(side.reshape(-1, 3), lab) for side in sides]), axis=0)[1]
    raised = apart - apart.min()
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    central = np.exp(-(down**2 + across**2) / (2 * _REACH**2))
    values = 255 * raised / max(float(raised.max()), 1e-6) * central
    soft = np.asarray(Image.fromarray(values.astype(np.uint8)).filter(ImageFilter.BoxBlur(1)), np.float32)
    return soft > _otsu(soft) if soft.max() > soft.min() else central > np.median(central)


def _from(side: Lab, lab: Lab) -> Lab:
    """How many spreads of the colours along a side each pixel is away from them (Mahalanobis' distance)."""
    away = lab - side.mean(axis=0)
    inverse = np.linalg.inv(np.cov(side.T) + _NOISE * np.eye(3))
    return np.minimum(np.sqrt((away @ inverse * away).sum(axis=2)), _FARTHEST).astype(np.float32)


def _otsu(values: Lab) -> float:
    """The value that cuts the pixels in two groups as different from each other as can be."""
    ranked = np.sort(values, axis=None).astype(np.float64)
    sums, below = np.cumsum(ranked)[:-1], np.arange(1, ranked.size)
    above = ranked.size - below
    between = below * above * (sums / below - (ranked.sum() - sums) / above) ** 2
    cut = int(np.where(np.diff(ranked) > 0, between, -1).argmax())
    return float(ranked[cut] + ranked[cut + 1]) / 2

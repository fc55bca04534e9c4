"""Light, lens and film: the lamps of a scene, and what a camera does to a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from core.demo.fur import Lamp

GRAIN = 256  # side of the patch of grain that is laid over and over


@dataclass(frozen=True, slots=True)
class Light:
    """A lamp, and the tone it gives to the whole picture.

    `tint` multiplies red, green and blue, `gamma` below 1 brightens, `glow` is how much light spills over, 0-1.
    """

    lamp: Lamp
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    gamma: float = 1.0
    glow: float = 0.0


LIGHTS: dict[str, Light] = {
    "window light": Light(Lamp((-0.8, -0.5, 0.45), (1.05, 1.02, 0.98), (0.4, 0.42, 0.47)), (1.02, 1.0, 0.97)),
    "lamplight": Light(Lamp((0.7, -0.6, 0.4), (1.1, 0.99, 0.86), (0.4, 0.38, 0.41)), (1.03, 0.98, 0.88), 1.08),
    "bright": Light(Lamp((-0.4, -0.85, 0.4), (1.1, 1.07, 1.0), (0.44, 0.48, 0.55)), (1.02, 1.01, 0.99), 0.92),
    "overcast": Light(Lamp((0.1, -0.8, 0.6), (0.86, 0.88, 0.92), (0.54, 0.55, 0.58)), (0.96, 0.98, 1.02), 1.05),
    "golden hour": Light(Lamp((0.85, -0.35, 0.25), (1.15, 1.02, 0.84), (0.4, 0.41, 0.47), (0.6, 0.48, 0.3)),
                         (1.03, 0.99, 0.9), 1.0, 0.25),
    "backlight": Light(Lamp((-0.3, -0.7, -0.35), (1.05, 1.0, 0.92), (0.56, 0.55, 0.56), (1.0, 0.92, 0.74)),
                       (1.03, 1.0, 0.95), 0.95, 0.45),
    "street lamp": Light(Lamp((0.6, -0.7, 0.3), (1.0, 0.8, 0.56), (0.26, 0.29, 0.42), (0.6, 0.5, 0.5)),
                         (1.02, 0.97, 0.98), 1.05, 0.2),
}


def develop(picture: Image.Image, light: Light, contrast: float, rng: np.random.Generator) -> Image.Image:
    """The picture as a camera keeps it: spilled light, tone, darker corners, grain. `contrast` 1 is as it is."""
    if light.glow:
        small = picture.reduce(8).filter(ImageFilter.GaussianBlur(picture.height / 8 * 0.04))
        bloom = small.point([int(value * value / 255 * light.glow) for value in range(256)] * 3)
        picture = ImageChops.screen(picture, bloom.resize(picture.size, Image.Resampling.BILINEAR))
    toned = picture.point([level for tint in light.tint for level in _curve(tint, light.gamma, contrast)])
    grain = _grain(picture.size, rng, 5.0 * contrast**0.5)
    dark = ImageChops.multiply(toned, _corners(picture.size))
    return ImageChops.add(dark, Image.merge("RGB", (grain, grain, grain)), 1, -128)


def _curve(tint: float, gamma: float, contrast: float) -> list[int]:
    level = np.clip((np.arange(256) / 255) ** gamma * tint, 0, 1)
    bent = level + 0.08 * np.sin((level - 0.5) * 2 * np.pi) / np.pi * 2  # a little more contrast in the middle
    return [int(value) for value in np.clip((0.55 + (bent - 0.55) * contrast) * 255, 0, 255)]


def _corners(size: tuple[int, int]) -> Image.Image:
    y, x = np.mgrid[-1:1:48j, -1:1:48j]
    dark = 255 * (1 - 0.2 * np.clip((x * x + y * y) / 2, 0, 1) ** 1.4)
    corner = Image.fromarray(dark.astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)
    return Image.merge("RGB", (corner, corner, corner))


def enlarged(picture: Image.Image, longest: int, rng: np.random.Generator) -> Image.Image:
    """As a camera of many megapixels takes it, in YCbCr: larger, with grain of its own, not merely smooth."""
    factor = longest / max(picture.size)
    size = round(picture.width * factor), round(picture.height * factor)
    soft = picture.filter(ImageFilter.BoxBlur(0.7)).convert("YCbCr")
    light, *tones = (band.resize(size, Image.Resampling.BILINEAR) for band in soft.split())
    return Image.merge("YCbCr", [ImageChops.add(light, _grain(size, rng, 2.5), 1, -128), *tones])


def _grain(size: tuple[int, int], rng: np.random.Generator, strength: float) -> Image.Image:
    """Noise around 128 with this standard deviation."""
    patch = Image.fromarray(np.clip(rng.normal(128, strength, (GRAIN, GRAIN)), 0, 255).astype(np.uint8))
    grain = Image.new("L", size)
    for top in range(0, size[1], GRAIN):
        for left in range(0, size[0], GRAIN):
            grain.paste(patch, (left, top))
    return grain

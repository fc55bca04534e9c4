"""Decoded pictures: their size, and turning them. Every function returns a picture and changes none."""

from __future__ import annotations

from PIL import Image

from core.images.colour import to_rgb
from core.limits import MIN_SIDE

Size = tuple[int, int]

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def fitted(size: Size, longest: int) -> Size:
    """`size` shrunk in proportion until no side is longer than `longest`; never enlarged."""
    scale = min(1.0, longest / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def allowed(size: Size, longest: int) -> Size:
    """`size` shrunk to `longest`, then enlarged in proportion if a side is under Rekognition's 64 pixels."""
    width, height = fitted(size, longest)
    if min(width, height) >= MIN_SIDE:
        return width, height
    scale = MIN_SIDE / min(size)
    return max(MIN_SIDE, round(size[0] * scale)), max(MIN_SIDE, round(size[1] * scale))


def resized(image: Image.Image, size: Size) -> Image.Image:
    """The picture at `size`, by Lanczos."""
    return image if image.size == size else _mixable(image).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def reduced(image: Image.Image, least: int, most: int) -> Image.Image:
    """The picture with its longest side between `least` and `most` pixels; one that is smaller as it is.

    The mean of whole squares of pixels where that comes out in between, which takes a tenth of what a filter does.
    """
    part = max(image.size) // least
    if max(image.size) <= most:
        return image
    if part * most >= max(image.size):
        return _mixable(image).reduce(part)
    return _mixable(image).resize(fitted(image.size, most), Image.Resampling.HAMMING, reducing_gap=2.0)


def _mixable(image: Image.Image) -> Image.Image:
    """Without a palette, whose indices can't be mixed, and without deep grey, which filters don't take."""
    if image.mode in ("P", "PA", "1") or image.mode.startswith("I"):
        return image.convert("RGBA") if image.has_transparency_data else to_rgb(image)
    return image


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The picture turned and mirrored as EXIF orientation 1-8 says."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image

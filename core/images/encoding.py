"""Pictures to JPEG or PNG bytes, under a limit of weight, with no metadata."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image

from core.images import pixels

STEP = 0.8
FULL_COLOUR = 90  # quality from which a JPEG keeps the colour of every pixel, and not of every four


def encode(image: Image.Image, format: str, quality: int, limit: int) -> tuple[bytes, Image.Image]:
    """The RGB picture as JPEG or PNG bytes of at most `limit`, and the picture that they hold.

    A JPEG that is too heavy loses quality first, then pixels; a PNG loses pixels.
    """
    while True:
        for data in _attempts(image, format, quality):
            if len(data) <= limit:
                return data, image
        image = pixels.resized(image, pixels.fitted(image.size, round(max(image.size) * STEP)))


def _attempts(image: Image.Image, format: str, quality: int) -> Iterator[bytes]:
    if format == "PNG":
        yield _saved(image, "PNG")
        return
    for lower in range(quality, min(quality, 40) - 1, -10):
        yield _saved(image, "JPEG", quality=lower, subsampling=0 if lower >= FULL_COLOUR else 2)


def _saved(image: Image.Image, format: str, **options: int) -> bytes:
    file = io.BytesIO()
    bare = image.copy() if image.info else image
    bare.info = {}
    bare.save(file, format, **options)
    return file.getvalue()

"""Large JPEGs decoded and reduced by libvips, which is twice as fast as Pillow at the same picture.

Both let the decoder leave out what is not needed (1/2, 1/4 or 1/8 of the size), but Pillow's Lanczos filter then takes
as long as the decoding, and libvips's a fifth of that. Only JPEGs whose header Pillow has read come here, and only
libvips's JPEG reader is called; what it does not take, Pillow decides.
"""

from __future__ import annotations

import os
from functools import cache
from types import ModuleType

from PIL import Image

from core.images import colour, pixels, reading
from core.types import Facts

SPARE = 1.5  # how much larger than needed a JPEG is decoded: a decoder's own reduction blurs, or aliases
FRACTIONS = (8, 4, 2)


def decode(data: bytes, image: Image.Image, facts: Facts, longest: int) -> Image.Image:
    """`reading.decode(image, longest)` of the file `data`, faster and a little sharper for a large JPEG."""
    size = pixels.fitted(image.size, longest)
    reading.check_size(*image.size)
    if size != image.size and facts.format == "JPEG" and image.mode in ("RGB", "L"):
        small = _reduced(data, image.size, size)
        if small:
            small.info = {key: value for key, value in image.info.items() if key == "icc_profile"}
            return pixels.upright(colour.to_rgb(small), facts.orientation)
    return reading.decode(image, longest)


def _reduced(data: bytes, before: pixels.Size, after: pixels.Size) -> Image.Image | None:
    """The JPEG at the size `after`; None when libvips finds something wrong with it, such as a missing end."""
    vips = _vips()
    fraction = next((part for part in FRACTIONS if max(before) >= part * SPARE * max(after)), 1)
    try:
        whole = vips.Image.jpegload_buffer(data, shrink=fraction, access="sequential", fail_on="truncated")
        small = whole.resize(after[0] / whole.width, vscale=after[1] / whole.height, kernel="lanczos3")
        mode = {1: "L", 3: "RGB"}.get(small.bands)
        if mode is None or (small.width, small.height) != after:
            return None
        return Image.frombytes(mode, after, bytes(small.write_to_memory()))
    except vips.Error:
        return None


@cache
def _vips() -> ModuleType:
    """libvips with one thread a picture, as the pictures themselves are spread over threads, and nothing cached."""
    os.environ.setdefault("VIPS_WARNING", "0")  # the variable's being there keeps its warnings from the terminal
    import pyvips

    pyvips.block_untrusted_set(True)
    pyvips.concurrency_set(1)
    pyvips.cache_set_max(0)
    return pyvips

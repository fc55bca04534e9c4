"""Any picture to 8-bit sRGB: what cameras, printers and scanners write, as a screen would show it."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

_SRGB = ImageCms.createProfile("sRGB")


def channels(image: Image.Image) -> int:
    """Values a pixel once it is decoded: a palette picture has the three of its colours, four with transparency."""
    return (4 if image.has_transparency_data else 3) if image.mode in ("P", "PA") else len(image.getbands())


def to_rgb(image: Image.Image) -> Image.Image:
    """The picture in 8-bit sRGB: its colour profile applied, transparency on white, deeper grey scaled down."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(_profiled(image.convert("RGB")), mask=image.getchannel("A"))
        return white
    if image.mode[0] in "IF":
        image = _shallow(image)
    return _profiled(image if image.mode == "CMYK" else image.convert("RGB"))


def _profiled(image: Image.Image) -> Image.Image:
    """RGB or CMYK through its own profile to sRGB; without one, or with one that is broken, by Pillow's formula."""
    data = image.info.get("icc_profile")
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data)) if data else None
        if profile and "sRGB" not in ImageCms.getProfileDescription(profile):
            image = ImageCms.profileToProfile(image, profile, _SRGB, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        pass  # the colours are then a little off, which is better than no picture
    return image.convert("RGB")


def _shallow(image: Image.Image) -> Image.Image:
    """8-bit grey from 16-bit, 32-bit or float grey; the last two have no white of their own, so theirs is the peak."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    white = 65535.0 if image.mode.startswith("I;16") else max(float(values.max(initial=0.0)), 255.0)
    return Image.fromarray(np.clip(values * (255.0 / white), 0, 255).astype(np.uint8))

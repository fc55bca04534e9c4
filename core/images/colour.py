"""Any picture to 8-bit sRGB: what cameras, printers and scanners write, as a screen would show it."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

_SRGB = ImageCms.createProfile("sRGB")
_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # by the colour space of a profile
_BROKEN = (ImageCms.PyCMSError, OSError, TypeError, ValueError, AttributeError)  # what a profile may raise

Profile = ImageCms.ImageCmsProfile


def channels(image: Image.Image) -> int:
    """Values a pixel once it is decoded: a palette picture has the three of its colours, four with transparency."""
    return (4 if image.has_transparency_data else 3) if image.mode in ("P", "PA") else len(image.getbands())


def foreign_profile(image: Image.Image) -> str | None:
    """The name of the embedded colour profile, such as "Display P3"; None for sRGB, for none, and for a broken one."""
    profile = _profile(image)
    return None if profile is None else (ImageCms.getProfileDescription(profile).strip() or "without a name")[:100]


def to_rgb(image: Image.Image) -> Image.Image:
    """The picture in 8-bit sRGB: its colour profile applied, transparency on white, deeper grey scaled down."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(_profiled(image.convert("RGB")), mask=image.getchannel("A"))
        return white
    return _profiled(_shallow(image) if image.mode[0] in "IF" else image)


def _profiled(image: Image.Image) -> Image.Image:
    """Through its own profile to sRGB; without one, or with one that does not fit it, by Pillow's formula."""
    profile = _profile(image)
    mode = _MODES.get(profile.profile.xcolor_space.strip()) if profile else None
    if profile is None or mode is None or (mode == "CMYK") != (image.mode == "CMYK"):
        return image if image.mode == "RGB" else image.convert("RGB")  # which would copy it
    try:
        same = image if image.mode == mode else image.convert(mode)
        return ImageCms.profileToProfile(same, profile, _SRGB, outputMode="RGB") or image.convert("RGB")
    except _BROKEN:
        return image.convert("RGB")  # the colours are then a little off, which is better than no picture


def _profile(image: Image.Image) -> Profile | None:
    """The picture's colour profile, unless it is sRGB or can't be read."""
    data = image.info.get("icc_profile")
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data)) if data else None
        return None if profile and ImageCms.getProfileDescription(profile).startswith("sRGB") else profile
    except _BROKEN:
        return None


def _shallow(image: Image.Image) -> Image.Image:
    """8-bit grey from 16-bit, 32-bit or float grey; the last two have no white of their own, so theirs is the peak."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    white = 65535.0 if image.mode.startswith("I;16") else max(float(values.max(initial=0.0)), 255.0)
    return Image.fromarray(np.clip(values * (255.0 / white), 0, 255).astype(np.uint8))

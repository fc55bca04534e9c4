"""The GPS position in a picture's metadata, so that it can be kept out of what leaves this computer."""

from __future__ import annotations

from pathlib import Path

from PIL import ExifTags

from core.errors import BadImage
from core.images import reading

Position = tuple[float, float]  # degrees north and east, negative to the south and west


def has_position(source: Path | bytes) -> bool:
    """Whether the metadata names a place at all, also in a way that can not be made sense of."""
    return bool(_tags(source))


def position(source: Path | bytes) -> Position | None:
    """Where the picture was taken; None where it does not tell."""
    tags = _tags(source)
    try:
        north = _degrees(tags[ExifTags.GPS.GPSLatitude], tags.get(ExifTags.GPS.GPSLatitudeRef) == "S")
        east = _degrees(tags[ExifTags.GPS.GPSLongitude], tags.get(ExifTags.GPS.GPSLongitudeRef) == "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    return (north, east) if abs(north) <= 90 and abs(east) <= 180 else None


def _tags(source: Path | bytes) -> dict[int, object]:
    try:
        image = reading.header(reading.read_bytes(source))
        with reading.decoding("The metadata makes no sense."):
            return dict(image.getexif().get_ifd(ExifTags.IFD.GPSInfo))
    except BadImage:
        return {}


def _degrees(parts: object, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)  # type: ignore[attr-defined]
    found = round(degrees + minutes / 60 + seconds / 3600, 6)
    return -found if negative else found

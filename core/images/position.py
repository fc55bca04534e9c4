"""The GPS position in a picture's metadata, so that it can be kept out of what leaves this computer."""

from __future__ import annotations

from pathlib import Path

from PIL import ExifTags, Image

from core.errors import BadImage
from core.images import metadata, reading

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
        data = reading.read_bytes(source)
        image = reading.header(data)
        with reading.decoding("The metadata makes no sense."):
            if image.format != "PNG":
                return dict(image.getexif().get_ifd(ExifTags.IFD.GPSInfo))
            exif = Image.Exif()  # asked itself, a PNG would be decoded for what may stand behind its pixels
            exif.load(metadata.png_exif(data))
            return dict(exif.get_ifd(ExifTags.IFD.GPSInfo))
    except BadImage:
        return {}


def _degrees(parts: object, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)  # type: ignore[attr-defined]
    found = round(degrees + minutes / 60 + seconds / 3600, 6)
    return -found if negative else found

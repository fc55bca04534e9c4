"""Small pictures of photos, kept by the content hash of the original."""

from __future__ import annotations

import base64
import io
from pathlib import Path

from PIL import Image

from core.files import write_atomically
from core.images import pixels, reading

LONGEST = 320


def draw(image: Image.Image, longest: int = LONGEST, quality: int = 80) -> bytes:
    """The picture as a JPEG with no side longer than `longest` pixels."""
    small = pixels.resized(image, pixels.fitted(image.size, longest))
    file = io.BytesIO()
    small.save(file, "JPEG", quality=quality)
    return file.getvalue()


def keep(folder: Path, sha256: str, data: bytes) -> None:
    """Keep the thumbnail of the photo with that content hash."""
    write_atomically(_file(folder, sha256), data)


def find(folder: Path, sha256: str) -> bytes | None:
    """The kept thumbnail, or None."""
    try:
        return _file(folder, sha256).read_bytes()
    except FileNotFoundError:
        return None


def data_uri(data: bytes) -> str:
    """A JPEG as the URI that carries it, for an <img> or a table's image column."""
    return "data:image/jpeg;base64," + base64.b64encode(data).decode()


def preview(source: Path | bytes, longest: int = 1280) -> bytes:
    """The photo, upright, as a JPEG for the screen; BadImage when it can't be read."""
    return draw(reading.open_upright(source, longest), longest, quality=85)


def _file(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / f"{sha256}.jpg"

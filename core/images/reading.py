"""Image files, read safely: the facts of the header, and the decoded picture, upright and in RGB.

Nothing is decoded before its header has shown that it is small enough, and whatever Pillow raises on broken bytes
comes out as BadImage.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from core.errors import BadImage, ImageBomb
from core.images import colour, pixels
from core.types import Facts

MAX_PIXELS = 200_000_000
MAX_READ_BYTES = 512 * 1024 * 1024  # no photo is heavier, and a file is read whole

# The raster formats that a photo comes in. Pillow knows more, some of which start other programs (EPS).
PLUGINS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "BMP", "TIFF", "PPM", "JPEG2000")

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
Image.init()

# Linux's malloc gives memory back after every small picture, and to fetch it again takes a sixth of the time of looking
# at one. Once a block of this size was freed it keeps up to twice as much (mallopt(3), dynamic mmap threshold).
np.empty(4 * 1024 * 1024, np.uint8)


@contextlib.contextmanager
def decoding(what: str) -> Iterator[None]:
    """Turns whatever Pillow raises into BadImage with the message `what`: on broken bytes it raises almost anything."""
    try:
        yield
    except BadImage:
        raise
    except Exception as error:
        raise BadImage(what) from error


def read_bytes(source: Path | bytes) -> bytes:
    """The file's bytes; BadImage when it is empty, no file, far too heavy for a photo, or not to be read."""
    if isinstance(source, Path):
        try:
            if not source.is_file():
                raise BadImage(f"{source.name} is not there, or not a file.")
            if source.stat().st_size > MAX_READ_BYTES:
                raise BadImage(f"The file has more than {MAX_READ_BYTES // 2**20} MB, which is no photo.")
            source = source.read_bytes()
        except OSError as error:
            raise BadImage(f"The file can't be read: {error.strerror or error}.") from error
    if not source:
        raise BadImage("The file is empty. Get it again from where it came from, or remove it.")
    return source


def header(data: bytes) -> Image.Image:
    """The image with its header read and no pixel decoded, however large it claims to be; BadImage if it is none.

    Image.open would do the same but for a bomb, where it warns or raises before the size can be told.
    """
    with decoding("The file is damaged: not even its header can be read."):
        for plugin in PLUGINS:
            opener, accepts = Image.OPEN.get(plugin, (None, None))
            if opener and (accepts is None or accepts(data[:16]) is True):
                with contextlib.suppress(SyntaxError):
                    return opener(io.BytesIO(data), "")
    raise BadImage("This is not an image, or of a kind that can't be read. Use JPEG or PNG.")


def facts_of(image: Image.Image, data: bytes, sha256: str | None = None) -> Facts:
    """What `header(data)` tells, and the SHA-256 of the bytes, which is worked out unless it is given."""
    with decoding("The file is damaged: its header makes no sense."):
        mode = _mode(image, data)
        exif = _exif(image)
        return Facts(
            width=image.width,
            height=image.height,
            channels=colour.channels(image),
            mode=mode,
            format=_format(image),
            bytes=len(data),
            sha256=sha256 or hashlib.sha256(data).hexdigest(),
            orientation=_orientation(image, exif),
            frames=1 if _format(image) == "JPEG" else int(getattr(image, "n_frames", 1)),
            captured=_captured(exif),
            camera=_camera(exif),
            profile=colour.foreign_profile(image),
        )


def read_facts(source: Path | bytes) -> Facts:
    """The facts of an image file, without decoding it; BadImage when it is none, ImageBomb when it is too large."""
    data = read_bytes(source)
    facts = facts_of(header(data), data)
    check_size(facts.width, facts.height)
    return facts


def open_upright(source: Path | bytes, longest: int | None = None) -> Image.Image:
    """The whole picture as a person sees it: RGB, on white where it is transparent, turned as EXIF says.

    With `longest` no side is longer than that, and a JPEG is decoded at a fraction of its size, several times faster.
    Raises BadImage when it is broken or cut off, ImageBomb when it is too large.
    """
    return decode(header(read_bytes(source)), longest)


def decode(image: Image.Image, longest: int | None = None) -> Image.Image:
    """`open_upright` for an image whose header has been read."""
    size = pixels.fitted(image.size, longest) if longest else image.size
    return _decode(image, size, lambda whole: pixels.resized(whole, size))


def miniature(image: Image.Image, least: int, most: int) -> Image.Image:
    """Like `decode`, with a longest side of anything between `least` and `most` pixels: what comes fastest."""
    return _decode(image, pixels.fitted(image.size, least), lambda whole: pixels.reduced(whole, least, most))


def _decode(image: Image.Image, size: pixels.Size, shrink: Callable[[Image.Image], Image.Image]) -> Image.Image:
    """The upright picture that `shrink` makes of the whole one, or of a JPEG at a fraction not smaller than `size`."""
    check_size(*image.size)
    with decoding(
        f"The file is damaged or cut off: its header promises {image.width} x {image.height} pixels, "
        "but they can't all be read. Get it again from where it came from, or remove it."
    ):
        turn = _orientation(image, _exif(image))
        image.draft(None, size)
        image.load()
        return pixels.upright(colour.to_rgb(shrink(image)), turn)


def check_size(width: int, height: int) -> None:
    """ImageBomb when an image has more pixels than is safe to unpack."""
    if width * height > MAX_PIXELS:
        raise ImageBomb(
            f"{width} x {height} pixels are more than the {MAX_PIXELS // 1_000_000} million that are safe to open. "
            "Make it smaller with a photo editor, or remove it."
        )


def _format(image: Image.Image) -> str:
    """Pillow's name, with MPO (a JPEG with further pictures behind it, as phones write) as the JPEG that it is."""
    return "JPEG" if image.format == "MPO" else image.format or ""


def _mode(image: Image.Image, data: bytes) -> str:
    """Pillow's mode, with ";16" for the 16-bit colour PNG that Pillow itself reads as 8 bit."""
    deep = image.format == "PNG" and data[24] == 16 and not image.mode.startswith("I")
    return f"{image.mode};16" if deep else image.mode


def _exif(image: Image.Image) -> Image.Exif:
    """The EXIF block, empty when there is none before the pixels: asking a PNG for one would decode it."""
    if image.format == "PNG" and "exif" not in image.info:
        return Image.Exif()
    try:
        return image.getexif()
    except Exception:  # noqa: BLE001 - a broken EXIF block raises almost anything, and is no reason to lose the photo
        return Image.Exif()


def _orientation(image: Image.Image, exif: Image.Exif) -> int:
    if image.format == "TIFF":
        return 1  # Pillow gives the size of a TIFF as it is upright, and turns it itself
    turn = exif.get(ExifTags.Base.Orientation, 1)
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def _captured(exif: Image.Exif) -> str | None:
    """When the photo was taken, as an ISO time without a zone; None where EXIF does not say."""
    try:
        inner = exif.get_ifd(ExifTags.IFD.Exif)
        text = inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
        return dt.datetime.strptime(str(text).strip("\0 "), "%Y:%m:%d %H:%M:%S").isoformat()
    except Exception:  # noqa: BLE001 - as above
        return None


def _camera(exif: Image.Exif) -> str | None:
    """Make and model, such as "Canon EOS 80D"; None where EXIF has neither."""
    try:
        make, model = (" ".join(str(exif.get(tag, "")).replace("\0", " ").split())
                       for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    except Exception:  # noqa: BLE001 - as above
        return None
    both = model if model.casefold().startswith(make.casefold()) else f"{make} {model}".strip()
    return both[:100] or None

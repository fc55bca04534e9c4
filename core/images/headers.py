"""Facts of an image from the first bytes of its file, for those who fetch a file piece by piece.

A JPEG's size stands behind its EXIF block, colour profile and whatever else was put before it, a PNG's at once; how far
the header goes can be told from the lengths that stand in it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from PIL import Image

from core import limits
from core.errors import BadImage
from core.images.reading import PLUGINS, check_size, facts_of, header
from core.types import Facts

FIRST = 16 * 1024  # bytes that hold most headers, EXIF with its little picture included

_MARGIN = 8 * 1024  # bytes that are asked for beyond the next segment, so that several small ones come with it
_ELSE = 256 * 1024  # bytes in which the header of any other format must lie; Rekognition takes none of them
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


class OtherFormat(BadImage):
    """An image that Rekognition takes in no size."""


def read_header(fetch: Callable[[int, int], bytes], start: bytes, size: int) -> Facts:
    """The facts of a file of `size` bytes that begins with `start`; `fetch(first, end)` gives more of it.

    No more is fetched than the header needs. The SHA-256 stays empty, because it needs all. Raises BadImage, which is
    OtherFormat where the file is neither JPEG nor PNG and tells its size only to those who have all of it.
    """
    while (wanted := min(needed(start), size)) > len(start):
        more = fetch(len(start), wanted)
        if not more:
            break
        start += more
    try:
        facts = facts_of(header(start), start, sha256=" ")
    except BadImage:
        if len(start) < size and _is_other(start):
            raise OtherFormat("This is neither a JPEG nor a PNG.") from None
        raise
    check_size(facts.width, facts.height)
    return dataclasses.replace(facts, bytes=size, sha256="")


def _is_other(start: bytes) -> bool:
    """Whether Pillow knows the first bytes as those of another format."""
    known = (Image.OPEN[name][1] for name in PLUGINS if name not in limits.FORMATS and name in Image.OPEN)
    return any(accepts is not None and accepts(start[:16]) is True for accepts in known)


def needed(start: bytes) -> int:
    """How many bytes of the file its header takes, as far as that can be told; more than there are asks for more."""
    if start.startswith(_JPEG):
        return _jpeg(start)
    if start.startswith(_PNG):
        return _png(start)
    try:
        header(start)
    except BadImage:
        return _ELSE
    return len(start)


def _jpeg(start: bytes) -> int:
    """Up to the scan, segment by segment. Where none begins, Pillow has to see the whole file."""
    at = 2
    while at + 4 <= len(start):
        mark, code = start[at], start[at + 1]
        if mark != 0xFF:
            return 1 << 62
        if code == 0xFF:  # fill
            at += 1
        elif code == 0x01 or 0xD0 <= code <= 0xD7:  # without a length
            at += 2
        else:
            at += 2 + int.from_bytes(start[at + 2 : at + 4], "big")
            if code == 0xDA:
                return at
    return at + _MARGIN


def _png(start: bytes) -> int:
    """Up to the first chunk of pixels."""
    at = len(_PNG)
    while at + 8 <= len(start):
        if start[at + 4 : at + 8] == b"IDAT":
            return at + 8
        at += 12 + int.from_bytes(start[at : at + 4], "big")
    return at + _MARGIN

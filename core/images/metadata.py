"""Metadata (EXIF with the GPS position, XMP, comments) taken out of JPEG and PNG files without touching a pixel."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_METADATA = (b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME")
_KEPT_APPLICATION_SEGMENTS = (0xE0, 0xE2, 0xEE)  # JFIF, the colour profile, Adobe's colour transform
_END_OF_SCAN = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")  # a marker that is neither a stuffed byte nor a restart


def without_metadata(data: bytes, format: str) -> bytes | None:
    """The same JPEG or PNG without metadata and without what lies behind its end; None when its parts can't be told."""
    try:
        if format == "PNG":
            return _PNG_SIGNATURE + b"".join(chunk for kind, chunk in _chunks(data) if kind not in _PNG_METADATA)
        return b"\xff\xd8" + b"".join(part for marker, part in _segments(data) if _kept(marker, part))
    except (struct.error, ValueError):
        return None


def png_exif(data: bytes) -> bytes:
    """The EXIF data of a PNG, wherever in it they stand, without a pixel being decoded; empty where there are none."""
    try:
        return next((chunk[8:-4] for kind, chunk in _chunks(data) if kind == b"eXIf"), b"")
    except (struct.error, ValueError):
        return b""


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(type, the whole chunk) of a PNG, up to its end chunk."""
    at, kind = len(_PNG_SIGNATURE), b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, _slice(data, at, at + 12 + length)
        at += 12 + length


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, the whole segment) of a JPEG after its first marker; a scan's coded pixels go with its header."""
    at, marker = 2, 0
    padded = data + b"\0\0"  # the last marker has no length behind it
    while marker != 0xD9:
        start, marker, length = struct.unpack_from(">BBH", padded, at)
        if start != 0xFF:
            raise ValueError("no marker where a segment should begin")
        end = at + 1 if marker == 0xFF else at + 2 if marker == 0xD9 else at + 2 + length
        if marker == 0xDA:
            end = _scan_end(data, end)
        if marker != 0xFF:  # filling
            yield marker, _slice(data, at, end)
        at = end


def _scan_end(data: bytes, at: int) -> int:
    found = _END_OF_SCAN.search(data, at)
    if not found:
        raise ValueError("a scan without an end")
    return found.start()


def _kept(marker: int, segment: bytes) -> bool:
    if marker == 0xE2:  # also used for an index of further pictures (MPF), which are cut off
        return segment[4:].startswith(b"ICC_PROFILE\0")
    return marker in _KEPT_APPLICATION_SEGMENTS or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _slice(data: bytes, start: int, end: int) -> bytes:
    if end > len(data):
        raise ValueError("a part that is longer than the file")
    return data[start:end]

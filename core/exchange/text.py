"""Foreign bytes as text and as JSON, whatever program has saved them."""

from __future__ import annotations

import codecs
import json
from typing import Any

from core.errors import BadAnnotations

MAX_BYTES = 256 * 1024 * 1024  # a file that is read in one piece; the largest COCO set has about 450 bytes a box

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
          (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decode(data: bytes, name: str) -> tuple[str, str]:
    """(text, encoding): by its mark, else UTF-8, else UTF-16 where every other byte is empty, else Windows' own.

    BadAnnotations when the file is too large, or is no text at all.
    """
    require_bearable(data, name)
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data.removeprefix(mark), encoding, name), encoding
    if half := _unmarked_utf16(data):
        return _decoded(data, half, name), half
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decoded(data, "cp1252", name), "cp1252"


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: in what is mostly Latin letters every other byte is empty."""
    head = data[:1024]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 3 < len(head) or len(data) % 2:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise BadAnnotations(f"{name} is not text that can be read. Save it as UTF-8.") from None


def require_bearable(data: bytes, name: str) -> None:
    """BadAnnotations for a file that is too large to be read in one piece."""
    if len(data) > MAX_BYTES:
        raise BadAnnotations(f"{name} has {len(data) / 1024**2:,.0f} MB; {MAX_BYTES // 1024**2} MB at once is the "
                             "limit. Divide it.")


def load_object(data: bytes, name: str) -> dict[str, Any]:
    """A JSON object; BadAnnotations says where it ends to be one."""
    text, _ = decode(data, name)
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadAnnotations(f"{name} is not JSON: {error.msg} in line {error.lineno}.") from None
    except (ValueError, RecursionError):
        raise BadAnnotations(f"{name} is not JSON that can be read: it is nested too deeply, or has endless "
                             "numbers.") from None
    if not isinstance(found, dict):
        raise BadAnnotations(f"{name} holds a {type(found).__name__} where an object belongs.")
    return found

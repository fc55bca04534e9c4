"""A manifest that is no JSON Lines at all, but plainly means them: a list, indented objects, or another encoding."""

from __future__ import annotations

import codecs
import contextlib
import json
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from core.manifest.lines import dump_line
from core.manifest.opening import texts
from core.manifest.rules import check_line

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MOST = 64 * 1024**2  # bytes: what is no line can only be read with all of it in memory
_PIECE = 1024**2
_BLANK = " \t\n\r"


@contextlib.contextmanager
def one_a_line(manifest: BinaryIO) -> Iterator[tuple[BinaryIO, str]]:
    """The manifest with its lines, and how they were made of something else: "" when they are its own lines.

    Raises BadManifest when it is no text.
    """
    with tempfile.TemporaryFile() as decoded, tempfile.TemporaryFile() as made:
        encoded = _is_utf_16(manifest) and _decode(manifest, decoded)
        text: BinaryIO = decoded if encoded else manifest
        if _is_other_json(text) and _write_objects(text, made):
            yield made, "a manifest has one object a line, and this had a list, indented objects or other ends of lines"
        else:
            yield text, "a manifest is in UTF-8, and this was in UTF-16" if encoded else ""


def _is_utf_16(manifest: BinaryIO) -> bool:
    manifest.seek(0)
    return manifest.read(2) in _UTF_16


def _decode(manifest: BinaryIO, into: BinaryIO) -> bool:
    """Whether it was UTF-16 to its end; the same in UTF-8 is in the other file then."""
    manifest.seek(0)
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        for piece in iter(lambda: manifest.read(_PIECE), b""):
            into.write(decoder.decode(piece).encode())
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _is_other_json(manifest: BinaryIO) -> bool:
    """Whether it may be JSON that is not in lines: several of which none is an object, a list in one, or other ends."""
    manifest.seek(0)
    start = manifest.read(_PIECE).removeprefix(codecs.BOM_UTF8).strip()[:1]
    if manifest.seek(0, 2) > _MOST or start not in (b"[", b"{"):
        return False
    manifest.seek(0)
    count, text = 0, ""
    for text in texts(manifest):
        if check_line(text, 1).readable:
            return False
        count += 1
    return start == b"[" or count > 1 or "\r" in text


def _write_objects(manifest: BinaryIO, into: BinaryIO) -> bool:
    """Write every object of a list, or of a row of JSON values, as a line; False when something else stands there."""
    manifest.seek(0)
    text = "\n".join(texts(manifest, whole=True)).removeprefix("\ufeff").strip()
    try:
        for item in _objects(text):
            into.write(f"{dump_line(item)}\n".encode())  # ValueError by half a character, which can't be written
    except (ValueError, RecursionError):
        return False
    return True


def _objects(text: str) -> Iterator[dict[str, object]]:
    """The objects one by one, since all of them take many times the memory of their text."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        listed = text[at] == "["
        at = _after(text, at + 1) if listed else at
        while not (listed and text[at : at + 1] == "]"):
            item, at = decoder.raw_decode(text, at)
            if not isinstance(item, dict):
                raise ValueError("no object")
            yield item
            if not listed:
                break
            at = _after(text, at)
            if text[at : at + 1] == ",":
                at = _after(text, at + 1)
            elif text[at : at + 1] != "]":
                raise ValueError("no end of the list")
        at = _after(text, at + listed, _BLANK + ",")


def _after(text: str, at: int, passed: str = _BLANK) -> int:
    """Where something else than what is passed over stands next."""
    while at < len(text) and text[at] in passed:
        at += 1
    return at

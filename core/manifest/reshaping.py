"""A manifest that is no JSON Lines at all, but plainly means them: a list, indented objects, or another encoding."""

from __future__ import annotations

import codecs
import contextlib
import json
from collections.abc import Iterator

from core.manifest.lines import dump_line, split_lines
from core.manifest.rules import check_line

_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_MOST = 64 * 1024**2  # bytes: what is read as one JSON value takes many times its size in memory


def one_a_line(manifest: bytes) -> tuple[list[str], str]:
    """The manifest's lines, and how they were made of something else: "" when they are its own lines.

    Raises BadManifest when it is no text.
    """
    encoding = next((name for mark, name in _MARKS.items() if manifest.startswith(mark)), None)
    if encoding:
        with contextlib.suppress(UnicodeError):
            manifest = manifest.decode(encoding).encode()
    texts = split_lines(manifest)
    if _is_other_json(manifest, texts):
        with contextlib.suppress(ValueError, RecursionError):
            made = [dump_line(item) for item in _objects("\n".join(texts).removeprefix("\ufeff"))]
            "".join(made).encode()  # half a character can be read, but not written
            return made, "a manifest has one object a line, and this had a list or indented objects"
    return texts, "a manifest is in UTF-8, and this was in UTF-16" if encoding else ""


def _is_other_json(manifest: bytes, texts: list[str]) -> bool:
    """Whether it may be JSON that is not in lines: several lines of which none is an object, or a list in one."""
    start = manifest.removeprefix(codecs.BOM_UTF8).strip()[:1]
    return (len(manifest) <= _MOST and (start == b"[" or (start == b"{" and len(texts) > 1))
            and not any(check_line(text, 1).readable for text in texts))


def _objects(text: str) -> Iterator[dict[str, object]]:
    """Every object of a JSON list, or of a row of JSON values; ValueError when something else stands there."""
    decoder, at, text = json.JSONDecoder(), 0, text.strip()
    while at < len(text):
        value, end = decoder.raw_decode(text, at)
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, dict):
                raise ValueError("no object")
            yield item
        while end < len(text) and text[end] in " \t\r\n,":
            end += 1
        at = end

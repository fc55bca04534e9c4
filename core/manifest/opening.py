"""Opens a manifest: its lines checked one by one, or the code that says why there are none.

A file is read line by line, and of each line only what was understood is kept. So a manifest of any size costs less
memory than its own bytes, and a line without an end costs none at all.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from core import limits
from core.errors import BadManifest
from core.manifest.lines import split_lines
from core.manifest.rules import check_line, check_lines
from core.manifest.types import Line

Source = bytes | Sequence[str]

SNAPSHOT = "rekognition-custom-labels-evaluation"
_BLANK = " \t\n\r\v\f"  # what bytes.strip takes off
_PIECE = 4 * limits.MAX_LINE_LENGTH + 8  # bytes: a line that has more is too long in whatever script


@dataclass(frozen=True, slots=True)
class Opened:
    """A manifest as checked lines, or the code that says why it has none. `too_long`: it has more lines than allowed.

    `snapshot` says that the evaluation of a training stands in it.
    """

    lines: tuple[Line, ...] = ()
    code: str | None = None
    too_long: bool = False
    snapshot: bool = False


def opened(source: Source) -> Opened:
    """The manifest in memory, as bytes or as lines. Never raises."""
    if isinstance(source, bytes):
        if len(source) > limits.MAX_MANIFEST_BYTES:
            return Opened(code="ERROR_MANIFEST_SIZE_TOO_LARGE")
        if not source.strip():
            return Opened(code="ERROR_EMPTY_MANIFEST", too_long=source.count(b"\n") > limits.MAX_MANIFEST_LINES)
        try:
            source = split_lines(source)
        except BadManifest:
            return Opened(code="ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    lines = check_lines(source[:limits.MAX_MANIFEST_LINES])
    return _opened(lines, len(source) > limits.MAX_MANIFEST_LINES, any(SNAPSHOT in line.text for line in lines))


def opened_file(file: Path, tick: Callable[[], None] = lambda: None) -> Opened:
    """The manifest in a file, in lean lines; `tick` is called at each and may raise to end it. OSError as of files."""
    if file.stat().st_size > limits.MAX_MANIFEST_BYTES:
        return Opened(code="ERROR_MANIFEST_SIZE_TOO_LARGE")
    lines: list[Line] = []
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}  # labels repeat
    blank, snapshot, too_long = True, False, False
    try:
        with file.open("rb") as stream:
            for number, text in enumerate(texts(stream), 1):
                tick()
                blank = blank and not text.strip(_BLANK)
                if number > limits.MAX_MANIFEST_LINES:
                    too_long = True
                    continue  # the rest must be UTF-8 all the same
                snapshot = snapshot or SNAPSHOT in text
                line = check_line(text, number)
                lines.append(replace(line, text="", labels=shared.setdefault(line.labels, line.labels)))
    except BadManifest:
        return Opened(code="ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    if blank:
        return Opened(code="ERROR_EMPTY_MANIFEST", too_long=too_long)
    return _opened(tuple(lines), too_long, snapshot)


def _opened(lines: tuple[Line, ...], too_long: bool, snapshot: bool) -> Opened:
    if not lines:
        return Opened(code="ERROR_EMPTY_MANIFEST")
    if not any(line.readable for line in lines):
        return Opened(code="ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT", too_long=too_long)
    return Opened(lines, too_long=too_long, snapshot=snapshot)


def texts(stream: BinaryIO) -> Iterator[str]:
    """The lines of a manifest as `split_lines` has them. Raises BadManifest where it is not UTF-8.

    Of a line that is too long only the beginning is given, which is too long as well.
    """
    for number, line in enumerate(iter(lambda: stream.readline(_PIECE), b""), 1):
        if line == b"\r":  # the end of the file, and of no line
            return
        try:
            if line.endswith(b"\n") or len(line) < _PIECE:
                yield line.removesuffix(b"\n").decode("utf-8").removesuffix("\r")
            else:
                yield _beginning(line, iter(lambda: stream.readline(_PIECE), b""))
        except UnicodeDecodeError as error:
            raise BadManifest(
                f"The manifest is not UTF-8 text: line {number:,} can't be read. Save it as UTF-8.") from error


def _beginning(first: bytes, rest: Iterable[bytes]) -> str:
    """The first piece of a line that is too long; the others are read up to its end, and must be UTF-8 too."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    text = decoder.decode(first)
    for piece in rest:
        decoder.decode(piece)
        if piece.endswith(b"\n"):
            break
    decoder.decode(b"", final=True)
    return text

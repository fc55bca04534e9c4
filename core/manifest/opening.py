"""Opens a manifest: its lines checked one by one, or the code that says why there are none.

A file is read line by line, and what was understood of each line is kept on disk. So a manifest of any size costs no
more memory than a small one, and a line without an end costs none at all.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core import limits
from core.errors import BadManifest
from core.manifest.lines import split_lines
from core.manifest.rules import check_line, check_lines
from core.manifest.storing import Lines, Stored
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

    lines: Lines = ()
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
    """The manifest in a file, its lines kept on disk beside it; `tick` is called at each and may raise to end it.

    OSError as of files.
    """
    if file.stat().st_size > limits.MAX_MANIFEST_BYTES:
        return Opened(code="ERROR_MANIFEST_SIZE_TOO_LARGE")
    met = _Met()
    try:
        with file.open("rb") as stream:
            lines = Stored(met.lines(stream, tick), file.parent)
    except BadManifest:
        return Opened(code="ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    if met.blank:
        return Opened(code="ERROR_EMPTY_MANIFEST", too_long=met.too_long)
    return _opened(lines, met.too_long, met.snapshot)


@dataclass(slots=True)
class _Met:
    """What the lines of a file show on the way."""

    blank: bool = True
    too_long: bool = False
    snapshot: bool = False

    def lines(self, stream: BinaryIO, tick: Callable[[], None]) -> Iterator[Line]:
        for number, text in enumerate(texts(stream), 1):
            tick()
            self.blank = self.blank and not text.strip(_BLANK)
            if number > limits.MAX_MANIFEST_LINES:
                self.too_long = True
                continue  # the rest must be UTF-8 all the same
            self.snapshot = self.snapshot or SNAPSHOT in text
            yield check_line(text, number)


def _opened(lines: Lines, too_long: bool, snapshot: bool) -> Opened:
    if not lines:
        return Opened(code="ERROR_EMPTY_MANIFEST")
    if not any(line.readable for line in lines):
        return Opened(code="ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT", too_long=too_long)
    return Opened(lines, too_long=too_long, snapshot=snapshot)


def texts(stream: BinaryIO, whole: bool = False) -> Iterator[str]:
    """The lines of a manifest as `split_lines` has them. Raises BadManifest where it is not UTF-8.

    Of a line that is too long only the beginning is given, which is too long as well, unless it is wanted `whole`.
    """
    most = -1 if whole else _PIECE
    for number, line in enumerate(iter(lambda: stream.readline(most), b""), 1):
        if line == b"\r":  # the end of the file, and of no line
            return
        try:
            if whole or line.endswith(b"\n") or len(line) < _PIECE:
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

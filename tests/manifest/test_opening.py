"""A manifest in a file is read as one in memory is, a line at a time."""

from __future__ import annotations

import io
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manifest_samples import boxed, image, manifest, pets

from core import limits
from core.errors import BadManifest
from core.manifest.lines import split_lines
from core.manifest.opening import opened, opened_file, texts

PIECES = st.lists(st.sampled_from(
    [b"\n", b"\r\n", b"\r", b" ", b"{}", b"x" * 50, "ü€😀".encode(), b"\xff", b"\xe2\x82"]))


def read(data: bytes) -> list[str] | str:
    try:
        return list(texts(io.BytesIO(data)))
    except BadManifest as error:
        return error.message


@given(PIECES)
def test_lines_of_a_file_are_those_of_its_bytes(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    try:
        expected: list[str] | str = split_lines(data)
    except BadManifest as error:
        expected = error.message
    assert read(data) == expected


@pytest.mark.parametrize("data", [
    b"", b"\n \n", b"image,label\n", b"\xff\xfe\0", manifest(*pets()),
    manifest(boxed("x.jpg"), "", "x", image("y.jpg"))])
def test_a_file_is_opened_as_its_bytes_are(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(data)
    whole, kept = opened(data), opened_file(tmp_path / "m")
    assert [*kept.lines] == [replace(line, text="") for line in whole.lines]
    assert replace(kept, lines=()) == replace(whole, lines=())


def test_a_line_without_end_costs_no_memory_and_is_one_line_too_long(tmp_path: Path) -> None:
    data = manifest(image("a.jpg")) + b'{"x": "' + b"y" * 40_000_000 + b'"}\n' + manifest(image("b.jpg"))
    (tmp_path / "m").write_bytes(data)
    tracemalloc.start()
    try:
        lines = opened_file(tmp_path / "m").lines
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [line.readable for line in lines] == [True, False, True]
    assert peak < 10_000_000


def test_a_file_over_a_limit_is_refused_as_its_bytes_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m").write_bytes(manifest(*pets()))
    monkeypatch.setattr(limits, "MAX_MANIFEST_LINES", 30)
    assert (opened_file(tmp_path / "m").too_long, len(opened_file(tmp_path / "m").lines)) == (True, 30)
    monkeypatch.setattr(limits, "MAX_MANIFEST_BYTES", 100)
    assert opened_file(tmp_path / "m").code == "ERROR_MANIFEST_SIZE_TOO_LARGE"

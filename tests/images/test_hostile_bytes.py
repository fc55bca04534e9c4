"""Mutated bytes of every format that is read: inspect() answers, and never raises."""

from __future__ import annotations

import functools
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.images import metadata, verdicts

WRITERS = {
    "jpg": {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"},
    "png": {}, "gif": {}, "webp": {}, "bmp": {}, "tif": {"compression": "tiff_lzw"}, "ppm": {}, "avif": {}, "jp2": {},
}  # fmt: skip
CODES = {"unreadable", "truncated", "bomb", "too_small", "too_large", "too_heavy", "odd_aspect", "not_jpeg_or_png",
         "lying_suffix", "animated", "unusual_mode"}  # fmt: skip


@functools.cache
def sound(suffix: str) -> bytes:
    gradient = Image.linear_gradient("L").resize((72, 64))
    image = Image.merge("RGB", (gradient, gradient.rotate(90), gradient.rotate(180)))
    file = io.BytesIO()
    image.save(file, Image.registered_extensions()[f".{suffix}"], **WRITERS[suffix])
    return file.getvalue()


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A sound file with some bytes overwritten, most of them in its head, and its end perhaps cut off."""
    data = bytearray(sound(draw(st.sampled_from(sorted(WRITERS)))))
    for _ in range(draw(st.integers(1, 8))):
        reach = draw(st.sampled_from([32, 128, len(data)]))
        data[draw(st.integers(0, min(reach, len(data)) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(1, len(data)))] if draw(st.booleans()) else data)


@pytest.mark.filterwarnings("ignore")  # Pillow also warns of what it then refuses
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(mutated())
def test_no_bytes_make_an_inspection_fail(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "photo.jpg"
        path.write_bytes(data)
        found = verdicts.inspect(path, path.name)
    codes = {problem.code for problem in found.problems}
    assert codes <= CODES
    complete = None not in (found.facts, found.quality, found.fingerprint, found.thumbnail)
    assert complete != bool(codes & {"unreadable", "truncated", "bomb"})


@settings(max_examples=150, deadline=None)
@given(mutated(), st.sampled_from(["JPEG", "PNG"]))
def test_no_bytes_make_the_removal_of_metadata_fail(data, format):
    bare = metadata.without_metadata(data, format)
    assert bare is None or len(bare) <= len(data) + 8


@pytest.mark.parametrize("suffix", WRITERS)
def test_every_format_is_read_when_it_is_sound(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(sound(suffix))
    found = verdicts.inspect(path, path.name)
    assert found.thumbnail
    assert {problem.code for problem in found.problems} <= {"not_jpeg_or_png"}

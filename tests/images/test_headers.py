"""Facts from the first bytes of a file, and no more of it than its header takes."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from core.errors import BadImage
from core.images.headers import FIRST, OtherFormat, read_header
from core.images.reading import read_facts

NOISE = Image.effect_noise((1200, 900), 80).convert("RGB")


def saved(kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    NOISE.save(file, kind, **options)
    return file.getvalue()


def exif(size: int, turn: int = 6) -> Image.Exif:
    made = Image.Exif()
    made[0x0112], made[0x010F], made[0x927C] = turn, "Maker", b"\1" * size
    return made


def text(size: int) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("note", "x" * size)
    return info


class Remote:
    """A file far away, and what was fetched of it."""

    def __init__(self, data: bytes) -> None:
        self.data, self.fetched, self.calls = data, len(data[:FIRST]), 0

    def fetch(self, first: int, end: int) -> bytes:
        self.calls += 1
        self.fetched += len(self.data[first:end])
        return self.data[first:end]

    def facts(self):
        return read_header(self.fetch, self.data[:FIRST], len(self.data))


@pytest.mark.parametrize(("data", "most", "calls"), [
    (saved("JPEG", quality=95), FIRST, 0),
    (saved("JPEG", quality=95, progressive=True), FIRST, 0),
    (saved("JPEG", quality=95, exif=exif(60_000)), 80_000, 1),
    (saved("JPEG", quality=95, exif=exif(60_000), icc_profile=b"\0" * 200_000), 300_000, 5),
    (saved("PNG"), FIRST, 0),
    (saved("PNG", pnginfo=text(100_000)), 130_000, 1),
    (saved("GIF"), FIRST, 0), (saved("BMP"), FIRST, 0), (saved("TIFF"), FIRST, 0),
])
def test_the_header_tells_what_the_whole_file_would(data: bytes, most: int, calls: int) -> None:
    remote = Remote(data)
    assert remote.facts() == replace(read_facts(data), sha256="")
    assert remote.fetched <= most < len(data)
    assert remote.calls <= calls


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_what_tells_its_size_to_nobody_without_all_of_it_is_still_known_as_another_format(kind: str) -> None:
    remote = Remote(saved(kind, quality=100) + b"\0" * 1_000_000)
    with pytest.raises(OtherFormat):
        remote.facts()
    assert remote.fetched < 300_000


@pytest.mark.parametrize("data", [b"", b"<html>" * 9_000, b"\xff\xd8\xff", b"\xff\xd8\xff\xe1\xff\xff" + b"\0" * 90_000,
                                  b"\x89PNG\r\n\x1a\n", b"\0" * 500_000])
def test_what_is_no_image_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(BadImage):
        Remote(data).facts()


@given(st.binary(max_size=200), st.integers(0, 400), st.sampled_from(["JPEG", "PNG"]))
def test_no_bytes_end_in_anything_but_facts_or_bad_image(noise: bytes, place: int, kind: str) -> None:
    data = _SMALL[kind][:place] + noise + _SMALL[kind][place:]
    with contextlib.suppress(BadImage):
        assert Remote(data).facts().bytes == len(data)


_SMALL = {kind: saved(kind)[:40_000] for kind in ("JPEG", "PNG")}

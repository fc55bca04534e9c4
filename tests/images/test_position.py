from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from core.images.position import has_position, position

GPS = 0x8825


def photo(tags: dict[int, Any], format: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "Camera"  # without a tag of its own a PNG is written without any
    exif.get_ifd(GPS).update(tags)
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, format, exif=exif)
    return file.getvalue()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_position_is_read_in_degrees_north_and_east(format: str) -> None:
    south_west = photo({1: "S", 2: (33.0, 51.0, 24.0), 3: "W", 4: (70.0, 30.0, 0.0)}, format)
    assert position(south_west) == (-33.856667, -70.5)
    assert position(photo({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}, format)) == (52.52, 13.405)


@pytest.mark.parametrize("tags", [
    {1: "N", 2: (52.0, 31.0, 12.0)}, {2: (520.0, 0.0, 0.0), 4: (1.0, 0.0, 0.0)}, {1: "N", 2: (52.0,), 4: (1.0,)}])
def test_what_makes_no_sense_is_no_position_and_still_something_to_keep_back(tags: dict[int, Any]) -> None:
    assert position(photo(tags)) is None
    assert has_position(photo(tags))


def test_a_position_behind_the_pixels_of_a_png_is_found_and_no_pixel_is_decoded(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    data = photo({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}, "PNG")
    at = data.index(b"eXIf") - 4
    end = at + 12 + int.from_bytes(data[at : at + 4], "big")
    moved = data[:at] + data[end:-12] + data[at:end] + data[-12:]
    monkeypatch.setattr(Image.Image, "load", None)
    assert position(moved) == (52.52, 13.405)


def test_what_has_none_has_none() -> None:
    for data in (photo({}), b"", b"no image", photo({1: "N"})[:60]):
        assert position(data) is None and not has_position(data)

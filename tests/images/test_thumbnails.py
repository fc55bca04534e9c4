from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

from core.errors import BadImage
from core.images import thumbnails


def test_a_thumbnail_is_kept_and_found_again(tmp_path):
    thumbnails.keep(tmp_path, "ab" * 32, b"a picture")
    thumbnails.keep(tmp_path, "ab" * 32, b"a picture")
    assert thumbnails.find(tmp_path, "ab" * 32) == b"a picture"
    assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == 1


def test_a_thumbnail_that_was_never_kept_is_none(tmp_path):
    assert thumbnails.find(tmp_path, "cd" * 32) is None


def test_a_data_uri_carries_the_bytes():
    head, _, body = thumbnails.data_uri(b"\xff\xd8 bytes").partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(body) == b"\xff\xd8 bytes"


def test_a_preview_is_upright_and_no_longer_than_asked(saved, scene):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = thumbnails.preview(saved("a.jpg", scene(0, (1200, 600)), exif=exif), 300)
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("JPEG", (150, 300))
    assert not image.getexif()


def test_a_preview_of_a_broken_file_says_so(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"no image")
    with pytest.raises(BadImage):
        thumbnails.preview(tmp_path / "a.jpg")

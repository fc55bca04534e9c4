from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from core.errors import BadImage
from core.images.preparing import prepare
from core.images.reading import read_facts
from core.images.verdicts import refusals
from core.limits import MAX_REQUEST_BYTES


def test_what_fits_is_sent_byte_for_byte(saved):
    for name in ("a.jpg", "a.png"):
        data = saved(name).read_bytes()
        prepared = prepare(data)
        assert prepared.data == data
        assert (prepared.width, prepared.height, prepared.changes) == (600, 400, ())


def test_what_is_too_large_is_shrunk_and_says_so(saved, scene):
    prepared = prepare(saved("a.jpg", scene().resize((6000, 4000))))
    assert prepared.changes == ("shrunk from 6000 x 4000 to 1280 x 853",)
    assert Image.open(io.BytesIO(prepared.data)).size == (prepared.width, prepared.height) == (1280, 853)


def test_a_photo_on_its_side_is_turned(saved, scene):
    exif = Image.Exif()
    exif[0x0112] = 6
    prepared = prepare(saved("a.jpg", scene().resize((5000, 1000)), exif=exif))
    assert prepared.changes == ("turned upright", "shrunk from 1000 x 5000 to 256 x 1280")


def test_a_small_photo_is_enlarged(saved, scene):
    assert prepare(saved("a.png", scene(0, (32, 50)))).changes == ("enlarged from 32 x 50 to 64 x 100",)


def test_other_formats_and_colours_are_converted(saved, scene):
    assert prepare(saved("a.jpg", scene(), format="GIF")).changes == ("converted from GIF to JPEG",)
    assert prepare(saved("b.jpg", scene().convert("CMYK"))).changes == ("converted from CMYK to RGB",)
    animated = saved("c.png", scene(1), save_all=True, append_images=[scene(2)])
    assert prepare(animated).changes == ("first picture of an animation",)


def test_what_is_too_heavy_is_encoded_again(tmp_path):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (1200, 1250, 3), dtype=np.uint8))
    noise.save(tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > MAX_REQUEST_BYTES
    prepared = prepare(tmp_path / "a.png", longest=1280)
    assert len(prepared.data) <= MAX_REQUEST_BYTES
    assert prepared.changes


def test_everything_prepared_is_within_the_limits(saved, scene):
    for size in ((5000, 300), (64, 64), (70, 1300), (16, 200), (4097, 1000)):
        facts = read_facts(prepare(saved("a.jpg", scene().resize(size))).data)
        assert refusals(facts) == ()


@pytest.mark.parametrize("kept", [0, 100, 5000])
def test_what_is_broken_is_refused_before_it_is_sent(saved, kept):
    with pytest.raises(BadImage):
        prepare(saved("a.jpg").read_bytes()[:kept])


def test_what_is_too_long_and_thin_is_refused_with_a_way_on(saved):
    with pytest.raises(BadImage, match="Crop"):
        prepare(saved("a.png", Image.new("RGB", (2100, 100))))

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from core.images import cleaning, reading
from core.images.boxes import follow
from core.images.cleaning import Recipe
from core.types import Box, Facts

SIDES = st.integers(16, 300)


@st.composite
def boxed(draw: st.DrawFn) -> tuple[tuple[int, int], Box]:
    """A picture's size, and a box inside it."""
    width, height = draw(SIDES), draw(SIDES)
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return (width, height), Box(
        "cat", left, top, draw(st.integers(1, width - left)), draw(st.integers(1, height - top)))


def facts_of(size: tuple[int, int], orientation: int) -> Facts:
    return Facts(*size, 3, "RGB", "PNG", 1, "", orientation)


@given(boxed(), st.integers(1, 8), SIDES, SIDES)
def test_a_box_stays_inside_the_copy_and_keeps_a_pixel(found, orientation, width, height):
    size, box = found
    copy = follow(box, facts_of(size, orientation), (width, height))
    assert min(copy.left, copy.top) >= 0 and min(copy.width, copy.height) >= 1
    assert copy.left + copy.width <= width and copy.top + copy.height <= height
    assert copy.label == box.label


@given(boxed(), st.integers(1, 8))
def test_a_box_that_is_the_whole_picture_stays_the_whole_picture(found, orientation):
    size, _ = found
    facts = facts_of(size, orientation)
    after = (facts.upright_size[0] * 2 // 3, facts.upright_size[1] * 2 // 3)
    assert follow(Box("all", 0, 0, *size), facts, after) == Box("all", 0, 0, *after)


@settings(max_examples=40)
@given(boxed(), st.integers(1, 8), st.integers(64, 320), st.sampled_from(["PNG", "JPEG"]))
@example(((300, 200), Box("cat", 299, 199, 1, 1)), 6, 64, "PNG")
@example(((300, 200), Box("cat", 0, 0, 3, 200)), 8, 100, "JPEG")
def test_a_box_encloses_in_the_copy_what_it_enclosed_in_the_photo(found, orientation, longest, format):
    size, box = found
    if max(size) > 20 * min(size):
        return
    image = Image.new("RGB", size, "black")
    ImageDraw.Draw(image).rectangle(
        (box.left, box.top, box.left + box.width - 1, box.top + box.height - 1), fill="white")
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    image.save(file, "PNG", exif=exif)
    _, _, copy, after = cleaning.make(file.getvalue(), "a.png", Recipe(longest, format))
    moved = follow(box, reading.read_facts(file.getvalue()), after)
    light = np.asarray(Image.open(io.BytesIO(copy)).convert("L"), float)
    inside = np.zeros(light.shape, bool)
    inside[moved.top : moved.top + moved.height, moved.left : moved.left + moved.width] = True
    assert light[~inside].max(initial=0) < 140  # nothing that is more of the thing than of its ground
    if min(box.width, box.height) * max(after) >= 4 * max(size):
        assert light[inside].mean() > 110


def test_a_box_drawn_on_the_upright_photo_is_not_turned_again():
    facts = facts_of((400, 200), 6)
    assert follow(Box("cat", 10, 20, 30, 40), facts, (100, 200), drawn_upright=True) == Box("cat", 5, 10, 15, 20)
    assert follow(Box("cat", 20, 160, 40, 30), facts, (100, 200)) == Box("cat", 5, 10, 15, 20)


def test_a_box_follows_a_large_jpeg_that_is_decoded_at_a_fraction(tmp_path: Path):
    image = Image.new("RGB", (4001, 3003), "black")
    ImageDraw.Draw(image).rectangle((3801, 2803, 4000, 3002), fill="white")
    file = io.BytesIO()
    image.save(file, "JPEG")
    _, _, copy, after = cleaning.make(file.getvalue(), "a.jpg", Recipe(640))
    moved = follow(Box("corner", 3801, 2803, 200, 200), reading.read_facts(file.getvalue()), after)
    light = np.asarray(Image.open(io.BytesIO(copy)).convert("L"), float)
    assert light[moved.top :, moved.left :].mean() > 230
    light[moved.top :, moved.left :] = 0
    assert light.max() < 140

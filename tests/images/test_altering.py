from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.errors import BadImage
from core.images import altering, layers
from core.images.altering import WHOLE, Alteration


def photo() -> Image.Image:
    image = Image.effect_noise((400, 300), 80).convert("RGB")
    ImageDraw.Draw(image).ellipse((150, 90, 260, 210), fill="orange")
    return image


def test_a_hidden_part_has_its_colours_and_nothing_to_see_and_the_rest_is_as_it_was() -> None:
    image = photo()
    made = np.asarray(altering.altered(image, Alteration("hidden", 0.0, (0.0, 0.0, 0.25, 0.25))), np.float32)
    before = np.asarray(image, np.float32)
    assert made[:75, :100].std() < 0.25 * before[:75, :100].std()
    assert made[:75, :100].mean() == pytest.approx(before[:75, :100].mean(), abs=12)
    assert (made[75:] == before[75:]).all() and (made[:, 100:] == before[:, 100:]).all()


def test_no_alteration_changes_the_photo_itself() -> None:
    image = photo()
    before = image.tobytes()
    for change in altering.changes(image):
        assert altering.altered(image, change).tobytes() != before
    assert image.tobytes() == before
    assert altering.altered(image, WHOLE) is image


def test_the_background_is_blurred_and_the_subject_is_not() -> None:
    image = photo()
    made = np.asarray(altering.altered(image, Alteration("background", 0.03)), np.float32)
    assert (made[140:160, 190:220] == np.asarray(image, np.float32)[140:160, 190:220]).all()
    assert made[:40, :40].std() < 0.3 * np.asarray(image, np.float32)[:40, :40].std()


def test_every_alteration_has_a_key_and_words_of_its_own() -> None:
    changes = altering.changes(photo())
    assert len({change.key for change in changes}) == len({change.words for change in changes}) == len(changes)
    assert Alteration("cropped", 0.1, (0.1, 0.2, 0.3, 0.4)).key != Alteration("cropped", 0.1, (0.1, 0.2, 0.3, 0.41)).key


def test_a_large_photo_is_sent_small_and_a_broken_one_not_at_all() -> None:
    file = io.BytesIO()
    Image.new("RGB", (3000, 2000), "tan").save(file, "JPEG")
    assert altering.opened(file.getvalue()).size == (800, 533)
    with pytest.raises(BadImage):
        altering.opened(b"no image")


def test_the_map_fades_to_the_photo_and_is_warm_where_it_speaks_for_and_cold_where_against() -> None:
    image = Image.new("RGB", (200, 200), (120, 120, 120))
    heat = np.zeros((20, 20))
    heat[:10, :10], heat[10:, 10:] = 2.0, -2.0

    def drawn(opacity: float) -> np.ndarray:
        return np.asarray(Image.open(io.BytesIO(layers.over(image, heat, opacity))), np.float32)

    assert abs(drawn(0) - 120).max() < 3
    full = drawn(1)
    assert full[40, 40, 0] > full[40, 40, 2] + 80  # more red than blue
    assert full[160, 160, 2] > full[160, 160, 0] + 80
    assert abs(full[40, 160] - 120).max() < 6
    assert abs(drawn(0.3) - 120).max() < abs(full - 120).max()


def test_a_map_that_says_nothing_leaves_the_photo_as_it_is() -> None:
    image = Image.new("RGB", (60, 40), (120, 120, 120))
    made = np.asarray(Image.open(io.BytesIO(layers.over(image, np.zeros((20, 20)), 1.0))), np.float32)
    assert abs(made - 120).max() < 3

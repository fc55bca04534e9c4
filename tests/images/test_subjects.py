from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from core.images import subjects


def photo(subject: str = "white", ground: str = "green", box: tuple[int, int, int, int] = (120, 80, 220, 190),
          size: tuple[int, int] = (320, 240)) -> Image.Image:
    image = Image.new("RGB", size, ground)
    ImageDraw.Draw(image).ellipse(box, fill=subject)
    return image


def test_a_thing_on_a_plain_ground_is_found_where_it_is() -> None:
    mask = subjects.estimate(photo())
    truth = np.asarray(photo("white", "black").convert("L").resize(mask.shape[::-1])) > 127
    assert (mask & truth).sum() / (mask | truth).sum() > 0.8


@pytest.mark.parametrize("image", [
    Image.new("RGB", (300, 200), "tan"), Image.new("RGB", (1, 1), "tan"), Image.new("RGB", (2000, 3), "tan"),
    Image.effect_noise((200, 200), 90).convert("RGB"), Image.new("L", (60, 60), 90)])
def test_there_is_always_a_subject_and_a_ground(image: Image.Image) -> None:
    mask = subjects.estimate(image)
    assert mask.any() and not mask.all()
    assert np.isfinite(subjects.measure(image.convert("RGB"), image.size).contrast)


def test_size_and_place_of_the_subject_are_shares_of_the_picture() -> None:
    small, large = (subjects.measure(photo(box=box), (320, 240)) for box in ((140, 100, 180, 140), (60, 20, 260, 220)))
    assert small.size < 0.1 < 0.3 < large.size
    aside = subjects.measure(photo(box=(20, 90, 100, 170)), (320, 240))
    assert small.place < 0.05 < aside.place


def test_less_contrast_is_less_contrast_and_no_other_colour() -> None:
    clear = photo("orange", "navy")
    faint = ImageEnhance.Contrast(clear).enhance(0.3)
    before, after = (subjects.measure(image, image.size) for image in (clear, faint))
    assert after.contrast < 0.5 * before.contrast
    assert after.colour == pytest.approx(before.colour, rel=0.35)
    assert after.size == pytest.approx(before.size, abs=0.03)


def test_resolution_is_that_of_the_file_and_not_of_the_copy() -> None:
    assert subjects.measure(photo(), (4000, 3000)).resolution == 12.0


@pytest.mark.parametrize(("colour", "name"), [
    ("#101010", "black"), ("#FFFFFF", "white"), ("#808080", "grey"), ("#6B4226", "brown"), ("#D8C9A8", "beige"),
    ("#F08018", "orange"), ("#2E8B57", "green"), ("#2060C0", "blue"), ("#E02020", "red"), ("#F5D020", "yellow"),
    ("#803090", "purple")])
def test_colours_have_the_names_that_people_give_them(colour: str, name: str) -> None:
    ground = "white" if name != "white" else "black"
    assert subjects.measure(photo(colour, ground), (320, 240)).subject[0] == name


def test_two_colours_of_a_subject_are_both_named() -> None:
    image = photo("black", "green", (80, 60, 240, 200))
    ImageDraw.Draw(image).pieslice((80, 60, 240, 200), 90, 270, fill="white")
    found = subjects.measure(image, image.size)
    assert set(found.subject) == {"black", "white"}
    assert found.ground == ("green",)

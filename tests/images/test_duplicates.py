from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw, ImageEnhance

from core.images import fingerprints
from core.images.duplicates import Duplicates, fingerprint, groups
from core.types import Facts, Photo


def encoded_again(image: Image.Image) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=40)
    return Image.open(file).convert("RGB")


def cropped(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    return image.crop((int(left * width), int(top * height), int(right * width), int(bottom * height)))


COPIES = {
    "resized": lambda image: image.resize((300, 200)),
    "squashed": lambda image: image.resize((400, 400)),
    "encoded again": encoded_again,
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "cropped all round": lambda image: cropped(image, 0.02, 0.02, 0.98, 0.98),
    "cropped on one side": lambda image: cropped(image, 0, 0, 0.95, 1),
    "cropped at a corner": lambda image: cropped(image, 0.04, 0.05, 1, 1),
}


def known(number: int, image: Image.Image | None, sha256: str = "") -> Photo:
    """A photo as its project knows it after a look at it; a broken one has no picture."""
    facts = Facts(9, 9, 3, "RGB", "JPEG", 9, sha256 or str(number))
    return Photo(number, f"{number}.jpg", f"{number}.jpg", facts=facts, fingerprint=image and fingerprint(image))


def near(*images: Image.Image) -> list[tuple[int, ...]]:
    """The near groups of pictures, which are numbered from 0."""
    return [group.ids for group in groups([known(number, image) for number, image in enumerate(images)])]


@pytest.mark.parametrize("copy", COPIES)
def test_copies_match_their_photo(scene, copy):
    photos = [scene(seed) for seed in range(20)]
    found = near(*photos, *map(COPIES[copy], photos))
    assert set(found) <= {(number, number + 20) for number in range(20)}
    assert len(found) >= 18


def test_different_photos_do_not_match(scene):
    assert near(*(scene(seed) for seed in range(60))) == []


def test_different_things_on_one_ground_do_not_match(scene):
    def thing(seed: int) -> Image.Image:
        ground = scene(99)
        ground.paste(scene(seed, (160, 160)), (220, 120))
        return encoded_again(ground)

    assert near(*(thing(seed) for seed in range(12))) == []


def test_the_same_shapes_in_other_colours_do_not_match():
    def shape(colour: tuple[int, int, int]) -> Image.Image:
        image = Image.new("RGB", (300, 200), (90, 90, 90))
        ImageDraw.Draw(image).ellipse((80, 40, 220, 160), fill=colour)
        return image

    assert near(shape((200, 60, 60)), shape((60, 130, 60))) == []
    assert near(shape((200, 60, 60)), shape((205, 60, 60))) == [(0, 1)]


def test_copies_of_copies_are_one_group(scene):
    photo = scene(5)
    assert near(photo, scene(6), cropped(photo, 0, 0, 0.93, 1), cropped(photo, 0, 0, 0.86, 1)) == [(0, 2, 3)]


def test_a_fingerprint_is_read_back_as_it_was_written(scene):
    texts = [fingerprint(scene(seed)) for seed in range(3)]
    prints = fingerprints.unpack(texts)
    assert [f"{hashed:016x}" for hashed in prints.hashes] == [text[:16] for text in texts]
    digits = "".join(f"{int(digit):x}" for digit in (*prints.greys[1].flat, *prints.colours[1].flat))
    assert digits == texts[1][16:]


@pytest.mark.parametrize("image", [Image.new("RGB", (1, 1)), Image.new("RGB", (500, 20), "white")])
def test_an_empty_picture_has_a_fingerprint(image):
    assert near(image, image) == [(0, 1)]


def test_groups_name_exact_and_near_copies(scene):
    photos = [
        known(1, scene(1), "a"), known(2, scene(2), "b"), known(3, scene(1), "a"),
        known(4, scene(1).resize((300, 200)), "c"), known(5, scene(3), "d"),
    ]  # fmt: skip
    assert groups(photos) == [Duplicates("exact", (1, 3)), Duplicates("near", (1, 3, 4))]


def test_exact_copies_alone_are_no_near_group(scene):
    assert groups([known(1, scene(1), "a"), known(2, scene(1), "a")]) == [Duplicates("exact", (1, 2))]


def test_broken_files_that_are_the_same_are_exact_copies():
    assert groups([known(1, None, "a"), known(2, None, "a")]) == [Duplicates("exact", (1, 2))]


def test_no_photo_has_no_groups(scene):
    assert groups([]) == []
    assert groups([known(1, scene(1), "a")]) == []
    assert groups([Photo(1, "a", "a"), Photo(2, "b", "b")]) == []

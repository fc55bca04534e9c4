from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from core.images import copies, duplicates, fingerprints
from core.images.duplicates import Duplicates, best, fingerprint, groups
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
    "cropped all round": lambda image: cropped(image, 0.05, 0.05, 0.95, 0.95),
    "cropped by a tenth on every side": lambda image: cropped(image, 0.1, 0.1, 0.9, 0.9),
    "cropped on one side": lambda image: cropped(image, 0, 0, 0.9, 1),
    "cropped at a corner": lambda image: cropped(image, 0.1, 0.1, 1, 1),
    "cropped anyhow and encoded again": lambda image: encoded_again(cropped(image, 0.013, 0.06, 0.99, 0.963)),
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
    assert len(found) >= 19


@pytest.mark.parametrize("copy", ["resized", "cropped anyhow and encoded again"])
def test_mirrored_copies_match_their_photo_and_are_known_as_such(scene, copy):
    photos = [scene(seed) for seed in range(20)]
    turned = [COPIES[copy](ImageOps.mirror(image)) for image in photos]
    found = groups([known(number, image) for number, image in enumerate([*photos, *turned])])
    assert set(found) <= {Duplicates("near", (number, number + 20), (number + 20,)) for number in range(20)}
    assert len(found) >= 19


def test_of_a_group_it_is_known_who_mirrors_whom(scene):
    photo = scene(5)
    turned = ImageOps.mirror(photo)
    [group] = groups([known(number, image) for number, image in enumerate(
        [turned, photo.resize((300, 200)), cropped(turned, 0, 0, 0.92, 1), photo])])
    assert group == Duplicates("near", (0, 1, 2, 3), (1, 3))
    assert group.mirrors(0, 1) and group.mirrors(2, 3)
    assert not group.mirrors(0, 2) and not group.mirrors(1, 3)


def test_a_picture_that_mirrors_itself_is_no_mirror_image_of_its_copy():
    image = Image.new("RGB", (300, 200), (90, 90, 90))
    ImageDraw.Draw(image).rectangle((100, 40, 199, 120), fill=(200, 60, 60))
    assert groups([known(1, image), known(2, encoded_again(image))]) == [Duplicates("near", (1, 2))]


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
    levels = [*(prints.greys[1].ravel() / 5.6 * 64 + 32), *(prints.colours[1].ravel() / 4)]
    assert "".join(chr(int(level) + 48) for level in levels) == texts[1]


def test_however_many_pictures_are_compared_at_once_the_same_are_found(scene, monkeypatch):
    photos = [scene(seed, (120, 80)) for seed in range(25)]
    found = near(*photos, *map(ImageOps.mirror, photos))
    assert found == [(number, number + 25) for number in range(25)]
    monkeypatch.setattr(copies, "_AT_ONCE", 0)
    monkeypatch.setattr(copies, "_TOGETHER", 1)
    duplicates._known.cache_clear()
    assert near(*photos, *map(ImageOps.mirror, photos)) == found


def test_of_very_many_pictures_only_a_few_pairs_are_looked_at_closely(scene, monkeypatch):
    """Each is compared with all others by one product of matrices alone."""
    rng = np.random.default_rng(1)
    tiny = [Image.fromarray(rng.integers(0, 255, (4, 6, 3), dtype=np.uint8)).resize((72, 48), Image.Resampling.BICUBIC)
            for _ in range(400)]
    looked, roughly = [], copies._roughly

    def counting(seen, place, candidates):
        looked.append(len(candidates))
        return roughly(seen, place, candidates)

    monkeypatch.setattr(copies, "_roughly", counting)
    assert near(*tiny, tiny[7].resize((60, 40))) == [(7, 400)]
    assert 2 <= sum(looked) < 2 * 400**2 / 100


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


def test_of_the_same_file_the_one_that_is_no_copy_by_its_name_is_kept(scene):
    names = ["cat/dog copy.jpg", "cat/dog (2).jpg", "cat/dog.jpg"]
    photos = {number: Photo(number, name, "", facts=known(1, None, "a").facts) for number, name in enumerate(names)}
    assert best(Duplicates("exact", (0, 1, 2)), photos) == 2

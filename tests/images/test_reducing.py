from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from core.errors import BadImage
from core.images import cleaning, reading, reducing
from core.images.cleaning import Recipe

# The red, green and blue of two wide gamuts, each as x and y.
WIDE = {
    "Display P3": (0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    "Adobe RGB": (0.640, 0.330, 0.210, 0.710, 0.150, 0.060),
}
SRGB = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def jpeg(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=95, **options)
    return file.getvalue()


def opened(data: bytes, longest: int) -> Image.Image:
    image = reading.header(data)
    return reducing.decode(data, image, reading.facts_of(image, data), longest)


def to_xyz(corners: tuple[float, ...]) -> np.ndarray:
    """The matrix from a screen's linear colours to XYZ, its white being that of sRGB."""
    columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in zip(corners[::2], corners[1::2], strict=True)]).T
    return columns * np.linalg.solve(columns, SRGB.sum(axis=1))


def profile_of(name: str) -> bytes:
    """An ICC profile with these corner colours, made from Pillow's own sRGB profile."""
    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    to_d50 = np.array([[1.0479, 0.0229, -0.0502], [0.0296, 0.9904, -0.0171], [-0.0092, 0.0151, 0.7519]])
    tags = {bytes(made[at : at + 4]): int.from_bytes(made[at + 4 : at + 8], "big")
            for at in range(132, 132 + 12 * int.from_bytes(made[128:132], "big"), 12)}
    for tag, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), (to_d50 @ to_xyz(WIDE[name])).T, strict=True):
        for number, value in enumerate(column):
            start = tags[tag] + 8 + 4 * number
            made[start : start + 4] = round(value * 65536).to_bytes(4, "big", signed=True)
    text = made.find("sRGB".encode("utf-16-be"))
    made[text : text + 8] = "wide".encode("utf-16-be")
    return bytes(made)


def expected(colour: tuple[int, int, int], name: str) -> np.ndarray:
    """What the colour of that gamut is in sRGB; the curve of both is sRGB's, as the profile has it."""
    part = np.array(colour) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    there = np.clip(np.linalg.solve(SRGB, to_xyz(WIDE[name]) @ linear), 0, 1)
    return 255 * np.where(there <= 0.0031308, there * 12.92, 1.055 * there ** (1 / 2.4) - 0.055)


@pytest.mark.parametrize("gamut", WIDE)
@pytest.mark.parametrize("size", [(100, 80), (1600, 1200)])
def test_the_colours_of_a_wide_gamut_become_those_of_srgb(gamut, size):
    colour = (180, 120, 70)
    data = jpeg(Image.new("RGB", size, colour), icc_profile=profile_of(gamut), subsampling=0)
    todo, _, copy, _ = cleaning.make(data, "a.jpg", Recipe(longest=640))
    made = Image.open(io.BytesIO(copy))
    assert np.abs(np.asarray(made, float).mean(axis=(0, 1)) - expected(colour, gamut)).max() < 2.5
    assert np.abs(expected(colour, gamut) - colour).max() > 8  # without the conversion it would be seen
    assert "convert to sRGB" in todo.actions
    assert "icc_profile" not in made.info


def test_a_profile_of_srgb_is_nothing_to_convert():
    own = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = jpeg(Image.new("RGB", (100, 80), "teal"), icc_profile=own)
    assert reading.read_facts(data).profile is None
    assert cleaning.make(data, "a.jpg", Recipe())[0].actions == ()


@pytest.mark.parametrize("mode", ["RGB", "L"])
@pytest.mark.parametrize(("size", "longest"), [((2000, 1501), 640), ((3001, 1999), 320), ((900, 1300), 1280)])
def test_a_large_jpeg_looks_as_if_it_were_decoded_whole(scene, mode, size, longest):
    data = jpeg(scene(3, (600, 400)).resize(size, Image.Resampling.BICUBIC).convert(mode))
    found = opened(data, longest)
    right = Image.open(io.BytesIO(data)).convert("RGB").resize(found.size, Image.Resampling.LANCZOS)
    assert (found.mode, max(found.size)) == ("RGB", longest)
    assert np.abs(np.asarray(found, float) - np.asarray(right, float)).mean() < 1.2


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_large_jpeg_is_turned_as_its_exif_says(scene, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = jpeg(scene(0, (1200, 800)), exif=exif)
    found, right = opened(data, 300), reading.open_upright(data, 300)
    assert found.size == right.size
    assert np.abs(np.asarray(found, float) - np.asarray(right, float)).mean() < 4


def test_a_large_jpeg_that_is_cut_off_is_refused(scene):
    data = jpeg(scene(0, (1600, 1200)))
    with pytest.raises(BadImage, match="cut off"):
        opened(data[: len(data) * 2 // 3], 640)


def test_a_large_jpeg_of_print_colours_is_decoded_too(scene):
    data = jpeg(scene(0, (1600, 1200)).convert("CMYK"))
    assert (opened(data, 640).size, opened(data, 640).mode) == ((640, 480), "RGB")

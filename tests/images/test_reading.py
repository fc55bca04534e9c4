from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from core.errors import BadImage, ImageBomb
from core.images import reading


def png(width: int, height: int, depth: int, colour: int, rows: bytes) -> bytes:
    """A PNG of any header, written by hand because Pillow would not write these."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_facts_are_those_of_the_header_and_the_bytes(saved):
    path = saved("a.jpg")
    facts = reading.read_facts(path)
    assert (facts.width, facts.height, facts.channels, facts.mode, facts.format) == (600, 400, 3, "RGB", "JPEG")
    assert facts.bytes == path.stat().st_size
    assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_facts_are_the_same_from_a_path_and_from_bytes(saved):
    path = saved("a.png")
    assert reading.read_facts(path) == reading.read_facts(path.read_bytes())


def test_facts_hold_the_time_of_capture_and_the_orientation(saved):
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:34:56"
    facts = reading.read_facts(saved("a.jpg", exif=exif))
    assert facts.captured == "2024-05-01T12:34:56"
    assert facts.orientation == 6
    assert facts.upright_size == (400, 600)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_none(saved, value):
    exif = Image.Exif()
    exif[0x0112] = value
    assert reading.read_facts(saved("a.jpg", exif=exif)).orientation == 1


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_broken_exif_block_does_not_lose_the_photo(saved, scene):
    exif = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40
    path = saved("a.jpg", scene(), exif=exif)
    assert reading.read_facts(path).orientation == 1
    assert reading.open_upright(path).size == (600, 400)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(saved, scene, orientation):
    upright = scene(3, (300, 200))
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # Pillow's transposition that EXIF undoes
    stored = upright if back is None else upright.transpose(Image.Transpose(back))
    exif = Image.Exif()
    exif[0x0112] = orientation
    seen = reading.open_upright(saved("a.jpg", stored, exif=exif, quality=95))
    assert seen.size == (300, 200)
    assert np.abs(np.asarray(seen, float) - np.asarray(upright, float)).mean() < 6


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("longest", [None, 40])
def test_every_format_is_turned_once(saved, suffix, longest):
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = Image.new("RGB", (80, 40), "white")
    stored.paste((200, 0, 0), (0, 0, 40, 20))
    path = saved(f"a.{suffix}", stored, exif=exif)
    seen = reading.open_upright(path, longest)
    assert reading.read_facts(path).upright_size == (40, 80)
    assert seen.width * 2 == seen.height
    assert seen.getpixel((seen.width - 4, 4)) == pytest.approx((200, 0, 0), abs=20)


def test_longest_shrinks_in_proportion_and_never_enlarges(saved, scene):
    path = saved("a.jpg", scene(0, (1500, 900)))
    assert reading.open_upright(path, 300).size == (300, 180)
    assert reading.open_upright(path, 3000).size == (1500, 900)


def test_a_shrunk_jpeg_looks_like_the_whole_one(saved, scene):
    path = saved("a.jpg", scene(0, (2400, 1600)), quality=95)
    whole = reading.open_upright(path).resize((300, 200), Image.Resampling.LANCZOS)
    quick = reading.open_upright(path, 300)
    assert np.abs(np.asarray(whole, float) - np.asarray(quick, float)).mean() < 2


@pytest.mark.parametrize(("mode", "transparent"), [("RGBA", True), ("LA", True), ("P", True), ("P", False)])
@pytest.mark.parametrize("longest", [None, 50])
def test_transparency_lies_on_white(saved, mode, transparent, longest):
    image = Image.new("RGBA", (100, 80), (0, 0, 0, 0 if transparent else 255)).convert(mode)
    picture = reading.open_upright(saved("a.png", image), longest)
    assert picture.mode == "RGB"
    assert picture.getpixel((10, 10)) == ((255, 255, 255) if transparent else (0, 0, 0))


def test_one_transparent_colour_lies_on_white(saved):
    image = Image.new("RGB", (100, 80), (10, 20, 30))
    assert reading.open_upright(saved("a.png", image, transparency=(10, 20, 30))).getpixel((5, 5)) == (255, 255, 255)


def test_sixteen_bit_grey_keeps_its_brightness(saved):
    image = Image.fromarray(np.full((80, 100), 32768, np.uint16))
    path = saved("a.png", image)
    assert reading.read_facts(path).mode == "I;16"
    for longest in (None, 50):
        assert reading.open_upright(path, longest).getpixel((5, 5)) == pytest.approx((128, 128, 128), abs=1)


def test_sixteen_bit_colour_is_told_apart_from_eight():
    data = png(100, 80, 16, 2, (b"\0" + b"\x80\x00" * 300) * 80)
    assert reading.read_facts(data).mode == "RGB;16"
    assert reading.open_upright(data).getpixel((5, 5)) == (128, 128, 128)


def test_float_pictures_are_scaled_by_their_peak(saved):
    path = saved("a.tif", Image.fromarray(np.linspace(0, 1020, 8000, dtype=np.float32).reshape(80, 100)))
    grey = np.asarray(reading.open_upright(path))
    assert grey.min() == 0
    assert grey.max() == 255


def test_cmyk_comes_out_in_its_colours(saved):
    path = saved("a.jpg", Image.new("RGB", (100, 80), (200, 30, 40)).convert("CMYK"), quality=95)
    assert reading.read_facts(path).mode == "CMYK"
    assert reading.open_upright(path).getpixel((50, 40)) == pytest.approx((200, 30, 40), abs=12)


def test_a_colour_profile_is_applied(saved):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for old, new in ((b"rXYZ", b"none"), (b"bXYZ", b"rXYZ"), (b"none", b"bXYZ")):  # red and blue change places
        profile = profile.replace(old, new)
    profile = profile.replace("sRGB".encode("utf-16-be"), "mine".encode("utf-16-be"))
    path = saved("a.png", Image.new("RGB", (80, 70), (250, 10, 10)), icc_profile=profile)
    assert reading.open_upright(path).getpixel((5, 5)) == pytest.approx((10, 10, 250), abs=6)


@pytest.mark.parametrize("profile", [b"no profile", b"\0" * 200])
@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L"])
def test_a_broken_colour_profile_is_passed_over(saved, mode, profile):
    path = saved("a.jpg", Image.new(mode, (80, 70)), icc_profile=profile)
    assert reading.open_upright(path).mode == "RGB"


def test_a_phone_photo_with_further_pictures_is_a_jpeg(saved, scene):
    path = saved("a.jpg", scene(), format="MPO", save_all=True, append_images=[scene(1)])
    facts = reading.read_facts(path)
    assert (facts.format, facts.frames) == ("JPEG", 1)


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_the_pictures_of_an_animation_are_counted_and_the_first_is_shown(saved, scene, suffix):
    path = saved(f"a.{suffix}", scene(1), save_all=True, append_images=[scene(2), scene(3)], lossless=True)
    assert reading.read_facts(path).frames == 3
    seen = np.asarray(reading.open_upright(path), float)
    assert np.abs(seen - np.asarray(scene(1), float)).mean() < 12


@pytest.mark.parametrize("name", ["a b.jpg", "ünï 猫.jpg", "a#1.jpg", "100%.jpg", "x" * 196 + ".jpg"])
def test_odd_names_are_read(saved, name):
    assert reading.read_facts(saved(name)).width == 600


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 100}])
def test_a_jpeg_that_is_cut_off_anywhere_is_bad(saved, options):
    data = saved("a.jpg", **options).read_bytes()
    for kept in (len(data) - 2, len(data) - 100, len(data) // 2, 700):
        for longest in (None, 64):
            with pytest.raises(BadImage):
                reading.open_upright(data[:kept], longest)


def test_a_png_that_lacks_pixels_is_bad(saved):
    data = saved("a.png").read_bytes()
    for kept in (len(data) - 50, len(data) // 2, 60):
        with pytest.raises(BadImage):
            reading.open_upright(data[:kept])


@pytest.mark.parametrize("data", [b"", b"hello", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"%!PS-Adobe-3.0"])
def test_what_is_no_image_is_bad(data):
    with pytest.raises(BadImage):
        reading.read_facts(data)


def test_a_folder_or_a_missing_file_is_bad(tmp_path: Path):
    for path in (tmp_path, tmp_path / "gone.jpg"):
        with pytest.raises(BadImage):
            reading.read_facts(path)


@pytest.mark.parametrize("side", [14_200, 20_000, 60_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side, recwarn):
    data = png(side, side, 8, 2, b"\0" * 1000)
    for read in (reading.read_facts, reading.open_upright):
        with pytest.raises(ImageBomb, match=f"{side} x {side}"):
            read(data)
    assert not recwarn


def test_other_users_of_pillow_are_guarded_by_the_same_limit():
    assert Image.MAX_IMAGE_PIXELS == reading.MAX_PIXELS


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "1", "I;16", "CMYK"])
def test_a_miniature_is_the_whole_picture_at_about_the_size_that_is_asked_for(mode):
    for side in (1, 240, 320, 321, 479, 500, 719, 1511):
        ramp = Image.linear_gradient("L").rotate(90).resize((side, max(1, side // 2)))
        file = io.BytesIO()
        ramp.convert(mode).save(file, "TIFF" if mode == "CMYK" else "PNG")
        small = reading.miniature(reading.header(file.getvalue()), 240, 320)
        assert small.mode == "RGB" and (max(small.size) == side if side <= 320 else 240 <= max(small.size) <= 320)
        assert side < 239 or abs(small.getpixel((0, 0))[0] - ramp.getpixel((0, 0))) <= 8

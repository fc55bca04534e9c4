from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.errors import BadPath
from core.images import encoding, reading, verdicts
from core.images.cleaning import Recipe, clean, clean_name, plan
from core.types import Facts, Problem


def cleaned_file(photo, tmp_path: Path, recipe: Recipe | None = None) -> tuple[Image.Image, tuple[str, ...]]:
    """The copy, opened and within every limit, and what was done."""
    done = clean(photo, recipe or Recipe(), tmp_path / "cleaned")
    assert done.reason is None
    path = Path(done.path)
    assert verdicts.inspect(path, path.name).problems == ()
    assert done.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert done.bytes == path.stat().st_size
    copy = Image.open(path)
    assert copy.size == (done.width, done.height)
    assert copy.mode == "RGB"
    return copy, done.actions


def test_a_large_photo_is_shrunk(saved, scene, photo, tmp_path):
    copy, actions = cleaned_file(photo(saved("a.jpg", scene().resize((5000, 2500)))), tmp_path)
    assert copy.size == (1280, 640)
    assert actions == ("shrink",)


@pytest.mark.parametrize("size", [(40, 40), (30, 300), (63, 200), (20, 399)])
def test_a_small_photo_is_enlarged_in_proportion(saved, scene, photo, tmp_path, size):
    copy, actions = cleaned_file(photo(saved("a.png", scene(0, size))), tmp_path)
    assert min(copy.size) == 64
    assert max(copy.size) / min(copy.size) == pytest.approx(max(size) / min(size), rel=0.02)
    assert actions == ("enlarge",)


def test_a_long_photo_is_not_shrunk_below_the_limit_first(saved, scene, photo, tmp_path):
    path = saved("a.png", scene(0, (1600, 160)))
    copy, actions = cleaned_file(photo(path), tmp_path, Recipe(longest=100))
    assert (copy.size, actions) == ((640, 64), ("shrink",))
    direct = np.asarray(scene(0, (1600, 160)).resize((640, 64), Image.Resampling.LANCZOS), float)
    assert np.abs(np.asarray(copy, float) - direct).mean() < 2


def test_a_photo_on_its_side_is_turned_and_does_not_turn_again(saved, scene, photo, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    copy, actions = cleaned_file(photo(saved("a.jpg", scene(0, (400, 200)), exif=exif)), tmp_path)
    assert copy.size == (200, 400)
    assert actions == ("turn upright",)
    assert 0x0112 not in copy.getexif()


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "CMYK"])
def test_other_modes_become_rgb(saved, scene, photo, tmp_path, mode):
    name = "a.jpg" if mode == "CMYK" else "a.png"
    _, actions = cleaned_file(photo(saved(name, scene().convert(mode))), tmp_path)
    assert actions == ("convert to RGB",)


@pytest.mark.parametrize("suffix", ["gif", "webp", "bmp", "tif"])
def test_other_formats_become_jpeg_under_a_new_name(saved, scene, photo, tmp_path, suffix):
    path = saved(f"a.{suffix}", scene().convert("RGB"))
    copy, actions = cleaned_file(photo(path), tmp_path)
    assert copy.format == "JPEG"
    assert Path(copy.filename).name == f"a.{suffix}.jpg"
    assert {"re-encode", "rename"} <= set(actions)


def test_an_animation_keeps_its_first_picture(saved, scene, photo, tmp_path):
    path = saved("a.png", scene(1), save_all=True, append_images=[scene(2)])
    copy, actions = cleaned_file(photo(path), tmp_path)
    assert actions == ("keep the first picture",)
    assert np.array_equal(np.asarray(copy), np.asarray(scene(1)))


def test_a_recipe_decides_format_size_and_quality(saved, photo, tmp_path):
    path = saved("a.png")
    copy, actions = cleaned_file(photo(path), tmp_path, Recipe(longest=300, format="JPEG", quality=50))
    assert (copy.format, copy.size) == ("JPEG", (300, 200))
    assert actions == ("shrink", "re-encode", "rename")
    fine = clean(photo(path), Recipe(format="JPEG", quality=95), tmp_path / "fine")
    coarse = clean(photo(path), Recipe(format="JPEG", quality=30), tmp_path / "coarse")
    assert fine.bytes > 2 * coarse.bytes


@pytest.mark.parametrize("values", [{"longest": 63}, {"longest": 4097}, {"quality": 0}, {"quality": 96}])
def test_a_recipe_outside_the_limits_can_not_be_made(values):
    with pytest.raises(ValueError, match="not a recipe"):
        Recipe(**values)


@pytest.mark.parametrize(
    ("name", "format", "size", "changes"),
    [
        ("large.jpg", "JPEG", (2000, 1000), {"longest", "quality", "format"}),
        ("large.png", "PNG", (2000, 1000), {"longest", "format"}),
        ("fine.jpg", "JPEG", (600, 400), {"format"}),
        ("fine.png", "PNG", (500, 400), {"format"}),
        ("small.gif", "GIF", (500, 400), {"quality", "format"}),
    ],
)
def test_another_recipe_makes_something_else_only_of_what_it_touches(photo, name, format, size, changes):
    known = photo(Path(name), facts=Facts(*size, 3, "RGB", format, 1000, "hash"))
    other = "PNG" if format != "PNG" else "JPEG"
    recipes = {"longest": Recipe(longest=640), "quality": Recipe(quality=80), "format": Recipe(format=other)}
    usual = plan(known, Recipe()).makes
    assert usual == plan(known, Recipe()).makes
    assert {option for option, recipe in recipes.items() if plan(known, recipe).makes != usual} == changes


def test_a_photo_that_fits_keeps_its_pixels_and_loses_its_metadata(saved, scene, photo, tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 0.0)
    path = saved("a.jpg", scene(), exif=exif, comment=b"at home", icc_profile=b"a profile", progressive=True)
    copy, actions = cleaned_file(photo(path), tmp_path)
    assert actions == ()
    assert not copy.getexif()
    assert "comment" not in copy.info
    assert copy.info["icc_profile"] == b"a profile"
    assert np.array_equal(np.asarray(copy), np.asarray(Image.open(path)))


def test_a_png_that_fits_keeps_its_pixels_and_loses_its_metadata(saved, scene, photo, tmp_path):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "somebody at home")
    info.add_itxt("Comment", "ünï")
    copy, actions = cleaned_file(photo(saved("a.png", scene(), pnginfo=info)), tmp_path)
    assert actions == ()
    copy.load()
    assert "Author" not in copy.info and "Comment" not in copy.info
    assert np.array_equal(np.asarray(copy), np.asarray(scene()))


def test_further_pictures_behind_a_phone_photo_are_cut_off(saved, scene, photo, tmp_path):
    path = saved("a.jpg", scene(), format="MPO", save_all=True, append_images=[scene(1)])
    copy, _ = cleaned_file(photo(path), tmp_path)
    assert copy.format == "JPEG"
    assert Path(copy.filename).stat().st_size < 0.7 * path.stat().st_size


def test_no_gps_position_survives_any_way_through(saved, scene, photo, tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif.get_ifd(0x8825)[29] = "2024:05:01"
    for name, size in (("a.jpg", (600, 400)), ("b.jpg", (2000, 1000)), ("c.png", (600, 400)), ("d.webp", (300, 300))):
        path = saved(name, scene(0, size), exif=exif)
        assert b"2024:05:01" in path.read_bytes()
        done = clean(photo(path), Recipe(), tmp_path / "cleaned")
        assert b"2024:05:01" not in Path(done.path).read_bytes()


def test_the_original_is_never_changed(saved, scene, photo, tmp_path):
    path = saved("a.jpg", scene(0, (2000, 1000)))
    before = path.read_bytes()
    clean(photo(path), Recipe(), tmp_path / "cleaned")
    assert path.read_bytes() == before


def test_a_copy_over_its_original_is_refused(saved, photo, tmp_path):
    path = saved("a.jpg")
    before = path.read_bytes()
    with pytest.raises(BadPath, match="original"):
        clean(photo(path), Recipe(), tmp_path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/a.jpg", "b/../../a.jpg"])
def test_a_copy_outside_its_folder_is_refused(saved, photo, tmp_path, name):
    with pytest.raises(BadPath, match="outside"):
        clean(photo(saved("a.jpg"), name), Recipe(), tmp_path / "cleaned")


def test_a_truncated_jpeg_is_left_out_with_its_reason(saved, photo, tmp_path):
    path = saved("a.jpg")
    path.write_bytes(path.read_bytes()[:-2000])
    done = clean(photo(path), Recipe(), tmp_path / "cleaned")
    assert done.path is None
    assert "cut off" in done.reason
    assert not (tmp_path / "cleaned").exists()


@pytest.mark.parametrize(("size", "word"), [((1, 1), "too few"), ((15, 100), "too few"), ((2100, 100), "times")])
def test_what_no_cleaning_can_mend_is_left_out(saved, photo, tmp_path, size, word):
    done = clean(photo(saved("a.png", Image.new("RGB", size))), Recipe(), tmp_path / "cleaned")
    assert done.path is None
    assert word in done.reason


@pytest.mark.parametrize("name", ["cat 1/a b.jpg", "ünï/猫.jpg", "a#1.jpg", "100%.jpg", "x" * 196 + ".jpg"])
def test_odd_names_are_kept(saved, photo, tmp_path, name):
    done = clean(photo(saved("plain.jpg"), name), Recipe(), tmp_path / "cleaned")
    assert Path(done.path) == tmp_path / "cleaned" / name


@pytest.mark.parametrize(
    ("name", "format", "copy"),
    [
        ("cat/a.jpg", "JPEG", "cat/a.jpg"),
        ("cat/a.JPEG", "JPEG", "cat/a.JPEG"),
        ("a.png", "JPEG", "a.png.jpg"),
        ("a.jpg", "PNG", "a.jpg.png"),
        ("a.jfif", "JPEG", "a.jfif.jpg"),
        ("a", "JPEG", "a.jpg"),
    ],
)
def test_a_copy_has_the_suffix_of_its_format(name, format, copy):
    assert clean_name(name, format) == copy


def test_names_too_long_for_a_suffix_are_shortened_and_stay_apart():
    names = {clean_name("cat/" + "猫" * 84 + end, "JPEG") for end in ("a", "b")}
    assert len(names) == 2
    assert all(len(Path(name).name.encode()) <= 255 and name.endswith(".jpg") for name in names)


def test_two_files_that_differ_only_in_suffix_stay_two(saved, photo, tmp_path):
    paths = {clean(photo(saved(name)), Recipe(format="JPEG"), tmp_path / "cleaned").path for name in ("a.png", "a.jpg")}
    assert len(paths) == 2


def test_the_plan_foretells_what_is_done(saved, scene, photo, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 8
    paths = [
        saved("fine.jpg"),
        saved("large.jpg", scene(0, (1600, 800)), exif=exif),
        saved("small.png", scene(0, (40, 50))),
        saved("grey.png", scene().convert("L")),
        saved("gif.jpg", format="GIF"),
        saved("one.png", scene(0, (1, 1))),
    ]
    for path in paths:
        known = photo(path, facts=reading.read_facts(path))
        foretold, done = plan(known, Recipe()), clean(known, Recipe(), tmp_path / "cleaned")
        assert (foretold.actions, foretold.leave_out) == (done.actions, done.reason)


@pytest.mark.parametrize("code", ["unreadable", "truncated", "bomb"])
def test_the_plan_leaves_out_what_can_not_be_read(photo, code):
    bad = photo(Path("a.jpg"), problems=(Problem(code, "It is broken."),))
    assert plan(bad, Recipe()).leave_out == "It is broken."


def test_the_plan_says_when_a_photo_was_not_looked_at(photo):
    assert "looked at" in plan(photo(Path("a.jpg")), Recipe()).leave_out


def test_the_plan_names_what_is_too_heavy(photo):
    facts = Facts(1000, 1000, 3, "RGB", "PNG", 16 * 1024 * 1024, "")
    assert plan(photo(Path("a.png"), facts=facts), Recipe()).actions == ("re-encode",)
    assert plan(photo(Path("a.png"), facts=replace(facts, bytes=1000)), Recipe()).actions == ()


def test_a_copy_is_the_same_every_time(saved, scene, photo, tmp_path):
    known = photo(saved("a.jpg", scene(0, (2000, 1000))))
    assert clean(known, Recipe(), tmp_path / "one").sha256 == clean(known, Recipe(), tmp_path / "two").sha256


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_picture_is_encoded_below_any_limit(format):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8))
    data, picture = encoding.encode(noise, format, 90, 40_000)
    assert len(data) <= 40_000
    assert Image.open(io.BytesIO(data)).size == picture.size


def test_a_heavy_jpeg_loses_quality_before_pixels():
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8))
    full, _ = encoding.encode(noise, "JPEG", 90, 10**9)
    data, picture = encoding.encode(noise, "JPEG", 90, len(full) - 1)
    assert len(data) < len(full)
    assert picture.size == (400, 300)


def test_a_photo_that_changed_since_the_look_at_it_is_judged_as_it_is_now(saved, scene, photo, tmp_path):
    path = saved("a.jpg")
    known = photo(path, facts=reading.read_facts(path))
    saved("a.jpg", scene(0, (2000, 1000)))
    assert clean(known, Recipe(), tmp_path / "cleaned").actions == ("shrink",)



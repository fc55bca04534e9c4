from __future__ import annotations

import io
import platform
import subprocess
import sys
from dataclasses import replace

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from core.images import reading, thumbnails, verdicts
from core.types import Facts

FINE = Facts(width=800, height=600, channels=3, mode="RGB", format="JPEG", bytes=100_000, sha256="0" * 64)


def codes(problems) -> list[str]:
    return [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"width": 63}, "too_small"),
        ({"height": 4097}, "too_large"),
        ({"bytes": 15 * 1024 * 1024 + 1}, "too_heavy"),
        ({"width": 2001, "height": 100}, "odd_aspect"),
        ({"format": "GIF"}, "not_jpeg_or_png"),
        ({"frames": 2}, "animated"),
        ({"mode": "CMYK"}, "unusual_mode"),
        ({"mode": "I;16"}, "unusual_mode"),
        ({"mode": "RGB;16"}, "unusual_mode"),
    ],
)
def test_each_limit_is_named_when_it_is_broken(changes, code):
    problems = verdicts.refusals(replace(FINE, **changes))
    assert codes(problems) == [code]
    assert problems[0].severity == "refused"


@pytest.mark.parametrize(
    "changes",
    [{}, {"width": 64, "height": 64}, {"width": 4096}, {"bytes": 15 * 1024 * 1024}, {"width": 2000, "height": 100},
     {"mode": "L"}, {"mode": "RGBA"}, {"mode": "P"}],
)  # fmt: skip
def test_what_lies_on_a_limit_is_fine(changes):
    assert verdicts.refusals(replace(FINE, **changes)) == ()


@pytest.mark.parametrize(
    ("name", "lies"),
    [("a.jpg", False), ("a.JPEG", False), ("a.jfif", False), ("a", False), ("a.backup", False), ("a.png", True),
     ("a.gif", True), ("cat.png/a", False)],
)  # fmt: skip
def test_a_name_lies_when_it_promises_another_format(name, lies):
    assert codes(verdicts.lying_suffix(FINE, name)) == (["lying_suffix"] if lies else [])


def test_a_lying_name_is_no_refusal():
    assert verdicts.lying_suffix(FINE, "a.png")[0].severity == "hurts"


def test_a_good_photo_has_everything_and_no_problem(saved):
    found = verdicts.inspect(saved("a.jpg"), "a.jpg")
    assert found.problems == ()
    assert found.facts == reading.read_facts(saved("a.jpg"))
    assert found.quality and found.fingerprint and found.thumbnail
    assert 240 <= max(Image.open(io.BytesIO(found.thumbnail)).size) <= thumbnails.LONGEST


def test_a_truncated_jpeg_is_named_and_keeps_its_facts(tmp_path, saved):
    path = tmp_path / "cut.jpg"
    path.write_bytes(saved("a.jpg").read_bytes()[:-3000])
    found = verdicts.inspect(path, path.name)
    assert codes(found.problems) == ["truncated"]
    assert found.facts and found.facts.width == 600
    assert found.quality is found.fingerprint is found.thumbnail is None


def test_a_gif_named_jpg_is_refused_and_its_name_lies(saved):
    found = verdicts.inspect(saved("a.jpg", format="GIF"), "a.jpg")
    assert codes(found.problems) == ["not_jpeg_or_png", "lying_suffix"]
    assert found.thumbnail


def test_a_single_pixel_is_too_small_and_still_measured(saved):
    found = verdicts.inspect(saved("a.png", Image.new("RGB", (1, 1))), "a.png")
    assert codes(found.problems) == ["too_small"]
    assert found.quality and (found.quality.brightness, found.quality.information) == (0, 0)


@pytest.mark.parametrize("content", [b"", b"no image", b"\xff\xd8\xff\xe0"])
def test_what_is_no_image_is_unreadable(tmp_path, content):
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    found = verdicts.inspect(path, path.name)
    assert codes(found.problems) == ["unreadable"]
    assert found.facts is None


def test_a_missing_file_is_unreadable(tmp_path):
    assert codes(verdicts.inspect(tmp_path / "gone.jpg", "gone.jpg").problems) == ["unreadable"]


def test_a_bomb_is_named_with_the_size_that_it_claims(tmp_path, monkeypatch, saved):
    monkeypatch.setattr(reading, "MAX_PIXELS", 600 * 400 - 1)
    found = verdicts.inspect(saved("a.png"), "a.png")
    assert codes(found.problems) == ["bomb"]
    assert found.facts and (found.facts.width, found.facts.height) == (600, 400)
    assert found.thumbnail is None


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda image: ImageEnhance.Brightness(image).enhance(0.15), "dark"),
        (lambda image: Image.blend(image, Image.new("RGB", image.size, "white"), 0.85), "light"),
        (lambda image: ImageEnhance.Contrast(image).enhance(0.15), "low_information"),
        (lambda image: image.filter(ImageFilter.GaussianBlur(5)), "blurry"),
    ],
)
def test_what_may_hurt_a_model_is_named(saved, scene, spoil, code):
    good = verdicts.inspect(saved("good.jpg", scene(4)), "good.jpg")
    bad = verdicts.inspect(saved("bad.jpg", spoil(scene(4))), "bad.jpg")
    assert code not in codes(verdicts.hurts(good.quality))
    assert code in codes(verdicts.hurts(bad.quality))


def test_a_thing_on_a_white_ground_is_not_too_light(scene):
    from core.images.quality import measure

    page = Image.new("RGB", (600, 600), "white")
    page.paste(scene(2, (200, 200)), (200, 200))
    assert verdicts.hurts(measure(page)) == ()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other memory allocators behave otherwise")
def test_a_small_photo_is_looked_at_in_the_memory_of_the_one_before(tmp_path, scene):
    """In a process of its own, as any large picture before teaches malloc the same; in a thread, as jobs run."""
    file = tmp_path / "small.jpg"
    scene(1, (500, 430)).save(file)
    code = ("import resource, sys, threading; from pathlib import Path; from core.images import verdicts\n"
            "def look(times):\n    for _ in range(times): verdicts.inspect(Path(sys.argv[1]))\n"
            "def measure():\n    look(20); before = faults(); look(50); print((faults() - before) // 50)\n"
            "faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
            "thread = threading.Thread(target=measure); thread.start(); thread.join()")
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 40  # pages; without the lesson 110

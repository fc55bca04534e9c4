"""A thousand broken images, of every format that is read: each gets its verdict, and none raises."""

from __future__ import annotations

import functools
import io
import random
from typing import Any

import pytest
from PIL import Image

from core.images import metadata, reading, verdicts

TURNED = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
SAMPLES: dict[str, tuple[str, str, dict[str, Any]]] = {  # format, mode, options
    "jpeg": ("JPEG", "RGB", {"exif": TURNED}), "progressive": ("JPEG", "L", {"progressive": True}),
    "print": ("JPEG", "CMYK", {}), "png": ("PNG", "RGB", {}), "palette": ("PNG", "P", {"transparency": 3}),
    "deep": ("PNG", "I;16", {}), "gif": ("GIF", "P", {}), "film": ("GIF", "P", {"save_all": True}),
    "webp": ("WEBP", "RGBA", {}), "avif": ("AVIF", "RGB", {"speed": 10}), "bmp": ("BMP", "RGB", {}),
    "tiff": ("TIFF", "RGB", {"compression": "tiff_lzw"}), "pages": ("TIFF", "L", {"save_all": True}),
    "ppm": ("PPM", "RGB", {}), "jpeg 2000": ("JPEG2000", "RGB", {}),
}  # fmt: skip
EACH = 67  # 15 samples: 1,005 broken images
BROKEN = {"unreadable", "truncated", "bomb"}
CODES = BROKEN | {"too_small", "too_large", "too_heavy", "odd_aspect", "not_jpeg_or_png", "animated", "unusual_mode"}


@functools.cache
def sound(sample: str) -> bytes:
    format, mode, options = SAMPLES[sample]
    gradient = Image.linear_gradient("L").resize((72, 64))
    image = Image.merge("RGB", (gradient, gradient.rotate(90), gradient.rotate(180)))
    image = image.convert("L").convert(mode) if mode == "I;16" else image.convert(mode)
    file = io.BytesIO()
    if "save_all" in options:
        options = options | {"append_images": [image.rotate(90), image.rotate(180)]}
    image.save(file, format, **options)
    return file.getvalue()


def broken(sample: str, number: int) -> bytes:
    """A sound file with some bytes overwritten, most of them in its head, and half of the time its end cut off."""
    chance = random.Random(f"{sample} {number}")
    data = bytearray(sound(sample))
    for _ in range(chance.randint(1, 8)):
        reach = chance.choice((32, 128, len(data)))
        data[chance.randrange(min(reach, len(data)))] = chance.randrange(256)
    return bytes(data[: chance.randint(0, len(data))] if number % 2 else data)


@pytest.mark.filterwarnings("ignore")  # Pillow also warns of what it then refuses
@pytest.mark.parametrize("sample", SAMPLES)
def test_every_broken_image_gets_its_verdict(sample: str) -> None:
    for number in range(EACH):
        found = verdicts.inspect(broken(sample, number))
        codes = {problem.code for problem in found.problems}
        assert codes <= CODES and all(problem.message for problem in found.problems), number
        whole = None not in (found.facts, found.quality, found.fingerprint, found.thumbnail)
        assert whole != bool(codes & BROKEN), number


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_bytes_make_the_removal_of_metadata_fail(sample: str) -> None:
    for number in range(20):
        data = broken(sample, number)
        for format in ("JPEG", "PNG"):
            bare = metadata.without_metadata(data, format)
            assert bare is None or len(bare) <= len(data) + 8, number


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_format_is_read_when_it_is_sound(sample: str) -> None:
    found = verdicts.inspect(sound(sample))
    assert found.thumbnail and found.facts and found.facts.format == SAMPLES[sample][0]
    assert {problem.code for problem in found.problems} <= {"not_jpeg_or_png", "animated", "unusual_mode"}


def test_the_samples_are_of_every_format_that_is_read() -> None:
    assert {format for format, _, _ in SAMPLES.values()} == set(reading.PLUGINS)

"""Photos spoilt on purpose, by the code of the verdict that they should get.

A planted fault is one that a person sees at once, or that Rekognition refuses; how strong it is varies.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageOps

Made = tuple[bytes, str]  # a file's content and its suffix
Spoil = Callable[[Image.Image, random.Random], Made]


def encoded(image: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **({"quality": 90} if format == "JPEG" else {}), **options)
    return file.getvalue()


def jpeg(image: Image.Image) -> Made:
    return encoded(image), ".jpg"


def resized(image: Image.Image, longest: float) -> Image.Image:
    scale = longest / max(image.size)
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))),
                        Image.Resampling.BICUBIC)


def strip(image: Image.Image, aspect: float) -> Image.Image:
    """The middle of the picture, `aspect` times as long as high, upright or lying as the photo is."""
    turned = image.height > image.width
    lying = image.transpose(Image.Transpose.ROTATE_90) if turned else image
    height = lying.width / aspect
    part = lying.crop((0, round((lying.height - height) / 2), lying.width, round((lying.height + height) / 2)))
    return part.transpose(Image.Transpose.ROTATE_270) if turned else part


def too_small(image: Image.Image, chance: random.Random) -> Made:
    return jpeg(resized(image, chance.uniform(0.3, 0.98) * 63 * max(image.size) / min(image.size)))


def too_large(image: Image.Image, chance: random.Random) -> Made:
    return jpeg(resized(image, chance.uniform(4100, 4600)))


def too_heavy(image: Image.Image, chance: random.Random) -> Made:
    large = image.resize((2600, 2050), Image.Resampling.BICUBIC)
    return encoded(large, "PNG", compress_level=0), ".png"


def odd_aspect(image: Image.Image, chance: random.Random) -> Made:
    return jpeg(strip(resized(image, 2000), chance.uniform(20.6, 26)))


def not_jpeg_or_png(image: Image.Image, chance: random.Random) -> Made:
    format = chance.choice(["WEBP", "BMP", "TIFF", "GIF", "AVIF"])
    return encoded(image, format), f".{format.lower()}"


def lying_suffix(image: Image.Image, chance: random.Random) -> Made:
    return chance.choice([(encoded(image, "PNG"), ".jpg"), (encoded(image), ".png"), (encoded(image, "WEBP"), ".jpeg")])


def animated(image: Image.Image, chance: random.Random) -> Made:
    format = chance.choice(["PNG", "GIF", "WEBP"])
    more = [image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)] * chance.randint(1, 3)
    return encoded(image, format, save_all=True, append_images=more), f".{format.lower()}"


def unusual_mode(image: Image.Image, chance: random.Random) -> Made:
    if chance.random() < 0.5:
        return encoded(image.convert("CMYK")), ".jpg"
    return encoded(Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257), "PNG"), ".png"


def unreadable(image: Image.Image, chance: random.Random) -> Made:
    whole = encoded(image)
    return chance.choice([b"", whole[:1] + chance.randbytes(len(whole)), b"<html>404</html>", whole[:20]]), ".jpg"


def truncated(image: Image.Image, chance: random.Random) -> Made:
    whole, suffix = chance.choice([jpeg(image), (encoded(image, "PNG"), ".png")])
    return whole[: int(len(whole) * chance.uniform(0.2, 0.95))], suffix


def dark(image: Image.Image, chance: random.Random) -> Made:
    light = chance.uniform(0.05, 0.28)
    return jpeg(image.point(lambda value: value * light))


def light(image: Image.Image, chance: random.Random) -> Made:
    veil = chance.uniform(0.68, 0.95)
    return jpeg(Image.blend(image, Image.new("RGB", image.size, "white"), veil))


def blurry(image: Image.Image, chance: random.Random) -> Made:
    """Out of focus, or the camera moved; then the noise of the sensor."""
    if chance.random() < 0.5:
        spoilt = image.filter(ImageFilter.GaussianBlur(chance.uniform(0.008, 0.02) * max(image.size)))
    else:
        spoilt = moved(image, round(chance.uniform(0.035, 0.06) * max(image.size)), chance.random() < 0.5)
    return jpeg(noisy(spoilt, 2, chance))


def moved(image: Image.Image, reach: int, upward: bool) -> Image.Image:
    """Each pixel as the mean of `reach` pixels in a row."""
    values = np.asarray(image, np.float64)
    values = values.transpose(1, 0, 2) if upward else values
    sums = np.cumsum(np.pad(values, ((0, 0), (reach, 0), (0, 0)), mode="edge"), axis=1)
    smeared = (sums[:, reach:] - sums[:, :-reach]) / reach
    smeared = smeared.transpose(1, 0, 2) if upward else smeared
    return Image.fromarray(smeared.clip(0, 255).astype(np.uint8))


def noisy(image: Image.Image, strength: float, chance: random.Random) -> Image.Image:
    grain = np.random.default_rng(chance.randrange(2**32)).normal(0, strength, (image.height, image.width, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def low_information(image: Image.Image, chance: random.Random) -> Made:
    """Through fog, or of an empty wall."""
    grey = Image.new("RGB", image.size, tuple(chance.randint(70, 190) for _ in range(3)))
    return jpeg(noisy(Image.blend(image, grey, chance.choice([1, chance.uniform(0.88, 0.96)])), 2, chance))


SINGLE: dict[str, Spoil] = {spoil.__name__: spoil for spoil in (
    too_small, too_large, too_heavy, odd_aspect, not_jpeg_or_png, lying_suffix, animated, unusual_mode, unreadable,
    truncated, dark, light, blurry, low_information)}


def odd_size(image: Image.Image, chance: random.Random) -> Made:
    """Among photos of 500 pixels."""
    return jpeg(resized(image, 500 * chance.choice([chance.uniform(0.2, 0.33), chance.uniform(3, 6)])))


def unusual_aspect(image: Image.Image, chance: random.Random) -> Made:
    return jpeg(strip(resized(image, max(image.size) * 1.5), chance.uniform(3.2, 6)))


def near_duplicate(image: Image.Image, chance: random.Random) -> Made:
    return jpeg(resized(image, max(image.size) * chance.uniform(0.6, 0.9)))


def no_animal(chance: random.Random) -> Made:
    """What gets among photos by mistake: a page of text, a chart, a plan, a tiled floor, an evening sky."""
    return jpeg(noisy(chance.choice([page, chart, plan, floor, sky])(chance), 2, chance))


def page(chance: random.Random) -> Image.Image:
    image = Image.new("RGB", (375, 500), (250, 249, 244))
    pen = ImageDraw.Draw(image)
    for line in range(40, 460, chance.choice([12, 16, 20])):
        words = " ".join("".join(chance.choices("abcdefghilmnoprstu", k=chance.randint(2, 9))) for _ in range(9))
        pen.text((36, line), words[:52], fill=(30, 30, 34))
    return image


def chart(chance: random.Random) -> Image.Image:
    image = Image.new("RGB", (500, 340), "white")
    pen = ImageDraw.Draw(image)
    pen.line([(50, 30), (50, 300), (470, 300)], fill="black", width=2)
    for place in range(chance.randint(5, 9)):
        left, top = 70 + 45 * place, chance.randint(50, 270)
        pen.rectangle((left, top, left + 30, 299), fill=chance.choice(["steelblue", "darkorange", "seagreen"]))
    return image


def plan(chance: random.Random) -> Image.Image:
    image = Image.new("RGB", (500, 375), chance.choice([(244, 240, 228), (226, 235, 240)]))
    pen = ImageDraw.Draw(image)
    for _ in range(chance.randint(14, 24)):
        points = [(chance.randint(0, 500), chance.randint(0, 375)) for _ in range(4)]
        pen.line(points, fill=chance.choice(["orange", "gray", "steelblue", "firebrick"]), width=chance.randint(2, 7))
    return image


def floor(chance: random.Random) -> Image.Image:
    image, side = Image.new("RGB", (500, 375), (90, 86, 80)), chance.randint(30, 60)
    pen = ImageDraw.Draw(image)
    for top in range(0, 375, side):
        for left in range(-side * (top // side % 2) // 2, 500, side):
            shade = chance.randint(150, 205)
            pen.rectangle((left, top, left + side - 4, top + side - 4), fill=(shade, shade - 25, shade - 55))
    return image


def sky(chance: random.Random) -> Image.Image:
    fade = Image.linear_gradient("L").resize((500, 333))
    image = ImageOps.colorize(fade, (40, 60, chance.randint(110, 160)), (250, chance.randint(140, 200), 110))
    hills = [(x, 290 - chance.randint(0, 60)) for x in range(0, 501, 50)]
    ImageDraw.Draw(image).polygon([(0, 333), *hills, (500, 333)], fill=(24, 30, 34))
    return image


def write(folder: Path, name: str, made: Made) -> Path:
    data, suffix = made
    path = folder / f"{name}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path

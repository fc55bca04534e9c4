"""A photo altered on purpose, to ask a model about it again: a part hidden, cropped, clearer, lighter, alone.

Every alteration has a key, by which the answer to it is kept: the same key is the same picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from core.images import encoding, pixels, reading, subjects
from core.limits import MAX_REQUEST_BYTES, MIN_SIDE

Kind = Literal["whole", "hidden", "cropped", "contrast", "brightness", "sharpened", "background"]
Share = tuple[float, float, float, float]  # left, top, right, bottom, in shares of the sides

SIDE = 800  # pixels of the longest side that is sent: more than a model looks at, and quick to send
VEIL = 0.08  # of the longer side: how far a hidden part is blurred, so that it has its colours and shows nothing
_VERSION = 1  # of how pictures are altered; answers to other versions are not used
_QUALITY = 90


@dataclass(frozen=True, slots=True)
class Alteration:
    """One change of a picture. `strength` is a factor, or a share of the longer side; `box` is what it is done to."""

    kind: Kind
    strength: float = 0.0
    box: Share | None = None

    @property
    def key(self) -> str:
        edges = "" if self.box is None else " " + ",".join(f"{edge:.4f}" for edge in self.box)
        return f"{_VERSION} {self.kind} {self.strength:g}{edges}"

    @property
    def words(self) -> str:
        """What was done, such as "contrast raised 1.7 times"."""
        return {
            "whole": "as it is", "hidden": "a part hidden",
            "cropped": f"cropped to the subject, with {100 * self.strength:.0f} % around it",
            "contrast": f"contrast raised {self.strength:g} times",
            "brightness": f"{'brightened' if self.strength > 1 else 'darkened'} {self.strength:g} times",
            "sharpened": f"sharpened {self.strength:g} times",
            "background": f"background blurred by {100 * self.strength:.0f} % of the side",
        }[self.kind]


WHOLE = Alteration("whole")


def opened(source: bytes) -> Image.Image:
    """The photo as it is altered and sent, upright and in RGB; BadImage when it can't be read."""
    facts = reading.read_facts(source)
    size = pixels.allowed(facts.upright_size, SIDE)
    return pixels.resized(reading.open_upright(source, SIDE), size)


def sent(image: Image.Image) -> bytes:
    """An altered picture as a request carries it."""
    return encoding.encode(image, "JPEG", _QUALITY, MAX_REQUEST_BYTES)[0]


def altered(image: Image.Image, change: Alteration) -> Image.Image:
    """The picture with one change; another picture, or the same where there is none."""
    if change.kind == "hidden" and change.box:
        return _hidden(image, change.box)
    if change.kind == "cropped" and change.box:
        return pixels.resized(cut := image.crop(_edges(image, change.box)), pixels.allowed(cut.size, SIDE))
    if change.kind == "contrast":
        return ImageEnhance.Contrast(image).enhance(change.strength)
    if change.kind == "brightness":
        return ImageEnhance.Brightness(image).enhance(change.strength)
    if change.kind == "sharpened":
        return ImageEnhance.Sharpness(image).enhance(change.strength)
    if change.kind == "background":
        return _alone(image, change.strength)
    return image


def changes(image: Image.Image) -> list[Alteration]:
    """The changes that are tried on a photo, each at a few strengths, the weakest first; always as many."""
    box = _subject_box(subjects.estimate(image))
    return [
        *(Alteration("cropped", around, _grown(box, around, image.size)) for around in (0.5, 0.25, 0.1)),
        *(Alteration("contrast", factor) for factor in (1.3, 1.7, 2.5)),
        *(Alteration("brightness", factor) for factor in (0.7, 1.4)),
        *(Alteration("sharpened", factor) for factor in (3.0,)),
        *(Alteration("background", radius) for radius in (0.01, 0.03, 0.08)),
    ]


def _hidden(image: Image.Image, box: Share) -> Image.Image:
    """A part blurred until only its colours are left."""
    left, top, right, bottom = _edges(image, box)
    reach = VEIL * max(image.size)
    around = round(2 * reach)  # what the blur looks at beyond the part itself
    outer = (max(0, left - around), max(0, top - around), min(image.width, right + around),
             min(image.height, bottom + around))
    veil = _blurred(image.crop(outer), reach)
    made = image.copy()
    made.paste(veil.crop((left - outer[0], top - outer[1], right - outer[0], bottom - outer[1])), (left, top))
    return made


def _alone(image: Image.Image, radius: float) -> Image.Image:
    """The subject as it is, with everything else out of focus."""
    mask = Image.fromarray(np.where(subjects.estimate(image), 255, 0).astype(np.uint8))
    soft = mask.filter(ImageFilter.MaxFilter(3)).resize(image.size, Image.Resampling.BICUBIC)
    return Image.composite(image, _blurred(image, radius * max(image.size)), soft)


def _blurred(image: Image.Image, reach: float) -> Image.Image:
    """Blurred by so many pixels, in a small copy where that shows no difference."""
    part = max(1, int(reach / 4))
    small = image.reduce(part).filter(ImageFilter.GaussianBlur(reach / part))
    return small.resize(image.size, Image.Resampling.BILINEAR)


def _edges(image: Image.Image, box: Share) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return (round(left * image.width), round(top * image.height), round(right * image.width),
            round(bottom * image.height))


def _subject_box(mask: subjects.Mask) -> Share:
    """The sides of the subject, without the few pixels that lie far out."""
    rows, columns = np.nonzero(mask)
    (top, bottom), (left, right) = (np.quantile(places, (0.02, 0.98)) for places in (rows, columns))
    return (float(left / mask.shape[1]), float(top / mask.shape[0]), float((right + 1) / mask.shape[1]),
            float((bottom + 1) / mask.shape[0]))


def _grown(box: Share, around: float, size: pixels.Size) -> Share:
    """A box with a margin of a share of its own sides, inside the picture, and no smaller than Rekognition takes."""
    left, top, right, bottom = box
    wide, high = (max(end - start, MIN_SIDE / side) * (1 + around)
                  for start, end, side in ((left, right, size[0]), (top, bottom, size[1])))
    across, down = (left + right) / 2, (top + bottom) / 2
    return (max(0.0, across - wide / 2), max(0.0, down - high / 2), min(1.0, across + wide / 2),
            min(1.0, down + high / 2))

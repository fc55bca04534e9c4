"""The plain properties of a photo that should say nothing about its class."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.types import Facts, Photo, Quality


@dataclass(frozen=True, slots=True)
class Property:
    """One property of photos that were looked at: a number, or with `kinds` one of a few names.

    beside: other numbers that tell of the same property. words: what photos with less of it are, and
    those with more. said: a value in words. nothing: what is said where there is no name.
    """

    code: str
    title: str
    value: Callable[[Photo], Any]
    words: tuple[str, str] = ("", "")
    said: Callable[[float], str] = str
    kinds: bool = False
    nothing: str = ""
    beside: tuple[Callable[[Photo], float], ...] = ()


def _score(name: str) -> Callable[[Photo], float]:
    return lambda photo: float(getattr(_quality(photo), name))


def _quality(photo: Photo) -> Quality:
    assert photo.quality
    return photo.quality


def _facts(photo: Photo) -> Facts:
    assert photo.facts
    return photo.facts


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"


def _signed(value: float) -> str:
    return f"{100 * value:+.0f} %"


def _size(photo: Photo) -> float:
    return math.sqrt(_facts(photo).width * _facts(photo).height)


def _aspect(photo: Photo) -> float:
    width, height = _facts(photo).upright_size
    return width / height


PROPERTIES = (
    Property("brightness", "Brightness", _score("brightness"), ("darker", "brighter"), _share,
             beside=(_score("shadows"), _score("highlights"))),
    Property("contrast", "Contrast", _score("contrast"), ("flatter", "richer in contrast"), _share),
    Property("sharpness", "Sharpness", _score("sharpness"), ("blurrier", "sharper"), _share),
    Property("saturation", "Saturation", _score("saturation"), ("paler", "more colourful"), _share),
    Property("warmth", "Colour cast, blue to red,", _score("warmth"), ("bluer", "redder"), _signed),
    Property("tint", "Colour cast, purple to green,", _score("tint"), ("more purple", "greener"), _signed),
    Property("border", "Brightness of the border", _score("border"),
             ("darker along the sides", "brighter along the sides"), _share),
    Property("border_contrast", "Contrast of the border", _score("border_contrast"),
             ("plainer along the sides", "less plain along the sides"), _share),
    Property("size", "Size", _size, ("smaller", "larger"), lambda value: f"{value:.0f} pixels a side"),
    Property("aspect", "Aspect", _aspect, ("taller for their width", "wider for their height"),
             lambda value: f"{value:.2f} to 1"),
    Property("bytes", "File size", lambda photo: _facts(photo).bytes, ("lighter files", "heavier files"),
             lambda value: f"{value / 1024:,.0f} KB"),
    Property("camera", "Camera", lambda photo: _facts(photo).camera, kinds=True, nothing="No named camera"),
    Property("format", "File format", lambda photo: _facts(photo).format, kinds=True),
)

"""The colours of classes, the same on every page: chosen by a person, or of a palette for colour-blind people too."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable, Mapping

from core.types import UNKNOWN

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")  # Okabe and Ito
GREY = "#8A949A"
_TURNS = 4  # times that the palette is made darker; after that it would be black

Colours = Mapping[str, str]  # "#RRGGBB" by class, in the order of the classes


def of_classes(names: Iterable[str], chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """The colour of each class by its place in `names`, or the one `chosen` for it.

    After the seventh class the palette comes round again, darker each time, and after the fourth time as at first.
    """
    own = chosen or {}
    return {name: own.get(name) or _by_place(place) for place, name in enumerate(names)}


def colour_of(label: str | None, colours: Colours) -> str:
    """The colour of a class, "#RRGGBB"; Unknown, and what is no class, is grey."""
    return GREY if label is None or label == UNKNOWN else colours.get(label, GREY)


def _by_place(place: int) -> str:
    turn, position = divmod(place, len(PALETTE))
    return _darker(PALETTE[position], 0.72 ** (turn % _TURNS)) if turn % _TURNS else PALETTE[position]


def _darker(colour: str, factor: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    channels = colorsys.hls_to_rgb(hue, light * factor, saturation)
    return "#" + "".join(f"{round(channel * 255):02X}" for channel in channels)

"""Parts of charts as SVG, which opens in every browser, prints sharply, and needs no program that draws.

The same values give the same bytes, so that a chart can be made again from the run record and compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.report.markup import Html, tag

INK, SOFT, LINE = "#1B2529", "#5C6B72", "#DDE4E7"
FONT = "'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
LETTER = 6.9  # pixels, the mean width of one at the size that labels have

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """The field of a chart in pixels, and the values at its left, right, lower and upper edge."""

    left: float
    top: float
    width: float
    height: float
    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)

    def at(self, x: float, y: float) -> Point:
        """Where a pair of values lies."""
        across = (x - self.x[0]) / (self.x[1] - self.x[0])
        up = (y - self.y[0]) / (self.y[1] - self.y[0])
        return self.left + across * self.width, self.top + (1 - up) * self.height


def drawing(width: float, height: float, title: str, *parts: object) -> Html:
    """A chart of that size in pixels; `title` says in a sentence what it shows."""
    return tag("svg", tag("title", title), *parts, xmlns="http://www.w3.org/2000/svg", role="img",
               viewBox=f"0 0 {_number(width)} {_number(height)}", width=_number(width), height=_number(height),
               **{"font-family": FONT, "font-size": 13})


def words(text: object, x: float, y: float, anchor: str = "start", colour: str = INK, size: float = 13) -> Html:
    """A line of text whose start, middle or end stands there, centred on its height."""
    return tag("text", text, x=_number(x), y=_number(y), fill=colour,
               **{"text-anchor": anchor, "dominant-baseline": "central", "font-size": _number(size)})


def box(x: float, y: float, width: float, height: float, fill: str, tip: str = "", radius: float = 0) -> Html:
    return tag("rect", tag("title", tip) if tip else None, x=_number(x), y=_number(y), width=_number(max(width, 0)),
               height=_number(height), fill=fill, rx=_number(radius) if radius else None)


def line(start: Point, end: Point, colour: str = LINE, width: float = 1, dashed: bool = False) -> Html:
    return tag("line", x1=_number(start[0]), y1=_number(start[1]), x2=_number(end[0]), y2=_number(end[1]),
               stroke=colour, **{"stroke-width": _number(width), "stroke-dasharray": "2 4" if dashed else None})


def curve(points: Iterable[Point], colour: str, width: float = 2) -> Html:
    """Points joined by straight lines."""
    return tag("polyline", points=" ".join(f"{_number(x)},{_number(y)}" for x, y in points), fill="none",
               stroke=colour, **{"stroke-width": _number(width), "stroke-linejoin": "round"})


def dot(place: Point, colour: str, radius: float = 4.5, tip: str = "") -> Html:
    return tag("circle", tag("title", tip) if tip else None, cx=_number(place[0]), cy=_number(place[1]),
               r=_number(radius), fill=colour, stroke="#FFFFFF", **{"stroke-width": 1.5})


def percents(frame: Frame, x_title: str, y_title: str) -> tuple[Html, ...]:
    """Both axes of a field from 0 to 100 %, with a quiet grid."""
    quarters: Sequence[float] = (0, 0.25, 0.5, 0.75, 1)
    parts = []
    for share in quarters:
        x, y = frame.left + share * frame.width, frame.top + (1 - share) * frame.height
        parts += [line((frame.left, y), (frame.left + frame.width, y), INK if share == 0 else LINE),
                  words(f"{share * 100:.0f} %", frame.left - 8, y, "end", SOFT, 12),
                  words(f"{share * 100:.0f} %", x, frame.top + frame.height + 16, "middle", SOFT, 12)]
    middle = frame.left + frame.width / 2
    return (*parts, words(x_title, middle, frame.top + frame.height + 37, "middle", SOFT, 12),
            words(y_title, frame.left - 44, frame.top - 16, "start", SOFT, 12))


def key(entries: Iterable[tuple[str, str]], x: float, y: float) -> list[Html]:
    """What the colours mean, in a row: (name, colour)."""
    parts = []
    for name, colour in entries:
        parts += [box(x, y - 5, 10, 10, colour, radius=5), words(name, x + 16, y, colour=SOFT, size=12)]
        x += 16 + LETTER * len(name) + 22
    return parts


def shortened(text: str, most: int = 28) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _number(value: float) -> str:
    """Two decimals at most: "12", "12.5", "12.25"."""
    return f"{value:.2f}".rstrip("0").rstrip(".")

"""HTML that can not be broken into: every text is escaped, and only `tag` makes what is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from core.evaluation.intervals import Figure, percent, span
from core.images.thumbnails import data_uri

EMPTY = frozenset({"img", "meta", "br"})


class Html(str):
    """Markup that is safe as it stands. Whatever is not of this kind is text, and is escaped."""

    __slots__ = ()


def text(content: object) -> Html:
    """A text as markup; what is markup already stays. A percent sign never starts a line."""
    return content if isinstance(content, Html) else Html(escape(str(content)).replace(" %", "\N{NO-BREAK SPACE}%"))


def join(*parts: object) -> Html:
    return Html("".join(text(part) for part in parts if part is not None))


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """`tag("td", 12, kind="number")` is `<td class="number">12</td>`. `kind` is the class; None leaves one out."""
    written = "".join(
        f' {"class" if key == "kind" else key}="{escape(str(value))}"'
        for key, value in attributes.items() if value is not None)
    return Html(f"<{name}{written}>" if name in EMPTY else f"<{name}{written}>{join(*children)}</{name}>")


def paragraph(*parts: object, kind: str | None = None) -> Html:
    return tag("p", *parts, kind=kind)


def section(title: str, *parts: object) -> Html:
    """A chapter: its title in the margin, its parts beside it."""
    return tag("section", tag("h2", title), tag("div", *parts, kind="body"))


def table(head: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[str] = ()) -> Html:
    """A table; the columns named in `numbers` are set flush right."""
    right = [title in set(numbers) for title in head]

    def row(cells: Sequence[object], name: str) -> Html:
        return tag("tr", *(tag(name, cell, kind="number" if flush else None)
                           for cell, flush in zip(cells, right, strict=True)))

    return tag("table", tag("thead", row(head, "th")), tag("tbody", *(row(cells, "td") for cells in rows)))


def folded(title: str, *parts: object) -> Html:
    """Parts that a click opens; print has them open."""
    return tag("details", tag("summary", title), *parts)


def picture(data: bytes | None, alt: str, caption: object = None) -> Html:
    """A JPEG inside the page, or an empty frame where there is no picture of it."""
    shown = tag("img", src=data_uri(data), alt=alt) if data else tag("div", "no picture", kind="blank")
    return tag("figure", shown, tag("figcaption", caption) if caption is not None else None)


def figures(named: Sequence[tuple[str, Figure]]) -> Html:
    """Large figures in a row, each with its interval under it."""
    return tag("dl", *(
        tag("div", tag("dt", name), tag("dd", percent(figure.value) if figure.known else "–"),
            tag("dd", span(figure), kind="span"))
        for name, figure in named), kind="figures")


def bar(share: float, colour: str) -> Html:
    """A lying bar of that share (0-1) of its column; `colour` is "#RRGGBB"."""
    return tag("span", tag("span", style=f"width:{share * 100:.1f}%;background:{colour}"), kind="bar")


def swatch(label: str, colour: str) -> Html:
    """A label with the dot of its colour."""
    return join(tag("span", kind="dot", style=f"background:{colour}"), label)

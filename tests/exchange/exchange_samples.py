"""Annotations as Hypothesis makes them: any names, labels and boxes that a project can have."""

from __future__ import annotations

import datetime as dt
import unicodedata

from hypothesis import strategies as st

from core.exchange.types import Annotated, certain
from core.types import Box

MOMENT = dt.datetime(2026, 11, 23, 9, 30, 1, 500, tzinfo=dt.UTC)
_LETTERS = st.characters(codec="utf-8") | st.sampled_from("=+-@'\";,|\t\n\r%.\ufeff ")


def _is_label(text: str) -> bool:
    """What a class can be called: one line without control characters, and nothing around it."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return bool(line) and line == text and not any(unicodedata.category(letter) == "Cc" for letter in text)


labels = st.text(_LETTERS, min_size=1, max_size=12).filter(_is_label)
_parts = st.text(_LETTERS, min_size=1, max_size=8).filter(
    lambda part: part.strip(" \n\r\t") and part not in (".", "..") and not set("/\\\x00") & set(part))
names = st.lists(_parts, min_size=1, max_size=3).map("/".join).filter(str.strip)
uris = names.map(lambda name: f"s3://photos/{name}")
moments = st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2090, 1, 1), timezones=st.just(dt.UTC))


@st.composite
def boxes(draw: st.DrawFn, size: tuple[int, int]) -> Box:
    left, top = draw(st.integers(0, size[0] - 1)), draw(st.integers(0, size[1] - 1))
    return Box(draw(labels), left, top, draw(st.integers(1, size[0] - left)), draw(st.integers(1, size[1] - top)))


@st.composite
def annotated(draw: st.DrawFn, image: st.SearchStrategy[str] = names, boxed: bool = True, labelled: bool = True,
              dated: bool = False, doubtful: bool = False) -> Annotated:
    size = draw(st.tuples(st.integers(1, 5000), st.integers(1, 5000))) if boxed else None
    several = tuple(draw(st.lists(labels, max_size=3, unique=True))) if labelled else ()
    found = tuple(draw(st.lists(boxes(size), max_size=3))) if size else ()
    total = len(several) + len(found)
    shares = draw(st.lists(st.floats(0, 1), min_size=total, max_size=total)) if doubtful else []
    return Annotated(draw(image), several, found, size, draw(moments) if dated and total else None, certain(shares))


def sets(**options: object) -> st.SearchStrategy[list[Annotated]]:
    return st.lists(annotated(**options), max_size=5, unique_by=lambda record: record.image)  # type: ignore[arg-type]

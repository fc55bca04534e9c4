"""Figures as words, and foreign text as plain text."""

from __future__ import annotations

import datetime as dt
import re

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~<>$:&^=])")
# What Streamlit makes icons, arrows and links of after the escapes are gone: icon names, symbols, addresses.
_LATER = re.compile(
    r":(?=material/|streamlit:)|(?<!\S)(?:<->|<-|->|--|>=|<=|~=)(?!\S)|https?(?=://)|www(?=\.)|@(?=\w)", re.IGNORECASE)
_JOINER = "\u2060"  # has no width and allows no line break, so that nobody sees it


def plain(text: str) -> str:
    """`text` for a place that renders Markdown, shown letter for letter: names and labels are hostile input."""
    broken = _LATER.sub(rf"\g<0>{_JOINER}", re.sub(r"\s+", " ", text))
    return _MARKDOWN.sub(r"\\\1", broken)


def sure(share: float) -> str:
    """How sure a guess is, 0-1, which is never quite: "94 %", "over 99 %"."""
    return f"{100 * share:.0f} %" if share < 0.995 else "over 99 %"


def size(count: int) -> str:
    """Bytes as a person says them: "812 KB", "7.4 MB"."""
    if count < 1024:
        return f"{count} bytes"
    if count < 1024**2:
        return f"{count / 1024:.0f} KB"
    return f"{count / 1024**2:.1f} MB" if count < 1024**3 else f"{count / 1024**3:.2f} GB"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """ "1 photo", "40 photos", "1,200 photos"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """ "9 s", "4 min", "3 h 12 min", "2 days"."""
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if seconds < 60:
        return f"{int(seconds)} s"
    if hours < 1:
        return f"{minutes} min"
    return f"{hours} h {minutes % 60} min" if hours < 48 else f"{hours // 24} days"


def ago(moment: dt.datetime, now: dt.datetime | None = None) -> str:
    """ "just now", "4 min ago", "3 h 12 min ago"."""
    seconds = ((now or dt.datetime.now(dt.UTC)) - moment).total_seconds()
    return "just now" if seconds < 45 else f"{duration(seconds)} ago"


def clock(moment: dt.datetime, now: dt.datetime | None = None) -> str:
    """A moment in this computer's time zone: "18:30", or "Tue 24 Nov, 18:30" when it is not today."""
    local, here = moment.astimezone(), (now or dt.datetime.now(dt.UTC)).astimezone()
    return local.strftime("%H:%M" if local.date() == here.date() else "%a %d %b, %H:%M")

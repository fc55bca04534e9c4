from __future__ import annotations

import datetime as dt
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ui import words

HOSTILE = ("<img src=x>", "[x](javascript:1)", ":red[x]", "$a$", "**b**", "_a_", "`c`", "# h", "1. one", "a | b",
           "~~d~~", "C:\\photos", "&lt;", "![x](y)", "x^2^", "==m==", "- item", "> said", "+ more", "what!")
ACTIVE = set("\\`*_{}[]()#+-.!|~<>$:&^=")
NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)


def read(source: str) -> str:
    """What a person sees of Markdown in which nothing but escapes is special; fails when something else is."""
    pieces = re.findall(r"\\.|[^\\]", source)
    assert "".join(pieces) == source
    assert all(piece.startswith("\\") or piece not in ACTIVE for piece in pieces)
    return "".join(piece[-1] for piece in pieces).replace("\u2060", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_is_shown_letter_for_letter(text: str) -> None:
    assert read(words.plain(text)) == text


@given(st.text(alphabet=string.printable + "äß猫🐱\u2028", max_size=40))
def test_nothing_in_any_text_means_anything_to_markdown(text: str) -> None:
    assert read(words.plain(text)) == re.sub(r"\s+", " ", text)


def test_a_name_of_several_lines_takes_one() -> None:
    assert words.plain("cat\n\n# dog\tfox") == r"cat \# dog fox"


@pytest.mark.parametrize("text", [
    ":material/home:", ":streamlit:", "a -> b", "<-", "<-> c", "a --", "1 >= 0", "<=", "~=", "https://x.org/a",
    "HTTP://x.org", "www.x.org", "me@x.org"])
def test_what_streamlit_renders_after_the_escapes_is_broken_by_a_letter_without_width(text: str) -> None:
    source = words.plain(text)
    assert read(source) == text
    assert "\u2060" in source


@pytest.mark.parametrize("text", ["18:30", "a->b", "s3://bucket/key", "x-y", "5 < 6", "wwwx", "@ home"])
def test_ordinary_text_gets_no_hidden_letter(text: str) -> None:
    assert "\u2060" not in words.plain(text)


@pytest.mark.parametrize(("count", "said"), [
    (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1 KB"), (831_488, "812 KB"), (7_759_462, "7.4 MB"),
    (3 * 1024**3, "3.00 GB")])
def test_bytes_are_said_as_a_person_says_them(count: int, said: str) -> None:
    assert words.size(count) == said


def test_a_count_knows_one_from_many() -> None:
    assert [words.count(1, "photo"), words.count(0, "photo"), words.count(1200, "photo")] == [
        "1 photo", "0 photos", "1,200 photos"]
    assert words.count(2, "class", "classes") == "2 classes"


@pytest.mark.parametrize(("seconds", "said"), [
    (0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3599, "59 min"), (11_520, "3 h 12 min"), (48 * 3600, "2 days")])
def test_durations_are_said_as_a_person_says_them(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


def test_a_second_is_never_rounded_up_to_sixty() -> None:
    assert words.duration(59.9) == "59 s"


def test_the_past_is_said_from_now_on() -> None:
    assert words.ago(NOW - dt.timedelta(seconds=44), NOW) == "just now"
    assert words.ago(NOW - dt.timedelta(minutes=4), NOW) == "4 min ago"
    assert words.ago(NOW + dt.timedelta(seconds=5), NOW) == "just now"


def test_a_clock_names_the_day_only_when_it_is_another_one() -> None:
    now = dt.datetime(2026, 11, 23, 23, 59, 59).astimezone()  # where this computer is
    later = now + dt.timedelta(seconds=1)
    assert (words.clock(now, now), words.clock(later, now)) == ("23:59", "Tue 24 Nov, 00:00")
    assert words.clock(later.astimezone(dt.UTC), now.astimezone(dt.UTC)) == words.clock(later, now)


def test_a_guess_is_never_said_to_be_quite_sure() -> None:
    assert [words.sure(share) for share in (0.5, 0.944, 0.994, 0.996, 1.0)] == [
        "50 %", "94 %", "99 %", "over 99 %", "over 99 %"]

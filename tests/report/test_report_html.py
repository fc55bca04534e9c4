from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

from PIL import Image

from core.evaluation import metrics
from core.report import html
from core.report.contents import Contents
from core.report.markup import EMPTY, Html, tag, text
from core.report.options import Options

NETWORK = {"script", "link", "iframe", "object", "embed", "form", "base", "a", "use", "image", "foreignobject"}


class Reader(HTMLParser):
    """Reads a page as a browser would: its tags, its attributes, its text, and whether every tag is closed."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attributes]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data.replace("\N{NO-BREAK SPACE}", " ").split() if "style" not in self.open else []


def read(contents: Contents) -> tuple[Reader, str]:
    reader = Reader(html.build(contents))
    return reader, " ".join(reader.words)


def test_names_stay_text_and_nothing_comes_from_the_network(told: Contents) -> None:
    reader, words = read(told)
    assert not reader.tags & NETWORK
    assert "<script>alert('x')<b>.jpg" in words and "two <b>.jpg" in words
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name == "href"]
    assert {value[:23] for name, value in reader.attributes if name == "src"} == {"data:image/jpeg;base64,"}
    assert "url(" not in html.build(told) and "@import" not in html.build(told)


def test_a_dataset_that_has_changed_since_the_training_is_said_to_have(told: Contents) -> None:
    assert told.model
    assert "before it became so" not in read(told)[1]
    _, words = read(replace(told, model=replace(told.model, as_now=False)))
    assert "This is the dataset as it is now." in words and "was trained before it became so" in words


def test_the_whole_story_is_told(told: Contents) -> None:
    _, words = read(told)
    for part in (
            "right on 2 of 4", "between 7 and 93 %", "12 photos in 2 classes", "no side longer than 1,280 pixels",
            "4200 x 900 pixels: a side is over 4096", "Before: 4,200 x 900", "In order.", "Training can start",
            "0.900 on 2 test photos", "60.0 %", "A cat, answered as Unknown", "A cat, answered as dog",
            "cat came nearest with 58.0 %, 2.0 points below its threshold of 60.0 %.", "32 min $0.53",
            "1 h 0 min $4.00", "pillow", "What one threshold for all labels would give",
            "python -m core.report verify"):
        assert part in words, part


def test_the_account_and_this_persons_folders_are_not_in_it(told: Contents) -> None:
    page = html.build(replace(told, project=f"pets {told.account}"))
    assert told.account not in page
    assert "arn:aws:rekognition:us-east-1:************:project/pets" in page
    assert str(told.thumbnails.parent) not in page


def test_the_account_is_in_it_where_it_is_asked_for(told: Contents) -> None:
    page = html.build(replace(told, options=Options(account=True)))
    assert f"arn:aws:rekognition:us-east-1:{told.account}:project/pets" in page


def test_chapters_that_are_not_ticked_are_left_out(told: Contents) -> None:
    _, words = read(replace(told, options=Options(parts=("model", "costs"))))
    assert "Rekognition project" in words and "Costs" in words
    assert "12 photos in 2 classes" not in words and "right or wrong" not in words and "answered as" not in words


def test_without_pictures_no_photo_is_shown_and_charts_stay(told: Contents) -> None:
    reader, words = read(replace(told, options=Options(pictures=False)))
    assert "img" not in reader.tags and "svg" in reader.tags
    assert "A cat, answered as Unknown" in words


def test_what_somebody_wrote_about_a_photo_stands_beside_it_letter_for_letter(told: Contents) -> None:
    notes = {"three.jpg": "A <b>black</b> dog.\n\nOn grey ground.", "one.jpg": "Right, but only just."}
    _, words = read(replace(told, notes=notes))
    assert "A <b>black</b> dog. On grey ground." in words
    assert "Right, but only just." in words


def test_many_photos_make_a_page_that_opens(told: Contents) -> None:
    many = tuple(replace(told.trial.predictions[place % 4], name=f"{place}.jpg") for place in range(10_000))
    trial = replace(told.trial, predictions=many, figures=metrics.measure(many))
    page = html.build(replace(told, trial=trial))
    assert len(page) < 3_000_000 and page.count("<img") < 100 and page.count("<tr") < 1_000
    assert "9,600 more are in predictions.csv" in page


def test_pictures_bring_no_camera_data_along(told: Contents) -> None:
    found = re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", html.build(told))
    assert len(found) >= 10
    for data in map(base64.b64decode, found):
        assert not Image.open(io.BytesIO(data)).getexif()
        assert b"SecretCamera" not in data


def test_a_project_in_which_nothing_is_done_has_a_report_too(told: Contents) -> None:
    nothing = replace(told, photos=(), copies=(), classes={}, built=None, verdict=None, model=None, trial=None)
    _, words = read(nothing)
    assert "no model has been tried yet" in words and "There is no manifest yet." in words


def test_a_trained_model_that_was_not_tried_is_told_by_its_test_photos(told: Contents) -> None:
    assert "F1 of 0.900 on 2 test photos" in read(replace(told, trial=None))[1]


def test_a_cleaned_copy_that_is_gone_leaves_a_frame(told: Contents) -> None:
    copies = tuple(replace(copy, path="/gone.jpg") if copy.path else copy for copy in told.copies)
    assert "no picture" in read(replace(told, copies=copies))[1]


def test_only_markup_is_not_escaped() -> None:
    assert tag("p", "<b>", Html("<i></i>")) == "<p>&lt;b&gt;<i></i></p>"
    assert tag("td", 12, kind='a" onclick="x') == '<td class="a&quot; onclick=&quot;x">12</td>'
    assert text("92 %") == "92\N{NO-BREAK SPACE}%"

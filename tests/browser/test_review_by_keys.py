"""What was predicted is reviewed by one key a photo, as Label does it, and taken back by another."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable

import pytest
from person import App, settled, until, visit
from PIL import Image
from playwright.sync_api import Page, expect

from core.dataset import photos, vocabulary
from core.evaluation import reviewing
from core.types import UNKNOWN, Prediction, Score
from core.workspace import Project, Workspace

pytestmark = pytest.mark.browser

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1"
CUTS = {"cat": 60.0, "dog": 50.0}


def with_a_queue(app: App) -> Project:
    """A project without a photo, for which three wait: an unknown one, a close one, and a sure one."""
    project = Workspace(app.home.resolve()).create("pets")
    for name in CUTS:
        vocabulary.add(project, name)
    for name, cat in (("sure.jpg", 99.0), ("unknown.jpg", 30.0), ("close.jpg", 65.0)):
        file = io.BytesIO()
        Image.effect_noise((320, 240), cat).convert("RGB").save(file, "JPEG")
        path = reviewing.keep_file(project, name, file.getvalue())
        reviewing.queue(project, ARN, CUTS, [Prediction(
            name, str(path), None, (Score("cat", cat),), UNKNOWN, 0.0,
            sha256=hashlib.sha256(file.getvalue()).hexdigest())])
    return project


def test_one_key_adds_a_photo_and_another_takes_it_back(
    app: App, tab: Page, picture: Callable[..., None]
) -> None:
    project = with_a_queue(app)
    tab.reload()
    visit(tab, "Predict")
    shown = tab.get_by_test_id("stMain").get_by_test_id("stText")
    expect(shown).to_have_text("unknown.jpg")
    picture(tab, "review")
    tab.get_by_test_id("stMain").get_by_text("A folder", exact=True).click()
    expect(tab.get_by_text("There is no trained model yet.")).to_be_visible()
    tab.get_by_test_id("stMain").get_by_text("To review (3)").click()  # a choice, which then has the focus
    expect(tab.get_by_text("There is no trained model yet.")).to_have_count(0)
    expect(shown).to_have_text("unknown.jpg")
    settled(tab)
    tab.keyboard.press("2")
    expect(shown).to_have_text("close.jpg")
    settled(tab)  # with a key that the unknown one has not
    tab.keyboard.press("y")
    expect(shown).to_have_text("sure.jpg")
    assert {(one.name, one.label) for one in photos.photos(project)} == {("unknown.jpg", "dog"), ("close.jpg", "cat")}
    tab.keyboard.press("Backspace")
    expect(shown).to_have_text("close.jpg")
    tab.keyboard.press("0")
    expect(shown).to_have_text("sure.jpg")
    until(lambda: [(one.name, one.label) for one in photos.photos(project)] == [("unknown.jpg", "dog")])
    tab.keyboard.press("1")
    expect(tab.get_by_text("Nothing waits for a review.")).to_be_visible()
    until(lambda: all(one.facts for one in photos.photos(project)))  # looked at together, once no key waits for it


def test_the_overview_leads_to_what_waits_in_a_project_that_was_chosen_by_hand(app: App, tab: Page) -> None:
    with_a_queue(app)
    Workspace(app.home.resolve()).create("another")
    tab.reload()
    tab.get_by_test_id("stSidebar").get_by_role("combobox", name="Project").click()
    tab.get_by_role("option", name="pets").click()
    expect(tab).to_have_url(re.compile("project=pets"))  # which Streamlit refuses to clear when a page is changed
    tab.get_by_role("button", name="3 answers wait for your confirmation").click()
    expect(tab.get_by_role("heading", name="Predict", level=1)).to_be_visible()
    expect(tab.get_by_text("3 photos wait")).to_be_visible()
    expect(tab).to_have_url(re.compile("project=pets"))

"""From an empty workspace to the stopped model and the report in S3, in a real browser, as a person would."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from person import PATIENCE, ROOT, App, at_rest, drawn_in, drop, settled, visit
from playwright.sync_api import Page, expect

from core.aws import clients as aws
from core.aws import storage, versions
from core.types import Backend

pytestmark = pytest.mark.browser

SHARED = ROOT.parent / "shared"


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name=name).first.click()


def clean(page: Page, picture: Callable[..., None]) -> None:
    visit(page, "Clean")
    press(page, re.compile(r"^Clean \d+ photos"))
    expect(page.get_by_text("nothing to do")).to_be_visible()
    picture(page, "clean")


def label(page: Page, picture: Callable[..., None]) -> None:
    visit(page, "Label")
    press(page, "Label them by folder")
    expect(page.get_by_text(", 0 to go")).to_be_visible()
    settled(page)
    page.keyboard.press("2")  # dog, on a cat: a mistake, taken back with one key
    expect(page.get_by_text("cat 19 · dog 21")).to_be_visible()
    settled(page)
    page.keyboard.press("Backspace")
    expect(page.get_by_text("cat 20 · dog 20")).to_be_visible()
    picture(page, "label")


def upload(page: Page, picture: Callable[..., None]) -> None:
    visit(page, "Manifest")
    expect(page.get_by_text("Training can start")).to_be_visible()
    press(page, "Upload photos and manifest")
    expect(page.get_by_text("Everything is in S3")).to_be_visible()
    picture(page, "manifest")


def train(page: Page, picture: Callable[..., None]) -> None:
    visit(page, "Train")
    at_rest(page)
    press(page, re.compile("^Train version"))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("costs nothing")).to_be_visible()
    dialog.get_by_role("button", name=re.compile(r"^Train \d")).click()
    expect(page.get_by_text("training completed")).to_be_visible()
    picture(page, "train")


def start(page: Page, picture: Callable[..., None]) -> None:
    visit(page, "Versions")
    at_rest(page)
    press(page, "Start")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("if forgotten until Monday")).to_be_visible()
    expect(dialog.get_by_text(r"$4.00").first).to_be_visible()
    picture(page, "start")
    dialog.get_by_role("button", name=re.compile("^Start until")).click()
    expect(page.get_by_test_id("stMain").get_by_text("running", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stSidebar").get_by_text("Stops at")).to_be_visible()
    picture(page, "versions")


def predict(page: Page, picture: Callable[..., None], photo: Path, expected: str) -> None:
    visit(page, "Predict")
    drop(page, photo)
    expect(page.get_by_test_id("stMain").get_by_role("heading", name=expected, exact=True)).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart")).to_be_visible()
    picture(page, "predict")


def evaluate(page: Page, picture: Callable[..., None], folder: Path) -> tuple[int, int]:
    """(right, of how many) as the page says it."""
    visit(page, "Evaluate")
    page.get_by_role("textbox", name="Folder with one subfolder").fill(str(folder))
    press(page, "Run this folder")
    sentence = page.get_by_text(re.compile(r"\d+ of \d+ right"))
    expect(sentence).to_be_visible()
    settled(page)
    page.get_by_role("button", name="cat answered as cat").click()
    expect(page.get_by_role("heading", name="cat, answered as cat")).to_be_visible()
    picture(page, "evaluate")
    right, total = re.findall(r"\d+", sentence.inner_text())[:2]
    return int(right), int(total)


def explain(page: Page, picture: Callable[..., None]) -> None:
    """Look at the worst mistake, ask the model what it looked at, and take what is said of it into the report."""
    visit(page, "Mistakes")
    expect(page.get_by_role("heading", name=re.compile(r"^Why .+\? It is a "))).to_be_visible()
    press(page, re.compile(r"^Ask the model \d+ times"))
    expect(page.get_by_test_id("stMain").get_by_role("slider", name="Map")).to_be_visible()
    press(page, "Add to report")
    expect(page.get_by_text("It is in the report.")).to_be_visible()
    picture(page, "mistakes")


def stop_and_report(page: Page, picture: Callable[..., None]) -> None:
    page.get_by_test_id("stSidebar").get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("No model is running.")).to_be_visible()
    visit(page, "Report")
    press(page, "Make and send to S3")
    expect(page.get_by_text("The report is made and in S3")).to_be_visible()
    press(page, "Verify")
    expect(page.get_by_text("In S3: every file is the same.")).to_be_visible()
    picture(page, "report")
    visit(page, "Overview")
    expect(page.get_by_text("F1 ").first).to_be_visible()
    picture(page, "overview")


def open_offline(page: Page, app: App) -> None:
    """The report opens without a network, asks for nothing, and prints."""
    assert page.context.browser
    context = page.context.browser.new_context(offline=True)
    context.set_default_timeout(1000 * PATIENCE)
    opened, said = context.new_page(), []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("request", lambda request: said.append(request.url) if not request.url.startswith("data:") else None)
    file = next(app.home.glob("projects/*/reports/*Z/report.html"))
    opened.goto(file.as_uri())
    expect(opened.get_by_role("heading", name="Evaluation")).to_be_visible()
    assert said == [file.as_uri()]
    assert opened.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    context.close()


def in_the_backend(app: App) -> tuple[list[str], list[str]]:
    """What AWS's own calls say at the end: the states of the models, and the names of the reports in S3."""
    clients = aws.connect(app.home, Backend())
    buckets = storage.list_buckets(clients)
    stored = [item.key for bucket in buckets for item in storage.list_objects(clients, bucket)]
    reports = sorted(Path(key).name for key in stored if "/reports/" in key)
    return [version.status for version in versions.list_versions(clients)], reports


def test_the_sample_project_from_one_click_to_the_stopped_model_and_the_report(
    app: App, tab: Page, picture: Callable[..., None]
) -> None:
    picture(tab, "sample-empty")
    press(tab, "Load the sample")
    expect(tab.get_by_role("heading", name="What happened")).to_be_visible()

    def sample(page: Page, name: str) -> None:
        picture(page, f"sample-{name}")

    visit(tab, "Browse")
    expect(tab.get_by_text("refused by Rekognition").first).to_be_visible()
    sample(tab, "browse")
    expect(tab.get_by_test_id("stToast")).to_have_count(0)  # the next picture is the one in the README
    press(tab, "Close")
    sample(tab, "browse-readme")
    clean(tab, sample)
    label(tab, sample)
    upload(tab, sample)
    train(tab, sample)
    start(tab, sample)
    unseen = app.home / "projects/cats-and-dogs/originals/sample/unseen"
    predict(tab, sample, sorted((unseen / "dog").iterdir())[0], "dog")
    right, total = evaluate(tab, sample, unseen)
    assert total == 12 and right >= 9
    visit(tab, "Mistakes")
    sample(tab, "mistakes")
    stop_and_report(tab, sample)
    open_offline(tab, app)
    assert list(drawn_in(tab, "dark", "light")) == ["dark", "light"]
    states, reports = in_the_backend(app)
    assert states == ["STOPPED"] and "report.html" in reports


@pytest.mark.skipif(not SHARED.is_dir(), reason="the full-size photos are made from ../shared, which is not there")
def test_full_size_photos_from_a_folder_to_the_stopped_model_and_the_report(
    app: App, tab: Page, tmp_path: Path, picture: Callable[..., None]
) -> None:
    photos = tmp_path / "photos"
    subprocess.run([sys.executable, SHARED / "tools/full_size_photos.py", photos], check=True)
    unseen = tmp_path / "unseen"
    unseen.symlink_to(SHARED / "data/pets/unseen")
    press(tab, "Choose photos")
    tab.get_by_role("dialog").get_by_role("textbox", name="Name").fill("pets")
    tab.get_by_role("dialog").get_by_role("button", name="Create", exact=True).click()
    expect(tab.get_by_text("None yet")).to_be_visible()

    def full(page: Page, name: str) -> None:
        picture(page, f"full-{name}")

    visit(tab, "Browse")
    full(tab, "browse-empty")
    tab.get_by_role("textbox", name="Folder on this computer").fill(str(photos))
    press(tab, "Read the folder")
    expect(tab.get_by_text(re.compile(r"4\d photos|40 photos")).first).to_be_visible()
    full(tab, "browse")
    clean(tab, full)
    label(tab, full)
    upload(tab, full)
    train(tab, full)
    start(tab, full)
    predict(tab, full, sorted((SHARED / "data/pets/unseen/cat").iterdir())[0], "cat")
    right, total = evaluate(tab, full, SHARED / "data/pets/unseen")
    assert total == 12 and right == 11
    explain(tab, full)
    stop_and_report(tab, full)
    open_offline(tab, app)
    states, reports = in_the_backend(app)
    assert states == ["STOPPED"] and "report.html" in reports

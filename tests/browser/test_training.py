"""A training that takes its time: the tab is closed meanwhile, and the failure that follows is repaired."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from person import App, visit
from playwright.sync_api import Browser, Page, expect

from core.aws import clients as aws
from core.aws import storage
from core.dataset import cleaning, labels, sources
from core.jobs import Progress
from core.workspace import Project, Workspace

LONG = 60_000  # milliseconds, on a busy machine


@pytest.fixture
def slow_training(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The engine takes as long before it trains as one needs to leave and come back."""
    monkeypatch.setenv("REKOLAB_ENGINE_TRAINING_SECONDS", "10")
    monkeypatch.setenv("REKOLAB_ROOTS", str(tmp_path))


@pytest.fixture
def pets(slow_training: None, app: App, photo_folder: Callable[..., Path]) -> Project:
    """A project that can be trained at once."""
    project = Workspace(app.home).create("pets")
    folder = photo_folder(cat=5, dog=5)
    sources.import_folder(Progress(), str(app.home), "pets", str(folder))
    labels.label_by_folder(project)
    cleaning.clean_all(Progress(), str(app.home), "pets")
    return project


def opened(chromium: Browser, app: App) -> Page:
    """A tab of its own on Train."""
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=LONG)
    visit(page, "Train")
    return page


def train(page: Page) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name=re.compile("^Train ")).first.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Train \d")).click()
    expect(page.get_by_text(re.compile(r"has been training for"))).to_be_visible(timeout=LONG)


@pytest.mark.browser
def test_a_training_goes_on_while_the_tab_is_closed_and_a_failed_one_is_repaired(
    pets: Project, chromium: Browser, app: App, picture: Callable[..., None]
) -> None:
    page = opened(chromium, app)
    train(page)
    picture(page, "training")
    elapsed = seconds(page)
    page.context.close()

    clients = aws.connect(pets.home, pets.backend)
    bucket = storage.bucket_name(clients, pets)
    for item in list(storage.list_objects(clients, bucket, "pets/images/"))[:5]:
        clients.s3.delete_object(Bucket=bucket, Key=item.key)  # somebody tidies the bucket too early

    page = opened(chromium, app)
    expect(page.get_by_text("has been training for")).to_be_visible(timeout=LONG)
    assert seconds(page) > elapsed
    expect(page.get_by_text("The manifest file contains too many invalid rows.")).to_be_visible(timeout=LONG)
    picture(page, "training-failed")
    page.get_by_role("button", name="Repair and train again").click()
    expect(page.get_by_text("Mended: 5 lines")).to_be_visible(timeout=LONG)
    picture(page, "training-repaired")
    page.get_by_role("button", name=re.compile("with the mended manifests")).click()
    expect(page.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Train \d"))).to_be_enabled(timeout=LONG)
    page.context.close()


def seconds(page: Page) -> int:
    """For how long the page says that it has been training."""
    said = page.get_by_text(re.compile(r"has been training for \d+ s")).first.inner_text()
    return int(re.search(r"for (\d+) s", said)[1])  # type: ignore[index]

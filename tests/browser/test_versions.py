"""Models as a person works with them in a real browser: two compared, one tagged, and copied to another project."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from drawn_project import ready_to_train
from person import App, settled, visit
from playwright.sync_api import Page, expect

from core.aws import clients as aws
from core.aws import tags, versions
from core.dataset import models
from core.jobs import Progress
from core.types import Backend

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKOLAB_ROOTS", str(tmp_path))
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


def open_dialog(tab: Page, act: str) -> None:
    """Press one of the small buttons of the first model."""
    tab.locator(f'[class*="st-key-{act}-arn"] button').first.click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    settled(tab)


def test_two_models_are_compared_and_one_is_tagged_and_copied(
    app: App, tab: Page, tmp_path: Path, picture: Callable[..., None]
) -> None:
    project = ready_to_train(app, tmp_path)
    clients = aws.connect(app.home, Backend())
    for name in ("one", "two"):
        arn = models.train(Progress(), str(project.home), project.name, name)
        versions.wait_for(clients, arn, {"TRAINING_COMPLETED"})
    visit(tab, "Versions")
    for place in (0, 1):
        tab.get_by_test_id("stMain").get_by_test_id("stCheckbox").nth(place).locator("label").click()
        settled(tab)
    expect(tab.get_by_text(re.compile("cannot be told apart, p = 1.0"))).to_be_visible()
    picture(tab, "versions-compared")

    open_dialog(tab, "tags")
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("button", name="Add a tag").click()
    dialog.get_by_role("textbox", name="Key").fill("team")
    dialog.get_by_role("textbox", name="Value").fill("pets")
    tab.keyboard.press("Enter")
    save = dialog.get_by_role("button", name="Save")
    expect(save).to_be_enabled()
    picture(tab, "versions-tags")
    save.click()
    expect(dialog).to_have_count(0)
    assert tags.tags_of(clients, arn) == {"team": "pets"}

    open_dialog(tab, "copy")
    dialog.get_by_role("textbox", name="Its name").fill("in-use")
    tab.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Copy", exact=True)).to_be_enabled()
    picture(tab, "versions-copy")
    dialog.get_by_role("button", name="Copy", exact=True).click()
    box = tab.get_by_role("combobox", name="Models of")
    expect(box).to_be_visible()  # which there is only with a second project
    box.click()
    tab.get_by_role("option", name="in-use", exact=True).click()
    expect(tab.get_by_test_id("stMain").get_by_text("copying completed")).to_be_visible()
    [made] = versions.list_versions(clients, "in-use")
    assert (made.name, made.status) == ("two", "COPYING_COMPLETED")
    assert tags.tags_of(clients, made.arn) == {"team": "pets"}

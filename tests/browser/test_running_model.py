"""What costs money, as a person meets it: a training that outlives its tab, prices before a start, a stop anywhere."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from drawn_project import ready_to_train
from person import App, settled, visit
from playwright.sync_api import Page, expect

from core.aws import clients as aws
from core.aws import versions
from core.dataset import models
from core.jobs import Progress
from core.types import Backend

pytestmark = pytest.mark.browser

LONG = 60_000  # milliseconds that the app may take on a busy machine
TRAINING = 12.0  # seconds that the engine lets a training take
PAGES = ("Overview", "Browse", "Clean", "Label", "Manifest", "Train", "Versions", "Predict", "Evaluate", "Mistakes",
         "Report", "AWS access")


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own folder may be read, and the engine takes its time to train."""
    monkeypatch.setenv("REKOLAB_ROOTS", str(tmp_path))
    monkeypatch.setenv("REKOLAB_ENGINE_TRAINING_SECONDS", str(TRAINING))
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


def statuses(app: App) -> list[str]:
    return [one.status for one in versions.list_versions(aws.connect(app.home, Backend()))]


def test_a_training_goes_on_while_no_tab_is_open_and_is_found_again_with_its_time(
    app: App, tab: Page, tmp_path: Path, picture: Callable[..., None]
) -> None:
    ready_to_train(app, tmp_path)
    visit(tab, "Train")
    chosen = tab.get_by_test_id("stSidebar").get_by_role("combobox", name="Project")
    expect(chosen).to_have_value("shapes")  # although it was made after the tab was opened
    tab.get_by_test_id("stMain").get_by_role("button", name=re.compile("^Train version")).click()
    tab.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Train \d")).click()
    under_way = re.compile(r"has been training for \d+ s")
    expect(tab.get_by_text(under_way)).to_be_visible(timeout=LONG)
    picture(tab, "training")
    context = tab.context
    tab.close()
    assert statuses(app) == ["TRAINING_IN_PROGRESS"]
    again = context.new_page()
    again.goto(f"{app.url}/train")
    expect(again.get_by_text(under_way)).to_be_visible(timeout=LONG)
    created = versions.list_versions(aws.connect(app.home, Backend()))[0].created
    said = re.search(r"for (\d+) s", again.get_by_text(under_way).inner_text())
    assert said and abs((dt.datetime.now(dt.UTC) - created).total_seconds() - int(said[1])) < 5
    expect(again.get_by_text("training completed").first).to_be_visible(timeout=LONG)
    assert statuses(app) == ["TRAINING_COMPLETED"]


def test_a_start_says_its_prices_the_meter_is_on_every_page_and_another_page_stops_the_model(
    app: App, tab: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Callable[..., None]
) -> None:
    project = ready_to_train(app, tmp_path)
    clients = aws.connect(app.home, Backend())
    arn = models.train(Progress(), str(project.home), project.name, "one")
    versions.wait_for(clients, arn, {"TRAINING_COMPLETED"})
    visit(tab, "Versions")
    tab.get_by_test_id("stMain").get_by_role("button", name="Start", exact=True).first.click()
    dialog = tab.get_by_role("dialog")
    for words in ("an hour", "if forgotten until Monday", "a month", "$4.00"):
        expect(dialog.get_by_text(words).first).to_be_visible(timeout=LONG)
    picture(tab, "start-with-prices")
    dialog.get_by_role("button", name=re.compile("^Start until")).click()
    meter = tab.get_by_test_id("stSidebar")
    expect(meter.get_by_text("Stops at")).to_be_visible(timeout=LONG)
    for title in PAGES:
        visit(tab, title)
        expect(meter.get_by_text(re.compile(r"one · .*\$\d+\.\d\d"))).to_be_visible(timeout=LONG)
        expect(meter.get_by_role("button", name="Stop", exact=True)).to_be_enabled()
    visit(tab, "Browse")
    meter.get_by_role("button", name="Stop", exact=True).click()
    expect(meter.get_by_text("No model is running.")).to_be_visible(timeout=LONG)
    settled(tab)
    assert statuses(app) == ["STOPPED"]

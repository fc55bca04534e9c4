"""What costs money, as a person meets it: a training that outlives its tab, prices before a start, a stop anywhere."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from drawn_project import ready_to_train
from person import App, at_rest, settled, visit
from playwright.sync_api import Page, expect

from core.aws import clients as aws
from core.aws import versions
from core.aws.engine_process import find_engine
from core.dataset import models
from core.jobs import Progress
from core.types import Backend

pytestmark = pytest.mark.browser

PAGES = ("Overview", "Browse", "Clean", "Label", "Manifest", "Train", "Versions", "Predict", "Evaluate", "Mistakes",
         "Report", "AWS access")


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own folder may be read, and nobody's AWS configuration."""
    monkeypatch.setenv("REKOLAB_ROOTS", str(tmp_path))
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


@pytest.fixture
def patient_engine(surroundings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the app that is started after it: a training takes an hour."""
    monkeypatch.setenv("REKOLAB_ENGINE_TRAINING_SECONDS", "3600")


def let_trainings_end(app: App) -> None:
    """The hour is over, as the engine finds at its next start, to which the app sees by itself."""
    engine = find_engine(app.home / "engine")
    assert engine
    with contextlib.closing(sqlite3.connect(app.home / "engine" / "rekognition.sqlite")) as rows, rows:
        rows.execute("UPDATE task SET due = 0")
    os.kill(engine.pid, signal.SIGKILL)


def statuses(app: App) -> list[str]:
    return [one.status for one in versions.list_versions(aws.connect(app.home, Backend()))]


@pytest.mark.usefixtures("patient_engine")
def test_a_training_goes_on_while_no_tab_is_open_and_is_found_again_with_its_time(
    app: App, tab: Page, tmp_path: Path, picture: Callable[..., None]
) -> None:
    ready_to_train(app, tmp_path)
    visit(tab, "Train")
    chosen = tab.get_by_test_id("stSidebar").get_by_role("combobox", name="Project")
    expect(chosen).to_have_value("shapes")  # although it was made after the tab was opened
    tab.get_by_test_id("stMain").get_by_role("button", name=re.compile("^Train version")).click()
    tab.get_by_role("dialog").get_by_role("button", name=re.compile(r"^Train \d")).click()
    under_way = re.compile(r"has been training for \d+ (s|min)$")
    expect(tab.get_by_text(under_way)).to_be_visible()
    picture(tab, "training")
    context = tab.context
    tab.close()
    assert statuses(app) == ["TRAINING_IN_PROGRESS"]
    created = versions.list_versions(aws.connect(app.home, Backend()))[0].created
    before = seconds_since(created)
    again = context.new_page()
    again.goto(f"{app.url}/train")
    said = again.get_by_text(under_way).inner_text()
    told = sum(int(number) * {"s": 1, "min": 60}[unit] for number, unit in re.findall(r"(\d+) (s|min)", said))
    assert before - (60 if "min" in said else 1) <= told <= seconds_since(created)
    let_trainings_end(app)
    expect(again.get_by_text("training completed").first).to_be_visible()
    assert statuses(app) == ["TRAINING_COMPLETED"]


def seconds_since(moment: dt.datetime) -> float:
    return (dt.datetime.now(dt.UTC) - moment).total_seconds()


def test_a_start_says_its_prices_the_meter_is_on_every_page_and_another_page_stops_the_model(
    app: App, tab: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, picture: Callable[..., None]
) -> None:
    project = ready_to_train(app, tmp_path)
    clients = aws.connect(app.home, Backend())
    arn = models.train(Progress(), str(project.home), project.name, "one")
    versions.wait_for(clients, arn, {"TRAINING_COMPLETED"})
    visit(tab, "Versions")
    at_rest(tab)
    tab.get_by_test_id("stMain").get_by_role("button", name="Start", exact=True).first.click()
    dialog = tab.get_by_role("dialog")
    for words in ("an hour", "if forgotten until Monday", "a month", "$4.00"):
        expect(dialog.get_by_text(words).first).to_be_visible()
    picture(tab, "start-with-prices")
    dialog.get_by_role("button", name=re.compile("^Start until")).click()
    meter = tab.get_by_test_id("stSidebar")
    expect(meter.get_by_text("Stops at")).to_be_visible()
    for title in PAGES:
        visit(tab, title)
        expect(meter.get_by_text(re.compile(r"one · .*\$\d+\.\d\d"))).to_be_visible()
        expect(meter.get_by_role("button", name="Stop", exact=True)).to_be_enabled()
    visit(tab, "Browse")
    meter.get_by_role("button", name="Stop", exact=True).click()
    expect(meter.get_by_text("No model is running.")).to_be_visible()
    settled(tab)
    assert statuses(app) == ["STOPPED"]

"""The evaluation page under a person's hands: sliders, the matrix, and what is kept, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from person import App, settled, visit
from PIL import Image
from playwright.sync_api import Page, expect

from core.evaluation import photosets, runs, threshold_sets
from core.types import UNKNOWN, Prediction, Score
from core.workspace import Project, Workspace

pytestmark = pytest.mark.browser

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1"
CATS = (97.0, 93.0, 88.0, 71.0, 55.0, 44.0)  # how sure the model is of each photo that it is a cat
DOGS = (12.0, 31.0, 40.0, 62.0)


def evaluated(home: Path, folder: Path) -> Project:
    """A project with one run over ten small photos."""
    for label, sure in (("cat", CATS), ("dog", DOGS)):
        (folder / label).mkdir(parents=True)
        for number, share in enumerate(sure):
            Image.new("RGB", (90, 80), (int(2 * share), 90, 120)).save(folder / label / f"{number}.jpg")
    project = Workspace(home.resolve()).create("pets")
    run = runs.create_run(project, ARN, photosets.PhotoSet("folder", str(folder)), {"cat": 50.0, "dog": 50.0})
    for shot in photosets.shots(project, run.source):
        cat = (CATS if shot.truth == "cat" else DOGS)[int(Path(shot.name).stem)]
        said = sorted((Score("cat", cat), Score("dog", 100 - cat)), key=lambda score: -score.confidence)
        runs.keep(project, run.id, Prediction(shot.name, str(shot.path), shot.truth, tuple(said), UNKNOWN, 0.0))
    runs.close(project, run.id, len(CATS) + len(DOGS))
    return project


def test_figures_matrix_and_photos_follow_the_keys_on_a_slider_and_are_kept_by_name(
    app: App, tab: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKOLAB_ROOTS", str(tmp_path))
    project = evaluated(app.home, tmp_path / "unseen")
    tab.reload()
    visit(tab, "Evaluate")
    expect(tab.get_by_text("8 of 10 right")).to_be_visible()
    tab.get_by_role("radio", name="One for all labels").click()
    slider = tab.get_by_role("slider", name="All labels")
    slider.focus()
    expect(slider).to_be_focused()
    slider.press("ArrowRight")
    for _ in range(3):
        slider.press("PageUp")
    expect(tab.get_by_role("spinbutton", name="All labels")).to_have_value("81")
    expect(tab.get_by_text("4 of 10 right")).to_be_visible()  # as with 81 % and no step before
    expect(tab.get_by_role("button", name="cat answered as Unknown: 3 photos")).to_be_visible()
    settled(tab)

    tab.get_by_role("button", name="cat answered as cat").focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="dog, answered as dog")).to_be_visible()
    expect(tab.get_by_role("button", name="dog answered as dog")).to_have_attribute("aria-pressed", "true")
    expect(tab.get_by_role("button", name="dog 88 %")).to_be_visible()

    settled(tab)
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Figures as CSV").click()
    assert ",accuracy,0.4000," in download.value.path().read_text("utf-8")
    tab.get_by_role("button", name="Keep").click()
    tab.get_by_role("textbox", name="Name").fill("careful")
    tab.get_by_role("button", name="Save and use everywhere").click()
    expect(tab.get_by_text("decide by “careful”")).to_be_visible()
    assert threshold_sets.in_force(project, {"cat": 50.0, "dog": 50.0}) == {"cat": 81.0, "dog": 81.0}

"""Labels from a file and back into one, in a real browser: what is downloaded is worked out when it is asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from person import App, settled, visit
from playwright.sync_api import Page, expect

from core.dataset import sources
from core.jobs import Progress
from core.workspace import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_coco_file_is_imported_after_a_look_and_comes_back_as_it_was(
    app: App, tab: Page, photo_folder: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REKOLAB_ROOTS", str(tmp_path))
    project = Workspace(app.home).create("pets")
    sources.import_folder(Progress(), str(project.home), project.name, str(photo_folder(cat=2, dog=2)))
    boxes = [[10, 20, 30, 40], [50, 60, 70, 80]]
    coco = {"images": [{"id": number, "file_name": f"cat/cat{number}.jpg", "width": 320, "height": 240}
                       for number in (1, 2)],
            "categories": [{"id": 1, "name": "ear"}],
            "annotations": [{"image_id": number, "category_id": 1, "bbox": box} for number, box in enumerate(boxes, 1)]}
    (tmp_path / "instances.json").write_text(json.dumps(coco))
    tab.reload()
    visit(tab, "Label")
    tab.get_by_text("Import or export labels").click()
    settled(tab)
    tab.locator("input[type=file]").last.set_input_files(tmp_path / "instances.json")
    tab.get_by_role("button", name="Read the labels").click()
    tab.get_by_role("button", name="Import into 2 photos").click()
    expect(tab.get_by_role("button", name="Undo the import")).to_be_visible()
    tab.get_by_text("Export", exact=True).click()
    settled(tab)
    chosen = tab.get_by_role("combobox", name="Format")
    chosen.click()
    chosen.fill("COCO")
    tab.keyboard.press("Enter")
    with tab.expect_download() as got:
        tab.get_by_role("button", name="Download pets-instances.json").click()
    again = json.loads(Path(got.value.path()).read_text("utf-8"))
    assert [image["file_name"] for image in again["images"]] == ["cat/cat1.jpg", "cat/cat2.jpg"]
    assert [one["bbox"] for one in again["annotations"]] == boxes

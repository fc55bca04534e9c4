"""A folder that is dropped from the desktop, which no other kind of test can do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from person import App, settled
from playwright.sync_api import Page, expect

from core.dataset import photos
from core.workspace import Workspace

pytestmark = pytest.mark.browser


def drop(page: Page, folder: Path) -> None:
    """Drag a folder from the desktop into the drop zone."""
    box = page.get_by_test_id("stFileUploaderDropzone").bounding_box()
    assert box
    where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    data = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    mouse = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        mouse.send("Input.dispatchDragEvent", {"type": kind, **where, "data": data})


def test_a_dropped_folder_names_the_classes(tab: Page, app: App, photo_folder: Callable[..., Path]) -> None:
    folder = photo_folder(cat=2, dog=1)
    (folder / "cat/.hidden.jpg").write_bytes(b"x")
    project = Workspace(app.home).create("pets")
    tab.goto(f"{app.url}/browse?project=pets")
    settled(tab)
    tab.get_by_test_id("stMain").get_by_text("Files", exact=True).click()
    tab.get_by_text("up to 200 files").wait_for()
    settled(tab)
    drop(tab, folder)
    tab.get_by_role("button", name="Add 4 files").click()
    expect(tab.get_by_text("3 photos: 3 new. Left out: hidden or system files (1).")).to_be_visible()
    assert {photo.name: photo.folder_label for photo in photos.photos(project)} == {
        "cat/cat1.jpg": "cat", "cat/cat2.jpg": "cat", "dog/dog1.jpg": "dog"}

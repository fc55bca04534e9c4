from __future__ import annotations

import hashlib
import io
import re

import numpy as np
import pytest
from person import App, settled, visit
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from core.dataset import content, likeness
from core.images import thumbnails
from core.images.embedding import normalised
from core.images.verdicts import inspect
from core.jobs import Progress
from core.workspace import Workspace

pytestmark = pytest.mark.browser

COUNT = 130  # photos, a page and a few


def catalogued(app: App) -> None:
    """A project of so many small photos of two classes, looked at and compared."""
    project = Workspace(app.home.resolve()).create("many")
    chance = np.random.default_rng(1)
    kinds = chance.normal(size=(2, 1280))
    photos, seen, rows = [], [], []
    for number in range(COUNT):
        file = io.BytesIO()
        Image.fromarray(chance.integers(0, 255, (9, 12, 3), np.uint8)).resize((120, 90)).save(file, "JPEG")
        sha256 = hashlib.sha256(file.getvalue()).hexdigest()
        thumbnails.keep(project.thumbnails, sha256, file.getvalue())
        seen.append((sha256, inspect(file.getvalue(), "a.jpg", sha256)))
        label = ("cat", "dog")[number % 2]
        photos.append((f"{label}/{number:03}.jpg", f"/{number}.jpg", label, 1, 1, sha256, "[]"))
        row = normalised((kinds[number % 2] + chance.normal(size=1280))[None].astype(np.float32))
        rows.append((sha256, row.astype(np.float16).tobytes()))
    with project.catalogue() as tables:
        content.keep(tables, seen)
        tables.executemany("INSERT INTO photo (name, path, folder_label, size, modified, sha256, problems) "
                           "VALUES (?, ?, ?, ?, ?, ?, ?)", photos)
        tables.executemany("INSERT INTO embedding VALUES (?, ?)", rows)
    likeness.compare(Progress(), str(project.home), project.name)


def says(page: Page, words: str) -> None:
    expect(page.get_by_text(words, exact=True)).to_be_visible()
    settled(page)


def tiles(page: Page) -> Locator:
    return page.get_by_test_id("stMain").locator(".grid button")


def test_the_gallery_is_walked_by_mouse_and_keys_and_follows_a_bar_and_a_line_on_the_map(app: App, tab: Page) -> None:
    catalogued(app)
    visit(tab, "Browse")
    says(tab, "130 photos shown")
    tiles(tab).nth(1).click()
    tiles(tab).nth(4).click(modifiers=["Shift"])
    says(tab, "4 selected")
    tab.keyboard.press("PageDown")
    expect(tiles(tab)).to_have_count(10)
    says(tab, "4 selected")
    tab.keyboard.press("End")
    tab.keyboard.press("Space")
    says(tab, "5 selected")
    tab.keyboard.press("Control+a")
    says(tab, "130 selected")
    tab.keyboard.press("Escape")
    says(tab, "130 photos shown")
    tab.keyboard.press("Enter")
    says(tab, "130 of 130")
    tab.keyboard.press("ArrowLeft")
    says(tab, "129 of 130")
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    tab.get_by_role("radio", name="Charts").click()
    expect(tab.get_by_test_id("stPlotlyChart")).to_have_count(3)
    settled(tab)
    bar = tab.locator("g.barlayer path").first
    bar.element_handle().wait_for_element_state("stable")
    bar.click(force=True)  # plotly takes clicks on a layer above the bars
    says(tab, "65 photos shown")
    tab.get_by_role("button", name="Clear filters").click()
    says(tab, "130 photos shown")
    tab.get_by_role("radio", name="Map").click()
    draw_around_half(tab)
    expect(tab.get_by_role("button", name="on the map")).to_be_visible()
    shown = tab.get_by_text(re.compile(r"^\d+ photos? shown$"))
    expect(shown).not_to_have_text(f"{COUNT} photos shown")
    assert 0 < int(shown.inner_text().split()[0]) < COUNT


def draw_around_half(page: Page) -> None:
    """A line around the left half of the map. Its photos reach from side to side, so that some are caught, not all."""
    canvas = page.locator("canvas")
    expect(canvas).to_be_visible()
    settled(page)
    box = canvas.bounding_box()
    assert box
    left, middle, top, bottom = box["x"] + 2, box["x"] + box["width"] / 2, box["y"] + 2, box["y"] + box["height"] - 2
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((middle, top), (middle, bottom), (left, bottom)):
        page.mouse.move(x, y, steps=2)
    page.mouse.up()

"""Labelling: from key to next photo in a real browser, bulk work on 5,000 photos, and how often suggestions are right.

`python tests/bench/label.py` prints a JSON object a line: name, value, unit. Needs ../shared with its photos of pets.

label.key_ms: median from a key to the next photo on the screen, of 40 photos labelled by a script. label.bulk_*_s: on
5,000 photos, a list, a filter, a label for some and for all, a renaming, and an import of a table of labels;
label.many_*_s: in the browser until the grid shows it. suggest.right: of the photos of
pets/more the share that is suggested rightly after 5 labels a class, mean of 20 draws. suspects.found: of 5 wrong
labels planted among 40, how many are among the first 8 suspects, mean of 20 draws; suspects.enough: draws with 4 or 5.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gallery import FLAGS, catalogue, served, settle
from playwright.sync_api import Page, sync_playwright
from shapes import ROOT, say

from core.dataset import label_import, labels, likeness, photos, sources, suggesting, vocabulary
from core.jobs import Progress
from core.types import Photo
from core.workspace import Project, Workspace

PETS = ROOT.parent / "shared/data/pets"
DRAWS, FEW = 20, 5
NAME = "[data-testid=stMain] [data-testid=stText]"
SHOWN = """(before) => {
  const name = document.querySelector("[data-testid=stMain] [data-testid=stText]");
  const picture = document.querySelector("[data-testid=stMain] img[alt]");
  return name && name.innerText !== before && picture?.alt === name.innerText
    && picture.complete && picture.naturalWidth;
}"""


def main() -> None:
    if not PETS.is_dir():
        sys.exit("../shared is not there, and with it the photos that this measures.")
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"REKOLAB_HOME": str(Path(folder, "home")), "REKOLAB_ROOTS": str(PETS)}
        home = Workspace(Path(folder, "home").resolve())
        measure_suggestions(looked_at(home, "more"))
        measure_suspects(looked_at(home, "train"))
        measure_bulk(home.create("many"))
        measure_keys(home, folder)


def looked_at(home: Workspace, name: str) -> Project:
    """A project with the photos of a folder of pets, compared with each other."""
    project = home.create(name)
    sources.import_folder(Progress(), str(project.home), project.name, str(PETS / name))
    likeness.compare(Progress(), str(project.home), project.name)
    return project


def measure_suggestions(project: Project) -> None:
    listed, compared = photos.photos(project), likeness.read(project)
    assert compared is not None
    truth = {photo.id: str(photo.folder_label) for photo in listed}
    shares = []
    for draw in range(DRAWS):
        chance = random.Random(draw)
        known = {photo.id for name in ("cat", "dog")
                 for photo in chance.sample([one for one in listed if one.folder_label == name], FEW)}
        found = suggesting.suggested(compared, [labelled(one, truth if one.id in known else {}) for one in listed],
                                     "single")
        shares.append(sum(truth[one.photo_id] == one.labels[0] for one in found) / len(found))
    say("suggest.right", statistics.mean(shares), "share", goal=0.9, worst=round(min(shares), 3), draws=DRAWS)


def labelled(photo: Photo, labels: dict[int, str]) -> Photo:
    return Photo(photo.id, photo.name, photo.path, labels=(labels[photo.id],) if photo.id in labels else ())


def measure_suspects(project: Project) -> None:
    listed, compared = photos.photos(project), likeness.read(project)
    assert compared is not None
    found = []
    for draw in range(DRAWS):
        wrong = set(random.Random(draw).sample([photo.id for photo in listed], 5))
        given = {photo.id: other(str(photo.folder_label)) if photo.id in wrong else str(photo.folder_label)
                 for photo in listed}
        found.append(len(wrong & {one.photo_id for one in suggesting.suspected(compared, given)[:8]}))
    say("suspects.found", statistics.mean(found), "of 5", goal=4)
    say("suspects.enough", sum(count >= 4 for count in found) / DRAWS, "share of draws", worst=min(found))


def other(name: str) -> str:
    return "dog" if name == "cat" else "cat"


def measure_bulk(project: Project) -> None:
    """5,000 photos: each step as the page takes it, to the list that it shows then."""
    catalogue(project, 5_000)
    with project.catalogue() as rows:
        rows.execute("UPDATE photo SET folder_label = NULL")
    took("label.bulk_list_s", lambda: photos.photos(project))
    names = took("label.bulk_filter_s", lambda: [one.id for one in photos.photos(project) if "class c" in one.name])
    took("label.bulk_some_s", lambda: (labels.assign(project, names, "c"), photos.photos(project)))
    everyone = [one.id for one in photos.photos(project)]
    took("label.bulk_all_s", lambda: (labels.assign(project, everyone, "d"), photos.photos(project)))
    took("label.bulk_rename_s", lambda: (vocabulary.rename(project, "d", "e"), photos.photos(project)))
    sheet = "image,label\n" + "".join(f"{one.name},{'fg'[one.id % 2]}\n" for one in photos.photos(project))
    took("label.bulk_import_s", lambda: imported(project, sheet))


def imported(project: Project, sheet: str) -> list[Photo]:
    """A table of labels, read, shown and taken over as the page does it."""
    found = label_import.read_files(Progress(), str(project.home), project.name, [("labels.csv", sheet.encode())])
    label_import.take_over(Progress(), str(project.home), project.name, found)
    listed = photos.photos(project)
    assert {one.label for one in listed} == {"f", "g"}
    return listed


def took(name: str, act: Callable[[], object]) -> object:
    began = time.perf_counter()
    made = act()
    say(name, time.perf_counter() - began, "s", goal=2)
    return made


def measure_keys(home: Workspace, folder: str) -> None:
    """40 photos by one key each, in the browser."""
    project = home.open("train")
    for name in ("cat", "dog"):
        vocabulary.add(project, name)
    with sync_playwright() as playwright, served(home.root) as (url, _):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        page.get_by_role("heading", name="What happened").wait_for()
        chosen = page.get_by_test_id("stSidebar").get_by_role("combobox").first
        chosen.click()
        page.get_by_role("option", name="train").click()
        settle(page)
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Label").click()
        page.locator(NAME).first.wait_for()
        settle(page)
        times = [press(page) for _ in range(39)]
        measure_many(page)
        browser.close()
    tally = labels.tally(photos.photos(project))
    assert tally.labelled >= 39, tally
    say("label.key_ms", statistics.median(times), "ms", goal=250, worst=round(max(times)), photos=len(times))


def measure_many(page: Page) -> None:
    """5,000 photos in the browser: the grid is opened, filtered by name, and every photo that passes gets a label."""
    chosen = page.get_by_test_id("stSidebar").get_by_role("combobox").first
    chosen.click()
    page.get_by_role("option", name="many").click()
    settle(page)
    tiles = page.get_by_test_id("stMain").locator(".grid button")
    began = time.perf_counter()
    page.get_by_test_id("stMain").get_by_role("radio", name="Many at once", exact=True).click()
    tiles.nth(119).wait_for(state="attached")
    say("label.many_open_s", time.perf_counter() - began, "s", goal=2)
    began = time.perf_counter()
    page.get_by_placeholder("Name contains").fill("class c/")
    page.wait_for_function("""() => [...document.querySelectorAll("[data-testid=stMain] *")].some((node) =>
        node.shadowRoot?.querySelector(".grid button")?.title.includes("class c/"))""")
    say("label.many_filter_s", time.perf_counter() - began, "s", goal=2)
    tiles.first.focus()
    page.keyboard.press("Control+a")
    page.get_by_text("625 selected.").wait_for()
    began = time.perf_counter()
    page.keyboard.press("1")
    page.get_by_text("625 photos labelled").first.wait_for()
    page.get_by_text("Click, shift-click or Ctrl+A to select.").wait_for()
    say("label.many_label_s", time.perf_counter() - began, "s", goal=2)


def press(page: Page) -> float:
    """Milliseconds from the key of the photo's class until the next photo is there."""
    name = page.locator(NAME).first.inner_text()
    began = time.perf_counter()
    page.keyboard.press("1" if name.startswith("cat") else "2")
    page.wait_for_function(SHOWN, arg=name, polling="raf", timeout=20_000)
    return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()

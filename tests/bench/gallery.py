"""Browse with 10,000 photos, in a real browser: how long until the first are seen, a page is turned, a filter is set.

`python tests/bench/gallery.py` prints a JSON object a line: name, value, unit. The catalogue is made directly, with
thumbnails and embeddings, as a scan and a comparison would have left it.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from shapes import ROOT, say

from core.dataset import content, likeness
from core.images import quality, thumbnails
from core.images.embedding import normalised
from core.images.fingerprints import fingerprint
from core.images.verdicts import Inspection
from core.jobs import Progress
from core.types import Facts
from core.workspace import Project, Workspace, open_project

sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tests/browser"))

from person import healthy
from playwright.sync_api import Page, sync_playwright
from ports import reserved_port

CLASSES = [f"class {letter}" for letter in "abcdefgh"]
ROUNDS = 5
FLAGS = ["--no-sandbox", "--disable-gpu"]

# Whether the first screen of thumbnails is there: of tiles whose captions begin so, and whose first is another one.
# It is asked before every frame, so it has the browser lay out nothing before those tiles are there.
PAINTED = """([prefix, before]) => {
  const found = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")].find(
    (node) => node.shadowRoot?.querySelector(".grid"));
  const tiles = [...(found?.shadowRoot.querySelectorAll(".grid button") ?? [])];
  if (!tiles.length || tiles[0].dataset.id === before || !tiles.every((tile) => tile.title.startsWith(prefix)))
    return false;
  const screen = tiles.filter((tile) => tile.getBoundingClientRect().top < innerHeight);
  return screen.length > 8 && screen.every((tile) => tile.querySelector("img")?.complete
    && tile.querySelector("img").naturalWidth) && tiles[0].dataset.id;
}"""


def picture(number: int, chance: np.random.Generator) -> Image.Image:
    """A picture whose thumbnail has about 10 KB, as a photo's has."""
    small = chance.integers(0, 255, (12, 16, 3), np.uint8)
    smooth = np.asarray(Image.fromarray(small).resize((320, 240), Image.Resampling.BICUBIC), np.int16)
    grain = chance.integers(-2, 3, (240, 320, 1), np.int16)
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def catalogue(project: Project, count: int) -> None:
    """So many photos, each with facts, scores, a thumbnail and an embedding."""
    chance = np.random.default_rng(7)
    centres = chance.normal(size=(len(CLASSES), 1280))
    rows, seen, embeddings = [], [], []
    for number in range(count):
        image = picture(number, chance)
        data = thumbnails.draw(image)
        sha256 = hashlib.sha256(data).hexdigest()
        thumbnails.keep(project.thumbnails, sha256, data)
        kind = number % len(CLASSES)
        width = int(chance.choice([640, 1280, 4000, 6000]))
        facts = Facts(width, width * 3 // 4, 3, "RGB", "JPEG", int(chance.integers(10**5, 10**7)), sha256)
        seen.append((sha256, Inspection(facts, quality.measure(image), fingerprint(image), (), None)))
        rows.append((f"{CLASSES[kind]}/{number:05}.jpg", f"/nowhere/{number}.jpg", CLASSES[kind], 1, 1, sha256, "[]"))
        row = normalised((centres[kind] + 2 * chance.normal(size=1280))[None].astype(np.float32))
        embeddings.append((sha256, row.astype(np.float16).tobytes()))
    with project.catalogue() as table:
        content.keep(table, seen)
        table.executemany("INSERT INTO photo (name, path, folder_label, size, modified, sha256, problems) "
                          "VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        table.executemany("INSERT INTO embedding VALUES (?, ?)", embeddings)


@contextmanager
def served(home: Path) -> Iterator[tuple[str, int]]:
    """The app on that workspace: its address and its process."""
    with reserved_port() as port, (home / "app.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless=true",
             f"--server.port={port}", "--server.fileWatcherType=none"], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT,
            env=os.environ | {"REKOLAB_HOME": str(home), "REKOLAB_ENGINE_PORT": "0"})
        try:
            while not healthy(f"http://127.0.0.1:{port}"):
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait(20)


def milliseconds(page: Page, act: Callable[[], object], prefix: str = "", before: str = "") -> tuple[float, str]:
    """How long from an act until other thumbnails are seen, and which is the first of them."""
    started = time.perf_counter()
    act()
    first = page.wait_for_function(PAINTED, arg=[prefix, before], timeout=60_000, polling="raf").json_value()
    return 1000 * (time.perf_counter() - started), first


def settle(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def looks(page: Page, url: str) -> dict[str, list[float]]:
    """The milliseconds of each round, by what was done; the first round, which warms the server up, does not count."""
    figures: dict[str, list[float]] = {"load": [], "first": [], "page": [], "filter": []}
    page.goto(url)
    page.get_by_role("heading", name="What happened").wait_for()
    for _ in range(ROUNDS + 1):
        figures["load"].append(milliseconds(page, lambda: page.goto(f"{url}/browse"))[0])
        page.get_by_test_id("stSidebarNav").get_by_role("link", name="Overview").click()
        page.get_by_role("heading", name="What happened").wait_for()
        settle(page)
        link = page.get_by_test_id("stSidebarNav").get_by_role("link", name="Browse")
        took, first = milliseconds(page, link.click)
        figures["first"].append(took)
        settle(page)
        took, first = milliseconds(page, page.get_by_role("button", name="Next page").first.click, before=first)
        figures["page"].append(took)
        settle(page)
        chip = page.get_by_role("button", name="class c (")
        figures["filter"].append(milliseconds(page, chip.first.click, "class c/", first)[0])
        settle(page)
    return {name: some[1:] for name, some in figures.items()}


def memory(pid: int) -> float:
    """Megabytes of a process that are in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, help="a folder for the workspace, which is used again when it is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = options.keep or Path(folder)
        if not (home / "projects/many").is_dir():
            catalogue(Workspace(home.resolve()).create("many"), options.count)
        project = open_project(home.resolve(), "many")
        if likeness.pending(project):
            likeness.compare(Progress(), str(project.home), project.name)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with served(home.resolve()) as (url, pid):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            figures = looks(page, url)
            for view in ("Charts", "Map", "Table"):
                page.get_by_test_id("stMain").get_by_role("radio", name=view, exact=True).click()
                settle(page)
            for name, some in figures.items():
                say(f"gallery.{name}_ms", statistics.median(some), "ms", worst=round(max(some)))
            say("gallery.memory_mb", memory(pid), "MB")
        browser.close()


if __name__ == "__main__":
    main()

"""The evaluation page with 10,000 predictions in a real browser: its first view, and a step of a threshold's slider.

`python tests/bench/evaluate.py` prints a JSON object a line: name, value, unit.

evaluate.first_ms: median from a click on the page's link to its figures and its matrix on the screen, of a server that
has shown the page before. evaluate.slider_ms: median from a key on the slider to the new figures and the new matrix,
for one threshold for all labels; evaluate.slider_each_ms: for one threshold a label.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from gallery import FLAGS, picture, served, settle
from playwright.sync_api import Page, sync_playwright
from shapes import say

from core.evaluation.photosets import PhotoSet
from core.workspace import Project, Workspace, open_project

LABELS = ("cat", "dog", "hen", "pig", "cow", "fox", "owl", "bee")
ARN = "arn:aws:rekognition:us-east-1:123456789012:project/many/version/{}/1700000000000"
FILES = 200
ROUNDS, STEPS = 5, 21
MOVED = dt.timedelta(minutes=1)

# The sentence with the counts of the figures, once it is another one and the matrix says the same.
SHOWN = """(before) => {
  const said = [...document.querySelectorAll("[data-testid=stMain] [data-testid=stMarkdown]")]
    .map((one) => one.innerText).find((text) => /^[\\d,]+ of [\\d,]+ right/.test(text));
  if (!said || said === before) return false;
  const hosts = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")];
  const table = hosts.map((one) => one.shadowRoot?.querySelector(".matrix table")).find(Boolean);
  if (!table) return false;
  const diagonal = [...table.rows].slice(1).reduce((sum, row, place) =>
    sum + Number(row.cells[place + 1].innerText.replaceAll(",", "")), 0);
  return diagonal === Number(said.split(" ")[0].replaceAll(",", "")) && said;
}"""


def simulated(count: int, chance: np.random.Generator, skill: float) -> tuple[np.ndarray, np.ndarray]:
    """(truth, percent by label) of a model that is the better the higher its skill."""
    truth = chance.integers(0, len(LABELS), count)
    marks = chance.normal(0, 1.2, (count, len(LABELS)))
    marks[np.arange(count), truth] += skill
    shares = np.exp(marks)
    return truth, np.round(100 * shares / shares.sum(axis=1, keepdims=True), 5)


def fill(project: Project, count: int, version: str, skill: float, failed: int = 0) -> int:
    """A finished run over so many photos, of which there are few files; gives its number."""
    folder = project.folder / "unseen"
    chance = np.random.default_rng(7)
    if not folder.is_dir():
        folder.mkdir(parents=True)
        for number in range(FILES):
            picture(number, chance).save(folder / f"{number}.jpg")
    chance = np.random.default_rng(11 + round(10 * skill))
    truth, percent = simulated(count, chance, skill)
    cuts = {label: 45.0 + 3 * place for place, label in enumerate(LABELS)}
    started = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC) + len(version) * MOVED
    rows = []
    for number in range(count):
        label = LABELS[truth[number]]
        scores = sorted(zip(LABELS, percent[number].tolist(), strict=True), key=lambda pair: -pair[1])
        lost = number < failed
        rows.append((f"{['attic', 'yard'][number % 3 == 0]}/{label}/{number:05}.jpg",
                     str(folder / f"{number % FILES}.jpg"), label, json.dumps([] if lost else scores), 20.0, "[]",
                     "ThrottlingException: Rate exceeded" if lost else None))
    with project.catalogue() as table:
        run = int(table.execute(
            "INSERT INTO run (at, title, source, arn, thresholds, total, ended) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (started.isoformat(), "unseen", PhotoSet("folder", str(folder)).dump(), ARN.format(version),
             json.dumps(cuts), count, started.isoformat())).lastrowid or 0)
        table.executemany(
            "INSERT INTO prediction (run_id, name, path, truth, scores, milliseconds, changes, error) "
            f"VALUES ({run}, ?, ?, ?, ?, ?, ?, ?)", rows)
    return run


def shown(page: Page, act: Callable[[], object], before: str = "") -> tuple[float, str]:
    """How many milliseconds from an act until other figures are seen, and what they say."""
    started = time.perf_counter()
    act()
    said = page.wait_for_function(SHOWN, arg=before, timeout=60_000, polling="raf").json_value()
    return 1000 * (time.perf_counter() - started), said


def first_views(page: Page) -> list[float]:
    """The milliseconds of each round; the first, which warms the server up, does not count."""
    links, found = page.get_by_test_id("stSidebarNav"), []
    for _ in range(ROUNDS + 1):
        links.get_by_role("link", name="Overview").click()
        page.get_by_role("heading", name="What happened").wait_for()
        settle(page)
        found.append(shown(page, links.get_by_role("link", name="Evaluate").click)[0])
        settle(page)
    return found[1:]


def steps(page: Page, mode: str) -> list[float]:
    """The milliseconds of each step of the first slider."""
    _, said = shown(page, lambda: None)
    _, said = shown(page, page.get_by_role("radio", name=mode).click, said)
    settle(page)
    page.get_by_role("slider").first.focus()
    found = []
    for step in range(STEPS):
        took, said = shown(page, lambda step=step: page.keyboard.press("ArrowRight" if step % 12 < 6 else "ArrowLeft"),
                           said)
        found.append(took)
        settle(page)
        page.wait_for_timeout(120)  # a person's pause
    return found[1:]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, help="a folder for the workspace, which is used again when it is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = (options.keep or Path(folder)).resolve()
        home.mkdir(parents=True, exist_ok=True)
        if not (home / "projects/many").is_dir():
            fill(Workspace(home).create("many"), options.count, "one", 3.2)
        open_project(home, "many")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with served(home) as (url, _):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(url)
            page.get_by_role("heading", name="What happened").wait_for()
            views = first_views(page)
            say("evaluate.first_ms", statistics.median(views), "ms", worst=round(max(views)), photos=options.count)
            for name, mode in (("slider", "One for all labels"), ("slider_each", "One for each label")):
                took = steps(page, mode)
                say(f"evaluate.{name}_ms", statistics.median(took), "ms", goal=200, best=round(min(took)),
                    worst=round(max(took)))
        browser.close()


if __name__ == "__main__":
    main()

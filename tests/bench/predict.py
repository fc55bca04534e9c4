"""Predicting: from the release of the mouse to bars on the screen, and a folder as a job beside the engine alone.

`python tests/bench/predict.py` prints a JSON object a line: name, value, unit. Needs ../shared with its photos of pets.

predict.drop_ms: median from the drop of a photo of 12 megapixels, in a real browser, to its answer and its bars.
predict.job_share: photos a second of a job over a folder of 1,000 photos, divided by those of 8 clients that only send
the same bytes to the same engine; the two take turns, each job is divided by the mean of what is before and after it,
and the median of three counts.
"""

from __future__ import annotations

import argparse
import base64
import datetime as dt
import io
import os
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
from gallery import FLAGS, served, settle
from PIL import Image
from playwright.sync_api import JSHandle, Page, sync_playwright
from shapes import ROOT, say

from core.aws import clients as aws
from core.aws import guard, prediction, training, versions
from core.aws.clients import Clients
from core.dataset import cleaning, labels, models, sources
from core.evaluation import photosets, predicting, runs
from core.images import preparing
from core.jobs import Progress
from core.types import Backend
from core.workspace import Project, Workspace, now

PETS = ROOT.parent / "shared/data/pets"
CLIENTS = 8
TURNS, ROUNDS = 3, 9
GRAIN = 18  # of 255, which makes a camera's photo too heavy for one request, as most of them are
LARGE, USUAL = (4000, 3000), (640, 480)  # pixels: a camera's, and what a training looks at
SHOWN = """(name) => {
  const main = document.querySelector("[data-testid=stMain]");
  return [...main.querySelectorAll("[data-testid=stText]")].some((one) => one.innerText === name)
    && [...main.querySelectorAll("img")].some((one) => one.alt === name && one.complete && one.naturalWidth)
    && main.querySelectorAll(".barlayer path").length >= 2;
}"""


def photos_of(folder: Path, count: int, size: tuple[int, int], grain: int = 4) -> list[Path]:
    """So many different photos of pets at that size, under their classes."""
    chance = np.random.default_rng(7)
    pets = sorted(PETS.glob("more/*/*.jpg"))
    made = []
    for number in range(count):
        pet = pets[number % len(pets)]
        with Image.open(pet) as opened:
            picture = opened.convert("RGB").resize(size, Image.Resampling.BICUBIC)
        pixels = np.asarray(picture, np.int16) + chance.integers(-grain, grain + 1, (size[1], size[0], 1), np.int16)
        file = io.BytesIO()
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
        made.append(folder / pet.parent.name / f"{number:04}.jpg")
        made[-1].parent.mkdir(parents=True, exist_ok=True)
        made[-1].write_bytes(file.getvalue())
    return made


def running(home: Path) -> tuple[Project, Clients, str]:
    """A project whose model was trained on pets/train and runs."""
    project, clients = Workspace(home).create("pets"), aws.connect(home, Backend())
    job = (Progress(), str(home), project.name)
    sources.import_folder(*job, folder=str(PETS / "train"))
    cleaning.clean_all(*job)
    labels.label_by_folder(project)
    arn = models.train(*job, version_name="bench")
    versions.wait_for(clients, arn, ["TRAINING_COMPLETED"])
    guard.start(Workspace(home), clients, arn, 1, now() + dt.timedelta(hours=2))
    versions.wait_for(clients, arn, ["RUNNING"])
    return project, clients, arn


def engine_alone(clients: Clients, arn: str, photos: list[Path]) -> float:
    """Photos a second of clients that only send them."""
    ready = [preparing.prepare(photo).data for photo in photos]
    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda data: prediction.detect(clients, arn, data, 0), ready))
    return len(photos) / (time.perf_counter() - began)


def job(project: Project, arn: str, clients: Clients, folder: Path, count: int) -> float:
    """Photos a second of the job over a folder."""
    cuts = training.evaluation(clients, versions.describe(clients, arn)).thresholds
    run = runs.create_run(project, arn, photosets.folder(str(folder)), cuts)
    began = time.perf_counter()
    assert predicting.predict_folder(Progress(), str(project.home), project.name, run.id) == {
        "asked": count, "failed": 0, "total": count}
    return count / (time.perf_counter() - began)


def shares(project: Project, clients: Clients, arn: str, folder: Path, count: int) -> None:
    photos = photos_of(folder, count, USUAL)
    alone = [engine_alone(clients, arn, photos[: count // 2])]
    jobs = []
    for _ in range(TURNS):
        jobs.append(job(project, arn, clients, folder, count))
        alone.append(engine_alone(clients, arn, photos[: count // 2]))
    found = [2 * one / sum(around) for one, around in zip(jobs, pairwise(alone), strict=True)]
    say("predict.job_share", statistics.median(found), "of the engine alone", goal=0.9,
        turns=[round(one, 2) for one in found], photos=count, alone=round(statistics.median(alone), 1),
        job=round(statistics.median(jobs), 1))


def drops(page: Page, url: str, photos: list[Path]) -> list[float]:
    """The milliseconds of each drop; the first warms the app up and does not count."""
    page.goto(url)
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Predict").click()
    found = []
    for photo in photos:
        zone = page.get_by_test_id("stFileUploaderDropzone")
        zone.wait_for()
        settle(page)
        dragged = {"dataTransfer": dragged_in(page, photo)}
        for kind in ("dragenter", "dragover"):
            zone.dispatch_event(kind, dragged)
        began = time.perf_counter()
        zone.dispatch_event("drop", dragged)
        page.wait_for_function(SHOWN, arg=photo.name, timeout=60_000, polling="raf")
        found.append(1000 * (time.perf_counter() - began))
        settle(page)
        page.get_by_role("button", name=f"Remove {photo.name}").click()
        page.get_by_text("Nothing is sent until you drop it.").wait_for()
    return found[1:]


def dragged_in(page: Page, photo: Path) -> JSHandle:
    """The photo as the desktop hands it to a tab that it is dragged into."""
    return page.evaluate_handle("""([data, name]) => {
        const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
        return transfer;
    }""", [base64.b64encode(photo.read_bytes()).decode(), photo.name])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="photos of the folder job")
    options = parser.parse_args()
    if not PETS.is_dir():
        sys.exit("../shared is not there, and with it the photos that this measures.")
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        top = Path(temporary).resolve()
        home = top / "home"
        home.mkdir()
        os.environ |= {"REKOLAB_HOME": str(home), "REKOLAB_ROOTS": os.pathsep.join((str(top), str(PETS)))}
        project, clients, arn = running(home)
        with served(home) as (url, _):
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            took = drops(page, url, photos_of(top / "large", ROUNDS + 1, LARGE, GRAIN))
            browser.close()
        say("predict.drop_ms", statistics.median(took), "ms", goal=800, best=round(min(took)), worst=round(max(took)))
        shares(project, clients, arn, top / "folder", options.count)
        guard.stop(Workspace(home), clients, arn)


if __name__ == "__main__":
    main()

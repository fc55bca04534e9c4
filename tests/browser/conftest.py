"""A real app in a process of its own, a real Chromium, and a person's ways of using both.

With REKOLAB_SCREENSHOTS=1 the tests also keep a picture of every page that they come to, light and dark.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from person import PATIENCE, ROOT, App, drawn_in, healthy, settled
from playwright.sync_api import Browser, Page, expect, sync_playwright
from ports import reserved_port

SCREENSHOTS = Path(__file__).parent / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
STILL = """addEventListener("DOMContentLoaded", () => {
    const style = document.createElement("style");
    style.textContent = "*, ::before, ::after { animation: none !important; transition: none !important }";
    document.head.append(style);
})"""  # without a graphics card, what turns or fades on a page is drawn by the processor that the app needs


expect.set_options(timeout=1000 * PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey has many states to wait for."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, or else Playwright's own, which it fetches."""
    found = os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        if not found and not Path(playwright.chromium.executable_path).exists():
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS, timeout=1000 * PATIENCE)
        yield browser
        browser.close()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The app on an empty workspace, which may read photos from the test's own folder."""
    home = tmp_path / "home"
    environment = os.environ | {
        "REKOLAB_HOME": str(home), "REKOLAB_ROOTS": os.pathsep.join((str(tmp_path), str(ROOT.parent / "shared"))),
        "REKOLAB_ENGINE_PORT": "0", "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    with reserved_port() as port:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless=true",
             f"--server.port={port}", "--server.fileWatcherType=none"],
            cwd=ROOT, env=environment, stdout=(tmp_path / "app.log").open("wb"), stderr=subprocess.STDOUT)
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + PATIENCE
        while not healthy(url):
            assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "app.log").read_text()
            time.sleep(0.05)
        yield App(url, home, process)
        process.kill()  # not in order, for which it would first finish its jobs; its engine ends with it
        process.wait()
        _end_watches(home / "watch.log")


def _end_watches(log: Path) -> None:
    """The watch over deadlines outlives the app on purpose, and would wait for one that a test has left."""
    for pid in re.findall(r"process (\d+) watches", log.read_text("utf-8") if log.exists() else ""):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


@pytest.fixture
def tab(chromium: Browser, app: App) -> Iterator[Page]:
    """A browser tab on the app's first page."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    context.add_init_script(STILL)
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    yield page
    context.close()


@pytest.fixture
def picture() -> Callable[..., None]:
    """`picture(tab, "browse")` waits for the page, and keeps a screenshot of all of it where that is wanted."""

    def take(page: Page, name: str) -> None:
        settled(page)
        if os.environ.get("REKOLAB_SCREENSHOTS"):
            SCREENSHOTS.mkdir(exist_ok=True)
            for scheme in drawn_in(page, "dark", "light"):
                page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}.png", full_page=True)

    return take

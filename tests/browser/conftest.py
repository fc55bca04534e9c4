"""A real app in a process of its own, a real Chromium, and a person's ways of using both."""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent.parent
SCREENSHOTS = Path(__file__).parent / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, or else Playwright's own, which it fetches."""
    found = os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    with sync_playwright() as playwright:
        if not found and not Path(playwright.chromium.executable_path).exists():
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class App:
    """A running app: its address, its workspace, and the process."""

    url: str
    home: Path
    process: subprocess.Popen


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def healthy(url: str) -> bool:
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).status == 200
    return False


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """The app on an empty workspace, which may read photos from the test's own folder."""
    port, home = free_port(), tmp_path / "home"
    environment = os.environ | {
        "REKOLAB_HOME": str(home), "REKOLAB_ROOTS": os.pathsep.join((str(tmp_path), str(ROOT.parent / "shared"))),
        "REKOLAB_ENGINE_PORT": str(free_port()), "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.headless=true",
         f"--server.port={port}", "--server.fileWatcherType=none"],
        cwd=ROOT, env=environment, stdout=(tmp_path / "app.log").open("wb"), stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 60
    while not healthy(url):
        assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "app.log").read_text()
        time.sleep(0.05)
    yield App(url, home, process)
    process.terminate()
    process.wait(20)


@pytest.fixture
def tab(chromium: Browser, app: App) -> Iterator[Page]:
    """A browser tab on the app's first page."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    page = context.new_page()
    page.goto(app.url)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible(timeout=30_000)
    yield page
    context.close()


def settled(page: Page) -> None:
    """Wait until the app has nothing more to draw for now."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000)


def visit(page: Page, title: str) -> None:
    """Go to a page by its link in the navigation."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible(timeout=30_000)
    settled(page)


def drop(page: Page, file: Path, zone: int = 0) -> None:
    """Drag a file from the desktop into a drop zone."""
    data = base64.b64encode(file.read_bytes()).decode()
    transfer = page.evaluate_handle(
        """([data, name]) => {
            const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
            return transfer;
        }""",
        [data, file.name],
    )
    target = page.get_by_test_id("stFileUploaderDropzone").nth(zone)
    for kind in ("dragenter", "dragover", "drop"):
        target.dispatch_event(kind, {"dataTransfer": transfer})


@pytest.fixture
def picture() -> Callable[..., None]:
    """`picture(tab, "browse")` keeps a screenshot of the whole page, light and dark."""

    def take(page: Page, name: str) -> None:
        settled(page)
        SCREENSHOTS.mkdir(exist_ok=True)
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            expect(page.get_by_test_id("stApp")).to_be_visible()
            page.wait_for_function(
                "dark => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
                " === (dark ? 'rgb(15, 21, 24)' : 'rgb(255, 255, 255)')", arg=scheme == "dark")
            settled(page)
            page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}.png", full_page=True)

    return take

"""A running app as a test holds it, and a person's ways of using it in a browser tab."""

from __future__ import annotations

import base64
import contextlib
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, expect

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120.0  # seconds that a state may take to come on a busy machine


@dataclass
class App:
    """A running app: its address, its workspace, and the process."""

    url: str
    home: Path
    process: subprocess.Popen


def healthy(url: str) -> bool:
    with contextlib.suppress(OSError):
        return urllib.request.urlopen(f"{url}/_stcore/health", timeout=10).status == 200
    return False


def until(reached: Callable[[], bool]) -> None:
    """Wait for a state that no page shows, such as what is on disk."""
    deadline = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def settled(page: Page) -> None:
    """Wait until the app has nothing more to draw for now."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def at_rest(page: Page) -> None:
    """Wait until no job is under way, as the end of one draws the page anew."""
    expect(page.get_by_test_id("stSidebar").get_by_test_id("stProgress")).to_have_count(0)
    settled(page)


def drawn_in(page: Page, *schemes: Literal["dark", "light"]) -> Iterator[str]:
    """Let the desktop prefer one colour scheme after the other; yields its name once the app is drawn in it."""
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        expect(page.get_by_test_id("stApp")).to_be_visible()
        page.wait_for_function(
            "dark => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
            " === (dark ? 'rgb(15, 21, 24)' : 'rgb(255, 255, 255)')", arg=scheme == "dark")
        settled(page)
        yield scheme


def visit(page: Page, title: str) -> None:
    """Go to a page by its link in the navigation."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True).click()
    expect(page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
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

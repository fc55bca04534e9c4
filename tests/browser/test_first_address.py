from __future__ import annotations

import pytest
from person import App
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser


def test_a_bookmark_opens_its_page_on_a_server_that_nobody_has_asked_yet(chromium: Browser, app: App) -> None:
    tab = chromium.new_page()
    tab.goto(f"{app.url}/versions")
    expect(tab.get_by_role("heading", name="Versions", level=1)).to_be_visible(timeout=60_000)
    expect(tab.get_by_role("dialog")).to_have_count(0)
    expect(tab).to_have_url(f"{app.url}/versions")
    tab.close()

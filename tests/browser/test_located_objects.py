"""The frames around objects in a real browser, without the app: what lies at an edge, and what a label may hold."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from person import ROOT
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)> & a long name"
HERE = ROOT / "core/ui/predicting"
DRAW = """async ([code, data]) => {
    const { default: draw } = await import(`data:text/javascript;base64,${code}`);
    draw({ data, parentElement: document.body });
}"""


def placed(label: str, left: float, top: float, width: float, height: float) -> dict[str, Any]:
    return {"label": label, "sure": "97.0 %", "colour": "#0072B2", "left": left, "top": top, "width": width,
            "height": height}


def test_a_label_at_the_edge_of_the_photo_can_be_read_and_is_text_alone(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 800, "height": 900})
    page.set_content(f"<style>{(HERE / 'located.css').read_text('utf-8')}</style><svg role='img'></svg>")
    found = [placed(HOSTILE, 1260, 300, 20, 60), placed("dog", 600, 790, 90, 10), placed("cat", 100, 100, 400, 400)]
    code = base64.b64encode((HERE / "located.js").read_bytes()).decode()
    page.evaluate(DRAW, [code, {"src": "data:,", "alt": HOSTILE, "width": 1280, "height": 800, "found": found}])
    labels = page.locator("svg text")
    expect(labels).to_have_text([f"{one['label']} 97.0 %" for one in found])
    expect(page.get_by_role("img", name=HOSTILE)).to_have_count(1)
    expect(page.locator("svg img")).to_have_count(0)
    photo = page.locator("svg").bounding_box()
    assert photo
    for label in labels.all():
        box = label.bounding_box()
        assert box and photo["x"] <= box["x"] and box["x"] + box["width"] <= photo["x"] + photo["width"]
        assert box["y"] + 0.75 * box["height"] <= photo["y"] + photo["height"]  # the letters, of all the line
    page.close()

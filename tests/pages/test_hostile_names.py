"""A label and its photos are called `<img src=x> [x](javascript:1) :red[x] $a$ **b**`; every page shows it as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from page_photos import HOSTILE
from shelter import Shelter
from visitor import Visitor

PAGES = ["start/overview", "data/browse", "data/clean", "data/label", "data/manifest", "model/train",
         "results/evaluate", "results/mistakes"]
PIECES = ("<img src=x>", "[x](javascript:1)", ":red[x]", "$a$", "**b**")


def strings(value: Any) -> list[str]:
    """Every string in a chart that can come to be shown."""
    if isinstance(value, dict):
        value = [part for name, part in value.items() if name != "customdata"]
    return [text for one in value for text in strings(one)] if isinstance(value, list) else [str(value)]


def assert_shown_as_it_is(visitor: Visitor) -> None:
    assert HOSTILE in visitor.text
    for source in visitor.markdown:
        assert not any(piece in source for piece in PIECES) and "\\\\" not in source, source
    for chart in visitor.at.get("plotly_chart"):  # plotly knows some HTML
        assert not any("<img" in text for text in strings(json.loads(chart.proto.spec)))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_it_letter_for_letter(keeper: Visitor, page: str) -> None:
    assert_shown_as_it_is(keeper.go(page, "shelter"))


@pytest.mark.parametrize("tab", ["Charts", "Table"])
def test_the_tabs_of_browse_do(keeper: Visitor, tab: str) -> None:
    keeper.at.session_state["browse_tab"] = tab
    assert_shown_as_it_is(keeper.go("data/browse", "shelter"))


def test_a_photo_that_is_opened_does(keeper: Visitor) -> None:
    keeper.go("data/browse", "shelter")
    name = next(tile for tile in keeper.tiles("browse") if tile["caption"].startswith(HOSTILE))
    keeper.choose("browse", opened=name["id"])
    assert name["caption"] in keeper.text
    assert_shown_as_it_is(keeper)


def test_the_grid_of_labels_does(keeper: Visitor) -> None:
    keeper.go("data/label", "shelter").at.segmented_control(key="label_how").set_value("Many at once")
    assert_shown_as_it_is(keeper.run())


def test_the_plan_of_cleaning_does(keeper: Visitor) -> None:
    keeper.at.session_state["clean_plan"] = "as it is"
    assert_shown_as_it_is(keeper.go("data/clean", "shelter"))


def test_the_table_of_predictions_does(keeper: Visitor) -> None:
    keeper.at.session_state["evaluate_tab"] = "Every photo"
    assert_shown_as_it_is(keeper.go("results/evaluate", "shelter"))


def test_the_report_does(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("results/report", "shelter")
    shown = keeper.at.get("iframe")[0].proto.srcdoc
    assert "<img src=x>" not in shown and "&lt;img src=x&gt; [x](javascript:1) :red[x] $a$ **b**" in shown

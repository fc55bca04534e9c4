from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from core.evaluation import metrics
from core.report import plots
from core.report.contents import Contents
from core.types import UNKNOWN, Prediction, Score

SVG = "{http://www.w3.org/2000/svg}"


def drawn(contents: Contents) -> dict[str, str]:
    trial = contents.trial
    return plots.draw(contents.classes, contents.built, trial.predictions, trial.figures, trial.thresholds)


def predictions(labels: int, photos: int) -> list[Prediction]:
    made = []
    for number in range(photos):
        scores = tuple(Score(f"label <{(number + place) % labels}>", 90.0 / (place + 1)) for place in range(3))
        made.append(Prediction(f"{number}", "", f"label <{number % labels}>", scores,
                               scores[0].label if number % 5 else UNKNOWN, 90.0))
    return made


def test_every_chart_is_whole_svg_with_a_title_and_no_way_out(told: Contents) -> None:
    charts = drawn(told)
    assert {*plots.CAPTIONS, "split", "confusion-matrix"} == set(charts)
    for name, chart in charts.items():
        root = ElementTree.fromstring(chart)
        assert root.tag == f"{SVG}svg" and root.find(f"{SVG}title").text, name
        assert not [one for one in root.iter() if any("href" in key or key.startswith("on") for key in one.attrib)]
        assert {one.tag.removeprefix(SVG) for one in root.iter()} <= {
            "svg", "title", "rect", "text", "line", "polyline", "circle"}


def test_the_same_values_give_the_same_bytes(told: Contents) -> None:
    assert drawn(told) == drawn(replace(told, project="another"))


def test_everything_lies_inside_of_the_drawing(told: Contents) -> None:
    for chart in drawn(told).values():
        root = ElementTree.fromstring(chart)
        width, height = (float(root.get(side)) for side in ("width", "height"))
        for one in root.iter(f"{SVG}rect"):
            x, y, wide, high = (float(one.get(name)) for name in ("x", "y", "width", "height"))
            assert x >= 0 and y >= 0 and x + wide <= width + 0.5 and y + high <= height + 0.5
        for one in root.iter(f"{SVG}text"):
            assert 0 <= float(one.get("x")) <= width and 0 <= float(one.get("y")) <= height


@pytest.mark.parametrize("labels", [1, 2, 40])
def test_hostile_and_many_labels_are_drawn(labels: int) -> None:
    made = predictions(labels, 200)
    figures = metrics.measure(made)
    for chart in plots.draw({}, None, made, figures, {"label <0>": 50.0}).values():
        root = ElementTree.fromstring(chart)
        assert float(root.get("height")) < 1200
    assert "label &lt;0&gt;" in plots.confusion_matrix(figures.confusion)


def test_a_matrix_bears_its_counts(told: Contents) -> None:
    root = ElementTree.fromstring(plots.confusion_matrix(told.trial.figures.confusion))
    numbers = [one.text for one in root.iter(f"{SVG}text") if one.text.isdigit()]
    assert numbers == [str(count) for row in told.trial.figures.confusion.counts.tolist() for count in row]


def test_a_run_without_anything_to_measure_has_no_chart_of_figures(told: Contents) -> None:
    nothing = metrics.measure([])
    assert set(plots.draw(told.classes, told.built, (), nothing)) == {"split"}
    assert plots.draw(told.classes, None) == {}

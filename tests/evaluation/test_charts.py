from __future__ import annotations

import html
import json
import subprocess
import sys

import numpy as np
import pytest

from core.colours import of_classes
from core.dataset import filtering
from core.dataset.properties import PROPERTIES
from core.evaluation import charts, curve_charts, photo_charts
from core.evaluation.intervals import Figure, proportion
from core.evaluation.measured import Beside
from core.evaluation.metrics import measure_at
from core.evaluation.reliability import reliability
from core.evaluation.scores import decide, scores
from core.evaluation.slices import Slice
from core.evaluation.sweeping import precision_recall, sweep
from core.types import Facts, Photo, Prediction, Problem, Quality, Score

HOSTILE = '<img src="https://evil.example/x" onerror=alert(1)><a href="https://evil.example">cat</a>'


def made(pairs: list[tuple[str, str]]) -> list[Prediction]:
    return [Prediction(str(number), "", truth, (Score(answer, 80.0),), answer, 80.0)
            for number, (truth, answer) in enumerate(pairs)]


def test_numbers_are_white_on_strong_cells_and_the_pages_text_on_pale_ones() -> None:
    assert [charts.strong(share) for share in (0.0, 0.49, 0.5, 1.0)] == [False, False, True, True]
    assert charts.tint(1.0).endswith("0.950)") and charts.tint(0.0).endswith("0.040)")


def test_figures_leave_background_and_text_to_the_theme() -> None:
    for figure in every_chart("cat"):
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0, 0, 0, 0)"
        assert figure.layout.font.color is None


def test_names_can_not_bring_tags_into_a_chart() -> None:
    for figure in every_chart(HOSTILE):
        drawn = json.loads(figure.to_json())
        for trace in drawn["data"]:
            trace.pop("customdata", None)
        assert "<img" not in json.dumps(drawn) and "<a " not in json.dumps(drawn)


def every_chart(label: str) -> list:
    facts = Facts(5000, 3000, 3, "RGB", "JPEG", 100, "0" * 64, camera=label)
    photo = Photo(1, f"{label}.jpg", "", facts=facts, labels=(label,) if label else (), quality=Quality(0.5, 0.4, 0.3),
                  problems=(Problem("too_large", "too large"),))
    known = filtering.columns([photo])
    every, colours = np.array([0]), of_classes([label])
    return [
        photo_charts.balance({label: 3}, colours),
        photo_charts.sizes(known, every, colours).figure,
        photo_charts.histogram(known, every, "brightness", colours, 0.5),
        *(photo_charts.property_by_class(known, tested, colours) for tested in PROPERTIES[-3:]),
        charts.confidence_bars([Score(label, 70.0)], {label: 60.0}, colours), *curves(label)]


def curves(label: str) -> list:
    """Every chart of the evaluation, of a run with one photo of that label."""
    known = scores(made([(label, label)]), [label])
    cuts = np.array([60.0])
    return [
        curve_charts.threshold_curve(sweep(known), 60.0, 5.0),
        curve_charts.reliability_curve(reliability(known)),
        curve_charts.precision_recall_curves({label: precision_recall(known, cuts, 0)},
                                             measure_at(known, decide(known, cuts)).labels, of_classes([label])),
        curve_charts.slice_figures([Slice("class", label, proportion(1, 1), 1.0)], 1.0)]


def test_bars_under_their_threshold_are_pale_and_each_threshold_has_a_tick() -> None:
    scores = [Score("cat", 70.0), Score("dog", 30.0)]
    figure = charts.confidence_bars(scores, {"cat": 60.0, "dog": 45.0}, of_classes(["cat", "dog"]))
    assert list(figure.data[0].marker.opacity) == [1.0, 0.35]
    assert [shape.x0 for shape in figure.layout.shapes] == [60.0, 45.0]


def test_refused_photos_are_crosses_among_the_limits() -> None:
    figure = every_chart("cat")[1]
    assert list(figure.data[0].marker.symbol) == ["x"]
    assert {shape.x0 for shape in figure.layout.shapes} >= {64, 4096}


def test_a_point_of_sizes_knows_all_its_photos_and_a_bar_its_range_of_scores() -> None:
    shown = [Photo(number, f"{number}.jpg", "", facts=Facts(640, 480 + number, 3, "RGB", "JPEG", 1, "0"),
                   quality=Quality(number / 10, 0.5, 0.5)) for number in (1, 2, 9)]
    known = filtering.columns(shown)
    assert photo_charts.sizes(known, np.arange(3), {}).ids == ((1, 2, 9),)
    bars = photo_charts.histogram(known, np.arange(3), "brightness", {}).data[0]
    inside = [[low <= photo.quality.brightness <= high for photo in shown] for low, high in bars.customdata]
    assert [sum(some) for some in inside] == list(bars.y)


@pytest.mark.parametrize("module", ["charts", "photo_charts", "metrics", "intervals", "thresholds"])
def test_plotly_and_scipy_are_not_paid_for_before_they_are_needed(module: str) -> None:
    heavy = "[name for name in ('plotly', 'scipy', 'sklearn') if name in sys.modules]"
    code = f"import sys, core.evaluation.{module}; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_was_measured_stands_in_the_bar_of_what_was_forecast() -> None:
    rows = [Beside("", 8, 0.9, Figure(0.9, 0.5, 1.0), Figure(0.9, 0.8, 1.0)),
            Beside(HOSTILE, 4, 0.5, Figure(0.5, 0.0, 1.0, total=0), Figure(0.9, 0.7, 0.95)),
            Beside("new", 4, 1.0, Figure(1.0, 0.5, 1.0), None)]
    bars, dots = charts.beside_forecast(rows).data
    assert (bars.name, dots.name) == ("forecast", "measured")  # by AWS or by the built-in engine
    assert list(bars.y) == [html.escape(HOSTILE), "<b>All labels</b>"]
    assert (list(bars.base), [round(length, 2) for length in bars.x]) == ([0.7, 0.8], [0.25, 0.2])
    assert list(dots.x) == [0.5, 0.9] and dots.marker.color[0] != dots.marker.color[1]
    assert [round(side, 2) for side in dots.error_x.arrayminus] == [0.0, 0.4]

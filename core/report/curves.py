"""Charts of a run over thresholds and confidences, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.colours import GREY, PALETTE, Colours, colour_of
from core.evaluation.intervals import percent, span
from core.evaluation.metrics import LabelFigures
from core.evaluation.reliability import Reliability
from core.evaluation.sweeping import PrecisionRecall, Sweep
from core.report import svg
from core.report.markup import Html
from core.report.svg import Frame

WIDTH = 720.0
ANSWERS = (("right", PALETTE[2]), ("wrong", PALETTE[5]), ("unknown", GREY))


def thresholds(curve: Sweep, present: Mapping[str, float]) -> Html:
    """What one threshold for all labels would give, and the thresholds in force as marks on the axis."""
    frame = Frame(56, 52, WIDTH - 76, 220)
    photos = np.maximum(curve.right + curve.wrong + curve.unknown, 1)
    cuts = (curve.cuts / 100).tolist()
    parts = [*svg.key(ANSWERS, frame.left, 12), *svg.percents(frame, "one threshold for all labels", "photos")]
    for (_, colour), counts in zip(ANSWERS, (curve.right, curve.wrong, curve.unknown), strict=True):
        parts.append(svg.curve(_steps(frame, cuts, (counts / photos).tolist()), colour))
    for label, cut in present.items():
        x, bottom = frame.at(cut / 100, 0)
        parts += [svg.line((x, frame.top), (x, bottom), svg.SOFT, dashed=True),
                  svg.dot((x, bottom), svg.INK, 4, f"threshold of {label}: {cut:.1f} %")]
    return svg.drawing(WIDTH, 330, "Shares of right, wrong and unknown photos over one threshold for all labels",
                       *parts)


def reliability(found: Reliability) -> Html:
    """What was right over what the model was sure of, bin by bin with intervals; pale bars count the photos."""
    frame, colour = Frame(56, 30, WIDTH - 76, 240), PALETTE[0]
    most = max((one.photos for one in found.bins), default=1)
    parts = [*svg.percents(frame, "confidence of the best label", "right")]
    for one in found.bins:
        left, right = frame.at(one.low, 0)[0] + 3, frame.at(one.high, 0)[0] - 3
        high = 0.22 * frame.height * one.photos / most
        bottom = frame.top + frame.height
        parts += [svg.box(left, bottom - high, right - left, high, "#E3E8EA", f"{one.photos:,} photos"),
                  svg.words(f"{one.photos:,}", (left + right) / 2, bottom - high - 9, "middle", svg.SOFT, 11)]
    parts.append(svg.line(frame.at(0, 0), frame.at(1, 1), GREY, dashed=True))
    parts.append(svg.curve([frame.at(one.confidence, one.right.value) for one in found.bins], colour))
    for one in found.bins:
        parts += [svg.line(frame.at(one.confidence, one.right.low), frame.at(one.confidence, one.right.high), colour),
                  svg.dot(frame.at(one.confidence, one.right.value), colour, 5,
                          f"said {one.confidence * 100:.1f} %, right {percent(one.right.value)} ({span(one.right)})")]
    return svg.drawing(WIDTH, 324, "Reliability: what was right over what the model was sure of", *parts)


def precision_recall(
    curves: Mapping[str, PrecisionRecall], present: Sequence[LabelFigures], classes: Colours
) -> Html:
    """A curve a label along its thresholds, and a dot at the present one with both intervals."""
    names = [(svg.shortened(label, 18), colour_of(label, classes)) for label in curves]
    frame = Frame(56, 52, WIDTH - 76, 260)
    parts = [*svg.key(names[:6], frame.left, 12), *svg.percents(frame, "recall", "precision")]
    for label, curve in curves.items():
        points = zip(curve.recall.tolist(), curve.precision.tolist(), strict=True)
        parts.append(svg.curve([frame.at(*point) for point in points], colour_of(label, classes)))
    for one in present:
        if one.label in curves and one.precision.known and one.recall.known:
            parts += _crossed(frame, one, colour_of(one.label, classes))
    return svg.drawing(WIDTH, 370, "Precision over recall of each label along its thresholds", *parts)


def _crossed(frame: Frame, one: LabelFigures, colour: str) -> list[Html]:
    precision, recall = one.precision, one.recall
    told = f"{one.label} now: precision {percent(precision.value)}, recall {percent(recall.value)}"
    return [svg.line(frame.at(recall.low, precision.value), frame.at(recall.high, precision.value), colour),
            svg.line(frame.at(recall.value, precision.low), frame.at(recall.value, precision.high), colour),
            svg.dot(frame.at(recall.value, precision.value), colour, 6, told)]


def _steps(frame: Frame, cuts: Sequence[float], shares: Sequence[float]) -> list[svg.Point]:
    """A curve that jumps where counts do: a score passes a threshold that it equals."""
    points = [frame.at(cuts[0], shares[0])]
    for before, cut, share, last in zip(cuts, cuts[1:], shares[1:], shares, strict=False):
        points += [frame.at(before, last), frame.at(before, share)] if share != last else []
        points += [frame.at(cut, share)] if cut == cuts[-1] else []
    return points

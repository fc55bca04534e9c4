"""Every chart of a report as an SVG file, which follows from the run record alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.colours import Colours, colour_of
from core.dataset.manifests import Built
from core.evaluation.charts import HUE, strong
from core.evaluation.intervals import Figure, percent, span
from core.evaluation.metrics import Confusion, Figures
from core.evaluation.reliability import reliability
from core.evaluation.scores import cuts_of, scores
from core.evaluation.sweeping import precision_recall, sweep
from core.report import curves, svg
from core.report.markup import Html
from core.report.svg import Frame
from core.types import Prediction

WIDTH = 720.0
LABELS = 20  # in a chart of labels; all of them are in the tables
# The charts that the HTML has too, with what they say.
CAPTIONS = {
    "figures": "Each figure with its 95 % interval: what so many photos can show, and no more.",
    "thresholds": "What one threshold for all labels would give. The dotted lines are the thresholds in force.",
    "reliability": "How much was right of what the model was so sure of, with 95 % intervals; on the dotted line "
                   "confidence means what it says. The pale bars count the photos.",
    "precision-recall": "What moving a label's threshold does; the dots, with 95 % intervals, are the thresholds in "
                        "force.",
}


def draw(
    classes: Colours, built: Built | None, predictions: Sequence[Prediction] = (), figures: Figures | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> dict[str, Html]:
    """The charts by name: of the split where there is one, and of a run's figures where there are any."""
    drawn = {"split": split(built, classes)} if built else {}
    if figures is None or not figures.accuracy.total:
        return drawn
    present = thresholds or {}
    known = scores(predictions, present)
    cuts = cuts_of(known.labels, present)
    moved = {label: precision_recall(known, cuts, place) for place, label in enumerate(known.labels[:LABELS])}
    return drawn | {
        "confusion-matrix": confusion_matrix(figures.confusion),
        "figures": intervals(figures, classes),
        "thresholds": curves.thresholds(sweep(known), present),
        "reliability": curves.reliability(reliability(known)),
        "precision-recall": curves.precision_recall(moved, figures.labels, classes),
    }


def split(built: Built, classes: Colours) -> Html:
    """Photos of each label that train, in full colour, and that test, pale."""
    counts = built.split.counts(built.labels)
    shown = dict(list(counts.items())[:LABELS])
    left, most = _margin(shown), max(sum(pair) for pair in shown.values())
    scale = (WIDTH - left - 110) / most
    parts = [*svg.key((("train", svg.SOFT), ("test", "#C3CBCF")), left, 12)]
    for place, (label, (train, test)) in enumerate(shown.items()):
        y, colour = 34 + 30 * place, colour_of(label, classes)
        parts += [svg.words(svg.shortened(label), left - 10, y + 9, "end"),
                  svg.box(left, y, train * scale, 18, colour, f"{train:,} to train with"),
                  svg.box(left + train * scale, y, test * scale, 18, _pale(colour), f"{test:,} to test with"),
                  svg.words(f"{train:,} + {test:,}", left + (train + test) * scale + 8, y + 9, colour=svg.SOFT)]
    return svg.drawing(WIDTH, 44 + 30 * len(shown), "Photos by label: to train with and to test with", *parts)


def confusion_matrix(matrix: Confusion) -> Html:
    """Photos by truth and answer, shaded by their share of the row."""
    rows, columns = matrix.rows[:LABELS], _columns(matrix)
    left, top = _margin(rows), 64.0
    wide, high = min(110.0, (WIDTH - left) / len(columns)), 44.0
    parts = [svg.words("answer", left + wide * len(columns) / 2, 12, "middle", svg.SOFT, 12),
             svg.words("truth", left - 10, top - 20, "end", svg.SOFT, 12)]
    room = max(4, int(wide / svg.LETTER))
    for place, column in enumerate(columns):
        name = svg.shortened(matrix.columns[column], room)
        parts.append(svg.words(name, left + wide * (place + 0.5), top - 20, "middle"))
    for row, label in enumerate(rows):
        y = top + high * row
        parts.append(svg.words(svg.shortened(label), left - 10, y + high / 2, "end"))
        for place, column in enumerate(columns):
            count, share = int(matrix.counts[row, column]), float(matrix.shares[row, column])
            tip = f"{count:,} photos of {label} answered as {matrix.columns[column]}, {percent(share)}"
            x = left + wide * place
            parts += [svg.box(x + 1.5, y + 1.5, wide - 3, high - 3, _tint(share), tip),
                      svg.words(f"{count:,}", x + wide / 2, y + high / 2, "middle",
                                "#FFFFFF" if strong(share) else svg.INK, 15)]
    return svg.drawing(WIDTH, top + high * len(rows) + 6, "Confusion matrix: photos by truth and answer", *parts)


def intervals(figures: Figures, classes: Colours) -> Html:
    """Each figure as a dot, with its 95 % interval as a line: the first five of all labels, then F1 of each."""
    rows = [(name, figure, svg.INK) for name, figure in (
        ("accuracy", figures.accuracy), ("precision", figures.precision), ("recall", figures.recall),
        ("F1", figures.f1), ("unknown", figures.unknown))]
    rows += [(f"F1 of {label.label}", label.f1, colour_of(label.label, classes)) for label in figures.labels[:LABELS]]
    left = _margin(name for name, _, _ in rows)
    frame = Frame(left, 14, WIDTH - left - 150, 28.0 * len(rows))
    parts = [part for share in (0, 0.25, 0.5, 0.75, 1) for part in _upright(frame, share)]
    for place, (name, figure, colour) in enumerate(rows):
        parts += _whisker(frame, place, name, figure, colour)
    return svg.drawing(WIDTH, frame.height + 44, "Figures with their 95 % intervals", *parts)


def _whisker(frame: Frame, place: int, name: str, figure: Figure, colour: str) -> list[Html]:
    y = frame.top + 28 * place + 14
    shown = [svg.words(svg.shortened(name), frame.left - 12, y, "end")]
    if not figure.known:
        return [*shown, svg.words("nothing to measure", frame.left + 8, y, colour=svg.SOFT, size=12)]
    low, high, value = (frame.left + share * frame.width for share in (figure.low, figure.high, figure.value))
    return [*shown, svg.line((low, y), (high, y), colour, 3), svg.dot((value, y), colour, 6),
            svg.words(f"{percent(figure.value)}  ({span(figure)})", frame.left + frame.width + 14, y,
                      colour=svg.SOFT, size=12)]


def _upright(frame: Frame, share: float) -> list[Html]:
    x, bottom = frame.left + share * frame.width, frame.top + frame.height
    return [svg.line((x, frame.top), (x, bottom)),
            svg.words(f"{share * 100:.0f} %", x, bottom + 16, "middle", svg.SOFT, 12)]


def _columns(matrix: Confusion) -> list[int]:
    """The columns that are drawn: those of the rows that are, and Unknown."""
    last = len(matrix.columns) - 1
    return [*range(min(last, LABELS)), last]


def _margin(names: object) -> float:
    """Room for the longest of these names, so far as it is drawn."""
    return 24 + svg.LETTER * max((len(svg.shortened(str(name))) for name in names), default=4)  # type: ignore[attr-defined]


def _tint(share: float) -> str:
    """The colour of a matrix cell, as on the page, on white."""
    opacity = 0.7 + 0.25 * share if strong(share) else 0.04 + 0.5 * share
    return "#" + "".join(f"{round(255 + (part - 255) * opacity):02X}" for part in HUE)


def _pale(colour: str) -> str:
    """A colour that is two thirds white."""
    return "#" + "".join(f"{255 - (255 - int(colour[i:i + 2], 16)) // 3:02X}" for i in (1, 3, 5))

"""The chapters about what came out of a run: figures, charts, mistakes, and every answer."""

from __future__ import annotations

from core.colours import colour_of
from core.dataset.names import counted
from core.evaluation import mistakes, reliability
from core.evaluation.charts import strong, tint
from core.evaluation.intervals import Figure, percent, sentence, span
from core.evaluation.metrics import Confusion
from core.evaluation.scores import scores
from core.evaluation.thresholds import threshold_of
from core.report import mistake_cards, plots
from core.report.contents import Contents, Trial
from core.report.markup import Html, figures, folded, join, paragraph, section, swatch, table, tag
from core.types import UNKNOWN, Prediction

ROWS = 400  # predictions in the table; the CSV beside the report has all of them
CARDS = 24  # mistakes with a picture
LARGEST_MATRIX = 20  # labels
METHOD = ("The small figures are 95 % intervals: exact ones (Clopper and Pearson) for shares, and for F1 through the "
          "share that it follows from. Precision, recall and F1 are means over the labels, and so are their bounds.")


def evaluation(contents: Contents) -> Html:
    """What was measured on labelled photos, with how sure that is."""
    trial = contents.trial
    if trial is None:
        return section("Evaluation", paragraph("The model has not been tried on labelled photos yet."))
    measured = trial.figures
    left = [counted(measured.failed, "call") + " failed" if measured.failed else "",
            counted(measured.without_truth, "photo") + " had no known class" if measured.without_truth else ""]
    apart = " and ".join(part for part in left if part)
    return section(
        "Evaluation",
        paragraph(f"Tried on “{trial.run.title}”, {trial.run.at:%d %B %Y}: {sentence(measured.accuracy)}."),
        paragraph(f"Decided by the thresholds “{trial.set_name}”, and not by the model's own.") if trial.set_name
        else None,
        paragraph(f"{apart}; they are in none of the figures.") if apart else None,
        figures([("accuracy", measured.accuracy), ("precision", measured.precision), ("recall", measured.recall),
                 ("F1", measured.f1), ("unknown", measured.unknown)]),
        _matrix(measured.confusion),
        _by_label(contents, trial),
        paragraph(METHOD, kind="note"),
        *_charts(contents, trial),
        paragraph(reliability.sentence(reliability.reliability(scores(trial.predictions, trial.thresholds)))))


def missed(contents: Contents, cards: int = CARDS) -> Html | None:
    """The photos that went wrong, or that something is written about, with why that is."""
    if contents.trial is None:
        return None
    trial = contents.trial
    found = mistakes.mistakes(trial.predictions, trial.thresholds)
    wrong = {prediction.name for prediction in found}
    noted = [one for one in trial.predictions if one.name in contents.notes and one.name not in wrong]
    shown = [*found[:cards], *(one for one in found[cards:] if one.name in contents.notes), *noted]
    if not shown:
        return section("Mistakes", paragraph("There are none among these photos."))
    rest = len(found) + len(noted) - len(shown)
    return section(
        "Mistakes",
        paragraph("The most confident mistakes come first, then what was unknown." if found
                  else "There are none among these photos."),
        *(mistake_cards.card(contents, prediction, trial.thresholds) for prediction in shown),
        paragraph(f"{counted(rest, 'more is', 'more are')} in predictions.csv.") if rest > 0 else None)


def every_photo(contents: Contents) -> Html | None:
    """The answers one by one, those that were not right first."""
    if contents.trial is None:
        return None
    made = contents.trial.predictions
    shown = sorted(made, key=lambda prediction: (prediction.right is not False, prediction.name))[:ROWS]
    rest = len(made) - len(shown)
    rows = [(prediction.name, prediction.truth or "–", _answer(contents, prediction),
             "–" if prediction.error else f"{prediction.confidence:.1f} %", _mark(prediction)) for prediction in shown]
    return section(
        "Every photo",
        folded(f"{counted(len(shown), 'answer')}, those that were not right first",
               tag("div", table(("photo", "truth", "answer", "confidence", ""), rows, ("confidence",)), kind="dense")),
        paragraph(f"{rest:,} more are in predictions.csv.", kind="note") if rest else None)


def _by_label(contents: Contents, trial: Trial) -> Html:
    rows = [(swatch(label.label, colour_of(label.label, contents.classes)), f"{label.photos:,}",
             f"{threshold_of(label.label, trial.thresholds):.1f} %",
             _with_span(label.precision), _with_span(label.recall), _with_span(label.f1))
            for label in trial.figures.labels]
    head = ("label", "photos", "threshold", "precision", "recall", "F1")
    return table(head, rows, head[1:])


def _charts(contents: Contents, trial: Trial) -> list[Html]:
    """The charts of the run that say more than the tables do."""
    drawn = plots.draw(contents.classes, None, trial.predictions, trial.figures, trial.thresholds)
    return [tag("figure", chart, tag("figcaption", plots.CAPTIONS[name]), kind="chart")
            for name, chart in drawn.items() if name in plots.CAPTIONS]


def _matrix(matrix: Confusion) -> Html | None:
    """The confusion matrix, shaded by share of the row."""
    if len(matrix.columns) > LARGEST_MATRIX:
        return paragraph(f"The matrix of {len(matrix.columns) - 1:,} labels is in run-record.json.", kind="note")
    rows = []
    for name, counts, shares in zip(matrix.rows, matrix.counts, matrix.shares, strict=True):
        cells = [tag("td", f"{count:,}", style=_shade(share), title=f"{percent(float(share))} of {name}")
                 for count, share in zip(counts, shares, strict=True)]
        rows.append(tag("tr", tag("th", name, scope="row"), *cells))
    head = tag("tr", tag("td", "truth \\ answer"), *(tag("th", name, scope="col") for name in matrix.columns))
    return tag("div", tag("table", tag("thead", head), tag("tbody", *rows), kind="matrix"), kind="wide")


def _shade(share: float) -> str:
    return f"background:{tint(share)};color:{'#FFFFFF' if strong(share) else '#1B2529'}"


def _answer(contents: Contents, prediction: Prediction) -> Html:
    if prediction.error:
        return tag("span", f"failed: {prediction.error}", kind="bad")
    return swatch(prediction.answer, colour_of(prediction.answer, contents.classes))


def _mark(prediction: Prediction) -> Html:
    if prediction.error or prediction.right is None:
        return Html("")
    if prediction.right:
        return tag("span", "right", kind="good")
    return tag("span", "unknown" if prediction.answer == UNKNOWN else "wrong", kind="bad")


def _with_span(figure: Figure) -> Html:
    if not figure.known:
        return Html("–")
    return join(percent(figure.value), " ", tag("small", span(figure)))

"""The chapters about what came out: model, evaluation, mistakes, costs, and what made it."""

from __future__ import annotations

from core.aws import prices
from core.aws.states import of_model
from core.colours import colour_of
from core.dataset.names import counted
from core.errors import BadImage
from core.evaluation import mistakes
from core.evaluation.charts import strong, tint
from core.evaluation.intervals import Figure, percent, sentence, span
from core.evaluation.metrics import Confusion
from core.images import thumbnails
from core.report.contents import Contents, Trial
from core.report.markup import Html, figures, join, paragraph, picture, section, swatch, table, tag
from core.types import UNKNOWN, Prediction

ROWS = 400  # predictions in the table; the CSV beside the report has all of them
MISTAKES = 24
MISTAKE_SIDE = 420
METHOD = ("The small figures are 95 % intervals: exact ones (Clopper and Pearson) for shares, and for F1 through the "
          "share that it follows from. Those of means hold for all labels together, which makes them wide.")


def model(contents: Contents) -> Html:
    """Which model it is, and how Rekognition itself rates it."""
    if contents.model is None:
        return section("Model", paragraph("No model has been trained yet."))
    version, evaluation = contents.model.version, contents.model.evaluation
    facts = [("Version", version.name), ("Rekognition project", version.project), ("ARN", tag("code", version.arn)),
             ("State", of_model(version.status).word),
             ("Trained", version.trained.strftime("%d %B %Y, %H:%M UTC") if version.trained else "not yet")]
    if evaluation:
        facts.append(("F1 by Rekognition", f"{evaluation.f1:.3f} on {evaluation.testing_images:,} test photos, trained "
                                           f"with {evaluation.training_images:,} others"))
    rows = [(swatch(label.label, colour_of(label.label, contents.classes)), f"{label.images:,}", f"{label.f1:.3f}",
             f"{label.precision:.3f}", f"{label.recall:.3f}", f"{label.threshold * 100:.1f} %")
            for label in (evaluation.labels if evaluation else ())]
    head = ("label", "test photos", "F1", "precision", "recall", "assumed threshold")
    return section(
        "Model",
        tag("table", *(tag("tr", tag("th", name), tag("td", value)) for name, value in facts), kind="facts"),
        table(head, rows, head[1:]) if rows else None)


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
        paragraph(f"{apart}; they are in none of the figures.") if apart else None,
        figures([("accuracy", measured.accuracy), ("precision", measured.precision), ("recall", measured.recall),
                 ("F1", measured.f1), ("unknown", measured.unknown)]),
        _matrix(measured.confusion),
        table(("label", "photos", "precision", "recall", "F1"),
              [(swatch(label.label, colour_of(label.label, contents.classes)), f"{label.photos:,}",
                _with_span(label.precision), _with_span(label.recall), _with_span(label.f1))
               for label in measured.labels], ("photos", "precision", "recall", "F1")),
        paragraph(METHOD, kind="note"))


def missed(contents: Contents) -> Html | None:
    """The photos that went wrong, with what is measurably different about them."""
    if contents.trial is None:
        return None
    trial = contents.trial
    found = mistakes.mistakes(trial.predictions, trial.run.thresholds)
    if not found:
        return section("Mistakes", paragraph("There are none among these photos."))
    rest = len(found) - MISTAKES
    return section(
        "Mistakes",
        paragraph("The most confident mistakes come first, then what was unknown."),
        *(_card(contents, trial, prediction) for prediction in found[:MISTAKES]),
        paragraph(f"{rest:,} more are in predictions.csv.") if rest > 0 else None)


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
        tag("div", table(("photo", "truth", "answer", "confidence", ""), rows, ("confidence",)), kind="dense"),
        paragraph(f"{rest:,} more are in predictions.csv.", kind="note") if rest else None)


def costs(contents: Contents) -> Html:
    """What AWS charged, or would have charged."""
    if contents.model is None:
        return section("Costs", paragraph("Nothing that is billed for has been done yet."))
    version, ran, price = contents.model.version, contents.model.ran, contents.prices
    trained = version.billable_seconds or 0
    rows = [("Training", _duration(trained), prices.words(price.training_cost(trained))),
            ("Running", _duration(ran.seconds), prices.words(ran.usd))]
    opening = ("The built-in engine costs nothing; AWS would have charged:" if contents.backend.is_engine
               else "By minutes, inference units and price:")
    return section("Costs", paragraph(opening), table(("", "time", "cost"), rows, ("time", "cost")),
                   paragraph(price.source, kind="note"))


def origin(contents: Contents) -> Html:
    """What made the report, so that it can be made again."""
    listed = ", ".join(f"{name} {version}" for name, version in contents.software.items())
    return section(
        "Made with",
        paragraph(tag("small", listed)),
        paragraph(tag("small", "run-record.json beside this file holds the SHA-256 of every original and cleaned copy, "
                               "labels, split, manifests, thresholds and predictions.")))


def _matrix(matrix: Confusion) -> Html:
    """The confusion matrix, shaded by share of the row."""
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


def _card(contents: Contents, trial: Trial, prediction: Prediction) -> Html:
    what = "Unknown" if prediction.answer == UNKNOWN else prediction.answer
    return tag(
        "article",
        picture(_preview(contents, prediction), prediction.name),
        tag("div",
            tag("h3", f"A {prediction.truth}, answered as {what}"),
            paragraph(tag("small", prediction.name)),
            paragraph(mistakes.margin(prediction, trial.run.thresholds)),
            _differences(contents, prediction)),
        kind="mistake")


def _differences(contents: Contents, prediction: Prediction) -> Html | None:
    quality = mistakes.quality_of(prediction, contents.source)
    if quality is None:
        return None
    differences = [difference for difference in mistakes.compare(quality, prediction.truth, contents.trained_with)
                   if difference.nearest.photos]
    bars = [tag("tr", tag("th", difference.measure), tag("td", _scale(difference.nearest.percentile)),
                tag("td", tag("strong", difference.words) if difference.nearest.unusual else difference.words))
            for difference in differences]
    ordinary = not any(difference.nearest.unusual for difference in differences)
    return join(tag("table", *bars, kind="scales") if bars else None,
                paragraph(mistakes.summary(differences), kind="note") if ordinary else None)


def _scale(percentile: float) -> Html:
    """Where the photo stands between the least and the most of its kind."""
    return tag("span", tag("span", style=f"left:{percentile:.1f}%"), kind="scale", title=f"percentile {percentile:.0f}")


def _preview(contents: Contents, prediction: Prediction) -> bytes | None:
    try:
        return thumbnails.preview(contents.source(prediction.path), MISTAKE_SIDE)
    except (BadImage, OSError):
        return None


def _with_span(figure: Figure) -> Html:
    if not figure.known:
        return Html("–")
    return join(percent(figure.value), " ", tag("small", span(figure)))


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"

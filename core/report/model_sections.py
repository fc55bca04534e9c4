"""The chapters about the model: which it is, what it cost, and what made it."""

from __future__ import annotations

from core.aws import prices
from core.aws.states import of_model
from core.colours import colour_of
from core.evaluation import published
from core.evaluation.intervals import span
from core.report.bundle import NOTEBOOK, RECORD, SUMS
from core.report.contents import Contents
from core.report.markup import Html, join, paragraph, section, swatch, table, tag
from core.types import Evaluation, LabelResult

VERIFY = "python -m core.report verify FOLDER"
REPLAY = "python -m core.report replay FOLDER"


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
    rows = [(swatch(label.label, colour_of(label.label, contents.classes)), f"{label.images:,}", _f1(evaluation, label),
             f"{label.precision:.3f}", f"{label.recall:.3f}", f"{label.threshold * 100:.1f} %")
            for label in evaluation.labels] if evaluation else []
    head = ("label", "test photos", "F1", "precision", "recall", "assumed threshold")
    return section(
        "Model",
        tag("table", *(tag("tr", tag("th", name), tag("td", value)) for name, value in facts), kind="facts"),
        table(head, rows, head[1:]) if rows else None,
        paragraph("These are Rekognition's own figures on the test photos. The intervals are added here, from the "
                  "counts that the figures stand for.", kind="note") if rows else None)


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
        paragraph(tag("small", f"{RECORD} beside this file holds the SHA-256 of every original and cleaned copy, "
                               "labels, split, manifests, thresholds, predictions and figures. "), tag("code", VERIFY),
                      tag("small", f" checks every file against {SUMS}, "), tag("code", REPLAY),
                      tag("small", f" makes manifests, figures and charts again, and {NOTEBOOK} repeats every step.")))


def _f1(evaluation: Evaluation, label: LabelResult) -> Html:
    """F1 with the interval that so many test photos give it."""
    figure = published.f1_of(evaluation, label)
    return join(f"{label.f1:.3f} ", tag("small", span(figure)) if figure.known else None)


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"

"""The report as one HTML file: no script, nothing from the network, made to be read and printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from core.evaluation.intervals import between, percent
from core.report import data_sections, evaluation_sections, model_sections
from core.report.contents import Contents
from core.report.markup import Html, join, paragraph, tag, text

STYLE = Path(__file__).with_name("style.css")
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"  # a second lock, should the escaping ever fail

_CHAPTERS: Mapping[str, Callable[[Contents], Html | None]] = {
    "photos": data_sections.data, "cleaning": data_sections.cleaned, "split": data_sections.split,
    "manifest": data_sections.manifest, "model": model_sections.model, "evaluation": evaluation_sections.evaluation,
    "predictions": evaluation_sections.every_photo, "costs": model_sections.costs,
}


def build(contents: Contents, cards: int = evaluation_sections.CARDS) -> str:
    """The whole page, with up to so many mistakes as `cards`.

    It holds no account number unless that is asked for, and pictures without the cameras' data.
    """
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", **{"http-equiv": "Content-Security-Policy", "content": POLICY}),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{contents.project}: model report"),
        tag("style", Html(STYLE.read_text("utf-8"))))
    body = tag(
        "body",
        _opening(contents),
        tag("main", *(_chapter(part, contents, cards) for part in contents.options.parts),
            model_sections.origin(contents)))
    return contents.hide(join(Html("<!doctype html>\n"), tag("html", head, body, lang="en")))


def _chapter(part: str, contents: Contents, cards: int) -> Html | None:
    return evaluation_sections.missed(contents, cards) if part == "mistakes" else _CHAPTERS[part](contents)


def _opening(contents: Contents) -> Html:
    """The title, and the one thing that a hurried reader wants to know."""
    made = f"{contents.made:%d %B %Y, %H:%M UTC} · {contents.place}"
    return tag("header", paragraph("Model report", kind="kind"), tag("h1", contents.project),
               paragraph(made, kind="made"), paragraph(_verdict(contents), kind="verdict"))


def _verdict(contents: Contents) -> Html:
    if contents.trial and contents.trial.figures.accuracy.total:
        accuracy = contents.trial.figures.accuracy
        return join("The model was right on ", tag("strong", f"{accuracy.hits:,} of {accuracy.total:,}"),
                    f" photos that it was tried on, {percent(accuracy.value)}. On photos of this kind its true rate "
                    f"lies, with 95 % confidence, {between(accuracy)}.")
    if contents.model and contents.model.evaluation:
        found = contents.model.evaluation
        return text(f"The model has an F1 of {found.f1:.3f} on {found.testing_images:,} test photos. "
                    "It has not been tried on others yet.")
    return text("This is what is known so far: no model has been tried yet.")

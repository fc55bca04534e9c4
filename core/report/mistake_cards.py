"""The cards of the chapter about mistakes: the photo with what the model looked at, why, and what is written of it."""

from __future__ import annotations

from core.errors import AwsError, BadImage
from core.evaluation.thresholds import Thresholds
from core.explanation import kinds, occlusion
from core.explanation.causes import Cause
from core.explanation.explaining import Explanation
from core.images import layers, thumbnails
from core.report.contents import Contents
from core.report.markup import Html, join, paragraph, picture, tag
from core.types import UNKNOWN, Photo, Prediction

SIDE = 420  # pixels
OPACITY = 0.7  # of the map over the photo
CAUSES = 4  # measures that are shown, the most unusual first


def card(contents: Contents, prediction: Prediction, thresholds: Thresholds) -> Html:
    """Everything about one photo. What the model has not been asked about is left out, and nobody is asked now."""
    told = _explained(contents, prediction)
    verdict = told.verdict if told else kinds.verdict(prediction, thresholds)
    what = "Unknown" if prediction.answer == UNKNOWN else prediction.answer
    note = contents.notes.get(prediction.name, "")
    shown = _picture(contents, told, prediction) if contents.options.pictures else None
    return tag(
        "article",
        shown,
        tag("div",
            tag("h3", f"A {prediction.truth or 'photo'}, answered as {what}"),
            paragraph(tag("small", prediction.name)),
            *(paragraph(sentence) for sentence in kinds.sentences(verdict, prediction)),
            *(paragraph(part, kind="said") for part in note.splitlines() if part.strip()),
            _standings(told.causes) if told else None,
            _nearest(contents, told) if told and contents.options.pictures else None),
        kind="mistake" if shown else "mistake bare")


def _explained(contents: Contents, prediction: Prediction) -> Explanation | None:
    """None for a photo that can not be read any more."""
    try:
        return contents.explain(prediction)
    except (BadImage, OSError, AwsError):
        return None


def _picture(contents: Contents, told: Explanation | None, prediction: Prediction) -> Html:
    if told is None:
        return picture(None, prediction.name)
    found = told.map(told.shown) if told.shown else None
    if found is None or not found.speaks:
        return picture(thumbnails.draw(told.photo, SIDE, quality=85), prediction.name)
    said = contents.hide(occlusion.words(found, told.mask))
    return picture(layers.over(told.photo, found.heat, OPACITY, SIDE), f"{prediction.name}. {said}", said)


def _standings(found: tuple[Cause, ...]) -> Html | None:
    """Where the photo stands among the training photos of its class, the most unusual first."""
    rows = [tag("tr", tag("th", cause.name), tag("td", _scale(cause.standing.percentile)),
                tag("td", tag("strong", cause.words) if cause.named else cause.words)) for cause in found[:CAUSES]]
    if not rows:
        return None
    ordinary = paragraph("Nothing that was measured is unusual for its class.", kind="note")
    return join(tag("table", *rows, kind="scales"), None if any(cause.named for cause in found) else ordinary)


def _scale(percentile: float) -> Html:
    """Where the photo stands between the least and the most of its kind."""
    return tag("span", tag("span", style=f"left:{percentile:.1f}%"), kind="scale", title=f"percentile {percentile:.0f}")


def _nearest(contents: Contents, told: Explanation) -> Html | None:
    """The training photos that are most like it, with their labels."""
    found = [(photo, data) for photo, _ in told.neighbours if (data := _thumbnail(contents, photo))]
    if not found:
        return None
    shown = (picture(data, photo.name, photo.label or "no label") for photo, data in found)
    return join(paragraph("The training photos most like it:", kind="note"), tag("div", *shown, kind="nearest"))


def _thumbnail(contents: Contents, photo: Photo) -> bytes | None:
    return thumbnails.find(contents.thumbnails, photo.facts.sha256) if photo.facts else None

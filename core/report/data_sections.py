"""The chapters about what went in: photos, cleaning, labels and split, manifest."""

from __future__ import annotations

import hashlib
import statistics
from collections import Counter

from core.colours import colour_of
from core.dataset.names import counted
from core.errors import BadImage
from core.evaluation.intervals import between, proportion
from core.images import thumbnails
from core.report.contents import Contents
from core.report.markup import Html, bar, join, paragraph, picture, section, swatch, table, tag
from core.types import Cleaned, Photo

SHOWN = 6  # photos of a class in the strip
EXAMPLES = 4  # pairs before and after
CLASSES_SHOWN = 6
NAMES_SHOWN = 5
LEFT_OUT_SHOWN = 30


def data(contents: Contents) -> Html:
    """How many photos of which class and size there are, and what Rekognition would have refused."""
    photos = contents.photos
    return section(
        "Photos",
        paragraph(f"{counted(len(photos), 'photo')} in {counted(len(contents.classes), 'class', 'classes')}. ",
                  _sizes(photos)),
        _classes(contents),
        _strip(contents) if contents.options.pictures else None,
        _refused(photos))


def cleaned(contents: Contents) -> Html:
    """What was changed before anything was sent, and what was left out."""
    if not contents.copies:
        return section("Cleaning", paragraph("The photos were not cleaned: they are used as they came."))
    actions = Counter(action for copy in contents.copies for action in copy.actions)
    kept = [copy for copy in contents.copies if copy.path]
    recipe = contents.recipe
    kind = "their own format" if recipe.format == "keep" else recipe.format
    return section(
        "Cleaning",
        paragraph(f"{counted(len(kept), 'copy', 'copies')} made, no side longer than {recipe.longest:,} pixels, in "
                  f"{kind}, JPEG quality {recipe.quality}, without the cameras' data. The originals are unchanged."),
        table(("what was done", "photos"), [(action.capitalize(), f"{count:,}")
                                            for action, count in actions.most_common()], ("photos",)) if actions
        else paragraph("Every photo was fine as it was."),
        _left_out(contents),
        _before_and_after(contents) if contents.options.pictures else None)


def split(contents: Contents) -> Html:
    """How many photos train and test each label, and what so many can show."""
    built = contents.built
    if built is None:
        return section("Labels and split", paragraph("No photo that can be used has a label yet."))
    rows = [(swatch(label, colour_of(label, contents.classes)), f"{train:,}", f"{test:,}")
            for label, (train, test) in built.split.counts(built.labels).items()]
    tested = len(built.split.test)
    return section(
        "Labels and split",
        paragraph(f"{counted(len(built.labels), 'labelled photo')}: {len(built.split.train):,} to train with, "
                  f"{tested:,} to test with (seed {built.split.seed}; duplicates stay on one side)."),
        paragraph(_since(contents), kind="note") if contents.model and contents.model.as_now is False else None,
        table(("label", "train", "test"), rows, ("train", "test")),
        paragraph(f"If all {tested:,} test photos are right, the true rate still lies anywhere "
                  f"{between(proportion(tested, tested))}.", kind="note") if tested else None)


def _since(contents: Contents) -> str:
    """That the model has learned from other photos than these."""
    assert contents.model
    found = contents.model.evaluation
    then = f", on {found.training_images:,} photos, and tested on {found.testing_images:,}" if found else ""
    return f"This is the dataset as it is now. {contents.model.version.name} was trained before it became so{then}."


def manifest(contents: Contents) -> Html:
    """What Rekognition says of the manifests, by its own rules."""
    if contents.built is None or contents.verdict is None:
        return section("Manifest", paragraph("There is no manifest yet."))
    built, verdict = contents.built, contents.verdict
    sides = [(name, text) for name, text in (("train", built.training), ("test", built.testing)) if text]
    return section(
        "Manifest",
        paragraph(tag("strong", "In order. " if verdict.ok else "Not in order. ", kind="good" if verdict.ok else "bad"),
                  verdict.sentence),
        table(("finding", "lines", "what it means"),
              [(tag("code", group.code), f"{len(group.lines):,}", group.plain) for group in verdict.groups],
              ("lines",)) if verdict.groups else None,
        table(("manifest", "lines", "SHA-256"),
              [(name, f"{text.count(chr(10)):,}",
                tag("code", hashlib.sha256(contents.hide(text).encode()).hexdigest())) for name, text in sides],
              ("lines",)))


def _sizes(photos: tuple[Photo, ...]) -> str:
    """ "From 320 x 240 to 6,000 x 4,000 pixels, half of them over 12.2 megapixels; 38 JPEG, 2 PNG."."""
    sizes = sorted((photo.facts.upright_size for photo in photos if photo.facts), key=lambda size: size[0] * size[1])
    if not sizes:
        return "None of them could be read."
    formats = Counter(photo.facts.format for photo in photos if photo.facts)
    middle = statistics.median(width * height for width, height in sizes) / 1e6
    listed = ", ".join(f"{count:,} {name}" for name, count in formats.most_common())
    return (f"From {sizes[0][0]:,} x {sizes[0][1]:,} to {sizes[-1][0]:,} x {sizes[-1][1]:,} pixels, half of them over "
            f"{middle:.1f} megapixels; {listed}.")


def _classes(contents: Contents) -> Html | None:
    counts = Counter(photo.label for photo in contents.photos if not photo.excluded)
    if not counts:
        return None
    most = max(counts.values())
    rows = []
    for label in (*(name for name in contents.classes if counts[name]), *((None,) if counts[None] else ())):
        colour = colour_of(label, contents.classes)
        rows.append((swatch(label or "no label", colour), bar(counts[label] / most, colour), f"{counts[label]:,}"))
    return table(("class", "", "photos"), rows, ("photos",))


def _strip(contents: Contents) -> Html | None:
    """A few photos of each class, to see what it is all about."""
    strips = []
    for label in [*contents.classes][:CLASSES_SHOWN]:
        usable = [photo for photo in contents.photos if photo.label == label and not photo.excluded]
        pictures = [(photo, found) for photo in usable if (found := _thumbnail(contents, photo))][:SHOWN]
        if pictures:
            strips.append(tag("div", *(picture(found, photo.name) for photo, found in pictures), kind="strip"))
    return join(*strips) if strips else None


def _refused(photos: tuple[Photo, ...]) -> Html:
    by_code: dict[str, list[tuple[str, str]]] = {}
    for photo in photos:
        for problem in photo.problems:
            if problem.severity == "refused":
                by_code.setdefault(problem.code, []).append((photo.name, problem.message))
    if not by_code:
        return paragraph("Rekognition would have refused none of them.")
    refused = sum(photo.refused for photo in photos)
    rows = [(code.replace("_", " ").capitalize(), f"{len(found):,}", found[0][1], _names([name for name, _ in found]))
            for code, found in sorted(by_code.items(), key=lambda item: -len(item[1]))]
    return join(paragraph(f"As they came, Rekognition would have refused {refused:,} of them:"),
                table(("why", "photos", "for example", "which"), rows, ("photos",)))


def _names(names: list[str]) -> Html:
    shown = ", ".join(names[:NAMES_SHOWN])
    rest = len(names) - NAMES_SHOWN
    return tag("small", f"{shown} and {rest:,} more" if rest > 0 else shown)


def _left_out(contents: Contents) -> Html | None:
    known = {photo.id: photo for photo in contents.photos}
    rows = [(known[copy.photo_id].name, copy.reason or "") for copy in contents.copies
            if not copy.path and copy.photo_id in known]
    rest = len(rows) - LEFT_OUT_SHOWN
    more = paragraph(f"{rest:,} more are in run-record.json.", kind="note") if rest > 0 else None
    return join(table(("left out", "because"), rows[:LEFT_OUT_SHOWN]), more) if rows else None


def _before_and_after(contents: Contents) -> Html | None:
    """One pair for each kind of change, as far as there is room."""
    known = {photo.id: photo for photo in contents.photos}
    chosen: dict[tuple[str, ...], Cleaned] = {}
    for copy in contents.copies:
        seen = set(copy.actions) - {"rename"}  # a new name is nothing to look at
        if copy.path and seen and copy.photo_id in known and _thumbnail(contents, known[copy.photo_id]):
            chosen.setdefault(copy.actions, copy)
    pairs = [_pair(contents, known[copy.photo_id], copy) for copy in list(chosen.values())[:EXAMPLES]]
    return tag("div", *pairs, kind="pairs") if pairs else None


def _pair(contents: Contents, photo: Photo, copy: Cleaned) -> Html:
    width, height = photo.facts.upright_size if photo.facts else (0, 0)
    before = f"Before: {width:,} x {height:,}, {_megabytes(photo.facts.bytes if photo.facts else 0)}"
    after = f"After: {copy.width:,} x {copy.height:,}, {_megabytes(copy.bytes)}"
    return tag("div",
               picture(_thumbnail(contents, photo), f"{photo.name} before", before),
               picture(_preview(contents, copy.path or ""), f"{photo.name} after", after),
               paragraph(tag("strong", photo.name), f": {', '.join(copy.actions)}"), kind="pair")


def _thumbnail(contents: Contents, photo: Photo) -> bytes | None:
    return thumbnails.find(contents.thumbnails, photo.facts.sha256) if photo.facts else None


def _preview(contents: Contents, path: str) -> bytes | None:
    try:
        return thumbnails.preview(contents.source(path), thumbnails.LONGEST)
    except (BadImage, OSError):
        return None


def _megabytes(count: int) -> str:
    return f"{count / 1024**2:.1f} MB" if count >= 1024**2 else f"{count / 1024:.0f} KB"

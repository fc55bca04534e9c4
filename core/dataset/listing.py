"""The table of photos with all that is known of each, and tables as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from core.dataset import likeness_file
from core.dataset.judging import judged
from core.dataset.remembering import remembered
from core.dataset.selecting import label_of, verdict_of
from core.types import Photo, Quality
from core.workspace import Project

if TYPE_CHECKING:
    import pandas

FACTS = ("height", "width", "channels", "mode", "format", "bytes", "captured", "camera", "orientation", "frames")
SCORES = tuple(field.name for field in fields(Quality))
WHOLE = ("height", "width", "channels", "bytes", "orientation", "frames")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a cell begins with that a spreadsheet would work out


def table(photos: Iterable[Photo]) -> pandas.DataFrame:
    """A row for each photo: name, label, verdict, the facts, the scores, the codes and words of problems, the hash."""
    import pandas

    columns = ["name", "label", "verdict", *FACTS, *SCORES, "codes", "problems", "sha256"]
    frame = pandas.DataFrame([_row(photo) for photo in photos], columns=columns)
    return frame.astype(dict.fromkeys(WHOLE, "Int64") | dict.fromkeys(SCORES, "Float64"))


def table_of(project: Project) -> pandas.DataFrame:
    """The table of a project's photos with every verdict, in the order of names."""
    return remembered(project, "table", lambda: table(judged(project)), likeness_file.stamp(project))


def csv(frame: pandas.DataFrame) -> bytes:
    """A table as CSV in UTF-8. Text that a spreadsheet would take for a formula has an apostrophe before it."""
    safe = frame.copy(deep=False)
    for name in frame.select_dtypes(["object", "string"]):
        safe[name] = frame[name].map(harmless)
    return safe.to_csv(index=False).encode("utf-8-sig")  # with the mark by which Excel knows UTF-8


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet works out."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _row(photo: Photo) -> tuple[object, ...]:
    facts = asdict(photo.facts) if photo.facts else {}
    scores = [getattr(photo.quality, name, None) for name in SCORES]
    return (photo.name, label_of(photo), verdict_of(photo), *(facts.get(name) for name in FACTS), *scores,
            ", ".join(problem.code for problem in photo.problems),
            " ".join(problem.message for problem in photo.problems), facts.get("sha256"))

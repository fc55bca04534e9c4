"""What kind of model a project is for: one label a photo, several, or objects with bounding boxes."""

from __future__ import annotations

import json
from typing import get_args

from core.dataset import annotating
from core.dataset.names import counted
from core.errors import RekolabError
from core.types import Kind
from core.workspace import Project

KINDS: dict[Kind, str] = {
    "single": "One label a photo",
    "multi": "Several labels a photo",
    "boxes": "Objects with boxes",
}
SETTING = "kind"


def kind_of(project: Project) -> Kind:
    """The project's kind; one label a photo until another is chosen."""
    return _known(project.get(SETTING))


def choose(project: Project, kind: Kind) -> None:
    """Make the project one of this kind. Labels and boxes that it does not use stay for when it changes back."""
    if kind not in KINDS:
        raise RekolabError(f"A project is for {', '.join(KINDS)}.")
    if kind != kind_of(project):
        project.set(SETTING, kind)
        project.note("label", f"The project is now for: {KINDS[kind].lower()}")


def consequences(project: Project, kind: Kind) -> str:
    """What a change to this kind does to the photos that are labelled, in a sentence; "" when it does nothing."""
    with project.reading() as rows:
        ids = [row["photo_id"] for row in rows.execute("SELECT photo_id FROM annotation")]
        said = [(one, annotating.shown(kind, one.labels, one.boxes)[0])
                for one in annotating.read(rows, ids).values()]
    without = sum(not labels for _, labels in said)
    several = sum(kind == "single" and len(one.labels) > 1 for one, _ in said)
    return " ".join([*_lost(without, kind), *_first(several)])


def loaded(text: str | None) -> Kind:
    """The kind as a catalogue holds it in its settings, which is JSON."""
    return _known(json.loads(text) if text else None)


def _known(kind: object) -> Kind:
    return next((known for known in get_args(Kind) if known == kind), "single")


def _lost(photos: int, kind: Kind) -> list[str]:
    if not photos:
        return []
    has, needs = ("a label but no box", "boxes") if kind == "boxes" else ("boxes but no label of the whole picture",
                                                                        "labels")
    return [f"{counted(photos, 'photo')} with {has} will need {needs}. What was said of them is kept."]


def _first(photos: int) -> list[str]:
    several = f"Of {counted(photos, 'photo')} with several labels the first counts; the others are kept."
    return [several] if photos else []

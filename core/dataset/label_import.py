"""Labels and boxes from elsewhere: found to belong to photos, shown before they count, written as one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from core.dataset import annotating, cleaning, history, kinds, labels, vocabulary
from core.dataset.annotating import Annotation
from core.dataset.names import class_name, content_key, counted
from core.dataset.photos import photos
from core.exchange import formats
from core.exchange.matching import match
from core.exchange.types import Annotated, File, Reading, Remark, shown
from core.images.duplicates import original_first
from core.images.fitting import fit
from core.jobs import Progress
from core.limits import MAX_LABELS
from core.types import Box, Cleaned, Kind, Photo
from core.workspace import Project, open_project


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do; nothing is changed yet.

    `wanted` is what the source says of each photo that was found. `by_file_name` of them are known by that alone.
    Of these photos `other` have labels or boxes that would be replaced, `same` have just these already, and `out` are
    left out. `kind` is the one that a project needs to use all of it, None where this project does. `remarks` are
    about the source, `missing` about images that are no photos of the project.
    """

    source: str
    said: str
    wanted: Mapping[int, Annotation]
    by_file_name: int
    other: int
    same: int
    out: int
    new_labels: tuple[str, ...]
    known_labels: int
    kind: Kind | None
    remarks: tuple[Remark, ...]
    missing: tuple[Remark, ...]

    @property
    def too_many(self) -> bool:
        """Whether the project would have more labels than Rekognition takes."""
        return self.known_labels + len(self.new_labels) > MAX_LABELS


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import has done: how many photos it changed, what its step in the history is called, and the kind that
    the project had before, None where it has stayed the same.
    """

    photos: int
    step: str
    was: Kind | None = None


def read_files(progress: Progress, home: str, project: str, files: Sequence[File], separators: str = "") -> Preview:
    """Job: what files in any of the formats, or zips of them, would change. BadAnnotations when they hold no labels."""
    owner = open_project(home, project)
    progress.begin(0, "Reading the labels")
    known = [photo.name for photo in photos(owner)]
    chosen, reading = formats.read(files, known, separators)
    progress.check()
    return preview(owner, chosen.title, reading)


def preview(project: Project, source: str, reading: Reading) -> Preview:
    """What taking over the records of a reading would change; `source` is where they are from, in words."""
    listed = {photo.id: photo for photo in photos(project)}
    matched = match(reading.records, _names(project, listed.values()))
    remarks = list(reading.remarks)
    wanted = {number: _annotation(record, listed[number], remarks) for number, record in matched.found.items()}
    wanted = {number: said for number, said in wanted.items() if said.labels or said.boxes}
    now = _now(project, wanted)
    states = Counter(_state(now[number], said) for number, said in wanted.items())
    names = dict.fromkeys(name for said in wanted.values() for name in _named(said))
    known = vocabulary.listed(project)
    return Preview(
        source=source, said=formats.said(reading.records), wanted=wanted,
        by_file_name=len(wanted.keys() & set(matched.by_file_name)), other=states["other"], same=states["same"],
        out=sum(listed[number].excluded for number in wanted),
        new_labels=tuple(name for name in names if name not in known), known_labels=len(known),
        kind=_needed(kinds.kind_of(project), wanted.values()), remarks=tuple(remarks), missing=matched.missing)


def take_over(
    progress: Progress, home: str, project: str, found: Preview, replacing: bool = True, becoming: Kind | None = None
) -> Taken:
    """Job: write what a preview has shown, as one step that undo takes back.

    Without `replacing`, labels and boxes that a photo has stay, and only what it lacks is added. `becoming` makes the
    project one of another kind. Photos that are left out stay so.
    """
    owner = open_project(home, project)
    progress.begin(0, "Writing the labels")
    now = _now(owner, found.wanted)
    merged = {number: _merged(now[number], said, replacing) for number, said in found.wanted.items() if number in now}
    step = f"Imported from {found.source}"
    changed = labels.annotate(owner, step, merged)
    was = kinds.kind_of(owner)
    if becoming:
        kinds.choose(owner, becoming)
    if changed:
        owner.note("label", f"{counted(changed, 'photo')} labelled by import: {found.source}, {found.said}")
    return Taken(changed, step, was if becoming and becoming != was else None)


def take_back(project: Project, done: Taken) -> None:
    """Undo an import that is the last step, and its change of the project's kind."""
    if is_last(project, done):
        history.undo(project)
        if done.was:
            kinds.choose(project, done.was)


def is_last(project: Project, done: Taken) -> bool:
    """Whether the import is what undo would take back."""
    last = history.last(project)
    return done.photos > 0 and last is not None and last.what == done.step


def _names(project: Project, listed: Collection[Photo]) -> dict[int, tuple[str, ...]]:
    """What each photo may be called: its name, its path or URI, and the key of its picture in S3, cleaned or not.

    A key belongs to one photo, the one that was sent, also where others are the same picture.
    """
    copies = {copy.photo_id: copy for copy in cleaning.results(project)}
    names: dict[int, tuple[str, ...]] = {photo.id: (photo.name, photo.path) for photo in listed}
    owners: dict[str, int] = {}
    for photo in sorted(listed, key=lambda photo: original_first(photo.name)):
        for key in _keys(photo, copies.get(photo.id)):
            owners.setdefault(key, photo.id)
    for key, number in owners.items():
        names[number] = (*names[number], key)
    return names


def _keys(photo: Photo, copy: Cleaned | None) -> list[str]:
    keys = []
    if photo.facts:
        keys.append(content_key(photo.facts.sha256, photo.name, photo.facts.format))
    if copy and copy.path:
        suffix = PurePosixPath(copy.path).suffix.lower()
        keys.append(content_key(copy.sha256, photo.name, "PNG" if suffix == ".png" else "JPEG"))
    return keys


def _annotation(record: Annotated, photo: Photo, remarks: list[Remark]) -> Annotation:
    """What a record says of its photo, in the project's own words and the photo's own pixels."""
    fitted, faults = _fitted(record, photo)
    remarks += [Remark(shown(record.image), fault) for fault in faults]
    boxes = tuple(replace(box, label=name) for box in fitted if (name := class_name(box.label)))
    return Annotation(tuple(dict.fromkeys(name for label in record.labels if (name := class_name(label)))), boxes)


def _fitted(record: Annotated, photo: Photo) -> tuple[list[Box], list[str]]:
    if not record.boxes:
        return [], []
    if photo.facts is None:
        return [], ["its boxes are not taken over: the photo can not be read, so that its size is unknown"]
    return fit(record.boxes, record.size, photo.facts)


def _now(project: Project, ids: Iterable[int]) -> dict[int, Annotation]:
    with project.reading() as rows:
        return annotating.read(rows, ids)


def _state(now: Annotation, said: Annotation) -> str:
    """ "same", "other" where something would be replaced, or "new"."""
    pairs = [(before, after) for before, after in ((now.labels, said.labels), (now.boxes, said.boxes)) if after]
    if all(before == after for before, after in pairs):
        return "same"
    return "other" if any(before and before != after for before, after in pairs) else "new"


def _merged(now: Annotation, said: Annotation, replacing: bool) -> Annotation:
    """What a photo has afterwards. A source that says nothing of its boxes, or of its labels, takes none away."""
    keeps_labels, keeps_boxes = (
        not after or (bool(before) and not replacing)
        for before, after in ((now.labels, said.labels), (now.boxes, said.boxes)))
    return Annotation(now.labels if keeps_labels else said.labels, now.boxes if keeps_boxes else said.boxes, now.out)


def _named(said: Annotation) -> list[str]:
    return [*said.labels, *(box.label for box in said.boxes)]


def _needed(kind: Kind, wanted: Iterable[Annotation]) -> Kind | None:
    """The kind of project that uses what was found, None where it is this one."""
    listed = list(wanted)
    if any(said.boxes for said in listed):
        needed: Kind = "boxes"
    else:
        needed = "multi" if kind == "multi" or any(len(said.labels) > 1 for said in listed) else "single"
    return needed if listed and needed != kind else None

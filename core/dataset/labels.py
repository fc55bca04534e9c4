"""Labels: given by hand or by folder, on disk before a call returns, each call a step of the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from core.dataset import annotating, vocabulary
from core.dataset.annotating import Annotation
from core.dataset.names import counted
from core.types import Photo
from core.workspace import Project


@dataclass(frozen=True, slots=True)
class Tally:
    """How far labelling has come. Photos that are excluded do not count."""

    labelled: int
    total: int

    @property
    def to_go(self) -> int:
        return self.total - self.labelled


def assign(project: Project, photo_ids: Iterable[int], label: str | None) -> int:
    """Give photos this label and no other, or take all away with None; one step. Gives how many that changed.

    A photo that was left out and gets a label is taken in again.
    """
    with project.catalogue() as rows:
        name = None if label is None else vocabulary.ensure(rows, label)
        return annotating.record(rows, f"Labelled {name}" if name else "Took the label away", {
            number: replace(said, labels=(name,) if name else (), out=said.out and name is None)
            for number, said in annotating.read(rows, photo_ids).items()})


def add(project: Project, photo_ids: Iterable[int], label: str) -> int:
    """Give photos this label besides those that they have; one step. Gives how many that changed."""
    with project.catalogue() as rows:
        name = vocabulary.ensure(rows, label)
        return annotating.record(rows, f"Labelled {name}", {
            number: replace(said, labels=tuple(dict.fromkeys((*said.labels, name))), out=False)
            for number, said in annotating.read(rows, photo_ids).items()})


def take(project: Project, photo_ids: Iterable[int], label: str) -> int:
    """Take this label away from photos, which keep their others; one step. Gives how many that changed."""
    with project.catalogue() as rows:
        return annotating.record(rows, f"Took the label {label} away", {
            number: replace(said, labels=tuple(name for name in said.labels if name != label))
            for number, said in annotating.read(rows, photo_ids).items()})


def fill(project: Project, what: Callable[[int], str], wanted: Mapping[int, tuple[str, ...]]) -> int:
    """Give photos without a label these labels, each its own, as one step; gives how many got one.

    `what` names the step by that number. A photo that has a label by now, or was left out, keeps what it has.
    RekolabError where a label is no class any more.
    """
    with project.catalogue() as rows:
        vocabulary.must_be_among(annotating.read_classes(rows), [name for names in wanted.values() for name in names])
        bare = {number: said for number, said in annotating.read(rows, wanted).items()
                if not said.labels and not said.out}
        return annotating.record(rows, what(len(bare)), {
            number: replace(said, labels=wanted[number]) for number, said in bare.items()})


def annotate(project: Project, what: str, wanted: Mapping[int, Annotation]) -> int:
    """Make these the annotations of photos, as one step that is called `what`, such as an import.

    Classes that are new are added at the end. Gives how many photos that changed.
    """
    with project.catalogue() as rows:
        kept = _kept_names(lambda name: vocabulary.ensure(rows, name))
        return annotating.record(rows, what, {number: Annotation(
            tuple(dict.fromkeys(map(kept, said.labels))),
            tuple(replace(box, label=kept(box.label)) for box in said.boxes), said.out)
            for number, said in wanted.items()})


def leave_out(project: Project, photo_ids: Iterable[int], out: bool = True) -> int:
    """Keep photos out of everything that follows, or take them in again; one step. Gives how many that changed.

    Nothing is deleted, and a photo keeps its labels while it is out.
    """
    with project.catalogue() as rows:
        return annotating.record(rows, "Left out" if out else "Took in again", {
            number: replace(said, out=out) for number, said in annotating.read(rows, photo_ids).items()})


def label_by_folder(project: Project, replacing: bool = False) -> int:
    """Label photos by the folders they came in, as one step; labels given before stay unless `replacing`."""
    with project.catalogue() as rows:
        folders: dict[int, str] = {row["id"]: row["folder_label"] for row in rows.execute(
            "SELECT id, folder_label FROM photo WHERE folder_label IS NOT NULL AND NOT excluded ORDER BY name")}
        said = annotating.read(rows, folders)
        wanted = {number: folder for number, folder in folders.items() if replacing or not said[number].labels}
        kept = {name: vocabulary.ensure(rows, name) for name in dict.fromkeys(wanted.values())}
        changed = annotating.record(rows, "Labelled by folder", {
            number: replace(said[number], labels=(kept[folder],)) for number, folder in wanted.items()})
    if changed:
        project.note("label", f"{counted(changed, 'photo')} labelled by folder: {', '.join(kept.values())}")
    return changed


def counts(photos: Iterable[Photo], names: Iterable[str]) -> dict[str, int]:
    """Photos by label, every class of `names` in its order, also those without a photo."""
    tally = dict.fromkeys(names, 0)
    for photo in photos:
        for label in () if photo.excluded else photo.labels:
            tally[label] = tally.get(label, 0) + 1
    return tally


def tally(photos: Iterable[Photo]) -> Tally:
    """How many photos have a label, of how many."""
    kept = [photo for photo in photos if not photo.excluded]
    return Tally(sum(bool(photo.labels) for photo in kept), len(kept))


def _kept_names(ensure: Callable[[str], str]) -> Callable[[str], str]:
    """As `ensure`, which is asked once for each name."""
    known: dict[str, str] = {}

    def kept(name: str) -> str:
        if name not in known:
            known[name] = ensure(name)
        return known[name]

    return kept

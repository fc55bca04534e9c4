"""What the model was trained on, as a photo is compared with it: embeddings and measures, by content, made once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np

from core.compute import each
from core.dataset import batches, likeness, places
from core.dataset.names import counted
from core.dataset.remembering import remembered
from core.errors import BadImage
from core.evaluation import photosets, runs
from core.explanation import nearness
from core.images import reading, subjects, thumbnails
from core.images.embedding import embed
from core.images.likeness import Floats
from core.images.pixels import fitted
from core.images.subjects import Measures
from core.jobs import Progress
from core.limits import TRAINING_SIDE
from core.types import Facts, Photo
from core.workspace import Project, open_project

MOST = 500  # training photos whose distances to all others say what is usual; more change nothing that can be seen

_NONE = Measures(0, 0, 0, 0, 0, 0, 0)  # kept for a photo that can't be read any more


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The n training photos that can be compared with: embeddings (n, 1280), measures, and their own distances."""

    photos: tuple[Photo, ...]
    rows: Floats
    measures: tuple[Measures, ...]
    distances: Floats

    @property
    def labelled(self) -> list[tuple[str | None, Measures]]:
        """(label, measures) of each photo."""
        return [(photo.label, one) for photo, one in zip(self.photos, self.measures, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one look at a photo gives: the hash of its file, its embedding (1280), its measures, its size in pixels."""

    sha256: str
    row: Floats
    measures: Measures
    size: tuple[int, int]


def compare_trained(progress: Progress, home: str, project: str) -> int:
    """Job: embed and measure the training photos that have not been; gives how many that were."""
    owner = open_project(home, project)
    listed = _compared_with(owner)
    likeness.embed_new(progress, owner, listed)
    waiting = _unmeasured(owner, listed)
    progress.begin(len(waiting), "Measuring what the model was trained on")
    batches.written(each(partial(_measured, owner), waiting, progress), partial(_keep, owner))
    if waiting:
        owner.note("evaluate", f"Measured {counted(len(waiting), 'training photo')} to compare mistakes with")
    return len(waiting)


def pending(project: Project) -> int:
    """How many training photos have yet to be compared with."""
    return remembered(project, "explanation.pending", partial(_pending, project))


def trained(project: Project, arn: str | None = None) -> Trained:
    """The photos that a model was trained with, of those that have been embedded and measured; else the split's."""
    return remembered(project, "explanation.trained", partial(_trained, project, arn), arn or "")


def look(data: bytes) -> Look:
    """Look at the file of a photo, which may be none of the project's; BadImage when it can't be read."""
    facts = reading.read_facts(data)
    # A copy as it is kept of training photos, because what a JPEG loses is measured too.
    small = reading.open_upright(thumbnails.preview(data, thumbnails.LONGEST), thumbnails.LONGEST)
    return Look(hashlib.sha256(data).hexdigest(), embed([small])[0], subjects.measure(small, seen_size(facts)),
                facts.upright_size)


def seen_size(facts: Facts) -> tuple[int, int]:
    """As many pixels of a photo as a training looks at."""
    return fitted(facts.upright_size, TRAINING_SIDE)


def _trained(project: Project, arn: str | None) -> Trained:
    listed = {photo.facts.sha256: photo for photo in photosets.training_photos(project, arn) if photo.facts}
    known = _measures(project, listed)
    hashes, rows = likeness.rows_of(project, [sha256 for sha256 in listed if sha256 in known])
    some = rows if len(rows) <= MOST else rows[np.linspace(0, len(rows) - 1, MOST).astype(int)]
    distances = nearness.left_out(some, rows) if len(rows) > 1 else np.empty(0, np.float32)
    return Trained(tuple(listed[one] for one in hashes), rows, tuple(known[one] for one in hashes), distances)


def _compared_with(project: Project) -> list[Photo]:
    """What would be trained with now, and what the models have learned from that were asked."""
    found = {photo.id: photo for arn in (None, *runs.asked(project))
             for photo in photosets.training_photos(project, arn)}
    return list(found.values())


def _pending(project: Project) -> int:
    listed = [photo for photo in _compared_with(project) if photo.facts and photo.fingerprint]
    waiting = {photo.facts.sha256 for photo in _unmeasured(project, listed) if photo.facts}
    with project.reading() as rows:
        embedded = {row["sha256"] for row in rows.execute("SELECT sha256 FROM embedding")}
    return len(waiting | {photo.facts.sha256 for photo in listed if photo.facts and photo.facts.sha256 not in embedded})


def _unmeasured(project: Project, listed: Sequence[Photo]) -> list[Photo]:
    with project.reading() as rows:
        known = {row["sha256"] for row in rows.execute("SELECT sha256 FROM measured WHERE version = ?",
                                                       (subjects.VERSION,))}
    different = {photo.facts.sha256: photo for photo in listed if photo.facts}
    return [photo for sha256, photo in different.items() if sha256 not in known]


def _measured(project: Project, photo: Photo) -> Measures:
    try:
        picture = reading.open_upright(_small(project, photo), thumbnails.LONGEST)
    except BadImage:
        return _NONE
    return subjects.measure(picture, seen_size(photo.facts) if photo.facts else picture.size)


def _small(project: Project, photo: Photo) -> bytes:
    kept = thumbnails.find(project.thumbnails, photo.facts.sha256) if photo.facts else None
    return kept or thumbnails.preview(places.source(project, photo.path), thumbnails.LONGEST)


def _keep(project: Project, found: Iterable[tuple[Photo, Measures]]) -> None:
    with project.catalogue() as rows:
        rows.executemany("INSERT OR REPLACE INTO measured VALUES (?, ?, ?)", [
            (photo.facts.sha256, subjects.VERSION, json.dumps(asdict(one))) for photo, one in found if photo.facts])


def _measures(project: Project, hashes: Iterable[str]) -> dict[str, Measures]:
    """What is known of contents, by hash; those that could not be read are left out."""
    wanted = set(hashes)
    with project.reading() as rows:
        found = rows.execute("SELECT sha256, measures FROM measured WHERE version = ?", (subjects.VERSION,)).fetchall()
    read = {row["sha256"]: json.loads(row["measures"]) for row in found if row["sha256"] in wanted}
    made = {sha256: Measures(**{**one, "subject": tuple(one["subject"]), "ground": tuple(one["ground"])})
            for sha256, one in read.items()}
    return {sha256: one for sha256, one in made.items() if one != _NONE}

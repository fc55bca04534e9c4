"""Which photos of a project look alike: embedded once by content, compared by a job, read by the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from core.compute import each, workers
from core.dataset import batches, likeness_file, photos, places
from core.dataset.likeness_file import Kept
from core.dataset.names import counted
from core.dataset.remembering import remembered
from core.errors import BadImage
from core.images import duplicates, likeness, reading, thumbnails
from core.images.embedding import SIZE, embed
from core.images.likeness import Floats, Likeness, class_scores, outlier_scores
from core.images.mapping import drawn
from core.jobs import Progress
from core.types import Photo
from core.workspace import Project, open_project

__all__ = ["Likeness", "class_scores", "compare", "embed_contents", "embed_new", "embeddings", "more_like",
           "nearest_of", "outlier_scores", "pending", "read", "rows_of"]

_AT_ONCE = 64  # embeddings that a crash may lose, half a second of work
_NO_ROW = b""  # kept in place of the embedding of a picture that cannot be read any more


def compare(progress: Progress, home: str, project: str) -> int:
    """Job: embed the photos that are new, then find which of all are alike; gives how many were new."""
    owner = open_project(home, project)
    contents = _contents(photos.photos(owner))
    new = embed_new(progress, owner, contents.values())
    likeness_file.write(owner, _compared(owner, contents, progress))
    if new:
        owner.note("browse", f"Compared {counted(new, 'new photo')} with all others")
    return new


def embed_new(progress: Progress, project: Project, listed: Iterable[Photo]) -> int:
    """Embed the contents of photos, which may be none of the project's, that are new; gives how many were.

    What is embedded stays when the job is cut off, and is not done again.
    """
    known = _embedded(project)
    waiting = [photo for sha256, photo in _contents(listed).items() if sha256 not in known]
    progress.begin(len(waiting), "Seeing what the photos show")
    pictures = ((photo, _small(project, photo)) for photo in waiting)
    batches.written(each(_embed, pictures, progress), partial(_keep, project), _AT_ONCE)
    return len(waiting)


def embed_contents(progress: Progress, project: Project, pictures: Mapping[str, Callable[[], Path | bytes]]) -> int:
    """Part of a job: embed pictures that are no photos of the project, by their hashes; gives how many were new.

    Each is looked at only when its turn comes, and made from its thumbnail where there is one.
    """
    known = _embedded(project)
    waiting = {sha256: found for sha256, found in pictures.items() if sha256 not in known}
    progress.begin(len(waiting), "Seeing what the photos show")
    done = each(partial(_embed_content, project), waiting.items(), progress, threads=workers())
    batches.written(((sha256, row) for (sha256, _), row in done), partial(_keep_rows, project), _AT_ONCE)
    return len(waiting)


def embeddings(progress: Progress, project: Project, listed: Iterable[Photo]) -> tuple[list[Photo], Floats]:
    """Part of a job: embed those of the photos that are new; gives the photos of different content that have one.

    The embeddings have a row for each, (n, 1280). A photo that can't be read any more is not among them.
    """
    contents = _contents(listed)
    embed_new(progress, project, contents.values())
    hashes, rows = rows_of(project, contents)
    return [contents[sha256] for sha256 in hashes], rows


def pending(project: Project) -> int:
    """How many photos that can be compared have not been."""
    return remembered(project, "likeness.pending", partial(_pending, project), likeness_file.stamp(project))


def read(project: Project) -> Likeness | None:
    """What `compare` found last, of the photos that are still there; None before it has run."""
    return remembered(project, "likeness", partial(_read, project), likeness_file.stamp(project))


def more_like(project: Project, photo_ids: Sequence[int], count: int) -> list[int]:
    """The ids of the photos most like one or several, which are left out themselves; most alike first."""
    found = read(project)
    return likeness.most_like(found, photo_ids, count) if found else []


def nearest_of(found: Likeness, photo_id: int) -> list[int]:
    """The ids of the photos most like one photo, nearest first."""
    return found.neighbours[found.ids == photo_id].reshape(-1).tolist()


def _pending(project: Project) -> int:
    kept = likeness_file.load(project)
    known = {*kept.hashes.tolist(), *kept.unreadable.tolist()} if kept else set()
    return sum(photo.facts.sha256 not in known for photo in photos.photos(project)
               if photo.facts and photo.fingerprint)


def _read(project: Project) -> Likeness | None:
    kept = likeness_file.load(project)
    return likeness_file.of_photos(kept, photos.photos(project)) if kept else None


def _contents(listed: Iterable[Photo]) -> dict[str, Photo]:
    """A photo for each content that can be compared, by its hash."""
    return {photo.facts.sha256: photo for photo in listed if photo.facts and photo.fingerprint}


def _embedded(project: Project) -> set[str]:
    with project.reading() as rows:
        return {row["sha256"] for row in rows.execute("SELECT sha256 FROM embedding")}


def _small(project: Project, photo: Photo) -> bytes:
    """A photo's thumbnail, or what one would be made of; nothing when the photo can't be read any more."""
    kept = thumbnails.find(project.thumbnails, photo.facts.sha256) if photo.facts else None
    try:
        return kept or thumbnails.preview(places.source(project, photo.path), thumbnails.LONGEST)
    except BadImage:
        return b""


def _embed(item: tuple[Photo, bytes]) -> bytes:
    """The embedding of a photo's thumbnail as the catalogue has it, in half precision; it can be made anywhere."""
    try:
        picture = reading.open_upright(item[1], thumbnails.LONGEST)
    except BadImage:
        return _NO_ROW
    return embed([picture]).astype(np.float16).tobytes()


def _embed_content(project: Project, item: tuple[str, Callable[[], Path | bytes]]) -> bytes:
    try:
        picture = thumbnails.find(project.thumbnails, item[0]) or thumbnails.preview(item[1](), thumbnails.LONGEST)
        return embed([reading.open_upright(picture, thumbnails.LONGEST)]).astype(np.float16).tobytes()
    except BadImage:
        return _NO_ROW


def _keep(project: Project, found: Sequence[tuple[tuple[Photo, bytes], bytes]]) -> None:
    _keep_rows(project, [(photo.facts.sha256, row) for (photo, _), row in found if photo.facts])


def _keep_rows(project: Project, found: Sequence[tuple[str, bytes]]) -> None:
    with project.catalogue() as rows:
        rows.executemany("INSERT OR REPLACE INTO embedding VALUES (?, ?)", found)


def rows_of(project: Project, hashes: Iterable[str]) -> tuple[list[str], Floats]:
    """The contents that have an embedding, in the order given, and their embeddings (n, 1280)."""
    with project.reading() as rows:
        there = {row["sha256"] for row in rows.execute("SELECT sha256 FROM embedding WHERE row <> ?", (_NO_ROW,))}
        known = [sha256 for sha256 in hashes if sha256 in there]
        place = {sha256: number for number, sha256 in enumerate(known)}
        found = np.empty((len(known), *SIZE), np.float32)
        for row in rows.execute("SELECT sha256, row FROM embedding"):
            if row["sha256"] in place:
                found[place[row["sha256"]]] = np.frombuffer(row["row"], np.float16)
    return known, found


def _compared(project: Project, contents: Mapping[str, Photo], progress: Progress) -> Kept:
    """Everything that follows from all embeddings and fingerprints together."""
    hashes, rows = rows_of(project, contents)
    unreadable = sorted(contents.keys() - set(hashes))
    with threadpool_limits(1):  # the blocks share the processors; threads below them would only wait for each other
        small, levels = likeness.reduced(rows), likeness.reduced(likeness.levelled(rows))
        neighbours, similarities = _neighbours(rows, progress)
        progress.say("Drawing the map")
        points = drawn(small, neighbours, similarities)
    twins = duplicates.alike(tuple(contents[sha256].fingerprint or "" for sha256 in hashes), progress)
    return Kept(np.array(hashes, "U64"), neighbours, similarities, points, small, levels, twins.numbers, twins.mirrored,
                np.array(unreadable, "U64"))


def _neighbours(rows: Floats, progress: Progress) -> likeness.Block:
    starts = range(0, len(rows), likeness.BLOCK)
    progress.begin(len(starts), "Finding what looks alike")
    blocks = dict(each(partial(likeness.nearest, rows), starts, progress, threads=workers()))
    return likeness.stacked(blocks[start] for start in starts)

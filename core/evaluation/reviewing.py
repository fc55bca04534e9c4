"""The review queue: photos that a model was asked about and nobody has labelled, the most useful to look at first.

A photo is known by its content, so that it waits once however often it was asked about, and is added to the dataset
once. What is confirmed or corrected there becomes a photo of the project with that label; its original is kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from core.dataset import archives, history, kinds, labels, photos, places
from core.dataset.names import key_name
from core.dataset.remembering import remembered
from core.errors import BadImage, NotReady
from core.evaluation import threshold_sets
from core.evaluation.thresholds import decide, is_close, margin
from core.files import room_needed, write_atomically
from core.types import UNKNOWN, Prediction, Score
from core.workspace import Project, now

Why = Literal["unknown", "close", "far", "sure"]

ADDED = "reviewed"  # the folder of the project's originals that reviewed photos go to
UNDOABLE = 50  # photos that came from a browser and were settled, whose files are kept for undo

_NEW = ("INSERT INTO review (sha256, name, path, arn, thresholds, scores, at) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (sha256) DO UPDATE SET arn = excluded.arn, thresholds = excluded.thresholds, "
        "scores = excluded.scores, at = excluded.at, path = excluded.path WHERE settled IS NULL")
# Neither reviewed, nor labelled or left out as a photo of the project meanwhile.
_LABELLED = ("SELECT sha256 FROM photo LEFT JOIN annotation ON photo_id = photo.id "
             "WHERE sha256 IS NOT NULL AND (labels IS NOT NULL OR excluded)")
_OPEN = f"FROM review WHERE settled IS NULL AND sha256 NOT IN ({_LABELLED})"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A photo that waits, and why it stands where it does. `margin`: points by which its answer could be another,
    100 where no label came back."""

    prediction: Prediction
    arn: str
    thresholds: Mapping[str, float]
    margin: float
    why: Why = "sure"


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done with a photo: its label, or None where it does not go into the dataset."""

    name: str
    sha256: str
    label: str | None
    photo_id: int | None = None
    known: bool = False  # whether its content was in the dataset before


def queue(project: Project, arn: str, thresholds: Mapping[str, float], asked: Iterable[Prediction]) -> int:
    """Let photos wait for a review; gives how many are new. Those that have a label, or no answer, need none.

    A photo that waits already has the new answer; one that was reviewed does not wait again.
    """
    wanted = [one for one in asked if one.truth is None and one.error is None and one.sha256]
    if not wanted:
        return 0
    with project.catalogue() as rows:
        before = rows.execute("SELECT COUNT(*) FROM review").fetchone()[0]
        labelled = {row["sha256"] for row in rows.execute(_LABELLED)}
        rows.executemany(_NEW, [
            (one.sha256, one.name, one.path, arn, json.dumps(dict(thresholds)),
             json.dumps([(score.label, score.confidence) for score in one.scores]), now().isoformat())
            for one in wanted if one.sha256 not in labelled])
        return int(rows.execute("SELECT COUNT(*) FROM review").fetchone()[0]) - int(before)


def is_wanted(project: Project, sha256: str) -> bool:
    """Whether a photo of that content would wait: it was not reviewed, and has no label in the dataset."""
    with project.reading() as rows:
        return rows.execute(
            f"SELECT 1 FROM review WHERE sha256 = ? AND settled IS NOT NULL UNION ALL "  # noqa: S608
            f"SELECT 1 WHERE ? IN ({_LABELLED}) LIMIT 1", (sha256, sha256)).fetchone() is None


def keep_file(project: Project, name: str, data: bytes) -> Path:
    """Keep a photo that came from a browser until it is reviewed; gives where it lies."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = project.review / f"{sha256[:24]} {key_name(name)}"
    if not path.is_file():
        with room_needed("The photo is not kept for the review."):
            write_atomically(path, data)
    return path


def count(project: Project) -> int:
    """How many photos wait."""
    with project.reading() as rows:
        return int(rows.execute(f"SELECT COUNT(*) {_OPEN}").fetchone()[0])


def waiting(project: Project, far: Collection[str] = ()) -> list[Waiting]:
    """The photos that wait, the most useful first; `far` are the hashes of those unlike all training photos.

    Unknown ones come first, then close answers, then those that are far, then the others, each by its margin.
    """
    return ordered(remembered(project, "review", partial(_waiting, project)), far)


def ordered(found: Iterable[Waiting], far: Collection[str] = ()) -> list[Waiting]:
    ranks: dict[Why, int] = {"unknown": 0, "close": 1, "far": 2, "sure": 3}
    named = [Waiting(one.prediction, one.arn, one.thresholds, one.margin, _why(one, far)) for one in found]
    return sorted(named, key=lambda one: (ranks[one.why], one.margin, one.prediction.name))


def settle(project: Project, sha256: str, label: str | None) -> Settled:
    """Add a photo that waits to the dataset with this label, or let it go with None. NotReady when it can not be.

    A content that the dataset has already is labelled there, and not added again.
    """
    row = _row(project, sha256)
    if label is None:
        done = Settled(row["name"], sha256, None)
    else:
        known = _photo_of(project, sha256)
        number = _added(project, row) if known is None else known
        (labels.add if kinds.kind_of(project) == "multi" else labels.assign)(project, [number], label)
        done = Settled(row["name"], sha256, label, number, known is not None)
    with project.catalogue() as rows:
        rows.execute(
            "UPDATE review SET settled = (SELECT COALESCE(MAX(settled), 0) + 1 FROM review), label = ?, photo_id = ?, "
            "added = ? WHERE sha256 = ?",
            (label, done.photo_id, done.photo_id is not None and not done.known, sha256))
    _let_go(project)
    return done


def undo(project: Project) -> Settled | None:
    """Let the photo that was settled last wait again, as if nothing had been said; None when there is none."""
    with project.reading() as rows:
        row = rows.execute("SELECT * FROM review WHERE settled IS NOT NULL ORDER BY settled DESC LIMIT 1").fetchone()
    if row is None:
        return None
    if row["photo_id"] is not None:
        _take_back(project, row)
    with project.catalogue() as rows:
        rows.execute("UPDATE review SET settled = NULL, label = NULL, photo_id = NULL, added = 0 WHERE sha256 = ?",
                     (row["sha256"],))
    return Settled(row["name"], row["sha256"], row["label"], row["photo_id"], not row["added"])


def can_undo(project: Project) -> bool:
    with project.reading() as rows:
        return rows.execute("SELECT 1 FROM review WHERE settled IS NOT NULL LIMIT 1").fetchone() is not None


def _waiting(project: Project) -> list[Waiting]:
    with project.reading() as rows:
        found = rows.execute(f"SELECT * {_OPEN}").fetchall()
    return [_read(project, row) for row in found]


def _read(project: Project, row: Any) -> Waiting:
    scores = tuple(Score(label, confidence) for label, confidence in json.loads(row["scores"]))
    cuts = threshold_sets.in_force(project, json.loads(row["thresholds"]))
    answer, confidence = decide(scores, cuts)
    made = Prediction(row["name"], row["path"], None, scores, answer, confidence, sha256=row["sha256"])
    left = margin(made, cuts)
    return Waiting(made, row["arn"], cuts, 100.0 if left is None else left)


def _why(one: Waiting, far: Collection[str]) -> Why:
    if one.prediction.answer == UNKNOWN:
        return "unknown"
    if is_close(one.prediction, one.thresholds):
        return "close"
    return "far" if one.prediction.sha256 in far else "sure"


def _row(project: Project, sha256: str) -> Any:
    with project.reading() as rows:
        row = rows.execute("SELECT * FROM review WHERE sha256 = ? AND settled IS NULL", (sha256,)).fetchone()
    if row is None:
        raise NotReady("This photo was reviewed meanwhile, as in another tab.")
    return row


def _photo_of(project: Project, sha256: str) -> int | None:
    with project.reading() as rows:
        row = rows.execute("SELECT id FROM photo WHERE sha256 = ? ORDER BY id LIMIT 1", (sha256,)).fetchone()
    return None if row is None else int(row["id"])


def _added(project: Project, row: Any) -> int:
    """Keep the photo's own bytes among the project's originals, and catalogue it; gives its number."""
    try:
        data = places.read_bytes(project, row["path"])
    except OSError as error:
        raise BadImage(f"{row['name']} can not be read any more: {error.strerror or error}.") from error
    if hashlib.sha256(data).hexdigest() != row["sha256"]:
        raise NotReady(f"{row['name']} was changed after the model was asked about it. Ask about it again.")
    name = PurePosixPath(row["name"].replace("\\", "/")).name
    with room_needed("The photo still waits for its review."):
        file = archives.keep_one(name if name not in ("", "..") else key_name(name), data, project.originals / ADDED)
    photos.add(project, [file])
    with project.catalogue() as rows:  # its hash is known, and no second photo of that content is added before a scan
        rows.execute("UPDATE photo SET sha256 = ? WHERE path = ?", (row["sha256"], str(file.path)))
        return int(rows.execute("SELECT id FROM photo WHERE path = ?", (str(file.path),)).fetchone()["id"])


def _take_back(project: Project, row: Any) -> None:
    """Take the label away, by the history where that was its last step, and the photo, where it was added."""
    if not history.undo_about(project, row["photo_id"]):
        labels.take(project, [row["photo_id"]], row["label"])
    if row["added"]:
        with project.catalogue() as rows:
            found = rows.execute("SELECT path FROM photo WHERE id = ?", (row["photo_id"],)).fetchone()
            rows.execute("DELETE FROM photo WHERE id = ?", (row["photo_id"],))
        if found and Path(found["path"]).is_relative_to(project.originals / ADDED):
            Path(found["path"]).unlink(missing_ok=True)


def _let_go(project: Project) -> None:
    """Remove the files of photos that came from a browser and were settled too long ago to be taken back."""
    with project.reading() as rows:
        old = rows.execute("SELECT path FROM review WHERE settled IS NOT NULL ORDER BY settled DESC LIMIT -1 OFFSET ?",
                           (UNDOABLE,)).fetchall()
    for row in old:
        if not places.in_s3(row["path"]) and Path(row["path"]).parent == project.review:
            Path(row["path"]).unlink(missing_ok=True)

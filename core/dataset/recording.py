"""A project's dataset as JSON values, and back, so that its split and manifests can be made again from these alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any

from core.dataset import cleaning, history, kinds, manifests, photos, split, trainable, twins
from core.dataset.manifests import Built
from core.dataset.split import Side, Split
from core.images.cleaning import Recipe
from core.images.duplicates import Duplicates
from core.types import Box, Cleaned, Facts, Kind, Photo, Problem
from core.workspace import Project

_FACTS = ("sha256", "width", "height", "channels", "mode", "format", "bytes", "orientation", "frames")


@dataclass(frozen=True, slots=True)
class Labelling:
    """What labels, boxes and split follow from: the kind of project, when each photo was labelled (by id), the groups
    of photos that are the same, and those that somebody put on a side. `names` are the labels of boxes, else None.
    """

    kind: Kind = "single"
    given: Mapping[int, dt.datetime] = field(default_factory=dict)
    groups: tuple[Duplicates, ...] = ()
    by_hand: Mapping[int, Side] = field(default_factory=dict)
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Dataset:
    """Photos with their labels, and their copies. What was read back knows no paths: a photo's is empty, and a copy's
    is the name of its file."""

    photos: tuple[Photo, ...]
    copies: tuple[Cleaned, ...]
    recipe: Recipe
    labelling: Labelling


def labelling(project: Project) -> Labelling:
    """How the project is labelled now."""
    names = manifests.box_names(project, trainable.trainable(project))
    return Labelling(kinds.kind_of(project), history.given(project), twins.groups(project), split.by_hand(project),
                     None if names is None else tuple(names))


def current(project: Project) -> Dataset:
    """The project's dataset as it is now."""
    return Dataset(tuple(photos.photos(project)), tuple(cleaning.results(project)), cleaning.recipe_of(project),
                   labelling(project))


def dump(told: Dataset, built: Built | None, undivided: bool = False) -> dict[str, Any]:
    """The dataset, and split and manifests that were made of it, as JSON values; photos are named as in the project.

    `undivided`: all photos are learned from, but those that a test manifest names which was made elsewhere.
    """
    names = {photo.id: photo.name for photo in told.photos}
    return {
        "kind": told.labelling.kind,
        "photos": [_photo(photo, told.labelling) for photo in told.photos],
        "same": [{"kind": group.kind, "photos": list(group.ids), "mirrored": list(group.mirrored)}
                 for group in told.labelling.groups],
        "cleaning": {"recipe": asdict(told.recipe),
                     "copies": [_copy(copy, names) for copy in told.copies if copy.photo_id in names]},
        "split": _split(built, told.labelling) | ({"undivided": True} if undivided else {}) if built else None,
        "manifests": _manifests(built, told.labelling) if built else None,
    }


def read(raw: Mapping[str, Any]) -> Dataset:
    """The dataset that was dumped so; KeyError, ValueError or TypeError where it was not."""
    moved = raw["split"]["by_hand"] if raw["split"] else {}
    by_hand: dict[int, Side] = {int(number): side for number, side in moved.items()}
    names = raw["manifests"]["names"] if raw["manifests"] else None
    return Dataset(
        tuple(_photo_of(row) for row in raw["photos"]),
        tuple(_copy_of(row) for row in raw["cleaning"]["copies"]),
        Recipe(**raw["cleaning"]["recipe"]),
        Labelling(
            raw.get("kind", "single"),
            {row["id"]: dt.datetime.fromisoformat(row["labelled"]) for row in raw["photos"] if row["labelled"]},
            tuple(Duplicates(row["kind"], tuple(row["photos"]), tuple(row["mirrored"])) for row in raw["same"]),
            by_hand, None if names is None else tuple(names)))


def build(told: Dataset, raw: Mapping[str, Any], bucket: str | None = None) -> Built | None:
    """Split and manifests made again, by the seed and for the bucket in `raw`, or for another bucket.

    None where the dump has none.
    """
    split_on, sent = raw["split"], raw["manifests"]
    if split_on is None or sent is None:
        return None
    chosen = trainable.choose(told.photos, told.copies)
    if split_on.get("undivided"):
        learned = set(split_on["train"])
        chosen = trainable.Trainable(tuple(one for one in chosen.entries if one.name in learned), chosen.left_out)
        sides = Split(tuple(sorted(chosen.labels)), ())
    else:
        sides = split.make(chosen.labels, told.labelling.groups, split_on["seed"], split_on["test_share"],
                           told.labelling.by_hand)
    return manifests.compose(bucket or sent["bucket"], sent["prefix"], chosen, sides, told.labelling.given,
                             told.labelling.names)


def comes_out(raw: Mapping[str, Any]) -> bool:
    """Whether the manifests of a dump are made again by what is in it, but a test manifest that was made elsewhere."""
    again, sent = build(read(raw), raw), raw["manifests"]
    if again is None or again.training != sent["training"]["text"]:
        return False
    return bool(raw["split"].get("undivided")) or again.testing == sent.get("testing", {"text": ""})["text"]


def _photo(photo: Photo, labels: Labelling) -> dict[str, Any]:
    facts, given = photo.facts, labels.given.get(photo.id)
    boxes = {"boxes": [asdict(box) for box in photo.boxes]} if photo.boxes else {}
    return {
        "id": photo.id, "name": photo.name,
        **({name: getattr(facts, name) for name in _FACTS} if facts else {"sha256": None}),
        "labels": list(photo.labels), **boxes, "labelled": given.isoformat() if given else None,
        "excluded": photo.excluded, "problems": [problem.code for problem in photo.problems]}


def _copy(copy: Cleaned, names: Mapping[int, str]) -> dict[str, Any]:
    if copy.path is None:
        return {"id": copy.photo_id, "photo": names[copy.photo_id], "left_out": copy.reason}
    return {"id": copy.photo_id, "photo": names[copy.photo_id], "file": PurePath(copy.path).name,
            "actions": list(copy.actions), "sha256": copy.sha256, "width": copy.width, "height": copy.height,
            "bytes": copy.bytes}


def _split(built: Built, labels: Labelling) -> dict[str, Any]:
    names = {entry.photo_id: entry.name for entry in built.pictures.values()}
    return {"seed": built.split.seed, "test_share": built.split.test_share,
            "by_hand": {str(photo_id): side for photo_id, side in labels.by_hand.items()},
            "train": [names[photo_id] for photo_id in built.split.train],
            "test": [names[photo_id] for photo_id in built.split.test]}


def _manifests(built: Built, labels: Labelling) -> dict[str, Any]:
    texts = {"training": built.training, "testing": built.testing}
    return {"bucket": built.bucket, "prefix": built.prefix,
            "names": None if labels.names is None else list(labels.names),
            **{side: {"text": text} for side, text in texts.items() if text}}


def _photo_of(row: Mapping[str, Any]) -> Photo:
    facts = Facts(**{name: row[name] for name in _FACTS}) if row["sha256"] else None
    return Photo(row["id"], row["name"], "", facts=facts, labels=tuple(row["labels"]),
                 boxes=tuple(Box(**box) for box in row.get("boxes", ())), excluded=row["excluded"],
                 problems=tuple(Problem(code, code) for code in row["problems"]))


def _copy_of(row: Mapping[str, Any]) -> Cleaned:
    if "left_out" in row:
        return Cleaned(row["id"], None, (), row["left_out"])
    return Cleaned(row["id"], row["file"], tuple(row["actions"]), None, row["width"], row["height"], row["bytes"],
                   row["sha256"])

"""Which photos train a model and which test it: by label, seeded, duplicates on one side, by hand where wanted."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from core.dataset import twins
from core.dataset.trainable import Trainable, trainable
from core.errors import RekolabError
from core.images.duplicates import Duplicates
from core.workspace import Project

Side = Literal["train", "test"]
Labelled = Mapping[int, tuple[str, ...]]  # the labels by photo id


@dataclass(frozen=True, slots=True)
class Split:
    """Photo ids on either side, in rising order, and the seed and share that the split follows from.

    `moved` are those that somebody has put where seed and share would not have them, with their duplicates.
    """

    train: tuple[int, ...]
    test: tuple[int, ...]
    seed: int = 1
    test_share: float = 0.2
    moved: tuple[int, ...] = ()

    def side_of(self, photo_id: int) -> Side:
        return "test" if photo_id in self.test else "train"

    def counts(self, labelled: Labelled) -> dict[str, tuple[int, int]]:
        """(training photos, test photos) by label, in the order of the labels."""
        train, test = (_counted(labelled, side) for side in (self.train, self.test))
        return {label: (train[label], test[label]) for label in sorted({*train, *test})}


@dataclass
class _Draft:
    """A split in the making: how many test photos each label wants and has, and how many it keeps for training."""

    labelled: Labelled
    wanted: Mapping[str, int]
    tested: set[tuple[int, ...]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.left = _counted(self.labelled, self.labelled)
        self.has: Counter[str] = Counter()

    def test(self, unit: tuple[int, ...]) -> None:
        self.tested.add(unit)
        self.has += self._share(unit)
        self.left.subtract(self._share(unit))

    def fits(self, unit: tuple[int, ...]) -> bool:
        """Whether no label of the unit would have more test photos than it wants."""
        return self.spares(unit) and all(
            self.has[label] + count <= self.wanted[label] for label, count in self._share(unit).items())

    def spares(self, unit: tuple[int, ...]) -> bool:
        """Whether every label of the unit would keep a photo to train with."""
        return all(self.left[label] > count for label, count in self._share(unit).items())

    def lacks(self, unit: tuple[int, ...]) -> bool:
        """Whether a label of the unit wants test photos and has none."""
        return any(self.wanted[label] and not self.has[label] for label in self._share(unit))

    def _share(self, unit: tuple[int, ...]) -> Counter[str]:
        return _counted(self.labelled, unit)


def make(
    labelled: Labelled,
    groups: Iterable[Duplicates],
    seed: int = 1,
    test_share: float = 0.2,
    placed: Mapping[int, Side] | None = None,
) -> Split:
    """Split photos by label, so that the same photos and seed always give the same split.

    Each label with two photos or more has about `test_share`, and at least one, on the test side, and at least one
    on the other. Duplicates stay together; a group that cannot be divided may leave a label without test photos.
    `placed` are photos that somebody put on a side by hand; they take their duplicates along, and move no others.
    """
    sets = units(labelled, groups)
    drawn = _drawn(labelled, sets, seed, test_share)
    by_hand = {unit: side for unit in sets if (side := _placed(unit, placed or {}))}
    tested = {unit for unit in sets if by_hand.get(unit, "test" if unit in drawn else "train") == "test"}
    test, moved = (tuple(sorted(chain.from_iterable(some))) for some in (tested, tested ^ drawn))
    return Split(tuple(sorted(set(labelled) - set(test))), test, seed, test_share, moved)


def units(photo_ids: Iterable[int], groups: Iterable[Duplicates]) -> list[tuple[int, ...]]:
    """These photos in the sets that must not be divided, which may be of one photo, in a fixed order."""
    home = {photo_id: {photo_id} for photo_id in photo_ids}
    for group in groups:
        merged = set().union(*(home[photo_id] for photo_id in group.ids if photo_id in home))
        home |= dict.fromkeys(merged, merged)
    return sorted({tuple(sorted(unit)) for unit in home.values()})


def _drawn(labelled: Labelled, sets: Iterable[tuple[int, ...]], seed: int, share: float) -> set[tuple[int, ...]]:
    """The units that seed and share put on the test side."""
    counts = _counted(labelled, labelled)
    draft = _Draft(labelled, {label: _test_count(count, share) for label, count in counts.items()})
    shuffled = _shuffled(sets, seed)
    for unit in shuffled:
        if draft.fits(unit):
            draft.test(unit)
    for unit in sorted(shuffled, key=len):  # for a label whose every group is larger than its share
        if unit not in draft.tested and draft.lacks(unit) and draft.spares(unit):
            draft.test(unit)
    return draft.tested


def _placed(unit: tuple[int, ...], placed: Mapping[int, Side]) -> Side | None:
    return next((placed[photo_id] for photo_id in unit if photo_id in placed), None)


def load(project: Project) -> Split:
    """The project's split of what can be trained now. It follows from labels, seed, share, and moves by hand."""
    return current(project, trainable(project))


def current(project: Project, chosen: Trainable) -> Split:
    """The project's split of these pictures."""
    return make(chosen.labels, twins.groups(project), placed=by_hand(project), **project.get("split", {}))


def by_hand(project: Project) -> dict[int, Side]:
    """The photos that somebody has put on a side."""
    with project.reading() as rows:
        return {row["photo_id"]: row["name"] for row in rows.execute("SELECT * FROM side ORDER BY photo_id")}


def choose(project: Project, seed: int, test_share: float = 0.2) -> None:
    """Split by another seed or share (0.05-0.5) from now on; moves by hand are forgotten."""
    if not 0.05 <= test_share <= 0.5:
        raise RekolabError("The test side takes between 5 % and 50 % of the photos.")
    project.set("split", {"seed": seed, "test_share": test_share})
    release(project)


def place(project: Project, photo_ids: Iterable[int], side: Side | None) -> int:
    """Put photos, and their duplicates with them, on a side by hand, or with None leave them to the split again.

    Gives how many that are.
    """
    listed = together(project, photo_ids)
    with project.catalogue() as rows:
        rows.executemany("DELETE FROM side WHERE photo_id = ?", [(photo_id,) for photo_id in listed])
        if side:
            rows.executemany("INSERT INTO side VALUES (?, ?)", [(photo_id, side) for photo_id in listed])
    return len(listed)


def release(project: Project) -> None:
    """Leave every photo to the split again."""
    with project.catalogue() as rows:
        rows.execute("DELETE FROM side")


def together(project: Project, photo_ids: Iterable[int]) -> list[int]:
    """These photos and all their duplicates, in rising order."""
    groups, wanted = twins.groups(project), set(photo_ids)
    known = wanted.union(*(group.ids for group in groups))
    return sorted(chain.from_iterable(unit for unit in units(known, groups) if not wanted.isdisjoint(unit)))


def _counted(labelled: Labelled, photo_ids: Iterable[int]) -> Counter[str]:
    """How many of these photos have each label."""
    return Counter(label for photo_id in photo_ids for label in labelled[photo_id])


def _shuffled(units: Iterable[tuple[int, ...]], seed: int) -> list[tuple[int, ...]]:
    """In an order that depends on nothing but the seed and each unit's own first photo, so that it is stable."""
    return sorted(units, key=lambda unit: hashlib.sha256(f"{seed}:{unit[0]}".encode()).digest())


def _test_count(count: int, share: float) -> int:
    """How many of a label's photos to test with: the share to the nearest whole number, but one of either side."""
    return 0 if count < 2 else min(max(1, round(count * share)), count - 1)

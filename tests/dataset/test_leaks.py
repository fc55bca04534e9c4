from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.dataset import labels, leaks, photos, split
from core.images.duplicates import Duplicates
from core.images.likeness import Likeness
from core.workspace import Project

COSINES = (0.1, 0.5, 0.7, 0.87, 0.93, 0.99)


def compared(cosines: np.ndarray) -> Likeness:
    """Photos with ids from 1 on, of which each is so alike to all others."""
    count = len(cosines)
    apart = np.where(np.eye(count, dtype=bool), -np.inf, cosines)
    order = np.argsort(-apart, axis=1)[:, : count - 1]
    known = {"ids": np.arange(1, count + 1), "neighbours": order + 1, "groups": (),
             "similarities": np.take_along_axis(cosines, order, axis=1)}
    return Likeness(**dict.fromkeys((field.name for field in fields(Likeness)), np.empty((count, 0))) | known)


@pytest.mark.parametrize(("usual", "limit"), [(0.3, 0.88), (0.62, 0.905), (0.96, 0.99)])
def test_a_pair_is_suspicious_when_it_is_four_times_nearer_than_usual(usual: float, limit: float) -> None:
    assert leaks.suspicious(usual) == pytest.approx(limit)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_each_pair_has_an_end_on_either_side_and_one_move_ends_them_all(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 14))
    upper = np.zeros((count, count), np.float32)
    for row, column in zip(*np.triu_indices(count, 1), strict=True):
        upper[row, column] = data.draw(st.sampled_from(COSINES))
    found, names = compared(upper + upper.T), dict.fromkeys(range(1, count + 1), ("a",))
    drawn = data.draw(st.lists(st.sets(st.integers(1, count), min_size=min(2, count), max_size=4), max_size=3))
    groups = [Duplicates("near", tuple(sorted(ids))) for ids in drawn]
    units, same = split.units(names, groups), {number: number for number in names}
    sides = split.make(names, groups, test_share=0.4)
    seen = leaks.between(found, same, units, sides)
    alike = {tuple(sorted((a, b))) for a in names for b in names
             if a < b and (upper + upper.T)[a - 1, b - 1] >= seen.limit
             and not any({a, b} <= set(unit) for unit in units)}
    test = set(sides.test)
    crossing = {number for pair in alike if len(test & set(pair)) == 1 for number in test & set(pair)}
    assert {pair.test for pair in seen.pairs} == crossing <= set(seen.to_train)
    assert all(pair.train in sides.train and tuple(sorted((pair.train, pair.test))) in alike for pair in seen.pairs)
    cured = split.make(names, groups, test_share=0.4, placed=dict.fromkeys(seen.to_train, "train"))
    assert leaks.between(found, same, units, cured).pairs == ()


def test_the_leaks_of_a_project_end_with_a_move_and_come_back_with_its_taking_back(
    pets: Project, alike: Callable[..., None]
) -> None:
    labels.label_by_folder(pets)
    assert leaks.leaks(pets) is None
    names = {photo.id: photo.name for photo in photos.photos(pets)}
    sides = split.load(pets)
    alike(pets, {names[sides.test[0]]: names[sides.train[3]]})
    found = leaks.leaks(pets)
    assert found
    (pair,) = found.pairs
    assert (pair.train, pair.test, pair.alike) == (sides.train[3], sides.test[0], pytest.approx(0.95, abs=0.001))
    assert found.usual == pytest.approx(0.5, abs=0.001)
    split.place(pets, found.to_train, "train")
    assert leaks.leaks(pets).pairs == ()
    split.release(pets)
    assert leaks.leaks(pets) == found


def test_a_copy_without_a_label_does_not_hide_the_leak_of_its_twin(
    project: Project, photo_folder: Callable[..., Path], take_in: Callable[[Path], object], alike: Callable[..., None]
) -> None:
    folder = photo_folder(cat=6)
    (folder / "cat/a.jpg").write_bytes((folder / "cat/cat6.jpg").read_bytes())
    take_in(folder)
    names = {photo.name: photo.id for photo in photos.photos(project)}
    labels.assign(project, [number for name, number in names.items() if name != "cat/a.jpg"], "cat")
    split.place(project, [names["cat/cat6.jpg"]], "train")
    split.place(project, [names["cat/cat1.jpg"]], "test")
    alike(project, {"cat/cat1.jpg": "cat/cat6.jpg"})
    assert [(pair.train, pair.test) for pair in leaks.leaks(project).pairs] == [
        (names["cat/cat6.jpg"], names["cat/cat1.jpg"])]

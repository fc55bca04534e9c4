from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.dataset import labels, photos, split
from core.errors import RekolabError
from core.images.duplicates import Duplicates
from core.workspace import Project

FORTY = {number: ("cat",) if number <= 20 else ("dog",) for number in range(1, 41)}
SOME_LABELS = [("a",), ("b",), ("c",), ("a", "b"), ("b", "c")]


def test_a_fifth_of_each_label_is_on_the_test_side() -> None:
    made = split.make(FORTY, [])
    assert made.counts(FORTY) == {"cat": (16, 4), "dog": (16, 4)}
    assert sorted(made.train + made.test) == sorted(FORTY)


def test_the_same_seed_gives_the_same_split_in_any_order_and_another_seed_another() -> None:
    shuffled = list(FORTY.items())
    random.Random(3).shuffle(shuffled)
    assert split.make(dict(shuffled), []) == split.make(FORTY, [])
    assert split.make(FORTY, [], seed=2).test != split.make(FORTY, []).test


def test_a_photo_more_moves_hardly_any_other() -> None:
    before, after = set(split.make(FORTY, []).test), set(split.make(FORTY | {41: ("cat",)}, []).test)
    assert len(before ^ after) <= 2


def test_a_label_with_two_photos_has_one_on_either_side_and_one_with_one_only_trains() -> None:
    few = {1: ("cat",), 2: ("cat",), 3: ("dog",)}
    assert split.make(few, []).counts(few) == {"cat": (1, 1), "dog": (1, 0)}


def test_pairs_of_duplicates_are_divided_as_pairs() -> None:
    four = dict.fromkeys((1, 2, 3, 4), ("cat",))
    made = split.make(four, [Duplicates("near", (1, 2)), Duplicates("exact", (3, 4))])
    assert set(made.test) in ({1, 2}, {3, 4})


def test_a_photo_placed_by_hand_stays_there_with_its_duplicates() -> None:
    made = split.make(FORTY, [Duplicates("near", (1, 2, 3))], placed={2: "test", 4: "test", 5: "train"})
    assert {1, 2, 3, 4} <= set(made.test)
    assert made.side_of(5) == "train"


def test_a_move_by_hand_moves_nothing_else_and_is_counted_only_where_it_changes_something() -> None:
    drawn = split.make(FORTY, [])
    one, other = drawn.train[0], drawn.test[0]
    made = split.make(FORTY, [], placed={one: "test", other: "test"})
    assert set(made.test) - set(drawn.test) == {one}
    assert set(drawn.test) <= set(made.test)
    assert made.moved == (one,)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_group_is_ever_divided_and_no_label_ever_loses_its_training(data: st.DataObject) -> None:
    labelled = data.draw(st.dictionaries(st.integers(1, 60), st.sampled_from(SOME_LABELS), max_size=40))
    drawn = data.draw(st.lists(st.lists(st.integers(1, 60), min_size=2, max_size=6, unique=True), max_size=8))
    groups = [Duplicates("near", tuple(sorted(ids))) for ids in drawn]
    seed = data.draw(st.integers(0, 5))
    made = split.make(labelled, groups, seed=seed)
    assert set(made.train) | set(made.test) == set(labelled)
    assert not set(made.train) & set(made.test)
    assert whole(made, groups, labelled)
    counts = made.counts(labelled)
    assert all(train >= 1 for train, _ in counts.values())
    if not groups and all(len(names) == 1 for names in labelled.values()):
        assert all(test >= 1 for train, test in counts.values() if train + test >= 2)
    by_hand = data.draw(st.dictionaries(st.integers(1, 60), st.sampled_from(["train", "test"]), max_size=12))
    moved = split.make(labelled, groups, seed=seed, placed=by_hand)
    assert whole(moved, groups, labelled)
    touched = {number for unit in split.units(labelled, groups) if by_hand.keys() & set(unit) for number in unit}
    assert set(moved.moved) == set(made.test) ^ set(moved.test) <= touched


def whole(made: split.Split, groups: list[Duplicates], labelled: split.Labelled) -> bool:
    """Whether no group is on both sides."""
    return all(len({made.side_of(number) for number in group.ids if number in labelled}) <= 1 for group in groups)


def test_a_photo_takes_its_duplicates_along_wherever_they_were_put_before(
    project: Project, photo_folder: Callable[..., Path], take_in: Callable[[Path], object]
) -> None:
    folder = photo_folder(cat=5)
    Image.open(folder / "cat/cat1.jpg").resize((200, 150)).save(folder / "cat/small.jpg")
    take_in(folder)
    labels.label_by_folder(project)
    names = {photo.name: photo.id for photo in photos.photos(project)}
    pair = {names["cat/cat1.jpg"], names["cat/small.jpg"]}
    for side, one in (("test", min(pair)), ("train", max(pair)), ("test", max(pair))):
        assert split.place(project, [one], side) == 2
        assert pair <= set(getattr(split.load(project), side))
    split.release(project)
    assert split.load(project) == split.make(
        dict.fromkeys(names.values(), ("cat",)), [Duplicates("near", tuple(sorted(pair)))])


def test_the_projects_split_follows_its_labels_and_choices(pets: Project) -> None:
    labels.label_by_folder(pets)
    first = split.load(pets)
    assert (len(first.train), len(first.test)) == (10, 2)
    split.place(pets, [first.train[0]], "test")
    assert first.train[0] in split.load(pets).test
    split.choose(pets, seed=7, test_share=0.5)
    second = split.load(pets)
    assert (second.seed, len(second.test)) == (7, 6)
    labels.leave_out(pets, second.test)
    assert set(split.load(pets).test) <= set(second.train)


@pytest.mark.parametrize("share", [0.0, 0.04, 0.51, 1.0])
def test_a_share_that_leaves_one_side_bare_is_refused(project: Project, share: float) -> None:
    with pytest.raises(RekolabError, match="between 5 % and 50 %"):
        split.choose(project, 1, share)

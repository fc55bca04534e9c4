from __future__ import annotations

import pytest

from core.dataset import drawing, history, kinds, labels, photos, vocabulary
from core.dataset.vocabulary import Use
from core.errors import RekolabError
from core.types import Box
from core.workspace import Project, open_project

EAR, TAIL = Box("ear", 10, 10, 20, 20), Box("tail", 50, 40, 30, 10)


def ids(project: Project) -> list[int]:
    return [photo.id for photo in photos.photos(project)]


def said(project: Project) -> dict[str, int]:
    return labels.counts(photos.photos(project), vocabulary.listed(project))


@pytest.fixture
def named(pets: Project) -> Project:
    labels.label_by_folder(pets)
    return pets


def test_a_renamed_class_keeps_its_photos_its_place_and_its_colour_and_undo_brings_the_old_name_back(named) -> None:
    vocabulary.paint(named, "cat", "#aa0011")
    assert vocabulary.rename(named, "cat", " kitten ") == 6
    assert said(named) == {"kitten": 6, "dog": 6}
    assert vocabulary.chosen(named) == {"kitten": "#aa0011"}
    assert len(history.undo(open_project(named.home, named.name))) == 6
    assert said(named) == {"cat": 6, "dog": 6}
    history.undo(named)
    assert vocabulary.chosen(named) == {}
    assert vocabulary.listed(named) == ["cat", "dog"]


def test_a_class_takes_no_name_that_another_one_has(named) -> None:
    with pytest.raises(RekolabError, match="Merge the two"):
        vocabulary.rename(named, "cat", "dog")
    assert vocabulary.rename(named, "cat", "cat") == 0
    assert said(named) == {"cat": 6, "dog": 6}


def test_merged_classes_become_one_and_a_photo_that_had_both_has_it_once(named) -> None:
    kinds.choose(named, "multi")
    first = ids(named)[0]
    labels.add(named, [first], "kitten")
    assert photos.get(named, first).labels == ("cat", "kitten")
    assert vocabulary.merge(named, ["kitten", "cat"], "cat") == 1
    assert photos.get(named, first).labels == ("cat",)
    assert said(named) == {"cat": 6, "dog": 6}
    history.undo(named)
    assert photos.get(named, first).labels == ("cat", "kitten")


def test_what_a_removal_takes_away_is_known_before_and_comes_back_with_undo(named) -> None:
    one, two, *_ = ids(named)
    labels.add(named, [one], "tabby")
    drawing.draw(named, two, [EAR, TAIL, EAR])
    assert vocabulary.use(named, "cat") == Use(photos=6, alone=4, boxes=0)
    assert vocabulary.use(named, "ear") == Use(photos=1, alone=0, boxes=2)
    assert vocabulary.remove(named, "ear") == 1
    kinds.choose(named, "boxes")
    assert photos.get(named, two).boxes == (TAIL,)
    history.undo(named)
    assert photos.get(named, two).boxes == (EAR, TAIL, EAR)
    assert "ear" in vocabulary.listed(named)


def test_a_class_that_is_moved_takes_its_key_along(named) -> None:
    for name in ("fox", "owl"):
        vocabulary.add(named, name)
    vocabulary.move(named, "owl", 0)
    assert vocabulary.listed(named) == ["owl", "cat", "dog", "fox"]
    vocabulary.move(named, "cat", 99)
    assert vocabulary.listed(named) == ["owl", "dog", "fox", "cat"]
    history.undo(named)
    history.undo(named)
    assert vocabulary.listed(named) == ["cat", "dog", "fox", "owl"]


@pytest.mark.parametrize("act", [
    lambda project: vocabulary.rename(project, "cow", "ox"), lambda project: vocabulary.merge(project, ["cat"], "cow"),
    lambda project: vocabulary.paint(project, "cow", "#000000"), lambda project: vocabulary.move(project, "cow", 0)])
def test_a_class_that_another_tab_has_removed_is_said_to_be_gone(named, act) -> None:
    with pytest.raises(RekolabError, match="no class “cow” any more"):
        act(named)


@pytest.mark.parametrize("colour", ["red", "#12", "#12345g", "#123456;", ""])
def test_a_colour_is_nothing_but_six_digits(named, colour) -> None:
    with pytest.raises(RekolabError, match="#RRGGBB"):
        vocabulary.paint(named, "cat", colour)


def test_the_history_says_what_was_changed_and_can_go_back_to_any_step(named) -> None:
    one, two, *_ = ids(named)
    labels.assign(named, [one], "dog")
    labels.leave_out(named, [two])
    vocabulary.rename(named, "dog", "hound")
    assert [(step.what, step.photos) for step in history.steps(named)] == [
        ("Renamed dog to hound", 7), ("Left out", 1), ("Labelled dog", 1), ("Labelled by folder", 12)]
    first = history.steps(named)[-1].number
    assert history.undo_to(named, first) == 3
    assert said(named) == {"cat": 6, "dog": 6}
    assert history.undo_to(named, first + 2) == 2
    assert said(named) == {"cat": 4, "dog": 7}
    assert history.last(named).what == "Left out"


def test_an_undo_brings_back_a_class_that_was_taken_off_the_list_meanwhile(named) -> None:
    one, *_ = ids(named)
    labels.assign(named, [one], "fox")
    history.undo(named)
    with named.catalogue() as rows:
        rows.execute("DELETE FROM class WHERE name = 'fox'")
    history.redo(named)
    assert vocabulary.listed(named) == ["cat", "dog", "fox"]

"""Boxes from an editor in a browser: kept once each, and over no others than those that it showed."""

from __future__ import annotations

import pytest

from core.dataset import drawing, history, photos, vocabulary
from core.dataset.drawing import Drawing, state_of
from core.errors import NotReady, RekolabError
from core.types import Box
from core.workspace import Project, open_project

EAR, TAIL, NOSE = Box("ear", 5, 5, 30, 30), Box("tail", 100, 50, 40, 20), Box("nose", 60, 60, 10, 10)
NOTHING = state_of(())


@pytest.fixture
def one(pets: Project) -> int:
    """A photo without boxes, in a project that detects objects."""
    pets.set("kind", "boxes")
    return photos.photos(pets)[0].id


def drawn(photo: int, number: int, *boxes: Box, base: str = NOTHING, editor: str = "mine") -> Drawing:
    return Drawing(editor, number, photo, boxes, base)


def boxes(project: Project, photo: int) -> tuple[Box, ...]:
    return photos.get(project, photo).boxes


def test_a_drawing_is_kept_as_one_step_and_not_again_after_it_was_taken_back(pets: Project, one: int) -> None:
    assert drawing.keep(pets, drawn(one, 1, EAR))
    assert boxes(pets, one) == (EAR,)
    assert vocabulary.listed(pets) == ["ear"]
    history.undo(pets)
    again = open_project(pets.home, pets.name)
    assert drawing.keep(again, drawn(one, 1, EAR))
    assert boxes(again, one) == ()
    assert [(step.what, step.undone) for step in history.steps(pets)] == [("Drew 1 box", True)]


def test_what_follows_before_the_first_is_answered_is_no_other_tabs(pets: Project, one: int) -> None:
    for number in range(1, 4):
        assert drawing.keep(pets, drawn(one, number, *(EAR, TAIL, NOSE)[:number]))
    assert boxes(pets, one) == (EAR, TAIL, NOSE)
    assert len(history.steps(pets)) == 3


def test_boxes_that_were_drawn_elsewhere_meanwhile_stay(pets: Project, one: int) -> None:
    assert drawing.keep(pets, drawn(one, 1, EAR))
    assert drawing.keep(pets, drawn(one, 1, EAR, TAIL, base=state_of([EAR]), editor="theirs"))
    assert not drawing.keep(pets, drawn(one, 2, EAR, NOSE, base=state_of([EAR])))
    assert boxes(pets, one) == (EAR, TAIL)
    assert drawing.keep(pets, drawn(one, 3, EAR, TAIL, base=state_of([EAR])))  # the same by chance
    assert len(history.steps(pets)) == 2


def test_an_undo_elsewhere_is_a_change_as_well(pets: Project, one: int) -> None:
    drawing.draw(pets, one, [EAR])
    history.undo(pets)
    assert not drawing.keep(pets, drawn(one, 1, EAR, TAIL, base=state_of([EAR])))
    assert boxes(pets, one) == ()


def test_boxes_that_are_put_by_are_in_the_history_only(pets: Project, one: int) -> None:
    drawing.draw(pets, one, [EAR])
    drawing.put_by(pets, one, [TAIL, NOSE])
    assert boxes(pets, one) == (EAR,)
    history.undo(pets)
    assert boxes(pets, one) == (TAIL, NOSE)
    history.redo(pets)
    assert boxes(pets, one) == (EAR,)


def test_what_has_no_place_is_refused_and_remembered_by_nobody(pets: Project, one: int) -> None:
    with pytest.raises(RekolabError, match="reaches outside the photo"):
        drawing.keep(pets, drawn(one, 1, Box("ear", -1, 0, 9, 9)))
    with pytest.raises(NotReady):
        drawing.keep(pets, drawn(10_000, 1, EAR))
    assert drawing.keep(pets, drawn(one, 1, EAR))
    assert boxes(pets, one) == (EAR,)


def test_only_so_many_editors_are_remembered(pets: Project, one: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MOST", 3)
    for number in range(6):
        drawing.keep(pets, drawn(one, 1, base=state_of(boxes(pets, one)), editor=str(number)))
    with pets.reading() as rows:
        assert [row["id"] for row in rows.execute("SELECT id FROM editor ORDER BY rowid")] == ["3", "4", "5"]

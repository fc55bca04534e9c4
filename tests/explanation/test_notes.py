from __future__ import annotations

from pathlib import Path

import pytest
from bare_run import run_of

from core.evaluation import runs
from core.explanation import notes
from core.workspace import Project


@pytest.fixture
def run_id(project: Project, tmp_path: Path) -> int:
    return run_of(project, tmp_path)


def test_what_is_written_about_a_photo_is_there_after_a_restart(project: Project, run_id: int) -> None:
    notes.keep(project, run_id, "dog/1.jpg", "  It is faint.\n", included=True, edited=True)
    found = notes.notes(project, run_id)
    assert list(found) == ["dog/1.jpg"]
    assert (found["dog/1.jpg"].text, found["dog/1.jpg"].included, found["dog/1.jpg"].edited) == (
        "It is faint.", True, True)


def test_a_later_word_takes_the_place_of_an_earlier_one(project: Project, run_id: int) -> None:
    for text, included in (("first", False), ("second", True)):
        notes.keep(project, run_id, "dog/1.jpg", text, included=included, edited=True)
    assert [(note.text, note.included) for note in notes.notes(project, run_id).values()] == [("second", True)]


def test_a_note_that_says_nothing_is_none(project: Project, run_id: int) -> None:
    notes.keep(project, run_id, "dog/1.jpg", "something", included=False, edited=True)
    notes.keep(project, run_id, "dog/1.jpg", " ", included=False, edited=True)
    assert notes.notes(project, run_id) == {}


def test_notes_are_kept_by_run_and_go_with_it(project: Project, run_id: int, tmp_path: Path) -> None:
    other = run_of(project, tmp_path)
    for each in (run_id, other):
        notes.keep(project, each, "dog/1.jpg", f"of run {each}", included=True, edited=False)
    runs.delete_run(project, run_id)
    assert notes.notes(project, run_id) == {}
    assert notes.notes(project, other)["dog/1.jpg"].text == f"of run {other}"
    notes.forget(project, other, "dog/1.jpg")
    assert notes.notes(project, other) == {}

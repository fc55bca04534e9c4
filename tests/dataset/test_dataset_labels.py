from __future__ import annotations

import random
import sqlite3
from typing import Any

import pytest

from core.dataset import history, labels, photos, vocabulary
from core.errors import RekolabError
from core.workspace import Project, Workspace, open_project


def now_labelled(project: Project) -> dict[str, str | None]:
    return {photo.name: photo.label for photo in photos.photos(project)}


def ids(project: Project) -> list[int]:
    return [photo.id for photo in photos.photos(project)]


def test_a_label_is_on_disk_when_the_call_returns_and_makes_its_class(pets: Project) -> None:
    first, second, *_ = ids(pets)
    assert labels.assign(pets, [first, second], "  tabby\n cat ") == 2
    again = open_project(pets.home, pets.name)
    assert vocabulary.listed(again) == ["tabby cat"]
    assert photos.get(again, first).label == "tabby cat"


def test_undo_and_redo_go_through_every_step_also_after_a_restart(pets: Project) -> None:
    one, two, *_ = ids(pets)
    labels.assign(pets, [one], "cat")
    labels.assign(pets, [one, two], "dog")
    labels.assign(pets, [two], None)
    states = []
    for _ in range(4):
        states.append((photos.get(pets, one).label, photos.get(pets, two).label))
        history.undo(open_project(pets.home, pets.name))
    assert states == [("dog", None), ("dog", "dog"), ("cat", None), (None, None)]
    assert history.undo(pets) == ()
    assert [history.redo(pets) for _ in range(4)] == [(one,), (one, two), (two,), ()]
    assert (photos.get(pets, one).label, photos.get(pets, two).label) == ("dog", None)


def test_a_new_label_after_an_undo_ends_what_could_be_redone(pets: Project) -> None:
    one, *_ = ids(pets)
    labels.assign(pets, [one], "cat")
    history.undo(pets)
    labels.assign(pets, [one], "dog")
    assert history.redo(pets) == ()
    assert [(step.what, step.photos) for step in history.steps(pets)] == [("Labelled dog", 1)]


def test_giving_the_label_that_a_photo_has_is_no_step(pets: Project) -> None:
    one, *_ = ids(pets)
    labels.assign(pets, [one], "cat")
    assert labels.assign(pets, [one, 999], "cat") == 0
    history.undo(pets)
    assert photos.get(pets, one).label is None


def test_labelling_by_folder_is_one_step_and_keeps_what_was_given_by_hand(pets: Project) -> None:
    one, *_ = ids(pets)
    labels.assign(pets, [one], "kitten")
    assert labels.label_by_folder(pets) == 11
    assert labels.counts(photos.photos(pets), vocabulary.listed(pets)) == {"kitten": 1, "cat": 5, "dog": 6}
    assert labels.tally(photos.photos(pets)) == labels.Tally(12, 12)
    history.undo(pets)
    assert labels.tally(photos.photos(pets)).to_go == 11
    assert photos.get(pets, one).label == "kitten"


def test_classes_keep_their_positions_and_removing_one_can_be_undone(pets: Project) -> None:
    for name in ("dog", "cat", "dog"):
        vocabulary.add(pets, name)
    assert vocabulary.listed(pets) == ["dog", "cat"]
    labels.label_by_folder(pets)
    assert vocabulary.remove(pets, "dog") == 6
    assert (vocabulary.listed(pets), labels.tally(photos.photos(pets)).labelled) == (["cat"], 6)
    history.undo(pets)
    assert (vocabulary.listed(pets), labels.tally(photos.photos(pets)).labelled) == (["dog", "cat"], 12)


@pytest.mark.parametrize("name", ["", "  \n", "\x07"])
def test_a_label_without_a_visible_letter_is_refused(pets: Project, name: str) -> None:
    with pytest.raises(RekolabError, match="visible letter"):
        labels.assign(pets, ids(pets)[:1], name)
    assert labels.tally(photos.photos(pets)).labelled == 0


def test_more_labels_than_rekognition_takes_are_refused(pets: Project) -> None:
    with pets.catalogue() as rows:
        rows.executemany("INSERT INTO class (name, position) VALUES (?, ?)",
                         [(f"class {number}", number) for number in range(250)])
    with pytest.raises(RekolabError, match="250 labels at most"):
        vocabulary.add(pets, "one more")


def test_the_same_word_in_two_unicode_spellings_is_one_class(project: Project) -> None:
    assert vocabulary.add(project, "cafe\u0301") == vocabulary.add(project, "caf\u00e9")
    assert len(vocabulary.listed(project)) == 1


def test_the_photos_labelled_last_come_first_each_once(pets: Project) -> None:
    one, two, three, *_ = ids(pets)
    for photo_id, label in ((one, "cat"), (two, "cat"), (three, "dog"), (one, "dog")):
        labels.assign(pets, [photo_id], label)
    assert history.recent(pets, 2) == [one, three]


def test_a_label_takes_no_more_work_among_thousands_of_photos(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0  # of SQLite's machine

    def one_more() -> None:
        nonlocal steps
        steps += 1

    def counted(*given: Any, **named: Any) -> sqlite3.Connection:
        rows = connect(*given, **named)
        rows.set_progress_handler(one_more, 1)
        return rows

    def work(count: int) -> int:
        nonlocal steps
        project = workspace.create(f"of-{count}")
        with project.catalogue() as rows:
            rows.executemany("INSERT INTO photo (id, name, path, folder_label) VALUES (?, ?, ?, ?)",
                             [(number, f"{number}.jpg", f"/{number}.jpg", "ab"[number % 2]) for number in range(count)])
        labels.label_by_folder(project)
        with monkeypatch.context() as patch:
            patch.setattr(sqlite3, "connect", counted)
            steps = 0
            for number in range(20):
                labels.assign(project, [number], "c")
            return steps

    connect = sqlite3.connect
    few, many = work(50), work(5000)
    assert 0 < many < 2 * few, (few, many)


def test_leaving_a_photo_out_is_a_step_like_any_other_and_keeps_its_label(pets: Project) -> None:
    one, two, *_ = ids(pets)
    labels.assign(pets, [one], "cat")
    assert labels.leave_out(pets, [one, two, 999]) == 2
    assert labels.leave_out(pets, [one]) == 0
    assert [photos.get(pets, number).excluded for number in (one, two)] == [True, True]
    assert photos.get(pets, one).label == "cat" and labels.tally(photos.photos(pets)).total == 10
    assert history.undo(open_project(pets.home, pets.name)) == (one, two)
    assert [photos.get(pets, number).excluded for number in (one, two)] == [False, False]
    assert history.redo(pets) == (one, two)
    assert labels.leave_out(pets, [two], out=False) == 1
    assert [photos.get(pets, number).excluded for number in (one, two)] == [True, False]
    assert photos.get(pets, one).label == "cat" and set(history.recent(pets)) == {one, two}


def test_a_photo_that_was_left_out_and_gets_a_label_is_taken_in_again(pets: Project) -> None:
    one, *_ = ids(pets)
    labels.assign(pets, [one], "cat")
    labels.leave_out(pets, [one])
    assert labels.assign(pets, [one], "cat") == 1
    assert not photos.get(pets, one).excluded
    history.undo(pets)
    assert (photos.get(pets, one).label, photos.get(pets, one).excluded) == ("cat", True)
    assert [step.what for step in history.steps(pets)] == ["Labelled cat", "Left out", "Labelled cat"]


def test_any_order_of_labels_undo_and_redo_gives_what_a_plain_list_of_states_gives(pets: Project) -> None:
    chance = random.Random(5)
    numbers = ids(pets)

    def state() -> list[tuple[str | None, bool]]:
        return [(photo.label, photo.excluded) for photo in photos.photos(pets)]

    states, at = [state()], 0
    for _ in range(120):
        chosen = chance.sample(numbers, chance.randint(1, 4))
        act = chance.choice(["label", "label", "none", "out", "in", "undo", "undo", "redo"])
        if act in ("undo", "redo"):
            (history.undo if act == "undo" else history.redo)(pets)
            at = max(0, at - 1) if act == "undo" else min(len(states) - 1, at + 1)
        else:
            changed = (labels.leave_out(pets, chosen, out=act == "out") if act in ("out", "in")
                       else labels.assign(pets, chosen, chance.choice("abc") if act == "label" else None))
            if changed:
                states, at = [*states[:at + 1], state()], at + 1
        assert state() == states[at]


def test_names_take_their_colours_by_the_position_of_their_class_then_by_alphabet(pets: Project) -> None:
    vocabulary.add(pets, "dog")
    vocabulary.add(pets, "cat")
    assert vocabulary.in_order(pets, ["bird", "cat", "ant", "dog"]) == ["dog", "cat", "ant", "bird"]

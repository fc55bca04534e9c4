"""The other views of Label: suggestions, suspects, the history, classes, several labels and boxes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from page_photos import draw, take_in
from visitor import PATIENCE, Visitor

from core.dataset import drawing, history, kinds, labels, likeness, photos, suggesting, vocabulary
from core.jobs import Progress
from core.types import Box
from core.ui.labelling import past
from core.workspace import Project

NOTHING = drawing.state_of(())
CAT = {"label": "cat", "left": 10, "top": 20, "width": 30, "height": 40}


@pytest.fixture
def pets(visitor: Visitor, tmp_path: Path) -> Project:
    """Five cats and five dogs, compared; three of each are labelled."""
    project = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 5))
    likeness.compare(Progress(), str(project.home), project.name)
    labels.assign(project, [1, 2, 3], "cat")
    labels.assign(project, [6, 7, 8], "dog")
    return project


def given(project: Project) -> dict[int, tuple[str, ...]]:
    return {one.id: one.labels for one in photos.photos(project)}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Suggestions are waited for, on however busy a machine."""
    for name in ("PATIENCE", "OPENING"):
        monkeypatch.setattr(suggesting, name, PATIENCE)


def draws(visitor: Visitor, project: Project, photo: int, number: int, *boxes: dict, base: str = NOTHING,
          editor: str = "e") -> None:
    """What the editor in the browser says once a person has let go of the pointer."""
    visitor.at.session_state["label_boxes"] = {"drawn": {
        "editor": editor, "serial": number, "project": project.name, "photo": photo, "base": base,
        "boxes": list(boxes)}}
    visitor.run()


def boxes_of(project: Project) -> list[int]:
    """How many boxes each of the first four photos has."""
    return [len(one.boxes) for one in photos.photos(project)][:4]


def view(visitor: Visitor, name: str) -> Visitor:
    visitor.at.session_state["label_how"] = name
    return visitor.go("data/label", "pets")


def test_suggestions_are_confirmed_but_for_those_that_are_marked_as_wrong(visitor: Visitor, pets: Project) -> None:
    visitor.at.session_state["label_least"] = 50
    view(visitor, "Suggestions")
    shown = visitor.tiles("label_suggested")
    assert sorted(int(tile["id"]) for tile in shown) == [4, 5, 9, 10]
    wrong, *right = (int(tile["id"]) for tile in shown)
    visitor.choose("label_suggested", str(wrong))
    assert "1 marked as wrong." in visitor.text
    visitor.click("label_confirm")
    assert given(pets)[wrong] == ()
    assert all(given(pets)[number] for number in right)
    visitor.click("label_suggested_undo")
    assert not any(given(pets)[number] for number in right)


def test_what_is_marked_as_wrong_just_before_the_others_are_confirmed_is_not_confirmed(
    visitor: Visitor, pets: Project
) -> None:
    visitor.at.session_state["label_least"] = 50
    view(visitor, "Suggestions")
    visitor.at.session_state["label_suggested 0"] = {"chosen": ["4"], "opened": None}
    visitor.click("label_confirm")
    assert [bool(given(pets)[number]) for number in (4, 5, 9, 10)] == [False, True, True, True]


def test_a_suggestion_is_taken_by_enter_in_the_one_by_one_view(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label", "pets")
    (found,) = [one for one in suggesting.suggestions(pets) if one.photo_id == 4]
    assert visitor.button("label suggested").proto.shortcut == "enter"
    visitor.click("label suggested")
    assert given(pets)[4] == found.labels
    assert visitor.at.session_state["label_photo"] == 5


def test_the_first_photo_has_its_suggestion_and_no_key_waits_for_the_next(
    visitor: Visitor, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggesting, "PATIENCE", 0.0)
    visitor.go("data/label", "pets")
    assert "label suggested" in [one.key for one in visitor.at.main.button]
    go_on, make = threading.Event(), suggesting._suggestions
    monkeypatch.setattr(suggesting, "_suggestions", lambda project: go_on.wait(PATIENCE) and make(project))
    monkeypatch.setattr(suggesting, "OPENING", 0.0)  # AppTest draws the whole page at a key as well
    try:
        visitor.click("label as cat")
        assert (visitor.at.session_state["label_photo"], given(pets)[4]) == (5, ("cat",))
        assert "label suggested" in [one.key for one in visitor.at.main.button]  # as of before that key
    finally:
        go_on.set()


def test_a_suggestion_takes_no_label_away_that_was_given_meanwhile(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label", "pets")
    vocabulary.add(pets, "fox")
    labels.assign(pets, [4], "fox")
    visitor.click("label suggested")
    assert given(pets)[4] == ("fox",)
    assert visitor.at.session_state["label_photo"] == 4
    assert "labelled or left out elsewhere meanwhile. It stays as it is." in visitor.text


def test_a_screenful_says_how_many_photos_were_left_alone(visitor: Visitor, pets: Project) -> None:
    visitor.at.session_state["label_least"] = 50
    view(visitor, "Suggestions")
    labels.assign(pets, [4], "dog")
    labels.leave_out(pets, [5])
    visitor.click("label_confirm")
    assert (given(pets)[4], given(pets)[5]) == (("dog",), ())
    assert "2 photos labelled; 2 left alone, labelled or left out elsewhere meanwhile" in visitor.text


def test_a_suggested_class_that_was_renamed_meanwhile_is_not_made_again(visitor: Visitor, pets: Project) -> None:
    visitor.at.session_state["label_least"] = 50
    view(visitor, "Suggestions")
    vocabulary.rename(pets, "cat", "kitten")
    visitor.click("label_confirm")
    assert vocabulary.listed(pets) == ["kitten", "dog"]
    assert visitor.errors == ["There is no class “cat” any more: it was renamed, merged or removed elsewhere."]


def test_the_most_doubtful_comes_first_when_asked(visitor: Visitor, pets: Project) -> None:
    visitor.at.session_state["label_order"] = "most doubtful first"
    visitor.go("data/label", "pets")
    doubtful = suggesting.doubtful_first(suggesting.suggestions(pets))
    assert visitor.at.session_state["label_photo"] == doubtful[0].photo_id
    visitor.click("label as cat")
    following = suggesting.doubtful_first(suggesting.suggestions(pets))
    assert visitor.at.session_state["label_photo"] == following[0].photo_id


def test_why_there_are_no_suggestions_leads_to_labelling(visitor: Visitor, pets: Project) -> None:
    history.undo(pets)
    view(visitor, "Suggestions")
    assert "Label at least 3 photos of two classes first" in visitor.text
    visitor.click("nothing Label one by one")
    assert "label as cat" in [one.key for one in visitor.at.main.button]


def test_a_suspect_is_corrected_or_found_right_and_not_named_again(visitor: Visitor, pets: Project) -> None:
    labels.assign(pets, [2, 3, 4, 5, 6], "cat")  # the photos show cats up to 5, and dogs from there on
    labels.assign(pets, [1, 7, 8, 9, 10], "dog")
    view(visitor, "Suspects")
    assert "2 labels may be wrong" in visitor.text.replace("**", "")
    assert "Labelled **dog**. It looks like cat. The 8 photos most like it are:" in visitor.text
    visitor.click("suspect 1 other")
    assert given(pets)[1] == ("cat",)
    visitor.click("suspect 6 right")
    assert given(pets)[6] == ("cat",)
    assert not [one.key for one in visitor.at.main.button if str(one.key).startswith("suspect")]


def test_the_history_goes_back_to_a_chosen_moment_and_forward_again(visitor: Visitor, pets: Project) -> None:
    view(visitor, "History")
    table = visitor.at.dataframe[0].value
    assert table["what"].tolist() == ["Labelled dog", "Labelled cat"]
    assert table["photos"].tolist() == [3, 3]
    visitor.click("Before the first")
    assert not any(given(pets).values())
    visitor.click("Go to this moment")
    assert sum(map(bool, given(pets).values())) == 6


def test_the_history_reaches_back_to_the_first_step(
    visitor: Visitor, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "MOST", 1)
    view(visitor, "History")
    assert "Before the first" not in visitor.buttons
    visitor.click("Show older steps")
    assert visitor.at.dataframe[0].value["what"].tolist() == ["Labelled dog", "Labelled cat"]
    visitor.click("Before the first")
    assert not any(given(pets).values())


def test_a_class_is_renamed_merged_moved_and_removed_and_what_happens_is_said_first(
    visitor: Visitor, pets: Project
) -> None:
    visitor.go("data/label", "pets").click("Classes")
    assert "3 photos lose this label; 3 of them will have none." in visitor.text
    visitor.at.text_input(key="class name cat").set_value("kitten")
    visitor.button("Classes").click()
    visitor.run()
    assert "3 photos will be called kitten." in visitor.text
    visitor.click("Classes", inside="class rename")
    assert vocabulary.listed(pets) == ["kitten", "dog"]
    visitor.click("Classes", inside="class later")
    assert vocabulary.listed(pets) == ["dog", "kitten"]
    visitor.click("Classes", inside="class remove")
    assert len(vocabulary.listed(pets)) == 1


@pytest.mark.parametrize("button", ["class later", "class remove"])
def test_a_class_that_another_tab_removed_while_the_dialog_was_open_is_said_in_it(
    visitor: Visitor, pets: Project, button: str
) -> None:
    visitor.go("data/label", "pets").click("Classes")
    vocabulary.merge(pets, ["cat"], "dog")
    visitor.button("Classes").click()
    visitor.click(button)
    assert vocabulary.listed(pets) == ["dog"]
    assert visitor.text.count("There is no class “cat” any more.") == (button == "class later")


def test_the_first_class_is_asked_for_where_its_key_will_be(visitor: Visitor, tmp_path: Path) -> None:
    take_in(visitor.workspace.create("bare"), draw(tmp_path / "photos", ("cat",), 2) / "cat")
    visitor.go("data/label", "bare")
    assert "Name your first class, then the next one." in visitor.text
    visitor.at.text_input(key="label_new_0").set_value("cat")
    assert "Name your first class" not in visitor.run().text
    assert "label as cat" in {one.key for one in visitor.at.button}


def test_where_a_photo_may_have_several_labels_a_key_switches_one_on_and_off(visitor: Visitor, pets: Project) -> None:
    kinds.choose(pets, "multi")
    visitor.go("data/label", "pets").click("label as dog").click("label as cat")
    assert given(pets)[4] == ("dog", "cat")
    visitor.click("label as dog")
    assert given(pets)[4] == ("cat",)
    assert visitor.at.session_state["label_photo"] == 4
    visitor.click("Next")
    assert visitor.at.session_state["label_photo"] == 5


def test_where_a_photo_may_have_several_labels_the_key_of_one_takes_it_in_again(
    visitor: Visitor, pets: Project
) -> None:
    kinds.choose(pets, "multi")
    labels.leave_out(pets, [1])
    visitor.at.session_state["label_photo"] = 1
    visitor.go("data/label", "pets").click("label as cat")
    assert (given(pets)[1], photos.get(pets, 1).excluded) == (("cat",), False)


def test_where_a_photo_may_have_several_labels_none_of_these_is_switched_on_and_off_as_well(
    visitor: Visitor, pets: Project
) -> None:
    kinds.choose(pets, "multi")
    visitor.go("data/label", "pets").click("label none")
    assert (photos.get(pets, 4).excluded, visitor.at.session_state["label_photo"]) == (True, 4)
    visitor.click("label none")
    assert (photos.get(pets, 4).excluded, visitor.at.session_state["label_photo"]) == (False, 4)


def test_photos_that_vanish_elsewhere_leave_a_page_that_goes_on(visitor: Visitor, pets: Project) -> None:
    visitor.at.session_state["label_photo"] = 4
    visitor.go("data/label", "pets")
    vanish(pets, 4)
    visitor.click("Next")
    assert visitor.at.session_state["label_photo"] == 5
    vanish(pets, 5)
    visitor.click("label as cat")
    assert visitor.at.session_state["label_photo"] == 9
    vanish(pets, *range(1, 11))
    visitor.tick()
    assert "There are no photos to label yet." in visitor.text


def vanish(project: Project, *numbers: int) -> None:
    """As when their source is taken out of the project in another tab."""
    with project.catalogue() as rows:
        rows.executemany("DELETE FROM photo WHERE id = ?", [(number,) for number in numbers])


def test_the_kind_is_changed_after_its_consequences_are_said(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label", "pets")
    visitor.at.radio(key="label_kind single").set_value("boxes")
    visitor.run()
    assert "6 photos with a label but no box will need boxes. What was said of them is kept." in visitor.text
    visitor.click("label_kind_change")
    assert kinds.kind_of(pets) == "boxes"
    assert "0 of 10, 10 to go" in visitor.text


def test_what_is_drawn_is_on_the_photo_that_it_was_drawn_on(visitor: Visitor, pets: Project) -> None:
    kinds.choose(pets, "boxes")
    visitor.go("data/label", "pets")
    draws(visitor, pets, 2, 1, CAT)
    assert [one.boxes for one in photos.photos(pets) if one.id == 2] == [(Box("cat", 10, 20, 30, 40),)]
    assert visitor.at.session_state["label_boxes_serial"] == 1


def test_boxes_are_named_and_removed_without_a_keyboard_and_by_more_classes_than_it_has_keys(
    visitor: Visitor, pets: Project
) -> None:
    kinds.choose(pets, "boxes")
    for number in range(10):
        vocabulary.add(pets, f"class {number}")
    visitor.go("data/label", "pets").click("label as class 9")
    assert visitor.at.session_state["label_boxes_asked"] == {"number": 1, "label": "class 9"}
    visitor.click("label box none")
    assert visitor.at.session_state["label_boxes_asked"] == {"number": 2, "label": None}


def test_no_drawing_is_taken_for_one_on_another_photo_and_none_of_many_boxes_is_lost(
    visitor: Visitor, pets: Project
) -> None:
    kinds.choose(pets, "boxes")
    visitor.go("data/label", "pets")
    for number in (2, 3):
        draws(visitor, pets, number, number, *(CAT | {"left": left} for left in range(60)))
    assert boxes_of(pets) == [0, 60, 60, 0]
    history.undo(pets)
    visitor.run()  # the browser still says what was drawn
    assert boxes_of(pets) == [0, 60, 0, 0]


def test_a_drawing_that_was_taken_back_does_not_come_again_after_a_restart(visitor: Visitor, pets: Project) -> None:
    kinds.choose(pets, "boxes")
    draws(visitor.go("data/label", "pets"), pets, 2, 1, CAT)
    visitor.click("Undo")
    later = Visitor(visitor.workspace)  # a new process knows no session, and the tab that is open says once more
    draws(later.go("data/label", "pets"), pets, 2, 1, CAT)
    assert boxes_of(pets) == [0, 0, 0, 0]
    draws(later, pets, 2, 2, CAT)
    assert boxes_of(pets) == [0, 1, 0, 0]


def test_a_drawing_on_one_project_is_none_on_another(visitor: Visitor, pets: Project, tmp_path: Path) -> None:
    others = take_in(visitor.workspace.create("others"), draw(tmp_path / "others", ("cat",), 3))
    for project in (pets, others):
        kinds.choose(project, "boxes")
    visitor.go("data/label", "others")
    draws(visitor, pets, 2, 1, CAT)
    assert boxes_of(pets) == [0, 0, 0, 0] and boxes_of(others) == [0, 0, 0]


@pytest.fixture
def parted(visitor: Visitor, pets: Project) -> Project:
    """Photo 2 has two boxes of another tab, and the visitor, who saw none, has drawn one."""
    kinds.choose(pets, "boxes")
    visitor.at.session_state["label_photo"] = 2
    visitor.go("data/label", "pets")
    drawing.draw(pets, 2, [Box("dog", 1, 1, 20, 20), Box("dog", 40, 1, 20, 20)])
    draws(visitor, pets, 2, 1, CAT)
    return pets


def test_boxes_that_another_tab_has_drawn_meanwhile_are_not_drawn_over(visitor: Visitor, parted: Project) -> None:
    assert boxes_of(parted) == [0, 2, 0, 0]
    assert "There it has 2 boxes. Here it has 1 box, and that is not kept yet." in visitor.text
    draws(visitor, parted, 2, 2, CAT, CAT | {"left": 60}, CAT | {"left": 90}, base="")  # goes on, and has not chosen
    assert boxes_of(parted) == [0, 2, 0, 0]
    assert "Here it has 3 boxes" in visitor.text
    visitor.click("Next")
    assert "Here it has 3 boxes" in visitor.text  # is not forgotten at another photo


def test_the_own_boxes_may_take_the_place_of_those_of_another_tab(visitor: Visitor, parted: Project) -> None:
    visitor.click("boxes mine 2")
    assert photos.get(parted, 2).boxes == (Box("cat", 10, 20, 30, 40),)
    assert "not kept yet" not in visitor.text
    history.undo(parted)
    assert boxes_of(parted) == [0, 2, 0, 0]


def test_the_boxes_of_another_tab_may_stay_and_the_own_ones_are_in_the_history(
    visitor: Visitor, parted: Project
) -> None:
    visitor.click("boxes theirs 2")
    assert boxes_of(parted) == [0, 2, 0, 0]
    assert "not kept yet" not in visitor.text
    history.undo(parted)
    assert photos.get(parted, 2).boxes == (Box("cat", 10, 20, 30, 40),)


def test_what_is_drawn_faster_than_the_page_answers_is_not_taken_for_another_tabs(
    visitor: Visitor, pets: Project
) -> None:
    kinds.choose(pets, "boxes")
    visitor.go("data/label", "pets")
    draws(visitor, pets, 2, 1, CAT)
    draws(visitor, pets, 2, 2, CAT, CAT | {"left": 60})  # on what the editor had before the first was answered
    assert boxes_of(pets) == [0, 2, 0, 0]
    assert "not kept yet" not in visitor.text


@pytest.mark.parametrize("drawn", [
    {"label": "cat", "left": -5, "top": 0, "width": 9, "height": 9},
    {"label": "cat", "left": 0, "top": 0, "width": 10**9, "height": 9},
    {"label": "cat", "left": 0, "top": 0, "width": 0, "height": 9}])
def test_a_box_that_no_photo_has_room_for_is_refused_in_words(visitor: Visitor, pets: Project, drawn: dict) -> None:
    kinds.choose(pets, "boxes")
    visitor.go("data/label", "pets")
    draws(visitor, pets, 2, 1, drawn)
    assert not any(one.boxes for one in photos.photos(pets))
    assert visitor.errors == ["A box reaches outside the photo. Draw it again."]


def test_a_class_that_another_tab_has_renamed_is_not_made_again_by_a_key(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label", "pets")
    vocabulary.rename(pets, "cat", "kitten")
    visitor.click("label as cat")
    assert vocabulary.listed(pets) == ["kitten", "dog"]
    assert given(pets)[4] == ()
    assert visitor.errors == ["There is no class “cat” any more: it was renamed, merged or removed elsewhere."]


def test_a_box_of_a_class_that_another_tab_has_removed_is_not_drawn(visitor: Visitor, pets: Project) -> None:
    kinds.choose(pets, "boxes")
    visitor.go("data/label", "pets")
    vocabulary.remove(pets, "dog")
    draws(visitor, pets, 2, 1, CAT | {"label": "dog"})
    assert vocabulary.listed(pets) == ["cat"]
    assert not any(one.boxes for one in photos.photos(pets))
    assert len(visitor.errors) == 1

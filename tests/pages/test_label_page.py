from __future__ import annotations

from pathlib import Path

import pytest
from page_photos import HOSTILE, draw, photo, take_in
from visitor import Visitor

from core import limits
from core.dataset import labels, photos, vocabulary
from core.ui.labelling import many
from core.workspace import Project


@pytest.fixture
def pets(visitor: Visitor, tmp_path: Path) -> Project:
    """Two cats and two dogs, by their folders; no label yet."""
    return take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2))


def given(project: Project) -> dict[str, str | None]:
    """The label by photo."""
    return {one.name: one.label for one in photos.photos(project)}


def shown(visitor: Visitor) -> str:
    """The name of the photo that is shown large."""
    return str(visitor.at.main.text[0].value)


def keys(visitor: Visitor) -> dict[str, str]:
    """The key of each button of the page that has one."""
    found = [one for one in visitor.at.main.button if one.proto.shortcut]
    return {one.key if str(one.key).startswith("label as") else one.label: one.proto.shortcut for one in found}


def test_without_photos_the_page_leads_to_browse(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("data/label")
    assert "There are no photos to label yet." in visitor.text
    assert visitor.links == {"Add photos": "browse"}


def test_folders_name_the_labels_with_one_click(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label")
    assert "4 photos came in folders named cat, dog." in visitor.text
    visitor.click("Label them by folder")
    assert given(pets) == {"cat/0.jpg": "cat", "cat/1.jpg": "cat", "dog/0.jpg": "dog", "dog/1.jpg": "dog"}
    assert {"4 of 4, 0 to go", "cat 2 · dog 2"} <= set(visitor.text.splitlines())
    assert "Label them by folder" not in visitor.buttons


def test_one_key_labels_a_photo_and_moves_on(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label")
    assert shown(visitor) == "cat/0.jpg"
    visitor.click("label as dog")
    assert given(pets)["cat/0.jpg"] == "dog"
    assert shown(visitor) == "cat/1.jpg"
    visitor.click("None of these")
    assert photos.get(pets, 2).excluded
    assert shown(visitor) == "dog/0.jpg"
    assert "1 of 3, 2 to go" in visitor.text


def test_the_number_keys_are_the_classes_in_their_order(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label")
    assert keys(visitor) == {"label as cat": "1", "label as dog": "2", "None of these": "0", "Undo": "backspace",
                             "Redo": "shift+backspace", "Previous": "left", "Next": "right"}


@pytest.mark.parametrize("dialog", ["Classes", "new_project"])
def test_the_keys_rest_while_a_dialog_is_open(visitor: Visitor, pets: Project, dialog: str) -> None:
    visitor.go("data/label").click(dialog)
    assert keys(visitor) == {}
    visitor.run()  # as when it is dismissed
    assert keys(visitor)["label as cat"] == "1"


def test_undo_takes_steps_back_one_by_one_and_redo_does_them_again(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label").click("label as cat").click("label as dog")
    visitor.click("Undo")
    assert (given(pets)["cat/0.jpg"], given(pets)["cat/1.jpg"]) == ("cat", None)
    assert shown(visitor) == "cat/1.jpg"
    visitor.click("Redo")
    assert given(pets)["cat/1.jpg"] == "dog"
    visitor.click("Undo").click("Undo").click("Undo")
    assert not any(given(pets).values())
    assert "There is nothing more to undo." in visitor.text


def test_a_photo_can_be_gone_back_to(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label").click("label as cat").click("label as cat")
    visitor.click("Previous")
    assert shown(visitor) == "cat/1.jpg"
    visitor.choose("label_last", opened="1")
    assert shown(visitor) == "cat/0.jpg"
    assert visitor.at.session_state["label_photo"] == 1


def test_a_class_is_typed_and_becomes_a_button(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label")
    visitor.at.text_input(key="label_new_0").set_value("fox")
    visitor.run().click("label as fox")
    assert given(pets)["cat/0.jpg"] == "fox"
    visitor.at.text_input(key="label_new_1").set_value("\u200b")
    visitor.run()
    assert "A label needs at least one visible letter." in visitor.text
    assert vocabulary.listed(pets) == ["cat", "dog", "fox"]


def test_the_first_label_takes_no_other_class_away(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label").click("label as dog")
    assert (keys(visitor)["label as cat"], keys(visitor)["label as dog"]) == ("1", "2")


def test_a_class_without_photos_is_no_reason_to_warn(visitor: Visitor, pets: Project) -> None:
    labels.label_by_folder(pets)
    visitor.go("data/label")
    visitor.at.text_input(key="label_new_0").set_value("fox")
    visitor.run()
    assert "cat 2 · dog 2 · fox 0" in visitor.text
    assert not visitor.at.main.warning


def test_more_folders_than_labels_are_allowed_is_said(visitor: Visitor, pets: Project) -> None:
    with pets.catalogue() as rows:
        rows.executemany("INSERT INTO class (name, position) VALUES (?, ?)",
                         [(str(number), number) for number in range(limits.MAX_LABELS)])
    visitor.go("data/label").click("Label them by folder")
    assert visitor.errors == ["Rekognition takes 250 labels at most. Remove or merge one first."]
    assert not any(given(pets).values())


def test_a_hostile_class_is_typed_shown_and_kept_letter_for_letter(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label")
    visitor.at.text_input(key="label_new_0").set_value(HOSTILE)
    visitor.run().click(f"label as {HOSTILE}")
    assert given(pets)["cat/0.jpg"] == HOSTILE
    assert f"{HOSTILE} 1" in visitor.text
    assert not any(HOSTILE in source for source in visitor.markdown)


def test_many_photos_get_a_label_at_once(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label")
    visitor.at.segmented_control(key="label_how").set_value("Many at once")
    visitor.run()
    assert "label many cat" not in visitor.buttons
    visitor.choose("label_grid", "3", "4")
    assert "**2 selected.** Label them:" in visitor.text
    visitor.click("label many cat")
    assert [name for name, label in given(pets).items() if label == "cat"] == ["dog/0.jpg", "dog/1.jpg"]
    visitor.at.pills(key="label_filter").set_value(many.NONE)
    visitor.run()
    assert [tile["note"] for tile in visitor.tiles("label_grid")] == ["cat/0.jpg", "cat/1.jpg"]
    visitor.click("Undo")
    assert not any(given(pets).values())
    visitor.choose("label_grid", "1").click("many none")
    assert photos.get(pets, 1).excluded


def test_a_class_may_be_called_what_the_page_says_of_photos_itself(visitor: Visitor, pets: Project) -> None:
    for name in ("none", "nothing", "left out", "without a label"):
        vocabulary.add(pets, name)
    visitor.go("data/label").click("label as none").click("label as left out")
    assert list(given(pets).values())[:2] == ["none", "left out"]
    visitor.at.segmented_control(key="label_how").set_value("Many at once")
    visitor.run().at.pills(key="label_filter").set_value("left out")
    visitor.run()
    assert [tile["note"] for tile in visitor.tiles("label_grid")] == ["cat/1.jpg"]


def test_one_class_alone_is_warned_about(visitor: Visitor, tmp_path: Path) -> None:
    take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat",), 2), labelled=True)
    visitor.go("data/label")
    assert "Rekognition needs two labels or more to train a classifier. Add another class." in visitor.text


def test_a_label_with_too_few_photos_to_split_is_warned_about(visitor: Visitor, pets: Project, tmp_path: Path) -> None:
    (tmp_path / "photos" / "fox").mkdir()
    (tmp_path / "photos" / "fox" / "0.jpg").write_bytes(photo(2, 9))
    take_in(pets, tmp_path / "photos", labelled=True)
    visitor.go("data/label")
    assert "Too few photos to split into training and test: fox." in visitor.text


def test_a_photo_whose_file_is_gone_can_still_be_labelled(visitor: Visitor, pets: Project, tmp_path: Path) -> None:
    (tmp_path / "photos" / "cat" / "0.jpg").unlink()
    visitor.go("data/label")
    assert visitor.errors
    visitor.click("label as cat")
    assert given(pets)["cat/0.jpg"] == "cat"

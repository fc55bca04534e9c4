"""The part of the Label page that takes labels from other tools, and gives them to other tools."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from page_photos import draw, take_in
from visitor import Visitor

from core.dataset import kinds, labels, photos
from core.dataset.annotating import Annotation
from core.types import Box
from core.ui import state
from core.workspace import Project

BOX = {"images": [{"id": 1, "file_name": "cat/0.jpg"}, {"id": 2, "file_name": "<b>*else*</b>.jpg"}],
       "categories": [{"id": 1, "name": "ear"}],
       "annotations": [{"image_id": 1, "category_id": 1, "bbox": [5, 5, 20, 20]},
                       {"image_id": 2, "category_id": 1, "bbox": [5, 5, 20, 20]},
                       {"image_id": 1, "category_id": 2, "bbox": [5, 5, 20, 20]}]}


@pytest.fixture
def pets(visitor: Visitor, tmp_path: Path) -> Project:
    return take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2))


def opened(visitor: Visitor, way: str = "Import") -> Visitor:
    visitor.go("data/label")
    visitor.at.session_state["exchange pets"] = True
    visitor.at.session_state["exchange_way"] = way
    return visitor.run()


def given(visitor: Visitor, name: str, data: bytes) -> Visitor:
    """Choose a file, let it be read, and see what it would change."""
    next(one for one in visitor.at.file_uploader if one.key == "exchange_files").upload(name, data)
    visitor.run().click("Read the labels")
    visitor.finish("pets", "labels")
    return visitor


def state_of(project: Project) -> dict[str, tuple[tuple[str, ...], tuple[Box, ...]]]:
    return {photo.name: (photo.labels, photo.boxes) for photo in photos.photos(project)}


def test_while_it_is_closed_nothing_is_drawn_or_worked_out(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/label")
    assert not visitor.at.file_uploader
    assert "Read the labels" not in visitor.buttons


def test_labels_are_shown_before_they_count_and_can_be_undone(visitor: Visitor, pets: Project) -> None:
    labels.annotate(pets, "Before", {1: Annotation(("dog",))})
    before = state_of(pets)
    given(opened(visitor), "a.csv", b"image,label\ncat/0.jpg,cat\n1.jpg,cat\ndog/0.jpg,lynx\nx/dog/1.jpg,dog\n")
    assert state_of(pets) == before
    assert "- 3 photos of this project: 2 without labels until now, 1 with something else" in visitor.text
    assert "several photos may be meant: “cat/1.jpg” and “dog/1.jpg”" in visitor.text
    visitor.click("Import into 3 photos")
    visitor.finish("pets", "labels")
    assert state_of(pets) == before | {"cat/0.jpg": (("cat",), ()), "dog/0.jpg": (("lynx",), ()),
                                       "dog/1.jpg": (("dog",), ())}
    visitor.click("Undo the import")
    assert state_of(pets) == before
    assert "Undo the import" not in visitor.buttons


def test_boxes_offer_to_make_the_project_one_for_boxes(visitor: Visitor, pets: Project) -> None:
    given(opened(visitor), "a.json", json.dumps(BOX).encode())
    assert {"annotation 3", "its category_id belongs to no category of the file", "<b>*else*</b>.jpg",
            "no photo of the project is called so"} <= set(visitor.literal)
    visitor.click("Import into 1 photo")
    visitor.finish("pets", "labels")
    assert kinds.kind_of(pets) == "boxes"
    assert state_of(pets)["cat/0.jpg"] == (("ear",), (Box("ear", 5, 5, 20, 20),))
    visitor.click("Undo the import")
    assert kinds.kind_of(pets) == "single"
    assert not any(said for said, _ in state_of(pets).values())


def test_a_file_without_labels_is_refused_in_words_and_one_for_other_photos_leads_to_browse(
    visitor: Visitor, pets: Project
) -> None:
    given(opened(visitor), "a.json", b"{}")
    assert visitor.errors == ["a.json is not COCO: it has no lists named images, annotations and categories."]
    visitor.click("Dismiss")
    given(opened(visitor), "a.csv", b"image,label\nelse.jpg,cat\n")
    assert "None of it belongs to a photo of this project" in "".join(one.value for one in visitor.at.main.warning)
    assert visitor.links["Add photos"] == "browse"
    visitor.click("Discard")
    assert visitor.at.main.expander[0].proto.expanded  # as before: the next file follows
    assert state.job(pets, "labels") is None


def test_an_export_says_what_it_holds_and_what_it_does_not(visitor: Visitor, pets: Project) -> None:
    opened(visitor, "Export")
    assert "No photo has a label yet, so that there is nothing to export." in "".join(
        one.value for one in visitor.at.main.info)
    kinds.choose(pets, "boxes")
    labels.annotate(pets, "Drawn", {1: Annotation((), (Box("ear", 1, 1, 9, 9),))})
    visitor.run()
    assert "1 image, 1 box." in visitor.text
    formats = visitor.at.selectbox(key="exchange_format")
    formats.set_value(next(one for one in formats.options if one.startswith("CSV"))).run()
    assert "CSV keeps labels only: 1 box would not be in it." in visitor.text


def test_the_photos_are_packed_into_class_folders_by_a_job(visitor: Visitor, pets: Project) -> None:
    labels.label_by_folder(pets)
    opened(visitor, "Export")
    formats = visitor.at.selectbox(key="exchange_format")
    formats.set_value(next(one for one in formats.options if one.startswith("Class folders"))).run()
    visitor.click("Pack the photos")
    assert Path(visitor.finish("pets", "export").result).is_file()
    assert "Pack them again" in visitor.buttons

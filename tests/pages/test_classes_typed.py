"""Classes that are typed on the Label page, and removed again."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_photos import draw, take_in
from visitor import Visitor

from core.dataset import kinds, labels, photos, vocabulary
from core.types import Kind


def test_the_field_for_a_class_is_a_new_one_each_time_so_that_keys_label_photos(
    visitor: Visitor, tmp_path: Path
) -> None:
    pets = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2))
    visitor.go("data/label", pets.name)
    visitor.at.text_input(key="label_new_0").set_value("fox")
    visitor.run()
    assert [one.key for one in visitor.at.main.text_input] == ["label_new_1"]


@pytest.mark.parametrize("kind", ["single", "multi", "boxes"])
def test_of_many_classes_those_without_a_key_are_found_by_typing(visitor: Visitor, tmp_path: Path, kind: Kind) -> None:
    pets = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2))
    for number in range(1, 14):
        vocabulary.add(pets, f"breed {number}")
    kinds.choose(pets, kind)
    visitor.go("data/label", pets.name)
    assert len([one.key for one in visitor.at.button if str(one.key).startswith("label as ")]) == 9
    visitor.at.selectbox(key="label_more_0").set_value("breed 12")
    visitor.run()
    assert visitor.at.selectbox(key="label_more_1").value is None
    said = photos.photos(pets)[0].labels
    assert said == (() if kind == "boxes" else ("breed 12",))
    assert visitor.at.session_state["label_photo"] == (2 if kind == "single" else 1)
    if kind == "boxes":
        assert visitor.at.session_state["label_boxes_asked"]["label"] == "breed 12"


def test_a_photo_that_was_taken_in_again_is_not_among_the_last_labelled(visitor: Visitor, tmp_path: Path) -> None:
    pets = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2))
    labels.leave_out(pets, [1])
    labels.leave_out(pets, [1], out=False)
    visitor.go("data/label", pets.name)
    assert visitor.tiles("label_last") == []

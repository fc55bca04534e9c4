"""Classes that are typed on the Label page, and removed again."""

from __future__ import annotations

from pathlib import Path

from page_photos import draw, take_in
from visitor import Visitor

from core.dataset import labels


def test_the_field_for_a_class_is_a_new_one_each_time_so_that_keys_label_photos(
    visitor: Visitor, tmp_path: Path
) -> None:
    pets = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2))
    visitor.go("data/label", pets.name)
    visitor.at.text_input(key="label_new_0").set_value("fox")
    visitor.run()
    assert [one.key for one in visitor.at.main.text_input] == ["label_new_1"]


def test_a_photo_that_was_taken_in_again_is_not_among_the_last_labelled(visitor: Visitor, tmp_path: Path) -> None:
    pets = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2))
    labels.leave_out(pets, [1])
    labels.leave_out(pets, [1], out=False)
    visitor.go("data/label", pets.name)
    assert visitor.tiles("label_last") == []

"""Photos that were left out are marked as such, and are found again."""

from __future__ import annotations

from pathlib import Path

from page_photos import draw, take_in
from visitor import Visitor

from core.dataset import labels, photos


def test_a_photo_that_was_left_out_is_marked_counted_and_can_be_filtered(visitor: Visitor, tmp_path: Path) -> None:
    pets = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 3))
    first = photos.photos(pets)[0]
    labels.leave_out(pets, [first.id])
    visitor.go("data/browse", pets.name)
    marks = {tile["id"]: tile["mark"] for tile in visitor.tiles("browse")}
    assert [tile for tile, mark in marks.items() if mark == "out"] == [str(first.id)]
    assert any("1 left out" in text for text in visitor.markdown)
    visitor.at.session_state["browse_verdicts"] = ["out"]
    visitor.run()
    assert [tile["id"] for tile in visitor.tiles("browse")] == [str(first.id)]

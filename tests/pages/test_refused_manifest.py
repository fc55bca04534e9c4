"""Manifests that Rekognition would refuse, as the Manifest page shows them."""

from __future__ import annotations

from pathlib import Path

from page_photos import draw, photo, take_in
from visitor import Visitor, read

from core.dataset import photos


def test_a_code_that_both_manifests_have_is_shown_for_each(visitor: Visitor, tmp_path: Path) -> None:
    pets = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat",), 5), labelled=True)
    visitor.go("data/manifest", pets.name)
    titles = [one.label for one in visitor.at.main.expander]
    assert "ERROR_MANIFEST_TOO_FEW_LABELS: the training manifest" in titles
    assert "ERROR_MANIFEST_TOO_FEW_LABELS: the testing manifest" in titles
    assert any("Fewer than 10 photos to train with: cat." in read(one.value) for one in visitor.at.main.warning)


def test_photos_are_those_of_the_manifest_that_is_refused(visitor: Visitor, tmp_path: Path) -> None:
    folder = draw(tmp_path / "photos", ("cat", "dog"), 0)
    for figure, label in enumerate(("cat", "dog")):
        for number in range(3):
            (folder / label / f"{number}.jpg").write_bytes(photo(figure, number, (4200, 100)))
    pets = take_in(visitor.workspace.create("pets"), folder, labelled=True)
    visitor.go("data/manifest", pets.name)
    shown = {side: {tile["caption"] for tile in visitor.tiles(f"manifest {side} ERROR")} for side in
             ("training", "testing")}
    assert len(shown["training"]) == 4 and len(shown["testing"]) == 2
    assert shown["training"] | shown["testing"] == {photo.name for photo in photos.photos(pets)}

"""The split on the Manifest page: both sides, moves by hand, leaks, and photos kept apart for a later test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from page_photos import HOSTILE, LABELS, draw, photo, take_in
from visitor import Visitor

from core.dataset import drawing, history, kinds, labels, photos, split, unseen
from core.dataset.split import Split
from core.types import Box
from core.ui.splitting.sides import chart
from core.workspace import Project


@pytest.fixture
def pets(visitor: Visitor, tmp_path: Path) -> Project:
    """Five cats and five photos of a hostile label."""
    return take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", LABELS, 5), labelled=True)


def sides(visitor: Visitor) -> dict[str, tuple[int, int]]:
    """What the table of the split says: (photos to train, to test) by class."""
    rows = visitor.at.main.dataframe[0].value.set_index("class")
    return {name: (int(row["to train"]), int(row["to test"])) for name, row in rows.iterrows()}


def test_both_sides_are_shown_by_class_with_what_so_few_photos_can_show(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/manifest")
    assert sides(visitor) == {"cat": (4, 1), HOSTILE: (4, 1)}
    assert len(visitor.at.main.get("vega_lite_chart")) == 1
    assert "2 test photos can show little: even if all are right, the true rate lies anywhere between 16 and" in (
        visitor.text)
    assert f"Of a single class still less: {HOSTILE} has 1" in visitor.text


def test_the_two_bars_have_the_classes_in_their_colours_and_names_as_values_only() -> None:
    both = {"cat": (4, 1), HOSTILE: (3, 0)}
    made = chart(both, Split((1, 2, 3, 4, 5, 6, 7), (8,)), {"cat": "#0072B2", HOSTILE: "#E69F00"})
    values = [(one["side"], one["class"], one["photos"]) for one in made["data"]["values"]]
    assert values == [("Train 7", "cat", 4), ("Test 1", "cat", 1), ("Train 7", HOSTILE, 3), ("Test 1", HOSTILE, 0)]
    assert made["encoding"]["color"]["scale"] == {"domain": ["cat", HOSTILE], "range": ["#0072B2", "#E69F00"]}
    many = {f"class {number}": (1, 1) for number in range(13)}
    assert chart(many, Split((), ()), dict.fromkeys(many, "#000000"))["encoding"]["color"]["legend"] is None


def test_seed_and_share_change_the_split_and_are_kept(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/manifest")
    visitor.at.main.number_input[0].set_value(7)
    visitor.at.main.slider[0].set_value(40)
    visitor.run()
    assert sides(visitor) == {"cat": (3, 2), HOSTILE: (3, 2)}
    kept = split.load(pets)
    assert (kept.seed, kept.test_share, len(kept.test)) == (7, 0.4, 4)
    assert visitor.go("data/manifest").at.main.slider[0].value == 40


def test_selected_photos_go_to_the_other_side_and_are_given_back_to_the_split(visitor: Visitor, pets: Project) -> None:
    drawn = split.load(pets)
    visitor.at.session_state["split_moving"] = True
    visitor.at.session_state["split_side"] = "train"
    visitor.go("data/manifest")
    assert sorted(int(tile["id"]) for tile in visitor.tiles("split_grid")) == list(drawn.train)
    cats = [number for number in drawn.train if photos.get(pets, number).label == "cat"]
    visitor.choose("split_grid", *map(str, cats)).click("split_move")
    assert set(split.load(pets).test) == {*drawn.test, *cats}
    assert sides(visitor)["cat"] == (0, 5)
    assert "4 photos were moved by hand" in visitor.text
    assert "No photo to train with: cat." in visitor.text
    visitor.click("split_release")
    assert split.load(pets) == drawn
    assert "moved by hand" not in visitor.text.replace("Move photos by hand", "")


def test_leaks_are_shown_as_pairs_and_end_with_a_click(
    visitor: Visitor, pets: Project, alike: Callable[..., None]
) -> None:
    names = {one.id: one.name for one in photos.photos(pets)}
    drawn = split.load(pets)
    other, cat = drawn.test
    like = next(number for number in drawn.train if photos.get(pets, number).label == "cat")
    alike(pets, {names[other]: names[like]})
    visitor.go("data/manifest")
    assert "1 test photo looks suspiciously like a training photo, although it is no copy." in visitor.text
    assert "**0.95 alike**, where a photo of this set and the one most like it are usually 0.50." in visitor.text
    assert "Their labels differ, so one may be wrong." in visitor.text
    assert {names[other], names[like]} <= set(visitor.text.splitlines())
    assert f"1 test photo is left then. Of {HOSTILE} none is left. It can be taken back above." in visitor.text
    visitor.click("split_cure")
    assert split.load(pets).test == (cat,)
    assert "No test photo looks suspiciously like a training photo" in visitor.text
    assert f"No photo to test with: {HOSTILE}." in visitor.text
    visitor.click("split_release")
    assert split.load(pets) == drawn


def test_photos_that_were_not_compared_are_compared_with_a_click(
    visitor: Visitor, pets: Project, alike: Callable[..., None]
) -> None:
    visitor.go("data/manifest")
    assert "10 photos not compared with the others yet." in visitor.text
    assert "suspiciously like a training photo:" not in visitor.text
    visitor.click("split_compare").finish("pets", "likeness")
    assert "not compared" not in visitor.text


def test_a_folder_of_unseen_photos_is_compared_and_twins_are_left_out_with_a_click(
    visitor: Visitor, pets: Project, tmp_path: Path, alike: Callable[..., None]
) -> None:
    folder = draw(tmp_path / "unseen", LABELS, 1, first=4)  # the fifth of each, which the project has
    (folder / "new.jpg").write_bytes(photo(2, 77))
    (folder / "broken.jpg").write_bytes(b"nothing")
    alike(pets, {}, folder)
    visitor.go("data/manifest")
    visitor.at.main.text_input[0].set_value(str(folder))
    visitor.click("Compare with this folder").finish("pets", "unseen")
    assert "compared just now: 2 are in the project themselves. 1 file could not be read." in visitor.text
    assert {"Unseen", "cat/4.jpg", "**The same file**."} <= set(visitor.text.splitlines())
    visitor.click("split_unseen_cure")
    assert len([one for one in photos.photos(pets) if one.excluded]) == 2
    assert "The photos of the project have changed since they were compared." in visitor.text
    history.undo(pets)
    assert len(unseen.last(pets).matches) == 2
    visitor.run().click("split_unseen_close")
    assert unseen.last(pets) is None


def test_a_folder_that_can_not_be_compared_says_why(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/manifest")
    visitor.at.main.text_input[0].set_value("/usr")
    visitor.click("Compare with this folder").finish("pets", "unseen")
    assert any("/usr is outside the folders that may be read" in error for error in visitor.errors)


def test_photos_of_several_labels_and_of_boxes_count_for_each(visitor: Visitor, pets: Project) -> None:
    kinds.choose(pets, "multi")
    labels.add(pets, [one.id for one in photos.photos(pets)], "pet")
    visitor.go("data/manifest")
    train, test = (sum(both[side] for name, both in sides(visitor).items() if name != "pet") for side in (0, 1))
    assert sides(visitor)["pet"] == (train, test)
    assert "A photo counts for each of its labels." in visitor.text
    kinds.choose(pets, "boxes")
    for number in range(1, 5):
        drawing.draw(pets, number, [Box("ear", 10, 10, 30, 30), Box("ear", 60, 10, 30, 30)])
    visitor.run()
    assert sides(visitor) == {"ear": (3, 1)}
    assert "A photo counts for each class that it has a box of." in visitor.text

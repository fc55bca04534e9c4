from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import streamlit as st
from page_photos import draw, photo, take_in
from PIL import Image
from visitor import Visitor

from core.dataset import cleaning, photos
from core.images import cleaning as pixels
from core.workspace import Project


@pytest.fixture
def pets(visitor: Visitor, tmp_path: Path) -> Project:
    """Two fine cats, a wide one, a dog as PNG, one cut off, and one twice."""
    folder = draw(tmp_path / "photos", ("cat", "dog"), 2)
    (folder / "cat" / "wide.jpg").write_bytes(photo(0, 5, (2000, 500)))
    (folder / "dog" / "1.png").write_bytes(photo(1, 7, format="PNG"))
    (folder / "dog" / "again.jpg").write_bytes((folder / "dog" / "0.jpg").read_bytes())
    (folder / "dog" / "cut.jpg").write_bytes(photo(1, 8)[:2000])
    return take_in(visitor.workspace.create("pets"), folder)


def plans(visitor: Visitor) -> list[str]:
    """The parts of the plan."""
    return list(next(one for one in visitor.at.button_group if one.key == "clean_plan").options)


def shown(visitor: Visitor) -> str:
    """The photo that is shown before and after."""
    found = [json.loads(one.proto.json) for one in visitor.at.get("bidi_component")]
    return str(next(data["name"] for data in found if "before" in data))


def digests(folder: Path) -> dict[Path, str]:
    return {file: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


def test_without_photos_the_page_leads_to_browse(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("data/clean")
    assert "There are no photos to clean yet." in visitor.text
    assert visitor.links == {"Add photos": "browse"}


def test_the_plan_says_what_will_be_done_before_anything_is(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/clean")
    assert plans(visitor) == ["as it is: 5 photos", "shrink: 1 photo", "leave out: 2 photos"]
    assert "Clean 6 photos" in visitor.buttons
    assert cleaning.results(pets) == []


def test_what_is_left_out_is_named_with_its_reason(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/clean")
    visitor.at.session_state["clean_plan"] = "leave out"
    visitor.run()
    why = visitor.at.main.dataframe[0].value.set_index("photo")["why"]
    assert why["dog/again.jpg"] == "It is the same file as dog/0.jpg, which is kept."
    assert "cut off" in why["dog/cut.jpg"]
    assert {tile["caption"] for tile in visitor.tiles("clean leave out")} == {"dog/again.jpg", "dog/cut.jpg"}


def test_cleaning_makes_copies_and_leaves_the_originals_alone(
    visitor: Visitor, pets: Project, tmp_path: Path
) -> None:
    before = digests(tmp_path / "photos")
    visitor.go("data/clean").click("Clean 6 photos")
    assert visitor.finish("pets", "clean").state == "done"
    assert digests(tmp_path / "photos") == before
    assert "6 of 8 photos clean, 2 left out: nothing to do." in visitor.text
    report = visitor.at.main.dataframe[0].value.set_index("name")
    assert report.loc["cat/wide.jpg", ["width before", "width", "height"]].tolist() == [2000, 1280, 320]
    assert [one.label for one in visitor.at.download_button] == ["Download as CSV"]
    assert visitor.links == {"On to labelling": "label"}


def test_before_and_after_are_paged_in_both_directions(visitor: Visitor, pets: Project, tmp_path: Path) -> None:
    take_in(pets, tmp_path / "photos", clean=True)
    visitor.go("data/clean")
    assert shown(visitor) == "cat/0.jpg"
    visitor.click("Previous")
    assert shown(visitor) == "dog/1.png"
    visitor.click("Next").click("Next").click("Next")
    assert shown(visitor) == "cat/wide.jpg"
    assert "Before: 2000 x 500 pixels" in visitor.text
    assert "After: 1280 x 320 pixels" in visitor.text
    assert "shrink." in visitor.text


def test_before_and_after_are_chosen_by_what_was_done(visitor: Visitor, pets: Project, tmp_path: Path) -> None:
    take_in(pets, tmp_path / "photos", clean=True)
    visitor.go("data/clean")
    visitor.at.session_state["clean_place"] = 6
    visitor.run().at.selectbox(key="clean_action").set_value("shrink")
    visitor.run()
    assert shown(visitor) == "cat/wide.jpg"
    assert visitor.at.number_input(key="clean_place").value == 1


def test_another_recipe_makes_a_new_plan(visitor: Visitor, pets: Project, tmp_path: Path) -> None:
    take_in(pets, tmp_path / "photos", clean=True)
    visitor.go("data/clean")
    visitor.at.main.number_input[0].set_value(128)
    visitor.run()
    assert "shrink: 6 photos" in plans(visitor)
    visitor.click("Clean 6 photos")
    visitor.finish("pets", "clean")
    sizes = {(copy.width, copy.height) for copy in cleaning.results(pets) if copy.path}
    assert sizes == {(128, 96), (256, 64)}  # no side may get shorter than 64 pixels
    assert visitor.at.main.number_input[0].value == 128


def test_a_photo_is_taken_out_of_the_plan_and_in_again(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/clean")
    visitor.at.session_state["clean_plan"] = "shrink"
    visitor.run()
    visitor.choose("clean shrink", *(tile["id"] for tile in visitor.tiles("clean shrink")))
    visitor.click("Leave out 1")
    assert plans(visitor) == ["as it is: 5 photos", "leave out: 2 photos", "left out by you: 1 photo"]
    assert "Clean 5 photos" in visitor.buttons
    visitor.at.session_state["clean_plan"] = "left out by you"
    visitor.run()
    visitor.choose("clean left out by you", *(tile["id"] for tile in visitor.tiles("clean left out by you")))
    visitor.click("Take in 1 again")
    assert plans(visitor) == ["as it is: 5 photos", "shrink: 1 photo", "leave out: 2 photos"]


def test_of_near_duplicates_only_the_best_is_kept_when_that_is_asked_for(
    visitor: Visitor, pets: Project, tmp_path: Path
) -> None:
    smaller = Image.open(tmp_path / "photos" / "cat" / "0.jpg").resize((200, 150))
    smaller.save(tmp_path / "photos" / "cat" / "a smaller one.jpg")
    take_in(pets, tmp_path / "photos")
    visitor.go("data/clean")
    assert "leave out: 2 photos" in plans(visitor)
    visitor.at.main.toggle[0].set_value(True)
    visitor.run()
    assert "leave out: 3 photos" in plans(visitor)
    visitor.click("Clean 6 photos")
    visitor.finish("pets", "clean")
    reasons = [copy.reason for copy in cleaning.results(pets) if copy.reason]
    assert "It is almost the same picture as cat/0.jpg, which is better and kept." in reasons
    assert visitor.at.main.toggle[0].value


def test_the_report_runs_no_formula_in_a_spreadsheet(
    visitor: Visitor, pets: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes] = []
    monkeypatch.setattr(st, "download_button", lambda _, data, *__, **___: made.append(data()))
    (tmp_path / "photos" / "=HYPERLINK(1)").mkdir()
    (tmp_path / "photos" / "=HYPERLINK(1)" / "a.jpg").write_bytes(photo(2, 3))
    take_in(pets, tmp_path / "photos", clean=True)
    visitor.go("data/clean")
    assert b"\n'=HYPERLINK(1)/a.jpg," in made[-1]
    assert b"\n=" not in made[-1]


def test_a_cleaning_that_fails_says_why_and_can_be_repeated(
    visitor: Visitor, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pixels, "write_atomically", full)
        visitor.go("data/clean").click("Clean 6 photos")
        assert visitor.finish("pets", "clean").state == "failed"
    assert len(visitor.errors) == 1
    assert "The disk is full" in visitor.errors[0] and "Make room" in visitor.errors[0]
    visitor.click("Clean 6 photos")
    assert visitor.finish("pets", "clean").state == "done"
    assert visitor.errors == []


def test_an_original_that_is_gone_is_said_and_nothing_else_is_lost(
    visitor: Visitor, pets: Project, tmp_path: Path
) -> None:
    take_in(pets, tmp_path / "photos", clean=True)
    (tmp_path / "photos" / "cat" / "0.jpg").unlink()
    visitor.go("data/clean")
    assert visitor.errors == ["0.jpg is not there, or not a file."]
    assert "6 of 8 photos clean" in visitor.text
    assert len(photos.photos(pets)) == 8

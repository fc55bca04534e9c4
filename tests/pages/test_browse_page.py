from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from page_photos import draw, photo, take_in
from visitor import Visitor

from core.aws import clients as aws
from core.aws import storage
from core.dataset import judging, likeness, photos, vocabulary
from core.errors import Cancelled, translate
from core.images.verdicts import Thresholds
from core.types import Backend
from core.ui import state
from core.ui.words import plain
from core.workspace import Project

BUCKET = "photos-for-browse"


@pytest.fixture
def pets(visitor: Visitor, tmp_path: Path) -> Project:
    """Three cats and three dogs; one cat is under 64 pixels, one dog is dark."""
    folder = draw(tmp_path / "photos", ("cat", "dog"), 3)
    (folder / "cat" / "2.jpg").write_bytes(photo(0, 2, (320, 40)))
    return take_in(visitor.workspace.create("pets"), folder)


def read_folder(visitor: Visitor, folder: str) -> Visitor:
    visitor.go("data/browse")
    visitor.at.text_input(key="browse_folder_path").set_value(folder)
    visitor.click("Read the folder")
    visitor.finish("pets", "import")
    return visitor


def captions(visitor: Visitor) -> list[str]:
    return [tile["caption"] for tile in visitor.tiles("browse")]


def test_without_a_project_the_page_leads_to_the_overview(visitor: Visitor) -> None:
    visitor.go("data/browse")
    assert "There is no project yet." in visitor.text
    assert visitor.links == {"Start on the overview": "overview"}


def test_an_empty_project_asks_where_the_photos_are(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("data/browse")
    assert "No photos yet. Choose where they are, above." in visitor.text
    assert visitor.at.expander[0].proto.expanded
    assert "Read the folder" in visitor.buttons


def test_a_folder_is_read_as_a_job_and_its_photos_are_shown(visitor: Visitor, tmp_path: Path) -> None:
    visitor.workspace.create("pets")
    read_folder(visitor, str(draw(tmp_path / "photos", ("cat", "dog"), 2)))
    assert captions(visitor) == ["cat/0.jpg", "cat/1.jpg", "dog/0.jpg", "dog/1.jpg"]
    assert all(tile["src"].startswith("data:image/jpeg;base64,") for tile in visitor.tiles("browse"))
    assert {"4 photos", "0 refused by Rekognition"} <= set(visitor.buttons)
    assert ":gray[2 classes]" in visitor.text


@pytest.mark.parametrize(("folder", "said"), [
    ("", "Name a folder"), ("nowhere", "does not exist"), ("/etc", "outside the folders that may be read"),
    ("photos.txt", "is a file. Name the folder that holds it")])
def test_a_folder_that_can_not_be_read_is_named_with_what_is_allowed(
    visitor: Visitor, tmp_path: Path, folder: str, said: str
) -> None:
    visitor.workspace.create("pets")
    (tmp_path / "photos.txt").write_text("no folder")
    read_folder(visitor, str(tmp_path / folder) if folder and folder != "/etc" else folder)
    assert [said in error for error in visitor.errors] == [True]
    read_folder(visitor, str(draw(tmp_path / "photos", ("cat",), 1)))
    assert captions(visitor) == ["cat/0.jpg"]
    assert visitor.errors == []


def test_files_from_the_browser_are_kept_in_the_project(visitor: Visitor) -> None:
    project = visitor.workspace.create("pets")
    visitor.go("data/browse")
    visitor.at.segmented_control(key="browse_source").set_value("Files")
    visitor.run()
    visitor.at.file_uploader(key="browse_files 0").upload("a cat.jpg", photo(0, 1), "image/jpeg")
    visitor.run().click("Add 1 file")
    visitor.finish("pets", "import")
    assert captions(visitor) == ["a cat.jpg"]
    assert Path(photos.photos(project)[0].path).is_relative_to(project.originals)


def test_a_zip_is_unpacked_with_its_folders_as_classes(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for label in ("cat", "dog"):
            archive.writestr(f"pets/{label}/1.jpg", photo(0, 1 if label == "cat" else 2))
    visitor.go("data/browse")
    visitor.at.segmented_control(key="browse_source").set_value("Zip")
    visitor.run()
    visitor.at.file_uploader(key="browse_zip 0").upload("pets.zip", packed.getvalue(), "application/zip")
    visitor.run().click("Unpack it")
    visitor.finish("pets", "import")
    assert captions(visitor) == ["cat/1.jpg", "dog/1.jpg"]


def test_what_is_no_zip_is_refused_in_words(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("data/browse")
    visitor.at.segmented_control(key="browse_source").set_value("Zip")
    visitor.run()
    visitor.at.file_uploader(key="browse_zip 0").upload("pets.zip", b"PK\x03\x04 and no more", "application/zip")
    visitor.run().click("Unpack it")
    visitor.finish("pets", "import")
    assert any("pets.zip is not a zip file" in error for error in visitor.errors)


def test_photos_are_copied_from_a_place_in_s3(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    clients = aws.connect(visitor.workspace.root, Backend())
    storage.ensure_bucket(clients, BUCKET)
    storage.put_bytes(clients, BUCKET, "farm/cat/one.jpg", photo(0, 1), "image/jpeg")
    visitor.go("data/browse")
    visitor.at.segmented_control(key="browse_source").set_value("S3")
    visitor.run()
    assert BUCKET in visitor.at.selectbox(key="browse_bucket").options
    visitor.at.selectbox(key="browse_bucket").select(BUCKET)
    visitor.at.text_input(key="browse_prefix").set_value("farm/")
    visitor.click("Copy from S3")
    assert visitor.finish("pets", "import").state == "done"
    assert captions(visitor) == ["cat/one.jpg"]


def test_buckets_that_may_not_be_listed_do_not_end_the_page(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise translate("AccessDenied", "ListBuckets", "")

    visitor.workspace.create("pets")
    monkeypatch.setattr(storage, "list_buckets", fail)
    visitor.go("data/browse")
    visitor.at.segmented_control(key="browse_source").set_value("S3")
    visitor.run()
    assert "These credentials do not have the permission for this call." in visitor.text
    assert "Copy from S3" in visitor.buttons


def test_every_refusal_is_counted_and_said_at_its_photo(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    assert "1 refused by Rekognition" in visitor.text
    refused = next(tile for tile in visitor.tiles("browse") if tile["caption"] == "cat/2.jpg")
    assert refused["mark"] == "refused"
    assert "320 x 40 pixels: a side is under 64. Cleaning enlarges it." in refused["note"]
    assert visitor.links == {"Clean the photos": "clean"}


def test_filters_show_counts_that_follow_each_other_and_narrow_the_gallery(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    assert {"cat (3)", "dog (3)", "Refused (1)", "under 64 px (1)"} <= set(visitor.text.splitlines())
    visitor.at.pills(key="browse_classes").set_value(["dog"])
    assert captions(visitor.run()) == ["dog/0.jpg", "dog/1.jpg", "dog/2.jpg"]
    assert "under 64 px (1)" not in visitor.text.splitlines()
    visitor.at.text_input(key="browse_text").set_value("/2")
    assert captions(visitor.run()) == ["dog/2.jpg"]
    visitor.click("Clear filters")
    assert len(captions(visitor)) == 6


def test_where_no_photo_passes_the_page_offers_to_show_all_again(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    visitor.at.text_input(key="browse_text").set_value("no such name")
    assert "No photo passes all the filters." in visitor.run().text
    visitor.click("nothing Clear filters")
    assert len(captions(visitor)) == 6


def test_a_part_of_the_strip_shows_its_photos_and_a_second_click_all_again(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse").click("1 under 64 px")
    assert captions(visitor) == ["cat/2.jpg"]
    visitor.click("1 under 64 px")
    assert len(captions(visitor)) == 6


def test_filters_and_order_stay_while_another_page_is_open(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    visitor.at.text_input(key="browse_text").set_value("dog")
    visitor.at.toggle(key="browse_descending").set_value(True)
    visitor.run().go("data/clean").go("data/browse")
    assert captions(visitor) == ["dog/2.jpg", "dog/1.jpg", "dog/0.jpg"]


def test_a_filter_that_was_set_for_another_project_is_forgotten(
    visitor: Visitor, pets: Project, tmp_path: Path
) -> None:
    take_in(visitor.workspace.create("farm"), draw(tmp_path / "farm", ("cow", "pig"), 2))
    visitor.go("data/browse", project="pets").click("1 under 64 px")
    visitor.go("data/browse", project="farm")
    assert captions(visitor) == ["cow/0.jpg", "cow/1.jpg", "pig/0.jpg", "pig/1.jpg"]


def test_a_threshold_that_is_moved_changes_the_verdicts_at_once(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    visitor.at.slider(key="browse_limit_blurry").set_value(1.0).run()
    assert judging.thresholds_of(pets).blurry == 1.0
    assert "blurred (6)" in visitor.run().text
    visitor.click("As usual")
    assert judging.thresholds_of(pets) == Thresholds()
    assert "blurred (6)" not in visitor.text


def test_what_can_be_done_is_done_with_the_selection_or_else_with_all_that_is_shown(
    visitor: Visitor, pets: Project
) -> None:
    visitor.go("data/browse").choose("browse", "1", "3")
    assert "**2 selected**" in visitor.text
    visitor.click("Leave out 2")
    assert [one.id for one in photos.photos(pets) if one.excluded] == [1, 3]
    assert "**2 selected**" not in visitor.text
    visitor.choose("browse", "1", "2").click("Take in 1 again")
    assert [one.id for one in photos.photos(pets) if one.excluded] == [3]
    visitor.at.pills(key="browse_classes").set_value(["dog"])
    visitor.run().click("Leave out 3")
    assert [one.name for one in photos.photos(pets) if not one.excluded] == ["cat/0.jpg", "cat/1.jpg"]
    visitor.click("Undo")
    assert [one.id for one in photos.photos(pets) if one.excluded] == [3]


def test_labelling_from_the_gallery_keeps_the_classes_of_the_folders(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse").choose("browse", "1", "2")
    visitor.pick("Label 2", "dog")
    assert {one.id: one.label for one in photos.photos(pets) if one.label} == {1: "dog", 2: "dog"}
    assert vocabulary.listed(pets) == ["cat", "dog"]


def test_a_photo_that_has_gone_from_the_project_is_selected_no_more(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse").choose("browse", "1", "999")
    assert "**1 selected**" in visitor.text


def test_a_photo_opens_with_every_fact_beside_its_limit(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    shown = next(tile for tile in visitor.tiles("browse") if tile["caption"] == "cat/2.jpg")
    visitor.choose("browse", opened=shown["id"])
    rows = {row[0]: (row[1], row[2]) for row in visitor.at.table[0].value.to_numpy().tolist()}
    assert rows["Width"] == ("320 px", "64 to 4096 px")
    assert rows["Height"] == ("40 px", ":red[64 to 4096 px ✗]")
    assert rows["Channels"] == ("3 (RGB)", "RGB or grey, 8 bit")
    scores = {row[0]: row[2] for row in visitor.at.table[1].value.to_numpy().tolist()}
    assert scores["Sharpness"].startswith("under 0.")
    assert "a side is under 64" in visitor.text
    assert "3 of 6" in visitor.text


def test_the_photos_are_compared_by_themselves_and_then_more_like_one_are_shown(
    visitor: Visitor, pets: Project
) -> None:
    visitor.go("data/browse").finish("pets", "likeness")
    assert likeness.pending(pets) == 0
    visitor.choose("browse", "4").click("More like this")
    assert visitor.tiles("browse")[0]["caption"] == "dog/0.jpg"
    visitor.click("like 1 photo")
    assert captions(visitor)[0] == "cat/0.jpg"


def test_a_comparison_that_was_stopped_begins_again_only_when_it_is_asked_for(
    visitor: Visitor, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise Cancelled("stopped")

    monkeypatch.setattr(likeness, "compare", stop)
    visitor.go("data/browse").finish("pets", "likeness")
    begun = state.job(pets, "likeness")
    visitor.at.session_state["browse_view"] = "Map"
    visitor.run()
    assert state.job(pets, "likeness") == begun
    assert "6 photos not compared yet." in visitor.text
    monkeypatch.undo()
    visitor.click("Compare now")
    assert visitor.finish("pets", "likeness").state == "done"


def test_the_table_has_all_facts_and_scores_of_every_photo(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    visitor.at.session_state["browse_view"] = "Table"
    visitor.run()
    frame = visitor.at.dataframe[0].value
    assert frame[["name", "height", "width", "channels"]].iloc[0].tolist() == ["cat/0.jpg", 192, 256, 3]
    assert len(frame) == 6 and {"sharpness", "problems", "sha256"} <= set(frame)
    assert [one.label for one in visitor.at.download_button] == ["Download 6 rows as CSV"]


def test_charts_stand_above_the_gallery(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    visitor.at.session_state["browse_view"] = "Charts"
    visitor.run()
    assert len(visitor.at.get("plotly_chart")) == 3


def test_the_shortcut_check_says_what_it_needs(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    visitor.at.session_state["browse_view"] = "Shortcuts"
    assert "two classes with 4 photos or more" in visitor.run().text


def test_a_photo_that_has_gone_from_the_disk_is_still_listed(visitor: Visitor, pets: Project, tmp_path: Path) -> None:
    (tmp_path / "photos" / "dog" / "0.jpg").unlink()
    visitor.go("data/browse")
    gone = next(tile for tile in visitor.tiles("browse") if tile["caption"] == "dog/0.jpg")
    visitor.choose("browse", opened=gone["id"])
    assert "dog/0.jpg" in visitor.text
    assert [one.value for one in visitor.at.error] == [plain("0.jpg is not there, or not a file.")]

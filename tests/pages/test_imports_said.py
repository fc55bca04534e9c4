"""What an import did, what it left out, why it failed, and what it still needs, is said on Browse, once."""

from __future__ import annotations

import io
import threading
import zipfile
from pathlib import Path

import pytest
from page_photos import draw, photo, take_in
from visitor import Visitor

from core.aws import storage
from core.dataset import photos, scanning, sources
from core.errors import Cancelled, translate
from core.jobs import Progress
from core.workspace import Project


def test_what_a_zip_held_beside_photos_is_said(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("cat/1.jpg", photo(0, 1))
        archive.writestr("read me.txt", "Hello")
    visitor.go("data/browse", "pets")
    visitor.at.segmented_control(key="browse_source").select("Zip")
    visitor.run().at.file_uploader(key="browse_zip 0").upload("pets.zip", packed.getvalue(), "application/zip")
    visitor.run().click("Unpack it").finish("pets", "import")
    assert "1 photo: 1 new. Left out: files that are not images (1). Next: " in visitor.text
    assert not visitor.at.file_uploader(key="browse_zip 1").value  # holds the zip no longer
    visitor.click("Close")
    assert "Next: " not in visitor.text
    assert "Last added, from pets.zip: 1 photo: 1 new. Left out: files that are not images (1)." in visitor.text
    assert visitor.at.selectbox(key="import_classes pets 0").options == ["The first folder: cat", "No folder"]


def test_what_an_import_did_is_news_until_browse_is_left_and_then_found_where_photos_are_added(
    visitor: Visitor, tmp_path: Path
) -> None:
    visitor.workspace.create("pets")
    visitor.go("data/browse", "pets")
    for number in (1, 2):  # the second one on the same visit
        folder = draw(tmp_path / str(number), ("cat",), number)
        visitor.at.text_input(key="browse_folder_path").set_value(str(folder))
        visitor.click("Read the folder").finish("pets", "import")
        assert visitor.run().text.count("Next: see below") == 1
        assert "Last added" not in visitor.text
    visitor.go("data/clean").go("data/browse")
    assert "Next: see below" not in visitor.text
    assert f"Last added, from {folder}: 2 photos: 2 new." in visitor.text


def test_a_failed_import_is_said_once_on_its_page_and_in_the_sidebar_elsewhere(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("data/browse", "pets")
    visitor.at.text_input(key="browse_folder_path").set_value("/nowhere")
    visitor.click("Read the folder").finish("pets", "import")
    assert visitor.text.count("outside the folders that may be read") == 1
    assert len(visitor.errors) == 1
    visitor.go("data/clean")
    assert visitor.text.count("outside the folders that may be read") == 1
    assert visitor.errors == []
    visitor.go("data/browse").click("Dismiss")
    assert "outside the folders that may be read" not in visitor.text


def test_what_to_add_can_be_corrected_at_once_where_an_import_failed(visitor: Visitor, tmp_path: Path) -> None:
    take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat",), 1))
    visitor.go("data/browse", "pets")
    assert not visitor.at.main.expander[0].proto.expanded
    visitor.at.text_input(key="browse_folder_path").set_value("/nowhere")
    visitor.click("Read the folder").finish("pets", "import")
    assert visitor.at.main.expander[0].proto.expanded
    assert visitor.at.text_input(key="browse_folder_path").value == "/nowhere"
    assert not visitor.click("Dismiss").at.main.expander[0].proto.expanded


def test_photos_in_no_folder_are_sent_on_to_labelling(visitor: Visitor, tmp_path: Path) -> None:
    visitor.workspace.create("pets")
    visitor.go("data/browse")
    visitor.at.text_input(key="browse_folder_path").set_value(str(draw(tmp_path / "photos", ("cat",), 2) / "cat"))
    visitor.click("Read the folder").finish("pets", "import")
    assert "2 photos: 2 new. No folder names a class; the Label page gives them one. Next: " in visitor.text


def test_another_folder_can_name_the_classes(visitor: Visitor, tmp_path: Path) -> None:
    project = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("train/cat", "train/dog"), 1))
    visitor.go("data/browse", "pets")
    assert [one.folder_label for one in photos.photos(project)] == ["cat", "dog"]
    visitor.at.selectbox(key="import_classes pets 1").select_index(0)
    assert visitor.run().at.selectbox(key="import_classes pets 0").value == 0
    assert [one.folder_label for one in photos.photos(project)] == ["train", "train"]


def test_copying_from_no_bucket_asks_for_one(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("data/browse", "pets")
    visitor.at.segmented_control(key="browse_source").select("S3")
    visitor.run().click("Copy from S3")
    assert [one.value for one in visitor.at.main.warning] == ["Choose a bucket, or type its name."]


@pytest.fixture
def half_seen(visitor: Visitor, tmp_path: Path) -> Project:
    """Six photos, of which two were looked at before somebody cancelled."""
    stop = threading.Event()
    project = visitor.workspace.create("pets")
    with pytest.raises(Cancelled):
        sources.import_folder(Progress(lambda **change: stop.set() if change.get("done") == 2 else None, stop),
                              str(project.home), project.name, str(draw(tmp_path / "photos", ("cat", "dog"), 3)))
    return project


@pytest.mark.parametrize("page", ["data/browse", "data/clean"])
def test_photos_that_were_never_looked_at_are_counted_and_a_click_looks_at_them(
    visitor: Visitor, half_seen: Project, page: str
) -> None:
    number = scanning.waiting(half_seen)
    visitor.go(page)
    assert f"{number} photos have yet to be looked at." in visitor.text
    visitor.click(f"Look at {number} photos")
    assert visitor.finish("pets", "import").state == "done"
    assert "yet to be looked at" not in visitor.text
    assert all(photo.facts for photo in photos.photos(half_seen))


def test_a_cancelled_import_says_what_it_has_left(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = visitor.workspace.create("pets")
    folder = draw(tmp_path / "photos", ("cat",), 1)

    def cancelled(*_: object) -> None:
        raise Cancelled("Cancelled. What was finished is kept; starting again goes on from there.")

    monkeypatch.setattr(scanning, "scan", cancelled)
    visitor.go("data/browse")
    visitor.at.text_input(key="browse_folder_path").set_value(str(folder))
    assert visitor.click("Read the folder").finish("pets", "import").state == "cancelled"
    assert visitor.text.count("What was finished is kept") == 1
    assert visitor.errors == []
    assert len(photos.photos(project)) == 1
    visitor.click("Dismiss")
    assert "What was finished is kept" not in visitor.text


def test_a_bucket_that_is_not_there_is_named_and_stays_typed(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise translate("NoSuchBucket", "ListObjectsV2", "The specified bucket does not exist")

    visitor.workspace.create("pets")
    monkeypatch.setattr(storage, "list_buckets", lambda _: ["holidays"])
    monkeypatch.setattr(storage, "list_objects", missing)
    visitor.go("data/browse")
    visitor.at.segmented_control(key="browse_source").select("S3")
    visitor.run().at.selectbox(key="browse_bucket").set_value("holidays")
    visitor.at.text_input(key="browse_prefix").set_value("2026/")
    visitor.click("Copy from S3").finish("pets", "import")
    assert len(visitor.errors) == 1
    assert visitor.errors[0].startswith("s3://holidays/2026/ can not be read.")
    assert visitor.errors[0].endswith("See how the bucket is spelled, or choose one of the list.")
    assert visitor.at.text_input(key="browse_prefix").value == "2026/"

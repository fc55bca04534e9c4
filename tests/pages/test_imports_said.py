"""What an import did, what it left out, why it failed, and what it still needs, is said on Browse, once."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from page_photos import draw, photo, take_in
from visitor import Visitor

from core.dataset import photos


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
    assert "1 photo: 1 new." not in visitor.text
    assert visitor.at.selectbox(key="import_classes pets 0").options == ["The first folder: cat", "No folder"]


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

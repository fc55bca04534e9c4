"""What an import left out, and what it still needs, is said on Browse."""

from __future__ import annotations

import io
import zipfile

from page_photos import photo
from visitor import Visitor, read


def test_what_a_zip_held_beside_photos_is_said(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("cat/1.jpg", photo(0, 1))
        archive.writestr("read me.txt", "Hello")
    visitor.go("data/browse", "pets")
    visitor.at.segmented_control(key="browse_source").select("Zip")
    visitor.run().at.file_uploader(key="browse_zip").upload("pets.zip", packed.getvalue(), "application/zip")
    visitor.run().click("Unpack it").finish("pets", "import")
    said = [read(one.value) for one in visitor.at.main.caption]
    assert "1 photo: 1 new. Left out: files that are not images (1)." in said


def test_copying_from_no_bucket_asks_for_one(visitor: Visitor) -> None:
    visitor.workspace.create("pets")
    visitor.go("data/browse", "pets")
    visitor.at.segmented_control(key="browse_source").select("S3")
    visitor.run().click("Copy from S3")
    assert [one.value for one in visitor.at.main.warning] == ["Choose a bucket, or type its name."]

"""Photos in large: made once, and without a picture where none can be made."""

from __future__ import annotations

from pathlib import Path

import pytest
from page_photos import draw, photo, take_in
from visitor import Visitor

from core.aws import clients as aws
from core.aws import storage
from core.errors import BadImage
from core.images import thumbnails
from core.types import Backend
from core.ui import large, state


def test_a_large_picture_is_made_once_while_its_file_stays_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, real = [], thumbnails.preview
    monkeypatch.setattr(thumbnails, "preview", lambda path, longest: made.append(path) or real(path, longest))
    file = tmp_path / "cat.jpg"
    file.write_bytes(photo(0, 1))
    assert large.picture(str(file), 100) == large.picture(str(file), 100)
    assert len(made) == 1
    file.unlink()
    with pytest.raises(BadImage):
        large.picture(str(file), 100)


def test_an_object_that_was_overwritten_in_s3_shows_its_new_picture(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = visitor.workspace.create("pets")
    monkeypatch.setattr(state, "required", lambda: project)
    clients = aws.connect(visitor.workspace.root, Backend())
    uri = f"s3://{storage.ensure_bucket(clients, 'overwritten').name}/cat.jpg"
    storage.put_bytes(clients, "overwritten", "cat.jpg", photo(0, 1))
    first = large.picture(uri, 100)
    assert large.picture(uri, 100) is first
    storage.put_bytes(clients, "overwritten", "cat.jpg", photo(1, 2))
    assert large.picture(uri, 100) != first
    clients.s3.delete_object(Bucket="overwritten", Key="cat.jpg")
    with pytest.raises(BadImage, match="is not in S3 any more"):
        large.picture(uri, 100)


def test_a_photo_that_is_cut_off_says_so_once(visitor: Visitor, tmp_path: Path) -> None:
    folder = draw(tmp_path / "photos", ("cat",), 1)
    (folder / "cat" / "cut.jpg").write_bytes(photo(0, 8)[:2000])
    pets = take_in(visitor.workspace.create("pets"), folder)
    visitor.go("data/browse", pets.name).choose("browse", opened="2")
    assert len(visitor.at.error) == 1
    assert "damaged or cut off" in visitor.at.error[0].value

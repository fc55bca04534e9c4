from __future__ import annotations

import json
from pathlib import Path

import pytest
from page_photos import draw, photo, take_in
from visitor import Visitor

from core.aws import buckets, storage
from core.aws import clients as aws
from core.dataset import labels, photos
from core.errors import translate
from core.types import Backend
from core.workspace import Project


@pytest.fixture
def pets(visitor: Visitor, tmp_path: Path) -> Project:
    """Five cats and five dogs, labelled and clean."""
    folder = draw(tmp_path / "photos", ("cat", "dog"), 5)
    return take_in(visitor.workspace.create("pets"), folder, labelled=True, clean=True)


def test_without_labels_the_page_leads_to_labelling(visitor: Visitor, tmp_path: Path) -> None:
    take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 2))
    visitor.go("data/manifest")
    assert visitor.errors == ["No photo has a label yet."]
    assert visitor.links == {"Label the photos": "label"}


def test_the_verdict_and_a_line_are_shown_before_anything_is_sent(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/manifest")
    assert "Training can start: 8 photos to train with, 2 to test with, 2 labels." in visitor.text
    line = json.loads(visitor.at.main.code[0].value)
    assert line["source-ref"].startswith("s3://")
    assert line["class-metadata"]["class-name"] == "cat"
    assert [one.label for one in visitor.at.download_button] == ["Download train.manifest", "Download test.manifest"]
    assert "Upload photos and manifest" in visitor.buttons


def test_an_upload_sends_all_of_it_and_a_second_one_nothing(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/manifest").click("Upload photos and manifest")
    assert visitor.finish("pets", "upload").result.sent == 10
    assert "Everything is in S3, as it is shown here." in visitor.text
    visitor.click("Upload again")
    again = visitor.finish("pets", "upload").result
    assert (again.sent, again.kept) == (0, 10)
    clients = aws.connect(visitor.workspace.root, Backend())
    there = [item.key for item in storage.list_objects(clients, again.bucket, "pets/manifests/")]
    assert again.training_uri.rpartition("/")[2] in {Path(key).name for key in there}


def test_an_upload_that_fails_says_why_and_goes_on_where_it_stopped(
    visitor: Visitor, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise translate("AccessDenied", "PutObject", "Access Denied")

    pets.set("bucket", "bucket-that-refuses")
    with monkeypatch.context() as patch:
        patch.setattr(storage, "put_bytes", refuse)
        visitor.go("data/manifest").click("Upload photos and manifest")
        assert visitor.finish("pets", "upload").state == "failed"
    assert visitor.errors == ["PutObject: These credentials do not have the permission for this call. "
                              "AWS says: Access Denied. What was sent before stays in S3: uploading again goes on from "
                              "there."]
    visitor.click("Upload photos and manifest")
    assert visitor.finish("pets", "upload").state == "done"
    assert visitor.errors == []


def test_what_is_wrong_with_the_bucket_is_said_before_the_upload_and_mended_by_a_click(
    visitor: Visitor, pets: Project
) -> None:
    clients = aws.connect(visitor.workspace.root, Backend())
    clients.s3.create_bucket(Bucket="bucket-of-before")
    pets.set("bucket", "bucket-of-before")
    visitor.go("data/manifest")
    assert "Public access to the bucket bucket-of-before is not blocked altogether" in visitor.text
    visitor.click("Block all public access")
    assert "Public access" not in visitor.text
    assert "Block all public access" not in visitor.buttons
    assert all(clients.s3.get_public_access_block(Bucket="bucket-of-before")["PublicAccessBlockConfiguration"].values())


def test_another_bucket_can_be_chosen_and_one_that_can_not_be_used_is_said(visitor: Visitor, pets: Project) -> None:
    pets.set("bucket", "bucket-that-nobody-has-made")
    visitor.go("data/manifest")
    assert "The bucket will be made in us-east-1, encrypted and closed to the public." in visitor.text
    for name, said in (("My Photos", "A bucket's name has 3 to 63 small letters"), ("other-photos", "")):
        visitor.at.main.text_input[-1].set_value(name)
        visitor.click("Use this bucket")
        assert [error.startswith(said) for error in visitor.errors] == ([True] if said else [])
    assert "10 photos and both manifests go to `s3://other-photos/pets/`." in visitor.text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(buckets, "inspect", lambda *_: (_ for _ in ()).throw(translate("403", "HeadBucket", "")))
        pets.set("bucket", "bucket-of-others")
        visitor.run()
    assert visitor.errors == ["HeadBucket: S3 does not let these credentials do this."]
    assert "Another bucket" in visitor.text


def test_what_rekognition_would_refuse_is_grouped_by_its_code(visitor: Visitor, tmp_path: Path) -> None:
    folder = draw(tmp_path / "photos", ("cat", "dog"), 3)
    for number in range(4):
        (folder / "dog" / f"flat {number}.jpg").write_bytes(photo(1, 10 + number, (200, 40)))
    take_in(visitor.workspace.create("pets"), folder, labelled=True)
    visitor.go("data/manifest")
    assert any(error.startswith("Training will end with 'The manifest file contains too many invalid rows.'")
               for error in visitor.errors)
    assert "ERROR_INVALID_IMAGE: 3 lines of the training manifest" in visitor.text
    assert {tile["caption"] for tile in visitor.tiles("manifest")} == {f"dog/flat {number}.jpg" for number in range(4)}
    assert "Found: the image has a side under 64 pixels (3 times). AWS says: “The image is invalid." in visitor.text
    assert "Clean the photos" in visitor.text


def test_one_code_in_both_manifests_is_shown_for_each(visitor: Visitor, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    for figure, label in enumerate(("cat", "dog")):
        (folder / label).mkdir(parents=True)
        for number in range(4):
            (folder / label / f"{number}.jpg").write_bytes(photo(figure, number, (200, 40)))
    take_in(visitor.workspace.create("pets"), folder, labelled=True)
    visitor.go("data/manifest")
    heads = [one.label for one in visitor.at.main.expander if one.label.startswith("ERROR_INVALID_IMAGE:")]
    assert heads == [f"ERROR_INVALID_IMAGE: {lines} of the {side} manifest"
                     for side, lines in (("training", "6 lines"), ("testing", "2 lines"))]
    assert len(visitor.tiles("manifest")) == 8


def test_labelled_photos_that_are_not_in_the_manifest_are_named(visitor: Visitor, pets: Project) -> None:
    labels.leave_out(pets, [1])
    labels.assign(pets, [2], "dog")
    (Path(photos.get(pets, 2).path).parent / "twin.jpg").write_bytes(Path(photos.get(pets, 3).path).read_bytes())
    take_in(pets, Path(photos.get(pets, 2).path).parents[1], labelled=True)
    labels.assign(pets, [11], "dog")
    visitor.go("data/manifest")
    why = visitor.at.main.dataframe[-1].value.set_index("photo")["why"]
    assert why["cat/twin.jpg"].startswith("The same picture has several labels: ")
    assert "“dog”" in why["cat/2.jpg"]


def test_without_a_connection_the_page_says_so_and_ends(
    visitor: Visitor, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise translate("ExpiredToken", "GetCallerIdentity", "")

    monkeypatch.setattr(storage, "bucket_name", fail)
    visitor.go("data/manifest")
    assert visitor.errors == ["GetCallerIdentity: The credentials have expired. Sign in again, then repeat the step."]
    assert "Upload" not in visitor.text

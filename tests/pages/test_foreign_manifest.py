"""A manifest from elsewhere on the Manifest page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from page_photos import draw, photo
from visitor import Visitor

from core.aws import clients as aws
from core.aws import storage
from core.dataset import examining
from core.errors import translate
from core.types import Backend
from core.ui.foreign import ranges
from core.workspace import Project

BY_HAND = (
    '{"source-ref": "s3://b/cleaned_data/%s/%d.jpg", "class-label": "%s", "class-label-metadata": {"type": '
    '"groundtruth/image-classification", "class-name": "%s", "human-annotated": "yes", "creation-date": '
    '"2025-05-12T00:00:00"}}\n')


def by_hand(count: int = 10) -> bytes:
    return "".join(BY_HAND % (label, number, label, label)
                   for number in range(count) for label in (("cat", "dog")[number % 2],)).encode()


@pytest.fixture
def pets(visitor: Visitor) -> Project:
    """A project without a photo: a manifest from elsewhere needs none."""
    return visitor.workspace.create("pets")


def drop(visitor: Visitor, data: bytes, where: str = "nowhere", folder: str = "", testing: bytes | None = None
         ) -> Visitor:
    """Drop a manifest on the page, and let it be examined."""
    visitor.at.session_state["manifest_which"] = "From elsewhere"
    visitor.go("data/manifest", "pets")
    visitor.at.file_uploader(key="foreign_training").upload("theirs.manifest", data, "application/octet-stream")
    if testing is not None:
        visitor.at.file_uploader(key="foreign_testing").upload("test.manifest", testing, "application/octet-stream")
    visitor.at.session_state["foreign_where"] = where
    visitor.run()
    if folder:
        visitor.at.text_input(key="foreign_folder").set_value(folder)
    visitor.click("Examine")
    visitor.finish("pets", "examine")
    return visitor


def expanders(visitor: Visitor) -> list[str]:
    return [one.label for one in visitor.at.main.expander]


def test_a_manifest_written_by_hand_is_foretold_mended_shown_and_fine_then(visitor: Visitor, pets: Project) -> None:
    drop(visitor, by_hand())
    assert visitor.errors == ["Training will end with 'The manifest file contains too many invalid rows.': "
                              "10 of 10 lines are invalid, 2 may be."]
    assert expanders(visitor) == [
        "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST: the training manifest",
        "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT: 10 lines of the training manifest",
        "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT: 10 lines of the training manifest",
        "ERROR_NO_VALID_LABEL_ATTRIBUTES: 10 lines of the training manifest"]
    visitor.click("Mend what can be mended")
    visitor.finish("pets", "mend")
    assert "theirs-mended.manifest: 10 lines changed. The original stays as it was." in visitor.text.replace("**", "")
    before, after = visitor.at.main.code[0].value.splitlines()
    assert before == f"- {by_hand().decode().splitlines()[0]}"
    assert json.loads(after.removeprefix("+ "))["class-label"] == 0
    assert [one.label.replace("\\", "") for one in visitor.at.main.get("download_button")] == [
        "Download theirs-mended.manifest", "Download theirs-mended.diff"]
    visitor.click("Examine the mended manifest")
    visitor.finish("pets", "examine")
    assert visitor.errors == []
    assert "Training can start: 8 photos to train with, 2 to test with, 2 labels." in visitor.text
    kept = {file.read_bytes() for file in (pets.manifests / "foreign").glob("*.manifest")}
    assert by_hand() in kept and len(kept) == 2


def test_photos_are_found_in_a_folder_and_shown_beside_their_lines(
    visitor: Visitor, pets: Project, tmp_path: Path
) -> None:
    folder = draw(tmp_path / "photos", ("cat", "dog"), 5)
    (folder / "cat/0.jpg").write_bytes(photo(0, 1, (200, 40)))
    names = sorted(file.relative_to(folder) for file in folder.rglob("*.jpg"))
    text = by_hand(10).decode().splitlines()
    data = "".join(line.replace(f"{json.loads(line)['source-ref']}", f"s3://b/x/{name}") + "\n"
                   for line, name in zip(text, names, strict=False))
    mended = examining.doctor.repair(data.encode()).text
    drop(visitor, mended.encode(), "folder", str(folder))
    small = [head for head in expanders(visitor) if head.startswith("ERROR_INVALID_IMAGE")]
    assert small == ["ERROR_INVALID_IMAGE: 1 line of the training manifest"] or len(names) > 10
    assert "the image has a side under 64 pixels (once)" in visitor.text
    tile, = visitor.tiles("foreign")
    assert tile["caption"].endswith("0.jpg") and tile["src"]
    assert "Leave out the 1 line whose photos" in visitor.text


def test_lines_whose_photos_can_not_be_used_are_left_out_when_it_is_asked_for(
    visitor: Visitor, pets: Project, tmp_path: Path
) -> None:
    folder = draw(tmp_path / "photos", ("cat", "dog"), 2)
    lines = [BY_HAND % (label, number, label, label) for number in range(3) for label in ("cat", "dog")]
    fine = examining.doctor.repair("".join(lines).encode()).text
    drop(visitor, fine.encode(), "folder", str(folder))
    visitor.at.checkbox(key="foreign_leave").check()
    visitor.click("Mend what can be mended")
    visitor.finish("pets", "mend")
    assert "2 lines changed, 2 of them left out." in visitor.text.replace("**", "")
    assert "Line 5: the image is missing in S3" in visitor.text
    mended, = (pets.manifests / "foreign").glob("*-mended.manifest")
    assert mended.read_text() == "".join(fine.splitlines(keepends=True)[:4])


def test_a_pair_in_s3_is_examined_with_its_photos_there(visitor: Visitor, pets: Project) -> None:
    clients = aws.connect(visitor.workspace.root, Backend())
    bucket = storage.ensure_bucket(clients, "foreign-pair").name
    for number in range(6):
        storage.put_bytes(clients, bucket, f"p/{number}.jpg", photo(number % 2, number))
    lines = [line.replace("s3://b/cleaned_data/cat", f"s3://{bucket}/p").replace("s3://b/cleaned_data/dog",
             f"s3://{bucket}/p") for line in examining.doctor.repair(by_hand(7)).text.splitlines(keepends=True)]
    storage.put_bytes(clients, bucket, "train.manifest", "".join(lines).encode())
    storage.put_bytes(clients, bucket, "test.manifest", "".join(lines[:2]).encode())
    visitor.at.session_state["manifest_which"] = "From elsewhere"
    visitor.at.session_state["foreign_source"] = "In S3"
    visitor.go("data/manifest", "pets")
    visitor.at.text_input(key="foreign_training_uri").set_value(f"s3://{bucket}/train.manifest")
    visitor.at.text_input(key="foreign_testing_uri").set_value(f"s3://{bucket}/test.manifest")
    visitor.click("Examine")
    visitor.finish("pets", "examine")
    assert "Training can start: 6 photos to train with, 2 to test with, 2 labels. 1 line will not be used." in (
        visitor.text)
    assert "Found: the image is missing in S3 (once)." in visitor.text
    assert "7 photos looked at by their headers" in visitor.text
    visitor.click("Examine")
    visitor.finish("pets", "examine")
    assert "7 photos looked at by their headers, 6 of them a little earlier" in visitor.text
    visitor.click("foreign_again")
    visitor.finish("pets", "examine")
    assert visitor.button("Examine")


def test_a_manifest_that_is_not_in_s3_has_rekognitions_own_answer(visitor: Visitor, pets: Project) -> None:
    visitor.at.session_state["manifest_which"] = "From elsewhere"
    visitor.at.session_state["foreign_source"] = "In S3"
    visitor.go("data/manifest", "pets")
    visitor.at.text_input(key="foreign_training_uri").set_value("s3://nowhere-at-all/train.manifest")
    visitor.click("Examine")
    visitor.finish("pets", "examine")
    assert visitor.errors[0].startswith("Training will end with 'The manifest file extension or contents are invalid.'")
    assert "S3 did not give train.manifest." in visitor.text
    visitor.at.text_input(key="foreign_training_uri").set_value("not an address")
    visitor.click("Examine")
    assert visitor.errors[0] == "That is no address in S3. One looks like s3://bucket/folder/train.manifest."


def test_without_s3_the_lines_are_judged_and_that_is_said(
    visitor: Visitor, pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise translate("ExpiredToken", "HeadBucket", "")

    monkeypatch.setattr(examining.looks.looking, "is_elsewhere", fail)
    drop(visitor, examining.doctor.repair(by_hand()).text.encode(), "s3")
    assert "Training can start" in visitor.text
    assert "S3 could not be asked about the photos, so only the lines were judged." in visitor.text


@pytest.mark.parametrize(("data", "says"), [
    (b"", "The manifest file is empty."), (b"\0\1\2\xff" * 999, "The manifest file extension or contents are invalid."),
    (b"[](x) <script> ![a](http://evil/x.png) **b**\n" * 3, "The manifest file extension or contents are invalid."),
    (("{" * 300_000).encode(), "The manifest file extension or contents are invalid.")])
def test_what_is_no_manifest_is_said_in_rekognitions_words(
    visitor: Visitor, pets: Project, data: bytes, says: str
) -> None:
    drop(visitor, data)
    assert visitor.errors[0].startswith(f"Training will end with '{says}'")
    if "foreign_mend" in [one.key for one in visitor.at.button]:
        visitor.click("Mend what can be mended")
        visitor.finish("pets", "mend")


@pytest.mark.parametrize(("encoding", "between"), [("utf-16", "\n"), ("utf-8", "\r"), ("utf-8", "list")])
def test_a_manifest_in_another_form_is_rewritten_where_mending_is_asked_for(
    visitor: Visitor, pets: Project, encoding: str, between: str
) -> None:
    lines = examining.doctor.repair(by_hand()).text.splitlines()
    drop(visitor, (f"[{','.join(lines)}]" if between == "list" else between.join(lines)).encode(encoding))
    assert visitor.errors[0].startswith("Training will end with 'The manifest file extension or contents are invalid.'")
    visitor.click("Mend what can be mended").finish("pets", "mend")
    visitor.click("Examine the mended manifest").finish("pets", "examine")
    assert "Training can start" in visitor.text


def test_a_zip_is_not_examined_and_what_to_do_is_said(visitor: Visitor, pets: Project) -> None:
    visitor.at.session_state["manifest_which"] = "From elsewhere"
    visitor.go("data/manifest", "pets")
    visitor.at.file_uploader(key="foreign_training").upload("a.zip", b"PK\x03\x04 and so on", "application/zip")
    visitor.run().click("Examine")
    assert visitor.errors == ["a.zip is a zip. Unpack it, and drop the manifest that is in it."]


@pytest.mark.parametrize(("numbers", "said"), [
    ([4], "4"), ([1, 2, 3, 7], "1-3, 7"), ([*range(1, 2001), 3000], "1-2,000, 3,000"),
    ([*range(1, 100, 10), 92, 93], "1, 11, 21 and 7 more places")])
def test_line_numbers_are_said_as_people_write_them(numbers: list[int], said: str) -> None:
    assert ranges(numbers, most=3) == said


def test_nothing_is_examined_before_something_is_dropped(visitor: Visitor, pets: Project) -> None:
    visitor.at.session_state["manifest_which"] = "From elsewhere"
    visitor.go("data/manifest", "pets").click("Examine")
    assert "Drop a manifest first, or name its place in S3." in visitor.text

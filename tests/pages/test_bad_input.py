"""Bad photos, names and labels, met as a person meets them: page by page, each with a message and a way on."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from pathlib import Path

import pytest
from page_photos import HOSTILE, draw, photo, take_in
from PIL import Image
from visitor import Visitor

from core.aws import clients as aws
from core.aws import versions
from core.dataset import cleaning, labels, manifests, photos
from core.types import Backend
from core.workspace import Project

NAMES = ("two words.jpg", "größe 猫 é.jpg", "half #1 100%.jpg", f"{HOSTILE}.jpg", "n" * 196 + ".jpg")
BROKEN = {  # file -> what Browse says of it, why Clean leaves it out
    "truncated.jpg": ("cut off", "cut off"),
    "bomb.png": ("60000 x 60000 pixels are more than the 200 million that are safe to open.", "60000 x 60000"),
    "empty.jpg": ("The file is empty.", "The file is empty."),
    "letter.jpg": ("not an image", "not an image"),
    "dot.png": ("1 x 1 pixels are too few to show anything. Cleaning leaves it out.", "1 x 1 pixels are too few"),
}


def bomb(side: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims to be that large."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
            + chunk(b"IEND", b""))


def gif(number: int) -> bytes:
    file = io.BytesIO()
    Image.open(io.BytesIO(photo(0, number))).save(file, "GIF")
    return file.getvalue()


def digests(folder: Path) -> dict[str, str]:
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four good photos a class, and in "cat" one of every kind of bad one; "same.jpg" is in both classes."""
    folder, dot = draw(tmp_path / "photos", ("cat", "dog"), 4), io.BytesIO()
    Image.new("RGB", (1, 1)).save(dot, "PNG")
    contents = {"truncated.jpg": photo(0, 40)[:2500], "bomb.png": bomb(), "empty.jpg": b"", "letter.jpg": b"Dear cat,",
                "dot.png": dot.getvalue(), "gif.jpg": gif(41)}
    contents |= {name: photo(0, 20 + number) for number, name in enumerate(NAMES)}
    for name, data in contents.items():
        (folder / "cat" / name).write_bytes(data)
    for figure, label in enumerate(("cat", "dog")):
        (folder / label / "same.jpg").write_bytes(photo(figure, 50))
    return folder


@pytest.fixture
def pets(visitor: Visitor, folder: Path) -> Project:
    return take_in(visitor.workspace.create("pets"), folder)


def test_every_bad_photo_is_named_on_browse_with_what_is_wrong(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    notes = {tile["caption"]: (tile["mark"], tile["note"]) for tile in visitor.tiles("browse")}
    assert len(notes) == 21
    for name, (said, _) in BROKEN.items():
        mark, note = notes[f"cat/{name}"]
        assert mark == "refused" and said in note, (name, note)
    assert notes["cat/gif.jpg"] == (
        "refused", "It is a GIF file; Rekognition takes JPEG and PNG. Cleaning converts it. "
                   "Its name ends in .jpg, but it is a GIF file. Cleaning renames it.")
    assert {notes[f"cat/{name}"] for name in NAMES} == {("", "")}
    assert "6 refused by Rekognition" in visitor.text
    assert visitor.links == {"Clean the photos": "clean"}


def test_every_bad_photo_can_be_opened(visitor: Visitor, pets: Project) -> None:
    visitor.go("data/browse")
    for tile in visitor.tiles("browse"):
        if Path(tile["caption"]).name in BROKEN:
            visitor.choose("browse", opened=tile["id"])
            assert tile["caption"] in visitor.text and visitor.at.error


def test_what_can_not_be_cleaned_is_left_out_with_its_reason_and_the_rest_is_clean(
    visitor: Visitor, pets: Project, folder: Path
) -> None:
    before = digests(folder)
    visitor.go("data/clean")
    assert "leave out: 5 photos" in visitor.text
    visitor.click("Clean 16 photos")
    assert visitor.finish("pets", "clean").state == "done"
    assert "16 of 21 photos clean, 5 left out: nothing to do." in visitor.text
    why = {copy.photo_id: copy.reason for copy in cleaning.results(pets) if copy.reason}
    reasons = {photos.get(pets, number).name: reason for number, reason in why.items()}
    assert reasons.keys() == {f"cat/{name}" for name in BROKEN}
    assert all(said in reasons[f"cat/{name}"] for name, (_, said) in BROKEN.items())
    assert digests(folder) == before
    copies = [Path(copy.path) for copy in cleaning.results(pets) if copy.path]
    assert len(set(copies)) == 16 and all(copy.is_file() for copy in copies)


def test_all_that_is_good_goes_all_the_way_to_a_model(visitor: Visitor, folder: Path) -> None:
    project = take_in(visitor.workspace.create("troubled"), folder, clean=True)
    visitor.go("data/label").click("Label them by folder")
    visitor.go("data/manifest")
    assert "Training can start" in visitor.text
    assert "5 labelled photos not in the manifest" in visitor.text
    named = visitor.at.main.dataframe[-1].value.set_index("photo")["why"]
    assert all(said in named[f"cat/{name}"] for name, (_, said) in BROKEN.items())
    built = manifests.build(project, "any-bucket")
    assert {entry.name for entry in built.pictures.values()} >= {f"cat/{name}" for name in NAMES}
    assert {"cat/same.jpg", "dog/same.jpg", "cat/gif.jpg"} <= {entry.name for entry in built.pictures.values()}
    visitor.go("model/train")
    start = next(label for label in visitor.buttons if label.startswith("Train version "))
    visitor.click(start, start.replace("version ", ""))
    arn = visitor.finish("troubled", "train").result
    trained = versions.wait_for(aws.connect(project.home, Backend()), arn, {"TRAINING_COMPLETED"})
    assert trained.f1 is not None


@pytest.mark.parametrize(("files", "said"), [
    ({}, "There is nothing in {folder}. Choose a place that holds photos, best one folder for each class."),
    ({"notes.txt": b"Hello", "cat/.hidden.jpg": b""}, "There is no photo in {folder}, only files that are not images "
     "(1), hidden or system files (1). Choose a place that holds JPEG or PNG files"),
])
def test_a_folder_without_photos_is_said_and_another_one_can_be_read(
    visitor: Visitor, tmp_path: Path, folder: Path, files: dict[str, bytes], said: str
) -> None:
    bare = tmp_path / "bare"
    for name, data in ({"cat/": b""} | files).items():
        (bare / name).parent.mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            (bare / name).write_bytes(data)
    project = visitor.workspace.create("pets")
    for place, state in ((bare, "failed"), (folder, "done")):
        visitor.go("data/browse")
        visitor.at.text_input(key="browse_folder_path").set_value(str(place))
        visitor.click("Read the folder")
        assert visitor.finish("pets", "import").state == state
        if state == "failed":
            assert len(visitor.errors) == 1 and visitor.errors[0].startswith(said.format(folder=bare))
            assert visitor.at.text_input(key="browse_folder_path").value == str(bare)
    assert visitor.errors == [] and len(photos.photos(project)) == 21


def test_one_class_only_is_stopped_before_anything_is_billed(visitor: Visitor, tmp_path: Path) -> None:
    take_in(visitor.workspace.create("one-kind"), draw(tmp_path / "photos", ("cat",), 5), labelled=True, clean=True)
    visitor.go("data/label")
    assert "Rekognition needs two labels or more to train a classifier. Add another class." in visitor.text
    visitor.go("data/manifest")
    assert len(visitor.errors) == 1
    assert "ERROR_MANIFEST_TOO_FEW_LABELS: the training manifest" in visitor.text
    visitor.go("model/train")
    assert all(one.disabled for one in visitor.at.main.button if one.label.startswith("Train version"))
    assert visitor.links == {"See what is wrong": "manifest"}


def test_a_label_with_two_images_trains_with_one_and_is_advised_about(visitor: Visitor, tmp_path: Path) -> None:
    folder = draw(tmp_path / "photos", ("cat", "dog"), 2)
    take_in(visitor.workspace.create("two-each"), folder, labelled=True, clean=True)
    visitor.go("data/manifest")
    frame = visitor.at.main.dataframe[0].value.set_index("class")
    assert frame[["to train", "to test"]].to_numpy().tolist() == [[1, 1], [1, 1]]
    assert "Fewer than 10 photos to train with: cat, dog." in visitor.text
    assert visitor.errors == []


def test_a_label_with_one_image_can_not_be_tested_and_is_advised_about(visitor: Visitor, tmp_path: Path) -> None:
    folder = draw(tmp_path / "photos", ("cat", "dog"), 4)
    for number in (1, 2, 3):
        (folder / "dog" / f"{number}.jpg").unlink()
    take_in(visitor.workspace.create("pets"), folder, labelled=True, clean=True)
    visitor.go("data/label")
    assert "Too few photos to split into training and test: dog." in visitor.text
    visitor.go("data/manifest")
    assert "Without a photo to test with: dog." in visitor.text


def test_the_same_picture_in_two_classes_is_in_neither_until_one_is_corrected(
    visitor: Visitor, tmp_path: Path
) -> None:
    folder = draw(tmp_path / "photos", ("cat", "dog"), 4)
    (folder / "dog" / "0.jpg").write_bytes((folder / "cat" / "0.jpg").read_bytes())
    project = take_in(visitor.workspace.create("pets"), folder, labelled=True, clean=True)
    visitor.go("data/browse")
    assert next(tile["note"] for tile in visitor.tiles("browse") if tile["caption"] == "dog/0.jpg") == (
        "The same file as cat/0.jpg.")
    visitor.go("data/manifest")
    assert "2 labelled photos not in the manifest" in visitor.text
    why = set(visitor.at.main.dataframe[-1].value["why"])
    assert why == {"The same picture has several labels: cat/0.jpg is “cat” and dog/0.jpg is “dog”. "
                   "Correct one of them."}
    twin = next(one for one in photos.photos(project) if one.name == "dog/0.jpg")
    labels.assign(project, [twin.id], "cat")
    visitor.run()
    assert "1 labelled photo not in the manifest" in visitor.text
    assert "It is the same picture as cat/0.jpg." in visitor.text

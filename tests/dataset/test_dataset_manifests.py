from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from core.dataset import cleaning, history, labels, manifests, photos, scanning, split, trainable
from core.dataset.manifests import Built
from core.dataset.names import class_name, disk_path, key_name
from core.errors import NotReady
from core.jobs import Progress
from core.manifest.dataset import check_dataset
from core.manifest.lines import split_uri
from core.types import Cleaned, Facts, Photo, Problem
from core.workspace import Project


def clean(project: Project) -> None:
    cleaning.clean_all(Progress(), str(project.home), project.name)


def look_again(project: Project) -> None:
    scanning.scan(Progress(), str(project.home), project.name)


def lines_of(built: Built) -> list[dict[str, object]]:
    return [json.loads(line) for text in (built.training, built.testing) for line in text.splitlines()]


def photo(number: int, labels: tuple[str, ...] = ("cat",), **fields: object) -> Photo:
    facts = Facts(100, 80, 3, "RGB", "JPEG", 1000, f"{number:064x}")
    return Photo(**{"id": number, "name": f"{number}.jpg", "path": f"/{number}.jpg", "facts": facts,
                    "labels": labels, **fields})


def copy_of(number: int, content: int) -> Cleaned:
    return Cleaned(number, f"/cleaned/{number}.jpg", ("shrink",), None, 90, 70, 500, f"{content:064x}")


@pytest.fixture
def labelled(pets: Project) -> Project:
    labels.label_by_folder(pets)
    return pets


def test_manifests_name_the_cleaned_copies_and_pass_the_doctor(labelled: Project) -> None:
    clean(labelled)
    built = manifests.build(labelled, "bucket")
    assert (len(built.training.splitlines()), len(built.testing.splitlines())) == (10, 2)
    entries = {f"s3://bucket/{key}": entry for key, entry in built.pictures.items()}
    assert {line["source-ref"] for line in lines_of(built)} == set(entries)
    assert all(entry.file.is_relative_to(labelled.cleaned) for entry in entries.values())
    for line in lines_of(built):
        assert line["class-metadata"]["class-name"] == entries[line["source-ref"]].label
    assert manifests.examine_project(labelled, built).ok


def test_the_same_project_gives_the_same_manifest_byte_for_byte(labelled: Project) -> None:
    clean(labelled)
    first = manifests.build(labelled, "bucket")
    assert manifests.build(labelled, "bucket") == first
    labels.assign(labelled, [photos.photos(labelled)[0].id], "dog")
    second = manifests.build(labelled, "bucket")
    assert (second.training_key, second.testing_key) != (first.training_key, first.testing_key)
    history.undo(labelled)
    assert manifests.build(labelled, "bucket") == first


def test_a_line_number_leads_to_its_picture(labelled: Project) -> None:
    built = manifests.build(labelled, "bucket")
    for testing, text in ((False, built.training), (True, built.testing)):
        found = manifests.photo_lines(built, testing)
        for number, line in enumerate(text.splitlines(), start=1):
            assert json.loads(line)["source-ref"].endswith(manifests.picture_key(found[number]))


def test_without_cleaning_the_originals_go_and_the_doctor_foretells_what_is_too_large(
    project: Project, photo_folder: Callable[..., Path], take_in: Callable[[Path], object]
) -> None:
    folder = photo_folder(cat=4, dog=4)
    for name in ("cat/cat1.jpg", "dog/dog1.jpg", "cat/cat2.jpg", "dog/dog2.jpg"):
        Image.effect_noise((4200, 300), len(name) + int(name[-5])).save(folder / name)
    take_in(folder)
    labels.label_by_folder(project)
    built = manifests.build(project, "bucket")
    verdict = manifests.examine_project(project, built)
    assert not verdict.ok
    assert "ERROR_INVALID_IMAGE" in {group.code for group in verdict.groups}
    clean(project)
    built = manifests.build(project, "bucket")
    assert (manifests.examine_project(project, built).ok, len(built.pictures)) == (True, 8)


def test_nothing_labelled_is_said_with_the_way_on(pets: Project) -> None:
    with pytest.raises(NotReady, match="No photo has a label yet") as caught:
        manifests.build(pets, "bucket")
    assert caught.value.cure and caught.value.cure.page == "data/label"


def test_a_label_without_a_usable_photo_names_the_first_reason(
    project: Project, photo_folder: Callable[..., Path], take_in: Callable[[Path], object]
) -> None:
    folder = photo_folder(cat=1)
    (folder / "cat" / "cat1.jpg").write_bytes(b"no image")
    take_in(folder)
    labels.label_by_folder(project)
    with pytest.raises(NotReady, match=r"The first is cat/cat1\.jpg: "):
        manifests.build(project, "bucket")


def test_one_picture_under_two_labels_is_left_out_on_both_sides_and_said(labelled: Project) -> None:
    first, *_, last = photos.photos(labelled)
    Path(last.path).write_bytes(Path(first.path).read_bytes())
    look_again(labelled)
    clean(labelled)
    built = manifests.build(labelled, "bucket")
    assert {left.photo_id for left in built.left_out} == {first.id, last.id}
    assert "cat/cat1.jpg is “cat” and dog/dog6.jpg is “dog”" in built.left_out[0].reason
    assert not {first.id, last.id} & set(built.labels)


def test_an_exact_duplicate_with_the_same_label_goes_once(labelled: Project) -> None:
    first, second, *_ = photos.photos(labelled)
    Path(second.path).write_bytes(Path(first.path).read_bytes())
    look_again(labelled)
    for step in (lambda: None, lambda: clean(labelled)):
        step()
        built = manifests.build(labelled, "bucket")
        assert len(lines_of(built)) == 11
        assert [(left.name, left.reason) for left in built.left_out] == [
            ("cat/cat2.jpg", "It is the same picture as cat/cat1.jpg.")]


def test_a_labelled_photo_goes_by_the_copy_of_its_twin_without_label() -> None:
    twin = photo(2, facts=photo(1).facts)
    left_out = Cleaned(2, None, (), "It is the same file as 1.jpg, which is kept.")
    chosen = trainable.choose([photo(1, labels=()), twin], [copy_of(1, 9), left_out])
    assert [(entry.photo_id, str(entry.file)) for entry in chosen.entries] == [(2, "/cleaned/1.jpg")]
    assert chosen.left_out == ()


def test_two_photos_whose_copies_are_the_same_file_go_once() -> None:
    chosen = trainable.choose([photo(1), photo(2)], [copy_of(1, 9), copy_of(2, 9)])
    assert [entry.photo_id for entry in chosen.entries] == [1]


def test_excluded_unlabelled_broken_and_uncleanable_photos_do_not_go() -> None:
    broken = photo(3, problems=(Problem("truncated", "It ends too early."),))
    listed = [photo(1, labels=()), photo(2, excluded=True), broken, photo(4), photo(5, facts=None)]
    chosen = trainable.choose(listed, [Cleaned(4, None, (), "Too thin.")])
    assert chosen.entries == ()
    assert {left.photo_id: left.reason for left in chosen.left_out} == {
        3: "It ends too early.", 4: "Too thin.", 5: "It has not been looked at yet."}


HOSTILE = ("cat/with space.jpg", "ünïcödé 猫.JPG", "100%25#1?.png", "'; DROP--\".jpg", "new\nline.jpg",
           "a" * 196 + ".jpg", "猫.jpg", "..", "no suffix", "%2e%2e/%2f.jpg", "a.b.c.jpeg")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_becomes_a_plain_key(name: str) -> None:
    entry = trainable.Entry(photo(1, name=name), Path("/x"), Facts(9, 9, 3, "RGB", "JPEG", 9, "ab" * 32))
    key = f"pets/{manifests.picture_key(entry)}"
    assert key.isascii()
    assert len(key) < 150
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./")
    assert ".." not in key
    assert key.endswith((".jpg", ".jpeg"))
    assert split_uri(f"s3://bucket/{key}") == ("bucket", key)


def test_a_key_stays_readable_and_its_suffix_tells_the_truth() -> None:
    assert key_name("cat/My Cat (1).png", "JPEG") == "My-Cat-1.jpg"
    assert key_name("dog/b.jpeg", "JPEG") == "b.jpeg"
    assert key_name("猫.jpg", "JPEG") == "photo.jpg"


def test_hostile_photos_pass_dataset_creation(
    project: Project, photo_folder: Callable[..., Path], take_in: Callable[[Path], object]
) -> None:
    folder = photo_folder(cat=6)
    names = ["with space.jpg", "ünï 猫.jpg", "100%#1.jpg", "new\nline.jpg", "a" * 200 + ".jpg", "quote\"'.jpg"]
    for number, name in enumerate(names, start=1):
        (folder / "cat" / f"cat{number}.jpg").rename(folder / "cat" / name)
    (folder / "cat").rename(folder / "Käse\n“cat” #1")
    take_in(folder)
    labels.label_by_folder(project)
    clean(project)
    built = manifests.build(project, "bucket")
    verdict = check_dataset((built.training + built.testing).encode())
    assert (verdict.code, verdict.dropped, verdict.errors) == (None, 0, 0)
    assert verdict.labels == {"Käse “cat” #1": 6}


def test_foreign_text_never_leads_out_of_a_folder() -> None:
    for text in ("../../etc/passwd", "/etc/passwd", "a//b", ".", "..", "", "a/\0/b", "x" * 5000 + ".jpg"):
        path = disk_path(text)
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert all(0 < len(part.encode()) <= 240 for part in path.parts)
    assert str(disk_path("cat/ünï 1.jpg")) == "cat/ünï 1.jpg"
    assert disk_path("a//b") != disk_path("a/b")


def test_a_label_is_one_composed_visible_line() -> None:
    assert class_name(" a \t b\n") == "a b"
    assert class_name("x" * 300) == "x" * 255
    assert class_name("\x00\x07 ") is None


def test_moving_photos_by_hand_moves_their_lines(labelled: Project) -> None:
    built = manifests.build(labelled, "bucket")
    split.place(labelled, built.split.train, "test")
    assert manifests.build(labelled, "bucket").training_key != built.training_key

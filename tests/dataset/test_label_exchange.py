"""Labels and boxes from elsewhere in a project, and out of it again: foreseen, written as one step, lost nowhere."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from core.dataset import history, kinds, label_export, label_import, labels, photos, sources
from core.dataset.annotating import Annotation
from core.dataset.label_import import Preview
from core.dataset.names import content_key
from core.errors import RekolabError
from core.exchange import formats
from core.exchange.formats import CSV, FOLDERS, FORMATS, GROUND_TRUTH, VOC, Format
from core.jobs import Progress
from core.types import Box, Kind
from core.workspace import Project

EAR, TAIL = Box("ear", 10, 12, 30, 40), Box("tail", 100, 50, 220, 190)


def ids(project: Project) -> dict[str, int]:
    return {photo.name: photo.id for photo in photos.photos(project)}


def seen(project: Project, *files: tuple[str, bytes], separators: str = "") -> Preview:
    return label_import.read_files(Progress(), str(project.home), project.name, files, separators)


def take_over(project: Project, found: Preview, replacing: bool = True, kind: Kind | None = None) -> int:
    return label_import.take_over(Progress(), str(project.home), project.name, found, replacing, kind).photos


def state(project: Project) -> dict[str, tuple[tuple[str, ...], tuple[Box, ...]]]:
    return {photo.name: (photo.labels, photo.boxes) for photo in photos.photos(project)}


def exported(project: Project, chosen: Format) -> tuple[str, bytes]:
    if chosen == FOLDERS:
        return chosen.file, Path(label_export.write_folders(Progress(), str(project.home), project.name)).read_bytes()
    return chosen.file, label_export.write(project, chosen, place="s3://bucket/pets/")


def test_an_import_is_foreseen_in_numbers_and_written_as_one_step_that_undo_takes_back(pets: Project) -> None:
    known = ids(pets)
    labels.annotate(pets, "Before", {known["cat/cat1.jpg"]: Annotation(("dog",)),
                                     known["cat/cat2.jpg"]: Annotation(("cat",)),
                                     known["cat/cat3.jpg"]: Annotation((), (), True)})
    before = state(pets)
    found = seen(pets, ("a.csv", b"image,label\ncat/cat1.jpg,cat\ncat2.jpg,cat\ncat\\cat3.jpg, lynx \n"
                                 b"else/dog1.jpg,dog\nx.jpg,cat\n,cat\ncat4.jpg,\xe2\x80\x8b\n"))
    assert (found.source, found.said) == ("CSV", "6 images, 6 labels")
    assert {number: said.labels for number, said in found.wanted.items()} == {
        known["cat/cat1.jpg"]: ("cat",), known["cat/cat2.jpg"]: ("cat",), known["cat/cat3.jpg"]: ("lynx",),
        known["dog/dog1.jpg"]: ("dog",)}
    assert (found.other, found.same, found.out, found.by_file_name) == (1, 1, 1, 2)
    assert found.new_labels == ("lynx",)
    assert [remark.place for remark in (*found.remarks, *found.missing)] == ["line 7", "x.jpg"]
    assert state(pets) == before
    assert take_over(pets, found) == 3
    assert state(pets)["cat/cat1.jpg"] == (("cat",), ())
    assert photos.get(pets, known["cat/cat3.jpg"]).excluded
    assert len(history.undo(pets)) == 3
    assert state(pets) == before


def test_without_replacing_only_what_is_lacking_is_added(pets: Project) -> None:
    known = ids(pets)
    labels.annotate(pets, "Before", {known["cat/cat1.jpg"]: Annotation(("dog",))})
    found = seen(pets, ("a.csv", b"cat/cat1.jpg,cat\ncat/cat2.jpg,cat\n"))
    assert take_over(pets, found, replacing=False) == 1
    assert [state(pets)[name][0] for name in ("cat/cat1.jpg", "cat/cat2.jpg")] == [("dog",), ("cat",)]


def of_coco(name: str, size: tuple[int, int], bbox: list[float]) -> tuple[str, bytes]:
    return "a.json", json.dumps({
        "images": [{"id": 1, "file_name": name, "width": size[0], "height": size[1]}],
        "categories": [{"id": 1, "name": "ear"}],
        "annotations": [{"image_id": 1, "category_id": 1, "bbox": bbox}]}).encode()


@pytest.mark.parametrize(("size", "bbox", "box"), [
    ((320, 240), [10, 12, 30, 40], Box("ear", 10, 12, 30, 40)),
    ((640, 480), [20, 24, 60, 80], Box("ear", 10, 12, 30, 40)),
    ((107, 80), [0, 0, 107, 80], Box("ear", 0, 0, 320, 240)),
])
def test_boxes_are_scaled_to_the_photo_from_a_copy_of_another_size(
    pets: Project, size: tuple[int, int], bbox: list[float], box: Box
) -> None:
    found = seen(pets, of_coco("cat1.jpg", size, bbox))
    assert found.kind == "boxes"
    take_over(pets, found, kind="boxes")
    assert state(pets)["cat/cat1.jpg"] == (("ear",), (box,))


def test_boxes_of_another_picture_are_not_taken_over(pets: Project) -> None:
    found = seen(pets, of_coco("cat1.jpg", (200, 300), [1, 2, 3, 4]))
    assert not found.wanted
    assert "picture of 200 × 300, and the photo has 320 × 240" in found.remarks[-1].text


def test_boxes_that_were_drawn_without_the_exif_rotation_are_turned(
    project: Project, tmp_path: Path, take_in: Callable[[Path], sources.Imported]
) -> None:
    (tmp_path / "set").mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6  # stored on its side: the top of what is seen is the left of what is stored
    Image.new("RGB", (320, 240), "teal").save(tmp_path / "set" / "a.jpg", exif=exif)
    take_in(tmp_path / "set")
    take_over(project, seen(project, of_coco("a.jpg", (320, 240), [0, 0, 100, 40])), kind="boxes")
    assert state(project)["a.jpg"][1] == (Box("ear", 200, 0, 40, 100),)


def test_more_labels_than_rekognition_takes_are_foreseen_and_change_nothing(pets: Project) -> None:
    rows = "".join(f"cat/cat1.jpg,{number}\n" for number in range(251))
    found = seen(pets, ("a.csv", rows.encode()))
    assert found.too_many
    with pytest.raises(RekolabError):
        take_over(pets, found)
    assert history.steps(pets) == []


def settle(project: Project, kind: Kind) -> None:
    """Annotate some of the project's photos as its kind has it."""
    kinds.choose(project, kind)
    names = list(ids(project).items())
    said = {"single": Annotation(("cat",)), "multi": Annotation(("cat", "=indoors, 'dim'")),
            "boxes": Annotation((), (EAR, TAIL, EAR))}[kind]
    labels.annotate(project, "Settled", {number: said for _, number in names[:7]})
    labels.assign(project, [number for _, number in names[7:9]], "dog") if kind != "boxes" else None


@pytest.mark.parametrize(("kind", "chosen"), [
    (kind, chosen) for kind, without in (("single", (VOC,)), ("multi", (VOC,)), ("boxes", (CSV, FOLDERS)))
    for chosen in FORMATS if chosen not in without])
def test_a_round_trip_through_a_format_that_holds_it_loses_nothing(pets: Project, kind: Kind, chosen: Format) -> None:
    settle(pets, kind)
    before = state(pets)
    assert label_export.outlook(pets, chosen, place="s3://bucket/pets/").losses == ()
    file = exported(pets, chosen)
    assert seen(pets, file).same == len(seen(pets, file).wanted) == sum(bool(said[0]) for said in before.values())
    labels.annotate(pets, "Emptied", dict.fromkeys(ids(pets).values(), Annotation()))
    found = seen(pets, file)
    assert (found.remarks, found.missing, found.kind) == ((), (), None)
    take_over(pets, found)
    assert state(pets) == before


def test_a_label_by_the_key_of_a_picture_is_that_of_the_photo_that_was_sent_and_not_of_its_twin(pets: Project) -> None:
    """Both are the same picture, and called the same but for their folder."""
    first = photos.photos(pets)[0]
    twin = Path(first.path).parents[1] / "zoo" / "cat1.jpg"
    twin.parent.mkdir()
    twin.write_bytes(Path(first.path).read_bytes())
    sources.import_folder(Progress(), str(pets.home), pets.name, str(twin.parents[1]))
    assert first.facts
    key = content_key(first.facts.sha256, first.name, first.facts.format)
    found = seen(pets, ("a.csv", f"image,label\ns3://bucket/pets/{key},cat\n".encode()))
    assert [*found.wanted] == [first.id]
    assert found.missing == ()


def test_an_export_says_what_it_leaves_behind(pets: Project) -> None:
    known = ids(pets)
    labels.annotate(pets, "All kinds", {known["cat/cat1.jpg"]: Annotation(("cat", "dim"), (EAR,)),
                                        known["cat/cat2.jpg"]: Annotation(("cat",), (), True)})
    said = label_export.outlook(pets, CSV)
    assert said.said == "1 image, 1 label"
    assert said.losses == ("1 photo left out by you would not be in it.",
                           "1 label and 1 box that a project for one label a photo does not use would not be in it. "
                           "Change its kind to export them.",)
    assert said.forgotten == "The dates of labels are not kept in it."
    kinds.choose(pets, "boxes")
    assert label_export.outlook(pets, CSV).losses[2] == "CSV keeps labels only: 1 box would not be in it."
    assert label_export.outlook(pets, CSV, unlabelled=True).said == "11 images, 1 label"
    assert b"cat/cat1.jpg,ear" in label_export.write(pets, CSV)


def test_class_folders_hold_the_photos_themselves(pets: Project) -> None:
    settle(pets, "multi")
    with zipfile.ZipFile(io.BytesIO(exported(pets, FOLDERS)[1])) as packed:
        assert "cat/cat1.jpg" in packed.namelist()
        photo = next(photo for photo in photos.photos(pets) if photo.name == "cat/cat1.jpg")
        assert packed.read("cat/cat1.jpg") == Path(photo.path).read_bytes()
    assert not [path for path in (pets.folder / "exports").iterdir() if path.name.startswith(".")]


def test_a_manifest_needs_a_place_in_s3_that_names_can_be_put_behind() -> None:
    assert label_export.is_place("s3://bucket/pets/")
    assert not any(map(label_export.is_place, ("", "pets/", "s3://bucket", "s3:///pets/", "s3://bucket/pets")))


def test_records_have_sizes_and_dates_and_their_own_names_or_places_in_s3(pets: Project) -> None:
    settle(pets, "single")
    listed = label_export.records(pets, CSV)
    assert formats.said(listed) == "9 images, 9 labels"
    assert all(record.size == (320, 240) and record.created for record in listed)
    assert listed[0].image == "cat/cat1.jpg"
    assert label_export.records(pets, GROUND_TRUTH, place="s3://b/")[0].image == "s3://b/cat/cat1.jpg"

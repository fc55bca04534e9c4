"""What is written is read again as it was, and what a format can't hold is said before."""

from __future__ import annotations

from dataclasses import replace

import pytest
from exchange_samples import MOMENT, labels, names, sets, uris
from hypothesis import given, settings
from hypothesis import strategies as st

from core.exchange import coco, csv, folders, formats, ground_truth, voc
from core.exchange.types import Annotated, Reading
from core.manifest.rules import check_lines
from core.types import Box

some = settings(max_examples=40, deadline=None)
CAT = Annotated("cat/1.jpg", ("cat", "indoors"), (Box("ear", 10, 20, 30, 40),), (640, 480), MOMENT, (0.5, 1.0, 0.25))


@some
@given(sets(image=uris, dated=True, doubtful=True))
def test_a_manifest_gives_back_labels_boxes_dates_and_confidences(records: list[Annotated]) -> None:
    """The size is kept beside boxes, which are in its pixels."""
    assert ground_truth.losses(records) == []
    held = tuple(record if record.boxes else replace(record, size=None) for record in records)
    assert ground_truth.read([("a.manifest", ground_truth.write(records, MOMENT))]) == Reading(held)


@some
@given(sets(boxed=False))
def test_a_table_gives_back_images_and_labels(records: list[Annotated]) -> None:
    assert csv.losses(records) == []
    assert csv.read([("a.csv", csv.write(records))]) == Reading(tuple(records))


@some
@given(sets(doubtful=True))
def test_coco_gives_back_labels_boxes_sizes_and_confidences(records: list[Annotated]) -> None:
    assert coco.read([("a.json", coco.write(records))]) == Reading(tuple(records))


@some
@given(sets(labelled=False))
def test_pascal_voc_gives_back_boxes_and_sizes_of_what_xml_can_name(records: list[Annotated]) -> None:
    files = voc.write(records)
    left_out = len(records) - len(files)
    assert bool(left_out) == bool(voc.losses(records))
    kept = {record.image: record for record in voc.read(files).records}
    assert all(kept[record.image] == record for record in records if record.image in kept)
    assert len(kept) == len(files)


@some
@given(st.lists(st.builds(Annotated, names | st.sampled_from(["1.jpg", "cat/1.jpg", "cat/cat/1.jpg", "dog/1.jpg"]),
                          st.lists(labels.filter(lambda label: folders.fit(label) == label)
                                   | st.sampled_from(["cat", "dog", "train"]), min_size=1, max_size=3, unique=True)
                          .map(tuple)), max_size=6, unique_by=lambda record: record.image))
def test_class_folders_give_back_images_and_labels(records: list[Annotated]) -> None:
    assert all(said.endswith("on Windows and macOS.") for said in folders.losses(records))
    known = [record.image for record in records]
    read = folders.read([place for place, _ in folders.write(records, known)], known)
    assert read.remarks == ()
    assert {record.image: set(record.labels) for record in read.records} == {
        record.image: set(record.labels) for record in records}


def test_what_a_format_can_not_hold_is_said_with_numbers() -> None:
    assert formats.losses(formats.CSV, [CAT]) == ["CSV keeps labels only: 1 box would not be in it."]
    assert formats.losses(formats.VOC, [CAT]) == [
        "Pascal VOC keeps boxes only: 2 labels of whole images would not be in it."]
    assert formats.losses(formats.COCO, [CAT]) == []
    assert formats.losses(formats.GROUND_TRUTH, [CAT]) == [
        "A manifest names images in S3 only: 1 image would not be in it."]
    assert formats.losses(formats.FOLDERS, [CAT, Annotated("a.jpg"), Annotated("b.jpg", ("cat/dog",))]) == [
        "Folders keep labels of whole images only: 1 box would not be in them.",
        "1 image without a label would lie in no folder.",
        "A folder can't be named “cat/dog” as it stands: what systems forbid becomes “_”, and the end of a long name "
        "is cut off."]
    assert [formats.forgotten(chosen, [CAT]) for chosen in (formats.GROUND_TRUTH, formats.COCO, formats.CSV)] == [
        "", "The dates of labels are not kept in it.", "The dates and confidences of labels are not kept in it."]


def test_labels_that_would_share_a_folder_are_named_before_photos_are_packed() -> None:
    several = [Annotated(f"{number}.jpg", (label,)) for number, label in enumerate(("a_b", "a:b", "Cat", "cat", "Con"))]
    assert formats.losses(formats.FOLDERS, several)[1:] == [
        "“Cat” and “cat” would be one folder on Windows and macOS.", "“a:b” and “a_b” would be one folder."]
    assert [folders.fit(label) for label in ("Con", "con.x", "nul .x", "console", "con. ")] == [
        "Con_", "con_.x", "nul_ .x", "console", "con___"]


def test_a_manifest_that_is_written_passes_rekognitions_rules() -> None:
    written = ground_truth.write([replace(CAT, image="s3://b/1.jpg")], MOMENT).decode().splitlines()
    line, = check_lines(written)
    assert line.valid
    assert line.findings == ()
    assert (line.labels, line.boxes) == (CAT.labels, CAT.boxes)


@pytest.mark.parametrize("chosen", [formats.GROUND_TRUTH, formats.CSV, formats.COCO, formats.VOC])
def test_an_export_is_recognised_by_its_name_and_content(chosen: formats.Format) -> None:
    record = replace(CAT, image="s3://b/1.jpg" if chosen is formats.GROUND_TRUTH else CAT.image)
    found, reading = formats.read([(chosen.file, formats.write(chosen, [record], MOMENT))])
    assert found == chosen
    assert [one.image for one in reading.records] == [record.image]

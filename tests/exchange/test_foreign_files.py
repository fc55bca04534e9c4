"""Files as other tools and hurried hands make them: what can be read is, and every problem has its place and words."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from exchange_samples import MOMENT, sets
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadAnnotations
from core.exchange import coco, csv, folders, formats, ground_truth, packing, voc
from core.exchange.types import Annotated, Reading
from core.types import Box

RACCOONS = Path(__file__).parents[3] / "shared" / "data" / "raccoon"


def table(text: str, encoding: str = "utf-8", separators: str = "") -> dict[str, tuple[str, ...]]:
    return {one.image: one.labels for one in csv.read([("a.csv", text.encode(encoding))], separators).records}


def remarks(reading: Reading) -> list[tuple[str, str]]:
    return [(remark.place, remark.text) for remark in reading.remarks]


@pytest.mark.parametrize(("text", "encoding"), [
    ("image,label\na.jpg,chat noir\nb.jpg,chien é\n", "utf-8"),
    ("image;label\r\na.jpg;chat noir\r\nb.jpg;chien é\r\n", "utf-8-sig"),
    ("a.jpg\tchat noir\nb.jpg\tchien é\n", "utf-16"),
    ("Label , File Name\nchat noir , a.jpg\nchien é,b.jpg", "utf-16-be"),
    ('id,width,"class",filename\n1,"6,4",chat noir,a.jpg\n2,5,"chien é",b.jpg\n', "cp1252"),
    ("\n\na.jpg|chat noir\nb.jpg|chien é", "utf-16-le"),
])
def test_a_table_is_read_whatever_divides_encodes_and_heads_it(text: str, encoding: str) -> None:
    found = {image.strip(): labels for image, labels in table(text, encoding).items()}
    assert found == {"a.jpg": ("chat noir",), "b.jpg": ("chien é",)}


def test_a_table_gives_several_labels_by_rows_by_the_plural_and_by_a_chosen_separator() -> None:
    assert table("image,label\na,cat\na,black\na,cat\n") == {"a": ("cat", "black")}
    assert table('image,labels\na,"cat, black"\nb,cat|black\nc,\n') == {
        "a": ("cat", "black"), "b": ("cat", "black"), "c": ()}
    assert table("image,label\na,cat/black\n") == {"a": ("cat/black",)}
    assert table("image,label\na,cat/black\n", separators="/") == {"a": ("cat", "black")}


def test_rows_that_name_nothing_are_remarked_on_and_the_others_count() -> None:
    reading = csv.read([("a.csv", b"image,label,xmin\n,cat,1\nb.jpg\nc.jpg,dog,1\n")])
    assert [one.image for one in reading.records] == ["c.jpg"]
    assert remarks(reading) == [("line 1", "it has columns for boxes, which are not read from CSV"),
                                ("line 2", "it names no image"),
                                ("line 3", "it has no label for “b.jpg”: 1 cell only")]


def test_no_spreadsheet_takes_a_written_cell_for_a_formula() -> None:
    written = csv.write([Annotated("=a.jpg", ("@cmd", "'-x", "'tis"))]).decode("utf-8-sig")
    assert written == "image,label\r\n'=a.jpg,'@cmd\r\n'=a.jpg,''-x\r\n'=a.jpg,'tis\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_a_manifests_objects_is_read_like_its_lines(encoding: str, indent: int | None) -> None:
    listed = [{"source-ref": f"s3://b/{name}\u2028.jpg", "class": "cat"} for name in "ab"]
    data = json.dumps(listed, ensure_ascii=False, indent=indent).encode(encoding)
    lines = "\n".join(json.dumps(line, ensure_ascii=False) for line in listed).encode(encoding)
    for chosen, reading in (formats.read([("a.json", data)]), formats.read([("a.manifest", lines)])):
        assert chosen == formats.GROUND_TRUTH
        assert [(one.image, one.labels) for one in reading.records] == [
            ("s3://b/a\u2028.jpg", ("cat",)), ("s3://b/b\u2028.jpg", ("cat",))]


def test_a_manifest_by_hand_and_sagemakers_several_labels_are_understood() -> None:
    lines = [
        {"source-ref": "s3://b/1.jpg", "class-label": "cat", "class-label-metadata": {
            "type": "groundtruth/image-classification", "class-name": "cat"}},
        {"source-ref": "s3://b/2.jpg", "sport": [0, 2], "sport-metadata": {
            "class-map": {"0": "ball", "2": "net"}, "confidence-map": {"0": 0.9, "2": 0.5}, "human-annotated": "yes",
            "type": "groundtruth/image-classification-multilabel", "creation-date": "2026-11-23T09:30:01"}},
        {"source-ref": "s3://b/3.jpg", "box": {
            "image_size": [{"width": 100, "height": 80, "depth": 3}], "annotations": [
                {"class_id": 0, "left": -5, "top": 1.4, "width": 30, "height": 9.2},
                {"class_id": 7, "left": 1, "top": 1, "width": 3, "height": 9}]},
            "box-metadata": {"class-map": {"0": "ear"}, "objects": [{"confidence": 0.5}],
                             "type": "groundtruth/object-detection"}},
        {"source-ref": "s3://b/4.jpg"},
        {"source-ref": "s3://b/1.jpg"},
        {"source-ref": "cat.jpg", "class": 0},
    ]
    text = "\n".join([*map(json.dumps, lines), "", "{not json"])
    reading = ground_truth.read([("a.manifest", text.encode())])
    assert [(one.image[7:], one.labels, one.confidences) for one in reading.records] == [
        ("1.jpg", ("cat",), ()), ("2.jpg", ("ball", "net"), (0.9, 0.5)), ("3.jpg", (), (0.5,)), ("4.jpg", (), ())]
    assert reading.records[2].boxes == (Box("ear", 0, 1, 25, 10),)
    assert remarks(reading) == [
        ("line 3", "the box of “ear” reached outside the image, and is cut off at its edge"),
        ("line 3", "a box has the class_id 7, which class-map does not name"),
        ("line 5", "“s3://b/1.jpg” comes a second time. The first counts."),
        ("line 6", "source-ref is not of the form s3://bucket/key"),
        ("line 7", "it is blank"), ("line 8", "it is not JSON")]


def of_coco(annotations: list[Any], images: list[Any] | None = None) -> Reading:
    whole = {"images": images or [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80}],
             "categories": [{"id": 3, "name": "ear"}, {"name": "nose"}, {"id": [1], "name": "tail"}],
             "annotations": [{"image_id": 1, "category_id": 3, **one} if isinstance(one, dict) else one
                             for one in annotations]}
    return coco.read([("a.json", json.dumps(whole).encode())])


def test_coco_boxes_are_rounded_and_cut_and_without_a_bbox_they_are_labels() -> None:
    reading = of_coco([{"bbox": [10.4, 20.6, 30.2, 9.9]}, {"bbox": [-0.5, 0, 200, 80], "score": 0.5}, {}])
    assert reading.records == (Annotated("a.jpg", ("ear",), (Box("ear", 10, 21, 31, 9), Box("ear", 0, 0, 100, 80)),
                                         (100, 80), None, (1, 1, 0.5)),)
    assert remarks(reading)[2:] == [
        ("annotation 2", "the box of “ear” reached outside the image, and is cut off at its edge")]


@pytest.mark.parametrize(("broken", "said"), [
    ({"bbox": [float("nan"), 1, 2, 3]}, "its bbox is not a list of four numbers"),
    ({"bbox": [1, 2, 10**400, 3]}, "its bbox is not a list of four numbers"),
    ({"bbox": [1, 2, 3]}, "its bbox is not a list of four numbers"),
    ({"bbox": [1, 2, -3, 4]}, "the box of “ear” has no area"),
    ({"bbox": [101, 2, 3, 4]}, "the box of “ear” lies outside the image"),
    ({"bbox": [1, 2, 0.2, 4]}, "the box of “ear” is smaller than a pixel"),
    ({"category_id": 4}, "its category_id belongs to no category of the file"),
    ({"category_id": {}}, "its category_id belongs to no category of the file"),
    ({"image_id": 9}, "its image_id belongs to no image of the file"),
    ({"iscrowd": 1, "bbox": [1, 2, 3, 4]}, "it marks a crowd, which is no box of one thing"),
    ("nonsense", "its image_id belongs to no image of the file"),
])
def test_a_broken_coco_annotation_is_named_and_the_next_one_counts(broken: Any, said: str) -> None:
    reading = of_coco([broken, {"bbox": [1, 2, 3, 4]}])
    assert remarks(reading)[2:] == [("annotation 1", said)]
    assert reading.records[0].boxes == (Box("ear", 1, 2, 3, 4),)


def test_coco_images_without_a_name_or_twice_are_named() -> None:
    reading = of_coco([], [{"id": 1, "file_name": "a.jpg"}, {"id": 2}, {"id": 1, "file_name": "b"},
                           {"id": 3, "file_name": "a.jpg"}, {"id": 4, "file_name": "\ud800"}])
    assert [one.image for one in reading.records] == ["a.jpg"]
    assert [place for place, _ in remarks(reading)][:3] == ["image 2", "image 3", "image 5"]


def voc_file(inside: str = "", before: str = "") -> bytes:
    return (f"{before}<annotation><folder>x</folder><filename>a.jpg</filename><size><width>100</width>"
            f"<height>80</height></size>{inside}</annotation>").encode()


@pytest.mark.parametrize("doctype", [
    '<!DOCTYPE annotation [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    '<!DOCTYPE annotation [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE annotation SYSTEM "http://127.0.0.1:1/a.dtd">',
])
def test_xml_that_declares_entities_is_not_read(doctype: str) -> None:
    reading = voc.read([("a.xml", voc_file("<object><name>&a;&b;</name></object>", doctype))])
    assert reading == Reading((), reading.remarks)
    assert remarks(reading) == [("a.xml", "it declares a DOCTYPE, which may hide anything, and is not read")]


def test_broken_voc_files_are_named_and_the_others_count() -> None:
    good = "<object><name> ear </name><bndbox><xmin>1</xmin><ymin>2.0</ymin><xmax>101</xmax><ymax>9</ymax></bndbox>"
    reading = voc.read([("a.xml", voc_file(f"{good}</object><object><name>ear</name></object>")),
                        ("b.xml", b"<annotation>"), ("c.xml", b"<svg/>"), ("d.xml", b"<annotation/>"),
                        ("e.xml", b" " * 2_000_000), ("f.xml", voc_file())])
    assert reading.records == (Annotated("x/a.jpg", (), (Box("ear", 1, 2, 99, 7),), (100, 80)),)
    assert [place for place, _ in remarks(reading)] == ["a.xml", "b.xml", "c.xml", "d.xml", "e.xml", "f.xml"]


def zipped(**files: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(name, text)
    return target.getvalue()


def test_a_zip_is_read_by_what_tells_most_and_else_by_its_folders() -> None:
    both = zipped(**{"README.txt": "x", "a.xml": voc_file().decode(), "x/a.jpg": "", "__MACOSX/b.xml": "", ".c.xml": "",
                     })
    assert formats.read([("a.zip", both)]) == (formats.VOC, Reading((Annotated("x/a.jpg", (), (), (100, 80)),)))
    photos = zipped(**{f"set/train/cat/{number}.jpg": "" for number in range(20)}, **{"set/cover.jpg": "", "a.md": ""})
    chosen, reading = formats.read([("a.zip", photos)])
    assert chosen == formats.FOLDERS
    assert {(one.image, one.labels) for one in reading.records} == {(f"{number}.jpg", ("cat",)) for number in range(20)}
    assert [remark.place for remark in reading.remarks] == ["set/cover.jpg"]


def test_class_folders_look_through_what_is_around_all_of_them() -> None:
    reading = folders.read(["set/train/cat/1.jpg", "set/test/dog/2.jpg", "set/test/dog/old/3.jpg"])
    assert {one.image: one.labels for one in reading.records} == {
        "1.jpg": ("cat",), "2.jpg": ("dog",), "old/3.jpg": ("dog",)}
    assert folders.read(["cat\\1.jpg", "/dog/2.jpg", "3.jpg"]).records == (
        Annotated("1.jpg", ("cat",)), Annotated("2.jpg", ("dog",)))


@pytest.mark.parametrize("data", [b"no zip", zipped(**{"a.csv": "x" * (257 * 1024 * 1024)})])
def test_a_zip_that_is_none_or_a_bomb_is_refused(data: bytes) -> None:
    with pytest.raises(BadAnnotations):
        packing.unpack("a.zip", data, lambda name: True)


def test_what_holds_no_labels_is_refused_with_what_would() -> None:
    for files in ([("a.json", b"[]")], [("a.json", b'{"images": []}')], [("a.json", b"[" * 100_000)],
                  [("a.zip", zipped(**{"a.md": ""}))], [("a.pdf", b"%PDF")], []):
        with pytest.raises(BadAnnotations):
            formats.read(files)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_files_broken_anywhere_are_read_or_refused_and_nothing_else_happens(data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from([formats.GROUND_TRUTH, formats.CSV, formats.COCO, formats.VOC]))
    whole = formats.write(chosen, data.draw(sets()), MOMENT)
    at = data.draw(st.integers(0, len(whole)))
    broken = whole[:at] + data.draw(st.binary(max_size=9)) + whole[at + data.draw(st.integers(0, 9)):]
    try:
        _, reading = formats.read([(chosen.file, broken)])
    except BadAnnotations:
        return
    for record in reading.records:
        assert record.image.encode().strip()
        assert all(min(box.left, box.top) >= 0 < min(box.width, box.height) for box in record.boxes)


@pytest.mark.skipif(not RACCOONS.is_dir(), reason="the raccoon photos are not here")
def test_a_hundred_and_twenty_real_annotations_survive_every_format_that_holds_boxes() -> None:
    files = [(path.name, path.read_bytes()) for path in sorted((RACCOONS / "annotations").glob("*.xml"))]
    chosen, first = formats.read(files)
    assert chosen == formats.VOC
    assert formats.said(first.records) == "120 images, 132 boxes"
    assert first.remarks == ()
    for target in (formats.VOC, formats.COCO):
        assert formats.losses(target, first.records) == []
        assert set(formats.read([(target.file, formats.write(target, first.records, MOMENT))])[1].records) == set(
            first.records)

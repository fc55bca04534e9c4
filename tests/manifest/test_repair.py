from __future__ import annotations

import json

import pytest
from manifest_samples import BY_HAND, CREATED, boxed, changed, image, manifest, pets

from core.errors import BadManifest
from core.manifest.doctor import repair
from core.manifest.rules import check_line

META = "class-metadata"
BOX = ("box", "annotations", 0)


def mended(line: dict | str) -> dict:
    """The one line after its repair, which must be valid then."""
    text = repair(manifest(line), CREATED).text
    assert check_line(text.rstrip("\n"), 1).findings == (), text
    return json.loads(text)


def test_the_line_written_by_hand_keeps_its_label_and_gets_what_it_lacked():
    line = mended(BY_HAND)
    assert line["class-label"] == 0
    assert line["class-label-metadata"] == {
        "type": "groundtruth/image-classification", "class-name": "cat", "human-annotated": "yes",
        "creation-date": "2025-05-12T00:00:00", "confidence": 1}


def test_a_good_manifest_is_not_touched():
    data = manifest(*pets(), {"source-ref": "s3://pets/none.jpg"}, boxed("b.jpg"))
    assert repair(data).changes == ()
    assert repair(data).text.encode() == data


@pytest.mark.parametrize("line", [
    changed(image(), [META, "confidence"]),
    changed(image(), [META, "human-annotated"], True),
    changed(image(), [META, "creation-date"]),
    changed(image(), [META, "type"]),
    changed(image(), [META, "type"], "image-classification"),
    changed(image(), [META, "job-name"], 5),
    changed(image(), ["class"], "cat"),
    changed(image(), ["class"], True),
    changed(image(), ["class"]),
    {"source-ref": "s3://pets/cat1.jpg", "class": "cat"},
    {"source-ref": "s3://pets/cat1.jpg", "Class Name": "cat", "note": "by hand"},
    changed(image(), ["source-ref"], "S3://pets/cat1.jpg "),
    changed(boxed(), ["box-metadata", "objects"]),
    changed(boxed(), ["box-metadata", "objects"], [{"confidence": 1}] * 3),
    changed(boxed(), ["box", "image_size"], {"width": 640, "height": 480}),
    changed(boxed(), [*BOX, "left"], 10.4),
    changed(boxed(), [*BOX, "class_id"], "0"),
    str(image()),
    json.dumps(image()) + ",",
    "\ufeff" + json.dumps(image()),
])
def test_one_defect_that_can_be_mended_leaves_a_valid_line(line: dict | str):
    mended(line)


@pytest.mark.parametrize(("value", "expected"), [(0.93, 0.93), (93, 0.93), ("0.5", 0.5), (None, 1), (-3, 1), ("x", 1)])
def test_a_confidence_is_read_where_it_can_be(value, expected: float):
    assert mended(changed(image(), ["class"], "") | {META: {**image()[META], "confidence": value}})[META][
        "confidence"] == expected


@pytest.mark.parametrize(("value", "expected"), [
    ("2025-05-12", "2025-05-12T00:00:00"), ("2025-05-12T10:00:00Z", "2025-05-12T10:00:00Z"),
    ("last week", "2026-11-23T09:30:00"), (1_700_000_000, "2026-11-23T09:30:00"),
])
def test_a_date_is_read_where_it_can_be(value, expected: str):
    assert mended(changed(image(), [META, "creation-date"], value))[META]["creation-date"] == expected or (
        value == expected)


@pytest.mark.parametrize("value", [False, "no", "No", "false"])
def test_what_says_no_stays_no(value):
    assert mended(changed(image(), [META, "human-annotated"], value))[META]["human-annotated"] == "no"


@pytest.mark.parametrize("key", ["class_metadata", "classmetadata", "class-meta", "class-Metadata", "class.metadata"])
def test_a_misspelt_metadata_key_is_paired(key: str):
    line = image()
    line[key] = line.pop(META)
    assert mended(line).keys() == {"source-ref", "class", META}


@pytest.mark.parametrize("key", ["source_ref", "sourceRef", "Source-Ref", "source ref"])
def test_a_misspelt_source_ref_is_renamed(key: str):
    line = image()
    line[key] = line.pop("source-ref")
    assert mended(line)["source-ref"] == "s3://pets/cat1.jpg"


@pytest.mark.parametrize("address", [
    "https://pets.s3.eu-central-1.amazonaws.com/a/cat.jpg", "https://pets.s3.amazonaws.com/a/cat.jpg",
    "https://s3.eu-central-1.amazonaws.com/pets/a/cat.jpg", "https://s3-us-west-2.amazonaws.com/pets/a/cat.jpg",
])
def test_the_web_address_of_an_object_becomes_its_uri(address: str):
    assert mended(changed(image(), ["source-ref"], address))["source-ref"] == "s3://pets/a/cat.jpg"


def test_several_labels_in_one_list_become_a_pair_each():
    line = {"source-ref": "s3://pets/x.jpg", "job": [1, 3], "job-metadata": {
        "type": "groundtruth/image-classification-multilabel", "class-map": {"1": "cat", "3": "indoors"},
        "confidence-map": {"1": 0.9, "3": 0.8}, "human-annotated": "yes", "creation-date": "2025-05-12T00:00:00"}}
    after = mended(line)
    assert check_line(json.dumps(after), 1).labels == ("cat", "indoors")
    assert after["job1-metadata"]["confidence"] == 0.8


def test_a_box_is_cut_off_at_the_edge_and_one_without_use_is_dropped():
    after = mended(boxed("x.jpg", (600, -20, 100, 60), (0, 0, 1, 1)))
    assert after["box"]["annotations"] == [{"class_id": 0, "left": 600, "top": 0, "width": 40, "height": 40}]
    assert after["box-metadata"]["objects"] == [{"confidence": 1}]


def test_blank_lines_and_repeated_photos_are_dropped():
    repaired = repair(manifest(image("a.jpg"), "", image("a.jpg", "dog"), "  ", image("b.jpg")), CREATED)
    assert repaired.text.encode() == manifest(image("a.jpg"), image("b.jpg"))
    assert [(change.number, change.after, change.why) for change in repaired.changes] == [
        (2, "", "it is blank"), (3, "", "it repeats the photo of line 1, and Rekognition takes only that one"),
        (4, "", "it is blank")]


def test_lines_that_name_no_photo_repeat_none() -> None:
    lines = ["nonsense", "other nonsense", {"class": 0}, {"source-ref": "ftp://x"}, {"source-ref": "ftp://x"}]
    assert repair(manifest(*lines), CREATED).changes == ()


def test_lines_are_left_out_when_it_is_asked_for():
    lines = [image("a.jpg"), image("b.jpg"), image("c.jpg")]
    repaired = repair(manifest(*lines), CREATED, {2: "the image has a side over 4096 pixels"})
    assert repaired.text.encode() == manifest(lines[0], lines[2])
    assert [change.why for change in repaired.changes] == ["the image has a side over 4096 pixels"]
    assert repaired.dropped == 1


def test_every_change_is_shown_with_its_line_before_and_after():
    repaired = repair(manifest(image("a.jpg"), BY_HAND), CREATED)
    (number, before, after, why), = repaired.changes
    assert (number, before) == (2, BY_HAND)
    assert '"class-label" holds text' in why and "confidence is missing" in why
    assert repaired.text.splitlines()[1] == after


@pytest.mark.parametrize("line", [
    "nonsense", "[1]", '{"source-ref": "ftp://x"}', changed(image(), [META, "class-name"]),
    image("x.jpg", "c" * 256), {"source-ref": "s3://pets/a.jpg", "note": "cat"},
    {"source-ref": "s3://pets/a.jpg", "label": "cat", "class": "dog"}, "(" * 50_000,
    "{'a': b'bytes', 'source-ref': {1, 2}}",
])
def test_what_can_not_be_mended_still_has_its_error(line: dict | str):
    assert check_line(repair(manifest(line), CREATED).text.rstrip("\n"), 1).has_errors


@pytest.mark.parametrize("member", ["image", "s3_uri", "S3Object"])
def test_the_only_member_that_holds_an_s3_address_is_the_source_ref(member: str):
    line = image()
    line[member] = line.pop("source-ref").replace("s3://", "s3a://")
    assert mended(line)["source-ref"] == "s3://pets/cat1.jpg"


def test_escapes_and_signatures_of_a_web_address_are_gone_in_its_uri():
    address = "https://pets.s3.dualstack.eu-west-1.amazonaws.com/a%20cat.jpg?X-Amz-Signature=1"
    assert mended(changed(image(), ["source-ref"], address))["source-ref"] == "s3://pets/a cat.jpg"


def test_a_class_id_gets_the_label_that_the_other_lines_agree_on():
    lost = changed(boxed("x.jpg"), ["box-metadata", "class-map"], {})
    repaired = repair(manifest(boxed("a.jpg"), boxed("b.jpg"), lost), CREATED)
    assert [check_line(text, 1).names for text in repaired.text.splitlines()] == [("cat",)] * 3
    quarrel = repair(manifest(boxed("a.jpg"), boxed("b.jpg", label="dog"), lost), CREATED)
    assert check_line(quarrel.text.splitlines()[2], 1).has_errors


@pytest.mark.parametrize("kind", ["groundtruth/semantic-segmentation", "groundtruth/text-classification"])
def test_no_label_is_made_of_another_kind_of_job(kind: str):
    line = {"source-ref": "s3://pets/x.jpg", "job-ref": "s3://pets/mask.png", "job-ref-metadata": {"type": kind}}
    assert repair(manifest(line), CREATED).changes == ()


LISTED = [image("a.jpg"), changed(image("b.jpg"), [META, "confidence"])]


@pytest.mark.parametrize("data", [
    json.dumps(LISTED), json.dumps(LISTED, indent=2), "".join(json.dumps(line, indent=2) + "\n" for line in LISTED),
    "[\n" + ",\n".join(json.dumps(line) for line in LISTED) + "\n]", "\r".join(json.dumps(line) for line in LISTED)])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_or_indented_objects_in_any_encoding_become_lines(data: str, encoding: str):
    lines = repair(data.encode(encoding), CREATED).text.splitlines()
    assert [check_line(line, 1).labels for line in lines] == [("cat",), ("cat",)]


@pytest.mark.parametrize("data", [
    json.dumps([*LISTED, 1]), json.dumps(LISTED, indent=2)[:-1], json.dumps(LISTED[0], indent=2) + "]",
    '[\n{"a": "\\ud800"}\n]'])
def test_what_only_begins_like_a_list_stays_as_it_is(data: str):
    assert repair(data.encode(), CREATED).text.splitlines() == [
        line for line in data.splitlines() if line not in "[]"]


def test_a_comma_at_the_end_of_a_list_is_forgiven():
    assert len(repair(f"[{json.dumps(LISTED[0])},\n]".encode(), CREATED).text.splitlines()) == 1


def test_bytes_that_are_no_text_can_not_be_repaired():
    with pytest.raises(BadManifest, match="UTF-8"):
        repair(b"\xff\xfe{")

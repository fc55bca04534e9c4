from __future__ import annotations

import datetime as dt
import json

import pytest
from manifest_samples import CREATED, image

from core.errors import BadManifest
from core.manifest.lines import dump, image_line, split_lines, split_uri
from core.manifest.rules import check_line


def test_one_label_makes_a_line_that_rekognition_accepts():
    line = check_line(json.dumps(image_line("s3://pets/cat/x.jpg", ["cat"], CREATED)), 1)
    assert (line.labels, line.findings, line.source_ref) == (("cat",), (), "s3://pets/cat/x.jpg")


def test_several_labels_make_a_numbered_pair_each():
    members = image_line("s3://pets/x.jpg", ["cat", "indoors"], CREATED)
    assert members["class0-metadata"]["class-name"] == "cat"
    assert members["class1-metadata"]["class-name"] == "indoors"
    assert check_line(json.dumps(members), 1).labels == ("cat", "indoors")


def test_a_line_without_a_label_is_ignored_and_no_error():
    line = check_line(json.dumps(image_line("s3://pets/x.jpg", [], CREATED)), 1)
    assert line.ignored
    assert not line.has_errors


def test_the_date_is_written_in_utc():
    noon_in_berlin = dt.datetime(2026, 7, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    members = image_line("s3://pets/x.jpg", ["cat"], noon_in_berlin)
    assert members["class-metadata"]["creation-date"] == "2026-07-01T10:00:00.000000"


def test_a_dump_reads_back_as_its_lines():
    lines = [image("Käfer/ü #1 %20.jpg", "Käfer\u2028x"), image("b.jpg", "dog")]
    texts = split_lines(dump(lines).encode())
    assert [json.loads(text) for text in texts] == lines
    assert dump([]) == ""


@pytest.mark.parametrize(("data", "count"), [
    (b"", 0), (b"{}", 1), (b"{}\n", 1), (b"{}\n\n", 2), (b"\n", 1), (b"{}\r\n{}\r\n", 2), (b"{}\n\n{}\n", 3),
])
def test_only_the_one_newline_at_the_end_starts_no_line(data: bytes, count: int):
    assert len(split_lines(data)) == count


def test_a_windows_line_end_is_no_part_of_the_line():
    assert split_lines(b'{"a": 1}\r\n') == ['{"a": 1}']


def test_bytes_that_are_not_utf8_are_named_with_their_line():
    with pytest.raises(BadManifest, match="line 2"):
        split_lines(b"{}\n{\"\xfc\": 1}\n")


@pytest.mark.parametrize(("uri", "parts"), [
    ("s3://b/k", ("b", "k")),
    ("s3://my.bucket-1/a/b c#%.jpg", ("my.bucket-1", "a/b c#%.jpg")),
    ("s3://b//k", ("b", "/k")),
    ("s3://b/" + "k" * 1024, ("b", "k" * 1024)),
])
def test_a_uri_is_split_into_bucket_and_key(uri: str, parts: tuple[str, str]):
    assert split_uri(uri) == parts


@pytest.mark.parametrize("uri", [
    "", "b/k", "s3://b", "s3://b/", "s3:///k", "S3://b/k", "https://b/k", "s3://b ad/k", "s3://b/" + "ü" * 513,
])
def test_anything_else_is_no_uri(uri: str):
    with pytest.raises(ValueError, match="s3://bucket/key"):
        split_uri(uri)

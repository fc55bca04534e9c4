"""Lines on disk are the lines that were put there, however often and in whichever order they are gone through."""

from __future__ import annotations

import json
import random
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manifest_samples import BY_HAND, boxed, changed, image, manifest, pets, seen
from test_manifest_properties import broken

from core.manifest.doctor import Examination, examine, examine_opened
from core.manifest.images import Absent
from core.manifest.opening import opened_file
from core.manifest.repeats import firsts, in_both
from core.manifest.rules import check_lines
from core.manifest.storing import Stored, chosen
from core.manifest.storing import changed as changed_lines

LINES = check_lines([json.dumps(image(f"{number}.jpg")) if number % 3 else "x" for number in range(1_000)])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.randoms(use_true_random=False).map(broken), max_size=20))
def test_any_lines_come_back_but_for_their_texts(texts: list[str]) -> None:
    lines = check_lines(texts)
    assert [*Stored(lines)] == [replace(line, text="") for line in lines]


def test_two_loops_go_through_the_same_lines_at_once() -> None:
    stored = Stored(LINES)
    assert all(one == other for one, other in zip(stored, stored, strict=True))
    assert len(stored) == 1_000 and next(iter(stored)) in stored


def test_some_of_them_and_some_of_those_are_chosen() -> None:
    stored = Stored(LINES)
    even = chosen(stored, bytearray(line.number % 2 == 0 for line in LINES))
    fourth = chosen(even, bytearray(line.number % 4 == 0 for line in even))
    assert [line.number for line in fourth] == [*range(4, 1_001, 4)]
    assert len(fourth) == 250 and next(iter(fourth)) in even
    assert chosen(stored, bytearray(b"\1" * 1_000)) is stored


def test_what_is_changed_is_on_disk_too_and_the_first_lines_stay() -> None:
    stored = Stored(LINES)
    after = changed_lines(stored, lambda line: replace(line, number=line.number + 1))
    assert isinstance(after, Stored)
    assert [line.number for line in after] == [*range(2, 1_002)]
    assert [line.number for line in stored] == [*range(1, 1_001)]


def test_a_photo_is_met_once() -> None:
    lines = check_lines([json.dumps(image(name)) for name in ("a", "b", "a", "c", "b")] + ["x"])
    assert [line.number for line in firsts(lines)] == [1, 2, 4]
    assert in_both(lines[:3], lines[2:5]) == 2


def of_file(tmp_path: Path, training: bytes, testing: bytes | None, look) -> Examination:
    (tmp_path / "training").write_bytes(training)
    (tmp_path / "testing").write_bytes(testing or b"")
    return examine_opened(opened_file(tmp_path / "training"), opened_file(tmp_path / "testing") if testing else None,
                          look)


def told(examined: Examination) -> list[object]:
    return [examined.ok, examined.sentence, examined.notes, examined.training, examined.datasets,
            examined.from_datasets, examined.use_case, [dict(lost) for lost in examined.lost],
            [(group.code, group.message, group.plain, [*group.lines], group.manifest, dict(group.photos))
             for group in examined.groups]]


@pytest.mark.parametrize("seed", range(40))
def test_a_manifest_in_a_file_is_examined_as_it_is_in_memory(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    odd = ["x", "", {"source-ref": "s3://pets/none.jpg"}, BY_HAND, boxed("b.jpg"), image("cat1.jpg", "dog"),
           changed(image("c.jpg"), ["source-ref"], "s3://far/c.jpg"), boxed("d.jpg", (0, 0, 9, 999))]

    def look(uri: str):
        return Absent.MISSING if uri.endswith("7.jpg") else seen(uri)

    sides = [manifest(*pets(draw.randint(1, 20), draw.randint(1, 20)), *draw.sample(odd, draw.randint(0, 8)))
             for _ in range(2)]
    for testing in (None, sides[1]):
        assert told(of_file(tmp_path, sides[0], testing, look)) == told(examine(sides[0], testing, look))


def peak(tmp_path: Path, count: int) -> int:
    """Bytes that an examination holds at most; every third line has a defect, or a photo that is missing."""
    with (tmp_path / "m").open("w") as file:
        for number in range(count):
            line = image(f"{number}.jpg", ("cat", "dog")[number % 2])
            file.write(f"{json.dumps(line if number % 3 else changed(line, ['class'], 'x'))}\n")
    tracemalloc.start()
    try:
        examine_opened(opened_file(tmp_path / "m"), None, lambda uri: Absent.MISSING if "5." in uri else seen(uri))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_grows_by_a_few_bytes_a_line(tmp_path: Path) -> None:
    few, many = peak(tmp_path, 2_000), peak(tmp_path, 12_000)
    assert many - few < 40 * 10_000

"""Which photo a foreign name means, and that a name which may mean two means none."""

from __future__ import annotations

from typing import Any

import pytest

from core.exchange.matching import Matched, _Finder, match
from core.exchange.types import Annotated

KNOWN = {1: ["cat/a.jpg", "/home/me/pets/cat/a.jpg"], 2: ["dog/a.jpg", "/home/me/pets/dog/a.jpg"],
         3: ["b.jpg", "/data/s3/photos/2026/b.jpg"], 4: ["ü/c.jpg"]}


def found(*images: str) -> Matched:
    return match(map(Annotated, images), KNOWN)


@pytest.mark.parametrize(("image", "photo"), [
    ("cat/a.jpg", 1), ("./cat//a.jpg", 1), ("cat\\a.jpg", 1), ("C:\\Users\\me\\cat\\a.jpg", 1),
    ("s3://bucket/pets/dog/a.jpg", 2), ("file:///home/me/pets/dog/a.jpg", 2), ("s3://photos/2026/b.jpg", 3),
    ("b.jpg", 3), ("../../else/b.jpg", 3), ("u\u0308/c.jpg", 4),
])
def test_a_photo_is_found_by_its_path_by_its_end_and_by_its_file_name(image: str, photo: int) -> None:
    assert list(found(image).found) == [photo]


def test_a_name_that_may_mean_several_or_none_is_said_with_its_reason() -> None:
    assert [remark.text for remark in found("a.jpg", "x/y.jpg").missing] == [
        "several photos may be meant: “cat/a.jpg” and “dog/a.jpg”", "no photo of the project is called so"]


def test_of_several_records_for_a_photo_the_best_counts_and_equals_do_not() -> None:
    better = found("b.jpg", "else/b.jpg")
    assert better.found[3].image == "b.jpg"
    assert [remark.place for remark in better.missing] == ["else/b.jpg"]
    equals = found("x/b.jpg", "y/b.jpg")
    assert equals.found == {}
    assert len(equals.missing) == 2


def test_of_a_name_without_end_no_more_is_looked_at_than_any_photos_name_has() -> None:
    class Counted(tuple[str, ...]):
        cuts = 0

        def __getitem__(self, key: Any) -> Any:
            self.cuts += 1
            return super().__getitem__(key)

    finder, name = _Finder(KNOWN), Counted(["x"] * 100_000)
    assert finder.find(name) == ([], 0)
    assert name.cuts == 5  # as many parts as /home/me/pets/cat/a.jpg has


def test_what_was_found_by_its_file_name_alone_is_marked() -> None:
    assert found("x/b.jpg", "cat/a.jpg").by_file_name == (3,)


def test_a_photo_in_no_folder_is_told_from_one_of_its_name_in_a_folder() -> None:
    known = {1: ["a.jpg"], 2: ["cat/a.jpg"], 3: ["my/cat/a.jpg"], 4: ["1/2/3/4/5/6/a.jpg"], 5: ["0/1/2/3/4/5/6/a.jpg"]}
    matched = match([Annotated(f"s3://bucket/project/{name}") for name, in known.values()], known)
    assert {number: record.image for number, record in matched.found.items()} == {
        number: f"s3://bucket/project/{name}" for number, (name,) in known.items()}
    assert matched.missing == ()


def test_thousands_of_photos_of_one_file_name_are_told_apart_by_their_folders() -> None:
    known = {number: [f"{number}/image.jpg", f"/photos/{number}/image.jpg"] for number in range(5_000)}
    matched = match((Annotated(f"s3://b/{number}/image.jpg") for number in range(5_000)), known)
    assert len(matched.found) == 5_000

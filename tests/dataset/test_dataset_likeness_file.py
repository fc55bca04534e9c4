from __future__ import annotations

import numpy as np
import pytest

from core.dataset import likeness_file
from core.dataset.likeness_file import Kept
from core.images.duplicates import Duplicates
from core.types import Facts, Photo
from core.workspace import Project

HASHES = np.array([letter * 64 for letter in "abcd"], "U64")
KEPT = Kept(HASHES, np.full((4, 24), -1), np.zeros((4, 24), np.float32), np.zeros((4, 2), np.float32),
            np.zeros((4, 8), np.float32), np.zeros((4, 8), np.float32), np.array([-1, 0, 0, 0]),
            np.array([False, False, True, False]), HASHES[:0])


def photo(number: int, letter: str) -> Photo:
    return Photo(number, f"{number}.jpg", f"{number}.jpg", facts=Facts(9, 9, 3, "RGB", "JPEG", 9, letter * 64))


def test_twins_are_read_back_with_who_mirrors_whom(project: Project) -> None:
    likeness_file.write(project, KEPT)
    kept = likeness_file.load(project)
    assert kept is not None
    [group] = likeness_file.of_photos(kept, [photo(3, "d"), photo(5, "c"), photo(9, "a"), photo(12, "c")]).groups[1:]
    assert group == Duplicates("near", (3, 5, 12), mirrored=(5, 12))


def test_a_group_without_its_first_photo_still_knows_who_mirrors_whom(project: Project) -> None:
    likeness_file.write(project, KEPT)
    kept = likeness_file.load(project)
    assert kept is not None
    assert likeness_file.of_photos(kept, [photo(5, "c"), photo(7, "d")]).groups == (
        Duplicates("near", (5, 7), mirrored=(7,)),)


def test_what_another_way_of_looking_has_compared_is_not_used(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(likeness_file, "_FORM", "1.3")
    likeness_file.write(project, KEPT)
    monkeypatch.undo()
    assert likeness_file.load(project) is None

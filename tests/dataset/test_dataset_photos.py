from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from core.dataset import cleaning, labels, photos, scanning, selecting
from core.errors import NotReady
from core.images import thumbnails
from core.jobs import Progress
from core.types import Facts, Photo, Problem
from core.workspace import Project


def look_again(project: Project) -> int:
    return scanning.scan(Progress(), str(project.home), project.name)


def photo(number: int, **fields: object) -> Photo:
    facts = Facts(100 * number, 80, 3, "RGB", "JPEG", 1000, f"{number:064}")
    return Photo(**{"id": number, "name": f"cat/{number}.jpg", "path": f"/{number}.jpg", "facts": facts, **fields})


BIG = Problem("too_large", "A side is over 4096.")
DARK = Problem("dark", "It is very dark.", "hurts")


def test_a_scan_keeps_facts_scores_and_a_thumbnail_of_every_photo(pets: Project) -> None:
    for seen in photos.photos(pets):
        assert seen.facts and seen.quality and seen.fingerprint
        assert (seen.facts.width, seen.facts.height, seen.facts.channels) == (320, 240, 3)
        assert seen.facts.bytes == Path(seen.path).stat().st_size
        assert thumbnails.find(pets.thumbnails, seen.facts.sha256)


def test_a_photo_that_can_not_be_read_stays_with_its_problem(
    project: Project, photo_folder: Callable[..., Path], take_in: Callable[[Path], object]
) -> None:
    folder = photo_folder(cat=2)
    whole = (folder / "cat" / "cat1.jpg").read_bytes()
    (folder / "cat" / "half.jpg").write_bytes(whole[:len(whole) // 2])
    (folder / "cat" / "text.jpg").write_bytes(b"hello")
    (folder / "cat" / "empty.png").write_bytes(b"")
    Image.new("RGB", (64, 64)).save(folder / "cat" / "gif.jpg", "GIF")
    take_in(folder)
    codes = {Path(seen.name).stem: {problem.code for problem in seen.problems} for seen in photos.photos(project)}
    assert codes["half"] == {"truncated"}
    assert codes["text"] == codes["empty"] == {"unreadable"}
    assert codes["gif"] >= {"not_jpeg_or_png", "lying_suffix"}


def test_a_photo_whose_file_is_gone_says_so_and_keeps_its_copy_and_label(pets: Project) -> None:
    labels.label_by_folder(pets)
    cleaning.clean_all(Progress(), str(pets.home), pets.name)
    first = photos.photos(pets)[0]
    path = Path(first.path)
    path.rename(path.with_suffix(".away"))
    assert look_again(pets) == 1
    gone = photos.get(pets, first.id)
    assert (gone.problems[0].code, gone.refused) == ("missing", True)
    assert (gone.facts, gone.label) == (first.facts, "cat")
    assert len(cleaning.results(pets)) == 12
    path.with_suffix(".away").rename(path)
    assert look_again(pets) == 1
    assert photos.get(pets, first.id).problems == first.problems


def test_a_photo_with_new_content_loses_its_copy_but_not_its_label(pets: Project) -> None:
    labels.label_by_folder(pets)
    cleaning.clean_all(Progress(), str(pets.home), pets.name)
    first = photos.photos(pets)[0]
    Path(first.path).touch()
    look_again(pets)
    assert len(cleaning.results(pets)) == 12
    Image.new("RGB", (100, 90)).save(first.path)
    look_again(pets)
    assert len(cleaning.results(pets)) == 11
    assert photos.get(pets, first.id).label == "cat"


def test_an_unknown_photo_is_an_error_in_words(project: Project) -> None:
    with pytest.raises(NotReady, match="no longer in the project"):
        photos.get(project, 1)


def test_excluded_photos_count_only_as_such(pets: Project) -> None:
    first, second, *_ = photos.photos(pets)
    labels.leave_out(pets, [first.id, second.id])
    labels.leave_out(pets, [second.id], out=False)
    counts = selecting.summary(photos.photos(pets))
    assert (counts.total, counts.excluded, counts.classes) == (12, 1, {"cat": 5, "dog": 6})


def test_the_summary_counts_each_photo_once_for_each_code() -> None:
    shown = [photo(1, problems=(BIG, DARK)), photo(2, problems=(DARK,), labels=("cat",)), photo(3, folder_label="dog"),
             photo(4, facts=None)]
    counts = selecting.summary(shown)
    assert (counts.refused, counts.hurt, counts.fine, counts.waiting, counts.labelled) == (1, 1, 1, 1, 1)
    assert counts.codes == {"dark": 2, "too_large": 1}
    assert counts.classes == {"cat": 1, "dog": 1}

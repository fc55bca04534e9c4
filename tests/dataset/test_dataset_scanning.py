"""The one look at each photo: what is read, what is not read again, and what is left when it is cut off."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.dataset import cleaning, content, finding, labels, photos, scanning, sources
from core.errors import BadImage, Cancelled, RekolabError
from core.images import reading, thumbnails, verdicts
from core.jobs import Progress
from core.types import Photo
from core.workspace import Project

_opened: list[str] | None = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _opened is not None and event == "open":
        _opened.append(str(arguments[0]))


sys.addaudithook(_note)  # stays for as long as the process; it notes nothing outside of `opened`


def opened(work: Callable[[], object], folder: Path) -> list[str]:
    """The files under a folder that the work opens, each as often as it does."""
    global _opened
    _opened = []
    try:
        work()
        return [Path(path).name for path in _opened if Path(path).is_relative_to(folder)]
    finally:
        _opened = None


def look(project: Project) -> int:
    return scanning.scan(Progress(), str(project.home), project.name)


def folder_of(project: Project) -> Path:
    return Path(photos.photos(project)[0].path).parent.parent


def codes(photo: Photo) -> list[str]:
    return [problem.code for problem in photo.problems]


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The content hashes that are decoded from now on."""
    seen: list[str] = []
    inspect = verdicts.inspect

    def noted(data: bytes, sha256: str) -> verdicts.Inspection:
        seen.append(sha256)
        return inspect(data, sha256=sha256)

    monkeypatch.setattr(verdicts, "inspect", noted)
    return seen


def test_a_visit_opens_each_file_once_and_the_next_visit_none(
    project: Project, photo_folder: Callable[..., Path]
) -> None:
    folder = photo_folder(cat=4, dog=3)

    def visit() -> None:
        sources.import_folder(Progress(), str(project.home), project.name, str(folder))

    names = ["cat1.jpg", "cat2.jpg", "cat3.jpg", "cat4.jpg", "dog1.jpg", "dog2.jpg", "dog3.jpg"]
    assert sorted(opened(visit, folder)) == names
    assert opened(visit, folder) == []


def test_a_changed_file_is_looked_at_again_and_it_alone(pets: Project, decoded: list[str]) -> None:
    folder = folder_of(pets)
    Image.new("RGB", (100, 90), "teal").save(folder / "cat" / "cat2.jpg")
    (folder / "dog" / "dog1.jpg").touch()
    assert sorted(opened(lambda: look(pets), folder)) == ["cat2.jpg", "dog1.jpg"]
    changed = next(photo for photo in photos.photos(pets) if photo.name == "cat/cat2.jpg")
    assert changed.facts and changed.facts.width == 100
    assert decoded == [changed.facts.sha256]  # what was only touched is the content that it was


def test_a_content_that_is_known_is_not_decoded_under_another_name(pets: Project, decoded: list[str]) -> None:
    first = photos.photos(pets)[0]
    twin = Path(first.path).with_name("twin.png")
    shutil.copy(first.path, twin)
    photos.add(pets, [photos.Source(twin, "twin.png")])
    assert look(pets) == 1 and decoded == []
    found = next(photo for photo in photos.photos(pets) if photo.name == "twin.png")
    assert (found.facts, found.quality, found.fingerprint) == (first.facts, first.quality, first.fingerprint)
    assert (codes(first), codes(found)) == ([], ["lying_suffix"])


def test_a_file_that_vanishes_says_so_and_comes_back_without_being_decoded(pets: Project, decoded: list[str]) -> None:
    first = photos.photos(pets)[0]
    away = Path(first.path).rename(Path(first.path).with_suffix(".away"))
    assert look(pets) == 1 and look(pets) == 0
    assert codes(photos.get(pets, first.id)) == ["missing"]
    away.rename(first.path)
    assert look(pets) == 1
    assert photos.get(pets, first.id) == first and decoded == []


def test_a_file_that_could_not_be_opened_is_tried_again(pets: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    first = photos.photos(pets)[0]
    os.utime(first.path)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "read_bytes", lambda path: _refuse())
        assert look(pets) == 1
    assert codes(photos.get(pets, first.id)) == ["unreadable"]
    assert (scanning.waiting(pets), look(pets)) == (0, 1)
    assert photos.get(pets, first.id) == first


def _refuse() -> bytes:
    raise BadImage("The file can't be read: Permission denied.")


def test_a_newer_way_of_looking_looks_at_everything_once_more(
    pets: Project, decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    labels.label_by_folder(pets)
    cleaning.clean_all(Progress(), str(pets.home), pets.name)
    before = photos.photos(pets)
    for module in (scanning, content):
        monkeypatch.setattr(module, "LOOK", verdicts.LOOK + 1)
    content._held.clear()
    with pets.catalogue() as rows:
        rows.execute("UPDATE content SET fingerprint = 'of another form'")
    assert {photo.fingerprint for photo in photos.photos(pets)} == {None}, "it can't be compared with one of today"
    assert scanning.waiting(pets) == 12
    assert look(pets) == 12 and len(decoded) == 12
    assert scanning.waiting(pets) == look(pets) == 0
    assert photos.photos(pets) == before and len(cleaning.results(pets)) == 12


def test_a_look_that_is_cancelled_keeps_what_it_saw_and_the_next_does_the_rest(
    project: Project, photo_folder: Callable[..., Path], decoded: list[str]
) -> None:
    photos.add(project, finding.in_folder(photo_folder(cat=9, dog=9)).files)

    class Impatient(Progress):
        def step(self, count: int = 1, message: str | None = None) -> None:
            super().step(count, message)
            if self._done == 5:
                raise Cancelled("Enough.")

    with pytest.raises(Cancelled):
        scanning.scan(Impatient(), str(project.home), project.name)
    waiting = scanning.waiting(project)
    assert waiting == 13
    assert look(project) == waiting
    assert all(photo.facts for photo in photos.photos(project))


def test_a_full_disk_is_said_plainly_and_what_was_seen_stays(
    project: Project, photo_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    photos.add(project, finding.in_folder(photo_folder(cat=9)).files)
    kept: list[str] = []
    keep = thumbnails.keep

    def full(folder: Path, sha256: str, data: bytes) -> None:
        if len(kept) >= 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        kept.append(sha256)
        keep(folder, sha256, data)

    monkeypatch.setattr(scanning, "workers", lambda: 1)  # else the fifth may be refused before any other comes back
    monkeypatch.setattr(thumbnails, "keep", full)
    with pytest.raises(RekolabError, match=r"disk is full.*goes on where it stopped"):
        look(project)
    seen = [photo.facts.sha256 for photo in photos.photos(project) if photo.facts]
    assert sorted(seen) == sorted(kept)
    monkeypatch.setattr(thumbnails, "keep", keep)
    assert look(project) == 5
    assert scanning.waiting(project) == 0


def test_one_label_makes_one_photo_anew_and_leaves_the_others(pets: Project) -> None:
    before = photos.photos(pets)
    assert all(one is other for one, other in zip(photos.photos(pets), before, strict=True))
    labels.assign(pets, [before[3].id], "cat")
    after = photos.photos(pets)
    assert [one is other for one, other in zip(after, before, strict=True)] == [True] * 3 + [False] + [True] * 8
    assert after[3].label == "cat" and after[3].facts is before[3].facts

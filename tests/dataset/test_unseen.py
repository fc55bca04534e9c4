from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from core.dataset import labels, photos, scanning, unseen
from core.errors import BadPath, Cancelled, NotReady
from core.jobs import Progress
from core.workspace import Project


@pytest.fixture
def folder(pets: Project, tmp_path: Path) -> Path:
    """Unseen photos of which one is in the project, one a smaller copy, one just alike, and one can't be read."""
    labels.label_by_folder(pets)
    there = {photo.name: Path(photo.path) for photo in photos.photos(pets)}
    top = tmp_path / "unseen"
    (top / "cat").mkdir(parents=True)
    (top / "cat/same.jpg").write_bytes(there["cat/cat2.jpg"].read_bytes())
    Image.open(there["dog/dog4.jpg"]).resize((240, 180)).save(top / "small.jpg")
    Image.radial_gradient("L").convert("RGB").save(top / "alike.jpg")
    Image.linear_gradient("L").convert("RGB").save(top / "new.jpg")
    (top / "broken.jpg").write_bytes(b"nothing")
    return top


def run(project: Project, folder: Path | str) -> unseen.Compared:
    unseen.compare(Progress(), str(project.home), project.name, str(folder))
    found = unseen.last(project)
    assert found
    return found


def test_what_is_not_unseen_is_found_with_its_twin_and_the_reason(
    pets: Project, folder: Path, alike: Callable[..., None]
) -> None:
    names = {photo.id: photo.name for photo in photos.photos(pets)}
    alike(pets, {"alike.jpg": "cat/cat5.jpg"}, folder)
    found = run(pets, folder)
    assert (found.total, found.unreadable) == (5, 1)
    assert [(match.how, match.name, names[match.photo_id]) for match in found.matches] == [
        ("exact", "cat/same.jpg", "cat/cat2.jpg"), ("near", "small.jpg", "dog/dog4.jpg"),
        ("alike", "alike.jpg", "cat/cat5.jpg")]
    assert found.matches[-1].alike == pytest.approx(0.95, abs=0.001)
    assert found.usual == pytest.approx(0.5, abs=0.001)
    assert len(photos.photos(pets)) == 12


def test_a_second_look_reads_again_only_what_is_unknown(
    pets: Project, folder: Path, alike: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    alike(pets, {}, folder)
    first = run(pets, folder)
    looked: list[bytes] = []
    inspect = scanning.verdicts.inspect
    monkeypatch.setattr(scanning.verdicts, "inspect", lambda data, **more: looked.append(data) or inspect(data, **more))
    assert run(pets, folder).matches == first.matches
    assert looked == []


def test_a_comparison_tells_when_the_photos_are_others_since(
    pets: Project, folder: Path, alike: Callable[..., None]
) -> None:
    alike(pets, {}, folder)
    found = run(pets, folder)
    assert not unseen.outdated(pets, found)
    labels.leave_out(pets, [found.matches[0].photo_id])
    now = unseen.last(pets)
    assert now
    assert now.matches == found.matches[1:]
    assert unseen.outdated(pets, now)
    unseen.forget(pets)
    assert unseen.last(pets) is None


def test_a_folder_elsewhere_and_a_project_without_labels_are_refused_and_cancelling_keeps_the_last_result(
    pets: Project, folder: Path, alike: Callable[..., None]
) -> None:
    alike(pets, {}, folder)
    before = run(pets, folder)
    with pytest.raises(BadPath, match="outside the folders"):
        run(pets, "/usr")
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Cancelled):
        unseen.compare(Progress(cancelled=stopped), str(pets.home), pets.name, str(folder))
    assert unseen.last(pets) == before
    labels.assign(pets, [photo.id for photo in photos.photos(pets)], None)
    with pytest.raises(NotReady, match="No photo has a label"):
        run(pets, folder)

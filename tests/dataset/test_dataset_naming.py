"""Which folders name the classes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from core.dataset import naming, photos, sources
from core.jobs import Progress
from core.workspace import Project


@pytest.mark.parametrize(("paths", "level"), [
    ("cat/1 cat/2 dog/1", 0),
    ("set/cat/1 set/dog/1", 1),
    ("train/cat/1 train/dog/1 test/cat/2 test/dog/2", 1),
    ("cat/train/1 cat/test/2 dog/train/1", 0),
    ("cat/1 cat/kittens/1 cat/kittens/2 dog/1", 0),
    ("cat/2023/1 cat/2024/1 dog/2023/1", 0),
    ("train/0/1 train/1/1 test/0/1 test/1/1", 1),
    ("digits/0/1 digits/1/1", 1),
    ("cat/images/1 dog/images/1", 0),
    ("bottle/train/good/1 bottle/test/broken/1 bottle/test/good/1", 2),
    ("cat/1 cat/2", 0),
    ("set/cat/1", 1),
    ("train/1 test/1", 0),
    ("1 2", None),
])
def test_the_folders_that_tell_photos_apart_name_the_classes(paths: str, level: int | None) -> None:
    assert naming.best_level([naming.folders_of(f"{path}.jpg") for path in paths.split()]) == level


def test_a_stray_photo_higher_up_changes_nothing() -> None:
    listed = [("train", "cat")] * 10 + [("test", "dog")] * 10
    assert naming.best_level([*listed, (), ("train",)]) == 1


@pytest.fixture
def halves(project: Project, photo_folder: Callable[..., Path]) -> Path:
    """A folder with train/cat, train/dog and test/cat."""
    folder = photo_folder(cat=3, dog=1)
    for place, name in (("train", "cat"), ("train", "dog")):
        (folder / place).mkdir(exist_ok=True)
        (folder / name).rename(folder / place / name)
    (folder / "test/cat").mkdir(parents=True)
    (folder / "train/cat/cat3.jpg").rename(folder / "test/cat/cat3.jpg")
    return folder


def classes(project: Project) -> dict[str, str | None]:
    return {photo.name: photo.folder_label for photo in photos.photos(project)}


def test_another_level_counts_at_once_and_for_later_imports_from_there(
    project: Project, halves: Path, take_in: Callable[[Path], sources.Imported]
) -> None:
    take_in(halves)
    assert set(classes(project).values()) == {"cat", "dog"}
    assert naming.current(project) == naming.Naming(
        1, {0: ("test", "train"), 1: ("cat", "dog"), None: ()})
    naming.choose(project, 0)
    assert classes(project)["test/cat/cat3.jpg"] == "test"
    (halves / "train/cat/cat1.jpg").rename(halves / "train/cat/new.jpg")
    take_in(halves)
    assert classes(project)["train/cat/new.jpg"] == "train"
    naming.choose(project, None)
    assert set(classes(project).values()) == {None}


def test_photos_from_elsewhere_keep_their_classes(
    project: Project, halves: Path, tmp_path: Path, take_in: Callable[[Path], sources.Imported]
) -> None:
    (tmp_path / "photos 2/bird").mkdir(parents=True)
    (tmp_path / "photos 2/bird/1.jpg").write_bytes((halves / "train/cat/cat1.jpg").read_bytes())
    take_in(tmp_path / "photos 2")
    take_in(halves)
    naming.choose(project, None)
    assert classes(project)["bird/1.jpg"] == "bird"


def test_uploads_that_lie_in_no_folder_leave_the_classes_of_earlier_ones(project: Project, halves: Path) -> None:
    for name in ("cat/1.jpg", "2.jpg"):
        with next(halves.rglob(f"cat{name[-5]}.jpg")).open("rb") as file:
            kept = sources.import_uploads(project, [(name, file)])
    assert classes(project) == {"2.jpg": None, "cat/1.jpg": "cat"}
    looked = sources.look_at(Progress(), str(project.home), project.name, new=kept.new, changed=0, known=0, left_out={})
    assert looked == kept

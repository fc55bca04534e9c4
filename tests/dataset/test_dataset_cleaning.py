from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from core.dataset import cleaning, cleaning_plan, cleaning_views, labels, photos, scanning
from core.errors import Cancelled, NotReady, RekolabError
from core.images import cleaning as pixels
from core.images.cleaning import Recipe
from core.jobs import Progress
from core.types import Cleaned, Photo
from core.workspace import Project


def run(project: Project, progress: Progress | None = None, **options: object) -> cleaning.Cleaning:
    return cleaning.clean_all(progress or Progress(), str(project.home), project.name, **options)


def copies(project: Project) -> dict[str, Cleaned]:
    names = {photo.id: photo.name for photo in photos.photos(project)}
    return {names[copy.photo_id]: copy for copy in cleaning.results(project)}


def files(project: Project) -> dict[str, bytes]:
    return {str(path.relative_to(project.cleaned)): path.read_bytes()
            for path in project.cleaned.rglob("*") if path.is_file()}


def folder_of(project: Project) -> Path:
    return Path(photos.photos(project)[0].path).parent.parent


def look_again(project: Project) -> None:
    scanning.scan(Progress(), str(project.home), project.name)


@pytest.fixture
def cleaned_ids(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the photos that were really cleaned, in the order of the work."""
    done: list[int] = []
    clean = pixels.clean

    def counting(photo: Photo, recipe: Recipe, folder: Path) -> Cleaned:
        done.append(photo.id)
        return clean(photo, recipe, folder)

    monkeypatch.setattr(pixels, "clean", counting)
    return done


def test_every_photo_gets_a_copy_and_originals_stay_as_they_are(pets: Project) -> None:
    before = {photo.path: Path(photo.path).read_bytes() for photo in photos.photos(pets)}
    assert run(pets, longest=200) == cleaning.Cleaning(made=12, kept=0, left_out=0)
    assert {path: Path(path).read_bytes() for path in before} == before
    assert {(copy.width, copy.height) for copy in cleaning.results(pets)} == {(200, 150)}
    assert set(files(pets)) == {photo.name for photo in photos.photos(pets)}


def test_a_second_run_does_nothing_and_a_changed_photo_alone_is_done_again(
    pets: Project, cleaned_ids: list[int]
) -> None:
    run(pets)
    cleaned_ids.clear()
    assert run(pets) == cleaning.Cleaning(made=0, kept=12, left_out=0)
    assert cleaned_ids == []
    first = photos.photos(pets)[0]
    Image.new("RGB", (300, 100), "navy").save(first.path)
    look_again(pets)
    assert [photo.id for photo, _ in cleaning.pending(pets, Recipe())] == [first.id]
    run(pets)
    assert cleaned_ids == [first.id]
    assert copies(pets)[first.name].height == 100


def test_another_recipe_does_everything_again_and_removes_the_old_copies(
    pets: Project, cleaned_ids: list[int]
) -> None:
    run(pets)
    (pets.cleaned / "cat" / ".draft.part").write_bytes(b"left by a crash")
    run(pets, format="PNG")
    assert len(cleaned_ids) == 24
    assert set(files(pets)) == {f"{photo.name}.png" for photo in photos.photos(pets)}
    assert cleaning.recipe_of(pets) == Recipe(format="PNG")


def test_a_copy_that_was_deleted_or_cut_short_is_made_again(pets: Project, cleaned_ids: list[int]) -> None:
    run(pets)
    whole = files(pets)
    (pets.cleaned / "cat" / "cat1.jpg").unlink()
    (pets.cleaned / "dog" / "dog1.jpg").write_bytes(b"half")
    cleaned_ids.clear()
    run(pets)
    assert len(cleaned_ids) == 2
    assert files(pets) == whole


def test_an_exact_duplicate_is_left_out_and_its_twin_named(pets: Project) -> None:
    folder = folder_of(pets)
    (folder / "dog" / "dog5.jpg").write_bytes((folder / "cat" / "cat2.jpg").read_bytes())
    look_again(pets)
    assert run(pets).left_out == 1
    twin = copies(pets)["dog/dog5.jpg"]
    assert (twin.path, twin.reason) == (None, "It is the same file as cat/cat2.jpg, which is kept.")
    labels.leave_out(pets, [photo.id for photo in photos.photos(pets) if photo.name == "cat/cat2.jpg"])
    run(pets)
    assert copies(pets)["dog/dog5.jpg"].path is not None
    assert "cat/cat2.jpg" not in files(pets)


def test_a_broken_photo_is_left_out_with_its_reason_and_stays_in_the_catalogue(pets: Project) -> None:
    folder = folder_of(pets)
    whole = (folder / "cat" / "cat1.jpg").read_bytes()
    (folder / "cat" / "cat1.jpg").write_bytes(whole[:len(whole) // 2])
    (folder / "cat" / "cat3.jpg").write_bytes(b"no image at all")
    look_again(pets)
    assert run(pets).left_out == 2
    assert {name for name, copy in copies(pets).items() if copy.reason} == {"cat/cat1.jpg", "cat/cat3.jpg"}
    assert len(photos.photos(pets)) == 12
    report = cleaning_views.report(pets)
    assert list(report[report["left out because"] != ""]["name"]) == ["cat/cat1.jpg", "cat/cat3.jpg"]


def test_two_photos_whose_copies_would_have_one_name_get_two(
    project: Project, photo_folder: Callable[..., Path], take_in: Callable[[Path], object]
) -> None:
    folder = photo_folder(cat=2)
    Image.new("RGB", (200, 100), "red").save(folder / "cat" / "a.bmp")
    (folder / "cat" / "cat1.jpg").rename(folder / "cat" / "a.bmp.jpg")
    take_in(folder)
    run(project)
    paths = {copy.path for copy in cleaning.results(project)}
    assert len(paths) == 3 == len(files(project))


def test_a_cancelled_run_keeps_what_it_made_and_goes_on_with_the_rest(
    pets: Project, cleaned_ids: list[int]
) -> None:
    class Impatient(Progress):
        def step(self, count: int = 1, message: str | None = None) -> None:
            super().step(count, message)
            if self._done == 4:
                raise Cancelled("enough")

    with pytest.raises(Cancelled):
        run(pets, Impatient())
    kept = len(cleaning.results(pets))
    assert 4 <= kept < 12
    assert run(pets) == cleaning.Cleaning(made=12 - kept, kept=kept, left_out=0)


def test_while_a_new_recipe_is_at_work_no_old_copy_counts(pets: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    run(pets)

    def crash(photo: Photo, recipe: Recipe, folder: Path) -> Cleaned:
        raise OSError("the disk is full")

    monkeypatch.setattr(pixels, "clean", crash)
    with pytest.raises(OSError, match="disk is full"):
        run(pets, longest=100)
    assert cleaning.results(pets) == []


def test_a_disk_that_gets_full_is_said_and_the_work_goes_on_when_there_is_room(
    pets: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {photo.path: Path(photo.path).read_bytes() for photo in photos.photos(pets)}
    write, room = Path.replace, iter(range(5))

    def replace(draft: Path, path: Path) -> Path:
        if pets.cleaned in path.parents and next(room, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(draft, path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        with pytest.raises(RekolabError, match="The disk is full"):
            run(pets, longest=200)
    made = files(pets)
    assert len(made) == 5 and all(Image.open(pets.cleaned / name).size == (200, 150) for name in made)
    assert run(pets, longest=200).left_out == 0
    assert made.items() <= files(pets).items()
    assert len(files(pets)) == 12
    assert {path: Path(path).read_bytes() for path in before} == before


def test_an_option_redoes_only_what_it_touches(pets: Project, cleaned_ids: list[int]) -> None:
    folder = folder_of(pets)
    Image.new("RGB", (900, 600), "teal").save(folder / "cat" / "cat1.jpg")
    look_again(pets)
    run(pets, longest=600)
    cleaned_ids.clear()
    run(pets, longest=600, quality=70)
    assert [photos.get(pets, number).name for number in cleaned_ids] == ["cat/cat1.jpg"]
    cleaned_ids.clear()
    assert run(pets, longest=500, quality=70) == cleaning.Cleaning(made=1, kept=11, left_out=0)


def test_of_near_duplicates_the_best_is_kept_when_that_is_asked_for(
    pets: Project, take_in: Callable[[Path], object], cleaned_ids: list[int]
) -> None:
    folder = folder_of(pets)
    with Image.open(folder / "cat" / "cat2.jpg") as image:
        image.resize((640, 480)).save(folder / "cat" / "larger.jpg")
    take_in(folder)
    assert run(pets).left_out == 0
    cleaned_ids.clear()
    lesser = {photos.get(pets, number).name: better.name for number, better in cleaning_plan.near_twins(pets).items()}
    assert lesser["cat/cat2.jpg"] == "cat/larger.jpg"
    assert run(pets, best_only=True).left_out == len(lesser)
    assert cleaned_ids == []
    assert copies(pets)["cat/cat2.jpg"].reason == (
        "It is almost the same picture as cat/larger.jpg, which is better and kept.")
    labels.leave_out(pets, [photo.id for photo in photos.photos(pets) if photo.name == "cat/larger.jpg"])
    run(pets, best_only=True)
    assert copies(pets)["cat/cat2.jpg"].path is not None


def test_a_photo_whose_name_the_copy_of_another_has_gets_a_copy_of_its_own(
    pets: Project, take_in: Callable[[Path], object]
) -> None:
    folder = folder_of(pets)
    Image.new("RGB", (200, 100), "red").save(folder / "cat" / "a.bmp")
    take_in(folder)
    run(pets)
    (folder / "cat" / "cat1.jpg").rename(folder / "cat" / "a.bmp.jpg")
    take_in(folder)
    run(pets)
    paths = [copy.path for copy in cleaning.results(pets) if copy.path]
    assert len(paths) == len(set(paths))
    assert all(Path(copy.path).stat().st_size == copy.bytes for copy in cleaning.results(pets) if copy.path)


def test_a_project_without_photos_says_where_to_go(project: Project) -> None:
    with pytest.raises(NotReady, match="no photos to clean"):
        run(project)

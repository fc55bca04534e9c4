from __future__ import annotations

import errno
import io
import os
import stat
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.dataset import archives, photos, scanning, sources
from core.errors import BadPath, Cancelled, RekolabError
from core.files import write_atomically
from core.jobs import Jobs, Progress
from core.types import Photo
from core.workspace import Project

TakeIn = Callable[[Path], sources.Imported]
PhotoFolder = Callable[..., Path]


def names(project: Project) -> list[str]:
    return [photo.name for photo in photos.photos(project)]


def by_name(project: Project) -> dict[str, Photo]:
    return {photo.name: photo for photo in photos.photos(project)}


def packed(folder: Path, *files: tuple[str, bytes], name: str = "pets.zip") -> Path:
    archive = folder / name
    with zipfile.ZipFile(archive, "w") as file:
        for path, data in files:
            file.writestr(path, data)
    return archive


def unpack(project: Project, archive: Path) -> sources.Imported:
    return sources.import_zip(Progress(), str(project.home), project.name, str(archive))


@pytest.fixture
def jpeg(photo_folder: PhotoFolder) -> bytes:
    return (photo_folder(cat=1) / "cat" / "cat1.jpg").read_bytes()


@pytest.fixture
def other_jpeg(photo_folder: PhotoFolder) -> bytes:
    return (photo_folder(dog=2) / "dog" / "dog2.jpg").read_bytes()


def test_folders_name_the_classes_and_files_stay_where_they_are(
    project: Project, photo_folder: PhotoFolder, take_in: TakeIn
) -> None:
    folder = photo_folder(cat=2, dog=1)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert take_in(folder).new == 3
    assert {photo.name: photo.folder_label for photo in photos.photos(project)} == {
        "cat/cat1.jpg": "cat", "cat/cat2.jpg": "cat", "dog/dog1.jpg": "dog"}
    assert by_name(project)["cat/cat1.jpg"].path == str(folder / "cat" / "cat1.jpg")
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_photos_directly_in_the_chosen_folder_have_no_class(
    project: Project, photo_folder: PhotoFolder, take_in: TakeIn
) -> None:
    take_in(photo_folder(cat=2) / "cat")
    assert [photo.folder_label for photo in photos.photos(project)] == [None, None]


def test_hidden_and_system_files_are_left_out_and_counted(
    project: Project, photo_folder: PhotoFolder, take_in: TakeIn, jpeg: bytes
) -> None:
    folder = photo_folder(cat=1)
    for junk in (".ipynb_checkpoints/cat1.jpg", "__MACOSX/cat/._cat1.jpg", "cat/Thumbs.db", "cat/.hidden.jpg",
                 "notes.txt", "cat/.DS_Store", "cat/desktop.ini", "cat/@eaDir/cat1.jpg", "$RECYCLE.BIN/cat1.jpg"):
        (folder / junk).parent.mkdir(parents=True, exist_ok=True)
        (folder / junk).write_bytes(jpeg)
    imported = take_in(folder)
    assert names(project) == ["cat/cat1.jpg"]
    assert imported.left_out == {
        "hidden or system folders": 4, "hidden or system files": 4, "files that are not images": 1}
    assert imported.sentence == ("1 photo: 1 new. Left out: hidden or system folders (4), hidden or system files (4), "
                                 "files that are not images (1).")


def test_importing_again_adds_only_what_is_new_or_changed(
    project: Project, photo_folder: PhotoFolder, take_in: TakeIn, other_jpeg: bytes
) -> None:
    folder = photo_folder(cat=3, dog=1)
    (folder / "dog" / "dog2.jpg").unlink()  # the picture that is used in place of another
    take_in(folder)
    old = by_name(project)
    (folder / "cat" / "cat1.jpg").write_bytes(other_jpeg)
    (folder / "cat" / "new.jpg").write_bytes(other_jpeg)
    imported = take_in(folder)
    assert (imported.new, imported.changed, imported.known) == (1, 1, 3)
    now = by_name(project)
    assert now["cat/cat1.jpg"].id == old["cat/cat1.jpg"].id
    assert now["cat/cat1.jpg"].facts != old["cat/cat1.jpg"].facts
    assert now["cat/cat2.jpg"] == old["cat/cat2.jpg"]


def test_the_same_name_in_two_classes_or_two_sources_is_two_photos(
    project: Project, tmp_path: Path, take_in: TakeIn, jpeg: bytes
) -> None:
    for path in ("a/cat/1.jpg", "a/dog/1.jpg", "b/cat/1.jpg"):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_bytes(jpeg)
    take_in(tmp_path / "a")
    take_in(tmp_path / "b")
    take_in(tmp_path / "b")
    assert names(project) == ["cat/1 (2).jpg", "cat/1.jpg", "dog/1.jpg"]


HOSTILE = ("with space.jpg", "ünïcödé 猫.jpg", "100%25#1?.jpg", "'; DROP TABLE photo; --\".jpg", "new\nline.jpg",
           "a" * 196 + ".jpg", "<b>bold.jpg")


def test_hostile_names_are_taken_in_letter_for_letter(
    project: Project, photo_folder: PhotoFolder, take_in: TakeIn, jpeg: bytes
) -> None:
    folder = photo_folder()
    (folder / "cat").mkdir(exist_ok=True)
    for name in HOSTILE:
        (folder / "cat" / name).write_bytes(jpeg + name.encode())
    take_in(folder)
    assert {f"cat/{name}" for name in HOSTILE} <= set(names(project))
    assert all(photo.facts for photo in photos.photos(project))


def test_a_name_that_is_no_text_is_left_out_and_said(
    project: Project, photo_folder: PhotoFolder, take_in: TakeIn, jpeg: bytes
) -> None:
    folder = photo_folder(cat=1)
    Path(os.fsdecode(os.fsencode(folder) + b"/cat/\xff\xfe.jpg")).write_bytes(jpeg)
    assert take_in(folder).left_out == {"files whose names are not valid text": 1}


def test_a_link_out_of_the_folder_is_not_followed(
    project: Project, photo_folder: PhotoFolder, take_in: TakeIn, tmp_path: Path, jpeg: bytes
) -> None:
    folder = photo_folder(cat=1)
    (tmp_path / "secret.jpg").write_bytes(jpeg)
    (tmp_path / "elsewhere").mkdir()
    (folder / "cat" / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (folder / "cat" / "dead.jpg").symlink_to(tmp_path / "nothing.jpg")
    (folder / "more").symlink_to(tmp_path / "elsewhere")
    assert take_in(folder).left_out == {"links to other places": 2, "links to other folders": 1}
    assert names(project) == ["cat/cat1.jpg"]


def test_an_empty_folder_and_one_without_images_say_what_to_do(tmp_path: Path, take_in: TakeIn) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadPath, match=r"nothing in .*Choose a place that holds photos"):
        take_in(tmp_path / "empty")
    (tmp_path / "empty" / "notes.txt").write_text("no photo")
    with pytest.raises(BadPath, match=r"no photo in .*only files that are not images"):
        take_in(tmp_path / "empty")


def test_a_folder_outside_the_roots_is_refused(take_in: TakeIn) -> None:
    with pytest.raises(BadPath, match="outside the folders that may be read"):
        take_in(Path("/etc"))


def test_a_zip_is_unpacked_without_its_wrapper_and_junk(
    project: Project, tmp_path: Path, jpeg: bytes, other_jpeg: bytes
) -> None:
    archive = packed(tmp_path, ("set/cat/1.jpg", jpeg), ("set/dog/1.jpg", other_jpeg), ("set/more.zip", b"x"),
                     ("__MACOSX/set/cat/._1.jpg", b"x"), ("set/read me.txt", b"x"))
    imported = unpack(project, archive)
    assert imported.new == 2
    assert sum(imported.left_out.values()) == 3
    assert {photo.name: photo.folder_label for photo in photos.photos(project)} == {
        "cat/1.jpg": "cat", "dog/1.jpg": "dog"}
    assert (project.originals / "pets" / "cat" / "1.jpg").read_bytes() == jpeg


def test_unpacking_again_adds_nothing_and_another_content_never_overwrites(
    project: Project, tmp_path: Path, jpeg: bytes, other_jpeg: bytes
) -> None:
    unpack(project, packed(tmp_path, ("cat/1.jpg", jpeg)))
    assert unpack(project, packed(tmp_path, ("cat/1.jpg", jpeg))).known == 1
    for _ in range(2):
        unpack(project, packed(tmp_path, ("cat/1.jpg", other_jpeg)))
    assert names(project) == ["cat/1 (2).jpg", "cat/1.jpg"]
    assert (project.originals / "pets" / "cat" / "1.jpg").read_bytes() == jpeg


@pytest.mark.parametrize("name", ["../../evil.jpg", "/etc/evil.jpg", "cat\\..\\..\\evil.jpg", "C:\\evil.jpg"])
def test_a_zip_that_climbs_out_of_its_folder_is_refused_whole(
    project: Project, tmp_path: Path, jpeg: bytes, name: str
) -> None:
    with pytest.raises(BadPath, match="outside its folder"):
        unpack(project, packed(tmp_path, ("cat/1.jpg", jpeg), (name, jpeg)))
    assert not list(project.originals.rglob("*.jpg"))
    assert not list(tmp_path.glob("evil*"))


def test_a_folder_that_looks_like_a_drive_keeps_its_name_as_a_class(
    project: Project, tmp_path: Path, jpeg: bytes, other_jpeg: bytes
) -> None:
    archive = packed(tmp_path, ("A: good/1.jpg", jpeg), ("B: bad/1.jpg", other_jpeg))
    for _ in range(2):
        unpack(project, archive)
    assert {photo.name: photo.folder_label for photo in photos.photos(project)} == {
        "A: good/1.jpg": "A: good", "B: bad/1.jpg": "B: bad"}
    assert (project.originals / "pets" / "A_ good" / "1.jpg").read_bytes() == jpeg


def test_a_zip_with_a_password_says_what_to_do(project: Project, tmp_path: Path, jpeg: bytes) -> None:
    archive = packed(tmp_path, ("cat/1.jpg", jpeg))
    data = bytearray(archive.read_bytes())
    data[data.rindex(b"cat/1.jpg") - 38] |= 1
    archive.write_bytes(data)
    with pytest.raises(BadPath, match=r"locked with a password.*without a password"):
        unpack(project, archive)


def stopping(at: int, seen: list[dict[str, int]]) -> Progress:
    """Is cancelled at that step."""
    cancelled = threading.Event()

    def update(**change: int) -> None:
        seen.append(change)
        if change.get("done") == at:
            cancelled.set()

    return Progress(update, cancelled)


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def test_a_zip_of_many_photos_tells_how_far_it_is_and_leaves_nothing_when_cancelled(
    project: Project, tmp_path: Path, jpeg: bytes
) -> None:
    archive, seen = packed(tmp_path, *((f"cat/{number}.jpg", b"%d" % number) for number in range(400))), []
    (project.originals / "pets" / "cat").mkdir(parents=True)
    (project.originals / "pets" / "cat" / "399.jpg").write_bytes(b"399")  # as a crash leaves it
    with pytest.raises(Cancelled, match=r"Nothing was taken in, and nothing is left behind\."):
        sources.import_zip(stopping(300, seen), str(project.home), project.name, str(archive))
    assert seen[0]["total"] == 400 and seen[-1]["done"] == 300
    assert files(project.originals) == set() == set(names(project))


def test_a_cancelled_zip_leaves_what_one_of_the_same_name_has_brought(
    project: Project, tmp_path: Path, jpeg: bytes, other_jpeg: bytes
) -> None:
    unpack(project, packed(tmp_path, ("cat/1.jpg", jpeg)))
    another = packed(tmp_path, ("cat/1.jpg", jpeg), ("cat/2.jpg", other_jpeg), ("dog/3.jpg", other_jpeg))
    with pytest.raises(Cancelled):
        sources.import_zip(stopping(3, []), str(project.home), project.name, str(another))
    assert files(project.originals) == {"pets", "pets/cat", "pets/cat/1.jpg"}
    assert unpack(project, another).new == 2


def test_a_zip_cancelled_while_its_photos_are_looked_at_keeps_them_and_a_scan_goes_on(
    project: Project, tmp_path: Path, jpeg: bytes
) -> None:
    archive, cancelled = packed(tmp_path, *((f"cat/{number}.jpg", jpeg + b"%d" % number) for number in range(9))), []

    def update(**change: Any) -> None:
        cancelled.append(change.get("message") == "Looking at the photos" or cancelled[-1:] == [True])
        if cancelled[-1] and change.get("done") == 2:
            stop.set()

    stop = threading.Event()
    with pytest.raises(Cancelled):
        sources.import_zip(Progress(update, stop), str(project.home), project.name, str(archive))
    assert len(names(project)) == 9 and 0 < scanning.waiting(project) < 9
    scanning.scan(Progress(), str(project.home), project.name)
    assert scanning.waiting(project) == 0


def test_a_disk_that_fills_while_a_zip_is_unpacked_is_said_and_nothing_is_left(
    project: Project, tmp_path: Path, jpeg: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def fill(path: Path, data: bytes) -> None:
        if written:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_atomically(path, data)
        written.append(path)

    monkeypatch.setattr(archives, "write_atomically", fill)
    archive = packed(tmp_path, ("cat/1.jpg", jpeg), ("cat/2.jpg", jpeg + b"2"))
    with pytest.raises(RekolabError, match=r"The disk is full .*Nothing was taken in\. Make room"):
        unpack(project, archive)
    assert written and files(project.originals) == set()
    with pytest.raises(RekolabError, match=r"The disk is full"):
        sources.import_uploads(project, [("cat/1.jpg", io.BytesIO(jpeg))])


@pytest.mark.parametrize("name", ["uploads.zip", "s3.zip", "sample.zip"])
def test_a_zip_named_like_another_source_gets_a_folder_of_its_own(
    project: Project, tmp_path: Path, jpeg: bytes, name: str
) -> None:
    unpack(project, packed(tmp_path, ("cat/1.jpg", jpeg), name=name))
    assert files(project.originals) >= {f"{Path(name).stem} (2)/cat/1.jpg"}


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 1_000_000)
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(20):
            file.writestr(f"cat/{number}.bmp", bytes(900_000))
    with pytest.raises(BadPath, match="zip bombs"):
        unpack(project, archive)
    assert not project.originals.exists()


def test_too_heavy_locked_and_linked_entries_are_left_out(
    project: Project, tmp_path: Path, jpeg: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", len(jpeg) + 1)
    archive = packed(tmp_path, ("cat/1.jpg", jpeg), ("cat/2.jpg", jpeg + b"xx"), ("cat/4.jpg", jpeg))
    with zipfile.ZipFile(archive, "a") as file:
        link = zipfile.ZipInfo("cat/3.jpg")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(link, "/etc/passwd")
    data = bytearray(archive.read_bytes())
    data[data.rindex(b"cat/4.jpg") - 38] |= 1  # the flag bits of its entry in the directory: encrypted
    archive.write_bytes(data)
    imported = unpack(project, archive)
    assert names(project) == ["cat/1.jpg"]
    assert imported.left_out == {archives.TOO_HEAVY: 1, archives.LOCKED: 1, "links to other places": 1}


def test_a_damaged_entry_is_left_out_and_a_broken_zip_is_named(project: Project, tmp_path: Path, jpeg: bytes) -> None:
    archive = packed(tmp_path, ("cat/1.jpg", jpeg), ("cat/2.jpg", jpeg))
    data = bytearray(archive.read_bytes())
    data[60] ^= 255
    archive.write_bytes(data)
    assert unpack(project, archive).left_out == {archives.DAMAGED: 1}
    for way in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with zipfile.ZipFile(archive, "w", way) as file:
            file.writestr("cat/3.jpg", jpeg)
        data = bytearray(archive.read_bytes())
        data[60:90] = bytes(30)
        archive.write_bytes(data)
        with pytest.raises(BadPath, match=archives.DAMAGED):
            unpack(project, archive)
    archive.write_bytes(archive.read_bytes()[:200])
    with pytest.raises(BadPath, match="not a zip file, or not a whole one"):
        unpack(project, archive)


def test_a_zip_from_the_browser_is_removed_once_it_is_imported(project: Project, tmp_path: Path, jpeg: bytes) -> None:
    kept = sources.receive(project, "../pets.zip", io.BytesIO(packed(tmp_path, ("cat/1.jpg", jpeg)).read_bytes()))
    assert kept.parent == sources.incoming(project)
    unpack(project, kept)
    assert names(project) == ["cat/1.jpg"]
    assert not kept.exists()


def test_uploaded_files_are_kept_under_their_folders(project: Project, jpeg: bytes, other_jpeg: bytes) -> None:
    files = [("set/cat/1.jpg", io.BytesIO(jpeg)), ("set/dog/1.jpg", io.BytesIO(other_jpeg)),
             ("set/.DS_Store", io.BytesIO(b"x")), ("../../up.jpg", io.BytesIO(jpeg))]
    imported = sources.import_uploads(project, files)
    assert (imported.new, sum(imported.left_out.values())) == (2, 2)
    assert names(project) == ["cat/1.jpg", "dog/1.jpg"]
    assert not (project.folder.parent / "up.jpg").exists()


def test_an_import_that_is_cancelled_keeps_what_it_has_seen_and_goes_on(
    project: Project, photo_folder: PhotoFolder
) -> None:
    folder = photo_folder(cat=12)

    class Impatient(Progress):
        def step(self, count: int = 1, message: str | None = None) -> None:
            super().step(count, message)
            if self._done == 5:
                raise Cancelled("enough")

    with pytest.raises(Cancelled):
        sources.import_folder(Impatient(), str(project.home), project.name, str(folder))
    seen = sum(photo.facts is not None for photo in photos.photos(project))
    assert 5 <= seen < 12
    assert scanning.scan(Progress(), str(project.home), project.name) == 12 - seen


def test_an_import_runs_as_a_job_and_says_what_it_did(project: Project, photo_folder: PhotoFolder) -> None:
    jobs = Jobs(project.home / "jobs")
    jobs.start("import", "Import", sources.import_folder, home=str(project.home), project=project.name,
               folder=str(photo_folder(cat=2)))
    job = jobs.wait("import", 120)
    assert (job.state, job.result.new) == ("done", 2)
    assert [event.text for event in project.events()][1].startswith("Imported from")


def test_the_sample_is_drawn_once_and_taken_in(
    project: Project, photo_folder: PhotoFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def draw(folder: Path, _: Callable[[], None]) -> None:
        drawn.append(folder)
        for number in range(1, 3):
            (folder / "dataset" / "cat").mkdir(parents=True, exist_ok=True)
            (folder / "dataset" / "cat" / f"{number}.jpg").write_bytes(
                (photo_folder(cat=2) / "cat" / f"cat{number}.jpg").read_bytes())

    monkeypatch.setattr(sources.demo, "draw", draw, raising=False)
    for _ in range(2):
        sources.load_demo(Progress(), str(project.home), project.name)
    assert len(drawn) == 1
    assert names(project) == ["cat/1.jpg", "cat/2.jpg"]
    assert (sources.sample_folder(project) / "dataset").is_dir()

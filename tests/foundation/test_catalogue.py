"""The SQLite files of the workspace: revisions, readers beside a writer, and what an older Rekolab has left."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from core import catalogue
from core.catalogue import Schema
from core.dataset import cleaning, history, photos, remembering, scanning, selecting, vocabulary
from core.dataset.remembering import lately, remembered
from core.errors import BadCatalogue
from core.evaluation import runs
from core.jobs import Progress
from core.workspace import Project, Workspace

PATIENCE = 120.0  # seconds

OLDER = """
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE event (id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE photo (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, path TEXT NOT NULL, folder_label TEXT,
    size INTEGER, modified INTEGER, facts TEXT, quality TEXT, fingerprint TEXT, problems TEXT,
    excluded INTEGER NOT NULL DEFAULT 0);
CREATE TABLE cleaned (
    photo_id INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE, recipe TEXT NOT NULL, path TEXT,
    actions TEXT NOT NULL, reason TEXT, width INTEGER, height INTEGER, bytes INTEGER, sha256 TEXT);
CREATE TABLE class (name TEXT PRIMARY KEY, position INTEGER NOT NULL);
CREATE TABLE label (photo_id INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE, name TEXT NOT NULL);
CREATE TABLE label_change (
    id INTEGER PRIMARY KEY, step INTEGER NOT NULL, at TEXT NOT NULL, photo_id INTEGER NOT NULL,
    before TEXT, after TEXT, excluded INTEGER, undone INTEGER NOT NULL DEFAULT 0);
CREATE TABLE side (photo_id INTEGER PRIMARY KEY REFERENCES photo (id) ON DELETE CASCADE, name TEXT NOT NULL);
CREATE TABLE run (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL, arn TEXT NOT NULL,
    thresholds TEXT NOT NULL, total INTEGER NOT NULL, ended TEXT);
INSERT INTO class VALUES ('dog', 0), ('cat', 1);
INSERT INTO label VALUES (1, 'cat'), (2, 'dog'), (4, 'dog');
INSERT INTO side VALUES (2, 'test');
INSERT INTO cleaned VALUES (1, 'key', '/copies/cat.jpg', '["shrink"]', NULL, 100, 80, 900, 'ab');
INSERT INTO label_change VALUES
    (1, 1, '2026-11-01T10:00:00+00:00', 1, NULL, 'cat', NULL, 0),
    (2, 2, '2026-11-01T10:01:00+00:00', 2, NULL, 'dog', NULL, 0),
    (3, 2, '2026-11-01T10:01:00+00:00', 4, NULL, 'cat', NULL, 0),
    (4, 3, '2026-11-01T10:02:00+00:00', 2, 'dog', 'dog', 1, 0),
    (5, 4, '2026-11-01T10:03:00+00:00', 4, 'cat', 'dog', NULL, 0),
    (6, 5, '2026-11-01T10:04:00+00:00', 2, 'dog', 'cat', 0, 1);
INSERT INTO run VALUES (1, '2026-11-01T10:00:00+00:00', 'Test', '{"kind": "test", "folder": ""}', 'arn', '{}', 0, NULL);
"""
CUT_OFF = ["truncated", "The file is cut off.", "refused"]
GONE = ["missing", "The file is no longer there.", "refused"]


def facts(sha256: str, **changes: object) -> str:
    known = {"width": 320, "height": 240, "channels": 3, "mode": "RGB", "format": "JPEG", "bytes": 900,
             "sha256": sha256, "orientation": 1, "frames": 1, "captured": None}
    return json.dumps(known | changes)


def older_catalogue(folder: Path, photo: Path) -> None:
    """As the version before has left it: a photo that is fine, one cut off, one that is gone, one that is no image."""
    stat = photo.stat()
    quality = json.dumps({"brightness": 0.5, "contrast": 0.4, "sharpness": 0.6})
    with sqlite3.connect(folder / "catalogue.sqlite") as rows:
        rows.executescript(f"PRAGMA journal_mode=WAL; {OLDER}")
        rows.executemany("INSERT INTO photo VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
            (1, "cat/1.jpg", str(photo), "cat", stat.st_size, stat.st_mtime_ns, facts("a"), quality, "00", "[]", 0),
            (2, "cat/2.gif", "/2", "cat", 5, 5, facts("b", format="GIF"), None, None, json.dumps([CUT_OFF]), 1),
            (3, "cat/3.jpg", "/3", "cat", -1, -1, facts("c"), quality, "00", json.dumps([GONE]), 0),
            (4, "cat/4.jpg", "/4", None, 5, 5, None, None, None, '[["unreadable", "No image.", "refused"]]', 0)])
    rows.close()


@pytest.fixture
def older(workspace: Workspace, photo_folder: object) -> Project:
    folder = workspace.root / "projects" / "old"
    folder.mkdir(parents=True)
    older_catalogue(folder, photo_folder(cat=1) / "cat" / "cat1.jpg")  # type: ignore[operator]
    return workspace.open("old")


def test_a_catalogue_of_the_version_before_keeps_everything_that_people_made(older: Project) -> None:
    listed = {photo.id: photo for photo in photos.photos(older)}
    assert [listed[number].label for number in (1, 2, 3, 4)] == ["cat", "dog", None, "dog"]
    assert [photo.id for photo in listed.values() if photo.excluded] == [2]
    assert vocabulary.listed(older) == ["dog", "cat"]
    assert [copy.path for copy in cleaning.results(older)] == ["/copies/cat.jpg"]
    assert len(runs.runs(older)) == 1
    with older.reading() as rows:
        assert [tuple(row) for row in rows.execute("SELECT * FROM side")] == [(2, "test")]


def test_the_history_of_the_version_before_can_be_taken_back_and_done_again(older: Project) -> None:
    def state() -> list[tuple[str | None, bool]]:
        return [(photo.label, photo.excluded) for photo in sorted(photos.photos(older), key=lambda one: one.id)
                if photo.id != 3]

    assert [(step.what, step.photos, step.undone) for step in history.steps(older)] == [
        ("Took in again", 1, True), ("Labelled dog", 1, False), ("Left out", 1, False),
        ("Labelled by folder", 2, False), ("Labelled cat", 1, False)]
    now = [("cat", False), ("dog", True), ("dog", False)]
    assert state() == now
    history.redo(older)
    assert state() == [("cat", False), ("cat", False), ("dog", False)]
    for _ in range(5):
        history.undo(older)
    assert state() == [(None, False)] * 3
    for _ in range(4):
        history.redo(older)
    assert state() == now


def test_what_the_version_before_knew_of_an_image_is_known_until_the_next_look(older: Project) -> None:
    listed = {photo.id: photo for photo in photos.photos(older)}
    assert [photo.facts.sha256 for photo in listed.values() if photo.facts] == ["a", "b", "c"]
    assert [[problem.code for problem in listed[number].problems] for number in (1, 2, 3, 4)] == [
        [], ["truncated", "not_jpeg_or_png"], ["missing"], []]
    assert selecting.summary(listed.values()).waiting == 1
    assert scanning.waiting(older) == 3  # all but the file that is gone
    scanning.scan(Progress(), str(older.home), older.name)
    seen = photos.get(older, 1)
    assert seen.quality and seen.fingerprint and seen.facts and len(seen.facts.sha256) == 64 and seen.label == "cat"
    assert scanning.waiting(older) == 0


def test_an_older_catalogue_is_carried_over_once_by_many_threads(older: Project) -> None:
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(len(photos.photos(older)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [4] * 8


def test_only_a_change_makes_a_new_revision(project: Project) -> None:
    first = project.revision()
    project.get("nothing")
    with project.catalogue() as rows:
        rows.execute("SELECT 1")
    with pytest.raises(ZeroDivisionError), project.catalogue() as rows:
        rows.execute("INSERT INTO setting VALUES ('half', '1')")
        1 / 0  # noqa: B018
    assert project.revision() == first
    project.set("seed", 1)
    assert project.revision() == first + 1


def test_a_reader_waits_for_no_writer_and_sees_one_moment(project: Project) -> None:
    with project.catalogue() as rows, project.reading() as early:
        assert early.execute("SELECT COUNT(*) FROM setting").fetchone()[0] == 0
        rows.execute("INSERT INTO setting VALUES ('seed', '1')")
        assert project.get("seed") is None
        rows.execute("COMMIT")
        rows.execute("BEGIN")
        assert project.get("seed") == 1
        assert early.execute("SELECT COUNT(*) FROM setting").fetchone()[0] == 0


def test_a_value_is_made_again_only_after_a_change(project: Project) -> None:
    made: list[str] = []

    def value(*key: str) -> str:
        return remembered(project, "value", lambda: made.append("") or f"{key}{len(made)}", *key)

    assert value() == value() == "()1"
    assert value("x") == value("x") == "('x',)2"
    project.set("seed", 1)
    assert value() == "()3"


def test_threads_that_need_a_value_at_once_make_it_once(project: Project) -> None:
    made: list[int] = []
    together = threading.Barrier(6, timeout=PATIENCE)

    def ask() -> None:
        together.wait()
        remembered(project, "slow", lambda: made.append(1) or len(made))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


def test_who_can_not_wait_gets_the_value_before_and_the_next_one_is_made_once_meanwhile(project: Project) -> None:
    made: list[int] = []
    go_on = threading.Event()
    go_on.set()

    def make() -> int:
        assert go_on.wait(PATIENCE)
        made.append(1)
        return len(made)

    assert lately(project, "late", make, PATIENCE) == 1
    assert lately(project, "late", make, PATIENCE) == 1
    go_on.clear()
    project.set("seed", 1)
    assert [lately(project, "late", make, 0.01) for _ in range(5)] == [1] * 5
    go_on.set()
    assert lately(project, "late", make, PATIENCE) == 2
    assert made == [1, 1]
    assert remembered(project, "late", make) == 2


def test_where_a_value_takes_longer_than_one_can_wait_nobody_waits_for_it_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour, clock, asked = 3600.0, iter([0.0, 7200.0]), threading.Event()

    def make() -> int:
        return 1 if project.get("seed") is None else 1 + asked.wait(PATIENCE)

    with monkeypatch.context() as patch:
        patch.setattr(remembering, "time", SimpleNamespace(monotonic=lambda: next(clock)))
        assert lately(project, "slow one", make, hour) == 1
    project.set("seed", 1)
    assert lately(project, "slow one", make, hour) == 1  # or this test waits for an hour
    asked.set()
    assert remembered(project, "slow one", make) == 2


def test_what_goes_wrong_in_the_background_is_said_to_whoever_waits(project: Project) -> None:
    with pytest.raises(ZeroDivisionError):
        lately(project, "wrong", lambda: 1 // 0, PATIENCE)
    assert lately(project, "wrong", lambda: 7, PATIENCE) == 7


def test_a_catalogue_of_the_version_before_gets_its_newest_table(project: Project) -> None:
    with project.catalogue() as rows:
        rows.execute("DROP TABLE editor")
        rows.execute("PRAGMA user_version = 2")
    with project.reading() as rows:
        assert rows.execute("SELECT COUNT(*) FROM editor").fetchone()[0] == 0


def test_a_project_made_anew_under_an_old_name_remembers_nothing_of_the_old_one(workspace: Workspace) -> None:
    old = workspace.create("birds")
    assert remembered(old, "value", lambda: "old") == "old"
    workspace.delete("birds")
    assert remembered(workspace.create("birds"), "value", lambda: "new") == "new"


def test_a_damaged_catalogue_is_named_and_left_as_it_is(workspace: Workspace) -> None:
    project = workspace.create("birds")
    file = project.folder / "catalogue.sqlite"
    file.write_bytes(b"no catalogue " * 1000)
    for ask in (project.revision, lambda: project.get("seed"), lambda: project.set("seed", 1)):
        with pytest.raises(BadCatalogue, match=r"catalogue\.sqlite is damaged .*Put a copy from a backup"):
            ask()
    assert file.read_bytes() == b"no catalogue " * 1000


def test_a_catalogue_is_read_on_a_disk_that_has_no_room_for_a_file_beside_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected = catalogue._connected

    def full(file: Path, schema: Schema, alone: bool = False) -> sqlite3.Connection:
        if alone:
            return connected(file, schema, alone)
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
        raise error

    project.set("seed", 7)
    monkeypatch.setattr(catalogue, "_connected", full)
    with project.reading() as rows:
        assert rows.execute("SELECT value FROM setting WHERE key = 'seed'").fetchone()["value"] == "7"
        assert not list(project.folder.glob("*-shm"))


def test_what_ends_a_change_is_said_also_where_the_database_has_taken_it_back_itself(project: Project) -> None:
    project.set("seed", 7)
    with pytest.raises(sqlite3.OperationalError, match="disk is full"), project.catalogue() as rows:
        rows.execute("DELETE FROM setting")
        rows.execute("ROLLBACK")
        raise sqlite3.OperationalError("database or disk is full")
    assert project.get("seed") == 7

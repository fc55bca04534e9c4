"""Jobs of this room killed by the system in the middle of their work, and gone on with by another process."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from PIL import Image

from core.aws import clients as aws
from core.aws.engine_process import Engine
from core.dataset import cleaning, labels, photos
from core.images import thumbnails
from core.jobs import Jobs
from core.types import Cleaned
from core.workspace import Project

ROOT = Path(__file__).parents[2]
WORK = """
import itertools, json, sys, threading
from functools import partial
from importlib import import_module
from pathlib import Path
from core.dataset import batches, cleaning, sending, sources, upload
from core.jobs import Jobs
home, job, arguments, module, name, number = sys.argv[1:]
owner, _, name = f"{module}.{name}".rpartition(".")
owner = Path if owner == "pathlib.Path" else import_module(owner)
real, calls = getattr(owner, name), itertools.count()
def standing_still(*given, **named):
    return real(*given, **named) if next(calls) < int(number) else threading.Event().wait()
setattr(owner, name, standing_still)
batches.written = partial(batches.written, size=2, seconds=0)
sending.THREADS = 1
function = {"clean": cleaning.clean_all, "import": sources.import_folder, "upload": upload.upload}[job]
jobs = Jobs(Path(home) / "jobs")
jobs.start(job, "Work", function, home=home, project="pets", **json.loads(arguments))
jobs.wait(job)
"""


def killed_at(reached: Callable[[], object], stands: tuple[str, str, int], project: Project, job: str, **arguments: str
              ) -> None:
    """Run the job in a process of its own, and kill that once the state is reached.

    It stands still in a function, given as (module, name), after so many calls of it, and so can not come to its end.
    """
    module, name, number = stands
    process = subprocess.Popen([sys.executable, "-c", WORK, str(project.home), job, json.dumps(arguments), module, name,
                                str(number)], cwd=ROOT)
    while not reached():
        assert process.poll() is None
        time.sleep(0.01)
    process.kill()
    process.wait()


def go_on(project: Project) -> Any:
    """Start the app's jobs again, which goes on with what the crash cut off; gives the last one's result."""
    jobs = Jobs(project.home / "jobs")
    ended = [jobs.wait(job.key, 240) for job in jobs.resume()]
    assert [job.state for job in ended] == ["done"] * len(ended)
    return ended[-1].result if ended else None


def contents(folder: Path) -> dict[Path, str]:
    """Every file, by the hash of its bytes."""
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def whole_results(project: Project) -> list[Cleaned]:
    """The cleaned set, of which every copy is there with the bytes that the catalogue names."""
    copies, there = cleaning.results(project), contents(project.cleaned)
    assert {Path(str(copy.path)): copy.sha256 for copy in copies}.items() <= there.items()
    return copies


def test_an_import_that_is_killed_goes_on_and_loses_no_photo(
    project: Project, photo_folder: Callable[..., Path]
) -> None:
    folder = photo_folder(cat=12, dog=12)
    originals = contents(folder)
    killed_at(lambda: len([*project.thumbnails.rglob("*.jpg")]) >= 6, ("core.images.thumbnails", "keep", 6), project,
              "import", folder=str(folder))
    seen = {photo.id: photo for photo in photos.photos(project) if photo.facts}
    assert len(photos.photos(project)) == 24
    for file in project.thumbnails.rglob("*.jpg"):
        Image.open(file).load()
    go_on(project)
    listed = photos.photos(project)
    assert all(photo.facts and thumbnails.find(project.thumbnails, photo.facts.sha256) for photo in listed)
    assert all(seen.get(photo.id, photo) == photo for photo in listed)
    assert contents(folder) == originals


def test_a_cleaning_that_is_killed_leaves_whole_copies_and_goes_on(
    project: Project, photo_folder: Callable[..., Path], take_in: Callable[[Path], object]
) -> None:
    folder = photo_folder(cat=12, dog=12)
    take_in(folder)
    originals = contents(folder)
    killed_at(lambda: len(cleaning.results(project)) >= 4, ("core.images.cleaning", "clean", 5), project, "clean")
    kept, seen = whole_results(project), contents(project.cleaned)
    assert 4 <= len(kept) < 24
    killed_at(lambda: drafts(project), ("pathlib.Path", "replace", 4), project, "clean")
    whole_results(project)
    seen |= contents(project.cleaned)
    go_on(project)
    done = whole_results(project)
    assert len(done) == 24
    assert set(kept) <= set(done)
    whole = contents(project.cleaned)
    assert {path: data for path, data in seen.items() if not path.name.startswith(".")}.items() <= whole.items()
    assert {str(path) for path in whole} == {copy.path for copy in done}
    assert contents(folder) == originals


def drafts(project: Project) -> list[Path]:
    """Copies that are written and have yet to take their places."""
    return [path for path in project.cleaned.rglob(".*") if path.is_file()]


@pytest.fixture
def shared_engine(engine: Engine, project: Project) -> Any:
    """S3 of the session's engine, which the project's workspace takes for its own and which no crash here ends."""
    folder = project.home / "engine"
    folder.mkdir()
    with urlopen(f"{engine.url}/_engine/health") as answer:
        (folder / "engine.json").write_text(json.dumps(json.load(answer) | {"url": engine.url}))
    (folder / "key.json").write_text(json.dumps({"id": engine.access_key, "secret": engine.secret_key}))
    return aws.engine_clients(engine, lambda: engine).s3


def test_an_upload_that_is_killed_goes_on_and_sends_only_what_is_missing(
    project: Project, photo_folder: Callable[..., Path], take_in: Callable[[Path], object], shared_engine: Any
) -> None:
    take_in(photo_folder(size=(96, 72), cat=30, dog=30))
    labels.label_by_folder(project)
    bucket = f"bucket-{project.home.stat().st_ino}-{time.time_ns()}"
    project.set("bucket", bucket)
    shared_engine.create_bucket(Bucket=bucket)

    def there() -> dict[str, Any]:
        listed = shared_engine.list_objects_v2(Bucket=bucket, Prefix="pets/images/").get("Contents", ())
        return {item["Key"]: (item["ETag"], item["LastModified"]) for item in listed}

    killed_at(lambda: len(there()) >= 8, ("core.aws.storage", "put_bytes", 8), project, "upload")
    before = there()
    assert len(before) == 8
    done = go_on(project)
    assert (done.sent, done.kept) == (60 - len(before), len(before))
    assert before.items() <= there().items()
    assert len(there()) == 60

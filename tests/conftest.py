"""What every room's tests share: a workspace in an empty folder, a project in it, a running engine, some photos."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image, ImageDraw

from core.dataset import likeness, photos
from core.jobs import Progress
from core.workspace import Project, Workspace

# The same examples every time, and as slow as they like: no test fails by chance. `--hypothesis-profile search` looks
# for others.
settings.register_profile("search", max_examples=2000, deadline=None)
settings.load_profile("ci")
# Several workers with a thread for each processor wait for one another, for thirty times as long as the work takes.
os.environ.setdefault("OMP_NUM_THREADS", "1")

_lasting: list[object] = []  # processes that serve until the last test


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty workspace that the settings point at; photos may be read from the test's own folder."""
    monkeypatch.setenv("REKOLAB_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("REKOLAB_ROOTS", str(tmp_path))
    return Workspace((tmp_path / "home").resolve())


@pytest.fixture
def project(workspace: Workspace) -> Project:
    return workspace.create("pets")


@pytest.fixture(scope="session", autouse=True)
def no_watch_is_left_behind() -> Iterator[None]:
    """Starting a model starts no process that outlives the tests; those about the watch start it by themselves."""
    from core.aws import watch_process

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watch_process, "ensure_watch", lambda root: None)
        yield


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """A running engine of its own for the whole session, reached over HTTP like AWS."""
    from core.aws.engine_process import _children, ensure_engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REKOLAB_ENGINE_OTHERS_BUCKETS", "theirs-*")
        running = ensure_engine(tmp_path_factory.mktemp("engine"), port=0)
    _lasting.extend(child for child in _children if child.pid == running.pid)
    yield running


@pytest.fixture(scope="module")
def engines_end() -> Iterator[None]:
    """Other engines that a module starts do not stay, a hundred megabytes each, until the last test."""
    from core.aws.engine_process import _children

    before = [*_children]
    yield
    for child in _children:
        if child not in before and child not in _lasting:
            child.kill()
            child.wait()


@pytest.fixture
def photo_folder(tmp_path: Path) -> Callable[..., Path]:
    """`photo_folder(cat=3, dog=3)` draws that many plain, distinct photos a class and returns their folder."""

    def draw(size: tuple[int, int] = (320, 240), **classes: int) -> Path:
        folder = tmp_path / "photos"
        for hue, (label, count) in enumerate(classes.items()):
            (folder / label).mkdir(parents=True, exist_ok=True)
            for number in range(count):
                image = Image.new("RGB", size, (40 + 60 * hue, 90 + 15 * number % 150, 200 - 50 * hue))
                pen = ImageDraw.Draw(image)
                for stripe in range(number + 2):
                    left = 15 + stripe * 37 * (number + 1) % (size[0] - 60)
                    pen.ellipse((left, 20 + stripe * 11, left + 45, 70 + stripe * 17), fill=(250 - 9 * stripe, 80, 30))
                image.save(folder / label / f"{label}{number + 1}.jpg", quality=90)
        return folder

    return draw


@pytest.fixture
def alike() -> Callable[..., None]:
    """`alike(project, {"cat/1.jpg": "dog/2.jpg"}, unseen)` gives every photo a made-up embedding.

    All have a cosine of 0.5, but those of these pairs one of 0.95. Files of the folder `unseen` have them too.
    """

    def embed(project: Project, pairs: dict[str, str], unseen: Path | None = None) -> None:
        hashes = {photo.name: photo.facts.sha256 for photo in photos.photos(project) if photo.facts}
        hashes |= {file.relative_to(unseen).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
                   for file in (unseen.rglob("*.*") if unseen else ())}
        axes = np.eye(1280, dtype=np.float32)
        rows = {name: (axes[0] + axes[place]) / np.sqrt(2) for place, name in enumerate(hashes, 1)}
        rows |= {name: 0.95 * rows[other] + np.sqrt(1 - 0.95**2) * axes[-1 - place]
                 for place, (name, other) in enumerate(pairs.items())}
        with project.catalogue() as catalogue:
            catalogue.executemany("INSERT OR REPLACE INTO embedding VALUES (?, ?)", [
                (hashes[name], row.astype(np.float16).tobytes()) for name, row in rows.items()])
        likeness.compare(Progress(), str(project.home), project.name)

    return embed

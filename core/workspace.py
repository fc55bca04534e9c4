"""The workspace, a folder that holds everything Rekolab writes, and the projects in it.

    HOME/
    ├── workspace.sqlite       what belongs to no project: deadlines and running times of models, the budget
    ├── engine/                the built-in engine's own data
    ├── jobs/                  the journal of running jobs
    ├── thumbnails/            by content hash, shared by all projects
    └── projects/NAME/
        ├── catalogue.sqlite   photos, what is known of their contents, labels, split, runs, notes, events
        ├── originals/         photos that came as a zip, by upload or from S3
        ├── cleaned/           the cleaned copies
        ├── lent/              photos of no folder, while a job asks about them
        ├── review/            photos that came to be predicted, until they are reviewed
        └── manifests/, reports/
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import catalogue, tables
from core.errors import BadPath, NotReady
from core.types import Backend

PROJECT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,99}")  # a part of what Rekognition takes as ProjectName


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a project, in plain words; `kind` is the stage it belongs to."""

    at: dt.datetime
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Project:
    """One project: a folder and its catalogue. Cheap to make, safe in every thread."""

    name: str
    folder: Path
    thumbnails: Path

    @property
    def originals(self) -> Path:
        return self.folder / "originals"

    @property
    def cleaned(self) -> Path:
        return self.folder / "cleaned"

    @property
    def manifests(self) -> Path:
        return self.folder / "manifests"

    @property
    def reports(self) -> Path:
        return self.folder / "reports"

    @property
    def review(self) -> Path:
        """Photos that a browser sent to be asked about, until somebody has reviewed them."""
        return self.folder / "review"

    @property
    def home(self) -> Path:
        """The workspace's folder, with which a job finds its project again."""
        return self.folder.parent.parent

    @property
    def _file(self) -> Path:
        return self.folder / "catalogue.sqlite"

    def catalogue(self) -> AbstractContextManager[sqlite3.Connection]:
        """A transaction that changes the project's catalogue."""
        return catalogue.changing(self._file, tables.PROJECT)

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """The project's catalogue as it is at one moment."""
        return catalogue.reading(self._file, tables.PROJECT)

    def revision(self) -> int:
        """A number that grows with every change of the catalogue, and that no two projects share."""
        return catalogue.revision(self._file, tables.PROJECT)

    def get(self, key: str, default: Any = None) -> Any:
        """A setting of the project, any JSON value."""
        with self.reading() as rows:
            row = rows.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
        return default if row is None else json.loads(row["value"])

    def set(self, key: str, value: Any) -> None:
        with self.catalogue() as rows:
            rows.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (key, json.dumps(value)))

    def add_to(self, key: str, member: str, value: Any, most: int | None = None) -> None:
        """Set a member of a setting that is an object, whatever others do to its other members at the same time.

        It becomes the newest one; of more than `most` the oldest are dropped.
        """
        def added(kept: dict[str, Any]) -> dict[str, Any]:
            kept.pop(member, None)
            return dict([*kept.items(), (member, value)][-most if most else None:])

        self._change(key, added)

    def take_from(self, key: str, member: str) -> None:
        """Remove a member of a setting that is an object, if it is there."""
        self._change(key, lambda kept: {name: value for name, value in kept.items() if name != member})

    def _change(self, key: str, how: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        with self.catalogue() as rows:
            row = rows.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
            made = how(json.loads(row["value"]) if row else {})
            rows.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (key, json.dumps(made)))

    @property
    def backend(self) -> Backend:
        """Where this project's model lives."""
        return Backend(**self.get("backend", {}))

    def note(self, kind: str, text: str) -> None:
        """Record an event in plain words; `kind` is the stage it belongs to."""
        with self.catalogue() as rows:
            rows.execute("INSERT INTO event (at, kind, text) VALUES (?, ?, ?)", (now().isoformat(), kind, text))

    def events(self, limit: int = 12) -> list[Event]:
        """The last events, newest first."""
        with self.reading() as rows:
            found = rows.execute("SELECT at, kind, text FROM event ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return [Event(dt.datetime.fromisoformat(row["at"]), row["kind"], row["text"]) for row in found]


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder that holds all projects."""

    root: Path

    @property
    def engine(self) -> Path:
        return self.root / "engine"

    @property
    def jobs(self) -> Path:
        return self.root / "jobs"

    def catalogue(self) -> AbstractContextManager[sqlite3.Connection]:
        """A transaction on what belongs to no single project."""
        self.root.mkdir(parents=True, exist_ok=True)
        return catalogue.changing(self.root / "workspace.sqlite", tables.WORKSPACE)

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """What belongs to no single project, as it is at one moment."""
        self.root.mkdir(parents=True, exist_ok=True)
        return catalogue.reading(self.root / "workspace.sqlite", tables.WORKSPACE)

    def get(self, key: str, default: Any = None) -> Any:
        """A setting of the workspace, any JSON value."""
        with self.reading() as rows:
            row = rows.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
        return default if row is None else json.loads(row["value"])

    def set(self, key: str, value: Any) -> None:
        with self.catalogue() as rows:
            rows.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (key, json.dumps(value)))

    def projects(self) -> list[str]:
        """Names of all projects, in alphabetical order."""
        return sorted(file.parent.name for file in self.root.glob("projects/*/catalogue.sqlite"))

    def create(self, name: str) -> Project:
        """A new project; the name must be one that Rekognition takes and that is not used yet."""
        if not PROJECT_NAME.fullmatch(name):
            near = re.sub(r"[^A-Za-z0-9_.\-]+", "-", name).strip("._-")[:100]
            raise BadPath("A project's name has letters, digits, '.', '-' and '_' only, 100 at most, no space."
                          + (f" “{near}” would do." if near else ""))
        project = self._project(name)
        if name.lower() in (known.lower() for known in self.projects()):
            raise BadPath(f"There is a project “{name}” already. Choose it in the sidebar, or take another name.")
        project.folder.mkdir(parents=True, exist_ok=True)
        project.note("project", f"Project {name} created")
        return project

    def open(self, name: str) -> Project:
        if name not in self.projects():
            raise NotReady(f"There is no project “{name}” here.")
        return self._project(name)

    def delete(self, name: str) -> None:
        """Remove the project and its copies. Photos that were read from a folder of the user's stay where they are."""
        shutil.rmtree(self.open(name).folder)

    def _project(self, name: str) -> Project:
        return Project(name, self.root / "projects" / name, self.root / "thumbnails")


def open_project(home: str | Path, name: str) -> Project:
    """The project of a job, from the JSON arguments that its journal keeps."""
    return Workspace(Path(home)).open(name)


def now() -> dt.datetime:
    """This moment, in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def today() -> dt.date:
    """The day where this computer is."""
    return dt.date.today()


def text_of(moment: dt.datetime) -> str:
    """A moment as catalogues keep it: in UTC to the second, so that the order of texts is the order of time."""
    return moment.astimezone(dt.UTC).replace(microsecond=0).isoformat()

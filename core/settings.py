"""Settings, from the environment and `.streamlit/rekolab.toml` (the environment wins), and the check of every path."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadPath

FILE = Path(".streamlit/rekolab.toml")


@dataclass(frozen=True, slots=True)
class Settings:
    """`home` holds everything that Rekolab writes; `roots` are the folders from which photos may be read.

    `cluster` is the address of a Dask scheduler (docs/cluster.md), None where this computer works alone.
    `manifest_lines` and `manifest_bytes` are what Rekognition lets a manifest of this account have.
    """

    home: Path
    roots: tuple[Path, ...]
    engine_port: int = 4599
    training_hour_usd: float = 1.0
    unit_hour_usd: float = 4.0
    prices_checked: str = "2026-11-23"
    cluster: str | None = None
    manifest_lines: int = 250_000
    manifest_bytes: int = 1024**3


def load(environment: Mapping[str, str] = os.environ, file: Path = FILE) -> Settings:
    """The settings in force. Variables are REKOLAB_HOME, REKOLAB_ROOTS (a path list), REKOLAB_ENGINE_PORT, ..."""
    values: dict[str, object] = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    values |= {name: environment[f"REKOLAB_{name.upper()}"]
               for name in Settings.__dataclass_fields__ if environment.get(f"REKOLAB_{name.upper()}")}
    home = Path(str(values.pop("home", Path.home() / "rekolab"))).expanduser().resolve()
    listed = values.pop("roots", None)
    folders = listed.split(os.pathsep) if isinstance(listed, str) else listed
    roots = [Path(str(root)).expanduser().resolve() for root in folders] if isinstance(folders, list) else [Path.home()]
    return Settings(
        home=home,
        roots=(*roots, home),
        engine_port=int(str(values.get("engine_port", 4599))),
        training_hour_usd=float(str(values.get("training_hour_usd", 1.0))),
        unit_hour_usd=float(str(values.get("unit_hour_usd", 4.0))),
        prices_checked=str(values.get("prices_checked", "2026-11-23")),
        cluster=str(values["cluster"]).strip() if values.get("cluster") else None,
        manifest_lines=int(str(values.get("manifest_lines", 250_000))),
        manifest_bytes=int(str(values.get("manifest_bytes", 1024**3))),
    )


def allowed_folder(text: str, roots: tuple[Path, ...]) -> Path:
    """The folder that a person named, resolved, and inside one of `roots`; BadPath says what is wrong otherwise."""
    if not text.strip() or "\0" in text:
        raise BadPath("Name a folder, such as /home/me/photos.")
    folder = _resolved(text.strip())
    if not any(folder.is_relative_to(root) for root in roots):
        inside = ", ".join(str(root) for root in roots)
        raise BadPath(f"{folder} is outside the folders that may be read ({inside}). REKOLAB_ROOTS widens them.")
    if not folder.exists():
        nearest = next(parent for parent in folder.parents if parent.exists())
        raise BadPath(f"{folder} does not exist; {nearest} does. Look at how the name is spelled.")
    if not folder.is_dir():
        raise BadPath(f"{folder} is a file. Name the folder that holds it.")
    return folder


def _resolved(text: str) -> Path:
    try:
        folder = Path(text).expanduser().resolve()
        folder.exists()
    except (OSError, RuntimeError) as error:  # nobody's home, a name that is too long, or a folder closed to us
        reason = error.strerror if isinstance(error, OSError) else "no such user"
        raise BadPath(f"{text} can not be looked at ({reason}). Name another folder.") from None
    return folder

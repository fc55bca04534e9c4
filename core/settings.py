"""Settings, from the environment and `.streamlit/rekolab.toml` (the environment wins), and the check of every path."""

from __future__ import annotations

import datetime as dt
import math
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadPath, BadSetting

FILE = Path(".streamlit/rekolab.toml")


def _price(text: str) -> float:
    """A budget must be reached some day: no price is infinite, below nothing, or not a number."""
    usd = float(text)
    if not math.isfinite(usd) or usd < 0:
        raise ValueError(text)
    return usd


_KINDS: dict[type, tuple[Callable[[str], int | float | str], str]] = {
    int: (int, "a whole number"), float: (_price, "a number of US dollars"),
    str: (lambda text: dt.date.fromisoformat(text).isoformat(), "a day, such as 2026-11-23"),
}


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
    values = _in_file(file)
    values |= {name: environment[_variable(name)] for name in Settings.__dataclass_fields__
               if environment.get(_variable(name))}
    home = Path(str(values.pop("home", Path.home() / "rekolab"))).expanduser().resolve()
    listed = values.pop("roots", None)
    folders = listed.split(os.pathsep) if isinstance(listed, str) else listed
    roots = [Path(str(root)).expanduser().resolve() for root in folders] if isinstance(folders, list) else [Path.home()]
    address = str(values.pop("cluster", "")).strip() or None
    simple: Any = {name: _simple(name, str(value)) for name, value in values.items()
                   if name in Settings.__dataclass_fields__}
    return Settings(home, (*roots, home), cluster=address, **simple)


def _variable(name: str) -> str:
    return f"REKOLAB_{name.upper()}"


def _in_file(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    except (OSError, ValueError) as error:
        raise BadSetting(f"The settings in {file} can not be read: {error}. Mend the file, or remove it.") from None


def _simple(name: str, text: str) -> int | float | str:
    """A setting that is a number or a day; its default says which."""
    made, kind = _KINDS[type(Settings.__dataclass_fields__[name].default)]
    try:
        return made(text)
    except ValueError:
        raise BadSetting(f"The setting {_variable(name)} is “{text}”, and must be {kind}. Change it in the environment "
                         f"or in {FILE}, then start Rekolab again.") from None


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

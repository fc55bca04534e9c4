"""The built-in engine seen from outside: found when it runs, started when it does not. Never imports the engine."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from core.errors import EngineError

_REPOSITORY = Path(__file__).parents[2]
_TAKEN = 3  # the engine's exit code for "somebody else serves this folder"
_PAUSE = 1.0  # seconds between two tries, while the lock's holder starts or ends
_LOG_BYTES = 1024 * 1024

_starting = threading.Lock()
_children: list[subprocess.Popen[bytes]] = []  # kept, because an engine ends when the pipe to its parent is closed


@dataclass(frozen=True, slots=True)
class Engine:
    """A running engine: where it listens, and the one key that it accepts."""

    url: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    pid: int


def ensure_engine(folder: Path, port: int = 4599, wait: float = 60.0) -> Engine:
    """The engine that serves `folder`, started if need be. Safe from many threads and processes, cheap when it runs.

    It listens where it did before, else on `port`, else on any free port (0 asks for that). It ends with the process
    that started it. EngineError says why it could not be started within `wait` seconds.
    """
    return find_engine(folder) or _start(folder.resolve(), port, wait)


def find_engine(folder: Path) -> Engine | None:
    """The engine that serves `folder`, or None while there is none. A stranger on its port is not taken for it."""
    try:
        known = json.loads((folder / "engine.json").read_bytes())
        if _ask_health(known["url"])["id"] != known["id"]:
            return None
        key = json.loads((folder / "key.json").read_bytes())
        return Engine(known["url"], key["id"], key["secret"], known["pid"])
    except (OSError, http.client.HTTPException, ArithmeticError, LookupError, TypeError, ValueError):
        return None


def _ask_health(url: object) -> dict[str, str]:
    connection = http.client.HTTPConnection(urlsplit(str(url)).netloc, timeout=2)
    try:
        connection.request("GET", "/_engine/health")
        answer: dict[str, str] = json.loads(connection.getresponse().read())
        return answer
    finally:
        connection.close()


def _start(folder: Path, port: int, wait: float) -> Engine:
    """Start engines until one serves the folder: its own lock lets one live, and that may be another process's."""
    with _starting:
        deadline = time.monotonic() + wait  # not before: who has waited for another start still looks what came of it
        child, spawned = None, 0.0
        while (now := time.monotonic()) < deadline:
            if engine := find_engine(folder):
                return engine
            ended = child.poll() if child else None  # negative when it was killed
            if ended is not None and ended > 0 and ended != _TAKEN:
                raise EngineError(f"The built-in engine ended while it started. {_log_tail(folder)}")
            if child is None or (ended is not None and now > spawned + _PAUSE):
                child, spawned = _spawn(folder, port), now
            time.sleep(0.05)
    raise EngineError(f"The built-in engine did not start within {wait:g} seconds. {_log_tail(folder)}")


def _spawn(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """A new engine process, in a session of its own so that Ctrl-C reaches it through its pipe only."""
    _children[:] = [child for child in _children if child.poll() is None]
    command = [sys.executable, "-m", "core.engine", "--root", str(folder), "--port", str(port), "--follow-stdin"]
    try:
        with _open_log(folder) as log:
            child = subprocess.Popen(command, cwd=_REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                     stderr=log, start_new_session=True)
    except OSError as error:
        raise EngineError(f"The built-in engine can not be started in {folder}: {error.strerror}.") from error
    _children.append(child)
    return child


def _open_log(folder: Path) -> IO[bytes]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "engine.log"
    return file.open("wb" if file.exists() and file.stat().st_size > _LOG_BYTES else "ab")


def _log_tail(folder: Path) -> str:
    try:
        lines = (folder / "engine.log").read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    return f"The end of {folder / 'engine.log'}: " + (" / ".join(lines[-5:]) or "empty.")

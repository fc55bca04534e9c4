"""The watch seen from outside: started when there is something to watch, and left alone when it runs already."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

_REPOSITORY = Path(__file__).parents[2]
_LOG_BYTES = 1024 * 1024

_starting = threading.Lock()
_children: dict[Path, subprocess.Popen[bytes]] = {}  # kept, so that one that has ended leaves nothing behind


def lock_of(root: Path) -> FileLock:
    """The lock that the watch of a workspace holds for as long as it lives, however it dies."""
    return FileLock(root / "watch.lock", thread_local=False)


def watched(root: Path) -> bool:
    """Whether a watch runs for the workspace."""
    lock = lock_of(root)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def ensure_watch(root: Path) -> None:
    """Have a watch for the workspace. It outlives this process, and ends when no deadline is left.

    To be called after a deadline was written. Where no process can be started that is logged: the other lines stand.
    """
    with _starting:
        child = _children.get(root)
        if (child and child.poll() is None) or watched(root):
            return
        command = [sys.executable, "-m", "core.aws.watch", "--home", str(root)]
        try:
            root.mkdir(parents=True, exist_ok=True)
            file = root / "watch.log"
            with file.open("wb" if file.exists() and file.stat().st_size > _LOG_BYTES else "ab") as out:
                _children[root] = subprocess.Popen(command, cwd=_REPOSITORY, stdin=subprocess.DEVNULL,
                                                   stdout=subprocess.DEVNULL, stderr=out, start_new_session=True)
        except OSError as error:
            log.warning("the watch over the deadlines could not be started: %s", error)

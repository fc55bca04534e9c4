"""Bodies of S3 objects as files that never change once they are written."""

from __future__ import annotations

import collections
import threading
import time
import uuid
from collections.abc import Collection, Iterable
from pathlib import Path

from core.files import write_atomically

GRACE = 60.0  # seconds that a discarded body stays, for those who have just begun to read it


class Blobs:
    """A folder of bodies. Names are random, so keys of any spelling are safe on every file system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._discarded: collections.deque[tuple[float, str]] = collections.deque()
        self._discarding = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, data: bytes) -> str:
        """Keep `data`, and return the name under which `read` finds it."""
        name = uuid.uuid4().hex
        write_atomically(self._path(name), data, mode=0o600)
        return name

    def read(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def discard(self, names: Iterable[str]) -> None:
        """Remove bodies that nothing names any more: these a minute from now, and now those whose minute is over."""
        over: list[str] = []
        with self._discarding:
            now = time.monotonic()
            self._discarded.extend((now, name) for name in names)
            while self._discarded and self._discarded[0][0] < now - GRACE:
                over.append(self._discarded.popleft()[1])
        for name in over:
            self._path(name).unlink(missing_ok=True)

    def keep_only(self, names: Collection[str]) -> None:
        """Remove every other file: what a crash cut off, and what was waiting for its minute."""
        for file in self._folder.glob("*/*"):
            if file.name not in names:
                file.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

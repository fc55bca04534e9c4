"""Files written whole or not at all, and plain words for a disk that is full."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from core.errors import RekolabError

_FULL = (errno.ENOSPC, errno.EDQUOT)


def write_atomically(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write `data` so that a reader sees the old file or the new one, never a part; parents are made."""
    with writing_atomically(path, mode) as file:
        file.write(data)


@contextlib.contextmanager
def writing_atomically(path: Path, mode: int = 0o644) -> Iterator[BinaryIO]:
    """The same for what is written piece by piece: it is there when the block ends, and nothing is when it fails."""
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            yield file
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def room_needed(kept: str) -> Iterator[None]:
    """RekolabError where a file or catalogue can not be written on a full disk; `kept` says what is not lost."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if error.errno not in _FULL if isinstance(error, OSError) else "disk is full" not in str(error):
            raise
        raise RekolabError(f"The disk is full (no space left on device). {kept}") from error

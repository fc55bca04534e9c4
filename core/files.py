"""Files written whole or not at all, plain words for a disk that is full, and what a damaged zip raises."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from core.errors import AGAIN, RekolabError

# What zipfile lets through when a member is damaged, locked, or packed in a way that it does not know.
ZIP_DAMAGES: tuple[type[Exception], ...] = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError)
with contextlib.suppress(ImportError):  # a Python can be built without it
    from lzma import LZMAError

    ZIP_DAMAGES += (LZMAError,)

_FULL = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EEXIST)


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
    except (OSError, sqlite3.Error) as error:
        if not _is_full(error):
            raise
        raise RekolabError(f"The disk is full (no space left on device). {kept}") from error


def explained(error: Exception, home: Path) -> RekolabError | None:
    """What an error that nobody has foreseen says of the disk with the workspace `home`; None if it is not that."""
    if not isinstance(error, OSError | sqlite3.Error):
        return None
    if _is_full(error):
        return RekolabError("The disk is full (no space left on device). What is there already is kept. Make room on "
                            f"the disk of {home}, then do it again.", AGAIN)
    if not _is_closed(error, home):
        return None
    why = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else error
    return RekolabError(f"Rekolab can not write where it keeps everything, in {home} ({why}). Make it a folder that "
                        "you may write to, or choose another with REKOLAB_HOME and start Rekolab again.", AGAIN)


def _is_full(error: OSError | sqlite3.Error) -> bool:
    if isinstance(error, OSError):
        return error.errno in _FULL
    return "disk is full" in str(error) or getattr(error, "sqlite_errorname", "") == "SQLITE_IOERR_SHMSIZE"


def _is_closed(error: OSError | sqlite3.Error, home: Path) -> bool:
    if isinstance(error, OSError):
        return error.errno in _CLOSED and home in (Path(str(error.filename)), *Path(str(error.filename)).parents)
    return "unable to open" in str(error) or "readonly" in str(error)

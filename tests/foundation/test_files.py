from __future__ import annotations

import errno
import io
import sqlite3
import zipfile
from pathlib import Path

import pytest

from core.files import ZIP_DAMAGES, explained

HOME = Path("/home/me/rekolab")


@pytest.mark.parametrize("error", [
    OSError(errno.ENOSPC, "No space left on device", "/tmp/a"), sqlite3.OperationalError("database or disk is full")])
def test_a_full_disk_is_told_with_what_is_kept(error: OSError | sqlite3.Error) -> None:
    told = explained(error, HOME)
    assert told and told.message.startswith("The disk is full") and "Make room on the disk of /home/me" in told.message


@pytest.mark.parametrize("error", [
    OSError(errno.EROFS, "Read-only file system", "/home/me/rekolab/jobs"),
    OSError(errno.EEXIST, "File exists", "/home/me/rekolab"),
    sqlite3.OperationalError("attempt to write a readonly database"),
    sqlite3.OperationalError("unable to open database file")])
def test_a_workspace_that_can_not_be_written_to_is_told_with_the_way_to_another(error: OSError | sqlite3.Error) -> None:
    told = explained(error, HOME)
    assert told and "can not write where it keeps everything, in /home/me/rekolab" in told.message
    assert "REKOLAB_HOME" in told.message


@pytest.mark.parametrize("error", [
    OSError(errno.EACCES, "Permission denied", "/home/me/photos/cat.jpg"), OSError("gone"),
    OSError(errno.ENOENT, "No such file", "/home/me/rekolab/a"), sqlite3.OperationalError("no such table: photo")])
def test_what_is_no_trouble_of_the_workspaces_disk_is_not_taken_for_one(error: OSError | sqlite3.Error) -> None:
    assert explained(error, HOME) is None


@pytest.mark.parametrize("way", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_whatever_is_damaged_in_a_zip_is_one_of_the_known_damages(way: int) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", way) as packed:
        packed.writestr("a.txt", "something of a length " * 9)
    whole, refused = file.getvalue(), set()
    for place in range(len(whole)):
        for flip in (1, 255):
            spoilt = whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1:]
            try:
                with zipfile.ZipFile(io.BytesIO(spoilt)) as packed:
                    packed.read(packed.infolist()[0]) if packed.infolist() else None
            except ZIP_DAMAGES as error:
                refused.add(type(error))
    assert zipfile.BadZipFile in refused

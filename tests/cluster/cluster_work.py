"""What the tests send to the workers, which import it as they import Rekolab."""

from __future__ import annotations

import os
import time
from pathlib import Path

from core.errors import NotAllowed


def square(number: int) -> tuple[int, int]:
    """The square, and the process that made it."""
    time.sleep(0.005)
    return number * number, os.getpid()


def meet(number: int, folder: Path) -> tuple[int, int]:
    """The same, once another process is at it as well."""
    (folder / str(os.getpid())).touch()
    while len([*folder.iterdir()]) < 2:
        time.sleep(0.01)
    return square(number)


def refuse(number: int) -> int:
    if number == 3:
        raise NotAllowed("AccessDenied", "GetObject", "no", "These credentials may not read it.")
    return number


def wait_for(number: int, file: Path) -> int:
    """Hold a worker's thread until the file is there."""
    while not file.exists():
        time.sleep(0.01)
    return number


def end_worker(_: int) -> None:
    os._exit(1)


def other_edition() -> str:
    """Differs in every process."""
    return str(os.getpid())

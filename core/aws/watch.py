"""`python -m core.aws.watch`: the watch, a process of its own that stops models at their deadline.

It is started with a model, outlives the app, and ends when no deadline is left. One watches a workspace, decided by a
lock that the operating system frees however the process dies.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from filelock import Timeout

from core import settings
from core.aws import deadlines, guard
from core.aws.clients import connect
from core.aws.watch_process import lock_of
from core.workspace import Workspace, now

log = logging.getLogger("watch")

SHORTEST, LONGEST = 1.0, 20.0  # seconds between two looks; a computer may sleep meanwhile, and clocks are set
PROBE = 1.0  # seconds to wait for the lock, which somebody may just try for a moment
TRYING = 5.0  # seconds between two looks while a model that is due could not be stopped


def main(arguments: Sequence[str] | None = None) -> int:
    """Watch a workspace until no deadline is left; returns the exit code."""
    parser = argparse.ArgumentParser("python -m core.aws.watch", description="Stops models at their deadline.")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the workspace (default: REKOLAB_HOME)")
    home = parser.parse_args(arguments).home or settings.load().home
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO, stream=sys.stderr)
    logging.getLogger("botocore").setLevel(logging.WARNING)
    workspace = Workspace(home.expanduser().resolve())
    # Asked again without the lock: a deadline may have come at the last moment.
    while workspace.root.is_dir() and deadlines.known(workspace):
        try:
            with lock_of(workspace.root).acquire(timeout=PROBE):
                watch(workspace)
        except Timeout:
            break  # another one watches
    return 0


def watch(
    workspace: Workspace, clock: Callable[[], dt.datetime] = now, sleep: Callable[[float], None] = time.sleep,
    connect: guard.Connect = connect,
) -> None:
    """Look at the deadlines until none is left. Whatever a look meets, the next one comes."""
    eye = guard.Guard(workspace, connect=connect)
    log.info("process %d watches %s", os.getpid(), workspace.root)
    while workspace.root.is_dir():
        pause = TRYING
        try:
            eye.look(clock())
            if (following := guard.next_stop(workspace)) is None:
                break
            if not eye.troubles:
                pause = min(max((following - clock()).total_seconds(), SHORTEST), LONGEST)
        except Exception:
            log.exception("the deadlines could not be looked at, and are looked at again")
        sleep(pause)
    log.info("no deadline is left; the watch ends")


if __name__ == "__main__":
    sys.exit(main())

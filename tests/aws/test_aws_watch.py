"""The watch as a process: one a workspace, outliving who started it, and gone when no deadline is left."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.aws import deadlines, watch
from core.aws.watch_process import ensure_watch, watched
from core.types import Backend
from core.workspace import Workspace, now

REPOSITORY = Path(__file__).parents[2]
FAR = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
GONE = "arn:aws:rekognition:us-east-1:123456789012:project/gone/version/one/1690405809999"
APP = ("import os, sys, pathlib; from core.aws.watch_process import ensure_watch\n"
       "ensure_watch(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), 9)")


def until(reached: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture
def home(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace whose engine takes any port, and whose watch ends with the test."""
    monkeypatch.setenv("REKOLAB_ENGINE_PORT", "0")
    workspace.root.mkdir(parents=True)
    yield workspace
    for deadline in deadlines.known(workspace):
        deadlines.write(workspace, deadline.arn, deadline.backend, None)
    if watched(workspace.root):  # or the number may be another process's by now
        with contextlib.suppress(ProcessLookupError):
            os.kill(watchers(workspace)[-1], signal.SIGKILL)


def watchers(workspace: Workspace) -> list[int]:
    """The process ids of all watches that the workspace has had, the last one last."""
    log = workspace.root / "watch.log"
    return [int(pid) for pid in re.findall(r"process (\d+) watches", log.read_text("utf-8"))] if log.exists() else []


def test_the_watch_outlives_the_app_starts_the_engine_stops_what_is_due_and_ends(home: Workspace) -> None:
    deadlines.write(home, GONE, Backend(), now())
    subprocess.run([sys.executable, "-c", APP, str(home.root)], cwd=REPOSITORY)
    until(lambda: deadlines.known(home) == [] and not watched(home.root))
    log = (home.root / "watch.log").read_text("utf-8")
    assert "no longer exists" in log and log.rstrip().endswith("no deadline is left; the watch ends")


def test_one_watches_however_often_it_is_asked_for_and_another_comes_when_it_was_killed(home: Workspace) -> None:
    deadlines.write(home, GONE, Backend("nobody"), FAR)
    ensure_watch(home.root)
    until(lambda: len(watchers(home)) == 1)
    ensure_watch(home.root)
    assert watch.main(["--home", str(home.root)]) == 0  # it finds that another one watches
    os.kill(watchers(home)[0], signal.SIGKILL)

    def another_came() -> bool:
        ensure_watch(home.root)  # as the app does again and again: one that was killed may take a moment to be gone
        return len(watchers(home)) > 1

    until(another_came)
    assert len(watchers(home)) == 2


def test_a_workspace_that_was_deleted_is_not_made_anew(home: Workspace) -> None:
    deadlines.write(home, GONE, Backend("nobody"), FAR)
    watch.watch(home, sleep=lambda _: shutil.rmtree(home.root))
    assert not home.root.exists()
    assert watch.main(["--home", str(home.root)]) == 0
    assert not home.root.exists()


def test_a_workspace_without_a_deadline_needs_no_watch(home: Workspace) -> None:
    assert watch.main(["--home", str(home.root)]) == 0
    assert not watched(home.root)

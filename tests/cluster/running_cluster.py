"""A Dask cluster as a reader of docs/cluster.md starts it: its commands, on a free port."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WRITTEN = "tcp://127.0.0.1:8786"


def commands() -> list[str]:
    """The lines of the block in docs/cluster.md: a scheduler, two workers, and Rekolab."""
    text = (ROOT / "docs/cluster.md").read_text("utf-8")
    return re.findall(r"```\n(.*?)```", text, re.DOTALL)[0].splitlines()


@dataclass
class Cluster:
    """A scheduler with its workers, each a process of its own; `start` runs a command on this cluster's port."""

    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self, command: str, **environment: str) -> subprocess.Popen[bytes]:
        words = shlex.split(command.replace(WRITTEN, self.address).replace("--port 8786", f"--port {self.port}"))
        settings = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "REKOLAB_"))}
        running = subprocess.Popen(
            [sys.executable, *words[1:]], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, env=settings | {"PYTHONPATH": str(HERE)} | environment)
        self.processes.append(running)
        return running

    def end(self) -> None:
        """End all of it at once, with what a worker's nanny has started."""
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)

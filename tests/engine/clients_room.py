"""AWS's clients that are no Python packages: whether this computer has them, and how they are pointed at an engine."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rekognition_room import CREATED, picture

from core.manifest.lines import dump, image_line

REPOSITORY = Path(__file__).parents[2]
JAVASCRIPT = Path(__file__).parent / "javascript"
NODE_MODULES = "REKOLAB_NODE_MODULES"


@functools.cache
def _answers(*command: str) -> bool:
    """Whether a program runs. One that is found may still be a shim in front of nothing."""
    return shutil.which(command[0]) is not None and subprocess.run(command, capture_output=True).returncode == 0


def node_modules() -> Path | None:
    """The folder with AWS's SDK for JavaScript: the one that is named, or what `npm install` made beside the script."""
    folder = Path(os.environ.get(NODE_MODULES) or JAVASCRIPT / "node_modules").absolute()
    return folder if (folder / "@aws-sdk" / "client-rekognition").is_dir() else None


needs_awscli = pytest.mark.skipif(not _answers("aws", "--version"), reason="awscli is not installed")
needs_javascript = pytest.mark.skipif(
    not _answers("node", "--version") or node_modules() is None,
    reason="node or AWS's SDK for JavaScript is not installed (npm install --prefix tests/engine/javascript)")


def write_photos(folder: Path, bucket: str) -> Path:
    """A folder to upload as photos/ of a bucket: five rings, five bars, and all.manifest of them."""
    folder.mkdir()
    files = [(label, folder / f"{label}{number}.jpg", number) for label in ("ring", "bars") for number in range(5)]
    for label, file, number in files:
        file.write_bytes(picture(label, number))
    (folder / "all.manifest").write_text(dump(
        [image_line(f"s3://{bucket}/photos/{file.name}", [label], CREATED) for label, file, _ in files]))
    return folder


def lend_sdk(folder: Path) -> None:
    """Let scripts in `folder` import AWS's SDK for JavaScript."""
    found = node_modules()
    assert found
    (folder / "node_modules").symlink_to(found)


def without_aws() -> dict[str, str]:
    """The environment of this process, without anything that AWS's clients would read in it or in a home folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                   "PYTHONPATH": str(REPOSITORY)}


def printed_environment(root: Path) -> dict[str, str]:
    """What `--print-env` prints for the engine of `root`."""
    printed = subprocess.run([sys.executable, "-m", "core.engine", "--root", str(root), "--print-env"], cwd=REPOSITORY,
                             capture_output=True, text=True, check=True).stdout
    return dict(line.removeprefix("export ").split("=", 1) for line in printed.splitlines())

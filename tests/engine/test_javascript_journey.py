"""The journey with AWS's SDK for JavaScript, version 3, in node: given what --print-env prints, and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from clients_room import JAVASCRIPT, lend_sdk, needs_javascript, printed_environment, without_aws, write_photos

from core.aws.engine_process import ensure_engine


@needs_javascript
def test_javascript_trains_waits_asks_and_stops(tmp_path: Path) -> None:
    ensure_engine(tmp_path / "engine", port=0, wait=60)
    lend_sdk(tmp_path)
    script = shutil.copy(JAVASCRIPT / "journey.mjs", tmp_path)
    done = subprocess.run(["node", script, write_photos(tmp_path / "photos", "scripted")], text=True, timeout=240,
                          env=without_aws() | printed_environment(tmp_path / "engine"), capture_output=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "manifestLines": 10,
        "twice": ["ResourceInUseException", True, 400],
        "trained": "SUCCESS",
        "tags": {"made": "there", "team": "Größe 猫"},
        "tagsLeft": {"made": "there"},
        "policies": [["copy", True, True, True]],
        "policiesLeft": 0,
        "running": "SUCCESS",
        "found": {"bars": ["bars"], "ring": ["ring"]},
        "stopping": "STOPPING",
        "f1": 1,
        "results": 6,
    }

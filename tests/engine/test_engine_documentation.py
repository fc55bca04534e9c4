"""What docs/engine.md shows is run as it stands there: the lines for awscli, the examples for boto3 and JavaScript."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from clients_room import REPOSITORY, lend_sdk, needs_awscli, needs_javascript, without_aws
from rekognition_room import CREATED, picture

from core.aws.engine_process import Engine, ensure_engine
from core.engine.settings import PREFIX
from core.manifest.lines import dump, image_line

PAGE = (REPOSITORY / "docs" / "engine.md").read_text("utf-8")

Shell = Callable[[str], subprocess.CompletedProcess[str]]


def example(heading: str) -> str:
    """The first block of code under a heading."""
    found = re.search(rf"^## {heading}\n.*?^```\w*\n(.*?)^```$", PAGE, re.S | re.M)
    assert found
    return found[1]


@pytest.fixture
def instant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine that is done when it answers, so that waits of two minutes end at their first look."""
    monkeypatch.setenv(f"{PREFIX}INSTANT", "1")
    return ensure_engine(tmp_path / "engine", port=0, wait=60)


@pytest.fixture
def shell(instant: Engine, tmp_path: Path) -> Shell:
    """Runs lines in a shell that knows of AWS what --print-env says, and nothing else."""
    begin = f'set -eu; eval "$({sys.executable} -m core.engine --root {tmp_path / "engine"} --print-env)"\n'

    def run(lines: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["bash", "-c", begin + lines], cwd=tmp_path, env=without_aws(), text=True,
                              capture_output=True, timeout=240)

    return run


@needs_awscli
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.slow
def test_the_lines_for_awscli_go_from_photos_to_an_answer(shell: Shell, tmp_path: Path) -> None:
    lines = []
    for label in ("ring", "bars"):
        for number in range(6):
            file = tmp_path / "photos" / f"{label}{number}.jpg"
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(picture(label, number))
            lines.append(image_line(f"s3://photos/images/{file.name}", [label], CREATED))
    (tmp_path / "train.manifest").write_text(dump(lines))
    (tmp_path / "cat.jpg").write_bytes(picture("ring", 9))
    done = shell(example("awscli"))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(text) for text in re.findall(r"^\{$.*?^\}$", done.stdout, re.S | re.M)]
    started, found, stopped = answers
    assert (started["Status"], stopped["Status"]) == ("STARTING", "STOPPING")
    assert [one["Name"] for one in found["CustomLabels"]] == ["ring"]
    refused = shell("aws rekognition create-project --project-name pets")
    assert refused.returncode != 0
    assert "ResourceInUseException" in refused.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_the_example_for_boto3_runs_as_it_stands(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(example("boto3"))
    done = shell(f"{sys.executable} example.py")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"arn:aws:rekognition:us-east-1:123456789012:project/pets/\d+ CREATED\n", done.stdout)
    assert len(example("boto3").splitlines()) <= 5


@needs_javascript
@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_the_example_for_javascript_runs_as_it_stands(shell: Shell, tmp_path: Path) -> None:
    lend_sdk(tmp_path)
    (tmp_path / "example.mjs").write_text(example("JavaScript"))
    done = shell("node example.mjs")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"arn:aws:rekognition:us-east-1:123456789012:project/pets/\d+ CREATED\n", done.stdout)
    assert len(example("JavaScript").splitlines()) <= 5


def test_the_example_for_moto_runs_as_it_stands() -> None:
    names: dict[str, Callable[[], None]] = {}
    code = example("In your tests, with moto")
    exec(f"import boto3\n{code}", names)
    names["test_my_pipeline"]()


def test_the_links_of_the_page_lead_somewhere() -> None:
    links = re.findall(r"\]\(([\w./-]+)\)", PAGE)
    assert links
    assert all((REPOSITORY / "docs" / link).is_file() for link in links)


def test_a_setting_that_is_none_ends_the_engine_with_its_name(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "core.engine", "--root", str(tmp_path), "--port", "0"],
                          cwd=REPOSITORY, env=os.environ | {f"{PREFIX}MAX_UNITS": "many"}, text=True,
                          capture_output=True, timeout=120)
    assert done.returncode == 1
    assert done.stderr == f"{PREFIX}MAX_UNITS is “many”. Set it to a whole number from 0 up.\n"

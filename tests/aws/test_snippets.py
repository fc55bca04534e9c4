"""The code to copy, run as a person would run it."""

from __future__ import annotations

import ast
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.aws import snippets
from core.aws.clients import Clients, connect
from core.aws.engine_process import ensure_engine
from core.engine.access import access_key
from core.types import Backend

HOSTILE = "it's \"~\" $(touch x) `y` \\ 😀 #.jpg"
ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1700000000000"
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=40)


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """Clients of an engine that is ended after the test."""
    monkeypatch.setenv("REKOLAB_ENGINE_PORT", "0")
    yield connect(tmp_path, Backend())
    os.kill(ensure_engine(tmp_path / "engine", port=0).pid, signal.SIGTERM)


def environment(home: Path) -> dict[str, str]:
    key = access_key(home / "engine")
    return os.environ | {"AWS_ACCESS_KEY_ID": key.id, "AWS_SECRET_ACCESS_KEY": key.secret, "AWS_CONFIG_FILE": "none"}


def test_both_make_the_call_they_show_with_a_file_of_any_name(clients: Clients, tmp_path: Path) -> None:
    (tmp_path / HOSTILE).write_bytes(b"no picture")
    python = subprocess.run([sys.executable, "-c", snippets.boto3_code(clients, ARN, HOSTILE, 0)], cwd=tmp_path,
                            env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert "when calling the DetectCustomLabels operation" in python.stderr  # it has come to the engine, with its file
    if aws := shutil.which("aws"):
        lines = snippets.awscli_code(clients, ARN, HOSTILE, 0).partition("\n")[2]
        shell = subprocess.run(["bash", "-c", lines], cwd=tmp_path, capture_output=True, text=True, check=False,
                               env=environment(tmp_path) | {"PATH": f"{Path(aws).parent}:{os.environ['PATH']}"})
        assert "when calling the DetectCustomLabels operation" in shell.stderr
    assert not (tmp_path / "x").exists()


@given(file=TEXTS, arn=TEXTS, profile=TEXTS)
def test_foreign_text_stays_text(file: str, arn: str, profile: str) -> None:
    far = Clients(Backend(profile, "eu-west-1"), "eu-west-1", None, None, None)
    tree = ast.parse(snippets.boto3_code(far, arn, file, 0))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {file, arn, profile, "eu-west-1"} <= texts
    words = shlex.split(snippets.awscli_code(far, arn, file, 0).replace("\\\n", " "))
    assert words[:3] == ["aws", "rekognition", "detect-custom-labels"]
    assert (words[4], words[6], words[-1]) == (arn, f"fileb://./{file}", profile)


def test_a_profile_stands_in_the_code_and_no_key_ever_does() -> None:
    far = Clients(Backend("work", "eu-west-1"), "eu-west-1", None, None, None)
    assert "boto3.Session(profile_name='work').client(\"rekognition\", region_name='eu-west-1')" in snippets.boto3_code(
        far, ARN, "a.jpg", 0)
    assert snippets.awscli_code(far, ARN, "a.jpg", 0).endswith("--region eu-west-1 --profile work")

"""What the meter writes down of models that were listed a while ago."""

from __future__ import annotations

import datetime as dt
import time
from types import SimpleNamespace

import pytest

from core.aws import uptime
from core.types import Backend, Version
from core.ui import meter, state
from core.workspace import Workspace

NOW = dt.datetime.now(dt.UTC)
ARN = "arn:aws:rekognition:eu-west-1:111122223333:project/pets/version/{}/1"


@pytest.mark.parametrize("listed", ["one", "other"], ids=["not running", "not there"])
def test_a_model_that_was_started_after_a_slow_list_was_asked_for_is_not_taken_for_stopped(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, listed: str
) -> None:
    arn = ARN.format("one")
    uptime.note_started(workspace, arn, 1, NOW - dt.timedelta(minutes=5))
    found = [Version(ARN.format(listed), "pets", listed, "STOPPED", "", NOW)]
    asked = NOW - dt.timedelta(minutes=6)
    monkeypatch.setattr(state, "in_force", lambda: SimpleNamespace(home=workspace.root))
    monkeypatch.setattr(state, "workspace", lambda: workspace)
    monkeypatch.setattr(meter, "_listed", lambda *_: (found, 120.0, time.monotonic(), asked))
    assert meter.listed(Backend("work", "eu-west-1")) == found
    assert uptime.uptimes(workspace, arn)[0].stopped is None

"""Clicks on whose run Streamlit gives up half way, because somebody has clicked on."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from page_photos import draw, photo, take_in
from streamlit.runtime.scriptrunner import StopException
from streamlit.runtime.state import SafeSessionState
from visitor import PATIENCE, Visitor

from core import demo
from core.dataset import photos, vocabulary
from core.evaluation import reviewing
from core.types import UNKNOWN, Prediction
from core.ui import gallery, state


def cut_off(*_: object) -> None:
    raise StopException


def test_a_sample_whose_click_is_cut_off_at_its_first_call_of_streamlit_is_begun_all_the_same(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, go_on = SafeSessionState.__setitem__, threading.Event()

    def put(session: SafeSessionState, key: str, value: Any) -> None:
        if key == "choose_project":
            raise StopException
        keep(session, key, value)

    def wait(_: Path, step: Callable[[], None]) -> None:
        assert go_on.wait(PATIENCE)
        step()

    monkeypatch.setattr(demo, "draw", wait)  # what is really drawn, others look at
    visitor.go("start/overview")
    with monkeypatch.context() as patch:
        patch.setattr(SafeSessionState, "__setitem__", put)
        visitor.click("Load the sample")
    [project] = visitor.workspace.projects()
    begun = state.job(visitor.workspace.open(project), "import")
    assert begun and begun.live
    state.jobs().cancel(begun.key)
    go_on.set()
    assert state.jobs().wait(begun.key, PATIENCE).state == "cancelled"


def test_a_key_on_label_is_about_the_photo_that_has_just_come_to_be_seen(
    visitor: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pets = take_in(visitor.workspace.create("pets"), draw(tmp_path / "photos", ("cat", "dog"), 1))
    visitor.go("data/label", "pets")
    with monkeypatch.context() as patch:
        patch.setattr(gallery, "large", cut_off)
        visitor.click("label as dog")
    visitor.click("label as cat")
    assert [one.label for one in photos.photos(pets)] == ["dog", "cat"]


def test_a_key_on_the_review_is_about_the_photo_that_has_just_come_to_be_seen(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    pets = visitor.workspace.create("pets")
    vocabulary.add(pets, "cat")
    for number in range(2):
        path = reviewing.keep_file(pets, f"{number}.jpg", photo(0, number))
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        reviewing.queue(pets, "arn:aws:rekognition:us-east-1:123456789012:project/pets/version/one/1", {"cat": 50.0}, [
            Prediction(path.name, str(path), None, (), UNKNOWN, 0.0, sha256=sha256)])
    visitor.go("model/predict", "pets")
    with monkeypatch.context() as patch:
        patch.setattr(gallery, "large", cut_off)
        visitor.click("review as cat")
    visitor.click("review none")
    assert reviewing.count(pets) == 0
    assert [one.label for one in photos.photos(pets)] == ["cat"]

from __future__ import annotations

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError
from composites import ARN, RedOnes, clients, jpeg
from PIL import Image

from core.aws.versions import version_of
from core.errors import Cancelled, ModelNotRunning
from core.explanation import asking, occlusion
from core.images import altering
from core.images.altering import Alteration
from core.jobs import Progress
from core.types import Version
from core.workspace import Project

PHOTO = jpeg(Image.new("RGB", (200, 150), (200, 40, 40)))
WANTED = occlusion.asked()


class Stopping(RedOnes):
    """A model that is stopped after so many calls."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def called(self, number: int) -> None:
        if number > self.after:
            raise ClientError({"Error": {"Code": "ResourceNotReadyException", "Message": "no"}}, "DetectCustomLabels")


def version(units: int) -> Version:
    return version_of({"ProjectVersionArn": ARN, "Status": "RUNNING", "CreationTimestamp": None,
                       "MinInferenceUnits": units})


def ask(project: Project, rekognition: RedOnes, progress: Progress | None = None, wanted: list[Alteration] = WANTED,
        data: bytes = PHOTO, units: int = 1) -> int:
    return asking.ask(progress or Progress(), project, clients(rekognition), ARN, data, wanted, units)


def test_what_was_asked_once_is_not_asked_again(project: Project) -> None:
    rekognition = RedOnes()
    assert ask(project, rekognition) == rekognition.calls == len(WANTED)
    assert ask(project, rekognition) == 0
    assert rekognition.calls == len(WANTED)


def test_another_photo_another_model_and_another_alteration_are_asked_about(project: Project) -> None:
    ask(project, RedOnes())
    answers = asking.kept(project, asking.content_of(PHOTO), ARN)
    assert asking.missing(WANTED, answers) == []
    assert asking.missing([*WANTED, Alteration("contrast", 2.0)], answers) == [Alteration("contrast", 2.0)]
    assert asking.kept(project, asking.content_of(PHOTO + b" "), ARN) == {}
    assert asking.kept(project, asking.content_of(PHOTO), f"{ARN}2") == {}


def test_an_alteration_that_is_wanted_twice_is_asked_about_once(project: Project) -> None:
    rekognition = RedOnes()
    assert ask(project, rekognition, wanted=[altering.WHOLE, altering.WHOLE]) == rekognition.calls == 1


def test_a_model_that_stops_meanwhile_ends_it_and_what_was_answered_is_kept(project: Project) -> None:
    with pytest.raises(ModelNotRunning):
        ask(project, Stopping(after=20))
    kept = len(asking.kept(project, asking.content_of(PHOTO), ARN))
    assert kept == 20
    rekognition = RedOnes()
    announced = len(asking.missing(WANTED, asking.kept(project, asking.content_of(PHOTO), ARN)))
    assert ask(project, rekognition) == rekognition.calls == announced == len(WANTED) - kept


def test_cancelling_keeps_what_was_answered_and_the_rest_is_asked_later(project: Project) -> None:
    cancelled = threading.Event()

    def update(done: int = 0, **_: object) -> None:
        if done >= 5:
            cancelled.set()

    with pytest.raises(Cancelled):
        ask(project, RedOnes(), Progress(update, cancelled))
    kept = len(asking.kept(project, asking.content_of(PHOTO), ARN))
    assert 5 <= kept < len(WANTED)
    rekognition = RedOnes()
    ask(project, rekognition)
    assert rekognition.calls == len(WANTED) - kept


def test_as_many_calls_are_under_way_as_the_units_allow_and_never_more(project: Project) -> None:
    class Together(RedOnes):
        """Lets no call end before as many are under way as may be."""

        under_way = most = 0
        full = threading.Event()

        def called(self, number: int) -> None:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            if self.under_way == asking.at_once(2):
                self.full.set()

        def detect_custom_labels(self, **request: Any) -> Any:
            answer = super().detect_custom_labels(**request)
            assert self.full.wait(60)
            with self._lock:
                self.under_way -= 1
            return answer

    together = Together()
    ask(project, together, units=2)
    assert together.most == asking.at_once(2) == 8


def test_the_price_of_asking_is_that_of_the_running_model_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REKOLAB_UNIT_HOUR_USD", "6")
    found = asking.quote(600, version(1), milliseconds=100)
    assert (found.calls, found.seconds) == (600, 120)  # five a second, however quick one call is
    assert found.usd == pytest.approx(0.2)
    assert asking.quote(600, version(2), milliseconds=100).seconds == 60
    assert asking.quote(600, version(1), milliseconds=4000).seconds == 600
    assert asking.quote(600, version(1), milliseconds=100, billed=False) == asking.Quote(600, 15, None)
    assert asking.quote(0, version(1)).usd is None

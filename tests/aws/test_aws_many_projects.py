"""The models of many projects, which are asked for a few projects at a time, in whatever order they answer."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.retries.standard import ExponentialBackoff

from core.aws import throttling, versions
from core.aws.calls import Patience
from core.aws.clients import Clients, engine_clients
from core.aws.engine_process import Engine
from core.errors import NotAllowed, Throttled

ACCOUNT = "arn:aws:rekognition:us-east-1:123456789012:project"
WAIT = 60  # seconds at most, for what comes in milliseconds

Answer = Callable[[str], "str | list[float]"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Clients]:
    """`asked(names, answer)`: clients of an account with these projects. `answer(name)` gives the moments at which the
    models of one were made, or the code of an error. No pause is waited for."""
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda *_: 0)
    monkeypatch.setattr(throttling, "PATIENCE", Patience(first=0, longest=0))
    monkeypatch.setattr(throttling, "_last", -1000.0)

    def made(names: list[str], answer: Answer) -> Clients:
        def send(request: Any, **_: Any) -> AWSResponse:
            project = json.loads(request.body).get("ProjectArn")
            found = _models(project, answer) if project else {"ProjectDescriptions": [
                {"ProjectArn": f"{ACCOUNT}/{name}/1", "CreationTimestamp": 0, "Status": "CREATED"} for name in names]}
            sent = AWSResponse(request.url, 400 if "__type" in found else 200, {}, None)
            sent._content = json.dumps(found).encode()
            return sent

        engine = Engine(f"http://127.0.0.1:1/{uuid.uuid4()}", "REKOLABKEY", "none", 1)
        clients = engine_clients(engine, lambda: engine)
        clients.rekognition.meta.events.register("before-send", send)
        return clients

    return made


def _models(project: str, answer: Answer) -> dict[str, Any]:
    name = project.split("/")[1]
    found = answer(name)
    return {"__type": found} if isinstance(found, str) else {"ProjectVersionDescriptions": [
        {"ProjectVersionArn": f"{ACCOUNT}/{name}/version/{place}/1", "CreationTimestamp": at, "Status": "STOPPED"}
        for place, at in enumerate(found)]}


def test_a_few_projects_are_asked_about_at_once_and_the_newest_model_still_comes_first(
    asked: Callable[..., Clients]
) -> None:
    together = threading.Barrier(versions.AT_ONCE)
    names = [f"p{number}" for number in range(2 * versions.AT_ONCE)]

    def answer(name: str) -> list[float]:
        together.wait(WAIT)  # which ends only when so many calls have come
        return [float(name[1:]), 1000.0]

    found = versions.list_versions(asked(names, answer))
    assert [(one.project, one.name) for one in found] == (
        [(name, "1") for name in names] + [(name, "0") for name in reversed(names)])


def test_a_project_that_vanishes_meanwhile_is_left_out_and_the_others_stay(asked: Callable[..., Clients]) -> None:
    gone = {"p1": "ResourceNotFoundException"}
    found = versions.list_versions(asked(["p0", "p1", "p2"], lambda name: gone.get(name, [1.0])))
    assert [one.project for one in found] == ["p0", "p2"]


def test_each_project_is_listed_once_however_often_its_call_was_throttled(asked: Callable[..., Clients]) -> None:
    names, tries = [f"p{number}" for number in range(120)], dict[str, int]()

    def answer(name: str) -> str | list[float]:
        tries[name] = tries.get(name, 0) + 1
        return "ProvisionedThroughputExceededException" if tries[name] < throttling.TRIES else [1.0]

    found = versions.list_versions(asked(names, answer))
    assert [one.project for one in found] == names
    assert set(tries.values()) == {throttling.TRIES}


@pytest.mark.parametrize(("code", "kind"), [("ThrottlingException", Throttled), ("AccessDeniedException", NotAllowed)])
def test_what_does_not_pass_ends_the_list_with_its_error(
    asked: Callable[..., Clients], code: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        versions.list_versions(asked(["p0", "p1", "p2"], lambda name: code if name == "p1" else [1.0]))

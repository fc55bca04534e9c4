"""The table of operation x error: botocore's model says which there are, and none is untested."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from clock_room import Standing
from error_scene import Scene
from errors_room import CASES, COMMON, DOCUMENTED, IMPOSSIBLE, PAGE, Case, common_pairs, page

from core.engine import rates
from core.engine.rekognition import OPERATIONS
from core.engine.state import State


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    opened = Scene(tmp_path_factory.mktemp("scene")).prepare()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def slow(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The scene at one request a second, which does not go by."""
    opened = scene.again(tmp_path_factory.mktemp("slow") / "scene", calls_per_second=1, tag_calls_per_second=1,
                         detections_per_second=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rates, "time", Standing())
        yield opened
    opened.close()


def test_the_table_has_no_gap_and_nothing_that_aws_does_not_document() -> None:
    ways = {*common_pairs(), *((case.operation, case.code) for case in CASES)}
    assert ways.isdisjoint(IMPOSSIBLE)
    assert ways | IMPOSSIBLE.keys() == DOCUMENTED
    assert [str(case) for case, count in Counter(map(str, CASES)).items() if count > 1] == []
    assert len(OPERATIONS) == 23


def test_the_table_in_the_documentation_is_this_one() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m errors_room` in tests/engine"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_error_of_its_own_situation(scene: Scene, refused: Callable[..., str], tmp_path: Path, case: Case) -> None:
    here = scene.again(tmp_path / "own", **dict(case.settings)) if case.settings else scene
    try:
        assert refused(case.provoke, scene=here) == case.code
    finally:
        if here is not scene:
            here.close()


@pytest.mark.parametrize(("operation", "code"), common_pairs())
def test_an_error_of_every_operation(scene: Scene, slow: Scene, refused: Callable[..., str],
                                     monkeypatch: pytest.MonkeyPatch, operation: str, code: str) -> None:
    provoke = {
        "AccessDeniedException": lambda: scene.ask(operation, **elsewhere(
            scene.asks[operation], "123456789012", "111122223333")),
        "ResourceNotFoundException": lambda: scene.ask(operation, **elsewhere(
            scene.asks[operation], "project/", "project/x")),
        "InvalidPaginationTokenException": lambda: scene.ask(operation, NextToken="made-up"),
        "ProvisionedThroughputExceededException": lambda: [attempt(slow, operation), slow.ask(operation)],
        "InternalServerError": lambda: scene.ask(operation),
        "ThrottlingException": lambda: scene.ask(operation),
    }[code]
    if code in ("InternalServerError", "ThrottlingException"):
        monkeypatch.setattr(State, "_connect", broken if code == "InternalServerError" else busy)
    assert refused(provoke) == code


def test_the_common_situations_are_those_of_the_table() -> None:
    assert {code for _, code in common_pairs()} == COMMON.keys()


def elsewhere(value: Any, old: str, new: str) -> Any:
    """A request whose ARNs name something else."""
    match value:
        case dict():
            return {name: elsewhere(item, old, new) for name, item in value.items()}
        case list():
            return [elsewhere(item, old, new) for item in value]
        case str() if value.startswith("arn:"):
            return value.replace(old, new)
    return value


def attempt(scene: Scene, operation: str) -> None:
    """A request that counts, however it ends."""
    try:
        scene.ask(operation)
    except scene.aws.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] != "InternalServerError"


def broken(_: State) -> NoReturn:
    raise RuntimeError("a fault")


def busy(_: State) -> NoReturn:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    raise error

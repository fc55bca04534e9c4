"""Short runs of tests/bench/crash.py and tests/bench/load.py, and whether these would see a loss."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))

import crash
import load
from ledger import Ledger, Life

MOMENTS = (0.1, 0.4, 0.8, 1.2, 1.6)  # seconds from the beginning of a journey to the kill, at least
CHANGES = 11  # that were acknowledged by then
SECONDS = 6
KINDS = {"put", "get", "list", "delete", "detect_bytes", "detect_object", "describe"}


def test_no_crash_loses_what_was_acknowledged(tmp_path: Path) -> None:
    journey = crash.Journey(tmp_path / "engine")
    for seconds in MOMENTS:
        journey.crash(seconds, CHANGES)
        journey.check()
    assert journey.acknowledged >= CHANGES * len(MOMENTS)


@pytest.mark.slow
def test_sixteen_clients_at_once_get_right_answers_only(tmp_path: Path) -> None:
    served = load.serve(tmp_path / "engine")
    pid = served.engine.pid
    files, threads = load.open_files(pid), load.threads(pid)
    tally = load.load(served, SECONDS)
    assert (tally.errors, tally.wrong) == ([], [])
    assert set(tally.requests) == KINDS
    assert load.until(lambda: load.threads(pid), lambda count: count <= threads)
    assert load.open_files(pid) <= files
    assert (tmp_path / "engine" / "engine.log").read_text() == ""


def test_the_ledger_takes_the_last_acknowledged_value_or_the_one_asked_for() -> None:
    for found in (1, 2):
        ledger = Ledger()
        with ledger.changing("a", 1):
            pass
        with pytest.raises(ConnectionError), ledger.changing("a", 2):
            raise ConnectionError
        ledger.check("a", found)
        with pytest.raises(AssertionError, match="a is"):
            ledger.check("a", 3 - found)


def test_the_ledger_sees_what_is_gone() -> None:
    ledger = Ledger()
    with pytest.raises(ConnectionError), ledger.changing("a", 1):
        raise ConnectionError
    ledger.check("a", None)
    with ledger.changing("a", 1):
        pass
    with pytest.raises(AssertionError):
        ledger.check("a", None)


@pytest.mark.parametrize(("state", "can_be"), [
    ("TRAINING_COMPLETED", True), ("STARTING", True), ("RUNNING", True),
    ("TRAINING_IN_PROGRESS", False), ("STOPPING", False), ("TRAINING_FAILED", False), ("", False)])
def test_a_model_that_was_asked_to_start_can_only_go_forward(state: str, can_be: bool) -> None:
    life = Life(crash.MODEL, {}, lambda: state, known=2, asked=3)
    if can_be:
        assert life.see() == state
    else:
        with pytest.raises(AssertionError, match="is not one of"):
            life.see()

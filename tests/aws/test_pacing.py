"""A job's pace beside services of known speed, in simulated time."""

from __future__ import annotations

import heapq
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.aws import pacing, throttling
from core.aws.pacing import Pace, Turns

LATENCY, PENALTY = 0.05, 0.5  # seconds that a call takes, and of patience after a throttling


def simulate(seconds: float, a_second: float = 0, workers: int = 0, first: int = pacing.FIRST) -> dict[str, float]:
    """What a job meets at a service that takes so many calls in a second, or works on so many at once."""
    pace, now = Pace(first=first), 0.0
    ends: list[tuple[float, bool]] = []
    taken: deque[float] = deque()
    free = [0.0] * workers
    answered = throttled = 0
    most = 0
    while now < seconds:
        while not (wait := pace.wait(now)):
            pace.begin(now)
            most = max(most, len(ends) + 1)
            while taken and taken[0] <= now - 1:
                taken.popleft()
            refused = bool(a_second) and len(taken) >= a_second
            if not refused:
                taken.append(now)
            if workers:
                began = max(now, heapq.heappop(free))
                heapq.heappush(free, began + LATENCY)
                heapq.heappush(ends, (began + LATENCY, False))
            else:
                heapq.heappush(ends, (now + (PENALTY if refused else LATENCY), refused))
            throttled += refused
        now = min(now + wait, ends[0][0]) if ends else now + wait
        while ends and ends[0][0] <= now:
            ended, refused = heapq.heappop(ends)
            pace.end(ended, refused)
            answered += 1
    return {"rate": answered / seconds, "throttled": throttled / answered, "at once": pace.at_once, "most": most}


@pytest.mark.parametrize("a_second", [5, 20, 50])
def test_a_service_that_takes_so_many_a_second_is_asked_nearly_so_many_and_seldom_more(a_second: int) -> None:
    met = simulate(120, a_second=a_second)
    assert 0.75 * a_second <= met["rate"] <= 1.1 * a_second
    assert met["throttled"] < 0.1


@pytest.mark.parametrize("workers", [1, 2, 6, 12])
def test_there_are_as_many_calls_at_once_as_bring_more_answers(workers: int) -> None:
    met = simulate(60, workers=workers)
    assert met["rate"] >= 0.9 * workers / LATENCY
    assert met["most"] <= max(workers, pacing.FIRST) + 2 * pacing.STEP


def test_no_more_than_the_most_are_ever_under_way() -> None:
    assert simulate(60, workers=100)["most"] == pacing.MOST


def test_one_throttling_slows_down_once_however_many_calls_meet_it() -> None:
    pace = Pace(first=8)
    for _ in range(8):
        pace.begin(1.0)
    for _ in range(8):
        pace.end(1.1, throttled=True)
    assert pace.at_once == 4
    assert pace.a_second < float("inf")


def test_a_throttled_call_of_a_thread_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "_last", throttling._last)  # no page says so after this test
    turns = Turns()
    with turns.turn():
        throttling._note()
    assert turns._pace.at_once == pacing.FIRST // 2


def test_a_call_that_fails_gives_its_turn_back() -> None:
    turns = Turns(most=1)

    def fail(_: int) -> str:
        with pytest.raises(OSError, match="gone"), turns.turn():
            raise OSError("gone")
        return "done"

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(fail, range(6))) == ["done"] * 6

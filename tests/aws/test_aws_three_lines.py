"""Three lines of defence, each of which is enough: the app's thread, the watch process, and the schedule at AWS.

Everything here runs on one clock, which the engine shares and nobody waits for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import clock_room
import pytest
from clock_room import ClockRoom
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import catalogue
from core.aws import backstop, budget, deadlines, guard, idle, prices, uptime, versions, watch
from core.aws.clients import Clients
from core.errors import RekolabError, translate
from core.types import Backend
from core.workspace import Workspace

HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
LINES = ("thread", "process", "schedule")


class Scene:
    """A workspace on an engine, and who of the three lines is alive in it."""

    def __init__(self, workspace: Workspace, room: ClockRoom) -> None:
        self.workspace, self.room, self.clock = workspace, room, room.clock
        self.clients = Clients(Backend(), "us-east-1", None, room.aws, None, lambda service: room.schedules)
        self.thread = guard.Guard(workspace, connect=self.connect)
        self.unreachable = False

    def connect(self, home: Path, backend: Backend) -> Clients:
        if self.unreachable:
            raise translate("InternalServerError", "StopProjectVersion", "")
        return self.clients

    def start(self, until: dt.timedelta, name: str = "one", units: int = 1) -> str:
        arn = self.room.model(name)
        guard.start(self.workspace, self.clients, arn, units, self.clock.now + until)
        return arn

    def live(self, seconds: float, *alive: str) -> None:
        """Let the time go by in steps of twenty seconds, with those lines alive."""
        end = self.clock() + seconds
        while self.clock() < end:
            if "thread" in alive:
                self.thread.look(self.clock.now)
            if "schedule" in alive:
                self.room.scheduler.carry_out()
            self.clock.pass_by(20)

    def watch(self, most: float = 86400.0) -> None:
        """Let the watch process do its whole work, while nobody else lives."""
        end = self.clock() + most

        def sleep(seconds: float) -> None:
            assert 0 < seconds <= watch.LONGEST
            self.clock.pass_by(seconds)
            assert self.clock() < end

        watch.watch(self.workspace, lambda: self.clock.now, sleep, self.connect)

    def late(self, arn: str, deadline: dt.datetime) -> float:
        """Seconds between the deadline and the end of the run, by the engine's own record."""
        [(_, _, stopped)] = self.room.uptimes(arn)
        assert stopped is not None
        return stopped - deadline.timestamp()


@pytest.fixture
def scene(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    room = ClockRoom(tmp_path / "engine")
    for module in (guard, uptime, backstop, idle, budget):
        monkeypatch.setattr(module, "now", lambda: room.clock.now)
    idle.set_minutes(workspace, None)
    yield Scene(workspace, room)
    room.close()


def test_the_apps_thread_alone_is_enough(scene: Scene) -> None:
    arn, deadline = scene.start(HOUR), scene.clock.now + HOUR
    scene.live(3500, "thread")
    assert scene.room.status(arn) == "RUNNING"
    scene.live(200, "thread")
    assert 0 <= scene.late(arn, deadline) <= 60


def test_the_watch_alone_is_enough_and_ends_when_no_deadline_is_left(scene: Scene) -> None:
    arn, deadline = scene.start(HOUR), scene.clock.now + HOUR
    scene.watch()
    assert 0 <= scene.late(arn, deadline) <= 60
    assert deadlines.known(scene.workspace) == []


@pytest.mark.parametrize("deadline", [HOUR, MINUTE / 2])
def test_who_stops_a_model_also_takes_its_schedule_away(scene: Scene, deadline: dt.timedelta) -> None:
    scene.start(deadline)
    scene.watch()
    assert scene.room.schedules.list_schedules()["Schedules"] == []
    assert backstop.known(scene.workspace) == {}


def test_a_schedule_is_written_down_where_a_full_disk_lets_one_connection_read_at_a_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_connected", partial(catalogue._connected, alone=True))
    arn, deadline = scene.start(HOUR), scene.clock.now + HOUR
    assert backstop.known(scene.workspace)[arn].at == deadline
    scene.live(3700, "thread")
    assert backstop.known(scene.workspace) == {}


def test_the_schedule_alone_is_enough(scene: Scene) -> None:
    arn, deadline = scene.start(HOUR), scene.clock.now + HOUR
    scene.live(3700, "schedule")
    assert 0 <= scene.late(arn, deadline) <= 60


def test_a_schedule_that_fell_due_while_the_engine_was_down_stops_the_model_at_its_next_start(
    scene: Scene, tmp_path: Path
) -> None:
    arn = scene.start(HOUR)
    again = scene.room.restarted(tmp_path / "again")
    try:
        again.clock.pass_by(50 * 3600)
        again.scheduler.carry_out()
        assert again.status(arn) == "STOPPED"
    finally:
        again.close()


@pytest.mark.parametrize("line", LINES)
def test_a_deadline_that_was_moved_counts_for_every_line(scene: Scene, line: str) -> None:
    arn = scene.start(HOUR)
    deadline = scene.clock.now + 2 * HOUR
    guard.extend(scene.workspace, scene.clients, arn, deadline)
    if line == "process":
        scene.watch()
    else:
        scene.live(2 * 3600 + 60, line)
    assert 0 <= scene.late(arn, deadline) <= 60


@pytest.mark.parametrize("line", ("thread", "process"))
def test_a_model_that_nobody_uses_is_stopped_before_its_deadline(scene: Scene, line: str) -> None:
    idle.set_minutes(scene.workspace, 30)
    arn, begun = scene.start(8 * HOUR), scene.clock.now
    scene.live(20 * 60, "thread")
    idle.note_used(scene.workspace, arn, scene.clock.now)
    unused = begun + 50 * MINUTE
    if line == "process":
        scene.watch()
    else:
        scene.live(40 * 60, "thread")
    assert 0 <= scene.late(arn, unused) <= 60


def test_who_chose_never_is_not_stopped_for_being_idle(scene: Scene) -> None:
    scene.start(8 * HOUR)
    assert guard.next_stop(scene.workspace) == scene.clock.now + 8 * HOUR


def test_a_stop_takes_the_schedule_away(scene: Scene) -> None:
    arn = scene.start(HOUR)
    assert len(scene.room.schedules.list_schedules()["Schedules"]) == 1
    guard.stop(scene.workspace, scene.clients, arn)
    assert scene.room.schedules.list_schedules()["Schedules"] == []
    assert backstop.known(scene.workspace) == {}


def test_a_start_that_was_refused_leaves_no_schedule(scene: Scene) -> None:
    arn = scene.start(HOUR)
    guard.stop(scene.workspace, scene.clients, arn)
    with scene.room.app.state.transaction() as rows:
        rows.execute("UPDATE version SET status = 'TRAINING_FAILED'")
    with pytest.raises(RekolabError):
        guard.start(scene.workspace, scene.clients, arn, 1, scene.clock.now + HOUR)
    assert scene.room.schedules.list_schedules()["Schedules"] == []
    assert deadlines.known(scene.workspace) == []


def test_a_schedule_that_could_not_be_moved_is_moved_later(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = scene.start(HOUR)

    def refuse(**_: Any) -> None:
        raise scene.room.schedules.exceptions.ThrottlingException({"Error": {"Code": "ThrottlingException"}}, "x")

    later = scene.clock.now + 2 * HOUR
    with monkeypatch.context() as patch:
        patch.setattr(scene.room.schedules, "update_schedule", refuse)
        guard.extend(scene.workspace, scene.clients, arn, later)
        held = backstop.known(scene.workspace)[arn]
        assert held.at == scene.clock.now + HOUR and "Too many requests" in (held.trouble or "")
    scene.live(120, "thread")
    assert backstop.known(scene.workspace)[arn].at == later
    assert backstop.known(scene.workspace)[arn].trouble is None


def test_the_watch_outlives_errors_and_stops_the_model_when_aws_answers_again(scene: Scene) -> None:
    arn, deadline = scene.start(HOUR), scene.clock.now + HOUR
    scene.unreachable = True
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        scene.clock.pass_by(seconds)
        scene.unreachable = scene.clock.now < deadline + 10 * MINUTE

    watch.watch(scene.workspace, lambda: scene.clock.now, sleep, scene.connect)
    assert 600 <= scene.late(arn, deadline) <= 660
    assert set(pauses) <= {watch.TRYING, watch.LONGEST}


def test_what_aws_stopped_while_nothing_ran_here_costs_no_minute_more(scene: Scene) -> None:
    arn, begun = scene.start(HOUR), scene.clock.now
    scene.live(3700, "schedule")
    scene.clock.pass_by(3 * 86400)
    scene.thread.look(scene.clock.now)
    [run] = uptime.uptimes(scene.workspace, arn)
    assert (run.started, run.stopped) == (begun, begun + HOUR)


@pytest.mark.parametrize("line", LINES)
def test_the_meter_is_within_a_hundredth_of_the_engines_own_record(scene: Scene, line: str) -> None:
    arn = scene.start(2 * HOUR, units=2)
    scene.live(3600)
    metered, billed = uptime.running_cost(scene.workspace, arn, scene.clock.now), scene.room.uptimes(arn)[0]
    assert metered.seconds == pytest.approx(scene.clock() - billed[1], rel=0.01)
    scene.watch() if line == "process" else scene.live(3700, line)
    scene.thread.look(scene.clock.now)
    [(units, started, stopped)] = scene.room.uptimes(arn)
    assert stopped is not None
    total = uptime.total_cost(scene.workspace, arn)
    assert total.seconds == pytest.approx(stopped - started, rel=0.01)
    assert total.usd == pytest.approx(prices.load().cost(units, stopped - started), rel=0.01)


class Cloud:
    """What the guard asks of Rekognition and the scheduler, on a clock of seconds, for very many histories."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000
        self.due: float | None = None
        self.down = False
        self.started: int | None = None
        self.billed = 0
        self.clients = Clients(Backend(), "us-east-1", None, self, None, lambda service: self)

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self.seconds, dt.UTC)

    def start_project_version(self, **_: Any) -> None:
        self.started = self.seconds

    def stop(self) -> bool:
        """StopProjectVersion, and whether it was work."""
        if self.down:
            raise translate("InternalServerError", "StopProjectVersion", "")
        return self._stop()

    def update_schedule(self, ScheduleExpression: str, **_: Any) -> None:
        self.due = dt.datetime.fromisoformat(ScheduleExpression[3:-1] + "+00:00").timestamp()

    def delete_schedule(self, **_: Any) -> None:
        self.due = None

    def carry_out(self) -> None:
        """What AWS does by itself."""
        if self.due is not None and self.due <= self.seconds:
            self.due = None
            self._stop()

    def _stop(self) -> bool:
        if self.started is None:
            return False
        self.billed, self.started = self.seconds - self.started, None
        return True


# Who is alive for how many minutes, whether the network is down then, and the minutes a person adds or takes first.
PHASES = st.lists(st.tuples(st.integers(1, 90), st.sets(st.sampled_from(LINES), min_size=1), st.booleans(),
                            st.none() | st.integers(1, 120)), max_size=6)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(units=st.integers(1, 5), minutes=st.integers(1, 240), phases=PHASES, last=st.sampled_from(LINES))
def test_what_is_billed_is_never_over_the_cap_by_more_than_a_minute(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, units: int, minutes: int,
    phases: list[tuple[int, set[str], bool, int | None]], last: str,
) -> None:
    cloud, workspace = Cloud(), Workspace(tmp_path_factory.mktemp("cap"))
    for module in (guard, uptime, backstop, idle, budget):
        monkeypatch.setattr(module, "now", lambda: cloud.now)
    monkeypatch.setattr(versions, "stop", lambda clients, arn: cloud.stop())
    idle.set_minutes(workspace, None)
    thread, arn = guard.Guard(workspace, connect=lambda *_: cloud.clients), clock_room.MODEL.format("one")
    begun, cap = cloud.now, cloud.now + minutes * MINUTE
    guard.start(workspace, cloud.clients, arn, units, cap)
    for length, alive, down, more in [*phases, (10_000, {last}, False, None)]:
        if more and cloud.started is not None:
            cap = cloud.now + more * MINUTE
            guard.extend(workspace, cloud.clients, arn, cap)
        cloud.down = down and "schedule" in alive
        _live(cloud, thread, cap, length * 60, alive)
        cloud.down = False
    thread.look(cloud.now)
    price = prices.load()
    most = price.cost(units, (cap - begun).total_seconds()) + units * price.unit_hour / 60
    assert cloud.started is None
    assert price.cost(units, cloud.billed) <= most + 1e-9
    assert uptime.total_cost(workspace, arn).usd <= most + 1e-9


def _live(cloud: Cloud, thread: guard.Guard, cap: dt.datetime, seconds: int, alive: set[str]) -> None:
    """Let a phase go by, in which those alive look every twenty seconds; where nothing can happen, it is cut short."""
    end = cloud.seconds + seconds
    while True:
        if alive & {"thread", "process"}:
            thread.look(cloud.now)
        if "schedule" in alive:
            cloud.carry_out()
        if cloud.seconds >= end or cloud.started is None:
            return
        cloud.seconds = min(end, max(cloud.seconds + 20, int(cap.timestamp())))

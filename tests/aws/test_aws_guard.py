from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aws_script import MODEL, Script, expect_description, model

from core.aws import backstop, budget, deadlines, guard, idle, uptime
from core.aws.clients import Clients
from core.aws.versions import version_of
from core.errors import AwsError, NotFound, RekolabError, Unreachable
from core.types import Backend
from core.workspace import Workspace, now

STUDIO = Backend("studio", "eu-west-1")
NINE = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
OTHER = MODEL[:-1] + "1"


def expect_stop(script: Script) -> None:
    script.rekognition.add_response("stop_project_version", {"Status": "STOPPING"}, {"ProjectVersionArn": MODEL})


def expect_start(script: Script) -> None:
    script.rekognition.add_response("start_project_version", {"Status": "STARTING"},
                                    {"ProjectVersionArn": MODEL, "MinInferenceUnits": 2})


def test_a_start_writes_its_deadline_and_begins_the_record(workspace: Workspace, script: Script) -> None:
    expect_start(script)
    until = now() + HOUR
    guard.start(workspace, script.clients, MODEL, 2, until)
    assert deadlines.known(workspace) == [deadlines.Deadline(MODEL, Backend("default"), until)]
    (run,) = uptime.uptimes(workspace)
    assert (run.arn, run.units, run.stopped, run.seen) == (MODEL, 2, None, False)


def test_there_is_no_start_with_a_deadline_that_has_passed(workspace: Workspace, script: Script) -> None:
    with pytest.raises(RekolabError, match="passed already"):
        guard.start(workspace, script.clients, MODEL, 2, now() - HOUR)
    assert deadlines.known(workspace) == []


def test_the_deadline_is_on_disk_before_aws_is_asked(workspace: Workspace, script: Script) -> None:
    seen: list[Any] = []
    script.clients.rekognition.meta.events.register_first(
        "provide-client-params.rekognition.StartProjectVersion",
        lambda **_: seen.append(deadlines.of(workspace, MODEL)), unique_id="deadline test")
    expect_start(script)
    guard.start(workspace, script.clients, MODEL, 2, now() + HOUR)
    script.clients.rekognition.meta.events.unregister(
        "provide-client-params.rekognition.StartProjectVersion", unique_id="deadline test")
    assert seen[0] is not None


@pytest.mark.parametrize("before", [None, NINE + dt.timedelta(days=3650)])
def test_a_start_that_was_refused_leaves_the_deadline_as_it_was(
    workspace: Workspace, script: Script, before: dt.datetime | None
) -> None:
    deadlines.write(workspace, MODEL, STUDIO, before)
    script.rekognition.add_client_error("start_project_version", "LimitExceededException")
    if before is None:
        expect_description(script, model("STOPPED"))
    with pytest.raises(AwsError):
        guard.start(workspace, script.clients, MODEL, 2, now() + HOUR)
    assert deadlines.of(workspace, MODEL) == before
    assert uptime.uptimes(workspace) == []


def test_a_start_whose_answer_was_lost_keeps_its_deadline(workspace: Workspace, script: Script) -> None:
    script.rekognition.add_client_error("start_project_version", "ResourceInUseException")
    expect_description(script, model("STARTING"))
    until = now() + HOUR
    with pytest.raises(AwsError):
        guard.start(workspace, script.clients, MODEL, 2, until)
    assert deadlines.of(workspace, MODEL) == until


def test_a_start_without_any_answer_keeps_its_deadline_because_it_may_have_worked(
    workspace: Workspace, script: Script
) -> None:
    script.rekognition.add_client_error("start_project_version", "InternalServerError", http_status_code=500)
    script.rekognition.add_client_error("describe_projects", "InternalServerError", http_status_code=500)
    until = now() + HOUR
    with pytest.raises(AwsError):
        guard.start(workspace, script.clients, MODEL, 2, until)
    assert deadlines.of(workspace, MODEL) == until


def test_the_deadline_of_a_model_that_is_not_there_is_not_kept(workspace: Workspace, script: Script) -> None:
    script.rekognition.add_client_error("start_project_version", "ResourceNotFoundException")
    expect_description(script)
    with pytest.raises(AwsError):
        guard.start(workspace, script.clients, MODEL, 2, now() + HOUR)
    assert deadlines.known(workspace) == []


def test_a_stop_ends_the_record_and_the_deadline(workspace: Workspace, script: Script) -> None:
    deadlines.write(workspace, MODEL, STUDIO, NINE)
    uptime.note_started(workspace, MODEL, 1, NINE)
    expect_stop(script)
    assert guard.stop(workspace, script.clients, MODEL)
    assert deadlines.known(workspace) == []
    assert uptime.uptimes(workspace)[0].stopped is not None


def test_a_model_that_still_starts_is_stopped_by_the_guard_as_soon_as_it_runs(
    workspace: Workspace, script: Script
) -> None:
    uptime.note_started(workspace, MODEL, 1, NINE)
    script.rekognition.add_client_error("stop_project_version", "ResourceInUseException")
    expect_description(script, model("STARTING"))
    expect_description(script, model("STARTING"))
    assert guard.stop(workspace, script.clients, MODEL) is False
    assert uptime.uptimes(workspace)[0].stopped is None
    expect_stop(script)
    assert guard.enforce(workspace, now(), lambda *_: script.clients) == {MODEL: None}
    assert uptime.uptimes(workspace)[0].stopped is not None


def test_only_what_has_been_reached_is_due(workspace: Workspace) -> None:
    for arn, at in ((MODEL, NINE), (OTHER, NINE + HOUR)):
        deadlines.write(workspace, arn, STUDIO, at)
    assert guard.due(workspace, NINE - dt.timedelta(seconds=1)) == []
    assert guard.due(workspace, NINE) == [deadlines.Deadline(MODEL, STUDIO, NINE)]
    assert guard.due(workspace, NINE + HOUR) == deadlines.known(workspace)


def test_a_model_past_its_deadline_is_stopped_where_it_runs(workspace: Workspace, script: Script) -> None:
    asked: list[tuple[Path, Backend]] = []

    def connect(home: Path, backend: Backend) -> Clients:
        asked.append((home, backend))
        return script.clients

    deadlines.write(workspace, MODEL, STUDIO, NINE)
    deadlines.write(workspace, OTHER, STUDIO, NINE + HOUR)
    uptime.note_started(workspace, MODEL, 1, NINE - HOUR)
    expect_stop(script)
    assert guard.enforce(workspace, NINE, connect) == {MODEL: None}
    assert asked == [(workspace.root, STUDIO)]
    assert [deadline.arn for deadline in deadlines.known(workspace)] == [OTHER]
    assert uptime.uptimes(workspace, MODEL)[0].stopped == NINE


def test_a_stop_that_fails_is_tried_again(workspace: Workspace, script: Script) -> None:
    deadlines.write(workspace, MODEL, STUDIO, NINE)
    script.rekognition.add_client_error("stop_project_version", "InternalServerError")
    outcome = guard.enforce(workspace, NINE, lambda *_: script.clients)
    assert isinstance(outcome[MODEL], AwsError)
    expect_stop(script)
    assert guard.enforce(workspace, NINE + HOUR, lambda *_: script.clients) == {MODEL: None}
    assert guard.enforce(workspace, NINE + HOUR, lambda *_: script.clients) == {}


def test_a_model_that_no_longer_exists_needs_no_stop(workspace: Workspace, script: Script) -> None:
    deadlines.write(workspace, MODEL, STUDIO, NINE)
    script.rekognition.add_client_error("stop_project_version", "ResourceNotFoundException")
    script.sts.add_response("get_caller_identity", {"Account": MODEL.split(":")[4]})
    assert guard.enforce(workspace, NINE, lambda *_: script.clients) == {MODEL: None}
    assert deadlines.known(workspace) == []


def test_a_model_that_another_account_does_not_know_keeps_its_deadline(workspace: Workspace, script: Script) -> None:
    deadlines.write(workspace, MODEL, STUDIO, NINE)
    uptime.note_started(workspace, MODEL, 1, NINE - HOUR)
    script.rekognition.add_client_error("stop_project_version", "ResourceNotFoundException")
    script.sts.add_response("get_caller_identity", {"Account": "111122223333"})
    assert isinstance(guard.enforce(workspace, NINE, lambda *_: script.clients)[MODEL], NotFound)
    assert deadlines.of(workspace, MODEL) == NINE
    assert uptime.uptimes(workspace)[0].stopped is None


@pytest.mark.parametrize("error", [Unreachable("EndpointConnectionError", "", "", "No network."), ValueError("x")])
def test_one_model_that_can_not_be_stopped_does_not_keep_the_next_one_running(
    workspace: Workspace, script: Script, error: Exception
) -> None:
    def connect(_: Path, backend: Backend) -> Clients:
        if backend == STUDIO:
            raise error
        return script.clients

    deadlines.write(workspace, OTHER, STUDIO, NINE - HOUR)
    deadlines.write(workspace, MODEL, Backend(), NINE)
    expect_stop(script)
    outcome = guard.enforce(workspace, NINE, connect)
    assert isinstance(outcome[OTHER], RekolabError) and outcome[MODEL] is None
    assert [deadline.arn for deadline in deadlines.known(workspace)] == [OTHER]


def test_a_deadline_can_be_moved(workspace: Workspace) -> None:
    deadlines.write(workspace, MODEL, STUDIO, NINE)
    deadlines.write(workspace, MODEL, STUDIO, NINE + HOUR)
    assert deadlines.of(workspace, MODEL) == NINE + HOUR
    assert deadlines.of(workspace, OTHER) is None


def test_a_model_that_was_started_elsewhere_counts_from_when_it_was_seen(workspace: Workspace) -> None:
    running = version_of(model("RUNNING", MinInferenceUnits=3))
    uptime.observe(workspace, [running], NINE)
    uptime.observe(workspace, [running], NINE + HOUR)
    assert uptime.uptimes(workspace) == [uptime.Uptime(MODEL, 3, NINE, None, seen=True)]


def test_a_model_that_was_started_here_is_not_marked_as_seen(workspace: Workspace) -> None:
    uptime.note_started(workspace, MODEL, 1, NINE)
    uptime.observe(workspace, [version_of(model("RUNNING"))], NINE + HOUR)
    assert uptime.uptimes(workspace) == [uptime.Uptime(MODEL, 1, NINE, None, seen=False)]


@pytest.mark.parametrize("status", ["STOPPED", "FAILED", "TRAINING_COMPLETED"])
def test_a_model_that_was_stopped_elsewhere_ends_its_record(workspace: Workspace, status: str) -> None:
    uptime.note_started(workspace, MODEL, 1, NINE)
    uptime.note_started(workspace, OTHER, 1, NINE)
    uptime.observe(workspace, [version_of(model(status))], NINE + HOUR)
    assert {run.arn: run.stopped for run in uptime.uptimes(workspace)} == {MODEL: NINE + HOUR, OTHER: NINE + HOUR}


def test_a_model_that_is_gone_ends_its_record_and_one_of_another_account_or_region_does_not(
    workspace: Workspace
) -> None:
    apart = [MODEL.replace("us-east-1", "eu-west-1"), MODEL.replace(":123456789012:", ":111122223333:")]
    for arn in (OTHER, *apart):
        uptime.note_started(workspace, arn, 1, NINE)
    uptime.observe(workspace, [], NINE + HOUR)  # which may be of any account
    uptime.observe(workspace, [version_of(model("STOPPED"))], NINE + HOUR)
    assert {run.arn: run.stopped for run in uptime.uptimes(workspace)} == {
        OTHER: NINE + HOUR, **dict.fromkeys(apart)}


def test_a_model_that_is_stopping_begins_no_new_record(workspace: Workspace) -> None:
    uptime.observe(workspace, [version_of(model("STOPPING"))], NINE)
    assert uptime.uptimes(workspace) == []


def test_a_list_that_is_older_than_the_start_does_not_end_the_record(workspace: Workspace) -> None:
    stopped, soon = version_of(model("STOPPED")), NINE + dt.timedelta(seconds=5)
    uptime.note_started(workspace, MODEL, 1, NINE)
    uptime.observe(workspace, [stopped], soon)
    assert uptime.uptimes(workspace)[0].stopped is None
    uptime.observe(workspace, [stopped], NINE + HOUR)
    assert uptime.uptimes(workspace)[0].stopped == NINE + HOUR


def test_a_list_that_is_older_than_the_stop_begins_no_new_record(workspace: Workspace) -> None:
    running, soon = version_of(model("RUNNING")), NINE + dt.timedelta(seconds=5)
    uptime.note_started(workspace, MODEL, 1, NINE - HOUR)
    uptime.note_stopped(workspace, MODEL, NINE)
    uptime.observe(workspace, [running], soon)
    assert [run.stopped for run in uptime.uptimes(workspace)] == [NINE]
    uptime.observe(workspace, [running], NINE + HOUR)
    assert [run.seen for run in uptime.uptimes(workspace)] == [True, False]


def test_the_cost_of_this_run_and_of_all_runs(workspace: Workspace) -> None:
    uptime.note_started(workspace, MODEL, 2, NINE)
    uptime.note_stopped(workspace, MODEL, NINE + HOUR)
    uptime.note_started(workspace, MODEL, 1, NINE + 2 * HOUR)
    moment = NINE + 2.5 * HOUR
    assert uptime.running_cost(workspace, OTHER, moment) == uptime.Cost(0, 0)
    assert uptime.running_cost(workspace, MODEL, moment) == uptime.Cost(1800, pytest.approx(2.0))
    assert uptime.total_cost(workspace, MODEL, moment) == uptime.Cost(5400, pytest.approx(10.0))
    uptime.note_started(workspace, OTHER, 1, NINE + 2 * HOUR)
    assert uptime.total_cost(workspace, moment=moment).usd == pytest.approx(12.0)
    uptime.note_stopped(workspace, MODEL, moment)
    assert uptime.running_cost(workspace, MODEL, moment + HOUR) == uptime.Cost(1800, pytest.approx(2.0))


def test_the_guard_goes_on_after_every_kind_of_error_and_stops_the_model_in_the_end(
    workspace: Workspace, script: Script, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[int] = []
    stopped = threading.Event()
    errors = {1: ValueError("not ours"), 2: Unreachable("EndpointConnectionError", "", "", "No network.")}

    def connect(*_: Any) -> Clients:
        looks.append(1)
        if error := errors.get(len(looks)):
            raise error
        stopped.set()
        return script.clients

    expect_stop(script)
    deadlines.write(workspace, MODEL, STUDIO, now() - HOUR)
    watch = guard.Guard(workspace, every=0.01, connect=connect)
    watch.start()
    assert stopped.wait(60)
    watch.end()
    assert deadlines.known(workspace) == []
    assert len(looks) == 3
    assert watch.troubles == {}
    assert "No network." in caplog.text


def test_the_guard_outlives_a_catalogue_that_can_not_be_read(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = threading.Event()
    looks: list[int] = []

    def enforce(*_: Any) -> dict[str, RekolabError | None]:
        looks.append(1)
        if len(looks) == 1:
            raise OSError("disk gone")
        again.set()
        return {}

    monkeypatch.setattr(guard, "enforce", enforce)
    watch = guard.Guard(workspace, every=0.01)
    watch.start()
    assert again.wait(60)
    watch.end()


def test_the_guard_tells_why_it_could_not_stop_a_model(workspace: Workspace) -> None:
    looked = threading.Event()

    def connect(*_: Any) -> Clients:
        looked.set()
        raise Unreachable("EndpointConnectionError", "", "", "No network.")

    deadlines.write(workspace, MODEL, STUDIO, now() - HOUR)
    watch = guard.Guard(workspace, every=60, connect=connect)
    watch.start()
    assert looked.wait(60)
    watch.end()
    assert watch.troubles == {MODEL: "No network."}
    assert deadlines.of(workspace, MODEL) is not None


def test_a_workspace_of_an_older_rekolab_keeps_its_deadlines(workspace: Workspace) -> None:
    workspace.root.mkdir(parents=True)
    with closing(sqlite3.connect(workspace.root / "workspace.sqlite")) as rows:
        rows.executescript(f"""
            CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);
            CREATE TABLE deadline (arn TEXT PRIMARY KEY, backend TEXT NOT NULL, at TEXT NOT NULL);
            CREATE TABLE uptime (id INTEGER PRIMARY KEY, arn TEXT NOT NULL, units INTEGER NOT NULL,
                started TEXT NOT NULL, stopped TEXT);
            CREATE TABLE revision (number INTEGER NOT NULL);
            INSERT INTO revision VALUES (7);
            INSERT INTO deadline VALUES ('{MODEL}', '{{"profile": "studio", "region": "eu-west-1"}}',
                '2026-11-23T09:00:00+00:00');
            PRAGMA user_version = 1;""")
    assert deadlines.known(workspace) == [deadlines.Deadline(MODEL, STUDIO, NINE)]
    assert backstop.known(workspace) == {} and idle.minutes(workspace) == idle.USUAL


def test_a_deadline_that_is_extended_lies_ahead(workspace: Workspace, script: Script) -> None:
    with pytest.raises(RekolabError, match="passed already"):
        guard.extend(workspace, script.clients, MODEL, now() - HOUR)
    guard.extend(workspace, script.clients, MODEL, now() + HOUR)
    assert deadlines.of(workspace, MODEL) is not None


def test_without_a_role_aws_is_not_asked_for_a_schedule(workspace: Workspace, script: Script) -> None:
    expect_start(script)
    guard.start(workspace, script.clients, MODEL, 2, now() + HOUR)
    assert backstop.known(workspace)[MODEL].at is None


def test_nothing_is_started_once_the_budget_is_spent(
    workspace: Workspace, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (guard, budget):
        monkeypatch.setattr(module, "now", lambda: NINE)  # and not the first minute of a month
    ours = MODEL.replace("123456789012", "111122223333")
    uptime.note_started(workspace, ours, 5, NINE - dt.timedelta(minutes=1))
    budget.set_limit(workspace, 0.01)
    with pytest.raises(RekolabError, match="Nothing more is started"):
        guard.start(workspace, script.clients, MODEL, 2, NINE + HOUR)
    assert deadlines.known(workspace) == []
    expect_stop(script)
    guard.stop(workspace, script.clients, MODEL)


def test_on_a_full_disk_every_model_that_is_due_is_stopped(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    stopped: list[str] = []
    for arn in (MODEL, f"{MODEL}-too"):
        deadlines.write(workspace, arn, STUDIO, now() - HOUR)
    monkeypatch.setattr(guard.versions, "stop", lambda _, arn: bool(stopped.append(arn)) or True)
    monkeypatch.setattr(uptime, "note_stopped", full)
    monkeypatch.setattr(backstop, "follow_all", lambda *_: None)
    outcome = guard.enforce(workspace, now(), lambda *_: object())
    assert sorted(stopped) == sorted(outcome) == [MODEL, f"{MODEL}-too"]
    assert all(error and "disk is full" in error.message for error in outcome.values())

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from page_photos import HOSTILE
from shelter import Shelter
from visitor import Visitor

from core import settings
from core.aws import budget, deadlines, guard, idle, uptime, versions
from core.aws import clients as aws
from core.errors import NotFound, translate
from core.types import Backend, Version
from core.ui import deadlines as choosing
from core.ui import meter, starting, state
from core.ui.versioning import listing
from core.workspace import Workspace, text_of

TRAINED = {"start", "copy", "tags", "delete"}
RUNS = {"stop", "until", "copy", "tags", "delete"}
STATES = {
    "TRAINING_IN_PROGRESS": {"tags"}, "TRAINING_COMPLETED": TRAINED, "TRAINING_FAILED": {"tags", "delete"},
    "STARTING": RUNS - {"copy"}, "RUNNING": RUNS, "FAILED": TRAINED, "STOPPING": {"copy", "tags"}, "STOPPED": TRAINED,
    "DELETING": set(), "COPYING_IN_PROGRESS": {"tags"}, "COPYING_COMPLETED": TRAINED,
    "COPYING_FAILED": {"tags", "delete"}, "DEPRECATED": {"tags", "delete"}, "EXPIRED": {"tags", "delete"},
}


def ago(**time: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(**time)


def model(status: str, name: str = "one", **more: Any) -> Version:
    arn = f"arn:aws:rekognition:us-east-1:1:project/pets/version/{name}/1"
    return Version(arn, "pets", name, status, more.pop("message", ""), ago(hours=3), **more)


@pytest.fixture
def listed(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Visitor]:
    """`listed(model, ...)` opens the page of a project that has these models."""

    def show(*known: Version) -> Visitor:
        visitor.workspace.create("pets")
        monkeypatch.setattr(versions, "list_versions", lambda *_: list(known))
        monkeypatch.setattr(versions, "describe", lambda _, arn: next(one for one in known if one.arn == arn))
        return visitor.go("model/versions")

    return show


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was asked of Rekognition: a start with its units, or a stop or a deletion with the model's name."""
    made: list[tuple[Any, ...]] = []
    monkeypatch.setattr(versions, "start", lambda clients, arn, units, most: made.append(("start", units)))
    for call in ("stop", "delete"):
        monkeypatch.setattr(versions, call, lambda clients, arn, call=call: made.append((call, arn.split("/")[-2])))
    return made


def field(among: Any, key: str) -> Any:
    """The one whose key begins so."""
    return next(one for one in among if one.key and one.key.split(" ")[0] == key)


def actions(visitor: Visitor, version: Version) -> set[str]:
    return {one.key.split(" ")[0] for one in visitor.at.main.button
            if one.key and one.key.endswith(f" {version.arn}") and not one.disabled}


def test_without_a_model_the_page_leads_to_training(visitor: Visitor) -> None:
    visitor.workspace.create("no-model")
    visitor.go("model/versions")
    assert "There is no model yet." in visitor.text
    assert visitor.links == {"Train the first one": "train"}


def test_the_table_below_knows_every_state_that_rekognition_has(visitor: Visitor) -> None:
    service = aws.connect(visitor.workspace.root, Backend()).rekognition.meta.service_model
    assert set(STATES) == set(service.shape_for("ProjectVersionStatus").enum)


def test_every_state_is_shown_in_words_with_what_can_be_done_now(listed: Callable[..., Visitor]) -> None:
    known = [model(status, status.lower()) for status in STATES]
    visitor = listed(*known)
    badges = [one.value for one in visitor.at.main.markdown if "-badge[" in one.value]
    assert [badge.split("[")[1].rstrip("]") for badge in badges] == [
        status.replace("_", " ").lower() for status in STATES]
    assert {version.status: actions(visitor, version) for version in known} == STATES


@pytest.mark.parametrize(("status", "colour"), [
    ("RUNNING", "green"), ("STARTING", "blue"), ("TRAINING_FAILED", "red"), ("FAILED", "red"), ("STOPPED", "gray")])
def test_a_state_has_its_colour(listed: Callable[..., Visitor], status: str, colour: str) -> None:
    visitor = listed(model(status))
    assert any(f":{colour}-badge[" in one.value for one in visitor.at.main.markdown)


def test_figures_costs_and_messages_stand_beside_the_model(listed: Callable[..., Visitor]) -> None:
    visitor = listed(model("TRAINING_FAILED", "two", message=HOSTILE), model("STOPPED", f1=0.91234))
    assert {"0.912", "–", HOSTILE, ":gray[never ran]"} <= set(visitor.text.splitlines())
    assert not any(HOSTILE in source for source in visitor.markdown)
    assert "**two**  \n:gray[3 h ago]" in visitor.text


def test_what_runs_says_since_when_and_until_when(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, at = model("RUNNING"), ago().replace(microsecond=0)
    uptime.note_started(Workspace(settings.load().home), running.arn, 2, at - dt.timedelta(minutes=59, seconds=15))
    monkeypatch.setattr(listing, "dt", SimpleNamespace(UTC=dt.UTC, datetime=SimpleNamespace(now=lambda _: at)))
    visitor = listed(running)
    assert "**$8.00**  \n:gray[running $8.00]\n:small[running for 59 min, :orange[no deadline]]" in visitor.text
    assert any(line.startswith("since ") for line in visitor.text.splitlines())
    deadlines.write(visitor.workspace, running.arn, Backend(), ago(hours=-1))
    assert ":small[running for 59 min, stops at " in visitor.run().text


def test_time_and_cost_of_what_runs_go_on_and_what_is_ticked_or_typed_stays(listed: Callable[..., Visitor]) -> None:
    running, rests = model("RUNNING"), model("STOPPED", "two", f1=0.9)
    workspace = Workspace(settings.load().home)
    uptime.note_started(workspace, running.arn, 1, ago(minutes=59, seconds=15))
    visitor = listed(running, rests)
    visitor.at.checkbox(key=f"tick {rests.arn}").check()
    visitor.click(f"delete {rests.arn}").at.text_input[0].set_value("tw")
    with workspace.catalogue() as rows:  # as if an hour went by
        rows.execute("UPDATE uptime SET started = ?", (text_of(ago(minutes=119, seconds=15)),))
    visitor.tick()
    assert re.search(r"\*\*\$8\.\d\d\*\*  \n:gray\[running \$8\.\d\d\]\n:small\[running for [12] h ", visitor.text)
    assert not {"Start", "Compare two of pets"} & set(visitor.text.splitlines())  # only the cost was drawn again
    assert visitor.at.session_state[f"tick {rests.arn}"] is True


def test_the_page_is_drawn_anew_when_one_of_two_models_has_stopped(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = model("RUNNING"), model("RUNNING", "two")
    visitor = listed(one, two)
    monkeypatch.setattr(versions, "list_versions", lambda *_: [one, replace(two, status="STOPPED")])
    meter.forget()
    visitor.tick()
    assert "-badge[stopped]" in visitor.text


def test_what_started_within_this_second_has_run_and_has_its_price(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, started = model("RUNNING"), ago().replace(microsecond=0)
    uptime.note_started(Workspace(settings.load().home), running.arn, 1, started)
    monkeypatch.setattr(uptime, "now", lambda: started)
    visitor = listed(running)
    assert "**$0.07**  \n:gray[running $0.07]\n:small[running for " in visitor.text


def test_a_start_asks_for_a_deadline_and_shows_the_price_first(
    listed: Callable[..., Visitor], asked: list[tuple[Any, ...]]
) -> None:
    version = model("STOPPED", f1=1.0)
    visitor = listed(version).click(f"start {version.arn}")
    assert visitor.at.radio[0].value == "1 hour"
    assert list(visitor.at.table[0].value["on AWS"].str.replace("\\", ""))[:2] == ["$4.00", "$4.00"]
    assert "Prices differ by region" in visitor.text
    assert asked == [] and deadlines.known(visitor.workspace) == []


def test_a_start_is_made_with_its_deadline(listed: Callable[..., Visitor], asked: list[tuple[Any, ...]]) -> None:
    version = model("STOPPED", f1=1.0)
    begun = ago(seconds=1)  # as deadlines are kept to the second
    visitor = listed(version).click(f"start {version.arn}", "start_until")
    assert asked == [("start", 1)]
    assert begun <= deadlines.of(visitor.workspace, version.arn) - dt.timedelta(hours=1) <= ago()
    assert "one started on 1 unit, until" in visitor.workspace.open("pets").events()[0].text


def test_units_and_a_time_of_ones_own_are_part_of_the_price(
    listed: Callable[..., Visitor], asked: list[tuple[Any, ...]]
) -> None:
    version = model("STOPPED", f1=1.0)
    visitor = listed(version).click(f"start {version.arn}")
    next(one for one in visitor.at.number_input if one.label == "Inference units").set_value(3)
    visitor.at.radio[0].set_value("A time of my own")
    visitor.click(f"start {version.arn}")
    hours = next(one for one in visitor.at.number_input if one.label == "Hours from now")
    assert (hours.min, hours.max) == (0.25, 72.0)
    hours.set_value(2.5)
    visitor.click(f"start {version.arn}")
    assert list(visitor.at.table[0].value["on AWS"].str.replace("\\", ""))[:2] == ["$12.00", "$30.00"]
    visitor.click(f"start {version.arn}", "start_until")
    assert asked == [("start", 3)]


def test_a_press_counts_when_the_minute_turned_meanwhile(
    listed: Callable[..., Visitor], asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = model("STOPPED", f1=1.0)
    visitor = listed(version)
    monkeypatch.setattr(starting, "clock", lambda _: "18:59")
    visitor.click(f"start {version.arn}")
    monkeypatch.setattr(starting, "clock", lambda _: "19:00")
    visitor.click(f"start {version.arn}", "Start until 18:59")
    assert asked == [("start", 1)]


def test_a_start_that_is_refused_leaves_no_deadline_and_says_why(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise translate("LimitExceededException", "StartProjectVersion", "2 models run")

    version = model("STOPPED", f1=1.0)
    monkeypatch.setattr(versions, "start", full)
    monkeypatch.setattr(versions, "describe", lambda *_: version)
    visitor = listed(version).click(f"start {version.arn}", "start_until")
    assert any("A limit of the account is reached" in read for read in visitor.text.splitlines())
    assert visitor.links["Open the versions"] == "versions"
    assert deadlines.known(visitor.workspace) == []


def test_a_stop_asks_nothing(listed: Callable[..., Visitor], asked: list[tuple[Any, ...]]) -> None:
    version = model("RUNNING")
    visitor = listed(version).click(f"stop {version.arn}")
    assert asked == [("stop", "one")]
    assert not visitor.at.get("dialog")


def test_a_model_is_started_and_stopped_on_the_engine(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("model/versions", "shelter").click(f"start {shelter.arn}", "start_until")
    versions.wait_for(shelter.clients, shelter.arn, {"RUNNING"})
    keeper.run()
    assert ":green-badge[running]" in keeper.text
    assert "stops at" in keeper.text
    keeper.click(f"stop {shelter.arn}")
    versions.wait_for(shelter.clients, shelter.arn, {"STOPPED"})
    keeper.run()
    assert deadlines.of(shelter.workspace, shelter.arn) is None
    assert "runs so far" in keeper.text


def test_deleting_asks_for_the_name(listed: Callable[..., Visitor], asked: list[tuple[Any, ...]]) -> None:
    version = model("STOPPED")
    visitor = listed(version).click(f"delete {version.arn}")
    assert "Type one to delete it" in visitor.text
    assert visitor.button("Delete").disabled
    visitor.at.text_input[0].set_value("one")
    visitor.click(f"delete {version.arn}")
    visitor.click(f"delete {version.arn}", "Delete")
    assert asked == [("delete", "one")]
    assert visitor.workspace.open("pets").events()[0].text == "one deleted"


def test_deleting_says_what_is_lost_and_what_stays(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = model("STOPPED", f1=0.9, billable_seconds=7200, output_prefix=f"s3://out/{HOSTILE}")
    visitor = listed(version).click(f"delete {version.arn}")
    assert "which nobody can bring back, and its row in this table with F1 0.900." in visitor.text
    assert f"What AWS wrote to s3://out/{HOSTILE}." in visitor.text
    assert not any(HOSTILE in source for source in visitor.markdown)
    assert "another one would cost" not in visitor.text  # as the engine is free


def test_what_runs_is_stopped_before_it_can_be_deleted(
    listed: Callable[..., Visitor], asked: list[tuple[Any, ...]]
) -> None:
    version = model("RUNNING")
    visitor = listed(version).click(f"delete {version.arn}")
    assert "it has to be stopped first" in visitor.text
    assert "delete_now" not in [one.key for one in visitor.at.button]
    visitor.click(f"delete {version.arn}", "delete_stop")
    assert asked == [("stop", "one")]


def test_a_lost_connection_between_two_looks_is_said(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise translate("ThrottlingException", "DescribeProjects", "")

    visitor = listed(model("STARTING"))
    monkeypatch.setattr(versions, "describe", fail)
    visitor.tick()
    assert visitor.errors == ["DescribeProjects: Too many requests at once. Wait a moment and try again."]
    assert "starting" in visitor.run().text  # what was known last stays on the page


def test_models_that_can_not_be_listed_are_said(listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
                                                ) -> None:
    def fail(*_: object) -> None:
        raise translate("ThrottlingException", "DescribeProjects", "")

    visitor = listed(model("STOPPED"))
    monkeypatch.setattr(versions, "list_versions", fail)
    meter.forget()
    assert visitor.run().errors[0].startswith("DescribeProjects: Too many requests at once.")


@pytest.mark.parametrize(("took", "fresh"), [(0.0, 4.0), (3.0, 15.0)])
def test_a_list_that_takes_long_is_asked_for_less_often(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch, took: float, fresh: float
) -> None:
    clock, calls = [1000.0], list[float]()

    def slowly(*_: object) -> list[Version]:
        clock[0] += took
        calls.append(clock[0])
        return [model("STOPPED")]

    visitor = listed(model("STOPPED"))
    monkeypatch.setattr(versions, "list_versions", slowly)
    monkeypatch.setattr(meter, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    meter.forget()
    visitor.run()
    clock[0] += fresh - 0.5
    visitor.run()
    assert len(calls) == 1
    clock[0] += 1
    visitor.run()
    assert len(calls) == 2


def test_a_state_that_changes_waits_for_the_dialog_that_is_open(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    version = model("STARTING")
    visitor = listed(version).click(f"delete {version.arn}")
    monkeypatch.setattr(versions, "describe", lambda *_: replace(version, status="RUNNING"))
    monkeypatch.setattr(versions, "list_versions", lambda *_: [replace(version, status="RUNNING")])
    assert "Every model with its state" not in visitor.tick().text  # which the whole page would say
    assert "-badge[running]" in visitor.run().text  # as when the dialog is dismissed


def test_a_deadline_says_when_the_model_stops_sooner_unused(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "clock", lambda moment: moment.isoformat(timespec="seconds"))
    running, until, started = model("RUNNING"), ago(hours=-4), ago(minutes=5)
    workspace = Workspace(settings.load().home)
    uptime.note_started(workspace, running.arn, 1, started)
    deadlines.write(workspace, running.arn, Backend(), until)
    idle.set_minutes(workspace, 60)
    visitor = listed(running)
    unused = started + dt.timedelta(hours=1)
    said = f"tops at {until.isoformat(timespec='seconds')}, if unused at {unused.isoformat(timespec='seconds')}"
    assert f"S{said}" in visitor.text and f"s{said}]" in visitor.text  # in the meter, and in the row
    idle.set_minutes(workspace, None)
    assert ", if unused at " not in visitor.run().text


def test_a_state_that_changes_between_two_looks_draws_the_page_anew(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = listed(model("STARTING"))
    running = model("RUNNING")
    monkeypatch.setattr(versions, "list_versions", lambda *_: [running])
    monkeypatch.setattr(versions, "describe", lambda *_: running)
    assert ":green-badge[running]" in visitor.run().text


def test_a_model_that_is_gone_after_its_deletion_leaves_the_table(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise NotFound("ResourceNotFoundException", "DescribeProjectVersions", "", "gone")

    visitor = listed(model("DELETING"))
    monkeypatch.setattr(versions, "list_versions", lambda *_: [])
    monkeypatch.setattr(versions, "describe", gone)
    assert "There is no model yet." in visitor.run().text


def test_this_project_is_shown_first_and_the_others_are_one_choice_away(listed: Callable[..., Visitor]) -> None:
    others = [replace(model("STOPPED", name), project=project, arn=f"arn:aws:rekognition:us-east-1:1:project/{project}"
                      f"/version/{name}/1") for project, name in (("aa", "first"), ("zz", "last"))]
    visitor = listed(others[0], model("STOPPED"), others[1])
    box = visitor.at.selectbox(key="versions_of")
    assert box.options == ["All projects", "pets", "aa", "zz"]
    assert "**one**" in visitor.text and "**first**" not in visitor.text
    box.select("All projects")
    visitor.run()
    rows = [line for line in visitor.text.splitlines() if line in ("**one**  ", "**first**  ", "**last**  ")]
    assert rows == ["**one**  ", "**first**  ", "**last**  "]
    assert ":gray[aa · 3 h ago]" in visitor.text
    visitor.at.selectbox(key="versions_of").select("zz")
    assert "**last**" in visitor.run().text and "**one**" not in visitor.text


def test_many_models_are_shown_page_by_page(listed: Callable[..., Visitor]) -> None:
    visitor = listed(*(model("STOPPED", f"v{number}") for number in range(120)))
    assert len([one for one in visitor.at.main.markdown if "-badge[" in one.value]) == 20
    visitor.at.session_state["versions_page"] = 6
    visitor.run()
    assert "**v119**" in visitor.text and "**v0**" not in visitor.text


def test_a_model_past_its_deadline_that_does_not_stop_is_told_on_the_page(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard.Guard, "troubles", property(lambda _: {"arn": "The credentials have *expired*."}))
    visitor = listed(model("RUNNING"))
    assert visitor.errors == ["A model is past its deadline and could not be stopped yet; it is tried again. "
                              "The credentials have *expired*."]
    assert state.guard().troubles


def test_a_start_can_have_more_units_under_load_and_is_priced_by_the_most(
    listed: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(versions, "start", lambda clients, arn, units, most: made.append((units, most)))
    version = model("STOPPED", f1=1.0)
    visitor = listed(version).click(f"start {version.arn}")
    next(one for one in visitor.at.number_input if one.label == "At most, under load").set_value(4)
    visitor.click(f"start {version.arn}")
    assert list(visitor.at.table[0].value["on AWS"].str.replace("\\", ""))[:3] == ["$16.00", "$16.00", "$384"]
    visitor.click(f"start {version.arn}", "start_until")
    assert made == [(1, 4)]


@pytest.mark.parametrize(("spent_hours", "words", "blocked"), [
    (1, None, False), (3, "60% of this month's budget of $20.00 is spent", False),
    (4.5, "90% of this month's budget of $20.00 is spent", False), (6, "Nothing more is started", True)])
def test_the_budget_warns_and_then_blocks_starting_but_never_stopping(
    listed: Callable[..., Visitor], asked: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch,
    spent_hours: float, words: str | None, blocked: bool,
) -> None:
    running, rested = model("RUNNING"), model("STOPPED", "two", f1=1.0)
    monkeypatch.setattr(budget, "spent", lambda *_: spent_hours * 4.0)
    budget.set_limit(Workspace(settings.load().home), 20.0)
    visitor = listed(running, rested)
    assert (words is None and "this month's budget" not in visitor.text) or words in visitor.text
    visitor.click(f"start {rested.arn}")
    assert visitor.button("start_until").disabled == blocked
    visitor.click(f"stop {running.arn}")
    assert asked == [("stop", "one")]


def test_a_budget_and_an_idle_rule_are_set_in_place(listed: Callable[..., Visitor]) -> None:
    visitor = listed(model("STOPPED"))
    field(visitor.at.number_input, "budget_usd").set_value(50.0)
    visitor.run()
    field(visitor.at.selectbox, "idle_minutes").set_value(15)
    visitor.run()
    assert (budget.limit(visitor.workspace), idle.minutes(visitor.workspace)) == (50.0, 15)
    budget.set_limit(visitor.workspace, budget.LEAST)
    idle.set_minutes(visitor.workspace, None)
    visitor.run()  # a tab that was open all along takes back nothing of what another one has chosen
    assert (budget.limit(visitor.workspace), idle.minutes(visitor.workspace)) == (budget.LEAST, None)
    assert field(visitor.at.number_input, "budget_usd").value == budget.LEAST
    assert field(visitor.at.selectbox, "idle_minutes").value is None


def test_what_a_start_chooses_about_idleness_stays(
    listed: Callable[..., Visitor], asked: list[tuple[Any, ...]]
) -> None:
    version = model("STOPPED", f1=1.0)
    visitor = listed(version).click(f"start {version.arn}")
    field(visitor.at.selectbox, "start_idle").set_value(15)
    visitor.click(f"start {version.arn}", "start_until")
    assert asked == [("start", 1)] and idle.minutes(visitor.workspace) == 15
    visitor.run()
    assert idle.minutes(visitor.workspace) == 15


def test_what_runs_without_a_deadline_is_shown_first_and_can_be_given_one(listed: Callable[..., Visitor]) -> None:
    running = model("RUNNING")
    running = replace(running, arn=running.arn.replace(":1:", ":123456789012:"))
    visitor = listed(running).go("start/overview", "pets")
    assert "nobody has said until when" in visitor.at.main.warning[0].value
    begun = ago(seconds=1)  # as deadlines are kept to the second
    visitor.click(f"unguarded 4 hours {running.arn}")
    assert begun <= deadlines.of(visitor.workspace, running.arn) - dt.timedelta(hours=4) <= ago()
    assert not visitor.run().at.main.warning


def test_what_runs_without_a_deadline_is_stopped_from_the_overview(
    listed: Callable[..., Visitor], asked: list[tuple[Any, ...]]
) -> None:
    running = model("RUNNING")
    listed(running).go("start/overview", "pets").click(f"unguarded stop {running.arn}")
    assert asked == [("stop", "one")]

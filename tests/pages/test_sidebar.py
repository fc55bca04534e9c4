from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from page_photos import HOSTILE
from shelter import Shelter
from visitor import PATIENCE, Visitor

from core.aws import clients as aws
from core.aws import versions
from core.errors import RekolabError, translate
from core.jobs import Progress
from core.types import Backend
from core.ui import dialogs, meter, state
from core.ui.sidebar import ENGINE

_go_on = threading.Event()


@pytest.fixture
def pets(visitor: Visitor) -> Visitor:
    """The overview of a project."""
    visitor.workspace.create("pets")
    return visitor.go("start/overview")


def long_work(progress: Progress) -> None:
    """A job that is half done until the test says go."""
    progress.begin(2, "Half done")
    progress.step()
    while not _go_on.wait(0.01):
        progress.check()


def failing_work(progress: Progress) -> None:
    raise RekolabError(f"It went wrong with {HOSTILE}.")


def profile(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str = "[profile work]\nregion = eu-west-1\n") -> None:
    (folder / "config").write_text(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def sidebar(visitor: Visitor) -> str:
    return "\n".join(one.value for one in (*visitor.at.sidebar.caption, *visitor.at.sidebar.markdown))


def test_without_a_project_none_can_be_chosen(visitor: Visitor) -> None:
    visitor.go("start/overview")
    assert visitor.at.selectbox(key="project").disabled
    assert "No model is running." in sidebar(visitor)


def test_every_page_keeps_the_chosen_project(pets: Visitor) -> None:
    pets.workspace.create("birds")
    pets.run().at.selectbox(key="project").select("birds")
    for page in ("data/browse", "model/versions", "start/overview"):
        assert pets.go(page).at.selectbox(key="project").value == "birds"


def test_a_link_names_the_project(visitor: Visitor) -> None:
    for name in ("birds", "pets"):
        visitor.workspace.create(name)
    visitor.at.query_params["project"] = "pets"
    assert visitor.run().at.selectbox(key="project").value == "pets"


def test_a_project_that_is_gone_is_not_shown_any_more(pets: Visitor) -> None:
    pets.workspace.create("birds")
    pets.workspace.delete("pets")
    assert pets.run().at.selectbox(key="project").value == "birds"


@pytest.mark.parametrize("page", ["data/label", "model/train", "model/versions", "model/predict"])
def test_while_the_dialog_is_open_no_page_draws_itself_anew_and_no_key_works(pets: Visitor, page: str) -> None:
    pets.go(page).click("new_project")
    assert pets.at.session_state["dialog_open"]
    assert not pets.run().at.session_state["dialog_open"]  # as when it is dismissed


def test_a_new_project_is_made_on_every_page(pets: Visitor) -> None:
    pets.go("results/report").click("new_project")
    pets.at.text_input[0].set_value("birds")
    pets.click("new_project", "Create")
    assert pets.at.selectbox(key="project").value == "birds"
    assert pets.workspace.projects() == ["birds", "pets"]


def test_a_name_that_is_taken_is_refused(pets: Visitor) -> None:
    pets.click("new_project")
    pets.at.text_input[0].set_value("Pets")
    pets.click("new_project", "Create")
    assert "There is a project “Pets” already." in pets.text
    assert pets.workspace.projects() == ["pets"]


def test_the_engine_is_the_backend_and_no_secret_is_ever_asked_for(pets: Visitor) -> None:
    assert pets.at.selectbox(key="backend_place pets").options == [ENGINE]
    assert "No AWS profile was found here." in pets.text
    assert "backend_use" not in [one.key for one in pets.at.button if not one.disabled]
    assert [one.label for one in pets.at.sidebar.text_input] == []


def test_a_profile_without_credentials_is_not_taken(
    pets: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile(monkeypatch, tmp_path)
    pets.run().at.selectbox(key="backend_place pets").select("work")
    pets.run()
    assert "Training and running models is billed by AWS." in pets.text
    pets.click("backend_use")
    assert "No complete AWS credentials were found on this computer." in pets.text
    assert pets.workspace.open("pets").backend.is_engine


def test_a_profile_that_answers_is_taken_with_its_region(
    pets: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = aws.connect(pets.workspace.root, Backend())
    profile(monkeypatch, tmp_path)
    monkeypatch.setattr(aws, "connect", lambda home, backend: replace(engine, backend=backend))
    pets.run().at.selectbox(key="backend_place pets").select("work")
    pets.run().at.selectbox(key="backend_region pets").select("eu-west-1")
    pets.run().click("backend_use")
    assert pets.workspace.open("pets").backend == Backend("work", "eu-west-1")
    assert "Now on AWS: work, eu-west-1, account …9012" in pets.text
    assert "AWS: work, eu-west-1" in pets.text.splitlines()


def test_the_choice_shows_the_backend_of_the_project_at_hand(
    pets: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = aws.connect(pets.workspace.root, Backend())
    profile(monkeypatch, tmp_path)
    monkeypatch.setattr(aws, "connect", lambda home, backend: replace(engine, backend=backend))
    pets.workspace.create("remote").set("backend", {"profile": "work", "region": "eu-west-1"})
    pets.run().at.selectbox(key="project").select("remote")
    pets.run()
    assert [one.value for one in pets.at.sidebar.selectbox] == ["remote", "work", "eu-west-1"]
    assert pets.button("backend_use").disabled


@pytest.mark.parametrize("text", ["[profile", "no section at all"])
def test_a_broken_configuration_of_aws_does_not_stop_the_engine(
    pets: Visitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    profile(monkeypatch, tmp_path, text)
    pets.run()
    assert "AWS's configuration on this computer can not be read." in pets.text
    assert pets.at.selectbox(key="backend_place pets").options == [ENGINE]
    assert "No model is running." in sidebar(pets)


def test_what_runs_is_metered_on_every_page_and_stopped_at_once(keeper: Visitor, shelter: Shelter) -> None:
    shelter.let_run()
    keeper.go("data/label", "shelter")
    assert "**one** · " in sidebar(keeper) and "on AWS" in sidebar(keeper)
    assert "Stops at " in sidebar(keeper)
    keeper.click(f"meter stop {shelter.arn}")
    versions.wait_for(shelter.clients, shelter.arn, {"STOPPED"})
    meter.forget()
    assert "No model is running." in sidebar(keeper.run())


def test_what_was_started_elsewhere_is_metered_without_a_deadline(keeper: Visitor, shelter: Shelter) -> None:
    versions.start(shelter.clients, shelter.arn, 1)
    versions.wait_for(shelter.clients, shelter.arn, {"RUNNING"})
    keeper.go("data/browse", "shelter")
    assert ":orange[No deadline]" in sidebar(keeper)


def test_a_stop_that_fails_says_why_and_can_be_pressed_again(
    keeper: Visitor, shelter: Shelter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise translate("InternalServerError", "StopProjectVersion", "")

    shelter.let_run()
    keeper.go("data/browse", "shelter")
    monkeypatch.setattr(versions, "stop", fail)
    keeper.click(f"meter stop {shelter.arn}")
    assert "StopProjectVersion: The service had an error of its own. Trying again usually helps." in keeper.text
    assert f"meter stop {shelter.arn}" in [one.key for one in keeper.at.button]


def test_what_can_not_be_known_is_said_in_the_meter(pets: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise translate("ExpiredTokenException", "DescribeProjects", "")

    monkeypatch.setattr(meter, "_listed", fail)
    pets.go("data/browse")
    assert "What runs there is not known. DescribeProjects: The credentials have expired." in pets.text


def test_a_job_is_seen_on_every_page_and_can_be_cancelled(pets: Visitor) -> None:
    _go_on.clear()
    state.jobs().start("pets/long", f"Long work on {HOSTILE}", long_work)
    pets.go("data/browse")
    assert f"Long work on {HOSTILE} · " in pets.text
    assert not any(HOSTILE in source for source in pets.markdown)
    pets.click("cancel pets/long")
    assert state.jobs().wait("pets/long", PATIENCE).state == "cancelled"
    pets.run()
    assert "Long work" not in pets.text


def test_the_end_of_a_job_is_told_once(pets: Visitor) -> None:
    _go_on.clear()
    state.jobs().start("pets/long", "Long work", long_work)
    pets.run()
    _go_on.set()
    state.jobs().wait("pets/long", PATIENCE)
    assert [one.value for one in pets.tick().at.toast] == ["Long work: done"]
    assert not pets.run().at.toast


def test_a_click_that_comes_with_the_end_of_a_job_is_not_lost(pets: Visitor) -> None:
    _go_on.clear()
    state.jobs().start("pets/long", "Long work", long_work)
    pets.run()
    _go_on.set()
    state.jobs().wait("pets/long", PATIENCE)
    pets.click("new_project")
    assert [one.label for one in pets.at.text_input if one.label == "Name"] == ["Name"]
    assert [one.value for one in pets.at.toast] == ["Long work: done"]


def test_the_end_of_a_job_leaves_a_dialog_open(pets: Visitor) -> None:
    _go_on.clear()
    state.jobs().start("pets/import", "Long work", long_work)
    pets.go("data/browse").click("new_project")
    _go_on.set()
    state.jobs().wait("pets/import", PATIENCE)
    pets.tick()
    assert [one.value for one in pets.at.toast] == ["Long work: done"]
    assert "Name" in [one.label for one in pets.at.text_input]
    pets.run()  # as by dismissing it, whereupon the page shows what has changed
    assert "Add photos" in pets.text and "Long work" not in pets.text


def test_a_page_shows_the_end_of_a_job_though_only_a_part_of_it_was_drawn_when_the_dialog_was_dismissed(
    pets: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _go_on.clear()
    state.jobs().start("pets/long", "Long work", long_work)
    pets.go("data/browse")
    with monkeypatch.context() as patch:
        patch.setattr(dialogs, "resting", lambda: True)
        _go_on.set()
        state.jobs().wait("pets/long", PATIENCE)
        assert [one.value for one in pets.tick().at.toast] == ["Long work: done"]
        assert "Add photos" not in pets.text
    assert "Add photos" in pets.tick().text
    assert "Add photos" not in pets.tick().text  # once


def test_a_job_that_failed_stays_until_it_is_dismissed(pets: Visitor) -> None:
    state.jobs().start("pets/failing", "Failing work", failing_work)
    state.jobs().wait("pets/failing", PATIENCE)
    pets.go("data/clean")
    assert f"**Failing work** failed. It went wrong with {HOSTILE}." in pets.text
    pets.click("dismiss pets/failing")
    assert "Failing work" not in pets.text

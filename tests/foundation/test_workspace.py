"""The workspace, its projects and their catalogues."""

import threading

import pytest

from core.errors import BadPath, NotReady
from core.types import Backend
from core.workspace import Project, Workspace


def test_a_new_workspace_has_no_projects(workspace: Workspace) -> None:
    assert workspace.projects() == []


def test_a_project_is_found_again_with_its_settings_and_events(workspace: Workspace) -> None:
    workspace.create("pets").set("seed", 7)
    again = workspace.open("pets")
    assert again.get("seed") == 7 and again.get("nothing", "none") == "none"
    assert [event.text for event in again.events()] == ["Project pets created"]


@pytest.mark.parametrize("name", ["", " ", "two words", "../up", "a/b", ".hidden", "ü", "x" * 101, "a\n"])
def test_a_name_that_rekognition_or_the_disk_would_refuse_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(BadPath):
        workspace.create(name)
    assert workspace.projects() == []


@pytest.mark.parametrize(("name", "near"), [
    ("My pets", "My-pets"), ("../up", "up"), ("a/b", "a-b"), ("Kühe 2", "K-he-2"), ("x" * 101, "x" * 100)])
def test_a_name_that_is_refused_comes_with_one_that_is_not(workspace: Workspace, name: str, near: str) -> None:
    with pytest.raises(BadPath, match=f"“{near}” would do."):
        workspace.create(name)
    assert workspace.create(near).name == near


@pytest.mark.parametrize("name", ["", " ", "ü", "..."])
def test_no_name_is_offered_where_nothing_is_left_of_it(workspace: Workspace, name: str) -> None:
    with pytest.raises(BadPath, match=r"no space\.$"):
        workspace.create(name)


def test_a_name_is_taken_whatever_its_case(workspace: Workspace) -> None:
    workspace.create("pets")
    with pytest.raises(BadPath, match="already"):
        workspace.create("Pets")


def test_a_project_that_does_not_exist_can_not_be_opened(workspace: Workspace) -> None:
    with pytest.raises(NotReady):
        workspace.open("../pets")


def test_a_project_starts_on_the_engine(project: Project) -> None:
    assert project.backend == Backend() and project.backend.is_engine
    project.set("backend", {"profile": "work", "region": "eu-west-1"})
    assert project.backend.title == "AWS: work, eu-west-1"


def test_a_transaction_that_fails_changes_nothing(project: Project) -> None:
    with pytest.raises(ZeroDivisionError), project.catalogue() as rows:
        rows.execute("INSERT INTO setting VALUES ('half', '1')")
        1 / 0  # noqa: B018
    assert project.get("half") is None


def test_many_threads_write_to_one_catalogue_and_lose_nothing(project: Project) -> None:
    writers = [threading.Thread(target=project.note, args=("test", str(number))) for number in range(24)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert {event.text for event in project.events(100)} >= {str(number) for number in range(24)}


def test_members_that_are_added_to_a_setting_at_once_are_all_kept(project: Project) -> None:
    writers = [threading.Thread(target=project.add_to, args=("seen", str(number), number)) for number in range(24)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert project.get("seen") == {str(number): number for number in range(24)}


def test_of_the_members_of_a_setting_the_newest_are_kept_and_one_can_be_taken_out(project: Project) -> None:
    for member in ("a", "b", "a", "c"):
        project.add_to("models", member, member.upper(), most=2)
    assert project.get("models") == {"a": "A", "c": "C"}
    project.take_from("models", "a")
    project.take_from("models", "never there")
    assert project.get("models") == {"c": "C"}


def test_deleting_a_project_removes_its_folder_only(workspace: Workspace, project: Project) -> None:
    workspace.create("birds")
    workspace.delete("pets")
    assert workspace.projects() == ["birds"] and not project.folder.exists()

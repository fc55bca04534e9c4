from __future__ import annotations

from pytest import MonkeyPatch
from visitor import Visitor


def test_a_damaged_project_is_told_on_its_pages_and_another_can_be_chosen(visitor: Visitor) -> None:
    damaged = visitor.workspace.create("cats")
    visitor.workspace.create("dogs")
    (damaged.folder / "catalogue.sqlite").write_bytes(b"no catalogue " * 1000)
    visitor.go("data/browse", "cats")
    assert "catalogue.sqlite is damaged" in visitor.errors[0]
    visitor.at.sidebar.selectbox[0].set_value("dogs")
    visitor.run()
    assert not visitor.errors and visitor.title == "Browse"


def test_a_workspace_that_can_not_be_written_to_is_told_and_looked_at_again(visitor: Visitor) -> None:
    visitor.workspace.jobs.write_text("no folder")
    visitor.go("start/overview")
    assert str(visitor.workspace.jobs) in visitor.errors[0] and "REKOLAB_HOME" in visitor.errors[0]
    assert visitor.links["Look again"] == "overview"
    visitor.workspace.jobs.unlink()
    assert "Load the sample" in visitor.run().buttons


def test_a_setting_that_is_none_is_told_in_place_of_the_pages(visitor: Visitor, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setenv("REKOLAB_UNIT_HOUR_USD", "four")
    visitor.go("start/overview")
    assert "REKOLAB_UNIT_HOUR_USD is “four”, and must be a number" in visitor.errors[0]
    monkeypatch.delenv("REKOLAB_UNIT_HOUR_USD")
    assert "Load the sample" in visitor.run().buttons

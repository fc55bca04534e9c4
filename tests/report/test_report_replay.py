from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.dataset.recording import Labelling
from core.errors import BadReport
from core.jobs import Progress
from core.report import gathering, making, record, recorded, replaying
from core.report.__main__ import main
from core.report.bundle import RECORD
from core.report.contents import Contents
from core.report.outcomes import Outcome


@pytest.fixture(scope="module")
def files(told: Contents) -> dict[str, bytes]:
    return making.files(gathering.measured(told, Progress()))


@pytest.fixture
def report(files: dict[str, bytes], tmp_path: Path) -> Path:
    """A report as a folder that a test may spoil."""
    for name, data in files.items():
        (tmp_path / "report" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "report" / name).write_bytes(data)
    return tmp_path / "report"


@pytest.fixture
def originals(told: Contents, tmp_path: Path) -> Path:
    """The originals, under other names and in other folders than in the project."""
    folder = tmp_path / "somewhere" / "else"
    folder.mkdir(parents=True)
    for number, photo in enumerate(told.photos):
        shutil.copyfile(photo.path, folder / f"IMG_{number:04}")
    return folder.parent


def states(outcomes: list[Outcome]) -> dict[str, str]:
    return {outcome.what: outcome.state for outcome in outcomes}


def change(report: Path, edit: Callable[[dict], None]) -> None:
    told = json.loads((report / RECORD).read_bytes())
    edit(told)
    (report / RECORD).write_text(json.dumps(told))


def test_with_the_originals_everything_comes_out_the_same(report: Path, originals: Path) -> None:
    outcomes = replaying.replay(report, originals)
    assert set(states(outcomes).values()) == {"same"}
    assert {"Originals", "Cleaned copies", "Manifest, training", "Manifest, testing", "Answers", "Figures",
            "predictions.csv", "plots/thresholds.svg"} <= set(states(outcomes))


def test_without_them_all_but_the_copies_does_offline(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket", None)
    found = states(replaying.replay(report))
    assert found.pop("Cleaned copies") == "not possible"
    assert set(found.values()) == {"same"}


def test_an_original_that_is_absent_is_named(report: Path, originals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (originals / "else" / "IMG_0001").unlink()
    found = {outcome.what: outcome for outcome in replaying.replay(report, originals)}
    assert found["Originals"].state == found["Cleaned copies"].state == "not possible"
    assert "not there: " in found["Originals"].detail
    assert found["Manifest, training"].state == "same"
    assert main(["replay", str(report), "--photos", str(originals)]) == 2


def test_a_copy_that_comes_out_otherwise_is_named_and_so_are_its_lines(report: Path, originals: Path) -> None:
    def edit(told: dict) -> None:
        told["cleaning"]["recipe"]["longest"] = 640

    change(report, edit)
    found = {outcome.what: outcome for outcome in replaying.replay(report, originals)}
    assert found["Cleaned copies"].state == "differs"
    assert "<script>alert('x')<b>.jpg" in found["Cleaned copies"].detail
    assert "differs" in (found["Manifest, training"].state, found["Manifest, testing"].state)


@pytest.mark.parametrize(("edit", "apart"), [
    (lambda told: told["photos"][0]["labels"].__setitem__(0, "dog"), "Manifest"),
    (lambda told: told["split"].__setitem__("seed", 4), "Split, train side"),
    (lambda told: told["evaluation"]["figures"]["accuracy"].__setitem__("low", 0.5), "Figures"),
    (lambda told: told["evaluation"]["predictions"][0]["scores"].__setitem__("cat", 61.0), "Answers"),
    (lambda told: told["evaluation"]["thresholds"].__setitem__("cat", 10.0), "Answers"),
    (lambda told: told["manifests"]["training"].__setitem__("text", "{}\n"), "Manifest, training"),
    (lambda told: told["manifests"]["training"].__setitem__("sha256", "0" * 64), "Manifest, training"),
])
def test_what_the_record_says_otherwise_is_named(
    report: Path, edit: Callable[[dict], None], apart: str, capsys: pytest.CaptureFixture[str]
) -> None:
    change(report, edit)
    assert any(what.startswith(apart) for what, state in states(replaying.replay(report)).items()
               if state == "differs")
    assert main(["replay", str(report)]) == 1
    assert "Not the same: " in capsys.readouterr().out


def test_the_figure_that_differs_is_named(report: Path) -> None:
    change(report, lambda told: told["evaluation"]["figures"]["accuracy"].__setitem__("low", 0.5))
    found = {outcome.what: outcome for outcome in replaying.replay(report)}
    assert found["Figures"].detail == "figures.accuracy.low"


def test_the_manifests_come_out_with_the_account_hidden_and_with_it(told: Contents) -> None:
    from core.report.options import Options

    bucket = f"rekolab-custom-labels-{told.account}-us-east-1"
    built = replace(told.built, bucket=bucket, training=told.built.training.replace(told.built.bucket, bucket),
                    testing=told.built.testing.replace(told.built.bucket, bucket))
    for asked, shown in ((False, "*" * 12), (True, told.account)):
        text = record.dump(replace(told, built=built, options=Options(account=asked)))
        again = recorded.build(recorded.read(text.encode()))
        assert again.training == json.loads(text)["manifests"]["training"]["text"]
        assert f"rekolab-custom-labels-{shown}-us-east-1" in again.training


def test_a_project_in_which_nothing_is_done_replays_too(told: Contents, tmp_path: Path) -> None:
    nothing = replace(told, photos=(), copies=(), classes={}, built=None, verdict=None, model=None, trial=None,
                      labelling=Labelling())
    for name, data in making.files(nothing).items():
        (tmp_path / name).write_bytes(data)
    assert set(states(replaying.replay(tmp_path)).values()) == {"not possible"}
    assert main(["replay", str(tmp_path)]) == 0


def test_what_is_no_record_is_said(report: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("", "[]", '{"format": "rekolab-run-record/1"}', '{"format": "rekolab-run-record/2"}'):
        (report / RECORD).write_text(text)
        with pytest.raises(BadReport):
            replaying.replay(report)
        assert main(["replay", str(report)]) == 2
    assert main(["replay", str(report), "--photos", str(report / "nowhere")]) == 2
    assert "is no folder" in capsys.readouterr().err


def test_whatever_a_record_lacks_is_said_in_plain_words(report: Path) -> None:
    whole = json.loads((report / RECORD).read_text("utf-8"))
    refused = 0
    for path in members(whole):
        for value in (None, "?"):
            told = copy.deepcopy(whole)
            within = told
            for name in path[:-1]:
                within = within[name]
            within[path[-1]] = value
            (report / RECORD).write_text(json.dumps(told), "utf-8")
            try:
                replaying.replay(report)
            except BadReport as error:
                refused += 1
                assert str(error).startswith(("The run record can not be read", "The run record is "))
    assert refused > 10


def members(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of every member of a JSON value, of a list's first only."""
    for name, held in value.items() if isinstance(value, dict) else list(enumerate(value))[:1]:
        yield (*path, name)
        if isinstance(held, dict | list):
            yield from members(held, (*path, name))

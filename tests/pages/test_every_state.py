"""Every state that AWS's model lists, of a model, a project or a dataset, on every page that shows it.

The states are botocore's own, so that one which AWS adds is tried by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import botocore.session
import pytest
from visitor import Visitor

from core.aws import evaluations, projects, states, tags, training, versions
from core.aws.projects import DatasetState, RekognitionProject
from core.dataset import models
from core.types import Evaluation, LabelResult, Version

ARN = "arn:aws:rekognition:us-east-1:123456789012:project/pets"
EVALUATED = Evaluation(1.0, 1.0, 1.0, (LabelResult("cat", 0.5, 1.0, 1.0, 1.0, 4),), 8, 4)
RUNNING = ("STARTING", "RUNNING", "STOPPING")
STARTABLE = ("TRAINING_COMPLETED", "STOPPED", "COPYING_COMPLETED", "FAILED")

Shown = Callable[[str, str], Visitor]


def listed(shape: str) -> list[str]:
    return list(botocore.session.get_session().get_service_model("rekognition").shape_for(shape).enum)


def made() -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(hours=3)


def model(status: str) -> Version:
    """A model in that state, with what AWS says of one in it."""
    trained = status not in ("TRAINING_IN_PROGRESS", "TRAINING_FAILED", "COPYING_IN_PROGRESS", "COPYING_FAILED")
    return Version(f"{ARN}/version/one/1", "pets", "one", status, f"AWS's own words on {status}", made(),
                   f1=1.0 if trained else None, billable_seconds=60 if trained else None,
                   trained=made() if trained else None, summary_uri="s3://out/summary.json" if trained else None)


def project(status: str = "CREATED", dataset: str | None = None) -> RekognitionProject:
    one = DatasetState(dataset or "", f"AWS's own words on {dataset}")
    found = dict.fromkeys(("TRAIN", "TEST"), one) if dataset else {}
    arns = {kind: f"{ARN}/dataset/{kind.lower()}/1" for kind in found}
    return RekognitionProject("pets", f"{ARN}/1", status, made(), arns, found)


@pytest.fixture
def shown(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> Shown:
    """`shown(page, status)` opens the page of a project whose one model is in that state."""

    def show(page: str, status: str) -> Visitor:
        one = model(status)
        monkeypatch.setattr(versions, "list_versions", lambda *_: [one])
        monkeypatch.setattr(models, "models", lambda *_: [one])
        monkeypatch.setattr(versions, "describe", lambda *_: one)
        monkeypatch.setattr(versions, "description", lambda *_: {"StatusMessage": one.message})
        monkeypatch.setattr(training, "evaluation", lambda *_: EVALUATED)
        monkeypatch.setattr(evaluations.training, "evaluation", lambda *_: EVALUATED)
        visitor.workspace.create("pets")
        return visitor.go(page, "pets")

    return show


@pytest.mark.parametrize("status", listed("ProjectVersionStatus"))
def test_versions_shows_the_word_and_what_can_be_done(shown: Shown, status: str) -> None:
    visitor, known = shown("model/versions", status), states.of_model(status)
    [badge] = [one.value for one in visitor.at.main.markdown if "-badge[" in one.value]
    assert badge.endswith(f"-badge[{status.replace('_', ' ').lower()}]")
    keys = {str(one.key).split(" ")[0] for one in visitor.at.main.button if one.key}
    assert ("start" in keys) == (status in STARTABLE) == ("start" in known.can)
    assert ("stop" in keys) == (status in ("STARTING", "RUNNING")) == ("stop" in known.can)
    assert ("copy" in keys) == ("copy" in known.can)
    assert ("delete" in keys) == bool(known.can & {"delete", "stop"})
    if known.tone == "bad":
        assert f"AWS's own words on {status}" in visitor.text
    assert not visitor.errors


@pytest.mark.parametrize("status", listed("ProjectVersionStatus"))
def test_predict_asks_a_running_model_only_and_says_why_not_another(shown: Shown, status: str) -> None:
    visitor = shown("model/predict", status)
    if model(status).f1 is None:
        assert visitor.links == {"Train one": "train"}
    elif status == "RUNNING":
        assert visitor.at.get("file_uploader")
    else:
        assert f"one is {states.of_model(status).word}. A model answers only while it runs." in visitor.text
        assert states.of_model(status).meaning in visitor.text
        assert any(str(one.key).startswith("start ") for one in visitor.at.main.button) == (status in STARTABLE)


@pytest.mark.parametrize("status", listed("ProjectVersionStatus"))
def test_train_shows_the_model_and_its_state(shown: Shown, status: str) -> None:
    visitor = shown("model/train", status)
    training_now = status == "TRAINING_IN_PROGRESS"
    assert ("one has been training for" in visitor.text) == training_now
    assert training_now or f"{states.of_model(status).word.capitalize()}, made 3 h " in visitor.text
    if model(status).f1 is None:
        assert f"AWS's own words on {status}" in visitor.text


@pytest.mark.parametrize("status", listed("ProjectVersionStatus"))
def test_the_meter_shows_what_aws_bills_for_and_stops_what_can_be_stopped(shown: Shown, status: str) -> None:
    visitor = shown("data/browse", status)
    aside = [one.key for one in visitor.at.sidebar.button if one.key]
    assert ("No model is running." in visitor.text) == (status not in RUNNING)
    assert (f"meter stop {ARN}/version/one/1" in aside) == (status in ("STARTING", "RUNNING"))
    assert ("Stopping …" in visitor.text) == (status == "STOPPING")


@pytest.mark.parametrize("status", listed("ProjectVersionStatus"))
def test_the_overview_says_how_training_and_running_stand(shown: Shown, status: str) -> None:
    visitor = shown("start/overview", status)
    assert ("one is training" in visitor.text) == (status == "TRAINING_IN_PROGRESS")
    assert ("The last training failed" in visitor.text) == (status == "TRAINING_FAILED")
    assert ("one is being copied" in visitor.text) == (status == "COPYING_IN_PROGRESS")
    assert ("The last copy failed" in visitor.text) == (status == "COPYING_FAILED")
    assert ("one has failed" in visitor.text) == (status == "FAILED")
    assert (f"one is {status.lower()}" in visitor.text) == (status in RUNNING)
    assert ("nobody has said until when" in visitor.text) == (status in ("STARTING", "RUNNING"))


@pytest.mark.parametrize("status", listed("ProjectVersionStatus"))
def test_evaluate_offers_a_running_model_only(shown: Shown, status: str) -> None:
    visitor = shown("results/evaluate", status)
    assert ("No model of this project is running." in visitor.text) == (status != "RUNNING")


def opened(shown: Shown, monkeypatch: pytest.MonkeyPatch, found: RekognitionProject) -> Visitor:
    """Versions, with what AWS knows of the project unfolded."""
    monkeypatch.setattr(projects, "list_projects", lambda *_: [found])
    monkeypatch.setattr(projects, "find_project", lambda *_: found)
    visitor = shown("model/versions", "STOPPED")
    visitor.at.session_state["versions_project"] = True
    return visitor.run()


@pytest.mark.parametrize("status", listed("ProjectStatus"))
def test_versions_shows_the_state_of_the_project_and_copies_into_none_but_a_usable_one(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    visitor = opened(shown, monkeypatch, project(status))
    assert f"-badge[{states.of_project(status).word}]" in visitor.text
    assert states.of_project(status).meaning in visitor.text
    other = RekognitionProject("other", f"{ARN.replace('pets', 'other')}/1", status, made(), {})
    monkeypatch.setattr(projects, "list_projects", lambda *_: [project(), other])
    monkeypatch.setattr(tags, "tags_of", lambda *_: {})
    visitor.click(f"copy {ARN}/version/one/1")
    assert ("other" in visitor.at.selectbox(key="copy_project").options) == (status == "CREATED")


@pytest.mark.parametrize("status", listed("DatasetStatus"))
def test_versions_shows_the_state_of_both_datasets(
    shown: Shown, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    visitor, known = opened(shown, monkeypatch, project(dataset=status)), states.of_dataset(status)
    assert visitor.text.count(f"-badge[{known.word}]") == 2
    assert visitor.text.count(known.meaning) >= 2
    assert (f"AWS's own words on {status}" in visitor.text) == status.endswith("_FAILED")


@pytest.mark.parametrize("status", listed("ProjectStatus"))
def test_train_copes_with_a_project_in_any_state(shown: Shown, monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    monkeypatch.setattr(projects, "list_projects", lambda *_: [project(status, "CREATE_FAILED")])
    assert "pets" in shown("model/train", "STOPPED").text


@pytest.mark.parametrize("page", ["model/versions", "model/predict", "model/train", "start/overview", "data/browse"])
def test_a_state_that_aws_adds_later_ends_no_page(shown: Shown, page: str) -> None:
    visitor = shown(page, "BEING_AUDITED")
    if page in ("model/versions", "model/predict"):
        assert "being audited" in visitor.text

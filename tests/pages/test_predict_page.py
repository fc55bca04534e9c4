from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from page_photos import HOSTILE, photo
from PIL import Image
from shelter import Shelter
from visitor import Visitor

from core.aws import deadlines, prediction, versions
from core.dataset import models
from core.errors import translate
from core.ui.words import size


@pytest.fixture
def ready(keeper: Visitor, shelter: Shelter) -> Visitor:
    """The page with a running model."""
    shelter.let_run()
    return keeper.go("model/predict", "shelter")


def drop(visitor: Visitor, data: bytes, name: str = "one.jpg") -> Visitor:
    visitor.at.file_uploader(key="predict_photo").upload(name, data, "image/jpeg")
    return visitor.run()


def headline(visitor: Visitor) -> str:
    """The answer in large."""
    return visitor.at.main.header[0].value


def test_without_a_model_the_page_leads_to_training(visitor: Visitor) -> None:
    visitor.workspace.create("untrained")
    visitor.go("model/predict")
    assert "There is no trained model yet." in visitor.text
    assert visitor.links == {"Train one": "train"}


def test_a_stopped_model_offers_its_start_with_price_and_deadline(keeper: Visitor, shelter: Shelter) -> None:
    keeper.go("model/predict", "shelter")
    assert "one is stopped. A model answers only while it runs." in keeper.text
    assert not keeper.at.file_uploader
    keeper.click(f"start {shelter.arn}")
    assert keeper.at.radio[0].label == "Stop it after"
    assert deadlines.known(shelter.workspace) == []


def test_the_chosen_model_stays_chosen_while_its_state_changes(
    keeper: Visitor, shelter: Shelter, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = versions.describe(shelter.clients, shelter.arn)
    for status in ("STOPPED", "STARTING"):
        two = replace(one, arn=one.arn.replace("/one/", "/two/"), name="two", status=status)
        monkeypatch.setattr(models, "models", lambda *_, two=two: [one, two])
        monkeypatch.setattr(versions, "describe", lambda *_, two=two: two)
        if status == "STOPPED":
            keeper.go("model/predict", "shelter").at.selectbox(key="predict_model").select("two")
        keeper.run()
        assert f"two is {status.lower()}. A model answers only while it runs." in keeper.text
    monkeypatch.setattr(models, "models", lambda *_: [replace(one, status="RUNNING"), two])
    assert keeper.run().at.selectbox(key="predict_model").value == "one"


def test_a_dropped_photo_gets_its_label_and_how_sure_that_is(ready: Visitor) -> None:
    data = photo(0, 21)
    drop(ready, data, "new cat.jpg")
    assert headline(ready) == "cat"
    assert "% sure; the threshold is 50.4 %." in ready.text
    assert {"new cat.jpg", f"Sent as 256 x 192 pixels, {size(len(data))}, as it is."} <= set(ready.text.splitlines())
    assert len(ready.at.get("plotly_chart")) == 1
    assert ready.links == {"Measure it on a folder of photos": "evaluate"}


def test_a_hostile_label_is_shown_letter_for_letter(ready: Visitor) -> None:
    drop(ready, photo(1, 21), f"{HOSTILE}.jpg")
    assert HOSTILE in ready.text.splitlines()
    assert not any(HOSTILE in source for source in ready.markdown)
    drawn = json.dumps(json.loads(ready.at.get("plotly_chart")[0].proto.spec), ensure_ascii=False)
    assert "&lt;img src=x&gt;" in drawn and "<img" not in drawn


def test_request_and_response_can_be_read(ready: Visitor) -> None:
    drop(ready, photo(0, 21))
    request, response = (json.loads(one.value) for one in ready.at.main.code)
    assert request["MinConfidence"] == 0
    assert {label["Name"] for label in response["CustomLabels"]} == {"cat", HOSTILE}


def test_a_photo_that_is_too_large_is_shrunk_and_the_page_says_so(ready: Visitor) -> None:
    drop(ready, photo(0, 21, (4200, 900)))
    assert "shrunk from 4200 x 900 to 1280 x 274." in ready.text


def test_a_threshold_for_all_labels_needs_no_new_call(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(ready, photo(0, 21))
    monkeypatch.setattr(prediction, "detect", None)
    ready.at.toggle(key="predict_own").set_value(True)
    ready.run()
    ready.at.slider(key="predict_least").set_value(100)
    ready.run()
    assert headline(ready) == ":gray[Unknown]"
    assert "Nearest is cat with " in ready.text and "which needs 100.0 %." in ready.text


@pytest.mark.parametrize(("data", "said"), [
    (b"no picture at all", "image"), (photo(0, 1)[:2000], "cut"), (photo(0, 1, (2000, 70)), "Crop it first")])
def test_what_can_not_be_asked_about_is_said_and_another_photo_can_be_dropped(
    ready: Visitor, data: bytes, said: str
) -> None:
    drop(ready, data)
    assert len(ready.errors) == 1 and said in ready.errors[0]
    ready.at.file_uploader(key="predict_photo").set_value([])
    drop(ready, photo(0, 21))
    assert ready.errors == [] and headline(ready) == "cat"


def test_another_kind_of_file_is_converted(ready: Visitor) -> None:
    file = io.BytesIO()
    Image.open(io.BytesIO(photo(0, 21))).save(file, "GIF")
    drop(ready, file.getvalue(), "cat.jpg")
    assert "converted from GIF to JPEG." in ready.text
    assert headline(ready) == "cat"


def test_a_model_that_was_stopped_meanwhile_is_said_with_its_way_on(
    ready: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise translate("ResourceNotReadyException", "DetectCustomLabels", "")

    monkeypatch.setattr(prediction, "detect", gone)
    drop(ready, photo(0, 22))
    assert ready.errors == ["DetectCustomLabels: The model is not running. A model answers only after it has been "
                            "started."]
    assert ready.links == {"Open the versions": "versions"}

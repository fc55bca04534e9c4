from __future__ import annotations

import io
import json
import shlex
from collections.abc import Iterator
from dataclasses import replace

import pytest
from page_photos import HOSTILE, LABELS, photo
from PIL import Image
from shelter import Shelter
from visitor import Visitor

from core.aws import clients as aws
from core.aws import deadlines, prediction, storage, versions
from core.dataset import models
from core.errors import translate
from core.evaluation import reviewing, threshold_sets
from core.types import Backend
from core.ui.words import plain, size


@pytest.fixture
def ready(keeper: Visitor, shelter: Shelter) -> Iterator[Visitor]:
    """The page with a running model, and a queue that is empty before and after."""
    shelter.let_run()
    yield keeper.go("model/predict", "shelter")
    with shelter.project.catalogue() as rows:
        rows.execute("DELETE FROM review")


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
    request, response = (json.loads(one.value) for one in ready.at.main.code[:2])
    assert request["MinConfidence"] == 0
    assert {label["Name"] for label in response["CustomLabels"]} == {"cat", HOSTILE}


def test_a_photo_that_is_too_large_is_shrunk_and_the_page_says_so(ready: Visitor) -> None:
    drop(ready, photo(0, 21, (4200, 900)))
    assert "shrunk from 4200 x 900 to 1280 x 274." in ready.text


def test_a_threshold_for_all_labels_needs_no_new_call(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(ready, photo(0, 21))
    monkeypatch.setattr(prediction, "detect", None)
    ready.at.selectbox(key="predict_thresholds").select("One for all labels")
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


def test_objects_are_framed_where_they_are_as_far_as_they_reach_their_threshold(
    ready: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    boxes = [(HOSTILE, 97.25, (0.5, 0.25, 0.25, 0.5)), ("cat", 80.0, (-0.01, 0.0, 0.51, 1.2)),
             ("cat", 20.0, (0.0, 0.0, 1.0, 1.0))]
    response = {"CustomLabels": [
        {"Name": name, "Confidence": sure, "Geometry": {"BoundingBox": dict(zip(
            ("Left", "Top", "Width", "Height"), box, strict=True))}} for name, sure, box in boxes]}
    asked = aws.connect(ready.workspace.open("shelter").home, Backend()).rekognition
    monkeypatch.setattr(asked, "detect_custom_labels", lambda **_: response)  # as a model of objects answers on AWS
    drop(ready, photo(0, 77))
    (shown,) = [json.loads(one.proto.json) for one in ready._nodes() if getattr(one, "key", "") == "predict_located"]
    assert (shown["width"], shown["height"]) == (256, 192)
    assert [tuple(one[part] for part in ("label", "sure", "left", "top", "width", "height")) for one in shown["found"]
            ] == [("cat", "80.0 %", 0, 0, 128, 192), (HOSTILE, "97.2 %", 128, 48, 64, 96)]
    assert f"2 objects: {HOSTILE} (1), cat (1). 1 more is below the threshold." in ready.text
    assert json.loads(ready.at.main.code[1].value)["CustomLabels"] == response["CustomLabels"]


def test_a_model_that_was_stopped_meanwhile_is_said_with_its_way_on(
    ready: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        raise translate("ResourceNotReadyException", "DetectCustomLabels", "")

    monkeypatch.setattr(prediction, "detect", gone)
    drop(ready, photo(0, 22))
    assert ready.errors == ["DetectCustomLabels: The model is not running. A model answers only after it has been "
                            "started."]
    assert ready.links["Open the versions"] == "versions"
    assert reviewing.count(ready.workspace.open("shelter")) == 0


def test_several_photos_each_have_a_row_and_what_fails_does_not_hold_up_the_others(ready: Visitor) -> None:
    for name, data in (("a.jpg", photo(0, 21)), ("b.jpg", b"no picture"), ("c.jpg", photo(1, 21))):
        ready.at.file_uploader(key="predict_photo").upload(name, data, "image/jpeg")
    ready.run()
    assert [one.value for one in ready.at.main.subheader] == ["cat", plain(HOSTILE)]
    assert {"a.jpg", "b.jpg", "c.jpg"} <= set(ready.text.splitlines())
    assert len(ready.at.get("plotly_chart")) == 2 and len(ready.errors) == 1
    assert reviewing.count(ready.workspace.open("shelter")) == 2


def test_the_same_failure_of_several_photos_is_said_once(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise translate("ResourceNotReadyException", "DetectCustomLabels", "")

    monkeypatch.setattr(prediction, "detect", gone)
    for number in range(3):
        ready.at.file_uploader(key="predict_photo").upload(f"{number}.jpg", photo(0, 30 + number), "image/jpeg")
    assert len(ready.run().errors) == 1


def test_saved_thresholds_decide_without_a_new_call(ready: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    project = ready.workspace.open("shelter")
    threshold_sets.save(project, "careful", 100.0, LABELS, "arn")
    try:
        drop(ready, photo(0, 21))
        monkeypatch.setattr(prediction, "detect", None)
        ready.at.selectbox(key="predict_thresholds").select("careful")
        assert headline(ready.run()) == ":gray[Unknown]"
    finally:
        threshold_sets.delete(project, "careful")
        with project.catalogue() as rows:
            rows.execute("DELETE FROM event WHERE text LIKE '%careful%'")


def test_why_hands_the_photo_to_the_card(ready: Visitor) -> None:
    drop(ready, photo(0, 21), "new.jpg")
    ready.click("Why?")
    assert ready.title == "Mistakes"
    assert any("Why cat?" in one.value for one in ready.at.main.subheader)


def test_the_call_is_there_as_code_whatever_the_file_is_called(ready: Visitor) -> None:
    drop(ready, photo(0, 21), "it's $(rm) \"x\".jpg")
    python, shell = (one.value for one in ready.at.main.code[2:])
    compile(python, "copied", "exec")
    assert shlex.split(shell.replace("\\\n", " "))[-8:-6] == ["--image-bytes", "fileb://./it's $(rm) \"x\".jpg"]


def test_a_photo_of_the_project_can_be_asked_about_and_does_not_wait_when_it_has_a_label(ready: Visitor) -> None:
    ready.at.segmented_control(key="predict_way").set_value("This project")
    ready.run()
    tile = ready.tiles("predict_own_tiles")[0]
    ready.choose("predict_own_tiles", opened=tile["id"])
    assert headline(ready) in ("cat", plain(HOSTILE), ":gray[Unknown]")
    assert "Its label is " in ready.text
    assert reviewing.count(ready.workspace.open("shelter")) == 0


def test_photos_in_s3_can_be_picked_by_prefix_and_by_key(ready: Visitor, shelter: Shelter) -> None:
    bucket = storage.bucket_name(shelter.clients, shelter.project)
    storage.ensure_bucket(shelter.clients, bucket)
    keys = ["new/a.jpg", f"new/{HOSTILE}.jpg", "new/notes.txt"]
    for key in keys:
        storage.put_bytes(shelter.clients, bucket, key, photo(0, len(key)), "image/jpeg")
    ready.at.segmented_control(key="predict_way").set_value("S3")
    ready.run()
    ready.at.selectbox(key="predict_bucket").select(bucket)
    ready.at.text_input(key="predict_key").set_value("new/")
    ready.click("Look")
    assert {tile["id"] for tile in ready.tiles("predict_s3_tiles")} == set(keys[:2])
    ready.choose("predict_s3_tiles", opened=keys[1])
    assert keys[1] in ready.text.splitlines() and len(ready.at.main.header) == 1
    ready.at.text_input(key="predict_key").set_value(keys[0])
    ready.click("Look")
    assert keys[0] in ready.text.splitlines()
    ready.at.text_input(key="predict_key").set_value("nowhere/")
    assert "No JPEG, PNG or other photo begins with" in ready.click("Look").text


def test_the_camera_is_a_way_in_as_well(ready: Visitor) -> None:
    ready.at.segmented_control(key="predict_way").set_value("Camera")
    assert len(ready.run().at.get("camera_input")) == 1

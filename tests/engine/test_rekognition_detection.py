from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from rekognition_room import BUCKET, Room, picture


def detect(room: Room, data: bytes, **more: Any) -> dict[str, float]:
    found = room.aws.detect_custom_labels(ProjectVersionArn=room.model, Image={"Bytes": data}, **more)
    assert all(one.keys() == {"Name", "Confidence"} for one in found["CustomLabels"])
    return {one["Name"]: one["Confidence"] for one in found["CustomLabels"]}


def padded(data: bytes, size: int) -> bytes:
    """A JPEG of exactly that many bytes: what follows its end is not read."""
    return data + b"\0" * (size - len(data))


def test_a_new_picture_is_named(trained: Room) -> None:
    for number in range(20, 24):
        assert list(detect(trained, picture("ring", number))) == ["ring"]
        assert list(detect(trained, picture("bars", number, kind="PNG"))) == ["bars"]


def test_minimum_zero_gives_every_label_best_first(trained: Room) -> None:
    found = detect(trained, picture("bars", 21), MinConfidence=0)
    assert list(found) == ["bars", "ring"]
    assert sum(found.values()) == pytest.approx(100, abs=0.01)
    assert found["bars"] > 70


def test_a_minimum_replaces_the_assumed_thresholds(trained: Room) -> None:
    everything = detect(trained, picture("bars", 21), MinConfidence=0)
    assert detect(trained, picture("bars", 21), MinConfidence=100) == {}
    assert list(detect(trained, picture("bars", 21), MinConfidence=everything["bars"])) == ["bars"]
    assert list(detect(trained, picture("bars", 21), MinConfidence=everything["ring"])) == ["bars", "ring"]


def test_results_are_counted(trained: Room) -> None:
    assert list(detect(trained, picture("ring", 22), MinConfidence=0, MaxResults=1)) == ["ring"]
    assert detect(trained, picture("ring", 22), MinConfidence=0, MaxResults=0) == {}


def test_bytes_and_objects_give_the_same_answer(trained: Room) -> None:
    data = trained.objects.kept[BUCKET, "set/ring1.jpg"]
    image = {"S3Object": {"Bucket": BUCKET, "Name": "set/ring1.jpg"}}
    found = trained.aws.detect_custom_labels(ProjectVersionArn=trained.model, Image=image, MinConfidence=0)
    assert {one["Name"]: one["Confidence"] for one in found["CustomLabels"]} == detect(trained, data, MinConfidence=0)


def test_a_photo_is_turned_as_exif_says(trained: Room) -> None:
    upright = Image.open(io.BytesIO(picture("bars", 23, size=(160, 90))))
    files = []
    for image, orientation in ((upright, 1), (upright.rotate(90, expand=True), 6)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        file = io.BytesIO()
        image.save(file, "PNG", exif=exif)
        files.append(detect(trained, file.getvalue(), MinConfidence=0))
    assert files[0] == pytest.approx(files[1])
    lying = io.BytesIO()
    upright.rotate(90, expand=True).save(lying, "PNG")
    assert detect(trained, lying.getvalue(), MinConfidence=0) != pytest.approx(files[0])


@pytest.mark.parametrize(("data", "code"), [
    (b"GIF89a not really", "InvalidImageFormatException"),
    (picture("ring", kind="GIF"), "InvalidImageFormatException"),
    (picture("ring", kind="WEBP"), "InvalidImageFormatException"),
    (picture("ring", size=(640, 480))[:4000], "InvalidImageFormatException"),
    (picture("ring", size=(63, 90)), "InvalidParameterException"),
    (picture("ring", size=(64, 1281)), "InvalidParameterException"),
    (picture("ring", size=(4097, 300)), "ImageTooLargeException"),
    (padded(picture("ring"), 4 * 1024 * 1024 + 1), "ImageTooLargeException"),
    (padded(picture("ring"), 5 * 1024 * 1024 + 1), "ValidationException"),
])
def test_an_image_beyond_the_limits_is_refused(trained: Room, refused: Callable[..., str], data: bytes,
                                               code: str) -> None:
    assert refused(detect, room=trained, data=data) == code


@pytest.mark.parametrize("data", [
    picture("ring", size=(64, 90)), picture("ring", size=(64, 1280)), picture("ring", size=(4096, 300)),
    padded(picture("ring"), 4 * 1024 * 1024)])
def test_an_image_at_the_limits_is_taken(trained: Room, data: bytes) -> None:
    assert len(detect(trained, data, MinConfidence=0)) == 2


def test_an_object_may_be_larger_than_a_request(trained: Room, refused: Callable[..., str]) -> None:
    ask: dict[str, Any] = {"ProjectVersionArn": trained.model, "MinConfidence": 0,
                           "Image": {"S3Object": {"Bucket": BUCKET, "Name": "heavy.jpg"}}}
    trained.put("heavy.jpg", padded(picture("ring"), 15 * 1024 * 1024))
    assert len(trained.aws.detect_custom_labels(**ask)["CustomLabels"]) == 2
    trained.put("heavy.jpg", padded(picture("ring"), 15 * 1024 * 1024 + 1))
    assert refused(trained.aws.detect_custom_labels, **ask) == "ImageTooLargeException"


def test_an_image_is_given_in_one_way(trained: Room, refused: Callable[..., str]) -> None:
    known = {"Bucket": BUCKET, "Name": "set/ring1.jpg"}
    for image, code in (
            ({}, "InvalidParameterException"),
            ({"Bytes": picture("ring"), "S3Object": known}, "InvalidParameterException"),
            ({"S3Object": known | {"Name": "none.jpg"}}, "InvalidS3ObjectException"),
            ({"S3Object": known | {"Bucket": "none"}}, "InvalidS3ObjectException"),
            ({"S3Object": {"Name": "set/ring1.jpg"}}, "InvalidS3ObjectException")):
        ask = {"ProjectVersionArn": trained.model, "Image": image}
        assert refused(trained.aws.detect_custom_labels, **ask) == code


def test_a_model_that_does_not_exist_or_run_does_not_answer(room: Room, refused: Callable[..., str]) -> None:
    project = room.project()
    manifest = {"GroundTruthManifest": room.put_manifest([])}
    room.model = room.train(project, TrainingData={"Assets": [manifest]}, TestingData={"AutoCreate": True})
    assert refused(detect, room=room, data=picture("ring")) == "ResourceNotReadyException"
    room.model += "0"
    assert refused(detect, room=room, data=picture("ring")) == "ResourceNotFoundException"

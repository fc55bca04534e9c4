from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from core.aws.engine_process import Engine
from core.jobs import Progress
from core.report import gathering, record
from core.report.contents import Contents
from core.report.options import Options


def read(contents: Contents) -> dict:
    return json.loads(record.dump(contents))


def test_every_original_and_copy_is_named_with_its_hash(told: Contents) -> None:
    kept = read(told)
    hashes = {photo["name"]: photo["sha256"] for photo in kept["photos"]}
    for photo in told.photos:
        assert hashes[photo.name] == hashlib.sha256(Path(photo.path).read_bytes()).hexdigest()
    copies = {copy["photo"]: copy for copy in kept["cleaning"]["copies"]}
    for copy in told.copies:
        if copy.path:
            name = next(photo.name for photo in told.photos if photo.id == copy.photo_id)
            assert copies[name]["sha256"] == hashlib.sha256(Path(copy.path).read_bytes()).hexdigest()
    assert copies["dog/cut.jpg"]["left_out"]
    assert kept["cleaning"]["recipe"] == {"longest": 1280, "format": "keep", "quality": 90}


def test_split_and_manifests_can_be_made_again(told: Contents) -> None:
    kept = read(told)
    assert kept["split"]["seed"] == 1
    assert len(kept["split"]["train"]) + len(kept["split"]["test"]) == len(told.built.pictures)
    training = kept["manifests"]["training"]
    assert training["sha256"] == hashlib.sha256(told.built.training.encode()).hexdigest()
    assert len(training["text"].splitlines()) == len(kept["split"]["train"])


def test_predictions_and_figures_are_kept_in_full(told: Contents) -> None:
    found = read(told)["evaluation"]
    assert found["predictions"][0] == {
        "photo": "four.jpg", "sha256": None, "truth": "cat", "answer": "Unknown",
        "scores": {"cat": 58.0, "dog": 42.0}, "changes": [], "error": None, "milliseconds": 0.0}
    assert found["figures"]["accuracy"]["value"] == 0.5
    assert found["confusion"] == {"rows": ["cat", "dog"], "columns": ["cat", "dog", "Unknown"],
                                  "counts": [[1, 1, 1], [0, 1, 0]]}
    assert read(told)["model"]["thresholds"] == {"cat": 60.0, "dog": 45.0}
    assert read(told)["costs"]["running_usd"] == 4.0


def test_no_key_and_no_camera_data_is_in_it(told: Contents, engine: Engine) -> None:
    text = record.dump(told)
    assert not [secret for secret in (engine.access_key, engine.secret_key, "SecretCamera", "GPS") if secret in text]


def test_no_secret_is_in_it_wherever_it_was_said(told: Contents, engine: Engine) -> None:
    said = f"The key {engine.access_key} does not exist; aws_secret_access_key = abcdefghijklmnopqrstuvwxyz"
    trial = replace(told.trial, predictions=(replace(told.trial.predictions[0], error=said),))
    text = record.dump(replace(told, trial=trial))
    assert engine.access_key not in text and "abcdefghij" not in text and "(left out)" in text


def test_nobodys_account_is_in_it_unless_it_is_asked_for(told: Contents) -> None:
    said = "User: arn:aws:iam::999988887777:user/me is not authorized"
    trial = replace(told.trial, predictions=(replace(told.trial.predictions[0], error=said),))
    assert "999988887777" not in record.dump(replace(told, trial=trial))
    asked = record.dump(replace(told, trial=trial, options=Options(account=True)))
    assert "999988887777" in asked and told.account in asked


def test_positions_are_in_it_only_where_they_are_asked_for(told: Contents) -> None:
    assert not [photo for photo in read(told)["photos"] if "position" in photo]
    asked = gathering.measured(replace(told, options=Options(places=True)), Progress())
    assert [photo["position"] for photo in read(asked)["photos"] if "position" in photo] == [[52.52, -13.405]]


def test_a_photo_that_was_tried_is_named_with_its_hash(told: Contents) -> None:
    found = read(gathering.measured(told, Progress()))["evaluation"]["predictions"]
    tried = {prediction.name: Path(prediction.path) for prediction in told.trial.predictions}
    assert {one["photo"]: one["sha256"] for one in found} == {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in tried.items()}


def test_the_home_folder_is_hidden_but_not_a_key_in_s3_that_looks_like_it(told: Contents) -> None:
    home = Path.home()
    assert told.hide(f"gone: {home}/photos/a.jpg") == "gone: ~/photos/a.jpg"
    assert told.hide(f"s3://bucket{home}/a.jpg") == f"s3://bucket{home}/a.jpg"


def test_neither_the_account_nor_a_path_of_this_computer_is_in_it(told: Contents) -> None:
    bucket = replace(told.built, training=told.built.training.replace("bucket-", f"rekolab-{told.account}-"))
    text = record.dump(replace(told, built=bucket))
    assert told.account not in text and "rekolab-************-" in text
    assert str(told.thumbnails.parent) not in text and str(Path.home()) not in text


def test_a_project_in_which_nothing_is_done_has_a_record_too(told: Contents) -> None:
    kept = read(replace(told, photos=(), copies=(), built=None, verdict=None, model=None, trial=None))
    assert kept["evaluation"] is None and kept["photos"] == []

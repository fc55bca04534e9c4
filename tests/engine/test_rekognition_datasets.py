from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rekognition_room import BUCKET, CREATED, Room, labelled, until

from core import limits
from core.manifest.codes import MESSAGES
from core.manifest.lines import image_line

BROKEN = {"source-ref": "s3://photos/x.jpg", "class": "cat", "class-metadata": {
    "type": "groundtruth/image-classification", "class-name": "cat", "human-annotated": "yes",
    "creation-date": "2025-05-12T00:00:00"}}


def line(key: str, *labels: str, bucket: str = BUCKET) -> dict:
    return image_line(f"s3://{bucket}/{key}", labels, CREATED)


def boxes(key: str, *labels: str) -> dict:
    """A line with one bounding box for each of `labels`."""
    names = sorted(set(labels))
    return {"source-ref": f"s3://{BUCKET}/{key}", "box": {
        "image_size": [{"width": 100, "height": 100, "depth": 3}],
        "annotations": [{"class_id": names.index(name), "left": 9, "top": 9, "width": 20, "height": 20}
                        for name in labels]},
        "box-metadata": {
            "objects": [{"confidence": 1}] * len(labels), "class-map": {str(i): name for i, name in enumerate(names)},
            "type": "groundtruth/object-detection", "human-annotated": "yes", "creation-date": "2026-01-01T00:00:00"}}


def entries(room: Room, dataset: str, **filters: object) -> list[dict]:
    pages = room.aws.get_paginator("list_dataset_entries").paginate(DatasetArn=dataset, **filters)
    return [json.loads(text) for page in pages for text in page["DatasetEntries"]]


def keys(room: Room, dataset: str, **filters: object) -> list[str]:
    return [entry["source-ref"].split("/", 3)[3] for entry in entries(room, dataset, **filters)]


def counts(room: Room, dataset: str) -> tuple[int, ...]:
    found = room.aws.describe_dataset(DatasetArn=dataset)["DatasetDescription"]["DatasetStats"]
    return tuple(found[name] for name in ("TotalEntries", "LabeledEntries", "ErrorEntries", "TotalLabels"))


def update(room: Room, dataset: str, lines: list) -> dict:
    changes = "".join((item if isinstance(item, str) else json.dumps(item)) + "\n" for item in lines).encode()
    room.aws.update_dataset_entries(DatasetArn=dataset, Changes={"GroundTruth": changes})
    return room.settled(dataset)


def test_a_dataset_is_made_of_a_manifest(room: Room) -> None:
    project = room.project()
    dataset = room.dataset(project, [line("a.jpg", "cat"), line("b.jpg", "dog"), line("c.jpg")])
    found = room.aws.describe_dataset(DatasetArn=dataset)["DatasetDescription"]
    assert (found["Status"], found["StatusMessageCode"]) == ("CREATE_COMPLETE", "SUCCESS")
    assert found["StatusMessage"] == "The dataset was successfully created from the manifest file."
    assert counts(room, dataset) == (3, 2, 0, 2)
    assert "/dataset/train/" in dataset
    shown = room.aws.describe_projects()["ProjectDescriptions"][0]["Datasets"]
    assert [(one["DatasetArn"], one["DatasetType"], one["Status"]) for one in shown] == [
        (dataset, "TRAIN", "CREATE_COMPLETE")]


def test_an_empty_dataset_and_a_copy(room: Room) -> None:
    source = room.dataset(room.project("one"), [line("a.jpg", "cat"), BROKEN])
    other = room.project("two")
    copy = room.aws.create_dataset(ProjectArn=other, DatasetType="TEST", DatasetSource={"DatasetArn": source})
    assert room.settled(copy["DatasetArn"])["Status"] == "CREATE_COMPLETE"
    assert entries(room, copy["DatasetArn"]) == entries(room, source)
    assert counts(room, room.dataset(other, None)) == (0, 0, 0, 0)


def test_lines_that_can_not_be_kept_vanish_and_others_carry_their_errors(room: Room) -> None:
    lines = [line("a.jpg", "cat"), BROKEN, "no json", {"class": 1}, line("a.jpg", "dog"), line("b.jpg"),
             line("c.jpg", "cat"), line("d.jpg", "dog")]
    dataset = room.dataset(room.project(), lines)
    assert keys(room, dataset) == ["a.jpg", "x.jpg", "b.jpg", "c.jpg", "d.jpg"]
    assert counts(room, dataset) == (5, 3, 1, 2)
    kept, flagged, bare, *_ = entries(room, dataset)
    assert kept == line("a.jpg", "cat") | {"cl-metadata": {"is_labeled": True}}
    assert bare["cl-metadata"] == {"is_labeled": False}
    assert "cl-errors" not in bare
    assert "ERROR_NO_VALID_LABEL_ATTRIBUTES" in [error["code"] for error in flagged["cl-errors"]]


def test_entries_are_filtered(room: Room) -> None:
    dataset = room.dataset(room.project(), [
        line("a/1.jpg", "cat"), line("a/2.jpg", "dog"), line("b/3.jpg", "bird"), line("b/4.jpg"), BROKEN])
    assert keys(room, dataset, ContainsLabels=["cat", "bird", "fox"]) == ["a/1.jpg", "b/3.jpg"]
    assert keys(room, dataset, Labeled=True) == ["a/1.jpg", "a/2.jpg", "b/3.jpg"]
    assert keys(room, dataset, Labeled=False) == ["b/4.jpg", "x.jpg"]
    assert keys(room, dataset, SourceRefContains="/b/") == ["b/3.jpg", "b/4.jpg"]
    assert keys(room, dataset, SourceRefContains="%") == []
    assert keys(room, dataset, HasErrors=True) == ["x.jpg"]
    assert len(keys(room, dataset, HasErrors=False)) == 5
    assert keys(room, dataset, Labeled=True, SourceRefContains="a/", ContainsLabels=["dog"]) == ["a/2.jpg"]


def test_entries_come_in_pages_whose_tokens_belong_to_the_filter(room: Room, refused: Callable[..., str]) -> None:
    dataset = room.dataset(room.project(), [line(f"{n}.jpg", "cat" if n % 2 else "dog") for n in range(230)])
    first = room.aws.list_dataset_entries(DatasetArn=dataset)
    assert len(first["DatasetEntries"]) == 100
    assert keys(room, dataset) == [f"{n}.jpg" for n in range(230)]
    assert keys(room, dataset, ContainsLabels=["cat"], MaxResults=7) == [f"{n}.jpg" for n in range(1, 230, 2)]
    assert "NextToken" not in room.aws.list_dataset_entries(DatasetArn=dataset, ContainsLabels=["fox"])
    stolen = {"DatasetArn": dataset, "Labeled": True, "NextToken": first["NextToken"]}
    assert refused(room.aws.list_dataset_entries, **stolen) == "InvalidPaginationTokenException"
    stolen = {"DatasetArn": dataset, "NextToken": first["NextToken"]}
    assert refused(room.aws.list_dataset_labels, **stolen) == "InvalidPaginationTokenException"


def test_labels_are_listed_with_their_entries_and_boxes(room: Room) -> None:
    dataset = room.dataset(room.project(), [line("1", "dog"), line("2", "cat"), boxes("3", "dog", "dog", "cow"),
                                            line("4", "cat", "dog")])
    pages = room.aws.get_paginator("list_dataset_labels").paginate(DatasetArn=dataset, MaxResults=2)
    found = [label for page in pages for label in page["DatasetLabelDescriptions"]]
    assert [(one["LabelName"], one["LabelStats"]["EntryCount"], one["LabelStats"]["BoundingBoxCount"])
            for one in found] == [("cat", 2, 0), ("cow", 1, 1), ("dog", 3, 2)]


def test_a_manifest_that_can_not_be_read_fails_the_dataset(room: Room) -> None:
    dataset = room.dataset(room.project(), ["this is", "no manifest"])
    found = room.aws.describe_dataset(DatasetArn=dataset)["DatasetDescription"]
    assert (found["Status"], found["StatusMessageCode"]) == ("CREATE_FAILED", "CLIENT_ERROR")
    assert found["StatusMessage"] == MESSAGES["ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"]
    assert counts(room, dataset) == (0, 0, 0, 0)


@pytest.mark.parametrize("place", [{"Bucket": "elsewhere", "Name": "m"}, {"Bucket": BUCKET, "Name": "none"},
                                   {"Bucket": BUCKET}])
def test_a_manifest_that_is_not_there_is_refused_at_once(room: Room, refused: Callable[..., str],
                                                         place: dict) -> None:
    source = {"GroundTruthManifest": {"S3Object": place}}
    ask = {"ProjectArn": room.project(), "DatasetType": "TRAIN", "DatasetSource": source}
    assert refused(room.aws.create_dataset, **ask) == "InvalidS3ObjectException"


def test_what_can_not_be_made_is_refused(room: Room, refused: Callable[..., str]) -> None:
    project = room.project()
    dataset = room.dataset(project, None)
    create = room.aws.create_dataset
    assert refused(create, ProjectArn=project, DatasetType="TRAIN") == "ResourceAlreadyExistsException"
    ask = {"ProjectArn": project, "DatasetType": "TEST"}
    assert refused(create, **ask, DatasetSource={}) == "InvalidParameterException"
    both = {"DatasetArn": dataset, "GroundTruthManifest": room.put_manifest([])}
    assert refused(create, **ask, DatasetSource=both) == "InvalidParameterException"
    gone = {"DatasetArn": dataset[:-3] + "000"}
    assert refused(create, **ask, DatasetSource=gone) == "ResourceNotFoundException"
    assert refused(create, ProjectArn=project + "1", DatasetType="TEST") == "ResourceNotFoundException"


def test_an_update_adds_and_replaces_by_source_ref(room: Room) -> None:
    dataset = room.dataset(room.project(), [line("a", "cat"), line("b", "dog")])
    shown = entries(room, dataset)[0]
    found = update(room, dataset, [line("b", "fox"), line("c", "cat"), "not json", shown])
    assert (found["Status"], found["StatusMessageCode"]) == ("UPDATE_COMPLETE", "SUCCESS")
    assert found["LastUpdatedTimestamp"] > found["CreationTimestamp"]
    assert keys(room, dataset) == ["a", "b", "c"]
    assert keys(room, dataset, ContainsLabels=["fox"]) == ["b"]
    assert counts(room, dataset) == (3, 3, 0, 2)


def test_an_update_that_breaks_the_dataset_changes_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = room.dataset(room.project(), [line("a", "cat"), line("b", "dog")])
    found = update(room, dataset, [line("c", "cat", bucket="another")])
    assert (found["Status"], found["StatusMessageCode"]) == ("UPDATE_FAILED", "CLIENT_ERROR")
    assert found["StatusMessage"] == MESSAGES["ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS"]
    assert keys(room, dataset) == ["a", "b"]
    monkeypatch.setattr(limits, "MAX_LABELS", 2)
    assert update(room, dataset, [line("c", "fox")])["StatusMessage"] == MESSAGES["ERROR_MANIFEST_TOO_MANY_LABELS"]
    assert update(room, dataset, [line("a", "dog")])["Status"] == "UPDATE_COMPLETE"


def test_a_fifth_goes_to_the_test_dataset(room: Room) -> None:
    project = room.project()
    train = room.dataset(project, [line(f"{n}.jpg", "cat" if n < 10 else "dog") for n in range(20)])
    test = room.dataset(project, None, "TEST")
    room.aws.distribute_dataset_entries(Datasets=[{"Arn": test}, {"Arn": train}])
    assert room.settled(train)["Status"] == room.settled(test)["Status"] == "UPDATE_COMPLETE"
    assert (counts(room, train), counts(room, test)) == ((16, 16, 0, 2), (4, 4, 0, 2))
    assert sorted(keys(room, train) + keys(room, test)) == sorted(f"{n}.jpg" for n in range(20))


def test_too_few_images_can_not_be_distributed(room: Room) -> None:
    project = room.project()
    train, test = room.dataset(project, [line("1", "cat"), line("2", "dog")]), room.dataset(project, None, "TEST")
    room.aws.distribute_dataset_entries(Datasets=[{"Arn": train}, {"Arn": test}])
    assert room.settled(test)["Status"] == room.settled(train)["Status"] == "UPDATE_FAILED"
    message = MESSAGES["ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE"]
    assert room.settled(train)["StatusMessage"] == message
    assert counts(room, train)[0] == 2


def test_only_a_training_and_an_empty_test_dataset_of_one_project_are_distributed(
        room: Room, refused: Callable[..., str]) -> None:
    one, two = room.project("one"), room.project("two")
    train, test = room.dataset(one, [line("1", "cat")]), room.dataset(one, [line("2", "cat")], "TEST")
    stranger = room.dataset(two, None, "TEST")
    for pair in ((train, train), (train, test), (train, stranger)):
        ask = {"Datasets": [{"Arn": arn} for arn in pair]}
        assert refused(room.aws.distribute_dataset_entries, **ask) == "InvalidParameterException"
    failed = room.dataset(two, ["{"], "TRAIN")
    ask = {"Datasets": [{"Arn": failed}, {"Arn": stranger}]}
    assert refused(room.aws.distribute_dataset_entries, **ask) == "ResourceNotReadyException"


def test_a_deleted_dataset_is_gone(room: Room, refused: Callable[..., str]) -> None:
    project = room.project()
    dataset = room.dataset(project, [line("1", "cat")])
    room.aws.delete_dataset(DatasetArn=dataset)
    until(lambda: room.aws.describe_projects()["ProjectDescriptions"][0]["Datasets"], lambda found: not found)
    for call in (room.aws.describe_dataset, room.aws.list_dataset_entries, room.aws.list_dataset_labels,
                 room.aws.delete_dataset):
        assert refused(call, DatasetArn=dataset) == "ResourceNotFoundException"
    assert counts(room, room.dataset(project, None)) == (0, 0, 0, 0)


def test_a_dataset_under_creation_is_not_ready_and_survives_a_crash(room: Room, refused: Callable[..., str],
                                                                   tmp_path: Path) -> None:
    project = room.project()
    manifest = room.put_manifest([line("1", "cat")])
    with room.objects.held():
        dataset = room.aws.create_dataset(ProjectArn=project, DatasetType="TRAIN",
                                          DatasetSource={"GroundTruthManifest": manifest})["DatasetArn"]
        found = room.aws.describe_dataset(DatasetArn=dataset)["DatasetDescription"]
        assert found["Status"] == "CREATE_IN_PROGRESS"
        assert refused(room.aws.list_dataset_entries, DatasetArn=dataset) == "ResourceNotReadyException"
        assert refused(room.aws.list_dataset_labels, DatasetArn=dataset) == "ResourceNotReadyException"
        assert refused(room.aws.delete_dataset, DatasetArn=dataset) == "ResourceInUseException"
        changes = {"GroundTruth": b"{}"}
        assert refused(room.aws.update_dataset_entries, DatasetArn=dataset, Changes=changes) == "ResourceInUseException"
        assert refused(room.train, project=project) == "ResourceInUseException"
        again = room.crashed(tmp_path / "again")
    try:
        assert again.settled(dataset)["Status"] == "CREATE_COMPLETE"
        assert keys(again, dataset) == ["1"]
    finally:
        again.close()


def test_a_manifest_that_vanishes_before_it_is_read_fails_the_dataset(room: Room) -> None:
    project = room.project()
    manifest = room.put_manifest(labelled(room, ring=1))
    with room.objects.held():
        dataset = room.aws.create_dataset(ProjectArn=project, DatasetType="TRAIN",
                                          DatasetSource={"GroundTruthManifest": manifest})["DatasetArn"]
        del room.objects.kept[BUCKET, manifest["S3Object"]["Name"]]
    assert room.settled(dataset)["Status"] == "CREATE_FAILED"

from __future__ import annotations

from collections.abc import Callable

from rekognition_room import Room, labelled, until


def names(answer: dict) -> list[str]:
    return [found["ProjectArn"].split("/")[1] for found in answer["ProjectDescriptions"]]


def test_a_project_is_created_and_described(room: Room) -> None:
    arn = room.project("pets")
    found = until(lambda: room.aws.describe_projects(ProjectNames=["pets"])["ProjectDescriptions"][0],
                  lambda project: project["Status"] == "CREATED")
    assert found["ProjectArn"] == arn
    assert found["Datasets"] == []
    assert arn.split("/")[2] == str(round(found["CreationTimestamp"].timestamp() * 1000))


def test_a_name_is_used_once(room: Room, refused: Callable[..., str]) -> None:
    room.project("pets")
    assert refused(room.aws.create_project, ProjectName="pets") == "ResourceInUseException"


def test_unknown_names_are_absent_and_no_error(room: Room) -> None:
    room.project("pets")
    assert names(room.aws.describe_projects(ProjectNames=["birds", "pets"])) == ["pets"]


def test_projects_of_another_feature_are_not_here(room: Room, refused: Callable[..., str]) -> None:
    room.project("pets")
    assert names(room.aws.describe_projects(Features=["CONTENT_MODERATION"])) == []
    assert refused(room.aws.create_project, ProjectName="a", Feature="CONTENT_MODERATION") == "AccessDeniedException"
    assert refused(room.aws.create_project, ProjectName="a", AutoUpdate="ENABLED") == "InvalidParameterException"


def test_one_project_more_than_the_quota_is_refused(open_room: Callable[..., Room],
                                                    refused: Callable[..., str]) -> None:
    room = open_room(max_projects=2)
    room.project("a")
    room.project("b")
    assert refused(room.aws.create_project, ProjectName="c") == "LimitExceededException"


def test_projects_come_oldest_first_in_pages(room: Room) -> None:
    for name in ("cc", "aa", "bb"):
        room.project(name)
    first = room.aws.describe_projects(MaxResults=2)
    second = room.aws.describe_projects(MaxResults=2, NextToken=first["NextToken"])
    assert (names(first), names(second)) == (["cc", "aa"], ["bb"])
    assert "NextToken" not in second
    assert names(room.aws.describe_projects(NextToken="")) == ["cc", "aa", "bb"]
    pages = room.aws.get_paginator("describe_projects").paginate(PaginationConfig={"PageSize": 1})
    assert [name for page in pages for name in names(page)] == ["cc", "aa", "bb"]


def test_a_token_is_worth_nothing_elsewhere(room: Room, refused: Callable[..., str]) -> None:
    for name in ("aa", "bb"):
        room.project(name)
    token = room.aws.describe_projects(MaxResults=1)["NextToken"]
    for wrong in ("nonsense", "é", token[:-4] + "AAAA", token + "x", "AAAA"):
        code = refused(room.aws.describe_projects, MaxResults=1, NextToken=wrong)
        assert code == "InvalidPaginationTokenException"
    other = {"ProjectNames": ["aa", "bb"], "MaxResults": 1, "NextToken": token}
    assert refused(room.aws.describe_projects, **other) == "InvalidPaginationTokenException"


def test_a_project_goes_once_it_is_empty(room: Room, refused: Callable[..., str]) -> None:
    arn = room.project("pets")
    dataset = room.dataset(arn, labelled(room, ring=1, bars=1))
    assert refused(room.aws.delete_project, ProjectArn=arn) == "ResourceInUseException"
    room.aws.delete_dataset(DatasetArn=dataset)
    until(lambda: room.aws.describe_projects()["ProjectDescriptions"][0]["Datasets"], lambda found: not found)
    assert room.aws.delete_project(ProjectArn=arn)["Status"] == "DELETING"
    until(lambda: room.aws.describe_projects()["ProjectDescriptions"], lambda found: not found)
    assert refused(room.aws.delete_project, ProjectArn=arn) == "ResourceNotFoundException"


def test_a_project_with_a_model_is_not_deleted(room: Room, refused: Callable[..., str]) -> None:
    arn = room.project("pets")
    asset = {"GroundTruthManifest": room.put_manifest([])}
    version = room.train(arn, TrainingData={"Assets": [asset]}, TestingData={"AutoCreate": True})
    room.reach(version, "TRAINING_FAILED")
    assert refused(room.aws.delete_project, ProjectArn=arn) == "ResourceInUseException"

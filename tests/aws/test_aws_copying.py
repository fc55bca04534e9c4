"""Copies of models and the policies that allow them, by AWS's model and on the engine."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from aws_script import MODEL, PROJECT, Script, model, project_answer

from core.aws import clients as aws
from core.aws import copying, project_policies, projects, storage, tags, versions
from core.aws.calls import Patience
from core.aws.clients import Clients
from core.aws.options import Options
from core.dataset import cleaning, labels, models, sources
from core.errors import AwsError, RekolabError
from core.jobs import Progress
from core.workspace import Project, Workspace

OTHER = PROJECT.replace("pets", "in-use")
COPY = MODEL.replace("pets", "in-use")
ASKED = {"SourceProjectArn": PROJECT, "SourceProjectVersionArn": MODEL, "DestinationProjectArn": OTHER,
         "VersionName": "2026-11-23-1", "OutputConfig": {"S3Bucket": "results", "S3KeyPrefix": "pets/models"}}
ACCOUNT = "arn:aws:iam::111122223333:root"


def copy(clients: Clients) -> str:
    return copying.copy(clients, PROJECT, MODEL, OTHER, "2026-11-23-1", "results", "pets/models")


def test_a_copy_names_both_projects_the_version_and_the_place_for_its_results(script: Script) -> None:
    script.rekognition.add_response("copy_project_version", {"ProjectVersionArn": COPY}, ASKED)
    assert copy(script.clients) == COPY


def test_a_copy_is_given_its_tags_and_its_kms_key(script: Script) -> None:
    script.rekognition.add_response("copy_project_version", {"ProjectVersionArn": COPY},
                                    ASKED | {"Tags": {"team": "birds"}, "KmsKeyId": "alias/photos"})
    given = Options(tags={"team": "birds"}, kms_key="alias/photos")
    assert copying.copy(script.clients, PROJECT, MODEL, OTHER, "2026-11-23-1", "results", "pets/models", given) == COPY


@pytest.mark.parametrize(("given", "words"), [
    (Options(tags={"aws:x": ""}), "AWS's own"), (Options(kms_key="no key"), "A KMS key is named by"),
    (Options(kms_key="arn:aws:kms:eu-west-1:111122223333:alias/x"), "in its own region only")])
def test_what_aws_would_refuse_of_tags_and_key_is_said_before_it_is_asked(
    script: Script, given: Options, words: str
) -> None:
    with pytest.raises(RekolabError, match=words):
        copying.copy(script.clients, PROJECT, MODEL, OTHER, "2026-11-23-1", "results", "pets/models", given)


def test_a_name_that_is_taken_is_refused(script: Script) -> None:
    script.rekognition.add_client_error("copy_project_version", "ResourceInUseException", "the name is taken")
    with pytest.raises(AwsError, match="the name is taken"):
        copy(script.clients)


@pytest.mark.parametrize(("text", "who"), [
    ("111122223333", ACCOUNT), (" 1111-2222-3333 ", ACCOUNT),
    ("arn:aws:iam::111122223333:role/Admin", "arn:aws:iam::111122223333:role/Admin"),
    ("arn:aws-cn:iam::111122223333:user/a/b", "arn:aws-cn:iam::111122223333:user/a/b")])
def test_whom_a_policy_names(text: str, who: str) -> None:
    assert project_policies.principal(text) == who


@pytest.mark.parametrize("text", ["", "*", "11112222333", "arn:aws:s3:::bucket", "ada", '111122223333"'])
def test_nobody_else_is_named_by_a_policy(text: str) -> None:
    with pytest.raises(RekolabError, match="twelve digits"):
        project_policies.principal(text)


def test_the_policy_allows_one_account_to_copy_one_model_and_nothing_else() -> None:
    assert project_policies.policy(MODEL, ACCOUNT)["Statement"] == [{
        "Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "rekognition:CopyProjectVersion",
        "Resource": MODEL}]


@pytest.mark.parametrize(("document", "sentences"), [
    (json.dumps(project_policies.policy(MODEL, ACCOUNT)),
     ["arn:aws:iam::111122223333:root may copy pets/version/2026-11-23-1."]),
    ('{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "x:y", "Resource": ["*"]}}',
     ["everybody may not copy every model."]),
    ("nonsense", ["A policy that Rekolab can not read."]), ("[]", ["A policy that Rekolab can not read."]),
    ('{"Statement": ["x"]}', ["A policy that Rekolab can not read."])])
def test_a_policy_in_words(document: str, sentences: list[str]) -> None:
    assert project_policies.summary(document) == sentences


@pytest.mark.parametrize(("project", "version", "words"), [
    (PROJECT, COPY, "of another project"), ("pets", MODEL, "two ARNs"), (MODEL, PROJECT, "two ARNs"),
    (PROJECT.replace("us-east-1", "eu-west-1"), MODEL.replace("us-east-1", "eu-west-1"), "within its region only"),
    (PROJECT + "\n", MODEL, "two ARNs")])
def test_what_can_not_be_taken_over_is_said_before_aws_is_asked(project: str, version: str, words: str) -> None:
    with pytest.raises(RekolabError, match=words):
        copying.check_source(project, version, "us-east-1")


def test_what_can_be_taken_over_passes() -> None:
    copying.check_source(PROJECT, MODEL, "us-east-1")


@pytest.mark.parametrize("name", ["", "a b", "ä", "a/b", "x" * 256])
def test_names_that_rekognition_refuses_are_refused_with_the_rule(name: str) -> None:
    with pytest.raises(RekolabError, match="letters, digits"):
        copying.check_name(name)


def test_the_command_for_the_other_account_has_every_parameter_that_the_call_needs(script: Script) -> None:
    said = copying.command(PROJECT, MODEL, "one", "theirs", "models")
    service = script.clients.rekognition.meta.service_model
    for member in service.operation_model("CopyProjectVersion").input_shape.required_members:
        option = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in member)
        assert f"-{option} " in said
    assert MODEL in said and "--region us-east-1" in said


def test_allowing_it_twice_is_one_policy(script: Script) -> None:
    asked: dict[str, Any] = {"ProjectArn": PROJECT, "PolicyName": project_policies.policy_name(MODEL, ACCOUNT),
                             "PolicyDocument": json.dumps(project_policies.policy(MODEL, ACCOUNT))}
    script.rekognition.add_response("put_project_policy", {"PolicyRevisionId": "0123"}, asked)
    script.rekognition.add_client_error("put_project_policy", "ResourceAlreadyExistsException", expected_params=asked)
    for _ in range(2):
        project_policies.put_policy(script.clients, PROJECT, MODEL, ACCOUNT)


def test_the_state_of_datasets_comes_with_the_project(script: Script) -> None:
    answer = project_answer(TRAIN=f"{PROJECT}/dataset/train/1")
    answer["ProjectDescriptions"][0]["Datasets"][0] |= {"Status": "CREATE_FAILED", "StatusMessage": "No."}
    script.rekognition.add_response("describe_projects", answer, {"ProjectNames": ["pets"]})
    found = projects.find_project(script.clients, "pets")
    assert found and dict(found.states) == {"TRAIN": projects.DatasetState("CREATE_FAILED", "No.")}


def test_a_copy_that_failed_is_no_copy_and_another_one_is_asked_for(script: Script, monkeypatch: pytest.MonkeyPatch,
                                                                   project: Project) -> None:
    monkeypatch.setattr(aws, "connect", lambda home, backend: script.clients)
    monkeypatch.setattr(storage, "ensure_bucket", lambda *_: None)
    monkeypatch.setattr(projects, "ensure_project", lambda *_: OTHER)
    listed = {"ProjectArn": OTHER, "VersionNames": ["2026-11-23-1"]}
    script.rekognition.add_response("describe_project_versions", {"ProjectVersionDescriptions": [
        model("COPYING_FAILED", COPY, SourceProjectVersionArn=MODEL)]}, listed)
    script.rekognition.add_client_error("copy_project_version", "ResourceInUseException", "the name is taken")
    job = (Progress(), str(project.home), project.name, PROJECT, MODEL, "in-use", "2026-11-23-1", "results", "p")
    with pytest.raises(AwsError, match="the name is taken"):
        copying.copy_model(*job)


@pytest.fixture
def trained(workspace: Workspace, photo_folder: Any, monkeypatch: pytest.MonkeyPatch, engine: Any
            ) -> tuple[Project, Clients, str]:
    """A project with a model on the engine, which other tests use as well, so its name is one of its own."""
    project = workspace.create(f"pets-{uuid.uuid4().hex}")
    clients = aws.engine_clients(engine, lambda: engine)
    monkeypatch.setattr(aws, "connect", lambda home, backend: clients)
    folder: Path = photo_folder(cat=4, dog=4)
    sources.import_folder(Progress(), str(project.home), project.name, str(folder))
    labels.label_by_folder(project)
    cleaning.clean_all(Progress(), str(project.home), project.name)
    arn = models.train(Progress(), str(project.home), project.name, "one")
    versions.wait_for(clients, arn, {"TRAINING_COMPLETED"})
    return project, clients, arn


def test_a_model_is_copied_on_the_engine_and_repeating_the_job_copies_nothing_twice(
    trained: tuple[Project, Clients, str]
) -> None:
    project, clients, arn = trained
    source = projects.find_project(clients, project.name)
    assert source
    bucket = storage.bucket_name(clients, project)
    job = (Progress(), str(project.home), project.name, source.arn, arn, f"{project.name}-used", "copied", bucket,
           "copies", {"tags": {"team": "birds"}, "kms_key": "alias/photos"})
    made = copying.copy_model(*job)
    quick = Patience(seconds=60, first=0.02, longest=0.2)
    copied = versions.wait_for(clients, made, {"COPYING_COMPLETED"}, quick)
    assert copied.f1 is not None and copied.kms_key == "alias/photos"
    assert tags.tags_of(clients, made) == {"team": "birds"}
    assert copying.copy_model(*job) == made
    assert [one.name for one in versions.list_versions(clients, f"{project.name}-used")] == ["copied"]
    assert project.events()[0].text == f"one is being copied to {project.name}-used as copied"


def test_policies_are_put_listed_and_taken_back_on_the_engine(trained: tuple[Project, Clients, str]) -> None:
    project, clients, arn = trained
    source = projects.find_project(clients, project.name)
    assert source
    for who in (ACCOUNT, "arn:aws:iam::111122223333:role/Admin"):
        project_policies.put_policy(clients, source.arn, arn, who)
    found = project_policies.policies(clients, source.arn)
    assert {project_policies.summary(one.document)[0].split(" ")[0] for one in found} == {
        ACCOUNT, "arn:aws:iam::111122223333:role/Admin"}
    for one in found:
        project_policies.delete_policy(clients, source.arn, one)
    assert project_policies.policies(clients, source.arn) == []

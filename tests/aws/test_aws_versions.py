from __future__ import annotations

import datetime as dt

import pytest
from aws_script import AT_ONCE, MODEL, PROJECT, Script, expect_description, model, project_answer

from core.aws import versions
from core.aws.calls import Patience
from core.errors import AwsError, NotFound, NotReady, RekolabError

OTHER = PROJECT.replace("pets", "wheels")


def test_every_field_of_a_description_is_kept() -> None:
    ended = dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)
    version = versions.version_of(model(
        "TRAINING_COMPLETED", TrainingEndTimestamp=ended, BillableTrainingTimeInSeconds=1899,
        EvaluationResult={"F1Score": 0.97, "Summary": {"S3Object": {"Bucket": "out", "Name": "evaluation/sum.json"}}},
        OutputConfig={"S3Bucket": "out", "S3KeyPrefix": "evaluation/"}, MinInferenceUnits=1, MaxInferenceUnits=3))
    assert (version.project, version.name, version.status) == ("pets", "2026-11-23-1", "TRAINING_COMPLETED")
    assert (version.trained, version.f1, version.billable_seconds) == (ended, 0.97, 1899)
    assert (version.min_units, version.max_units) == (1, 3)
    assert version.summary_uri == "s3://out/evaluation/sum.json"
    assert version.output_prefix == "s3://out/evaluation/"


def test_a_model_that_still_trains_has_no_figures() -> None:
    version = versions.version_of(model("TRAINING_IN_PROGRESS"))
    assert (version.f1, version.trained, version.summary_uri, version.min_units) == (None, None, None, None)


def test_all_models_of_all_projects_come_newest_first(script: Script) -> None:
    made = [dt.datetime(2026, 11, day, tzinfo=dt.UTC) for day in (1, 2, 3)]
    arns = [f"{PROJECT.rpartition('/')[0]}/version/v{day}/169" for day in (1, 2, 3)]
    answer = project_answer()
    answer["ProjectDescriptions"].append(answer["ProjectDescriptions"][0] | {"ProjectArn": OTHER})
    script.rekognition.add_response("describe_projects", answer, {})
    script.rekognition.add_response(
        "describe_project_versions",
        {"ProjectVersionDescriptions": [model(arn=arns[1]) | {"CreationTimestamp": made[1]}], "NextToken": "more"},
        {"ProjectArn": PROJECT})
    script.rekognition.add_response(
        "describe_project_versions",
        {"ProjectVersionDescriptions": [model(arn=arns[0]) | {"CreationTimestamp": made[0]}]},
        {"ProjectArn": PROJECT, "NextToken": "more"})
    script.rekognition.add_response(
        "describe_project_versions",
        {"ProjectVersionDescriptions": [model(arn=arns[2]) | {"CreationTimestamp": made[2]}]}, {"ProjectArn": OTHER})
    assert [version.arn for version in versions.list_versions(script.clients)] == [arns[2], arns[1], arns[0]]


def test_a_project_that_does_not_exist_has_no_models(script: Script) -> None:
    script.rekognition.add_response("describe_projects", {"ProjectDescriptions": []}, {"ProjectNames": ["new"]})
    assert versions.list_versions(script.clients, "new") == []


def test_a_project_that_vanishes_while_the_list_is_read_is_left_out(script: Script) -> None:
    script.rekognition.add_response("describe_projects", project_answer(), {})
    script.rekognition.add_client_error("describe_project_versions", "ResourceNotFoundException")
    assert versions.list_versions(script.clients) == []


def test_a_model_that_was_made_again_under_its_name_is_not_taken_for_the_old_one(script: Script) -> None:
    expect_description(script, model(arn=MODEL[:-1] + "0"))
    with pytest.raises(NotFound, match="2026-11-23-1"):
        versions.describe(script.clients, MODEL)


@pytest.mark.parametrize(("units", "most"), [(0, None), (6, None), (-1, None), (1, 6), (3, 2)])
def test_units_outside_one_to_five_are_refused_before_anything_is_sent(
    script: Script, units: int, most: int | None
) -> None:
    with pytest.raises(RekolabError, match="1 to 5 inference units"):
        versions.start(script.clients, MODEL, units, most)


def test_a_start_names_its_units(script: Script) -> None:
    script.rekognition.add_response("start_project_version", {"Status": "STARTING"},
                                    {"ProjectVersionArn": MODEL, "MinInferenceUnits": 2})
    script.rekognition.add_response("start_project_version", {"Status": "STARTING"},
                                    {"ProjectVersionArn": MODEL, "MinInferenceUnits": 1, "MaxInferenceUnits": 5})
    versions.start(script.clients, MODEL, 2)
    versions.start(script.clients, MODEL, 1, 5)


@pytest.mark.parametrize("status", ["STOPPING", "STOPPED", "FAILED", "TRAINING_COMPLETED"])
def test_stopping_what_does_not_run_is_no_error(script: Script, status: str) -> None:
    script.rekognition.add_client_error("stop_project_version", "ResourceInUseException")
    expect_description(script, model(status))
    versions.stop(script.clients, MODEL)


@pytest.mark.parametrize("status", ["STARTING", "RUNNING"])
def test_a_stop_that_is_refused_while_the_model_runs_is_an_error(script: Script, status: str) -> None:
    script.rekognition.add_client_error("stop_project_version", "ResourceInUseException")
    expect_description(script, model(status))
    with pytest.raises(AwsError):
        versions.stop(script.clients, MODEL)


def test_waiting_ends_in_the_state_that_was_asked_for(script: Script) -> None:
    for status in ("STARTING", "STARTING", "RUNNING"):
        expect_description(script, model(status))
    assert versions.wait_for(script.clients, MODEL, {"RUNNING"}, AT_ONCE).status == "RUNNING"


def test_waiting_ends_when_the_model_fails_instead(script: Script) -> None:
    said = "The manifest file contains too many invalid rows."
    expect_description(script, model("TRAINING_FAILED", StatusMessage=said))
    with pytest.raises(AwsError, match="too many invalid rows"):
        versions.wait_for(script.clients, MODEL, {"TRAINING_COMPLETED"}, AT_ONCE)


def test_waiting_for_a_failure_is_possible_too(script: Script) -> None:
    expect_description(script, model("TRAINING_FAILED"))
    wanted = {"TRAINING_COMPLETED", "TRAINING_FAILED"}
    assert versions.wait_for(script.clients, MODEL, wanted, AT_ONCE).status == "TRAINING_FAILED"


def test_waiting_too_long_names_the_model_and_the_state(script: Script) -> None:
    expect_description(script, model("STARTING"))
    expect_description(script, model("STARTING"))
    with pytest.raises(NotReady, match="2026-11-23-1 becoming RUNNING"):
        versions.wait_for(script.clients, MODEL, {"RUNNING"}, Patience(seconds=0.05, sleep=lambda _: None))

from __future__ import annotations

import pytest
from aws_script import PROJECT, Script
from botocore import exceptions as boto

from core.aws.calls import Patience, aws_call, pages, wait_until
from core.errors import AwsError, ModelNotRunning, NotAllowed, NotFound, NotReady, Throttled, Unreachable


@pytest.mark.parametrize(("code", "kind"), [
    ("ResourceNotReadyException", ModelNotRunning),
    ("ResourceNotFoundException", NotFound),
    ("ThrottlingException", Throttled),
    ("AccessDeniedException", NotAllowed),
    ("ExpiredTokenException", NotAllowed),
    ("SomethingNewException", AwsError),
])
def test_an_answer_of_aws_becomes_the_error_of_its_kind(code: str, kind: type[AwsError]) -> None:
    with pytest.raises(kind) as caught, aws_call():
        raise boto.ClientError({"Error": {"Code": code, "Message": "Said so."}}, "DetectCustomLabels")
    assert type(caught.value) is kind
    assert (caught.value.code, caught.value.operation, caught.value.said) == (code, "DetectCustomLabels", "Said so.")
    assert "Said so." in caught.value.message


@pytest.mark.parametrize(("error", "kind", "word"), [
    (boto.NoCredentialsError(), NotAllowed, "aws configure"),
    (boto.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"), NotAllowed, "aws configure"),
    (boto.ProfileNotFound(profile="gone"), NotAllowed, "no such profile"),
    (boto.TokenRetrievalError(provider="sso", error_msg="expired"), NotAllowed, "aws sso login"),
    (boto.UnauthorizedSSOTokenError(), NotAllowed, "aws sso login"),
    (boto.SSOTokenLoadError(error_msg="none"), NotAllowed, "aws sso login"),
    (boto.CredentialRetrievalError(provider="process", error_msg="x"), NotAllowed, "could not be fetched"),
    (boto.ConfigParseError(path="/home/me/.aws/config"), NotAllowed, "can not be read"),
    (boto.EndpointConnectionError(endpoint_url="https://rekognition.moon.amazonaws.com"), Unreachable, "network"),
    (boto.ConnectTimeoutError(endpoint_url="https://x"), Unreachable, "in time"),
    (boto.ReadTimeoutError(endpoint_url="https://x"), Unreachable, "in time"),
    (boto.ConnectionClosedError(endpoint_url="https://x"), Unreachable, "network"),
    (boto.SSLError(endpoint_url="https://x", error="bad"), Unreachable, "secure"),
    (boto.ParamValidationError(report="Missing required parameter"), AwsError, "nothing was sent"),
    (boto.UnknownEndpointError(service_name="s3", region_name="moon"), AwsError, "could not be made"),
])
def test_every_error_of_botocore_itself_is_said_in_plain_words(
    error: Exception, kind: type[AwsError], word: str
) -> None:
    with pytest.raises(AwsError) as caught, aws_call("StartProjectVersion"):
        raise error
    assert type(caught.value) is kind
    assert word in caught.value.message
    assert caught.value.message.startswith("StartProjectVersion: ")


def test_what_a_credential_process_prints_is_not_quoted() -> None:
    with pytest.raises(NotAllowed) as caught, aws_call():
        raise boto.CredentialRetrievalError(provider="custom-process", error_msg="wJalrXUtnFEMI")
    assert "wJalrXUtnFEMI" not in caught.value.message + caught.value.said


def test_a_photo_is_not_quoted_whole() -> None:
    with pytest.raises(AwsError) as caught, aws_call():
        raise boto.ParamValidationError(report="Invalid type for parameter Image.Bytes, value: " + "x" * 100_000)
    assert len(caught.value.message) < 500


def test_errors_that_are_not_awss_pass_through() -> None:
    with pytest.raises(ZeroDivisionError), aws_call():
        1 / 0  # noqa: B018


def test_a_list_is_read_to_its_last_page(script: Script) -> None:
    for token, following in ((None, "second"), ("second", "third"), ("third", None)):
        answer = {"ProjectDescriptions": [{"ProjectArn": f"{PROJECT}{token}"}]}
        script.rekognition.add_response("describe_projects", answer | ({"NextToken": following} if following else {}),
                                        {"NextToken": token} if token else {})
    found = list(pages(script.clients.rekognition, "describe_projects", "ProjectDescriptions"))
    assert [item["ProjectArn"] for item in found] == [f"{PROJECT}{token}" for token in (None, "second", "third")]


def test_waiting_looks_quickly_first_and_ever_more_rarely() -> None:
    pauses: list[float] = []
    answers = iter([None] * 20 + ["there"])
    patience = Patience(seconds=1000, first=0.1, longest=5, sleep=pauses.append)
    assert wait_until(lambda: next(answers), "It", patience) == "there"
    assert pauses[0] == 0.1
    assert pauses == sorted(pauses)
    assert pauses[-1] == 5


def test_waiting_ends_with_a_plain_word_when_it_takes_too_long() -> None:
    pauses: list[float] = []
    with pytest.raises(NotReady, match="Making the dataset takes longer than 60 seconds"):
        wait_until(lambda: None, "Making the dataset", Patience(seconds=60, sleep=pauses.append))
    assert 60 <= sum(pauses) <= 70

"""Every error that AWS's own model lists for the calls that Rekolab makes has a translation and a way on."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import exceptions as boto
from botocore import xform_name

from core import errors
from core.aws import permissions
from core.aws.calls import Patience, aws_call, passes, wait_until
from core.errors import AwsError, NotAllowed, Throttled, Unreachable, translate

ROOT = Path(__file__).parents[2]
SERVICES = ("rekognition", "s3", "sts", "scheduler", "iam", "cloudwatch")
CODE = [*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py")]

# Not in the model: AWS documents these for every service, and botocore has its own list of what throttles.
COMMON = (
    "AccessDeniedException", "ExpiredTokenException", "IncompleteSignature", "InternalFailure",
    "MalformedHttpRequestException", "NotAuthorized", "OptInRequired", "RequestAbortedException",
    "RequestEntityTooLargeException", "RequestExpired", "RequestTimeoutException", "ServiceUnavailable",
    "ThrottlingException", "UnrecognizedClientException", "UnknownOperationException", "ValidationError",
    "ValidationException", "InvalidSignatureException", "InvalidClientTokenId", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException")
S3 = (
    "AccessDenied", "AllAccessDisabled", "AuthorizationHeaderMalformed", "BadDigest", "BucketAlreadyExists",
    "EntityTooLarge", "BucketAlreadyOwnedByYou", "ExpiredToken", "IllegalLocationConstraintException",
    "IncompleteBody", "InternalError", "InvalidAccessKeyId", "InvalidArgument", "InvalidBucketName",
    "InvalidObjectState", "InvalidRequest", "InvalidToken", "NoSuchBucket", "NoSuchKey", "NoSuchVersion",
    "OperationAborted", "PermanentRedirect", "RequestTimeTooSkewed", "RequestTimeout", "ServiceUnavailable",
    "SignatureDoesNotMatch", "SlowDown", "TooManyBuckets", "301", "400", "403", "404", "429", "500", "502", "503",
    "504")


@cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def calls(file: Path) -> set[tuple[str, str]]:
    """(service, method) of the calls in a file: client.s3.put_object, service("iam").get_role, and methods that are
    named to something that gets the client or its name, as `pages` does."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            found |= {(service, node.attr) for service in named(node.value)}
        elif isinstance(node, ast.Call):
            texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            found |= {(service, text) for one in node.args for service in named(one) for text in texts}
    return found


def named(node: ast.AST) -> set[str]:
    """The service that a piece of code names, if any."""
    if isinstance(node, ast.Call):
        return {service for one in node.args for service in named(one)}
    name = node.attr if isinstance(node, ast.Attribute) else node.value if isinstance(node, ast.Constant) else None
    return {str(name)} & {*SERVICES}


@cache
def made() -> set[tuple[str, str]]:
    """(service, operation) of every call that Rekolab makes, and of every permission that it names."""
    said = set().union(*(calls(file) for file in CODE if "engine" not in file.relative_to(ROOT).parts))
    listed = {tuple(need.action.split(":")) for need in permissions.NEEDS}
    return {(service, operation) for service in SERVICES for operation in model(service).operation_names
            if (service, xform_name(operation)) in said or (service, operation) in listed}


def codes(service: str, operation: str) -> set[str]:
    shapes = model(service).operation_model(operation).error_shapes
    return {str(shape.metadata.get("error", {}).get("code") or shape.name) for shape in shapes}


def test_the_calls_are_found() -> None:
    assert {("rekognition", "CreateProjectVersion"), ("rekognition", "DetectCustomLabels"), ("s3", "PutObject"),
            ("s3", "ListObjectsV2"), ("sts", "GetCallerIdentity"), ("scheduler", "CreateSchedule"),
            ("iam", "SimulatePrincipalPolicy"), ("cloudwatch", "GetMetricData")} <= made()


def test_every_error_of_every_call_has_a_translation_with_a_way_on() -> None:
    listed = {code: operation for service, operation in made() for code in codes(service, operation)}
    assert len(listed) > 25
    missing = {code: operation for code, operation in listed.items() if not translate(code, operation, "").cure}
    assert not missing, "core/errors.py says nothing of these"


@pytest.mark.parametrize("code", sorted({*COMMON, *S3}))
def test_what_every_service_can_answer_has_its_own_words_and_a_way_on(code: str) -> None:
    told = translate(code, "PutObject", "")
    assert told.cure
    assert "AWS refused the call" not in told.message


def test_every_call_has_its_permission_listed() -> None:
    """So that the policy which a person copies is enough for all that the app does."""
    listed = {need.action for need in permissions.NEEDS}
    for service, operation in made():
        action = f"{service}:{operation}"
        assert permissions.CALLED_ELSE.get(action, action) in listed | permissions.FREE, f"{action} is not listed"


def own_errors() -> list[type[Exception]]:
    found, waiting = [], [boto.BotoCoreError]
    while waiting:
        found.append(waiting.pop())
        waiting += found[-1].__subclasses__()
    return found


def test_everything_that_botocore_raises_itself_is_said_with_a_way_on() -> None:
    for kind in own_errors():
        error = kind.__new__(kind)
        Exception.__init__(error, "it happened")
        with pytest.raises(AwsError) as caught, aws_call("PutObject"):
            raise error
        assert caught.value.cure, kind


def said_of(error: Exception) -> AwsError:
    with pytest.raises(AwsError) as caught, aws_call("DescribeProjects"):
        raise error
    return caught.value


def answer(code: str, said: str = "", **metadata: Any) -> boto.ClientError:
    about = {"Error": {"Code": code, "Message": said}, "ResponseMetadata": metadata}
    return boto.ClientError(about, "DescribeProjects")


def test_no_network_expired_missing_and_wrong_credentials_and_a_wrong_clock_are_told_apart() -> None:
    offline = said_of(boto.EndpointConnectionError(endpoint_url="https://rekognition.us-east-1.amazonaws.com"))
    expired, signed_out = said_of(answer("ExpiredTokenException")), said_of(boto.UnauthorizedSSOTokenError())
    missing, unknown = said_of(boto.NoCredentialsError()), said_of(answer("UnrecognizedClientException"))
    secret = said_of(answer("SignatureDoesNotMatch", "The request signature we calculated does not match."))
    clock = said_of(answer("RequestTimeTooSkewed"))
    told = [offline, expired, signed_out, missing, unknown, secret, clock]
    assert len({one.message for one in told}) == len(told)
    assert type(offline) is Unreachable and offline.cure == errors.AGAIN
    assert {type(one) for one in told[1:]} == {NotAllowed}
    assert {one.cure for one in told[1:]} == {errors.ACCESS}


@pytest.mark.parametrize("error", [
    answer("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
    answer("InvalidSignatureException", "Signature expired: 20261123T120000Z is now earlier than 20261123T121500Z"),
    answer("SignatureDoesNotMatch", "Signature not yet current: 20261123T130000Z is still later than 20261123T121500Z"),
    boto.SSLError(endpoint_url="https://x", error="certificate verify failed: certificate is not yet valid"),
])
def test_a_wrong_clock_is_recognised_however_it_shows(error: Exception) -> None:
    assert errors.CLOCK in said_of(error).message


def test_a_wrong_secret_is_not_taken_for_a_wrong_clock() -> None:
    assert errors.CLOCK not in said_of(answer("SignatureDoesNotMatch", "Check your key and signing method.")).message


def test_a_call_that_was_sent_more_than_once_is_marked() -> None:
    assert said_of(answer("ResourceInUseException", RetryAttempts=1)).repeated
    assert not said_of(answer("ResourceInUseException", RetryAttempts=0)).repeated


def test_what_passes_ends_no_waiting() -> None:
    looks = iter([translate("ThrottlingException", "DescribeProjects", ""), said_of(boto.ReadTimeoutError(
        endpoint_url="https://x")), translate("InternalServerError", "DescribeProjects", "")])

    def look() -> str:
        for error in looks:
            raise error
        return "there"

    assert wait_until(look, "It", Patience(sleep=lambda _: None)) == "there"


def test_what_passes_but_stays_ends_the_waiting_at_last() -> None:
    def look() -> None:
        raise translate("ThrottlingException", "DescribeProjects", "")

    with pytest.raises(Throttled):
        wait_until(look, "It", Patience(sleep=lambda _: None))


def test_what_does_not_pass_ends_it_at_once() -> None:
    assert not passes(translate("ExpiredTokenException", "DescribeProjects", ""))
    assert not passes(translate("LimitExceededException", "StartProjectVersion", ""))


@pytest.mark.parametrize(("operation", "words"), [
    ("DetectCustomLabels", "the model's inference units"), ("DescribeProjectVersions", "Too many requests at once")])
def test_too_many_calls_are_blamed_on_units_only_where_photos_are_sent(operation: str, words: str) -> None:
    assert words in translate("ProvisionedThroughputExceededException", operation, "").message

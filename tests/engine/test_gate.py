"""Who is let in, who is not, and that the engine goes on answering the others."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from s3_room import exchange, s3_client, signed_headers

from core.aws.engine_process import Engine
from core.engine import gate
from core.engine.access import AccessKey
from core.engine.gate import HEALTH, Gate

KEY = AccessKey("RKLBTEST", "secret")
SCOPE = "20261123/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=0"


def service_client(engine: Engine, service: str, access_key: str | None = None, config: Config | None = None) -> Any:
    return boto3.client(service, region_name="us-east-1", endpoint_url=engine.url, config=config,
                        aws_access_key_id=access_key or engine.access_key, aws_secret_access_key=engine.secret_key)


def still_there(s3: Any, bucket: str) -> bool:
    return bucket in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]


@pytest.mark.parametrize("host", [
    "evil.com", "evil.com:4599", "127.0.0.1.evil.com", "localhost.evil.com", "evil.com#.localhost", "169.254.169.254",
    "0.0.0.0", "localhost,evil.com", "localhost@evil.com", ""])
def test_a_foreign_host_name_is_turned_away(engine: Engine, host: str) -> None:
    assert exchange(engine, "GET", HEALTH, headers={"Host": host})[0] == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1", "[::1]:4599", "photos.localhost"])
def test_every_loopback_name_is_answered(engine: Engine, host: str) -> None:
    status, _, body = exchange(engine, "GET", HEALTH, headers={"Host": host})
    assert (status, json.loads(body)["pid"]) == (200, engine.pid)


def test_a_foreign_host_in_the_request_line_counts(engine: Engine) -> None:
    assert exchange(engine, "GET", f"http://evil.com{HEALTH}")[0] == 403


@pytest.mark.parametrize("origin", ["https://evil.com", "null", "http://localhost.evil.com", "http://127.0.0.1.evil.com"])
def test_a_foreign_web_page_is_turned_away_even_with_the_key(engine: Engine, origin: str) -> None:
    headers = signed_headers(engine, "GET", f"{engine.url}/") | {"Origin": origin}
    status, answered, _ = exchange(engine, "GET", "/", headers=headers)
    assert status == 403
    assert not [name for name in answered if name.lower().startswith("access-control")]


def test_a_page_of_this_computer_is_let_in(engine: Engine) -> None:
    headers = signed_headers(engine, "GET", f"{engine.url}/") | {"Origin": "http://localhost:8501"}
    assert exchange(engine, "GET", "/", headers=headers)[0] == 200


@pytest.mark.parametrize(("target", "headers", "code"), [
    ("/", {}, b"AccessDenied"),
    ("/?Action=GetCallerIdentity&Version=2011-06-15", {}, b"<Code>MissingAuthenticationToken</Code>"),
    ("/", {"Authorization": "Bearer x"}, b"AccessDenied"),
    ("/", {"Authorization": "AWS4-HMAC-SHA256 Credential=" + SCOPE.format("s3")}, b"AccessDenied"),
    ("/?X-Amz-Credential=AKIA/20261123/us-east-1/s3/aws4_request", {}, b"InvalidAccessKeyId"),
    ("/?AWSAccessKeyId=AKIA&Signature=x&Expires=9999999999", {}, b"InvalidAccessKeyId"),
    ("/", {"Authorization": "AWS AKIA:x"}, b"InvalidAccessKeyId"),
])
def test_a_request_without_the_key_is_turned_away(
        engine: Engine, target: str, headers: dict[str, str], code: bytes) -> None:
    status, _, body = exchange(engine, "GET", target, headers=headers)
    assert (status, code in body) == (403, True)


@pytest.mark.parametrize(("service", "call", "code"), [
    ("s3", "list_buckets", (403, "InvalidAccessKeyId")),
    ("sts", "get_caller_identity", (403, "InvalidClientTokenId")),
    ("rekognition", "describe_projects", (400, "UnrecognizedClientException")),
    ("scheduler", "list_schedules", (403, "UnrecognizedClientException")),
])
def test_the_key_of_another_workspace_is_refused_in_aws_words(
        engine: Engine, service: str, call: str, code: tuple[int, str]) -> None:
    assert refusal(service_client(engine, service, access_key="RKLBANOTHERWORKSPACE"), call) == code


@pytest.mark.parametrize(("service", "call", "code"), [
    ("s3", "list_buckets", (403, "AccessDenied")),
    ("sts", "get_caller_identity", (403, "MissingAuthenticationToken")),
    ("rekognition", "describe_projects", (400, "MissingAuthenticationTokenException")),
])
def test_a_request_that_nobody_signed_is_refused_in_aws_words(
        engine: Engine, service: str, call: str, code: tuple[int, str]) -> None:
    assert refusal(service_client(engine, service, config=Config(signature_version=UNSIGNED)), call) == code


def refusal(client: Any, call: str) -> tuple[int, str]:
    """(HTTP status, code) of the error that a call without parameters raises."""
    with pytest.raises(ClientError) as error:
        getattr(client, call)()
    answer = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


@pytest.mark.parametrize(("service", "call"), [
    ("ec2", "describe_instances"), ("iam", "list_users"), ("lambda", "list_functions"), ("dynamodb", "list_tables"),
    ("s3control", "list_jobs"), ("events", "list_rules")])
def test_any_other_service_is_not_available(engine: Engine, service: str, call: str) -> None:
    options = {"AccountId": "123456789012"} if service == "s3control" else {}
    client = service_client(engine, service)
    client.meta.events.register("before-send", lambda request, **_: setattr(  # it would put the account into the host
        request, "url", request.url.replace("123456789012.", "")))
    with pytest.raises(ClientError):
        getattr(client, call)(**options)


def test_sts_tells_who_one_is_and_nothing_else(engine: Engine, refused: Callable[..., str]) -> None:
    sts = service_client(engine, "sts")
    assert sts.get_caller_identity()["Account"] == "123456789012"
    assert refused(sts.get_session_token) == "InvalidAction"


@pytest.mark.parametrize("target", [
    "/moto-api/reset", "/moto-api/data.json", "//moto-api/reset", "/%6doto-api/reset", "/x/../moto-api/reset"])
@pytest.mark.parametrize("signed", [True, False])
def test_motos_own_interface_is_closed(engine: Engine, s3: Any, bucket: str, target: str, signed: bool) -> None:
    headers = signed_headers(engine, "POST", f"{engine.url}{target}") if signed else {}
    assert exchange(engine, "POST", target, headers=headers)[0] >= 400
    assert still_there(s3, bucket)


@pytest.mark.parametrize("target", [
    "/../../../etc/passwd", "/{bucket}/../../../etc/passwd", "//{bucket}/key", "/{bucket}/%FF%FE", "/%FF/key",
    "/{bucket}/key#fragment", "http://127.0.0.1/{bucket}/key", "*", "/latest/meta-data/", "/favicon.ico"])
def test_path_tricks_read_nothing(engine: Engine, s3: Any, bucket: str, target: str) -> None:
    target = target.format(bucket=bucket)
    headers = signed_headers(engine, "GET", f"{engine.url}/{bucket}/key")
    status, _, body = exchange(engine, "GET", target, headers=headers)
    assert status in (400, 403, 404)
    assert b"root:" not in body
    assert still_there(s3, bucket)


def test_motos_account_header_leads_nowhere(engine: Engine, s3: Any, bucket: str) -> None:
    headers = signed_headers(engine, "PUT", f"{engine.url}/{bucket}/a", b"x") | {"X-Moto-Account-Id": "999999999999"}
    assert exchange(engine, "PUT", f"/{bucket}/a", b"x", headers)[0] == 200
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"x"


@pytest.mark.parametrize(("service", "limit"), gate.LIMITS.items())
def test_a_body_over_the_limit_is_refused_before_it_is_read(engine: Engine, service: str, limit: int) -> None:
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={engine.access_key}/" + SCOPE.format(service),
               "Content-Length": str(limit + 1)}
    status, _, body = exchange(engine, "PUT", "/bucket/key", b"", headers)
    assert (status, b"EntityTooLarge" in body) == (400, True)


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "٣"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert ask_gate(CONTENT_LENGTH=length).startswith("400")


def test_a_body_of_unknown_length_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless:
        given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return b"x" * size

    monkeypatch.setitem(gate.LIMITS, "s3", 1000)
    endless = Endless()
    assert ask_gate(**{"wsgi.input": endless, "wsgi.input_terminated": True}).startswith("400")
    assert endless.given == 1001


def test_a_body_that_breaks_off_is_not_stored(engine: Engine, s3: Any, bucket: str) -> None:
    headers = signed_headers(engine, "PUT", f"{engine.url}/{bucket}/a", b"whole body")
    address = urlsplit(engine.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        lines = [f"PUT /{bucket}/a HTTP/1.1", f"Host: {address.netloc}", "Content-Length: 10",
                 *(f"{name}: {value}" for name, value in headers.items() if name != "Content-Length")]
        connection.sendall("\r\n".join([*lines, "", "whole"]).encode())
        connection.shutdown(socket.SHUT_WR)
        assert b"IncompleteBody" in connection.makefile("rb").read()
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_silent_clients_keep_nobody_waiting(engine: Engine) -> None:
    address = urlsplit(engine.url)
    silent = [socket.create_connection((address.hostname, address.port)) for _ in range(40)]
    try:
        for connection in silent:
            connection.sendall(b"PUT /bucket/key HTTP/1.1\r\nHost: loc")
        assert s3_client(engine).list_buckets()["ResponseMetadata"]["HTTPStatusCode"] == 200
    finally:
        for connection in silent:
            connection.close()


@pytest.mark.parametrize("claimed", ["", "RKLBTES", "RKLBTESTS", "rklbtest", "RKLBTESÜ", "\udcff"])
def test_only_the_whole_key_matches(claimed: str) -> None:
    assert KEY.matches("RKLBTEST")
    assert not KEY.matches(claimed)


@pytest.mark.parametrize("service", ["s3", "rekognition", "sts", "scheduler"])
def test_each_service_gets_its_own_requests_in_path_style(service: str) -> None:
    asked: list[dict[str, Any]] = []

    def stand_in(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        asked.append(environ)
        start_response("200 OK", [])
        return []

    def never(*_: Any) -> list[bytes]:
        raise AssertionError("asked the wrong service")

    services: dict[str, Any] = dict.fromkeys(gate.LIMITS, never) | {service: stand_in}
    scope = f"AWS4-HMAC-SHA256 Credential={KEY.id}/" + SCOPE.format(service)
    assert ask_gate(services, HTTP_AUTHORIZATION=scope, HTTP_HOST="my.photos.localhost:1") == "200 OK"
    assert (asked[0]["HTTP_HOST"], asked[0]["RAW_URI"]) == ("localhost:1", "/my.photos/key")


def ask_gate(services: dict[str, Any] | None = None, **environ: Any) -> str:
    """The status line that a gate answers to a request of the right key."""
    said: list[str] = []
    request: dict[str, Any] = {
        "REQUEST_METHOD": "PUT", "PATH_INFO": "/key", "RAW_URI": "/key", "REQUEST_URI": "/key", "QUERY_STRING": "",
        "HTTP_HOST": "localhost", "CONTENT_LENGTH": "0", "wsgi.input": io.BufferedReader(io.BytesIO(b"")),
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={KEY.id}/" + SCOPE.format("s3"), **environ}
    answer = Gate(KEY, services or dict.fromkeys(gate.LIMITS, None), {})(request, lambda line, _: said.append(line))
    b"".join(answer)
    return said[0]

from __future__ import annotations

import datetime as dt
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aws_script import Script
from ports import reserved_port

from core.aws import clients as aws
from core.aws import storage
from core.aws.clients import connect, engine_clients, profiles
from core.aws.engine_process import Engine
from core.errors import AwsError, NotAllowed
from core.types import Backend

SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"


@pytest.fixture
def aws_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """AWS's two files in a folder of their own, and nothing of the machine's own configuration."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / "credentials").write_text(
        f"[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = {SECRET}\n"
        f"[studio]\naws_access_key_id = AKIDSTUDIO\naws_secret_access_key = {SECRET}\n")
    (tmp_path / "config").write_text("[profile archive]\nregion = eu-west-1\n")
    return tmp_path


def key_of(clients: aws.Clients) -> str:
    return clients.rekognition._request_signer._credentials.access_key


def test_profiles_come_from_awss_files_with_the_default_first(aws_files: Path) -> None:
    assert profiles() == ["default", "archive", "studio"]


def test_no_profile_is_invented_where_there_is_none(aws_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (aws_files / "credentials").unlink()
    (aws_files / "config").unlink()
    assert profiles() == []
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT")
    assert profiles() == ["default"]


def test_a_named_profile_and_region_reach_the_clients(aws_files: Path) -> None:
    clients = connect(aws_files, Backend("studio", "eu-central-1"))
    assert key_of(clients) == "AKIDSTUDIO"
    assert clients.rekognition.meta.endpoint_url == "https://rekognition.eu-central-1.amazonaws.com"
    assert clients.s3.meta.region_name == "eu-central-1"


def test_the_profile_default_is_awss_whole_chain(aws_files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert key_of(connect(aws_files, Backend("default", "us-west-2"))) == "AKIDDEFAULT"
    (aws_files / "credentials").write_text("")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert key_of(connect(aws_files, Backend("default", "us-west-2"))) == "AKIDENVIRONMENT"


def test_clients_are_kept_until_somebody_signs_in_anew(aws_files: Path) -> None:
    first = connect(aws_files, Backend("studio"))
    assert connect(aws_files, Backend("studio")) is first
    changed = (aws_files / "credentials").read_text().replace("AKIDSTUDIO", "AKIDRENEWED")
    (aws_files / "credentials").write_text(changed)
    os.utime(aws_files / "credentials", ns=(1, 1))
    assert key_of(connect(aws_files, Backend("studio"))) == "AKIDRENEWED"


def test_a_profile_that_is_gone_is_named_with_a_way_on(aws_files: Path) -> None:
    with pytest.raises(NotAllowed, match=r"Profile vanished: .*no such profile"):
        connect(aws_files, Backend("vanished"))


def test_no_credentials_at_all_say_how_to_get_some(aws_files: Path) -> None:
    (aws_files / "credentials").unlink()
    with pytest.raises(NotAllowed, match="aws configure"):
        _ = connect(aws_files, Backend("archive", "eu-west-1")).account


def test_every_request_is_marked_retried_and_bounded(aws_files: Path) -> None:
    config = connect(aws_files, Backend("studio")).s3.meta.config
    assert "rekolab" in config.user_agent
    assert config.retries == {"mode": "standard", "total_max_attempts": 5}
    assert (config.connect_timeout, config.read_timeout, config.max_pool_connections) == (5, 60, 32)


@pytest.mark.parametrize(("region", "host"), [
    ("us-east-1", "my-photos.s3.amazonaws.com"), ("eu-central-1", "my-photos.s3.eu-central-1.amazonaws.com")])
def test_a_link_leads_to_the_buckets_region_signed_as_every_bucket_takes_it(
    aws_files: Path, region: str, host: str
) -> None:
    before = dt.datetime.now(dt.UTC)
    link = storage.link(connect(aws_files, Backend("studio", region)), "my-photos", "pets/report 1.html", 3600)
    days = {f"{day:%Y%m%d}" for day in (before, dt.datetime.now(dt.UTC))}  # which may end meanwhile
    assert link.startswith(f"https://{host}/pets/report%201.html?")
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in link and "X-Amz-Expires=3600" in link
    assert any(f"AKIDSTUDIO%2F{day}%2F{region}%2Fs3" in link for day in days) and SECRET not in link


def test_no_secret_is_in_the_repr(aws_files: Path) -> None:
    shown = repr(connect(aws_files, Backend("studio")))
    assert shown == "Clients(backend=Backend(profile='studio', region='us-east-1'), region='us-east-1')"


def test_the_account_is_asked_for_once(script: Script) -> None:
    script.sts.add_response("get_caller_identity", {"Account": "123456789012"}, {})
    assert [script.clients.account, script.clients.account] == ["123456789012"] * 2


class _Endpoint(BaseHTTPRequestHandler):
    """Answers what its server is told to, and counts."""

    server: Any

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(self.headers.get("Authorization", ""))
        status, body = self.server.answer
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(aws, "_ENGINES", {})  # none that was known by this port
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Endpoint)
    server.seen, server.answer = [], (200, b'{"ProjectDescriptions": []}')
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_call_to_an_engine_that_is_gone_brings_it_back_and_is_repeated(endpoint: Any) -> None:
    revived: list[Engine] = []

    def revive() -> Engine:
        revived.append(Engine(f"http://127.0.0.1:{endpoint.server_port}", "REKOLABKEY", SECRET, 1))
        return revived[-1]

    with reserved_port() as silent:
        clients = engine_clients(Engine(f"http://127.0.0.1:{silent}", "REKOLABKEY", SECRET, 1), revive)
        assert clients.rekognition.describe_projects()["ProjectDescriptions"] == []
    assert len(revived) == 1
    assert "Credential=REKOLABKEY/" in endpoint.seen[0]


def test_the_engine_is_reached_whatever_awss_configuration_says(
    aws_files: Path, endpoint: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (aws_files / "config").write_text("[broken")
    monkeypatch.setenv("AWS_PROFILE", "vanished")
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    engine = Engine(f"http://127.0.0.1:{endpoint.server_port}", "REKOLABKEY", SECRET, 1)
    assert engine_clients(engine, lambda: engine).rekognition.describe_projects()["ProjectDescriptions"] == []


def test_a_limit_of_the_account_is_refused_at_once_and_not_tried_again(endpoint: Any) -> None:
    endpoint.answer = (400, b'{"__type": "LimitExceededException", "Message": "Two models run."}')
    engine = Engine(f"http://127.0.0.1:{endpoint.server_port}", "REKOLABKEY", SECRET, 1)
    clients = engine_clients(engine, lambda: engine)
    with pytest.raises(AwsError) as caught, aws.aws_call():
        clients.rekognition.start_project_version(ProjectVersionArn="arn:" + "x" * 30, MinInferenceUnits=1)
    assert caught.value.code == "LimitExceededException"
    assert len(endpoint.seen) == 1

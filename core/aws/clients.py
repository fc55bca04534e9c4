"""Clients of S3, Rekognition and STS: the only place that knows whether AWS or the built-in engine answers."""

from __future__ import annotations

import datetime as dt
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore import exceptions as boto
from botocore.config import Config
from botocore.utils import parse_timestamp

from core import settings
from core.aws import throttling
from core.aws.calls import aws_call
from core.aws.engine_process import Engine, ensure_engine, find_engine
from core.errors import EngineError
from core.types import Backend
from core.workspace import Workspace

# Where Custom Labels is offered, most used first.
REGIONS = ("us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1", "eu-west-2",
           "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ap-south-1")

_TRIES = 5
_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": _TRIES},
    user_agent_extra="rekolab",
    s3={"addressing_style": "virtual"},  # so that links lead to the bucket's own region, where they are signed for
    max_pool_connections=32,
    connect_timeout=5,
    read_timeout=60,
)
_SIGNED_LINKS = Config(signature_version="s3v4")  # botocore would sign links as buckets with a KMS key do not take it
# No proxy stands between two processes of one computer, and none of AWS's endpoint settings is meant for the engine.
_ENGINE_CONFIG = _CONFIG.merge(Config(
    s3={"addressing_style": "path"}, proxies={}, use_fips_endpoint=False, use_dualstack_endpoint=False))


@dataclass(frozen=True, eq=False)
class Clients:
    """The way to one backend: boto3 clients, safe in every thread. Its repr holds no secret."""

    backend: Backend
    region: str
    s3: Any = field(repr=False)
    rekognition: Any = field(repr=False)
    sts: Any = field(repr=False)
    other: Callable[[str], Any] = field(repr=False, default=boto3.client)

    @cached_property
    def caller(self) -> tuple[str, str]:
        """(account, ARN) that the credentials belong to, asked for once."""
        with aws_call("GetCallerIdentity"):
            found = self.sts.get_caller_identity()
        return str(found["Account"]), str(found.get("Arn", ""))

    @property
    def account(self) -> str:
        """The twelve digits of the account that the credentials belong to."""
        return self.caller[0]

    @cached_property
    def scheduler(self) -> Any:
        """EventBridge Scheduler, which AWS and the engine have; made when it is first needed."""
        return self.other("scheduler")

    @cached_property
    def cloudwatch(self) -> Any:
        """CloudWatch, which the engine does not have."""
        return self.other("cloudwatch")

    @cached_property
    def iam(self) -> Any:
        """IAM, which the engine does not have."""
        return self.other("iam")

    @cached_property
    def kms(self) -> Any:
        """KMS, which the engine does not have."""
        return self.other("kms")


def connect(home: Path, backend: Backend) -> Clients:
    """Clients of the backend; the same ones while nothing changed. The engine of `home` is started when it is asked.

    AWS's credentials come from boto3's ordinary chain. The profile "default" is that chain as it stands, so that
    environment variables and instance roles count too.
    """
    if backend.is_engine:
        folder, port = Workspace(home).engine, settings.load().engine_port
        return engine_clients(ensure_engine(folder, port), lambda: ensure_engine(folder, port), backend)
    return _aws_clients(backend, _credential_files_stamp())


def connect_from_worker(home: Path, backend: Backend) -> Clients:
    """Clients for a worker of a cluster, which starts nothing and signs as its own computer does.

    On AWS that is the project's profile, or whatever else its computer has where there is no such profile. The engine
    of `home` must run, on this computer: it listens on loopback only.
    """
    if backend.is_engine:
        folder = Workspace(home).engine
        return engine_clients(_running_engine(folder), lambda: _running_engine(folder), backend)
    return connect(home, backend if backend.profile in profiles() else replace(backend, profile="default"))


def _running_engine(folder: Path) -> Engine:
    if engine := find_engine(folder):
        return engine
    raise EngineError(f"A worker on {socket.gethostname()} does not reach the built-in engine of {folder}. Workers on "
                      "other computers need a project on AWS; choose it in the sidebar.")


def profiles() -> list[str]:
    """The AWS profiles of this computer; "default" also stands for credentials in the environment."""
    with aws_call("Reading AWS's profiles"):
        named = {*_profiles_in_files(_credential_files_stamp())}
    if any(os.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE",
                                             "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                             "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")):
        named.add("default")
    return sorted(named, key=lambda name: (name != "default", name))


@lru_cache(maxsize=4)
def _profiles_in_files(stamp: tuple[int, ...]) -> tuple[str, ...]:
    """Read once while the files stay as they are: making a session takes longer than drawing the rest of a sidebar."""
    return tuple(botocore.session.Session().available_profiles)


_making = threading.Lock()
_ENGINES: dict[tuple[str, str, str], Clients] = {}


def engine_clients(engine: Engine, revive: Callable[[], Engine], backend: Backend | None = None) -> Clients:
    """Clients of a running engine; `revive` brings it back when a call finds it gone, and the call is repeated."""
    backend = backend or Backend()
    key = (engine.url, engine.access_key, backend.region)
    if key not in _ENGINES:
        found = _reading_fast(_session_without_files())
        session = boto3.Session(engine.access_key, engine.secret_key, botocore_session=found)
        _ENGINES[key] = _make(session, backend, _ENGINE_CONFIG, engine.url, _reviver(engine.url, revive))
    return _ENGINES[key]


@lru_cache(maxsize=16)
def _aws_clients(backend: Backend, stamp: tuple[int, ...]) -> Clients:
    with aws_call(f"Profile {backend.profile}"):
        found = botocore.session.Session(profile=None if backend.profile == "default" else backend.profile)
        return _make(boto3.Session(botocore_session=_reading_fast(found)), backend, _CONFIG, None)


def _make(
    session: boto3.Session, backend: Backend, config: Config, endpoint: str | None,
    before_retry: Callable[..., None] | None = None,
) -> Clients:
    def client(service: str) -> Any:
        with _making:  # boto3's sessions are for one thread at a time
            made = session.client(service, region_name=backend.region, endpoint_url=endpoint,
                                  config=config.merge(_SIGNED_LINKS) if service == "s3" else config)
        made.meta.events.register_last("needs-retry", throttling.hook(_TRIES))
        if before_retry:
            made.meta.events.register("needs-retry", before_retry)
        return made

    s3, rekognition, sts = map(client, ("s3", "rekognition", "sts"))
    rekognition.meta.events.register_first("needs-retry.rekognition", _final_when_at_a_limit)
    return Clients(backend, backend.region, s3, rekognition, sts, client)


def _final_when_at_a_limit(response: Any = None, **_: Any) -> bool | None:
    """False ends botocore's retries: waiting seconds does not lift a quota, such as two running models."""
    code = response[1].get("Error", {}).get("Code") if response else None
    return False if code == "LimitExceededException" else None


def _reviver(url: str, revive: Callable[[], Engine]) -> Callable[..., None]:
    """A hook that runs between a failed call and its repetition, and sends that to where the engine is by then."""
    gone = (boto.EndpointConnectionError, boto.ConnectionClosedError, boto.ConnectTimeoutError)

    def hook(request_dict: dict[str, Any], caught_exception: Exception | None = None, **_: Any) -> None:
        if isinstance(caught_exception, gone):
            request_dict["url"] = request_dict["url"].replace(url, revive().url, 1)

    return hook


def _session_without_files() -> botocore.session.Session:
    """A session that reads nobody's AWS configuration, so that a broken one can not harm the engine."""
    return botocore.session.Session(session_vars={
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    })


def _reading_fast(session: botocore.session.Session) -> botocore.session.Session:
    """The session, whose clients spend no longer on the times in a list of objects than on all the rest of it."""
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_moment)
    return session


def _moment(value: Any) -> dt.datetime:
    """A time that AWS has written: nearly always in ISO 8601, which needs no guessing."""
    try:
        return dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return parse_timestamp(value)


def _credential_files_stamp() -> tuple[int, ...]:
    """Changes when somebody signs in anew, so that clients with old keys are not kept."""
    named = (("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"), ("AWS_CONFIG_FILE", "~/.aws/config"))
    files = [Path(os.environ.get(variable, usual)).expanduser() for variable, usual in named]
    return tuple(file.stat().st_mtime_ns if file.is_file() else 0 for file in files)

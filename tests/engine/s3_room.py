"""Ways to reach an engine's S3 as its clients do, and beside them."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

from core.aws.engine_process import Engine


def s3_client(engine: Engine, region: str = "us-east-1", **options: Any) -> Any:
    """A boto3 client that says at once what went wrong."""
    config = Config(retries={"total_max_attempts": 1}, max_pool_connections=32, connect_timeout=5, read_timeout=60,
                    proxies={}, s3={"addressing_style": "path"}, **options)
    return boto3.client("s3", endpoint_url=engine.url, region_name=region, aws_access_key_id=engine.access_key,
                        aws_secret_access_key=engine.secret_key, config=config)


def signed_headers(engine: Engine, method: str, url: str, body: bytes = b"", **headers: str) -> dict[str, str]:
    """The headers of a request that the engine's own key signed. Names have _ for -."""
    request = AWSRequest(method, url, headers={name.replace("_", "-"): value for name, value in headers.items()},
                         data=body)
    S3SigV4Auth(Credentials(engine.access_key, engine.secret_key), "s3", "us-east-1").add_auth(request)
    return dict(request.headers.items())


def exchange(engine: Engine, method: str, target: str, body: bytes = b"",
             headers: dict[str, str] | None = None) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) of a request that is sent exactly as it is given."""
    connection = http.client.HTTPConnection(urlsplit(engine.url).netloc, timeout=60)
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in ({"Host": urlsplit(engine.url).netloc, "Content-Length": str(len(body))}
                            | (headers or {})).items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()

"""AWS JSON 1.1 over WSGI, driven by botocore's service model: requests in, answers and AWS's error bodies out."""

from __future__ import annotations

import base64
import datetime as dt
import json
import logging
import math
import re
import sqlite3
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from core.engine.constraints import violations

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

ACCOUNT = "123456789012"
MODEL = ServiceModel(Loader().load_service_model("rekognition", "service-2"), "rekognition")
OPERATIONS = {name: MODEL.operation_model(name) for name in MODEL.operation_names}

_CONTENT_TYPE = "application/x-amz-json-1.1"
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # JSON can escape one, and no file or database can keep it
_SCOPE = re.compile(r"Credential=[^/,\s]+/\d{8}/([a-z\d-]+)/")

Ask = dict[str, Any]


class ApiError(Exception):
    """An answer of the service that is an error: AWS's code, its sentence, and the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


_INTERNAL = ApiError("InternalServerError", "Internal server error", 500)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks for which operation, and in which region, read from the request's credential scope."""

    operation: str
    region: str = "us-east-1"
    account: str = ACCOUNT

    @property
    def user(self) -> str:
        return f"arn:aws:iam::{self.account}:user/rekolab"

    def arn(self, resource: str) -> str:
        return f"arn:aws:rekognition:{self.region}:{self.account}:{resource}"


Operation = Callable[[Caller, Ask], Mapping[str, Any] | None]


class Application:
    """A WSGI application that answers `operations` (by AWS's names) and refuses every other one of the service."""

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        self._operations = operations

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request_id = str(uuid.uuid4())
        try:
            status, answer = 200, self._answer(environ)
        except ApiError as error:
            status, answer = error.status, _error_body(error, request_id)
        except sqlite3.OperationalError as error:
            log.exception("request %s failed", request_id)
            status, answer = 500, _error_body(_database_error(error), request_id)
        except Exception:
            log.exception("request %s failed", request_id)
            status, answer = 500, _error_body(_INTERNAL, request_id)
        body = json.dumps(answer).encode()
        start_response(f"{status} {'OK' if status == 200 else 'Error'}", [
            ("Content-Type", _CONTENT_TYPE), ("Content-Length", str(len(body))), ("x-amzn-RequestId", request_id)])
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> dict[str, Any]:
        name = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if name not in OPERATIONS:
            raise ApiError("UnknownOperationException", f"Rekognition has no operation “{name}”.")
        if name not in self._operations:
            raise ApiError("AccessDeniedException", f"{name} is not available in the built-in engine. Use AWS for it.")
        model = OPERATIONS[name]
        answer = self._operations[name](caller_of(environ, name), _read_request(environ, model))
        return encode(model.output_shape, answer or {}) if model.output_shape else {}


def caller_of(environ: WSGIEnvironment, operation: str) -> Caller:
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    return Caller(operation, scope[1]) if scope else Caller(operation)


def _read_request(environ: WSGIEnvironment, model: OperationModel) -> Ask:
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise ApiError("SerializationException", "The body of the request is not JSON.") from None
    return checked(model, body)


def checked(model: OperationModel, body: Any) -> Ask:
    """A request's JSON as Python values; ValidationException in AWS's words when the model does not allow them."""
    ask: Ask = decode(model.input_shape, body)
    if broken := list(violations(model.input_shape, ask)):
        errors = "1 validation error" if len(broken) == 1 else f"{len(broken)} validation errors"
        raise ApiError("ValidationException", f"{errors} detected: {'; '.join(broken)}")
    return ask


def _database_error(error: sqlite3.OperationalError) -> ApiError:
    """A database that is busy, or has no room, may answer the next try: clients repeat a ThrottlingException."""
    primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    passing = primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL)
    return ApiError("ThrottlingException", "Service Unavailable", 500) if passing else _INTERNAL


def _error_body(error: ApiError, request_id: str) -> dict[str, Any]:
    return {"__type": error.code, "Code": error.code, "Logref": request_id, "Message": error.message}


def decode(shape: Shape, value: Any, path: str = "The request") -> Any:
    """JSON as Python values: blobs as bytes, timestamps as datetimes; null and unknown members are left out.

    A value of the wrong type raises SerializationException.
    """
    match shape.type_name, value:
        case "structure", dict():
            return {name: decode(member, value[name], name)
                    for name, member in shape.members.items() if value.get(name) is not None}
        case "list", list():
            return [decode(shape.member, item, path) for item in value]
        case "map", dict():
            return {key: decode(shape.value, item, path) for key, item in value.items()}
        case "string", str() if not _HALF_CHARACTER.search(value):
            return value
        case "boolean", bool():
            return value
        case "integer" | "long", int() if not isinstance(value, bool) and abs(value) < 2**31:
            return value
        case "float" | "double", int() | float() if not isinstance(value, bool) and math.isfinite(value):
            return float(value)
        case "blob", str():
            return _decode_blob(value, path)
        case "timestamp", int() | float() if not isinstance(value, bool):
            return dt.datetime.fromtimestamp(value, dt.UTC)
    raise ApiError("SerializationException", f"{path} is not of the type {shape.type_name}.")


def _decode_blob(text: str, path: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ApiError("SerializationException", f"{path} is not base64.") from None


def encode(shape: Shape, value: Any) -> Any:
    """Python values as JSON; None and members that the model does not know are left out."""
    match shape.type_name:
        case "structure":
            return {name: encode(member, value[name])
                    for name, member in shape.members.items() if value.get(name) is not None}
        case "list":
            return [encode(shape.member, item) for item in value]
        case "map":
            return {key: encode(shape.value, item) for key, item in value.items()}
        case "blob":
            return base64.b64encode(value).decode()
        case "timestamp":
            return round(value if isinstance(value, float) else value.timestamp(), 3)
    return value

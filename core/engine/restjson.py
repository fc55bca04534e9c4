"""AWS REST-JSON over WSGI, driven by botocore's service model: paths and queries in, answers and error bodies out."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from core.engine.awsjson import ApiError, Ask, Operation, caller_of, checked, encode

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)

_INTERNAL = ApiError("InternalServerException", "Internal server error", 500)
_VARIABLE = re.compile(r"\{(\w+)\}")
_REASONS = {200: "OK", 400: "Bad Request", 404: "Not Found", 409: "Conflict"}


class RestApplication:
    """A WSGI application that answers `operations` (by AWS's names) of a service, and refuses its other ones."""

    def __init__(self, service: str, operations: Mapping[str, Operation]) -> None:
        model = ServiceModel(Loader().load_service_model(service, "service-2"), service)
        self._routes = [(_route(found), found) for found in map(model.operation_model, model.operation_names)]
        self._operations = operations

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request_id = str(uuid.uuid4())
        headers = [("Content-Type", "application/json"), ("x-amzn-RequestId", request_id)]
        try:
            status, answer = 200, self._answer(environ)
        except ApiError as error:
            status, answer = error.status, {"Message": error.message}
            headers.append(("x-amzn-ErrorType", error.code))
        except Exception:
            log.exception("request %s failed", request_id)
            status, answer = _INTERNAL.status, {"Message": _INTERNAL.message}
            headers.append(("x-amzn-ErrorType", _INTERNAL.code))
        body = json.dumps(answer).encode()
        start_response(f"{status} {_REASONS.get(status, 'Error')}", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> dict[str, Any]:
        line = f"{environ['REQUEST_METHOD']} {environ.get('RAW_URI', '').partition('?')[0]}"
        model, found = next(((model, found) for route, model in self._routes if (found := route.fullmatch(line))),
                            (None, None))
        if model is None or found is None:
            raise ApiError("UnknownOperationException", "The service has no such operation.", 404)
        if model.name not in self._operations:
            raise ApiError("ValidationException", f"{model.name} is not available in the built-in engine.")
        ask = _read_request(environ, model, found.groupdict())
        answer = self._operations[model.name](caller_of(environ, model.name), ask)
        return encode(model.output_shape, answer or {}) if model.output_shape else {}


def _route(model: OperationModel) -> re.Pattern[str]:
    """What the request line of an operation looks like; its variables are groups."""
    return re.compile(re.escape(model.http["method"]) + " " + _VARIABLE.sub(r"(?P<\1>[^/]+)", model.http["requestUri"]))


def _read_request(environ: WSGIEnvironment, model: OperationModel, path: Mapping[str, str]) -> Ask:
    """The members of a request, from its path, its query and its body, checked by the service's model."""
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise ApiError("ValidationException", "The body of the request is not JSON.") from None
    query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
    given = body if isinstance(body, dict) else {}
    for name, shape in model.input_shape.members.items():
        place, wire = shape.serialization.get("location"), shape.serialization.get("name", name)
        if place is not None:
            text = unquote(path[wire]) if place == "uri" else query.get(wire)
            given = given | {name: _typed(shape, text)}
    return checked(model, given)


def _typed(shape: Shape, text: str | None) -> str | int | None:
    """A value of a path or query; what is no number stays text, which the model then refuses."""
    return int(text) if text and shape.type_name == "integer" and text.isdecimal() and len(text) < 10 else text



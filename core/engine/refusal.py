"""A request that is turned away, said in the protocol of the service that was asked."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_QUERY = "https://sts.amazonaws.com/doc/2011-06-15/"  # the namespace of the only query service here
_REASONS = {400: "Bad Request", 403: "Forbidden", 404: "Not Found", 500: "Internal Server Error",
            501: "Not Implemented"}


class Refusal(Exception):
    """Why a request is turned away: AWS's code where it has one, a sentence, and the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status

    def answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI answer: JSON for JSON services, else XML as S3 and the query services have it."""
        request_id = str(uuid.uuid4())
        is_json = "HTTP_X_AMZ_TARGET" in environ or is_rest_json(environ)
        body = self._json() if is_json else self._xml(request_id, is_query(environ))
        start_response(f"{self.status} {_REASONS[self.status]}", [
            ("Content-Type", "application/x-amz-json-1.1" if is_json else "application/xml"),
            ("Content-Length", str(len(body))),
            ("x-amzn-RequestId" if is_json else "x-amz-request-id", request_id),
            *([("x-amzn-ErrorType", self.code)] if is_json else [])])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _json(self) -> bytes:
        return json.dumps({"__type": self.code, "Code": self.code, "Message": self.message}).encode()

    def _xml(self, request_id: str, wrapped: bool) -> bytes:
        what = f"<Code>{escape(self.code)}</Code><Message>{escape(self.message)}</Message>"
        which = f"<RequestId>{request_id}</RequestId>"
        error = (f'<ErrorResponse xmlns="{_QUERY}"><Error><Type>Sender</Type>{what}</Error>{which}</ErrorResponse>'
                 if wrapped else f"<Error>{what}{which}</Error>")
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{error}'.encode()


def is_rest_json(environ: WSGIEnvironment) -> bool:
    """Whether EventBridge Scheduler was asked: by its signature, as its paths could be those of a bucket."""
    return "/scheduler/aws4_request" in environ.get("HTTP_AUTHORIZATION", "")


def is_query(environ: WSGIEnvironment) -> bool:
    """Whether a service of the query protocol was asked, such as STS; S3 has neither such a form nor an Action."""
    return (environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
            or "Action" in parse_qs(environ.get("QUERY_STRING", "")))

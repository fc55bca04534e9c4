"""The one call of AWS's Security Token Service that clients use to learn who they are."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from core.engine.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ACCOUNT = "123456789012"

_IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\
<GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/rekolab</Arn><UserId>{user}</UserId>\
<Account>{account}</Account></GetCallerIdentityResult>\
<ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer GetCallerIdentity, and refuse every other action."""
    asked = parse_qs(environ["wsgi.input"].read().decode("utf-8", "replace") or environ.get("QUERY_STRING", ""))
    action = asked.get("Action", [""])[0]
    if action != "GetCallerIdentity":
        raise Refusal("InvalidAction", f"{action or 'This action'} is not available in the built-in engine.", 400)
    body = _IDENTITY.format(account=ACCOUNT, user="AIDAREKOLABENGINEUSER", request=uuid.uuid4()).encode()
    start_response("200 OK", [("Content-Type", "text/xml"), ("Content-Length", str(len(body)))])
    return [body]

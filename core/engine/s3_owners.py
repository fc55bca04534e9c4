"""Whose a bucket is: the engine's one account has them all, but for those that a setting gives to another account.

moto would keep another account's buckets apart, with objects of their own. Here they differ in what they say of
themselves, which is all that their users see of an owner who lets them read and write.
"""

from __future__ import annotations

import dataclasses
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from core.engine.refusal import Refusal
from core.engine.s3_keys import OWNER
from core.engine.sts import ACCOUNT
from core.engine.wsgi import Answer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

OTHER = "210987654321"  # the account of the others' buckets

_OTHERS_ID = OWNER[::-1].encode()
_LISTED = re.compile(rb"<Bucket><Name>([^<]*)</Name>.*?</Bucket>", re.S)


class Owners:
    """`others` are the names of another account's buckets, with wildcards, and with commas between them."""

    def __init__(self, others: str = "") -> None:
        self.others = [name for one in others.split(",") if (name := one.strip())]

    def of(self, bucket: str) -> str:
        """The account that a bucket of this name belongs to."""
        return OTHER if any(fnmatchcase(bucket, name) for name in self.others) else ACCOUNT

    def check(self, bucket: str, environ: WSGIEnvironment) -> None:
        """Refuse a request that expects another owner of the bucket."""
        expected = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER")
        if expected and expected != self.of(bucket):
            raise Refusal("AccessDenied", "Access Denied")

    def told(self, bucket: str, environ: WSGIEnvironment, answer: Answer) -> Answer:
        """The answer about a bucket, or about all, with another account's buckets as S3 tells of them."""
        body = b"".join(answer.body)
        if not bucket:  # the account's own are listed
            body = _LISTED.sub(lambda one: b"" if self.of(one[1].decode()) == OTHER else one[0], body)
        elif self.of(bucket) == OTHER and "acl" in parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True):
            body = body.replace(OWNER.encode(), _OTHERS_ID)
        length = ("Content-Length", str(len(body)))
        headers = [pair for pair in answer.headers if pair[0].lower() != "content-length"]
        return dataclasses.replace(answer, headers=[*headers, length], body=[body])

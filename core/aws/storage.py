"""Amazon S3: the bucket of a project (private, encrypted, in the region of the model), and the objects in it."""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.aws.calls import aws_call, pages
from core.aws.clients import Clients
from core.errors import AwsError, NotAllowed, NotFound
from core.workspace import Project

PRIVATE = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
ENCRYPTED = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}

_NAME = re.compile(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in S3; `size` in bytes, `etag` without its quotes."""

    key: str
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket that can be used; core.aws.buckets tells what should be better about it."""

    name: str
    created: bool


def list_buckets(clients: Clients) -> list[str]:
    """The names of the account's buckets, in whatever region, in alphabetical order."""
    return sorted(bucket["Name"] for bucket in pages(clients.s3, "list_buckets", "Buckets"))


def bucket_name(clients: Clients, project: Project) -> str:
    """The bucket that the project names (its setting "bucket"), or the one of this account and region.

    The usual name holds "custom-labels", because AWS's managed policy for Custom Labels covers such buckets only.
    """
    return project.get("bucket") or f"rekolab-custom-labels-{clients.account}-{clients.region}"


def is_bucket_name(name: str) -> bool:
    """Whether S3 may have a bucket of that name."""
    return _NAME.fullmatch(name) is not None


def ensure_bucket(clients: Clients, name: str) -> Bucket:
    """The bucket, made where there is none. One elsewhere, or of others, is an AwsError."""
    if is_usable(clients, name):
        return Bucket(name, created=False)
    place: dict[str, Any] = {"CreateBucketConfiguration": {"LocationConstraint": clients.region}}
    try:
        with aws_call():
            clients.s3.create_bucket(Bucket=name, **({} if clients.region == "us-east-1" else place))
    except AwsError as error:
        if error.code != "BucketAlreadyOwnedByYou":  # another window was faster
            raise
    close_to_public(clients, name)
    encrypt(clients, name)
    return Bucket(name, created=True)


def is_usable(clients: Clients, name: str) -> bool:
    """Whether the bucket is there; an AwsError where it is, but in another region or not of this account.

    The owner is asked for by account, so that nobody can take photos by making a bucket of a foreseeable name first.
    """
    try:
        region = _region(clients, name)
    except NotFound:
        return False
    except NotAllowed as error:
        raise NotAllowed(error.code, error.operation, error.said,
                         f"The bucket {name} can not be used: it belongs to another account, or these credentials "
                         "have no permission for it. Choose another bucket.") from error
    if region != clients.region:
        raise AwsError("WrongRegion", "HeadBucket", "",
                       f"The bucket {name} is in {region}, but the project works in {clients.region}. "
                       "Rekognition reads photos only in its own region: choose another bucket or region.")
    return True


def _region(clients: Clients, name: str) -> str:
    with aws_call():
        found = clients.s3.head_bucket(Bucket=name, ExpectedBucketOwner=clients.account)
        if region := found.get("BucketRegion"):
            return str(region)
        return clients.s3.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"


def close_to_public(clients: Clients, name: str) -> None:
    """Block all public access to the bucket."""
    with aws_call():
        clients.s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=PRIVATE)


def encrypt(clients: Clients, name: str) -> None:
    """Let S3 encrypt what comes into the bucket from now on, with keys of its own."""
    with aws_call():
        clients.s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=ENCRYPTED)


def uri(bucket: str, key: str) -> str:
    """The object's address, as manifests have it: s3://bucket/key, with nothing escaped."""
    return f"s3://{bucket}/{key}"


def etag_of(data: bytes) -> str:
    """The ETag that S3 gives to `data` put in one piece into a bucket without a KMS key: its MD5."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def list_objects(clients: Clients, bucket: str, prefix: str = "") -> Iterator[StoredObject]:
    """Every object whose key starts with `prefix`, in the order of their keys, however many there are."""
    for item in pages(clients.s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix):
        yield StoredObject(item["Key"], item["Size"], item["ETag"].strip('"'))


def head(clients: Clients, bucket: str, key: str) -> StoredObject | None:
    """The object, without its content; None when there is none."""
    try:
        with aws_call():
            found = clients.s3.head_object(Bucket=bucket, Key=key)
    except NotFound:
        return None
    return StoredObject(key, found["ContentLength"], found["ETag"].strip('"'))


def sha256_of(clients: Clients, bucket: str, item: StoredObject) -> str | None:
    """The SHA-256 (64 hex digits) that S3 keeps of that very object; None where it keeps none, or another is there."""
    try:
        with aws_call():
            found = clients.s3.head_object(Bucket=bucket, Key=item.key, ChecksumMode="ENABLED")
    except (NotFound, NotAllowed):  # one more permission is asked for where the bucket has a KMS key
        return None
    if found["ETag"].strip('"') != item.etag or found.get("ChecksumType") == "COMPOSITE":
        return None
    return base64.b64decode(found.get("ChecksumSHA256", "")).hex() or None


def read(clients: Clients, bucket: str, key: str) -> tuple[StoredObject, bytes]:
    """The object and its content, which belong together whoever writes meanwhile; NotFound when there is none."""
    with aws_call("GetObject"):
        found = clients.s3.get_object(Bucket=bucket, Key=key)
        content: bytes = found["Body"].read()
    return StoredObject(key, len(content), found["ETag"].strip('"')), content


def get_bytes(clients: Clients, bucket: str, key: str) -> bytes:
    """The object's content; NotFound when there is none."""
    return read(clients, bucket, key)[1]


def pieces(clients: Clients, bucket: str, key: str) -> Iterator[bytes]:
    """The object's content a megabyte at a time, for what may be too large for the memory; NotFound as above."""
    with aws_call("GetObject"):
        yield from clients.s3.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(1024**2)


def link(clients: Clients, bucket: str, key: str, seconds: int, content_type: str | None = None) -> str:
    """A link with which anybody may read the object for so long, a week at most.

    It is signed here, and S3 is not asked. One signed with credentials that end sooner ends with them.
    """
    shown = {"ResponseContentType": content_type} if content_type else {}
    with aws_call("Signing a link"):
        return str(clients.s3.generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": key, **shown}, ExpiresIn=seconds))


def put_bytes(
    clients: Clients, bucket: str, key: str, data: bytes, content_type: str | None = None, sha256: str | None = None
) -> StoredObject:
    """Put `data` under `key`, in place of what was there; the content type follows from the key unless told.

    With `sha256` (64 hex digits) S3 refuses other content as a BadDigest, and keeps the checksum for `sha256_of`.
    """
    # Python takes .manifest for the long gone list of a page's offline files
    guessed = "application/jsonlines" if key.endswith(".manifest") else mimetypes.guess_type(key)[0]
    kind = content_type or guessed or "application/octet-stream"
    sent = {"ChecksumSHA256": base64.b64encode(bytes.fromhex(sha256)).decode()} if sha256 else {}
    with aws_call("PutObject"):
        answer = clients.s3.put_object(Bucket=bucket, Key=key, Body=data, ContentType=kind, **sent)
    return StoredObject(key, len(data), answer["ETag"].strip('"'))

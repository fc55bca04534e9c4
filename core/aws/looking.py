"""What S3 tells of images and buckets by reading alone: headers of images, a bucket's region, its owner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.aws import bucket_policy, buckets, storage
from core.aws.calls import aws_call, pages
from core.aws.clients import Clients
from core.errors import AwsError, BadImage, NotAllowed, NotFound
from core.images import headers
from core.manifest.images import Absent
from core.manifest.lines import split_uri
from core.types import Facts

_DENIED = ("AccessDenied", "403", "AllAccessDisabled")
_ELSEWHERE = ("PermanentRedirect", "301", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException")
_EMPTY = ("InvalidRange", "416")


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look at an object gave: its facts, or why there are none. `etag` is "" where S3 gave nothing."""

    uri: str
    etag: str
    found: Facts | Absent


def look(clients: Clients, uri: str) -> Sight:
    """The image at an S3 URI, by its header: one ranged read, and more where the header is long.

    AwsError where nothing can be said of the image, as without a connection or with credentials that have expired.
    """
    bucket, key = split_uri(uri)
    try:
        etag, size, start = _read(clients, bucket, key, 0, headers.FIRST)
    except AwsError as error:
        return Sight(uri, "", _absent(error))

    def fetch(first: int, end: int) -> bytes:
        return _read(clients, bucket, key, first, end)[2]

    try:
        return Sight(uri, etag, headers.read_header(fetch, start, size))
    except headers.OtherFormat:
        return Sight(uri, etag, Absent.OTHER)
    except BadImage:
        return Sight(uri, etag, Absent.UNREADABLE)


def _read(clients: Clients, bucket: str, key: str, first: int, end: int) -> tuple[str, int, bytes]:
    """(ETag, bytes of the whole object, its bytes from `first` to before `end`)."""
    with aws_call("GetObject"):
        found = clients.s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={first}-{end - 1}")
        data: bytes = found["Body"].read()
    whole = found.get("ContentRange", "").rpartition("/")[2]
    return found["ETag"].strip('"'), int(whole) if whole.isdigit() else len(data), data


def _absent(error: AwsError) -> Absent:
    if isinstance(error, NotFound):
        return Absent.MISSING
    if error.code in _EMPTY:
        return Absent.UNREADABLE
    if error.code in _DENIED:
        return Absent.DENIED
    if error.code in _ELSEWHERE:
        return Absent.ELSEWHERE
    raise error


def folder(clients: Clients, bucket: str, prefix: str, most: int) -> Iterator[storage.StoredObject]:
    """The objects directly under a prefix, `most` of them at most; none where they may not be listed."""
    listed = pages(clients.s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix, Delimiter="/",
                   PaginationConfig={"MaxItems": most})
    try:
        for item in listed:
            yield storage.StoredObject(item["Key"], item["Size"], item["ETag"].strip('"'))
    except (NotAllowed, NotFound):
        return


def is_elsewhere(clients: Clients, bucket: str) -> bool:
    """Whether the bucket is known to be in another region than the model."""
    try:
        with aws_call():
            region = clients.s3.head_bucket(Bucket=bucket).get("BucketRegion")
    except AwsError as error:
        if error.code in _ELSEWHERE:
            return True
        if isinstance(error, NotFound) or error.code in _DENIED:
            return False  # what is wrong with it the images will tell
        raise
    return region not in (clients.region, None)


def owners_differ(clients: Clients, images: str, manifest: str) -> bool:
    """Whether two buckets are known to have two owners, between which Rekognition does not train."""
    if images == manifest:
        return False
    owners = [_owner(clients, bucket) for bucket in (images, manifest)]
    return None not in owners and owners[0] != owners[1]


def _owner(clients: Clients, bucket: str) -> str | None:
    try:
        with aws_call():
            owner: str = clients.s3.get_bucket_acl(Bucket=bucket)["Owner"]["ID"]
    except (NotAllowed, NotFound):
        return None
    return owner


def refusals(clients: Clients, images: set[str], manifest: str | None = None, output: str | None = None) -> list[str]:
    """Rekognition's codes for the buckets themselves: of the images, of the manifest where it is in S3, and of the
    results where one is chosen. What these credentials can't see is not held against them."""
    codes = ["ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET"] if output and not _is_writable(clients, output) else []
    if manifest and any(owners_differ(clients, bucket, manifest) for bucket in images):
        codes.append("ERROR_INVALID_IMAGES_S3_BUCKET_OWNER")
    return codes


def _is_writable(clients: Clients, bucket: str) -> bool:
    """Whether the bucket is there, and its policy is not known to deny everybody to put an object into it."""
    try:
        with aws_call():
            clients.s3.head_bucket(Bucket=bucket)
    except NotFound:
        return False
    except NotAllowed:
        return True
    policy = buckets.policy_of(clients, bucket) or {}
    return not bucket_policy.denies(policy, clients.account, "s3:PutObject", f"{bucket}/out/result.json")


def manifest_refusal(error: AwsError) -> str | None:
    """Rekognition's code for a manifest that S3 did not give; None where the reason is none of S3's."""
    if isinstance(error, NotFound):
        return "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"
    return "ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET" if error.code in _DENIED else None

"""What is wrong with a bucket that is there already, said before anything is sent to it; nothing is changed unasked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.aws import bucket_policy, storage
from core.aws.calls import aws_call
from core.aws.clients import Clients
from core.errors import AwsError, NotAllowed

Mend = Literal["close", "encrypt"]
MENDS: dict[Mend, str] = {"close": "Block all public access", "encrypt": "Switch encryption on"}

_UNSET = ("NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError",
          "NoSuchBucketPolicy")
_EVERYBODY = "http://acs.amazonaws.com/groups/global/"

Setting = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Concern:
    """What should be better about a bucket, and the one step that mends it where there is one."""

    text: str
    mend: Mend | None = None


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a look at a bucket told. One that does not exist has no concerns: it will be made as it should be."""

    name: str
    exists: bool
    concerns: tuple[Concern, ...] = ()


def inspect(clients: Clients, name: str, prefix: str) -> Inspection:
    """Look at a bucket that photos go to under `prefix`. One in another region, or of others, is an AwsError."""
    if not storage.is_usable(clients, name):
        return Inspection(name, exists=False)
    block = _setting(clients.s3.get_public_access_block, name, "PublicAccessBlockConfiguration")
    encryption = _setting(clients.s3.get_bucket_encryption, name, "ServerSideEncryptionConfiguration")
    versioning = _setting(clients.s3.get_bucket_versioning, name, "Status")
    policy = policy_of(clients, name)
    closed = block is not None and all(block.get(part) for part in storage.PRIVATE)
    return Inspection(name, True, (
        *(() if closed else _open(clients, name, block, policy)),
        *_encryption(name, encryption),
        *_versioning(name, versioning),
        *_denials(clients, name, prefix, policy)))


def mend(clients: Clients, name: str, way: Mend) -> None:
    """Do what a concern's `mend` stands for."""
    {"close": storage.close_to_public, "encrypt": storage.encrypt}[way](clients, name)


def _open(clients: Clients, name: str, block: Setting | None, policy: Setting | None) -> Iterator[Concern]:
    """What is to be said of a bucket whose public access is not seen to be blocked."""
    acl = _setting(clients.s3.get_bucket_acl, name, "Grants")
    if bucket_policy.opens(policy or {}) or any(_is_public(grant) for grant in acl or ()):
        yield Concern(f"The bucket {name} is open to the public: anybody on the internet may read what is in it. "
                      "Block all public access before you send photos there.", "close")
    elif block is None:
        yield Concern(f"Whether the bucket {name} is closed to the public can not be seen with these credentials.")
    else:
        yield Concern(f"Public access to the bucket {name} is not blocked altogether: one more change would open it.",
                      "close")


def _is_public(grant: Mapping[str, Any]) -> bool:
    return str(grant.get("Grantee", {}).get("URI", "")).startswith(_EVERYBODY)


def _encryption(name: str, encryption: Setting | None) -> Iterator[Concern]:
    if encryption is None:
        yield Concern(f"Whether the bucket {name} is encrypted can not be seen with these credentials.")
    elif not encryption:
        yield Concern(f"The bucket {name} is not encrypted by default.", "encrypt")
    elif any(str(rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "")).startswith("aws:kms")
             for rule in encryption.get("Rules", ())):
        yield Concern(f"The bucket {name} is encrypted with a KMS key. These credentials need kms:GenerateDataKey and "
                      "kms:Decrypt for that key, or training ends with 'Failed to copy images from S3 bucket.'")


def _versioning(name: str, versioning: Any) -> Iterator[Concern]:
    if versioning == "Enabled":
        yield Concern(f"The bucket {name} keeps versions: photos that are deleted there stay, and are billed, until a "
                      "lifecycle rule removes them.")


def _denials(clients: Clients, name: str, prefix: str, policy: Setting | None) -> Iterator[Concern]:
    for actions, condition in bucket_policy.denials(policy or {}, clients.account, name, prefix):
        if condition:
            yield Concern(f"The policy of the bucket {name} may deny {actions}, depending on {condition}. If the "
                          "upload or the training is refused, look there first.")
        else:
            yield Concern(f"The policy of the bucket {name} denies {actions}, which the upload or Rekognition needs. "
                          "Change that statement, or choose another bucket.")


def policy_of(clients: Clients, name: str) -> Setting | None:
    """The bucket's policy: {} where it has none or one that is no JSON, None where these credentials may not see it."""
    found = _setting(clients.s3.get_bucket_policy, name, "Policy")
    try:
        policy = json.loads(found) if found else found
    except ValueError:
        return {}
    return policy if isinstance(policy, dict) or policy is None else {}


def _setting(read: Callable[..., Setting], bucket: str, key: str) -> Any:
    """A setting of the bucket: {} where it has none, None where these credentials may not see it."""
    try:
        with aws_call():
            return read(Bucket=bucket).get(key, {})
    except NotAllowed:
        return None
    except AwsError as error:
        if error.code not in _UNSET:
            raise
        return {}

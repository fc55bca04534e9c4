"""What a new model is given besides what it is made of: name, description, tags, and a key of KMS, by AWS's rules."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.aws import tags
from core.aws.calls import pages
from core.aws.clients import Clients
from core.errors import AwsError, RekolabError

_NAME = re.compile(r"[a-zA-Z0-9_.\-]{1,255}")
_DESCRIPTION = re.compile(r"[a-zA-Z0-9\-_. ()':,;?]{1,255}")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9:_/+=,@.\-]{0,2047}")
_ID = re.compile(r"(?:mrk-)?[0-9a-f-]{32,36}", re.IGNORECASE)
_ARN = re.compile(r"arn:[a-z\d-]+:kms:([a-z\d-]+):\d{12}:(?:key|alias)/.+")


@dataclass(frozen=True, slots=True)
class Options:
    """Each may be left out. `kms_key` is the id, the ARN or the alias of a key that the account has."""

    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    kms_key: str = ""

    @property
    def request(self) -> dict[str, Any]:
        """As members of CreateProjectVersion, and without a description of CopyProjectVersion."""
        given = {"VersionDescription": self.description, "Tags": dict(self.tags), "KmsKeyId": self.kms_key}
        return {name: value for name, value in given.items() if value}


def checked(options: Options, region: str) -> Options:
    """The options; RekolabError says what AWS would refuse of them."""
    found = [description_fault(options.description), key_fault(options.kms_key, region),
             *tags.faults(options.tags.items())]
    if said := " ".join(fault for fault in found if fault):
        raise RekolabError(said)
    return options


def name_fault(name: str, taken: Collection[str] = ()) -> str:
    """Why a version can not have this name, "" when it can."""
    if name in taken:
        return f"There is a version {name} already. Give the new one another name."
    if not name:
        return "A version needs a name."
    if len(name) > 255:
        return f"A version's name has 255 characters at most, and this one has {len(name)}."
    return "" if _NAME.fullmatch(name) else (
        "A version's name has letters from a to z, digits, '.', '-' and '_' only, and no space.")


def description_fault(text: str) -> str:
    """Why AWS would refuse this description, "" when it would not, or when there is none."""
    if not text or _DESCRIPTION.fullmatch(text):
        return ""
    if len(text) > 255:
        return f"A description has 255 characters at most, and this one has {len(text)}."
    strange = sorted({sign for sign in text if not _DESCRIPTION.fullmatch(sign)})
    shown = " ".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in strange)
    return f"AWS takes letters from a to z, digits, spaces and - _ . ( ) ' : , ; ? in a description, but not: {shown}"


def key_fault(key: str, region: str) -> str:
    """Why this can be no KMS key of that region, "" when it can, or when there is none."""
    if not key:
        return ""
    if not _KEY.fullmatch(key):
        return "A KMS key is named by its id, its ARN or its alias, in letters, digits and : _ / + = , @ . -"
    if arn := _ARN.fullmatch(key):
        return "" if arn[1] == region else (
            f"This KMS key is in {arn[1]}, and the model will be in {region}. A key works in its own region only.")
    if _ID.fullmatch(key) or re.fullmatch(r"alias/.+", key):
        return ""
    return ("That is no KMS key. One looks like 1234abcd-12ab-34cd-56ef-1234567890ab, alias/my-key, or "
            "arn:aws:kms:us-east-1:111122223333:key/...")


def key_aliases(clients: Clients) -> list[str] | None:
    """The aliases of the account's own keys; None where nobody tells: it is not allowed, or there is no KMS."""
    try:
        listed = [one["AliasName"] for one in pages(clients.kms, "list_aliases", "Aliases") if one.get("TargetKeyId")]
    except AwsError:
        return None
    return sorted(name for name in listed if not name.startswith("alias/aws/"))

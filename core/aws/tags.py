"""Tags of projects, datasets and models: AWS's rules for them, and the calls that list, add and remove them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from core.aws.calls import aws_call
from core.aws.clients import Clients
from core.errors import RekolabError
from core.limits import MAX_TAG_KEY, MAX_TAG_VALUE, MAX_TAGS

_SIGNS = frozenset("_.:/=+-@")
ALPHABET = "letters, digits, spaces and _ . : / = + - @"


def faults(rows: Iterable[tuple[str, str]]) -> list[str]:
    """What AWS would refuse of these (key, value) rows, one sentence each; none when it takes them all."""
    rows = list(rows)
    often = Counter(key for key, _ in rows)
    found = [fault for key, value in rows for fault in _faults(key, value)]
    found += [f"The key “{key}” is there {times} times. A key has one value." for key, times in often.items()
              if key and times > 1]
    if len(often) > MAX_TAGS:
        found.append(f"There can be {MAX_TAGS} tags, and these are {len(often)}.")
    return list(dict.fromkeys(found))


def _faults(key: str, value: str) -> Iterator[str]:
    if not key:
        yield f"The value “{value}” has no key." if value else "A tag has no key."
    if len(key) > MAX_TAG_KEY:
        yield f"A key can have {MAX_TAG_KEY} characters, and “{key[:20]}…” has {len(key)}."
    if _is_awss(key):
        yield f"“{key}” can not be a key: those that begin with “aws:” are AWS's own."
    if len(value) > MAX_TAG_VALUE:
        yield f"A value can have {MAX_TAG_VALUE} characters, and that of “{key}” has {len(value)}."
    for text in (key, value):
        if strange := sorted({sign for sign in text if not _fits(sign)}):
            shown = " ".join(sign if sign.isprintable() else f"U+{ord(sign):04X}" for sign in strange)
            yield f"“{text[:40]}” has signs that a tag can not have: {shown}. It takes {ALPHABET}."


def _fits(sign: str) -> bool:
    """Whether AWS's pattern takes it: any script's letters, numbers and separators, and eight signs."""
    return sign in _SIGNS or unicodedata.category(sign)[0] in "LNZ"


def checked(rows: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The rows as tags; RekolabError says what AWS would refuse of them."""
    rows = list(rows)
    if found := faults(rows):
        raise RekolabError(" ".join(found))
    return dict(rows)


def tags_of(clients: Clients, arn: str) -> dict[str, str]:
    """The tags of a project, dataset or model, without AWS's own, which nobody else can set or remove."""
    with aws_call():
        found: dict[str, str] = clients.rekognition.list_tags_for_resource(ResourceArn=arn).get("Tags", {})
    return {key: value for key, value in found.items() if not _is_awss(key)}


def _is_awss(key: str) -> bool:
    return key.lower().startswith("aws:")


def add(clients: Clients, arn: str, tags: Mapping[str, str]) -> None:
    """Add tags, and give keys that are there already these values."""
    with aws_call():
        clients.rekognition.tag_resource(ResourceArn=arn, Tags=checked(tags.items()))


def remove(clients: Clients, arn: str, keys: Iterable[str]) -> None:
    """Remove the tags with these keys; those that are not there are no error."""
    with aws_call():
        clients.rekognition.untag_resource(ResourceArn=arn, TagKeys=list(keys))


def replace(clients: Clients, arn: str, tags: Mapping[str, str]) -> bool:
    """Make these the tags, and no others; gives whether anything had to change.

    What goes is removed first: 200 new ones would not fit beside it.
    """
    wanted, there = checked(tags.items()), tags_of(clients, arn)
    gone = [key for key in there if key not in wanted]
    new = {key: value for key, value in wanted.items() if there.get(key) != value}
    if gone:
        remove(clients, arn, gone)
    if new:
        add(clients, arn, new)
    return bool(gone or new)

"""The constraints of botocore's service model that its client does not check, in the words of AWS's errors."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from botocore.model import Shape

# Python's re has no Unicode categories. These are the ones that AWS's patterns use, always inside brackets.
_CATEGORIES = {r"\p{L}": r"\w", r"\p{N}": r"\w", r"\p{Z}": r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"}


def violations(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """What is wrong with a decoded request: required, length, range, enum and pattern, one sentence each."""
    match shape.type_name:
        case "structure":
            yield from _structure(shape, value, path)
        case "list":
            yield from _size(shape, len(value), "length", f"Value at '{path}'")
            for number, item in enumerate(value, 1):
                yield from violations(shape.member, item, f"{path}.{number}.member")
        case "map":
            yield from _size(shape, len(value), "length", f"Value at '{path}'")
            for key, item in value.items():
                yield from violations(shape.key, key, f"{path}.{key}.key")
                yield from violations(shape.value, item, f"{path}.{key}.value")
        case "blob":
            yield from _size(shape, len(value), "length", f"Value at '{path}'")
        case "string":
            yield from _string(shape, value, f"Value '{value}' at '{path}'")
        case "integer" | "long" | "float" | "double":
            yield from _size(shape, value, "value", f"Value '{value}' at '{path}'")


def _structure(shape: Shape, value: dict[str, Any], path: str) -> Iterator[str]:
    for name, member in shape.members.items():
        place = f"{path}.{_lower(name)}" if path else _lower(name)
        if name in value:
            yield from violations(member, value[name], place)
        elif name in shape.required_members:
            yield f"Value null at '{place}' failed to satisfy constraint: Member must not be null"


def _string(shape: Shape, value: str, subject: str) -> Iterator[str]:
    yield from _size(shape, len(value), "length", subject)
    if shape.enum and value not in shape.enum:
        yield f"{subject} failed to satisfy constraint: Member must satisfy enum value set: [{', '.join(shape.enum)}]"
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        yield f"{subject} failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}"


def _size(shape: Shape, size: float, noun: str, subject: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{subject} failed to satisfy constraint: Member must have {noun} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"{subject} failed to satisfy constraint: Member must have {noun} less than or equal to {most}"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    for category, characters in _CATEGORIES.items():
        pattern = pattern.replace(category, characters)
    return re.compile(pattern)

"""Names of photos and classes: what is worth reading in a foreign folder, and names that are safe where they go."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import PurePosixPath

from core.limits import MAX_LABEL_LENGTH, SUFFIXES

# Every kind of image that people keep photos in; what Rekognition does not take, cleaning converts.
IMAGE_SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif",
    ".jp2", ".ppm", ".pgm", ".tga", ".ico"})
_CONTENT_KEY = re.compile(r"images/([0-9a-f]{16})/[^/]+$")
SYSTEM_NAMES = frozenset({
    "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "$recycle.bin", "#recycle",
    "system volume information", "lost+found"})

HIDDEN = "hidden or system files"
NOT_IMAGES = "files that are not images"
LINKS = "links to other places"
UNREADABLE_NAMES = "files whose names are not valid text"

_MAX_COMPONENT = 240  # bytes; file systems allow 255, and a number for a second file of that name needs some
_MAX_KEY_NAME = 80


def hidden(name: str) -> bool:
    """Whether a file or folder of that name belongs to a system and not to a person."""
    return name.startswith(".") or name.lower() in SYSTEM_NAMES


def why_left_out(path: PurePosixPath) -> str | None:
    """The kind of file that `path`, relative to its source, is left out as; None for a photo."""
    if any(hidden(part) for part in path.parts):
        return HIDDEN
    if not _is_text(str(path)):
        return UNREADABLE_NAMES
    return None if path.suffix.lower() in IMAGE_SUFFIXES else NOT_IMAGES


def class_name(text: str) -> str | None:
    """`text` as a label: one line of composed Unicode, 255 characters at most; None when nothing visible is left."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    kept = "".join(letter for letter in line if unicodedata.category(letter) != "Cc")[:MAX_LABEL_LENGTH].strip()
    return kept if any(unicodedata.category(letter) not in ("Cf", "Zs") for letter in kept) else None


def disk_path(text: str) -> PurePosixPath:
    """A relative path for foreign text such as an S3 key: no way up, no empty or overlong part."""
    return PurePosixPath(*(_disk_part(part) for part in text.split("/")))


def key_name(name: str, format: str | None = None) -> str:
    """The last part of `name` in letters that an S3 key, a URI and a shell all take; the suffix follows `format`."""
    path = PurePosixPath(name)
    plain = unicodedata.normalize("NFKD", path.stem).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-")[:_MAX_KEY_NAME] or "photo"
    suffixes = SUFFIXES.get(format or "", (path.suffix.lower(),))
    suffix = path.suffix.lower() if path.suffix.lower() in suffixes else suffixes[0]
    return stem + (suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else "")


def content_key(sha256: str, name: str, format: str | None) -> str:
    """Where a picture goes in S3, under the project: by its content hash, so that a key never changes its content."""
    return f"images/{sha256[:16]}/{key_name(name, format)}"


def content_in(address: str) -> str | None:
    """The beginning of the content hash in such a key or address, in whatever bucket; None in any other."""
    found = _CONTENT_KEY.search(address)
    return found[1] if found else None


def unique(name: str, taken: Collection[str]) -> str:
    """`name`, or the first of "name (2)", "name (3)" that is not `taken`; the number stands before the suffix."""
    path = PurePosixPath(name)
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
    return candidate


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """ "1 photo", "40 photos"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def reasons(left_out: Mapping[str, int]) -> str:
    """ "hidden or system files (3), files that are not images (1)", the most frequent first."""
    return ", ".join(f"{reason} ({count:,})" for reason, count in sorted(left_out.items(), key=lambda item: -item[1]))


def _disk_part(part: str) -> str:
    visible = part.replace("\0", "")
    if part == visible and part not in ("", ".", "..") and len(part.encode()) <= _MAX_COMPONENT:
        return part
    suffix = PurePosixPath(visible).suffix[:12]
    stem = visible.strip(".").encode()[:_MAX_COMPONENT - 40].decode(errors="ignore")
    return f"{stem}~{hashlib.sha256(part.encode()).hexdigest()[:12]}{suffix}"


def _is_text(name: str) -> bool:
    """Whether the bytes that the file system gave are UTF-8, which the catalogue and S3 need."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True

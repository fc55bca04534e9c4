"""Folders of class names: an image has the label of the folder that it lies in, and lies in each of its labels'."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePosixPath

from core.exchange.types import Annotated, Reading, Remark, counted, counts, named, shown

SPLITS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation"})
STRAY = 0.1  # paths that lie higher up than the others, such as a cover, do not count below this share
_UNFIT = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(?= *(\.|$))", re.IGNORECASE)  # devices, to Windows
_MAX_FOLDER_BYTES = 240


def read(paths: Iterable[str], known: Collection[str] = ()) -> Reading:
    """The images of paths such as "cat/a.jpg". Folders around all of them, and halves of a split, name no class.

    `known` are names of images: "cat/a.jpg" is the image of that name where there is one, and else "a.jpg". Where
    one of them is found, the first folder is the class.
    """
    listed = [PurePosixPath(path.replace("\\", "/").lstrip("/")) for path in paths]
    names = frozenset(known)
    own = any({str(path), str(path).partition("/")[2]} & names for path in listed)
    wrapper = PurePosixPath() if own else _wrapper(listed)
    labels: dict[str, dict[str, None]] = {}
    remarks = []
    for path in listed:
        parts = path.relative_to(wrapper).parts if path.is_relative_to(wrapper) else ()
        parts = parts[1:] if len(parts) > 2 and parts[0].lower() in SPLITS and not own else parts
        if len(parts) < 2 or named(parts[0]) is None:
            remarks.append(Remark(shown(str(path)), "it lies in no folder that could name its class"))
            continue
        short, whole = "/".join(parts[1:]), "/".join(parts)
        image = whole if whole in names and short not in names else short
        labels.setdefault(image, {})[parts[0]] = None
    return Reading(tuple(Annotated(image, tuple(several)) for image, several in labels.items()), tuple(remarks))


def write(records: Iterable[Annotated], known: Collection[str] = ()) -> list[tuple[str, str]]:
    """(path, image) of every copy to be made. `known` are all names of images that `read` will be told.

    A class folder that an image lies in already is not put around it once more, unless one could then be taken for
    another.
    """
    pairs = [(fit(label), record.image) for record in records for label in record.labels]
    short = [(image if image.startswith(f"{folder}/") else f"{folder}/{image}", image) for folder, image in pairs]
    whole = [(f"{folder}/{image}", image) for folder, image in pairs]
    return list(dict.fromkeys(short if _plain(short, {*known, *(image for _, image in pairs)}) else whole))


def losses(records: Iterable[Annotated]) -> list[str]:
    """Which of these labels and boxes folders would not hold, in words."""
    listed = list(records)
    boxes = counts(listed)["boxes"]
    bare = sum(not record.labels for record in listed)
    labels = sorted({label for record in listed for label in record.labels})
    changed = [label for label in labels if fit(label) != label]
    said = [f"Folders keep labels of whole images only: {counted(boxes, 'box')} would not be in them."] * bool(boxes)
    said += [f"{counted(bare, 'image')} without a label would lie in no folder."] * bool(bare)
    said += [f"A folder can't be named {', '.join(map(_quoted, changed[:3]))} as it stands: what systems forbid "
             "becomes “_”, and the end of a long name is cut off."] * bool(changed)
    return said + _joined(labels)


def fit(label: str) -> str:
    """The label as the name of a folder that every system takes."""
    name = _UNFIT.sub("_", label).encode()[:_MAX_FOLDER_BYTES].decode(errors="ignore")
    bare = name.rstrip(". ")
    device = _RESERVED.match(bare)
    own = f"{device[0]}_{bare[device.end():]}" if device else bare
    return own + "_" * (len(name) - len(bare)) or "_"


def _joined(labels: Iterable[str]) -> list[str]:
    """Which labels would share a folder, in words; Windows and macOS make nothing of capitals."""
    sharing: dict[str, list[str]] = {}
    for label in labels:
        sharing.setdefault(fit(label).casefold(), []).append(label)
    said = [(several, len(set(map(fit, several))) < len(several)) for several in sharing.values() if len(several) > 1]
    return [f"{' and '.join(map(_quoted, several))} would be one folder{'' if everywhere else ' on Windows and macOS'}."
            for several, everywhere in said]


def _quoted(label: str) -> str:
    return f"“{shown(label, 30)}”"


def _plain(places: Sequence[tuple[str, str]], known: set[str]) -> bool:
    """Whether each place can be read as its own image only, with and without its class folder, and is taken once."""
    if len({place for place, _ in places}) < len(places):
        return False
    return all({place, place.partition("/")[2]} & known <= {image} for place, image in places)


def _wrapper(paths: Sequence[PurePosixPath]) -> PurePosixPath:
    """The folders around every path but a few strays, as long as each path still has a class folder under them."""
    depths = Counter(len(path.parts) for path in paths)
    least = min((depth for depth, count in depths.items() if count >= STRAY * len(paths)), default=0)
    above = [path.parent.parent for path in paths if len(path.parts) >= least]
    return PurePosixPath(os.path.commonpath(above)) if above else PurePosixPath()

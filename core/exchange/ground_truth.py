"""SageMaker Ground Truth manifests, as Rekognition takes and gives them: a JSON Line an image.

Reading is kinder than Rekognition: what the repair of the manifest room can mend counts, SageMaker's own format of
several labels included, and a line counts though Rekognition would refuse its confidence or its date.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.exchange import text
from core.exchange.types import Annotated, File, Notebook, Reading, certain, counted, counts, named, number, whole_box
from core.manifest.lines import box_line, dump, image_line, split_uri
from core.manifest.opening import texts
from core.manifest.placing import bare
from core.manifest.repair import repair
from core.manifest.reshaping import one_a_line
from core.manifest.rules import check_line
from core.types import Box

_EDGES = ("left", "top", "width", "height")


def read(files: Sequence[File]) -> Reading:
    """The images of manifests. BadAnnotations when one is not text."""
    notes = Notebook()
    for name, data in files:
        for number_, line in enumerate(_lines(name, data), start=1):
            place = f"{name}, line {number_:,}" if len(files) > 1 else f"line {number_:,}"
            _read_line(place, line, notes)
    return notes.reading()


def read_lines(lines: Iterable[str]) -> Reading:
    """The images of JSON Lines, such as the entries of a dataset."""
    notes = Notebook()
    for number_, line in enumerate(lines, start=1):
        _read_line(f"entry {number_:,}", line, notes)
    return notes.reading()


def write(records: Iterable[Annotated], moment: dt.datetime) -> bytes:
    """A manifest. `moment` dates what has no date of its own; an image that is no S3 URI is left out."""
    return dump(_line(record, record.created or moment) for record in records if is_uri(record.image)).encode()


def losses(records: Iterable[Annotated]) -> list[str]:
    """Which of these labels and boxes a manifest would not hold, in words."""
    listed = list(records)
    elsewhere = sum(not is_uri(record.image) for record in listed)
    sizeless = counts(listed)["sizeless"]
    said = [f"A manifest names images in S3 only: {counted(elsewhere, 'image')} would not be in it."] * bool(elsewhere)
    return said + [f"A manifest holds boxes with the size of their image only: {counted(sizeless, 'box')} would not "
                   "be in it."] * bool(sizeless)


def is_uri(image: str) -> bool:
    """Whether an image can be a source-ref."""
    try:
        split_uri(image)
    except ValueError:
        return False
    return True


def _lines(name: str, data: bytes) -> list[str]:
    """The lines of a manifest, or what of another form could be made into lines."""
    with one_a_line(io.BytesIO(text.decode(data, name)[0].encode())) as (stream, _):
        stream.seek(0)
        return list(texts(stream, whole=True))


def _read_line(place: str, line: str, notes: Notebook) -> None:
    if not line.strip():
        notes.remark(place, "it is blank")
        return
    record, faults = _understood(line)
    if faults and (mended := repair(line.encode(errors="replace")).text.rstrip("\n")):
        again, still = _understood(mended)
        if _told(again) > _told(record):
            record, faults = again, still
    notes.remark(place, *faults)
    if record:
        notes.take(place, record)


def _told(record: Annotated | None) -> int:
    """How much a line has told of its image."""
    return 1 + len(record.labels) + len(record.boxes) if record else 0


def _understood(line: str) -> tuple[Annotated | None, list[str]]:
    """What the line says of its image, and what of it can't be understood."""
    checked = check_line(line, 1)
    if checked.source_ref is None or (members := checked.data) is None:
        return None, list(checked.reasons)
    return _record(checked.source_ref, bare(members))


def _record(image: str, members: Mapping[str, Any]) -> tuple[Annotated, list[str]]:
    labels: dict[str, float] = {}
    boxes: list[tuple[Box, float]] = []
    size: tuple[int, int] | None = None
    moments, faults = [], []
    for attribute, value in members.items():
        metadata = members.get(f"{attribute}-metadata")
        if not isinstance(metadata, dict):
            if attribute != "source-ref" and not attribute.endswith("-metadata"):
                faults.append(f"“{attribute}” has no partner “{attribute}-metadata” that says what it means")
            continue
        moments.append(metadata.get("creation-date"))
        if label := named(metadata.get("class-name")):
            labels.setdefault(label, _share(metadata.get("confidence")))
        elif isinstance(value, dict):
            size = _size(value) or size
            found, wrong = _boxes(value, metadata, size)
            boxes += found
            faults += wrong
        else:
            faults.append(f"“{attribute}” is no label that can be read: its metadata has no class-name")
    shares = certain([*labels.values(), *(share for _, share in boxes)])
    return Annotated(image, tuple(labels), tuple(box for box, _ in boxes), size, _latest(moments), shares), faults


def _boxes(
    value: Mapping[str, Any], metadata: Mapping[str, Any], size: tuple[int, int] | None
) -> tuple[list[tuple[Box, float]], list[str]]:
    """The boxes of one attribute with their confidences, and what is wrong with others."""
    annotations, names, objects = value.get("annotations"), metadata.get("class-map"), metadata.get("objects")
    if not isinstance(annotations, list) or not isinstance(names, dict):
        return [], ["a list of annotations, or the class-map that names them, is missing"]
    shares = objects if isinstance(objects, list) else []
    boxes, faults = [], []
    for position, item in enumerate(annotations):
        box, wrong = _box(item, names, size)
        faults += [wrong] if wrong else []
        if box:
            found = shares[position] if position < len(shares) else None
            boxes.append((box, _share(found.get("confidence") if isinstance(found, dict) else None)))
    return boxes, faults


def _box(item: object, names: Mapping[str, Any], size: tuple[int, int] | None) -> tuple[Box | None, str | None]:
    edges = [number(item.get(edge)) for edge in _EDGES] if isinstance(item, dict) else [None]
    left, top, width, height = edges if None not in edges else [None] * 4
    if left is None or top is None or width is None or height is None or not isinstance(item, dict):
        return None, "a box lacks a number for left, top, width or height"
    label = named(names.get(str(item.get("class_id"))))
    if label is None:
        return None, f"a box has the class_id {str(item.get('class_id'))[:20]}, which class-map does not name"
    return whole_box(label, (left, top, left + width, top + height), size)


def _size(value: Mapping[str, Any]) -> tuple[int, int] | None:
    found = value.get("image_size")
    first = found[0] if isinstance(found, list) and found else found
    if not isinstance(first, dict):
        return None
    width, height = number(first.get("width")), number(first.get("height"))
    return (round(width), round(height)) if width and height and min(width, height) >= 1 else None


def _share(value: object) -> float:
    """A confidence from 0 to 1; what is none counts as certain, since somebody wrote the label."""
    found = number(value)
    return found if found is not None and 0 <= found <= 1 else 1.0


def _latest(moments: Iterable[object]) -> dt.datetime | None:
    found = []
    for value in moments:
        try:
            moment = dt.datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        except ValueError:
            continue
        found += [moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)] if moment else []
    return max(found, default=None)


def _line(record: Annotated, moment: dt.datetime) -> dict[str, Any]:
    line = image_line(record.image, record.labels, moment)
    if record.boxes and record.size:
        names = list(dict.fromkeys(box.label for box in record.boxes))
        line |= box_line(record.image, record.size, record.boxes, names, moment)
    shares = iter(record.shares)
    for metadata in (value for key, value in line.items() if key.endswith("-metadata")):
        for place in metadata.get("objects", [metadata]):
            place["confidence"] = next(shares)
    return line

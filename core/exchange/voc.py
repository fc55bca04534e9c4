"""Pascal VOC: an XML file an image, with its boxes. Edges are pixels from 0, as labelImg and most tools write them."""

from __future__ import annotations

import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from core.exchange.types import (
    Annotated,
    File,
    Notebook,
    Reading,
    Size,
    counted,
    counts,
    named,
    number,
    shown,
    whole_box,
)
from core.types import Box

MAX_BYTES = 1024 * 1024  # of one XML file: thousands of boxes
_FORBIDDEN = "\ufffe\uffff"  # XML has no room for these, nor for control characters
_EDGES = ("xmin", "ymin", "xmax", "ymax")


class _Doctype(ValueError):
    """Entities are declared in a DOCTYPE, and an annotation has no need of one."""


class _Builder(ET.TreeBuilder):
    def doctype(self, *_: Any) -> None:
        raise _Doctype


def read(files: Sequence[File]) -> Reading:
    """The images of XML files. What is not VOC is remarked on."""
    notes = Notebook()
    for name, data in files:
        root = _parsed(data)
        if isinstance(root, str):
            notes.remark(name, root)
            continue
        record, faults = _record(root)
        notes.remark(name, *faults)
        if record:
            notes.take(name, record)
    return notes.reading()


def write(records: Iterable[Annotated]) -> list[File]:
    """An XML file for each image that XML can name, at the image's own path with the suffix .xml."""
    files: dict[str, bytes] = {}
    for record in filter(_can_be_named, records):
        path = f"{record.image.removesuffix(PurePosixPath(record.image).suffix)}.xml"
        if path in files:  # a.jpg and a.png
            path = f"{record.image}.xml"
        files[path] = ET.tostring(_element(record), encoding="utf-8", xml_declaration=True)
    return list(files.items())


def losses(records: Iterable[Annotated]) -> list[str]:
    """Which of these labels and boxes XML files would not hold, in words."""
    listed = list(records)
    labels, nameless = counts(listed)["labels"], sum(not _can_be_named(record) for record in listed)
    bare = f"Pascal VOC keeps boxes only: {counted(labels, 'label')} of whole images would not be in it."
    unfit = f"XML can't hold the names of {counted(nameless, 'image')}: they would not be in it."
    return [bare] * bool(labels) + [unfit] * bool(nameless)


def _can_be_named(record: Annotated) -> bool:
    """Whether XML and a zip give the names back: no control characters, nothing around a text, no way up."""
    path = PurePosixPath(record.image)
    if not path.name or str(path) != record.image or path.is_absolute() or ".." in path.parts:
        return False
    return all(name == name.strip() for name in record.names) and not any(
        unicodedata.category(letter) == "Cc" or letter in _FORBIDDEN
        for name in (record.image, *record.names) for letter in name)


def _parsed(data: bytes) -> ET.Element | str:
    """The root element, or why there is none."""
    if len(data) > MAX_BYTES:
        return "it is larger than 1 MB, which no annotation of one image is"
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 - it declares no entity: a DOCTYPE ends it
    try:
        parser.feed(data)
        root: ET.Element = parser.close()
    except _Doctype:
        return "it declares a DOCTYPE, which may hide anything, and is not read"
    except (ET.ParseError, LookupError, ValueError) as error:
        return f"it is not XML: {shown(str(error))}"
    return root if root.tag == "annotation" else f"it is not Pascal VOC: it begins with <{shown(str(root.tag))}>"


def _record(root: ET.Element) -> tuple[Annotated | None, list[str]]:
    """The image and its boxes, and what is wrong."""
    name = named((root.findtext("filename") or "").strip("\r\n\t"))
    if name is None:
        return None, ["it does not name its image"]
    folder = (root.findtext("folder") or "").strip("\r\n\t")
    width, height = (number(root.findtext(f"size/{side}")) for side in ("width", "height"))
    size = (round(width), round(height)) if width and height and min(width, height) >= 1 else None
    boxes, faults = [], []
    for item in root.iter("object"):
        box, wrong = _box(item, size)
        boxes += [box] if box else []
        faults += [wrong] if wrong else []
    return Annotated(f"{folder}/{name}" if folder else name, (), tuple(boxes), size), faults


def _box(item: ET.Element, size: Size | None) -> tuple[Box | None, str | None]:
    label = named((item.findtext("name") or "").strip())
    edges = [edge for name in _EDGES if (edge := number(item.findtext(f"bndbox/{name}"))) is not None]
    if label is None or len(edges) != 4:
        return None, "an object lacks its name, or a number for xmin, ymin, xmax or ymax"
    return whole_box(label, edges, size)


def _element(record: Annotated) -> ET.Element:
    path = PurePosixPath(record.image)
    root = ET.Element("annotation")
    _add(root, "folder", "" if path.parent == PurePosixPath() else str(path.parent))
    _add(root, "filename", path.name)
    if record.size:
        size = ET.SubElement(root, "size")
        for name, value in zip(("width", "height", "depth"), (*record.size, 3), strict=True):
            _add(size, name, str(value))
    _add(root, "segmented", "0")
    for box in record.boxes:
        _add_box(root, box)
    ET.indent(root)
    return root


def _add_box(root: ET.Element, box: Box) -> None:
    item = ET.SubElement(root, "object")
    for name, value in (("name", box.label), ("pose", "Unspecified"), ("truncated", "0"), ("difficult", "0")):
        _add(item, name, value)
    bounds = ET.SubElement(item, "bndbox")
    edges = (box.left, box.top, box.left + box.width, box.top + box.height)
    for name, edge in zip(_EDGES, edges, strict=True):
        _add(bounds, name, str(edge))


def _add(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, name).text = value

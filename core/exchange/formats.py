"""The formats by name: which one files are in, and reading and writing in any of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.errors import BadAnnotations
from core.exchange import coco, csv, folders, ground_truth, packing, voc
from core.exchange.types import Annotated, File, Reading, Remark, counted, counts


@dataclass(frozen=True, slots=True)
class Format:
    """A way to keep annotations. `file` is what an export is called, `about` what it is for, in words."""

    title: str
    file: str
    about: str


GROUND_TRUTH = Format("Ground Truth manifest", "labels.manifest", "for Rekognition and SageMaker: labels and boxes")
CSV = Format("CSV", "labels.csv", "for spreadsheets: image and label")
COCO = Format("COCO", "instances.json", "for most training tools: labels and boxes")
VOC = Format("Pascal VOC", "annotations.zip", "for labelImg and its like: boxes, an XML file a photo")
FOLDERS = Format("Class folders", "photos.zip", "the photos themselves, in a folder a class")
FORMATS = (GROUND_TRUTH, CSV, COCO, VOC, FOLDERS)

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif"})
_SUFFIXES = {".manifest": GROUND_TRUTH, ".jsonl": GROUND_TRUTH, ".xml": VOC, ".csv": CSV, ".tsv": CSV}
_ORDER = (GROUND_TRUTH, COCO, VOC, CSV)  # which counts, where a zip has files of several
SUFFIXES = (".manifest", ".jsonl", ".json", ".csv", ".tsv", ".txt", ".xml", ".zip")


def read(files: Sequence[File], known: Collection[str] = (), separators: str = "") -> tuple[Format, Reading]:
    """The format that files are in, and what they say. Zips are opened; pictures in them stand for class folders.

    `known` are names that images can have, `separators` divide the labels of a cell of CSV. BadAnnotations when
    nothing can be read.
    """
    plain, pictures, remarks = _opened(files)
    by_format: dict[Format, list[File]] = {}
    for file in plain:
        if found := recognise(*file):
            by_format.setdefault(found, []).append(file)
    chosen = next((one for one in _ORDER if one in by_format), None) or _texts(plain, by_format)
    if chosen:
        reading = _read(chosen, by_format[chosen], separators)
    elif pictures:
        chosen, reading = FOLDERS, folders.read(pictures, known)
    else:
        raise BadAnnotations("There are no labels in this. What can be read are Ground Truth manifests, CSV, COCO, "
                             "Pascal VOC, and zips of them or of photos in class folders.")
    return chosen, Reading(reading.records, (*remarks, *reading.remarks))


def recognise(name: str, data: bytes) -> Format | None:
    """The format of a file by its suffix, and for .json by its beginning. Text that is a table has to be tried."""
    suffix = PurePosixPath(name).suffix.lower()
    if suffix != ".json":
        return _SUFFIXES.get(suffix)
    head = data[:100_000].replace(b"\x00", b"")
    return GROUND_TRUTH if b'"source-ref"' in head else COCO


def write(chosen: Format, records: Iterable[Annotated], moment: dt.datetime) -> bytes:
    """The annotations in a format. Class folders hold photos, and are packed by who has them."""
    if chosen == GROUND_TRUTH:
        return ground_truth.write(records, moment)
    if chosen == VOC:
        return packing.pack(voc.write(records))
    return csv.write(records) if chosen == CSV else coco.write(records)


def losses(chosen: Format, records: Iterable[Annotated]) -> list[str]:
    """Which labels, boxes and images a format would not hold of these, in words; empty when it holds them all."""
    said = {GROUND_TRUTH: ground_truth.losses, CSV: csv.losses, VOC: voc.losses, FOLDERS: folders.losses}.get(chosen)
    return said(records) if said else []


def forgotten(chosen: Format, records: Iterable[Annotated]) -> str:
    """Which dates and confidences of these a format does not keep, in a sentence; "" for none."""
    tally = counts(records)
    kept = {GROUND_TRUTH: ("dates", "confidences"), COCO: ("confidences",)}.get(chosen, ())
    lost = [what for what in ("dates", "confidences") if tally[what] and what not in kept]
    return f"The {' and '.join(lost)} of labels are not kept in it." if lost else ""


def _read(chosen: Format, files: Sequence[File], separators: str) -> Reading:
    if chosen == CSV:
        return csv.read(files, separators)
    return {GROUND_TRUTH: ground_truth.read, COCO: coco.read, VOC: voc.read}[chosen](files)


def _texts(plain: Sequence[File], by_format: dict[Format, list[File]]) -> Format | None:
    """CSV, when there are .txt files and nothing that says better what it is."""
    texts = [file for file in plain if PurePosixPath(file[0]).suffix.lower() == ".txt"]
    by_format[CSV] = texts
    return CSV if texts else None


def _opened(files: Sequence[File]) -> tuple[list[File], list[str], list[Remark]]:
    """(files that may hold annotations, paths of pictures, what could not be read), with zips opened."""
    plain: list[File] = []
    pictures: list[str] = []
    remarks: list[Remark] = []
    for name, data in files:
        if PurePosixPath(name).suffix.lower() != ".zip":
            plain.append((name, data))
            continue
        found = packing.unpack(name, data, _may_hold)
        plain += found.files
        pictures += [other for other in found.others if PurePosixPath(other).suffix.lower() in PICTURES]
        remarks += found.remarks
    return plain, pictures, remarks


def _may_hold(name: str) -> bool:
    suffix = PurePosixPath(name).suffix.lower()
    return suffix in SUFFIXES and suffix != ".zip"


def said(records: Sequence[Annotated], chosen: Format | None = None) -> str:
    """ "120 images, 40 labels, 132 boxes"; for a format, only what it holds."""
    tally = counts(records)
    parts = [counted(len(records), "image")]
    for kind, noun, without in (("labels", "label", (VOC,)), ("boxes", "box", (CSV, FOLDERS))):
        parts += [counted(tally[kind], noun)] if tally[kind] and chosen not in without else []
    return ", ".join(parts)

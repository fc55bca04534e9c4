"""Tables of image and label: comma, semicolon, tab or bar between the cells, with or without a first row of names.

Several labels of an image are several rows; or one cell holds them, where its column is named in the plural ("labels")
or the caller says what divides them.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from core.exchange import text
from core.exchange.types import Annotated, File, Notebook, Reading, counted, counts, named, shown

DELIMITERS = (",", ";", "\t", "|")
_IMAGES = ("image", "images", "filename", "file", "path", "photo", "name", "imagename", "imagepath", "imagefile",
           "filepath", "imageid", "img", "picture", "uri", "url", "sourceref", "s3uri", "key", "id")
_LABELS = ("label", "class", "category", "tag", "classname", "labelname", "target", "y", "species")
_SEVERAL = ("labels", "classes", "categories", "tags")
_BOXES = {"xmin", "xmax", "ymin", "ymax", "x1", "x2", "y1", "y2", "bbox", "left", "top"}
_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")  # what a cell begins with that a spreadsheet would work out
_LOOKED_AT = 50  # rows by which the delimiter is found


def read(files: Sequence[File], separators: str = "") -> Reading:
    """The images of tables. Each letter of `separators` divides the labels of a cell; BadAnnotations for no text."""
    notes = Notebook()
    labels: dict[str, dict[str, None]] = {}
    for name, data in files:
        found, encoding = text.decode(data, name)
        if encoding == "cp1252":
            notes.remark(name, "it is not UTF-8, and is read as Windows text; look at letters such as é")
        for image, several in _rows(found, name if len(files) > 1 else "", separators, notes):
            labels.setdefault(image, {}).update(dict.fromkeys(several))
    return Reading(tuple(Annotated(image, tuple(several)) for image, several in labels.items()), tuple(notes.remarks))


def write(records: Iterable[Annotated]) -> bytes:
    """A row a label, and one with an empty label for an image without any; UTF-8 with the mark that Excel wants."""
    table = io.StringIO(newline="")
    rows = csv.writer(table, lineterminator="\r\n")
    rows.writerow(("image", "label"))
    for record in records:
        rows.writerows((_guarded(record.image), _guarded(label)) for label in record.labels or ("",))
    return table.getvalue().encode("utf-8-sig")


def losses(records: Iterable[Annotated]) -> list[str]:
    """Which of these labels and boxes a table would not hold, in words."""
    boxes = counts(records)["boxes"]
    return [f"CSV keeps labels only: {counted(boxes, 'box')} would not be in it."] * bool(boxes)


def _rows(table: str, name: str, separators: str, notes: Notebook) -> Iterator[tuple[str, list[str]]]:
    """(image, labels) of each row that can be read."""
    reader = csv.reader(io.StringIO(table, newline=""), delimiter=_delimiter(table))
    columns: tuple[int, int] | None = None
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            notes.remark(_place(name, reader.line_num), f"it can't be read: {error}")
            continue
        if row is None:
            return
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns, several = _columns(row)
            separators = separators or several
            if _is_header(row):
                if _BOXES & set(map(_word, row)):
                    notes.remark(_place(name, reader.line_num), "it has columns for boxes, which are not read from CSV")
                continue
        yield from _row(row, columns, separators, _place(name, reader.line_num), notes)


def _row(
    row: Sequence[str], columns: tuple[int, int], separators: str, place: str, notes: Notebook
) -> Iterator[tuple[str, list[str]]]:
    image = _plain(row[columns[0]]) if columns[0] < len(row) else ""
    if named(image) is None:
        notes.remark(place, "it names no image")
    elif columns[1] >= len(row):
        notes.remark(place, f"it has no label for “{shown(image)}”: {counted(len(row), 'cell')} only")
    else:
        cell = row[columns[1]]
        parts = re.split(f"[{re.escape(separators)}]", cell) if separators else [cell]
        yield image, [label for part in parts if named(label := _plain(part.strip()))]


def _place(name: str, line: int) -> str:
    return f"{name}, line {line:,}" if name else f"line {line:,}"


def _columns(first: Sequence[str]) -> tuple[tuple[int, int], str]:
    """((image's column, label's column), what divides several labels of a cell): by name, else first and second."""
    words = list(map(_word, first))
    if not _is_header(first):
        return (0, 1), ""
    image = next(words.index(word) for word in _IMAGES if word in words)
    label = next(words.index(word) for word in (*_LABELS, *_SEVERAL) if word in words)
    return (image, label), "|;," if words[label] in _SEVERAL else ""


def _is_header(row: Sequence[str]) -> bool:
    words = set(map(_word, row))
    return bool(words & set(_IMAGES)) and bool(words & {*_LABELS, *_SEVERAL})


def _word(cell: str) -> str:
    """ "Image_Name " -> "imagename"."""
    return "".join(letter for letter in cell.lower() if letter.isalnum())


def _delimiter(table: str) -> str:
    """What divides the cells: what makes a first row of known names, else what gives most rows the same two or more."""
    head = table[:100_000].splitlines(keepends=True)[:_LOOKED_AT]
    if not head:
        return ","
    for delimiter in DELIMITERS:
        if _is_header(next(csv.reader(head[:1], delimiter=delimiter, strict=False), [])):
            return delimiter
    return max(DELIMITERS, key=lambda delimiter: (_agreement(head, delimiter), -DELIMITERS.index(delimiter)))


def _agreement(lines: Sequence[str], delimiter: str) -> int:
    """How many of the rows have the most frequent number of cells, if that is two or more."""
    widths = Counter(line.count(delimiter) + 1 for line in lines if line.strip())
    width, rows = widths.most_common(1)[0] if widths else (0, 0)
    return rows if width > 1 else 0


def _guarded(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would work out, or before such an apostrophe."""
    return f"'{cell}" if cell.startswith((*_SPREADSHEET, *(f"'{sign}" for sign in (*_SPREADSHEET, "'")))) else cell


def _plain(cell: str) -> str:
    """The cell without the apostrophe that guards it."""
    return cell[1:] if cell.startswith(tuple(f"'{sign}" for sign in (*_SPREADSHEET, "'"))) else cell

"""The entries of datasets: how checked manifest lines are kept, counted, listed and filtered."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

from core.engine.awsjson import ApiError, Ask, Caller
from core.engine.pages import PAGE
from core.engine.service import Service, find_dataset, in_use
from core.engine.state import Dataset
from core.manifest.dataset import entry_json
from core.manifest.rules import check_line
from core.manifest.types import Line

_FILTERED = """
    SELECT * FROM entry WHERE dataset = :dataset AND position > :after
    AND (:labeled IS NULL OR labeled = :labeled)
    AND (:errors IS NULL OR errors = :errors)
    AND (:source IS NULL OR instr(source_ref, :source) > 0)
    AND (:labels IS NULL OR EXISTS (
        SELECT 1 FROM json_each(entry.labels) AS own JOIN json_each(:labels) AS wanted ON own.key = wanted.value))
    ORDER BY position LIMIT :most
"""


def replace_entries(rows: sqlite3.Connection, dataset: str, lines: Iterable[Line]) -> None:
    """Make `lines` the entries of a dataset, in their order."""
    rows.execute("DELETE FROM entry WHERE dataset = ?", (dataset,))
    rows.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
                     ((dataset, number, *_columns(line)) for number, line in enumerate(lines, 1)))


def copy_entries(rows: sqlite3.Connection, source: str, target: str) -> None:
    rows.execute("INSERT INTO entry SELECT ?, position, source_ref, text, labels, labeled, errors FROM entry "
                 "WHERE dataset = ?", (target, source))


def texts(rows: sqlite3.Connection, dataset: str) -> dict[str, str]:
    """The lines of a dataset as they came in, by their source-ref."""
    found = rows.execute("SELECT source_ref, text FROM entry WHERE dataset = ? ORDER BY position", (dataset,))
    return {row["source_ref"]: row["text"] for row in found}


def statistics(rows: sqlite3.Connection, dataset: str) -> dict[str, int]:
    """AWS's DatasetStats."""
    total, labeled, errors = rows.execute(
        "SELECT COUNT(*), COALESCE(SUM(labeled), 0), COALESCE(SUM(errors), 0) FROM entry WHERE dataset = ?",
        (dataset,)).fetchone()
    labels = rows.execute("SELECT COUNT(DISTINCT key) FROM entry, json_each(labels) WHERE dataset = ?",
                          (dataset,)).fetchone()[0]
    return {"LabeledEntries": labeled, "TotalEntries": total, "TotalLabels": labels, "ErrorEntries": errors}


def list_dataset_entries(service: Service, caller: Caller, ask: Ask) -> Ask:
    """ListDatasetEntries. HasErrors false filters nothing, as scripts of AWS's guide expect."""
    labels = ask.get("ContainsLabels")
    filters = {
        "labeled": ask.get("Labeled"), "source": ask.get("SourceRefContains"),
        "errors": True if ask.get("HasErrors") else None, "labels": json.dumps(labels) if labels else None,
    }
    scope = ("ListDatasetEntries", ask["DatasetArn"], filters)
    after = service.pages.after(ask.get("NextToken"), *scope) or 0
    most = ask.get("MaxResults", PAGE)
    with service.state.reading() as rows:
        dataset = _readable(find_dataset(rows, caller, ask["DatasetArn"]))
        found = rows.execute(_FILTERED, filters | {"dataset": dataset.arn, "after": after, "most": most + 1}).fetchall()
    token = service.pages.token(found[most - 1]["position"], *scope) if len(found) > most else None
    page = [entry_json(check_line(row["text"], row["position"])) for row in found[:most]]
    return {"DatasetEntries": page, "NextToken": token}


def list_dataset_labels(service: Service, caller: Caller, ask: Ask) -> Ask:
    """ListDatasetLabels, by name: the entries that have the label, and its bounding boxes in all of them."""
    scope = ("ListDatasetLabels", ask["DatasetArn"])
    after = service.pages.after(ask.get("NextToken"), *scope) or ""
    most = ask.get("MaxResults", PAGE)
    with service.state.reading() as rows:
        dataset = _readable(find_dataset(rows, caller, ask["DatasetArn"]))
        found = rows.execute(
            "SELECT key, COUNT(*) AS entries, SUM(value) AS boxes FROM entry, json_each(labels) "
            "WHERE dataset = ? AND key > ? GROUP BY key ORDER BY key LIMIT ?",
            (dataset.arn, after, most + 1)).fetchall()
    token = service.pages.token(found[most - 1]["key"], *scope) if len(found) > most else None
    return {"NextToken": token, "DatasetLabelDescriptions": [
        {"LabelName": row["key"], "LabelStats": {"EntryCount": row["entries"], "BoundingBoxCount": row["boxes"]}}
        for row in found[:most]]}


def _readable(dataset: Dataset) -> Dataset:
    if dataset.status == "CREATE_IN_PROGRESS":
        raise ApiError("ResourceNotReadyException", "The dataset is still being created.")
    if dataset.status == "DELETE_IN_PROGRESS":
        raise in_use("The dataset is being deleted.")
    return dataset


def _columns(line: Line) -> Sequence[str | int]:
    boxes = Counter(box.label for box in line.boxes)
    labels = {label: boxes.get(label, 0) for label in (*line.labels, *boxes)}
    return line.source_ref or "", line.text, json.dumps(labels), int(bool(labels)), int(line.has_errors)

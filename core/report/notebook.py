"""The notebook of a report: every step again, from the photos to the stopped model, as plain boto3 and `core`.

Its code reads everything from the run record beside it, so that no name that comes from outside stands in it. It is
written and not run: what it would show is in the report already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from core.aws import prices
from core.report import notebook_steps as steps
from core.report.contents import Contents


def build(contents: Contents) -> str:
    """The notebook as nbformat 4.5 JSON. It has the steps that the project has come to, and no others."""
    cells = [_cell(number, kind, source.strip()) for number, (kind, source) in enumerate(_cells(contents), start=1)]
    about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
             "language_info": {"name": "python"}}
    return json.dumps({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"


def _cells(contents: Contents) -> Iterator[tuple[str, str]]:
    """(kind, source) of each cell."""
    yield from _step(steps.OPENING, steps.SETTINGS)
    yield from _step("## The original photos, by hash", steps.PHOTOS)
    yield from _step("## Cleaning, by the recorded recipe", steps.CLEANING)
    if contents.built is None:
        return
    yield from _step("## The way to S3 and Rekognition", steps.CLIENTS)
    yield from _step("## Labels, split and manifests\n\nThey follow from the record alone: labels, groups of photos "
                     "that are the same, seed, and what was moved by hand.", steps.MANIFESTS)
    yield from _step("## Upload\n\nS3 bills for storage and requests: cents for some gigabytes a month.", steps.UPLOAD)
    if contents.model is None or not contents.built.testing:
        return
    training, running = _prices(contents)
    yield from _step(f"## Training\n\nThis is billed by AWS. {training}.", steps.TRAINING.format(price=training))
    if contents.trial is None:
        return
    yield from _step(f"## Start, predict, stop\n\nThis is billed by AWS, from the start until the model has stopped. "
                     f"{running}. The cell stops the model whatever happens; see that it did in the next one.",
                     steps.PREDICTING.format(price=running))
    yield from _step("## Stopped", steps.STOPPED)
    yield from _step("## Evaluation\n\nOn the built-in engine the same photos give the same model. On AWS another "
                     "training gives another model, and the intervals tell what that can come to.", steps.EVALUATING)


def _step(words: str, code: str) -> Iterator[tuple[str, str]]:
    yield "markdown", words
    yield "code", code


def _prices(contents: Contents) -> tuple[str, str]:
    """What training and running cost, in a sentence each without its full stop."""
    price = contents.prices
    seconds = contents.model.version.billable_seconds if contents.model else None
    took = f"; then it took {seconds / 60:.0f} min, {prices.words(price.training_cost(seconds))}" if seconds else ""
    checked = f"as AWS's samples have it for US East, checked on {price.checked}"
    return (f"{prices.words(price.training_hour)} for an hour of training ({checked}){took}",
            f"{prices.words(price.unit_hour)} for an hour of one inference unit ({checked})")


def _cell(number: int, kind: str, source: str) -> dict[str, Any]:
    lines = source.splitlines(keepends=True)
    cell: dict[str, Any] = {"cell_type": kind, "id": f"step-{number}", "metadata": {}, "source": lines}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell

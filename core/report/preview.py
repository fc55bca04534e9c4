"""The report as it would be made now, for the page that makes it: the same HTML, with fewer mistakes to draw."""

from __future__ import annotations

import time
from functools import partial

from core.aws.clients import Clients
from core.dataset.remembering import remembered
from core.report import html
from core.report.gathering import gather
from core.report.options import Options
from core.workspace import Project

CARDS = 2  # mistakes; each photo is read whole
_FRESH = 300.0  # seconds for which what AWS says of the model counts


def preview(project: Project, clients: Clients, bucket: str, options: Options) -> str:
    """The HTML, kept while the project stays as it is."""
    draw = partial(_drawn, project, clients, bucket, options)
    return remembered(project, "report preview", draw, options, bucket, clients, time.monotonic() // _FRESH)


def _drawn(project: Project, clients: Clients, bucket: str, options: Options) -> str:
    return html.build(gather(project, clients, bucket, options), CARDS)

"""The workspace in which the page tests find everything done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from core.aws import guard, versions
from core.aws.calls import Patience
from core.aws.clients import Clients
from core.workspace import Project, Workspace

QUICK = Patience(seconds=240, first=0.02, longest=0.2)  # with an engine on this computer


@dataclass(frozen=True)
class Shelter:
    """A workspace whose project "shelter" has photos of two labels, one of them hostile, a model, a run, a report."""

    workspace: Workspace
    clients: Clients
    arn: str
    folder: Path

    @property
    def project(self) -> Project:
        return self.workspace.open("shelter")

    def let_run(self) -> None:
        """Start the model, unless it runs."""
        if versions.describe(self.clients, self.arn).status != "RUNNING":
            until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
            guard.start(self.workspace, self.clients, self.arn, 1, until)
            versions.wait_for(self.clients, self.arn, {"RUNNING"}, QUICK)

    def let_rest(self) -> None:
        """Stop the model, if it runs."""
        if versions.describe(self.clients, self.arn).running:
            guard.stop(self.workspace, self.clients, self.arn)
            versions.wait_for(self.clients, self.arn, {"STOPPED"}, QUICK)

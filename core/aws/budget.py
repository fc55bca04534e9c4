"""A budget for the month: what was spent of it, when to warn, and when nothing more is started."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.aws import prices
from core.aws.uptime import uptimes
from core.errors import Cure, RekolabError
from core.types import Backend
from core.workspace import Workspace, now

WARNINGS = (0.5, 0.8)
LEAST = 0.01  # US dollars
ENGINE_ACCOUNT = "123456789012"  # in ARNs of the built-in engine, whose costs are no money
_SETTING = "budget_usd"


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent this month and what was, in US dollars; `limit` is None where nobody has set one."""

    limit: float | None
    spent: float

    @property
    def share(self) -> float:
        """How much of it is spent: 1 is all."""
        return self.spent / self.limit if self.limit else 0.0

    @property
    def reached(self) -> bool:
        return self.limit is not None and self.spent >= self.limit

    @property
    def warning(self) -> str | None:
        """What to say of it, None while less than half is spent."""
        if self.limit is None or self.share < WARNINGS[0]:
            return None
        spent = f"{self.share:.0%} of this month's budget of {prices.words(self.limit)} is spent"
        if self.reached:
            return f"{spent}. Nothing more is started until you raise it; stopping always works."
        return f"{spent}: {prices.words(self.limit - self.spent)} left." + (
            " Soon nothing more is started." if self.share >= WARNINGS[1] else "")


def standing(workspace: Workspace, backend: Backend, moment: dt.datetime | None = None) -> Budget:
    """The budget as it stands. The engine's figures, which AWS would have billed, are never mixed with AWS's."""
    return Budget(limit(workspace), spent(workspace, backend, moment))


def limit(workspace: Workspace) -> float | None:
    """US dollars a month, None for no limit."""
    chosen = workspace.get(_SETTING)
    return None if chosen is None else float(chosen)


def set_limit(workspace: Workspace, usd: float | None) -> None:
    """Let the month cost so much, a cent at least, or anything."""
    if usd is not None and usd < LEAST:
        raise RekolabError("A budget is a cent at least. Leave it empty for no limit.")
    workspace.set(_SETTING, usd)


def spent(workspace: Workspace, backend: Backend, moment: dt.datetime | None = None) -> float:
    """US dollars that running and training came to since the month began, in UTC as AWS bills."""
    at, price = moment or now(), prices.load()
    begin = at.astimezone(dt.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    running = sum(price.cost(run.units, ((run.stopped or at) - max(run.started, begin)).total_seconds())
                  for run in uptimes(workspace) if counts(run.arn, backend) and (run.stopped or at) > begin)
    return running + sum(price.training_cost(seconds) for arn, ended, seconds in _trainings(workspace)
                         if counts(arn, backend) and begin <= ended)


def check(workspace: Workspace, backend: Backend, moment: dt.datetime | None = None) -> None:
    """RekolabError when the month's budget is spent."""
    budget = standing(workspace, backend, moment)
    if budget.reached:
        raise RekolabError(f"Not started: {budget.warning}", Cure("Change the budget", "model/versions"))


def counts(arn: str, backend: Backend) -> bool:
    """Whether a model is of the engine, or of AWS, as the backend is."""
    return (arn.split(":")[4] == ENGINE_ACCOUNT) == backend.is_engine


def _trainings(workspace: Workspace) -> list[tuple[str, dt.datetime, int]]:
    with workspace.reading() as rows:
        return [(row["arn"], dt.datetime.fromisoformat(row["ended"]), row["seconds"])
                for row in rows.execute("SELECT * FROM training").fetchall()]

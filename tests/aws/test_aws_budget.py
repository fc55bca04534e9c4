from __future__ import annotations

import datetime as dt

import pytest

from core.aws import budget, uptime
from core.aws.versions import version_of
from core.errors import RekolabError
from core.types import Backend
from core.workspace import Workspace

OURS = "arn:aws:rekognition:us-east-1:111122223333:project/pets/version/{}/1690405809999"
ENGINES = OURS.replace("111122223333", "123456789012")
AWS = Backend("studio")
NINE = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def ran(workspace: Workspace, arn: str, started: dt.datetime, hours: float, units: int = 1) -> None:
    uptime.note_started(workspace, arn, units, started)
    uptime.note_stopped(workspace, arn, started + hours * HOUR)


def test_running_and_training_count_since_the_month_began(workspace: Workspace) -> None:
    ran(workspace, OURS.format("a"), NINE, 2, units=3)
    ran(workspace, OURS.format("b"), dt.datetime(2026, 10, 31, 23, tzinfo=dt.UTC), 2)  # an hour of it in this month
    ran(workspace, OURS.format("c"), NINE - 60 * 24 * HOUR, 5)
    trained = version_of({
        "ProjectVersionArn": OURS.format("a"), "CreationTimestamp": NINE, "Status": "TRAINING_COMPLETED",
        "TrainingEndTimestamp": NINE, "BillableTrainingTimeInSeconds": 1800})
    for _ in range(2):
        uptime.observe(workspace, [trained], NINE)
    assert budget.spent(workspace, AWS, NINE + 3 * HOUR) == pytest.approx(24 + 4 + 0.5)


def test_a_model_that_runs_counts_until_now(workspace: Workspace) -> None:
    uptime.note_started(workspace, OURS.format("a"), 1, NINE)
    assert budget.spent(workspace, AWS, NINE + 2.5 * HOUR) == pytest.approx(10)


def test_what_the_engine_ran_is_no_money(workspace: Workspace) -> None:
    ran(workspace, ENGINES.format("a"), NINE, 2)
    assert budget.spent(workspace, AWS, NINE + 3 * HOUR) == 0
    assert budget.spent(workspace, Backend(), NINE + 3 * HOUR) == pytest.approx(8)


@pytest.mark.parametrize(("hours", "words"), [
    (1.9, None), (2.5, "50% of this month's budget of $20.00 is spent: $10.00 left."),
    (4, "80% of this month's budget of $20.00 is spent: $4.00 left. Soon nothing more is started."),
    (5, "Nothing more is started until you raise it"), (9, "180% of this month's budget")])
def test_the_budget_speaks_up_at_its_marks(workspace: Workspace, hours: float, words: str | None) -> None:
    budget.set_limit(workspace, 20)
    ran(workspace, OURS.format("a"), NINE, hours)
    said = budget.standing(workspace, AWS, NINE + 10 * HOUR).warning
    assert (said is None) if words is None else (said is not None and words in said)


def test_starting_is_blocked_once_all_is_spent(workspace: Workspace) -> None:
    ran(workspace, OURS.format("a"), NINE, 5)
    budget.check(workspace, AWS, NINE + 10 * HOUR)  # nobody has set a limit
    budget.set_limit(workspace, 20.5)
    budget.check(workspace, AWS, NINE + 10 * HOUR)
    budget.set_limit(workspace, 20)
    with pytest.raises(RekolabError, match="Nothing more is started"):
        budget.check(workspace, AWS, NINE + 10 * HOUR)
    budget.check(workspace, AWS, NINE + 10 * 24 * HOUR)  # in the next month it begins anew

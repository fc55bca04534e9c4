"""What AWS charges for Custom Labels, and the words for it. Nothing here asks AWS: prices are not in its API."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass

from core import settings

HOURS_A_MONTH = 730.0
TRAINING_HOURS = (0.5, 24.0)  # "30 minutes to 24 hours" in the developer guide
MONDAY_MORNING = 9
CHECK_AGAIN = 180  # days


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a running model costs in US dollars, until it is stopped after that long."""

    hour: float
    day: float
    until_monday: float
    month: float


@dataclass(frozen=True, slots=True)
class Training:
    """What a training will probably take: least and most in hours and in US dollars, and where that comes from."""

    hours: tuple[float, float]
    usd: tuple[float, float]
    source: str


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for an hour of training and for an hour of one inference unit, and the day they were checked."""

    training_hour: float
    unit_hour: float
    checked: str

    @property
    def source(self) -> str:
        """Where the figures come from, in a sentence."""
        return (f"{words(self.training_hour)} for an hour of training and {words(self.unit_hour)} for an hour of one "
                f"inference unit, as AWS's samples have it for US East (checked on {self.checked}). Prices differ by "
                "region: aws.amazon.com/rekognition/pricing has yours, and .streamlit/rekolab.toml takes them.")

    def cost(self, units: int, seconds: float) -> float:
        """What a model costs that ran so long on so many inference units; AWS charges by the minute."""
        return math.ceil(max(seconds, 0.0) / 60) / 60 * units * self.unit_hour

    def training_cost(self, seconds: float) -> float:
        """What a training of so many billable seconds costs; one that fails is not billed."""
        return max(seconds, 0.0) / 3600 * self.training_hour

    def training_ahead(self, billed: Sequence[float] = ()) -> Training:
        """What the next training will take, from the billable seconds of earlier ones on AWS, if there are any."""
        low, high = TRAINING_HOURS
        source = "AWS's developer guide says 30 minutes to 24 hours."
        if billed:
            low, high = min(billed) / 7200, max(billed) / 1800
            source = (f"From half the shortest to twice the longest of {len(billed)} trainings that AWS has billed "
                      "here." if len(billed) > 1 else "From half to twice the training that AWS has billed here.")
        return Training((low, high), (low * self.training_hour, high * self.training_hour), source)

    def old(self, today: dt.date) -> bool:
        """Whether it is so long since the prices were checked that they should be looked up again."""
        try:
            return (today - dt.date.fromisoformat(self.checked)).days > CHECK_AGAIN
        except ValueError:
            return True

    def an_hour(self, units: int = 1) -> str:
        """The price of running in words: "$4.00 an hour"."""
        return f"{words(units * self.unit_hour)} an hour"

    def forecast(self, units: int, now: dt.datetime | None = None) -> Forecast:
        """What running on so many units costs; until Monday means nine in the morning in the time zone of `now`."""
        hour = units * self.unit_hour
        moment = now or dt.datetime.now().astimezone()
        waiting = (next_monday(moment) - moment).total_seconds()
        return Forecast(hour, 24 * hour, self.cost(units, waiting), HOURS_A_MONTH * hour)


def load(chosen: settings.Settings | None = None) -> Prices:
    """The prices of the settings in force."""
    known = chosen or settings.load()
    return Prices(known.training_hour_usd, known.unit_hour_usd, known.prices_checked)


def next_monday(now: dt.datetime) -> dt.datetime:
    """The next Monday at nine, after `now` and in its time zone."""
    morning = now.replace(hour=MONDAY_MORNING, minute=0, second=0, microsecond=0)
    monday = morning + dt.timedelta(days=-morning.weekday() % 7)
    return monday if monday > now else monday + dt.timedelta(days=7)


def words(usd: float) -> str:
    """Dollars as a person reads them: "$0.07", "$4.00", "$252", "$2,920"."""
    if 0 < usd < 0.01:
        return "under $0.01"
    return f"${usd:,.2f}" if usd < 100 else f"${usd:,.0f}"

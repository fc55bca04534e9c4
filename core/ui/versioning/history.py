"""What the models have run and cost, month by month: Rekolab's own record, and on AWS what CloudWatch has counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.aws import budget, prices, running_times, uptime, usage, versions
from core.aws.clients import Clients
from core.aws.prices import Prices
from core.aws.running_times import Difference, Month
from core.aws.uptime import Uptime
from core.types import Version
from core.ui import state
from core.ui.words import count, duration, plain
from core.workspace import now

CHART: dict[str, Any] = {
    "mark": {"type": "bar", "size": 48}, "height": 220,
    "encoding": {
        "x": {"field": "month", "type": "ordinal", "axis": {"title": None, "labelAngle": 0}},
        "y": {"field": "usd", "type": "quantitative", "axis": {"title": "US dollars"}},
        "color": {"field": "model", "type": "nominal", "legend": {"title": None, "orient": "bottom", "columns": 2}}}}
_COUNTED = "versions_counted"  # in the session: what CloudWatch said last, by backend


def draw(clients: Clients, listed: Sequence[Version]) -> None:
    """The months and the runs, of every model that is on record, also of those that are deleted by now."""
    at, tariff = now(), prices.load(state.in_force())
    runs = [run for run in uptime.uptimes(state.workspace()) if budget.counts(run.arn, clients.backend)
            and run.arn.split(":")[3] == clients.region]
    months = running_times.recorded(runs, tariff, at)
    if runs:
        names = _names({run.arn for run in runs})
        if months:  # a run of no second is in none
            _months(months, names, clients.backend.is_engine)
        with st.expander(f"{count(len(runs), 'run')} so far"):
            _runs(runs, names, tariff, at)
    else:
        st.caption("No model has run yet, as far as Rekolab has seen.")
    if not clients.backend.is_engine:
        _cloudwatch(clients, listed, runs, months, tariff, at)


def _months(months: Sequence[Month], names: Mapping[str, str], free: bool) -> None:
    chart, table = st.columns([2, 3], gap="large")
    chart.vega_lite_chart(
        [{"month": f"{one.month:%Y-%m}", "usd": round(one.usd, 2), "model": names[one.arn]}
         for one in months if one.usd >= 0.01], CHART, alt="Cost of running by month and model")
    table.dataframe(_rows(months, names), hide_index=True, height="content" if len(months) < 7 else 260)
    total = prices.words(sum(one.usd for one in months))
    said = f"{total} altogether: what AWS would have charged. The built-in engine is free." if free else (
        f"{total} altogether, by Rekolab's own record.")
    table.caption(plain(said) + " Months are in UTC, as AWS bills; trainings come on top.")


def _rows(months: Sequence[Month], names: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"month": f"{one.month:%B %Y}", "model": names[one.arn], "ran for": duration(one.seconds),
             "on AWS": prices.words(one.usd)} for one in months]


def _runs(runs: Sequence[Uptime], names: Mapping[str, str], tariff: Prices, at: dt.datetime) -> None:
    st.dataframe([{"model": names[run.arn], "started": run.started.astimezone(), "units": run.units,
                   "stopped": run.stopped.astimezone() if run.stopped else None, "ran for": duration(run.seconds(at)),
                   "on AWS": prices.words(tariff.cost(run.units, run.seconds(at))),
                   "started by": "somebody else; first seen then" if run.seen else "Rekolab"} for run in runs],
                 hide_index=True)


def _names(arns: Iterable[str]) -> dict[str, str]:
    """The models by ARN: the version's name, with the project's and the number where another one has it, too."""
    named = {arn: versions.names_of(arn) for arn in arns}
    often = Counter(version for _, version in named.values())
    names = {arn: version if often[version] == 1 else f"{project} / {version}"
             for arn, (project, version) in named.items()}
    twice = Counter(names.values())
    return {arn: name if twice[name] == 1 else f"{name} ({arn.rpartition('/')[2]})" for arn, name in names.items()}


def _cloudwatch(clients: Clients, listed: Sequence[Version], runs: Sequence[Uptime], months: Sequence[Month],
                tariff: Prices, at: dt.datetime) -> None:
    """Ask CloudWatch, which costs a little, and say where it has another figure."""
    trained = [version for version in listed if version.f1 is not None]
    asked = usage.metrics_asked(trained, at)
    st.markdown("**What CloudWatch has counted**")
    st.caption(plain(f"CloudWatch counts the inference units in service, whoever started the model and from where. A "
                     f"look asks for {count(asked, 'metric')}, which AWS bills with "
                     f"{prices.words(asked * usage.USD_A_METRIC)}."))
    known: dict[str, list[Month]] = st.session_state.setdefault(_COUNTED, {})
    if st.button("Ask CloudWatch", key="versions_cloudwatch", icon=":material/monitoring:", disabled=not trained):
        with state.errors_shown(), st.spinner("Asking CloudWatch …"):
            known[clients.backend.title] = running_times.counted(usage.in_service(clients, trained, at), tariff)
    if (counted := known.get(clients.backend.title)) is None:
        return
    if not counted:
        st.info("CloudWatch has counted nothing for these models. It has figures only for models that were trained and "
                "started after August 2022, and for 15 months.", icon=":material/monitoring:")
    else:
        st.dataframe(_rows(counted, _names({one.arn for one in counted})), hide_index=True)
    there = {version.arn for version in trained}
    found = running_times.differences(
        [one for one in months if one.arn in there], counted,
        running_times.starts(run for run in runs if run.arn in there))
    if not found:
        st.success("It agrees with Rekolab's own record.", icon=":material/check_circle:")
    for one in found:
        st.warning(plain(difference(one)), icon=":material/difference:")


def difference(found: Difference) -> str:
    """What differs, and what that usually means, in a sentence or two."""
    month, name = f"{found.recorded.month:%B %Y}", " / ".join(versions.names_of(found.recorded.arn))
    figures = (f"{name} in {month}: CloudWatch has {duration(found.counted.seconds)} "
               f"({prices.words(found.counted.usd)}), Rekolab's record {duration(found.recorded.seconds)} "
               f"({prices.words(found.recorded.usd)}).")
    if found.seconds > 0:
        return (f"{figures} It ran when Rekolab did not look: started elsewhere, or before this workspace was made. "
                "AWS bills by its own count.")
    return (f"{figures} The record is too long: the model was stopped elsewhere while Rekolab was closed, or did not "
            "start. AWS bills by its own count.")

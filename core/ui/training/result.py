"""What came of a training that ended well: AWS's evaluation beside the forecast of its beginning."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.aws import prices, training
from core.aws.clients import Clients
from core.aws.prices import Prices
from core.dataset import models
from core.dataset.remembering import remembered
from core.evaluation import charts, forecast, forecasting, measured
from core.evaluation.forecast import Forecast
from core.evaluation.intervals import Figure
from core.evaluation.measured import Beside
from core.types import Version
from core.ui.words import count, duration, plain
from core.workspace import Project

OUTCOMES = {"within": "as forecast", "better": "better than forecast", "worse": "worse than forecast", "unknown": ""}
WORSE = ("The forecast comes from another learner than AWS's. Look at the test photos that were mistaken: one wrong "
         "label among few photos is enough.")


def draw(project: Project, clients: Clients, version: Version, tariff: Prices) -> None:
    """The figures with their intervals, in words, in a picture and in a table."""
    found = remembered(project, "evaluation", partial(training.evaluation, clients, version), version.arn)
    made = _forecast(project, version)
    rows = measured.beside(found, made)
    _said(rows[0])
    for column, (title, value) in zip(st.columns(5), (
            ("F1", f"{found.f1:.3f}"), ("Precision", f"{found.precision:.3f}"), ("Recall", f"{found.recall:.3f}"),
            ("Training photos", f"{found.training_images:,}"), ("Test photos", f"{found.testing_images:,}")),
            strict=True):
        column.metric(title, value)
    if made and any(row.forecast for row in rows):
        st.plotly_chart(charts.beside_forecast(rows), config={"displayModeBar": False}, key="train_beside",
                        alt="F1 of each label: what was forecast as a bar, what was measured as a dot")
    st.dataframe(
        [{"label": one.label, "test photos": one.images, "F1": one.f1, "interval": _range(row.measured),
          **({"forecast": _range(row.forecast), "": OUTCOMES[row.outcome]} if made else {}),
          "precision": one.precision, "recall": one.recall, "threshold": one.threshold}
         for one, row in zip(found.labels, rows[1:], strict=True)],
        hide_index=True, column_config={name: st.column_config.NumberColumn(format="%.3f")
                                        for name in ("F1", "precision", "recall", "threshold")})
    _details(version, tariff)


def _forecast(project: Project, version: Version) -> Forecast | None:
    """The forecast that was shown when the training began; before these were kept, that of the same manifests."""
    if kept := models.foreseen(project, version.name):
        return forecast.load(kept)
    digest = models.trained_with(project, version.name)
    return forecasting.of(project, digest) if digest else None


def _said(mean: Beside) -> None:
    """Whether it is as forecast, and what the test can show at all."""
    sentence = measured.sentence(mean)
    if not sentence:
        st.caption("There was no forecast when this training began, so there is nothing to compare its result with.")
    elif mean.outcome == "worse":
        st.warning(f"**{plain(sentence)}** {WORSE}", icon=":material/trending_down:")
    else:
        st.success(f"**{plain(sentence)}**", icon=":material/query_stats:")
    if mean.measured.known:
        st.caption(f"With {count(mean.photos, 'test photo')} the true F1 lies anywhere between {mean.measured.low:.2f} "
                   f"and {mean.measured.high:.2f}.")


def _range(figure: Figure | None) -> str:
    return f"{figure.low:.2f} to {figure.high:.2f}" if figure and figure.known else "–"


def _details(version: Version, tariff: Prices) -> None:
    said = [plain(version.description)] if version.description else []
    if version.billable_seconds is not None:
        cost = plain(prices.words(tariff.training_cost(version.billable_seconds)))
        said.append(f"Trained for {duration(version.billable_seconds)}; on AWS that is billed with {cost}.")
    if version.kms_key:
        said.append(f"Encrypted with {plain(version.kms_key)}.")
    for one in said:
        st.caption(one)

"""How the risk of leaving is spread over the viewer's customers: bands of the last night's scores, in people."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, share
from metrics.customers.risk_bands import RISK_BANDS, risk_bands
from pages.charts import charts
from pages.components import data, tables
from warehouse.access.reader import Viewer
from workflow.records.run_notes import CHURN_MODEL


def show(viewer: Viewer, today: date) -> None:
    """Bars of how many customers lie in each band, with the table below; says so where nobody is scored yet."""
    st.header("Churn risk across all your customers")
    spread = data.frame(viewer, risk_bands(today))
    people = int(spread["customers"].sum())
    if not people:
        tables.not_worked_out(
            viewer, CHURN_MODEL, "None of your customers was scored in the last nightly run."
        )
        return
    counts = dict(zip(spread["band"], spread["customers"], strict=True))
    bands = list(RISK_BANDS)
    values = [int(counts.get(number, 0)) for number in range(len(bands))]
    texts = [
        f"{n:,} (under 1%)" if 0 < 100 * n / people < 0.5 else f"{n:,} ({share(n / people, 0)})"
        for n in values
    ]
    high = sum(values[2:])
    st.text(
        f"{high:,} of your {people:,} customers have a chance of 1 in 10 or more to leave within 90 days, "
        f"as scored on {day(today)}."
    )
    charts.show(
        charts.bars(bands, values, texts),
        alt="Customers by chance of leaving within 90 days: "
        + ", ".join(map(": ".join, zip(bands, texts, strict=True))),
        key="risk",
    )
    charts.table_below(
        pd.DataFrame({"Of 100 customers like this one, leave within 90 days": bands, "Customers": values}),
        "risk-table",
    )

"""What customers bring where nobody knows which channel won them: all together, and by month of joining."""

import pandas as pd
import streamlit as st

from metrics.attribution import channel_net_value, value_meaning
from metrics.comparison.words import hkd, numeral
from metrics.definitions.scope import Scope
from metrics.query import value_basis
from models.value import net_value
from pages.components import data, tables
from pages.growth.channels import value_checks
from warehouse.access.reader import Viewer
from workflow.campaigns import value_gaps


def without_channels(viewer: Viewer, scope: Scope) -> None:
    """The mean value of all customers, what channels lack, and what each month's newcomers brought and are worth."""
    available = data.available_columns(viewer)
    if not {"customers", "customers.joined_on"} <= available or "revenues" not in available:
        st.title("What channels cost and bring is not known here")
        tables.absent("Channel value", viewer, "customers", "customers.joined_on", "leads", "revenues")
        return
    st.title(data.until_changed(viewer, headline))
    tables.absent("What each channel costs and brings", viewer, "leads", "customers.acquired_by_lead_id")
    _by_month_of_joining(viewer, scope)
    value_checks.cohorts(viewer, scope, data.as_of(viewer))
    value_checks.hindsight(viewer)


def headline(viewer: Viewer) -> str:
    """`A customer is expected to bring HKD 212 in the next 36 months`, or why nobody knows."""
    expected = data.cached(viewer, channel_net_value.expected_ahead).iloc[0]
    if not expected["valued"] > 0 or pd.isna(expected["value"]):
        why, _, _ = value_gaps.no_value(data.reader(viewer)).partition(". ")
        return f"What a customer will bring is {why}"
    mean = hkd(expected["value"] / expected["valued"])
    months = data.reader(viewer).stores.settings.value_horizon_months
    return (
        f"A customer is expected to bring {mean} in the next {months} months, on average over "
        f"{numeral(expected['valued'])} customers"
    )


def _by_month_of_joining(viewer: Viewer, scope: Scope) -> None:
    st.header("Lifetime value by month of joining")
    if "customer_values" not in data.available_columns(viewer):
        tables.empty(f"Lifetime value is {value_gaps.no_value(data.reader(viewer))}.")
        return
    table = data.until_changed(viewer, valued_by_month, scope)
    if table.empty:
        tables.empty(value_checks.why_nobody_joined(viewer, scope))
        return
    settings = data.reader(viewer).stores.settings
    by_purchases = value_basis.rests_on_purchases(data.available_columns(viewer))
    st.caption(
        f"Net revenue since joining and expected until {settings.value_horizon_months} months after it, on average over "
        f"{'those of them who have bought' if by_purchases else 'everybody who joined in the month'}, with its 95% "
        "interval."
    )
    tables.show(
        table,
        "value-by-month",
        "too few",
        means=value_meaning.VALUED,
        columns=dict.fromkeys(("Customers", "Valued"), st.column_config.NumberColumn(format="localized")),
    )


def valued_by_month(viewer: Viewer, scope: Scope) -> pd.DataFrame:
    """Each month's newcomers: how many, and what one is worth, as the table shows it."""
    cohorts = net_value.judged(data.cached(viewer, channel_net_value.cohorts_valued, scope))
    return pd.DataFrame(
        {
            "Joined in": [f"{pd.Timestamp(month):%b %Y}" for month in cohorts["group"]],
            "Customers": cohorts["won"],
            "Valued": cohorts["valued"],
            "Lifetime value": [hkd(v) if pd.notna(v) else "not known" for v in cohorts["ltv"]],
            "At least": [hkd(v) if pd.notna(v) else "not known" for v in cohorts["ltv_low"]],
            "At most": [hkd(v) if pd.notna(v) else "not known" for v in cohorts["ltv_high"]],
        }
    )

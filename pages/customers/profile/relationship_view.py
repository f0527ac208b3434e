"""What the customer holds, the balance over a year, service cases, answers and use of the app."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, hkd, rounded_column
from metrics.customers import timeline as about
from pages.charts import charts, time_charts
from pages.components import data, tables
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain

_QUESTIONS = {
    "nps": ("Would you recommend us?", 10),
    "csat": ("Were you satisfied?", 5),
    "ces": ("Was it easy?", 7),
}


def show(viewer: Viewer, customer_id: str, today: date) -> None:
    """Holdings and the balance of 12 months; a role without balances does not get this part."""
    if not data.may_see(viewer, "balances", "accounts"):
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.header("Products held")
        if not tables.absent("This list", viewer, "accounts", "accounts.opened_on", "accounts.product"):
            _holdings(viewer, data.frame(viewer, about.holdings(customer_id, today)))
    with right:
        st.header("Deposits and investments, 12 months")
        if not tables.absent("This chart", viewer, "balances", "balances.balance"):
            _balance(data.frame(viewer, about.balance_by_month(customer_id, today)))


def _holdings(viewer: Viewer, held: pd.DataFrame) -> None:
    closed = tables.lacking(viewer, "accounts.closed_on")
    if held.empty:
        tables.empty("No product is on record." if closed else "No product is open.")
        return
    if closed:
        st.caption(f"Whether one of them was closed is {closed.clause}.")
    frame = pd.DataFrame(
        {
            "Product": [plain(p).capitalize() for p in held["product"]],
            "Since": pd.to_datetime(held["opened_on"]),
            "Balance (HKD)": rounded_column(held["balance"]),
        }
    )
    tables.show(
        frame,
        "holdings",
        "not known",
        columns={
            "Since": st.column_config.DateColumn(format="D MMM YYYY"),
            "Balance (HKD)": st.column_config.NumberColumn(format="localized"),
        },
    )


def _balance(months: pd.DataFrame) -> None:
    if months.empty:
        tables.empty("No balance of the last 12 months is on record.")
        return
    days, values = (
        pd.to_datetime(months["month_on"]).dt.date.tolist(),
        months["balance"].astype(float).tolist(),
    )
    charts.show(
        time_charts.line(days, values, unit="HKD"),
        alt=f"Balance by month end, last {hkd(values[-1])}",
        key="balance",
    )
    charts.table_below(
        pd.DataFrame({"Month end": [day(d) for d in days], "Balance": [hkd(v) for v in values]}),
        "balance-table",
    )


def cases(viewer: Viewer, customer_id: str, today: date) -> None:
    """The latest service cases, with what the customer wrote."""
    st.header("Service cases")
    if not data.may_see(viewer, "tickets") or tables.absent("This list", viewer, "tickets"):
        return
    latest = data.frame(viewer, about.cases(customer_id, today))
    if latest.empty:
        st.caption("No service case on record.")
    settled_known = tables.lacking(viewer, "tickets.resolved_at") is None
    for case in rows_of(latest.head(5), about.ServiceCase):
        state = f", {'open' if case.still_open else 'settled'}" if settled_known else ""
        kind = "case" if case.complaint is None else "complaint" if case.complaint else "question"
        subject = "" if case.category is None else f" about {plain(case.category)}"
        st.text(f"{day(case.opened_at)}: {kind}{subject}{state}")
        if case.text is not None:
            st.caption(escaped(f"“{case.text[:200]}”"))
    for missing in (
        tables.lacking(viewer, "tickets.complaint"),
        tables.lacking(viewer, "tickets.resolved_at"),
    ):
        if missing and len(latest):
            st.caption(missing.sentence)
    if len(latest) > 5:
        st.caption(f"The latest 5 of {len(latest)}; the journey above has them all.")


def answers(viewer: Viewer, customer_id: str, today: date) -> None:
    """What the customer answered when asked, with the scale beside each answer."""
    if not data.may_see(viewer, "surveys"):
        return
    st.header("Survey answers")
    if tables.absent("This list", viewer, "surveys", "surveys.answered_at", "surveys.score"):
        return
    given = data.frame(viewer, about.answers(customer_id, today))
    if given.empty:
        st.caption("No answer on record.")
    for answer in rows_of(given.head(5), about.SurveyAnswer):
        question, best = _QUESTIONS.get(answer.kind or "", (plain(answer.kind), 10))
        st.text(f"{day(answer.answered_at)}: {question} {int(answer.score)} of {best}")
        if answer.comment is not None:
            st.caption(escaped(f"“{answer.comment[:200]}”"))


def usage(viewer: Viewer, customer_id: str, today: date) -> None:
    """What of app and web bank the customer used in 90 days."""
    if not data.may_see(viewer, "product_usage"):
        return
    st.header("Use of the app, 90 days")
    if tables.absent("This list", viewer, "product_usage"):
        return
    used = data.frame(viewer, about.usage(customer_id, today))
    if used.empty:
        st.caption("No use of the app or web bank is on record in 90 days.")
        return
    frame = pd.DataFrame(
        {
            "Feature": [plain(f).capitalize() for f in used["feature"]],
            "Times opened": used["sessions"].astype(int),
            "Last on": pd.to_datetime(used["last_used"]),
        }
    )
    tables.show(frame.head(8), "usage", columns={"Last on": st.column_config.DateColumn(format="D MMM YYYY")})

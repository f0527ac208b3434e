"""What the customer holds, the balance over a year, service cases, answers and use of the app."""

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.currency import currency
from metrics.comparison.words import day, hkd, rounded_column
from metrics.customers import timeline as about
from metrics.customers.profile_parts import CREDIT_PRODUCTS, SAVED_PRODUCTS
from metrics.query import value_basis
from pages.charts import charts, time_charts
from pages.components import data, tables
from pages.components.typed_text import escaped
from pages.customers.profile import delivered
from warehouse.access.data_coverage import why_not_there
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain
from workflow.records.run_notes import LIFETIME_VALUE

HELD = ("accounts", "accounts.opened_on", "accounts.product")
"""What says which products a customer holds: without one of them nothing is said of any."""
_QUESTIONS = {
    "nps": ("Would you recommend us?", 10),
    "csat": ("Were you satisfied?", 5),
    "ces": ("Was it easy?", 7),
}


def show(viewer: Viewer, customer_id: str, today: date) -> None:
    """The whole relationship in figures, what is held, and 12 months; a role without balances does not get this part."""
    if value_basis.rests_on_purchases(data.available_columns(viewer)):
        if data.may_see(viewer, "customer_values"):
            _of_a_shop(viewer, customer_id, today)
        return
    if not data.may_see(viewer, "balances", "accounts"):
        return
    st.header("The whole relationship")
    held = (
        pd.DataFrame()
        if tables.lacking(viewer, *HELD)
        else data.frame(viewer, about.holdings(customer_id, today))
    )
    _in_figures(viewer, held, customer_id, today)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("Products held")
        if not tables.absent("This list", viewer, *HELD):
            _holdings(viewer, held, today)
            delivered.caption(viewer, "accounts", "balances")
    with right:
        st.subheader("Deposits and investments, 12 months")
        if not tables.absent("This chart", viewer, "balances", "balances.balance"):
            _balance(data.frame(viewer, about.balance_by_month(customer_id, today)))
            delivered.caption(viewer, "balances")


def _of_a_shop(viewer: Viewer, customer_id: str, today: date) -> None:
    """How often and when last the customer bought, and what he is expected to bring; a shop holds no accounts."""
    st.header("The whole relationship")
    with st.grid(3, min_column_width=150):
        if data.may_see(viewer, "transactions"):
            bought = data.frame(viewer, about.purchases(customer_id, today)).iloc[0]
            st.metric(
                "Purchases", int(bought["days"]), border=True, help="Days with a purchase; a refund is none."
            )
            last = "none on record" if pd.isna(bought["last_on"]) else day(bought["last_on"])
            st.metric("Last purchase", last, border=True)
        _lifetime(viewer, customer_id, today)
    delivered.caption(viewer, "transactions", "revenues")


def _in_figures(viewer: Viewer, held: pd.DataFrame, customer_id: str, today: date) -> None:
    """Balances by what they are, how many products, and what the customer is expected to bring."""
    with st.grid(4, min_column_width=150):
        for label, kinds in (
            ("Deposits and investments", SAVED_PRODUCTS),
            ("Mortgages and loans", CREDIT_PRODUCTS),
        ):
            rows = held[held["product"].isin(kinds)] if len(held) else held
            unknown = tables.lacking(viewer, *HELD, "balances", "balances.balance")
            amounts = rows["balance"].astype(float) if len(rows) else pd.Series(dtype=float)
            value = (
                "none held" if rows.empty else hkd(amounts.sum()) if amounts.notna().all() else "not known"
            )
            st.metric(
                label,
                "not known" if unknown else value,
                border=True,
                help=unknown.sentence if unknown else "The balances of the products listed below, added up.",
            )
        products = tables.lacking(viewer, *HELD)
        st.metric(
            "Products held",
            "not known" if products else len(held),
            border=True,
            help=products.sentence if products else None,
        )
        _lifetime(viewer, customer_id, today)


def _lifetime(viewer: Viewer, customer_id: str, today: date) -> None:
    rows = data.frame(viewer, about.lifetime_value(customer_id, today))
    if rows.empty or pd.isna(rows["value"].iloc[0]):
        why = why_not_there(data.reader(viewer), LIFETIME_VALUE) or _why_not_valued(viewer)
        st.metric("Lifetime value", "not known", border=True, help=why)
        return
    row = rows.iloc[0]
    st.metric(
        "Lifetime value",
        hkd(row["value"]),
        delta=f"{hkd(row['value_low'])} to {hkd(row['value_high'])}",
        delta_color="off",
        delta_arrow="off",
        border=True,
        help=f"Net revenue expected over {int(row['horizon_months'])} months, discounted, from the lifetime value "
        f"model as of {day(row['as_of'])}. Four of five such customers bring something between the two bounds."
        + (f" {value_basis.WHAT_PURCHASES_SAY}" if row["model"] == value_basis.NON_CONTRACTUAL else ""),
    )


def _why_not_valued(viewer: Viewer) -> str:
    if value_basis.rests_on_purchases(data.available_columns(viewer)):
        return "Values rest on purchases, and no purchase of this customer is on record."
    return "Not worked out in the last nightly run."


def _holdings(viewer: Viewer, held: pd.DataFrame, today: date) -> None:
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
            f"Balance ({currency()})": rounded_column(held["balance"]),
        }
    )
    ends = pd.to_datetime(held["closed_on"])
    if (ends > pd.Timestamp(today)).any():
        frame["Ends"] = ends
    tables.show(
        frame,
        "holdings",
        "not known",
        columns={
            "Ends": st.column_config.DateColumn(format="D MMM YYYY", help="The day the contract ends."),
            "Since": st.column_config.DateColumn(format="D MMM YYYY"),
            f"Balance ({currency()})": st.column_config.NumberColumn(format="localized"),
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
        time_charts.line(days, values, unit=currency()),
        alt=f"Balance by month end, last {hkd(values[-1])}",
        key="balance",
    )
    charts.table_below(
        pd.DataFrame({"Month end": [day(d) for d in days], "Balance": [hkd(v) for v in values]}),
        "balance-table",
    )


def sources(viewer: Viewer, customer_id: str, today: date) -> None:
    """Which sources know this customer, with how much and up to when; those the viewer's role includes."""
    visible = frozenset(
        t for t in about.SOURCES if t in data.available_columns(viewer) and data.may_see(viewer, t)
    )
    statement = about.sources_of(customer_id, today, visible)
    if statement is None:
        return
    rows = (
        data.frame(viewer, statement).set_index("source").reindex([s for s in about.SOURCES if s in visible])
    )
    knows = rows["records"] > 0
    missing = [plain(s) for s in about.SOURCES if data.may_see(viewer, s) and s not in visible]
    with st.expander(f"Which sources know this customer ({int(knows.sum())} of {len(rows) + len(missing)})"):
        frame = pd.DataFrame(
            {
                "Source": [plain(s).capitalize() for s in rows.index],
                "Records": rows["records"].astype(int).to_list(),
                "First": pd.to_datetime(rows["first_at"]).dt.normalize().to_list(),
                "Latest": pd.to_datetime(rows["last_at"]).dt.normalize().to_list(),
            }
        )
        day_only = st.column_config.DateColumn(format="D MMM YYYY")
        tables.show(frame, "sources", columns={"First": day_only, "Latest": day_only})
        if missing:
            st.caption(f"Not given by this bank: {', '.join(missing)}.")


def cases(viewer: Viewer, customer_id: str, today: date) -> None:
    """The latest service cases, with what the customer wrote."""
    st.header("Service cases")
    delivered.caption(viewer, "tickets")
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
    delivered.caption(viewer, "surveys")
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
    delivered.caption(viewer, "product_usage")
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

"""My portfolio: all customers of the signed-in RM, or of the team, as a table that is searched, filtered and sorted."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.currency import currency
from metrics.comparison.words import hkd, numeral, rounded_column
from metrics.customers.customer_search import name_or_number
from metrics.definitions.scope import Scope
from pages.components import data, tables, worklist
from pages.customers import score_note
from warehouse.access.reader import Viewer
from warehouse.schema import plain
from workflow.alerts.portfolio import portfolio
from workflow.customers.missed_opportunities import missed

AT_MOST = 100
"""Lines of the table; those further down are reached by searching, filtering and sorting."""
HEIGHT = 430
QUIET_DAYS = 90
HIGH_RISK = 0.10
NEVER_OFFERED = "an offer fits that was never made"
ORDERS = {
    "balance": ("Largest balance first", False),
    "chance": ("Highest risk first", False),
    "contacted_on": ("Longest without contact first", True),
    "full_name": ("By name", True),
}


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding, the search and filters, the table, and the button that opens a customer."""
    today = data.as_of(viewer)
    people = data.until_changed(viewer, _portfolio, today)
    whose = "Your team looks" if viewer.role == "team_lead" else "You look"
    if people.empty:
        st.title("No customer is yours on record")
        missing = tables.clause(viewer, "customers.rm_id")
        tables.empty(
            f"Whose customer is whose is {missing}." if missing else "Core banking names you for none."
        )
        return
    customers = "1 customer" if len(people) == 1 else f"{numeral(len(people))} customers"
    st.title(f"{whose} after {customers}{_worth(people)}")
    st.caption(_in_words(people, today))
    score_note.show(viewer, today)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = _narrowed(people, viewer, today)
        bar = st.container(horizontal=True, vertical_alignment="bottom", width="content")
    if chosen.empty:
        tables.empty("No customer fits.", "Empty the search or the filter to see the others.")
        return
    listed = chosen.head(AT_MOST)
    lines = _lines(listed, viewer)
    ticked = worklist.ticked(lines, "portfolio", listed["customer_id"], columns=_columns(), height=HEIGHT)
    with bar:
        place = ticked[0] if ticked else 0
        number = str(listed["customer_id"].iloc[place])
        worklist.open_button("portfolio", str(lines["Customer"].iloc[place]), number, ticked=bool(ticked))
    worklist.left_out(len(chosen), AT_MOST, " customers", "Search, filter or sort")


def _portfolio(viewer: Viewer, today: date) -> pd.DataFrame:
    people = portfolio(data.reader(viewer), today)
    return people.assign(missed=people["customer_id"].map(missed(data.reader(viewer), today)))


def _worth(people: pd.DataFrame) -> str:
    """What they have with us together; nothing where no balance is known."""
    balances = people["balance"].astype(float).dropna()
    return "" if balances.empty else f" with {hkd(balances.sum())} in deposits and investments"


def _in_words(people: pd.DataFrame, today: date) -> str:
    flagged = int((people["alerts"] != "").sum())
    parts = [f"{numeral(flagged)} of them {'has' if flagged == 1 else 'have'} an open alert"]
    unknown = int(people["balance"].isna().sum())
    if unknown and unknown < len(people):
        parts.append(f"the balance of {numeral(unknown)} is not known")
    if people["contacted_on"].notna().any():
        parts.append(
            f"with {numeral(int(_is_quiet(people, today).sum()))} no talk is on record for {QUIET_DAYS} days"
        )
    if waiting := int(people["missed"].notna().sum()):
        parts.append(f"an offer that nobody has made fits {numeral(waiting)}")
    return f"{'; '.join(parts)}."


def _is_quiet(people: pd.DataFrame, today: date) -> pd.Series:
    days = (pd.Timestamp(today) - people["contacted_on"]).dt.days
    quiet: pd.Series = days.isna() | (days >= QUIET_DAYS)
    return quiet


def _narrowed(people: pd.DataFrame, viewer: Viewer, today: date) -> pd.DataFrame:
    words = worklist.words_searched("portfolio", "Search name or number", 220)
    order = st.selectbox(
        "Order",
        list(ORDERS),
        format_func=lambda name: ORDERS[name][0],
        key="portfolio-order",
        label_visibility="collapsed",
        width=230,
    )
    with st.popover("Filter", icon=":material/filter_alt:"):
        segments = st.pills(
            "Segment",
            sorted({plain(s) for s in people["segment"].dropna()}),
            selection_mode="multi",
            key="portfolio-segments",
        )
        only = st.pills(
            "Only those",
            [
                "with an open alert",
                "at high risk",
                f"without contact in {QUIET_DAYS} days",
                "with a task",
                NEVER_OFFERED,
            ],
            selection_mode="multi",
            key="portfolio-only",
        )
        rms = (
            st.multiselect("RM", sorted(people["rm_name"].dropna().unique()), key="portfolio-rms")
            if viewer.role == "team_lead"
            else []
        )
    fits = worklist.have_all(people["full_name"].fillna("") + " " + people["customer_id"], words)
    if segments:
        fits &= people["segment"].map(plain, na_action="ignore").isin(segments)
    if rms:
        fits &= people["rm_name"].isin(rms)
    masks = {
        "with an open alert": people["alerts"] != "",
        "at high risk": people["chance"] >= HIGH_RISK,
        f"without contact in {QUIET_DAYS} days": _is_quiet(people, today),
        "with a task": people["next_task"].notna(),
        NEVER_OFFERED: people["missed"].notna(),
    }
    for name in only:
        fits &= masks[name]
    chosen: pd.DataFrame = people[fits]
    if order == "contacted_on":
        return chosen.sort_values(order, na_position="first", kind="stable")
    return chosen.sort_values(order, ascending=ORDERS[order][1], kind="stable")


def _lines(people: pd.DataFrame, viewer: Viewer) -> pd.DataFrame:
    names = [
        name_or_number(name if isinstance(name, str) else None, str(number))
        for name, number in zip(people["full_name"], people["customer_id"], strict=True)
    ]
    frame = pd.DataFrame(
        {
            "Customer": names,
            "Segment": [None if pd.isna(s) else plain(s) for s in people["segment"]],
            "RM": people["rm_name"].to_list(),
            f"Balance, {currency()}": rounded_column(people["balance"].astype(float)).to_list(),
            "Products": people["products"].to_list(),
            "Risk, %": rounded_column(100 * people["chance"], 1).to_list(),
            "Open alert": people["alerts"].replace("", None).to_list(),
            "Contacted": people["contacted_on"].to_list(),
            "Next task": people["next_task"].to_list(),
            "Never offered, and it fits": people["missed"].to_list(),
        }
    )
    lines = frame if viewer.role == "team_lead" else frame.drop(columns="RM")
    # Among those with a missed opportunity nobody has an alert: its column would only push theirs out of sight.
    lines = lines if (people["alerts"] != "").any() else lines.drop(columns="Open alert")
    return lines if people["chance"].notna().any() else lines.drop(columns="Risk, %")


def _columns() -> tables.Columns:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "Customer": text(pinned=True, width="medium"),
        "Segment": text(width="small"),
        f"Balance, {currency()}": number(
            width=115, help="Deposits and investments as of the last night.", format="localized"
        ),
        "Products": number(width=75, help="How many products are held."),
        "Risk, %": number(
            width=65,
            help="Of customers like this one, the share that leave within 90 days.",
            format="localized",
        ),
        "Open alert": text(width="medium"),
        "Contacted": st.column_config.DateColumn(
            format="D MMM YYYY",
            width=100,
            help="The last day a talk with the customer is on record.",
        ),
        "Next task": text(width="medium"),
        "Never offered, and it fits": text(
            width="large",
            help="Of who agreed to marketing, has no open complaint or alert, was not contacted within a week, and never "
            "had an offer on record: what fits, and why.",
        ),
    }

"""What lift experiments measured, beside what the models credit a channel with; a gap is flagged."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from metrics.attribution import outside
from metrics.scope import Period, Scope
from metrics.words import day, plain, share
from pages.customers.alert_card import attempt, confirm
from pages.growth.credit import METRICS, NAMES, credited
from pages.kit import data, tables
from warehouse import connect
from warehouse.access import Viewer
from workflow import lift


def results(viewer: Viewer) -> None:
    """Every result beside the models' credit for the same days, and the form."""
    confirm()
    st.header("What experiments measured")
    entered = lift.standing(data.reader(viewer))
    if entered.empty:
        tables.empty(
            "No lift experiment has been entered, so nobody knows what a channel really moves.",
            "Keep a random group from a channel for some weeks, and enter the difference here.",
        )
    for row in entered.itertuples():
        _result(viewer, row)
    if viewer.role in lift.WRITERS:
        _form(viewer, entered)


def _result(viewer: Viewer, row) -> None:
    days = Period(pd.Timestamp(row.starts_on).date(), pd.Timestamp(row.ends_on).date())
    wins = credited(viewer, Scope(days)).set_index("channel")
    total = wins[list(METRICS)].sum()
    shares = {
        NAMES[m]: float(wins[m].get(row.channel, 0.0) / total[m]) if total[m] else float("nan")
        for m in METRICS
    }
    above, below = outside(shares, row.low, row.high)
    known = [s for s in shares.values() if s == s]
    with st.container(border=True, gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(plain(row.channel).capitalize(), width="content")
            if not known:
                st.badge("Too few wins to compare", color="gray")
            elif above or below:
                st.badge(
                    f"Gap: {len(above) + len(below)} of {len(known)} models disagree",
                    icon=":material/flag:",
                    color="orange",
                )
            else:
                st.badge("The models agree with it", icon=":material/check:", color="green")
        st.text(
            f"Without it {share(row.estimate)} of the wins would not have come (95 % interval {share(row.low)} to "
            f"{share(row.high)}), {days.in_words()}."
        )
        if known:
            told = f"The models credit it with {share(min(known))} to {share(max(known))} of the wins of these days."
            more = f" More than the experiment supports: {', '.join(above)}." if above else ""
            less = f" Less: {', '.join(below)}." if below else ""
            st.text(told + more + less)
        st.text(f"Who took part: {row.population}. Source: {row.source}.")
        st.caption(f"Entry {row.experiment_id}, by {row.entered_by}, {day(row.entered_at)}.")


def _form(viewer: Viewer, entered: pd.DataFrame) -> None:
    today = data.as_of(viewer)
    with st.expander("Enter a result", icon=":material/science:"), st.form("lift", border=False):
        with st.container(horizontal=True):
            channel = st.selectbox(
                "Channel", lift.channels(data.reader(viewer)), format_func=plain, width=200
            )
            since = st.date_input(
                "First day", today - timedelta(days=59), max_value=today, format="DD/MM/YYYY", width=150
            )
            until = st.date_input("Last day", today, max_value=today, format="DD/MM/YYYY", width=150)
        st.caption("Of 100 wins of the people reached, how many would not have come without the channel?")
        with st.container(horizontal=True):
            estimate, low, high = (
                st.number_input(label, min_value=-100.0, max_value=100.0, value=None, step=0.5, width=150)
                for label in ("Estimate", "Interval from", "to")
            )
        population = st.text_input("Who took part, and how were the groups drawn?", max_chars=lift.LONGEST)
        source = st.text_input("Where can the result be read?", max_chars=lift.LONGEST)
        replaces = st.selectbox(
            "Corrects an entry?",
            [None, *entered["experiment_id"]],
            format_func=lambda n: f"entry {n}" if n else "no",
            width=200,
        )
        saved = st.form_submit_button("Enter", type="primary", icon=":material/check:")
    if not saved:
        return
    if estimate is None or low is None or high is None:
        st.warning("Enter the estimate and both ends of its interval.", icon=":material/error:")
        return
    result = lift.Result(
        channel=channel,
        population=population,
        starts_on=since,
        ends_on=until,
        estimate=estimate / 100,
        low=low / 100,
        high=high / 100,
        source=source,
        replaces=None if replaces is None else int(replaces),
    )
    attempt(lambda: lift.enter(connect.here(), viewer, result), "Entered.")

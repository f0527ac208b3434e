"""A campaign's life: planned, budget against actual, what was learned, closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.currency import currency
from metrics.comparison.words import day, hkd, numeral, share
from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Period, Scope
from metrics.query.missing_reasons import needs
from metrics.query.query import Query
from pages.components import data, forms, tables
from pages.growth.campaigns import campaign_change_view
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.stores import connect
from workflow.campaigns import campaign_lifecycle
from workflow.campaigns.campaign_lifecycle import CampaignStep
from workflow.records.people import called

WAITING = "ended, no analysis"
NO_LAST_DAY = "last day not known"
STATES = (WAITING, "ended, analysed", "running", NO_LAST_DAY, "planned", "closed")
COUNTED = ("leads", "won")
ACTUAL = ("marketing_cost", *COUNTED)


@dataclass(frozen=True, kw_only=True)
class CampaignLife:
    """A campaign with its plan, its actual figures and what was learned; its state is worked out last."""

    campaign_id: str
    name: str | None
    starts_on: date | None
    ends_on: date | None
    budget: float | None
    planned_budget: float | None
    expected_wins: float | None
    marketing_cost: float | None
    leads: float | None
    won: float | None
    analysis: str | None
    closed: bool | None
    state: str = ""


MEANS = Meaning(
    terms=(
        (
            "State",
            "Planned, running, ended or closed, by the campaign's days and what was written about it here; of one whose "
            "last day was not given nobody can say whether it still runs.",
        ),
        ("Budget", "Of the latest plan written here; without one, what the campaign's own data says."),
        ("Planned to win", "Deals, of the latest plan written here."),
        ("Analysis", "What was learned, in the words of the latest analysis."),
    )
)


def headline(campaigns: pd.DataFrame) -> str:
    """How many campaigns wait for an analysis, in words."""
    waiting = int((campaigns["state"] == WAITING).sum())
    if not waiting and not campaigns["state"].isin(["ended, analysed", "closed"]).any():
        return "No campaign is known to have ended"
    if not waiting:
        return "Every campaign that ended has its analysis"
    return f"{waiting} ended campaign{'s wait' if waiting > 1 else ' waits'} for an analysis"


def lives(viewer: Viewer, plans: pd.DataFrame) -> pd.DataFrame:
    """Every campaign with plan, actual figures and state."""
    today = data.loaded_until(viewer)
    campaigns = plans.merge(_actual(viewer, plans), on="campaign_id", how="left")
    campaigns = campaigns.merge(campaign_lifecycle.states(data.reader(viewer)), on="campaign_id", how="left")
    campaigns["state"] = [_state(life, today) for life in rows_of(campaigns, CampaignLife)]
    return campaigns


def view(viewer: Viewer, campaigns: pd.DataFrame) -> None:
    """The table of `lives`, then one campaign with its history and the form."""
    st.caption(
        "A campaign cannot be closed without an analysis. Actual figures are of all its days until "
        f"{day(data.loaded_until(viewer))}."
    )
    _table(viewer, campaigns)
    name = campaigns.set_index("campaign_id")["name"].to_dict()
    first = campaigns.loc[campaigns["state"] == WAITING, "campaign_id"].tolist()
    chosen = st.selectbox(
        "Campaign",
        [*first, *[c for c in campaigns["campaign_id"] if c not in first]],
        format_func=lambda c: f"{name[c] if isinstance(name[c], str) else c}",
        key="campaign",
    )
    history = campaign_lifecycle.history(data.reader(viewer), chosen)
    left, right = st.columns(2, gap="large")
    with left:
        campaign_change_view.show(viewer, chosen, history)
        _history(history)
    with right:
        if viewer.role in campaign_lifecycle.WRITERS:
            closed = bool(campaigns.set_index("campaign_id").loc[chosen, "state"] == "closed")
            _form(chosen, 0 if history.empty else int(history["step_id"].max()), closed=closed)
        else:
            st.caption("Marketing writes here; everybody on this page reads.")


def _actual(viewer: Viewer, plans: pd.DataFrame) -> pd.DataFrame:
    scope = _all_days(viewer, plans)
    actual = plans[["campaign_id"]]
    for name in ACTUAL:
        answer = data.ask(viewer, [name], scope, by=["campaign"], periods=[scope.period])
        answer = answer.rename(columns={"campaign": "campaign_id"})[["campaign_id", name]]
        actual = actual.merge(answer, on="campaign_id", how="left")
        if name in COUNTED and not tables.lacking(viewer, *needs(name)):
            # A campaign without a row of its own has none; a blank in its row is hidden.
            actual.loc[~actual["campaign_id"].isin(answer["campaign_id"]), name] = 0
    return actual


def _all_days(viewer: Viewer, plans: pd.DataFrame) -> Scope:
    today = data.loaded_until(viewer)
    start = pd.to_datetime(plans["starts_on"]).min()
    return Scope(Period(today if pd.isna(start) else start.date(), today))


def _state(life: CampaignLife, today: date) -> str:
    if life.closed is True:
        return "closed"
    if life.starts_on is not None and pd.Timestamp(life.starts_on) > pd.Timestamp(today):
        return "planned"
    if life.ends_on is None:
        return NO_LAST_DAY
    if pd.Timestamp(life.ends_on) >= pd.Timestamp(today):
        return "running"
    return "ended, analysed" if life.analysis is not None else WAITING


def _table(viewer: Viewer, campaigns: pd.DataFrame) -> None:
    rows = []
    for life in rows_of(campaigns, CampaignLife):
        budget = life.budget if life.planned_budget is None else life.planned_budget
        spent = life.marketing_cost
        rows.append(
            {
                "Campaign": life.name or life.campaign_id,
                "State": life.state.capitalize(),
                "Budget": hkd(budget),
                "Spent": "no cost data" if spent is None else hkd(spent),
                "Of budget": share(spent / budget, 0) if spent is not None and budget else "",
                "Leads": life.leads,
                "Won": life.won,
                "Planned to win": "" if life.expected_wins is None else numeral(life.expected_wins),
                "Analysis": life.analysis or "",
            }
        )
    number = st.column_config.NumberColumn(format="localized")
    columns = dict.fromkeys(["Leads", "Won"], number)
    order = {state.capitalize(): place for place, state in enumerate(STATES)}
    frame = pd.DataFrame(rows).sort_values("State", key=lambda s: s.map(order), kind="stable")
    for name in COUNTED:
        if missing := tables.lacking(viewer, *needs(name)):
            frame[name.capitalize()] = missing.word
    scope = _all_days(viewer, campaigns)
    query = Query.of(ACTUAL, scope, ["campaign"], [scope.period])
    tables.show(frame, "campaign-life", tables.TOO_FEW, of=query, means=MEANS, columns=columns)


def _history(history: pd.DataFrame) -> None:
    st.header("What happened so far")
    if history.empty:
        tables.empty("Nothing has been written about this campaign yet.")
    names = called(connect.here(), history["taken_by"])
    for line in rows_of(history, CampaignStep):
        with st.container(border=True, gap="xxsmall"):
            st.caption(
                f"{campaign_lifecycle.DONE.get(line.step, line.step)} by {names[line.taken_by]}, {day(line.taken_at)}"
            )
            st.text(line.note)
            if line.step == "planned":
                wins = "" if line.expected_wins is None else f", to win {numeral(line.expected_wins)} deals"
                st.caption(f"Budget {hkd(line.budget)}{wins}")
            elif line.step == "changed":
                st.caption(f"Made on {day(line.happened_on)}")


def _form(campaign_id: str, seen: int, *, closed: bool) -> None:
    """`seen` is the campaign's latest step on screen."""

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        campaign_lifecycle.record(
            connect.here(),
            viewer,
            campaign_id,
            str(values["step"]),
            str(values["note"] or ""),
            seen=seen,
            budget=values["budget"],
            expected_wins=values["wins"],
            happened_on=values["happened_on"],
        )
        return "Saved."

    st.header("Write")
    offered = [s for s in campaign_lifecycle.STEPS if (s == "reopened") == closed]
    with forms.form(f"campaign {campaign_id}", seen) as form:
        usual = "reopened" if closed else "analysed"
        st.selectbox(
            "Step",
            offered,
            format_func=campaign_lifecycle.STEPS.__getitem__,
            key=form.keep("step", usual, among=offered),
        )
        st.text_area(
            "The plan, the change, what was learned, or why",
            max_chars=campaign_lifecycle.LONGEST_NOTE,
            height=110,
            key=form.keep("note", ""),
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.number_input(
                f"Of a plan: budget, {currency()}",
                min_value=0,
                value=None,
                step=10_000,
                width=200,
                key=form.keep("budget"),
            )
            st.number_input(
                "Of a plan: deals to win",
                min_value=0,
                value=None,
                step=10,
                width=200,
                key=form.keep("wins"),
            )
        forms.date_input(
            "Of a change: the day it was made",
            form.keep("happened_on"),
            last=connect.here().now().date(),
            value=None,
            width=200,
        )
        form.submit("Save", write, type="primary", icon=":material/check:")

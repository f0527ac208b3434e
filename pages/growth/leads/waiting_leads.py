"""Leads that wait: those nobody ever took up, first, and those past the first-contact SLA, each by age."""

from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, numeral
from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Period, Scope
from metrics.leads import backlog
from metrics.leads.backlog import AGES
from metrics.query import drill_rows
from metrics.query.missing_reasons import needs
from pages.components import data, tables
from pages.figures import drill, drill_table
from pages.figures.drill import DrillFigure
from warehouse.access.reader import Viewer

CAMPAIGNS = 8
"""Campaigns listed; the others are told in one line."""
_AGE = Meaning(terms=(("Age", "Days since the lead came, or since the first contact was due."),))


def never_taken_up(viewer: Viewer, scope: Scope) -> float:
    """How many leads were never taken up by the last day loaded; NaN where that is not known or too few to show."""
    if backlog.missing(data.available_columns(viewer)):
        return float("nan")
    return float(_in_all(viewer, scope)["waiting__0"])


def show_never_taken_up(viewer: Viewer, scope: Scope, names: dict[str, str]) -> None:
    """How many, since when and from which campaigns, and the one thing to do: open them."""
    missing = backlog.missing(data.available_columns(viewer))
    until = data.as_of(viewer)
    if missing:
        st.info(
            f"How many leads nobody took up is not known: {' and '.join(f'`{m}`' for m in missing)} was not given.",
            icon=":material/database_off:",
        )
        return
    whole = _in_all(viewer, scope)
    total, handed = whole["waiting__0"], whole["handed_over__0"]
    if pd.isna(total) or not total:
        return
    with st.container(border=True, key="never-taken-up"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.subheader(f"{numeral(total)} leads were never taken up", width="content")
            _action(viewer, scope, total)
        qualified = (
            ""
            if pd.isna(handed)
            else f" {numeral(handed) if handed else 'None'} of them had been called qualified by Marketing (MQL)."
        )
        rep = (
            ""
            if "leads.sales_rep" in data.available_columns(viewer)
            else " Who has a sales rep is not given here."
        )
        st.caption(
            f"No sales rep, no contact and no decision by {day(until)}, whenever the lead came.{qualified}{rep}"
        )
        left, right = st.columns(2, gap="large")
        with left:
            counts = backlog.by_age(data.cached(viewer, backlog.never_taken_up_by_age, until, scope))
            drill_table.show(
                pd.DataFrame({"Came": [a.label + " ago" for a in AGES], "Leads": counts}),
                "never-taken-up-ages",
                "too few",
                means=_AGE,
                opens={},
                columns={"Leads": st.column_config.NumberColumn(format="localized")},
            )
        with right:
            _campaigns(viewer, scope, float(total), names)


def _action(viewer: Viewer, scope: Scope, total: float) -> None:
    measure = backlog.never_taken_up(data.as_of(viewer))
    if not drill_rows.are_shown(measure, scope, data.reader(viewer)):
        st.caption("Sales opens and decides on them.", width="content")
        return
    if st.button("Open these leads", type="primary", icon=":material/list:", key="open-never-taken-up"):
        figure = DrillFigure(of=measure, scope=Scope(_today(viewer), scope.filters))
        drill.show(figure, numeral(total), viewer, when_closed="ignore")


def _campaigns(viewer: Viewer, scope: Scope, total: float, names: dict[str, str]) -> None:
    answer = data.cached(viewer, backlog.never_taken_up_by_campaign, data.as_of(viewer), scope)
    listed = answer[answer["waiting__0"].fillna(1) > 0].sort_values(
        "waiting__0", ascending=False, na_position="last"
    )
    first = listed.head(CAMPAIGNS)
    frame = pd.DataFrame(
        {
            "Campaign": [
                names.get(c, c) if isinstance(c, str) else "No campaign known" for c in first["campaign"]
            ],
            "Leads": first["waiting__0"].to_numpy(),
        }
    )
    measure = backlog.never_taken_up(data.as_of(viewer))
    parts = [Scope(_today(viewer), scope.narrowed("campaign", c).filters) for c in first["campaign"]]
    drill_table.show(
        frame,
        "never-taken-up-campaigns",
        "too few",
        means=Meaning(terms=(("Leads", measure.description),)),
        opens={"Leads": [DrillFigure(of=measure, scope=part) for part in parts]},
        columns={"Leads": st.column_config.NumberColumn(format="localized")},
    )
    rest = listed.iloc[CAMPAIGNS:]
    if len(rest):
        # All others together: those whose own number is too small to show are among them.
        others = total - first["waiting__0"].sum()
        many = "too few each to show" if first["waiting__0"].isna().any() else f"{numeral(others)} such leads"
        st.caption(f"{len(rest)} further campaigns with {many}.")


def overdue_by_age(viewer: Viewer, scope: Scope) -> None:
    """The overdue at the end of the period by how long they have waited, beside the end of the period before."""
    if missing := tables.lacking(viewer, *needs("still_uncontacted")):
        tables.empty(f"How long the overdue have waited is {missing.clause}.")
        return
    compared = (scope.period, data.before(viewer, scope)) if scope.looks_back else (scope.period,)
    counts: dict[str, Any] = {}
    for period in compared:
        spread = data.cached(viewer, backlog.overdue_by_age, period.end, scope)
        counts[f"At {day(period.end)}"] = backlog.by_age(spread)
    if not any(sum(c) for c in counts.values()):
        return
    st.header("Overdue first contacts, by age")
    st.caption(
        "Everybody past the first-contact SLA on that day and still open, by days since it was due. For roles that "
        "see totals only, an age with too few leads is counted with the one beside it."
    )
    opens = {
        f"At {day(period.end)}": [
            DrillFigure(of=backlog.overdue_aged(age), scope=Scope(period, scope.filters)) for age in AGES
        ]
        for period in compared
    }
    drill_table.show(
        pd.DataFrame({"Overdue for": [a.label for a in AGES], **counts}),
        "overdue-ages",
        "too few",
        means=_AGE,
        opens=opens,
        columns=dict.fromkeys(counts, st.column_config.NumberColumn(format="localized")),
    )


def _in_all(viewer: Viewer, scope: Scope) -> pd.Series:
    return data.cached(viewer, backlog.never_taken_up_in_all, data.as_of(viewer), scope).iloc[0]


def _today(viewer: Viewer) -> Period:
    return Period(data.as_of(viewer), data.as_of(viewer))

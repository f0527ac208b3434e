"""Funnel: how many leads reach each stage, where they leak and wait, and whether that is better than before."""

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE, stage_moves
from metrics.comparison.compare import compare, share_interval
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import change, numeral, share, verdict_in_words
from metrics.definitions.dimensions import caution
from metrics.definitions.scope import Scope
from metrics.query.missing_reasons import delivered_in_part
from metrics.query.query import Query
from pages.components import data, tables
from pages.figures import cards, drill_table
from pages.figures.drill import DrillFigure
from pages.growth.funnel import funnel_stages, funnel_steps, stage_waits
from pages.growth.funnel.funnel_stages import COHORT, EVENT
from pages.growth.leads import batch_alarms
from warehouse.access.reader import Viewer
from warehouse.schema import leads, plain

CARDS = ("leads", "acceptance_rate", "win_rate", "won")
VIEWS = {COHORT: "By the day the lead came (cohort)", EVENT: "By the day it happened (events)"}
WAYS = ("channel", "campaign", "product", "segment", "rep")
RATES = {COHORT: "Signed so far", EVENT: "Opportunities won"}
FEWEST = 20
"""A share of fewer leads is not shown."""


def page(viewer: Viewer, scope: Scope) -> None:
    """The finding, the stages, the cards; then waits, months and parts, all in the one way of counting that is chosen."""
    st.title(data.until_changed(viewer, headline, scope))
    only = caution([leads], [name for name, _ in scope.filters])
    if only:
        st.caption(f":material/warning: {only}")
    if tables.absent("The funnel", viewer, "leads"):
        cards.row(CARDS, scope, viewer)
        return
    if limit := stage_moves.limit(data.available_columns(viewer)):
        st.caption(limit)
    view = st.segmented_control(
        "How leads are counted",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        default=COHORT,
        key="view",
        required=True,
        bind="query-params",
        label_visibility="collapsed",
    )
    view = view if view in VIEWS else COHORT
    funnel_stages.show(viewer, scope, view)
    cards.row(CARDS, scope, viewer)
    stage_waits.show(viewer, scope)
    funnel_stages.months(viewer, scope, view)
    st.header("Broken down")
    way = st.segmented_control(
        "Break down by", WAYS, format_func=str.capitalize, default="channel", key="way", required=True
    )
    with tables.refused_in_place():
        breakdown(viewer, scope, way if way in WAYS else "channel", view)


def headline(viewer: Viewer, scope: Scope) -> str:
    """What happened, in one sentence with its numbers: the worst leak if one has opened, else how many came."""
    answer = data.ask_and_before(viewer, ["leads", "win_rate"], scope).set_index("period")
    now, before = data.period_row(answer, 0), data.period_row(answer, 1)
    missing = data.why_missing(viewer, "leads", scope.period, now)
    if missing:
        return missing.about("How many leads came in")
    part = delivered_in_part("leads", scope.period, data.coverage_of(viewer))
    if not now["leads"]:
        return f"No lead came in during this period{f' ({part})' if part else ''}"
    people = "lead" if now["leads"] == 1 else "leads"
    if caution([leads], [name for name, _ in scope.filters]):
        return f"{numeral(now['leads'])} {people} of people who are customers by now came in"
    metric = CATALOGUE["leads"]
    movement = compare(metric, {"value": now["leads"]}, {"value": before["leads"]})
    moved = change(metric, now["leads"], before["leads"], movement)
    how = " ".join(w for w in (part or "", f"({moved})" if scope.looks_back else "") if w)
    came = f"{numeral(now['leads'])} {people} came in{f' {how}' if how else ''}"
    leak = funnel_steps.worst_leak(viewer, scope)
    if leak:
        return f"{leak}; {came}"
    won = "" if pd.isna(now["win_rate"]) else f"; {share(now['win_rate'])} of closed opportunities were won"
    return f"{came}{won}"


def by_channel(viewer: Viewer, scope: Scope) -> None:
    """The channels beside each other, by the day the lead came."""
    st.header("By channel")
    breakdown(viewer, scope, "channel", COHORT)


def breakdown(viewer: Viewer, scope: Scope, way: str, view: str) -> None:
    """A line per value: the stages as counts, and the share that signed (cohort) or that was won (events)."""
    if tables.absent("This comparison", viewer, "leads"):
        return
    stages = funnel_stages.stages(viewer, view)
    rate = "lead_conversion" if view == COHORT else "win_rate"
    names = [name for _, name in stages] + [rate]
    frame, values = data.until_changed(viewer, parts_of, scope, way, view)
    if frame.empty:
        tables.empty("No lead to show in this period.", "Choose a longer period or fewer filters.")
        return
    rate_label = RATES[view]
    whole = dict.fromkeys([label for label, _ in stages], st.column_config.NumberColumn(format="localized"))
    st.caption(
        f"“{rate_label}” with its 95% interval. “Not known”: not recorded; it is not counted in any other line."
        + ("" if view == COHORT or "visits" not in names else " Visits are those campaigns brought.")
        + f" {caution([leads], [way])}".rstrip()
    )
    parts = [scope.narrowed(way, value) for value in values]
    drill_table.show(
        frame,
        "parts",
        "too few",
        opens={
            label: [DrillFigure(of=name, scope=part) for part in parts]
            for label, name in [*stages, (rate_label, rate)]
            if label in frame
        },
        of=Query.of(names, scope, [way], [scope.period]),
        columns=whole,
    )


def parts_of(
    viewer: Viewer, scope: Scope, way: str, view: str
) -> tuple[pd.DataFrame, list[str | float | None]]:
    """A row per value as it is shown, the most leads first, and the value of each."""
    stages = funnel_stages.stages(viewer, view)
    rate = "lead_conversion" if view == COHORT else "win_rate"
    names = [name for _, name in stages] + [rate]
    answer = data.ask(viewer, names, scope, by=[way], periods=[scope.period])
    answer = answer[answer["leads"].fillna(0) > 0].sort_values("leads", ascending=False)
    frame = pd.DataFrame({way.capitalize(): _called(viewer, way, answer[way])})
    for label, name in stages:
        if answer[name].notna().any():
            # A visit always belongs to a campaign: where there is no campaign there are none, rather than unknown ones.
            frame[label] = answer[name].fillna(0).to_numpy() if name == "visits" else answer[name].to_numpy()
    top, bottom = (
        ("reached_won", "leads") if view == COHORT else ("opportunities_won", "opportunities_closed")
    )
    blank = data.missing_cell(viewer, rate)
    frame[RATES[view]] = [_rate(t, b, blank) for t, b in zip(answer[top], answer[bottom], strict=True)]
    return frame, answer[way].tolist()


def _called(viewer: Viewer, way: str, values: pd.Series) -> list[str]:
    if way == "campaign":
        names = batch_alarms.names(viewer)
        return [names.get(str(v), "Not known") for v in values]
    return [v if way == "rep" and isinstance(v, str) else plain(v).capitalize() for v in values]


def _rate(part: float | None, whole: float | None, blank: str) -> str:
    if pd.isna(part) or pd.isna(whole):
        return blank
    if whole < FEWEST:
        return verdict_in_words(Verdict.TOO_FEW, whole)
    low, high = share_interval(part, whole)
    return f"{share(part / whole)} ({share(low)} to {share(high)})"

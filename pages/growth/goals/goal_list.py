"""All goals beside each other with their history, and the bonus two departments could share."""

import math
from datetime import date

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import compare
from metrics.comparison.currency import currency
from metrics.comparison.goal_status import State, is_limit, state_in_words
from metrics.comparison.incentive import Incentive, attainment
from metrics.comparison.words import change, day, figure, hkd, share
from metrics.definitions.meaning import Meaning
from pages.components import data, tables
from pages.figures import drill_table
from pages.figures.drill import DrillFigure
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.goals.goal_news import announcement, met_with_a_but, missed, misses, wins
from workflow.goals.goal_outlook import now_and_before
from workflow.goals.goal_progress import Progress
from workflow.goals.goal_records import Goal, departments
from workflow.records.people import called

NOW, YEAR_BEFORE = "This span so far", "Same days a year before"
"""Headings of what feeds a goal."""
OWN = {"Marketing": "acceptance_rate", "Sales": "win_rate"}
"""Department → the figure of its own that its half of a bonus also depends on."""


def block(viewer: Viewer, goals: tuple[Goal, ...], standing: list[Progress]) -> None:
    """Running and past goals with their state; those that were ended early, with who and why."""
    as_of = data.as_of(viewer)
    news(standing, as_of)
    rows = []
    for one in standing:
        metric = CATALOGUE[one.goal.metric]
        rows.append(
            {
                "Goal": metric.label,
                "Part of the bank": one.goal.part_in_words().capitalize(),
                "Days": one.goal.span.in_words(),
                "Target": figure(metric, one.goal.target),
                "So far": "–" if math.isnan(one.actual) else figure(metric, one.actual),
                "Plan to date": "–" if math.isnan(one.expected) else figure(metric, one.expected),
                "A year before": _year(one),
                "State": (one.goal.agreement() or one.state_in_words()).capitalize(),
                "Departments": " and ".join(departments(one.goal)),
            }
        )
    st.caption(f"As of {day(as_of)}. A goal is met or missed only when its last day is over.")
    so_far = [
        None
        if one.elapsed is None
        else DrillFigure(of=one.goal.metric, scope=one.goal.scope.over(one.elapsed))
        for one in standing
    ]
    metrics = [CATALOGUE[name] for name in dict.fromkeys(one.goal.metric for one in standing)]
    means = Meaning(terms=tuple((metric.label, metric.description) for metric in metrics))
    drill_table.show(pd.DataFrame(rows), "all-goals", opens={"So far": so_far}, means=means)
    ended = [g for g in goals if g.ended_at is not None]
    if ended:
        st.header("Ended early")
        st.caption("A goal is never rewritten: what was agreed stays readable, with who ended it and why.")
        names = called(connect.here(), [g.ended_by for g in ended])
        early_ends = [
            {
                "Goal": g.in_words(),
                "Ended": day(g.ended_at),
                "By": names[g.ended_by],
                "Why": g.why_ended,
                "Replaced": "by another target" if g.superseded_by else "no",
            }
            for g in ended
        ]
        tables.show(pd.DataFrame(early_ends), "ended-goals")


def news(standing: list[Progress], as_of: date) -> None:
    """What became of goals lately: those met, and those that were not beside them, equally plainly."""
    running = [one for one in standing if one.goal.in_force_since is not None]
    for win in wins(running, as_of):
        st.success(announcement(win), icon=":material/flag:")
    for one in met_with_a_but(running, as_of):
        st.info(missed(one), icon=":material/flag:")
    for one in misses(running, as_of):
        st.warning(missed(one), icon=":material/flag:")


def _year(one: Progress) -> str:
    if math.isnan(one.before):
        return one.year_on_year() or "–"
    moved = change(one.metric, one.actual, one.before, one.in_a_year)
    return f"{figure(one.metric, one.before)} ({moved})"


def compared(fed: pd.DataFrame) -> pd.DataFrame:
    """Contributing figures in words: department, now, before, and the change with its verdict."""
    rows = []
    for name, row in fed.iterrows():
        metric = CATALOGUE[str(name)]
        now, before = now_and_before(row)
        rows.append(
            {
                "Department": metric.owner,
                "Figure": metric.label,
                NOW: figure(metric, now["value"]),
                YEAR_BEFORE: figure(metric, before["value"]),
                "Change": change(metric, now["value"], before["value"], compare(metric, now, before)),
            }
        )
    return pd.DataFrame(rows)


def bonus(viewer: Viewer, chosen: Goal, running: list[Progress]) -> None:
    """What each department would earn if the span ended today; nothing is kept."""
    st.caption(
        "For illustration only: nothing is saved. It calculates as if the span "
        f"ended on {day(data.as_of(viewer))}."
    )
    left, right = st.columns(2, gap="large")
    with left:
        pot = st.number_input(f"The pot, in {currency()}", 0, 100_000_000, 1_000_000, step=50_000)
        weight = st.slider("How much of it the shared goal decides", 0, 100, 60, step=5, format="%d%%")
    terms = Incentive(pot=float(pot), shared_weight=weight / 100)
    with right:
        st.markdown("**In words**")
        st.text(terms.in_words())
    by_metric = {p.goal.metric: p for p in running if not p.goal.filters}
    joint = next((p for p in running if p.goal.goal_id == chosen.goal_id), None)
    if joint is None or math.isnan(joint.actual):
        tables.empty(
            "The shared goal has no figure yet, so no bonus can be worked out.",
            "Choose a running goal above.",
        )
        return
    shared = _reached(joint)
    rows = []
    for department, name in OWN.items():
        own = by_metric.get(name)
        reached = _reached(own) if own is not None else 0.0
        rows.append(
            {
                "Department": department,
                "Shared goal reached": _in_words(joint, shared),
                "Its own figure": CATALOGUE[name].label,
                "Own goal": figure(CATALOGUE[name], own.goal.target) if own is not None else "no goal set",
                "Own figure reached": share(reached) if own is not None else "no goal set",
                "Earns": hkd(terms.half(shared, reached)),
            }
        )
    tables.show(pd.DataFrame(rows), "bonus")
    st.caption(
        f"The shared goal: {joint.goal.in_words()}. Reached means the figure so far divided by the plan to date; of a "
        "level, by the goal. A limit is kept or it is not."
    )


def _reached(progress: Progress) -> float:
    return attainment(progress.actual, progress.expected, up=not is_limit(progress.metric))


def _in_words(progress: Progress, reached: float) -> str:
    if not is_limit(progress.metric):
        return share(reached)
    return state_in_words(progress.metric, State.MET if reached else State.MISSED)

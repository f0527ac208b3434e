"""Goals: where the chosen goal stands against its plan, what feeds it, and all the others."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.goal_status import BAD, State, is_limit, state_in_words
from metrics.comparison.plan_pace import adds_up
from metrics.comparison.words import day, figure, numeral, share
from metrics.definitions.meaning import Meaning
from metrics.definitions.measure import Metric, measures_of
from metrics.definitions.scope import Period, Scope, year_before
from metrics.query.query import Query
from pages.components import data, discuss, forms, goal_origin, tables, theme
from pages.figures import drill, drill_table
from pages.figures.drill import DrillFigure
from pages.growth.goals import goal_alignment, goal_form, goal_list, goal_pace, goal_signing, goal_thread
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.goals.goal_progress import Progress, sees_the_whole
from workflow.goals.goal_records import Goal, current, departments, every_goal, proposed
from workflow.goals.goal_setting import MAY_SET, end_goal
from workflow.kept import contradictions_of, contributors_now, progress_now
from workflow.records.people import called

VIEWS = ("This goal", "All goals", "Bonus", "Set a goal")
COLOURS: dict[State, theme.Colour] = {
    State.AHEAD: "green",
    State.MET: "green",
    State.MET_EARLY: "green",
    **dict.fromkeys(BAD, "red"),
}
"""State → colour of its badge; the word is always there."""


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The finding about the chosen goal, and the view the viewer asks for."""
    as_of = data.as_of(viewer)
    goals = every_goal(data.reader(viewer))
    running = sorted(current(goals, as_of), key=lambda g: (not g.filters, g.goal_id))
    if not goals:
        st.title("No goal has been set yet")
        st.caption(f"As of {day(as_of)}.")
        if viewer.role in MAY_SET:
            goal_form.block(viewer, goals)
        else:
            tables.empty("The departments share no goal yet.", "Marketing, Sales and executives set them.")
        return
    title = st.empty()
    waiting = proposed(goals)
    offered = [*running, *(g for g in waiting if g not in running)]
    chosen, view = _choice(viewer, offered or list(goals))
    progress = read(viewer, [chosen])[0]
    title.title(headline(progress))
    if view == "All goals":
        goal_list.block(viewer, goals, read(viewer, [g for g in goals if g.ended_at is None]))
        goal_alignment.show(viewer, running)
    elif view == "Bonus":
        goal_list.bonus(viewer, chosen, read(viewer, running))
    elif view == "Set a goal":
        goal_form.block(viewer, goals)
    else:
        _this(viewer, progress)
        goal_thread.show(chosen, viewer)


def read(viewer: Viewer, goals: list[Goal]) -> list[Progress]:
    """Goals with their figures, from the cache."""
    as_of, available = data.as_of(viewer), data.available_columns(viewer)
    return progress_now(data.once(viewer), data.reader(viewer), goals, as_of, available)


def headline(progress: Progress) -> str:
    """Where a goal stands, with its numbers."""
    goal, metric = progress.goal, CATALOGUE[progress.goal.metric]
    name = f"{metric.label}, {goal.part_in_words()}"
    target = figure(metric, goal.target)
    if goal.agreement():
        return f"{name}: {target} is proposed, {goal.agreement()}"
    if progress.elapsed is None or math.isnan(progress.actual):
        return f"{name}: {target} is the {_aim(metric)}"
    if progress.is_over:
        return f"{name}: {figure(metric, progress.actual)}, {_aim(metric)} of {target}, {progress.state_in_words()}"
    if not adds_up(metric):
        return f"{name}: {figure(metric, progress.actual)} so far, {_against(progress)} the {_aim(metric)} of {target}"
    return (
        f"{name}: {figure(metric, progress.actual)} of {target} so far, {_against(progress)} the plan to date"
    )


def _aim(metric: Metric) -> str:
    return ("plan" if metric.unit == "HKD" else "limit") if is_limit(metric) else "goal"


def _against(progress: Progress) -> str:
    metric = CATALOGUE[progress.goal.metric]
    if progress.standing is State.ON_PLAN:
        return "no significant difference from"
    if progress.standing in (State.TOO_FEW, State.NOT_KNOWN):
        return f"{state_in_words(metric, progress.standing)} against"
    gap = abs(progress.actual - progress.expected)
    more = "above" if progress.actual > progress.expected else "below"
    if metric.unit == "share":
        return f"{numeral(100 * gap, 1)} points {more}"
    if metric.unit == "points" or progress.expected <= 0:
        return f"{figure(metric, gap).removeprefix('+')} {more}"
    return f"{share(gap / progress.expected, 0)} {more}"


def _choice(viewer: Viewer, goals: list[Goal]) -> tuple[Goal, str]:
    by_id = {str(g.goal_id): g for g in goals}
    left, right = st.columns([2, 3], vertical_alignment="bottom", gap="small")
    with left:
        number = st.selectbox(
            "Goal",
            list(by_id),
            format_func=lambda n: f"{CATALOGUE[by_id[n].metric].label}, {by_id[n].part_in_words()}",
            key="goal",
            bind="query-params",
        )
    with right:
        views = VIEWS if viewer.role in MAY_SET else VIEWS[:2]
        if goal_origin.is_new() and viewer.role in MAY_SET:
            st.session_state["goal-view"] = "Set a goal"
            goal_form.about_origin()
        view = st.segmented_control(
            "Show", views, default=views[0], key="goal-view", label_visibility="collapsed", required=True
        )
    return by_id.get(str(number), goals[0]), view if view in views else views[0]


def _why_no_figure(viewer: Viewer, progress: Progress) -> str:
    """Why the viewer reads no figure beside a goal: her role, the days, what was not given, or too few people."""
    name = progress.goal.metric
    if not sees_the_whole(data.reader(viewer), name):
        return "Your role does not see this figure for the whole bank."
    nothing = dict.fromkeys((name, *(m.name for m in measures_of(CATALOGUE[name]))), math.nan)
    missing = data.why_missing(viewer, name, progress.elapsed or progress.goal.span, pd.Series(nothing))
    return missing.sentence if missing else "What there is of it so far is not known."


def _this(viewer: Viewer, progress: Progress) -> None:
    goal, metric = progress.goal, CATALOGUE[progress.goal.metric]
    shared, by = " and ".join(departments(goal)), called(connect.here(), [goal.set_by])[goal.set_by]
    whose = "shared by" if len(departments(goal)) > 1 else "of"
    st.caption(f"Goal for {goal.span.in_words()}, {whose} {shared}, set by {by}. {metric.description}")
    if goal.waits_for or goal.is_declined:
        goal_signing.block(viewer, goal)
    if math.isnan(progress.actual):
        st.info(
            f"The goal is {figure(metric, goal.target)}. {_why_no_figure(viewer, progress)}",
            icon=":material/lock:",
        )
        if viewer.role in MAY_SET and goal.ended_at is None:
            _give_up(goal)
        return
    days = progress.elapsed
    assert days is not None
    heading_for = goal_pace.outlook(viewer, goal)
    outlook = heading_for.forecast
    left, right = st.columns([3, 1], gap="large")
    with left:
        goal_pace.chart(viewer, progress, outlook)
    with right:
        colour: theme.Colour = "gray" if progress.but() else COLOURS.get(progress.state(), "gray")
        st.badge(progress.state_in_words().capitalize(), color=colour)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            st.metric("So far", figure(metric, progress.actual), help=metric.description, width="content")
            drill.button(goal.metric, goal.scope.over(days), viewer, "goal-so-far")
            discuss.popover("goal-so-far", [goal.metric], goal.scope.over(days), viewer)
        st.metric(
            "Plan to date" if adds_up(metric) else _aim(metric).capitalize(),
            figure(metric, progress.expected),
        )
        if outlook is not None and not progress.is_over:
            st.metric("Forecast", f"{figure(metric, outlook.low)} to {figure(metric, outlook.high)}")
        elif not progress.is_over:
            st.caption(heading_for.why)
        year = progress.year_on_year()
        st.caption(f"{days.in_words()}: {year}." if year else "")
        if progress.covers.missing is not None:
            st.caption(
                f"{progress.covers.missing.in_words()} is over and not delivered; it is in neither figure."
            )
        if goal.baseline:
            st.caption(f"The whole span a year before: {figure(metric, goal.baseline)}.")
    if outlook is not None and not progress.is_over:
        st.caption(
            f"“Forecast” is one with its 95% interval. {outlook.method} It supposes that things go on as they "
            "did."
        )
    tables.explain(
        f"goal-{goal.goal_id}",
        [goal.metric],
        viewer,
        Query.of([goal.metric], goal.scope.over(days)),
        Meaning(terms=(("Forecast", outlook.how),)) if outlook is not None and not progress.is_over else None,
    )
    _feeds(viewer, goal)
    if viewer.role in MAY_SET and goal.ended_at is None:
        _give_up(goal)


def _feeds(viewer: Viewer, goal: Goal) -> None:
    as_of, available = data.as_of(viewer), data.available_columns(viewer)
    st.header("Drivers")
    fed = contributors_now(data.once(viewer), data.reader(viewer), goal, as_of, available)
    if fed.empty:
        tables.empty("No other figure of this part of the bank feeds it, or none your role sees.")
    else:
        st.caption(
            "The departments' own figures over the same days, against the same days of the year before."
        )
        days = Period(goal.span.start, min(goal.span.end, as_of))
        opens = {
            heading: [DrillFigure(of=str(name), scope=goal.scope.over(when)) for name in fed.index]
            for heading, when in ((goal_list.NOW, days), (goal_list.YEAR_BEFORE, year_before(days)))
        }
        query = Query.of(
            [str(name) for name in fed.index], goal.scope.over(days), periods=[days, year_before(days)]
        )
        drill_table.show(goal_list.compared(fed), "feeds", opens=opens, of=query)
    pulls = data.cached(viewer, contradictions_of, goal.filters, as_of, available)
    for pair, finding in pulls:
        if finding == "conflict":
            st.warning(
                f"{pair.sentence} Discuss it before either goal is raised.", icon=":material/swap_vert:"
            )
    if pulls and not any(finding == "conflict" for _, finding in pulls):
        few = sum(finding == "not enough data yet" for _, finding in pulls)
        early = sum(finding == "too early" for _, finding in pulls)
        words = f" Of these {few} have too few cases in a month to be evaluated." if few else ""
        words += f" For {early} there are too few months yet." if early else ""
        st.caption(
            f"No departments' figures conflict with each other: {len(pulls)} pairs evaluated over the last twelve full "
            f"months.{words} Of pairs that have nothing to do with each other, at most 1 in 40 would be flagged."
        )


def _give_up(goal: Goal) -> None:
    number = goal.goal_id

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        end_goal(connect.here(), viewer, number, str(values["why"] or ""))
        return "Ended. It stays in the history."

    with st.popover("End this goal", icon=":material/flag:"), forms.form(f"end goal {number}") as form:
        st.caption("The goal stays in the history with your name and reason. The cards lose this target.")
        st.text_input("Why it ends early", max_chars=2000, key=form.keep("why", ""))
        form.submit("End it", write)

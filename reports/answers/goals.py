"""Did we meet the shared goals? Each with its state, and of those behind what feeds them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from metrics import CATALOGUE
from metrics.compare import compare
from metrics.incentive import attainment
from metrics.pace import adds_up
from metrics.verdict import Verdict
from metrics.words import change, figure, in_a_sentence
from reports.answers.asked import Asked
from reports.review import Answer, Chart, Figure, Series, Table
from workflow.goals import DIGITAL, Goal, departments, every_goal
from workflow.kept import contributors_now, heading_now, progress_now
from workflow.progress import Progress

QUESTION = "Did we meet the shared goals?"
GOOD = ("met", "met early", "ahead", "on the path")
BAD = ("missed", "behind")
VERDICTS: Mapping[str, Verdict] = {
    **dict.fromkeys(GOOD, Verdict.BETTER),
    **dict.fromkeys(BAD, Verdict.WORSE),
    "on the path": Verdict.NOT_CLEAR,
    "not enough data yet": Verdict.TOO_FEW,
    "not begun": Verdict.TOO_EARLY,
}
A_YEAR = 360
MOST_EXPLAINED = 3
"""Goals that are behind are explained up to so many; the table has them all."""


def found(asked: Asked) -> list[Progress]:
    """Every goal that ran in the quarter, where it stood on the quarter's last day; the shared digital one first."""
    period, as_of = asked.quarter.period, asked.end
    goals = [
        g
        for g in every_goal(asked.reader)
        if g.ended_at is None and g.span.start <= period.end and g.span.end >= period.start
    ]
    goals.sort(key=lambda g: (not _digital(g), bool(g.filters), g.span.days, g.goal_id))
    if not goals:
        return []
    return progress_now(asked.once, asked.reader, goals, as_of, asked.known)


def answer(asked: Asked, goals: Sequence[Progress]) -> Answer:
    """The goals in one sentence, those behind explained, all in a table."""
    if not goals:
        return Answer(
            key="goals",
            question=QUESTION,
            title="No shared goal ran in this quarter",
            sentences=("Marketing, Sales, executives and analysts set goals on the page Goals.",),
        )
    states = [g.state() for g in goals]
    bad = [g for g in goals if g.state() in BAD]
    sentences = [
        _sentence(asked, g) + (_heading(asked, g) if g is bad[0] else "") for g in bad[:MOST_EXPLAINED]
    ]
    if len(bad) > MOST_EXPLAINED:
        sentences.append("The other goals that are behind stand in the table.")
    unknown = sum(s in ("not known", "not enough data yet", "not begun") for s in states)
    if unknown:
        sentences.append(
            f"{unknown} of {len(goals)} cannot be judged yet: too few cases, no data, or not a figure for your role."
        )
    return Answer(
        key="goals",
        question=QUESTION,
        title=_title(goals, bad),
        sentences=tuple(sentences),
        figures=tuple(_figure(g) for g in goals[:4]),
        chart=_chart(goals),
        table=_table(goals),
        metrics=tuple(dict.fromkeys(g.goal.metric for g in goals)),
        sources=("Goals as they stand on the desk; a goal is never changed, only ended.",),
    )


def name_of(goal: Goal) -> str:
    """`Qualified conversions, digital channels`; neither the whole bank nor a year is said."""
    label = CATALOGUE[goal.metric].label
    part = f", {goal.part_in_words()}" if goal.filters else ""
    return f"{label}{part}" + (f", {goal.span.in_words()}" if goal.span.days < A_YEAR else "")


def _digital(goal: Goal) -> bool:
    return any(
        d == "channel" and {v.casefold() for v in values} == set(DIGITAL) for d, values in goal.filters
    )


def _title(goals: Sequence[Progress], bad: Sequence[Progress]) -> str:
    good = sum(g.state() in GOOD for g in goals)
    if not bad:
        return f"{good} of {len(goals)} shared goals are met, ahead or on their path" + (
            "" if good == len(goals) else "; none is behind"
        )
    word = "is" if len(bad) == 1 else "are"
    first = in_a_sentence(name_of(bad[0].goal))
    return f"{len(bad)} of {len(goals)} shared goals {word} behind; {first}: {_short(bad[0])}"


def _short(goal: Progress) -> str:
    metric = CATALOGUE[goal.goal.metric]
    due = goal.goal.target if goal.is_over or not adds_up(metric) else goal.expected
    now = " by now" if adds_up(metric) and not goal.is_over else ""
    return f"{figure(metric, goal.actual)} of {figure(metric, due)}{' due' if now else ''}{now}"


def against(goal: Progress) -> str:
    """`69.1 % against 73.3 %, behind`."""
    metric = CATALOGUE[goal.goal.metric]
    actual = figure(metric, goal.actual)
    if goal.is_over:
        return f"{actual} against {figure(metric, goal.goal.target)}, {goal.state_in_words()}"
    if adds_up(metric):
        return f"{actual} so far, {figure(metric, goal.expected)} on the path, {goal.state_in_words()}"
    return f"{actual} against {figure(metric, goal.goal.target)}, {goal.state_in_words()}"


def so_far(goal: Progress) -> str:
    """`Leads 15,870 (18,356)`: a goal's figure and, in brackets, its path to date or its target."""
    metric = CATALOGUE[goal.goal.metric]
    due = goal.goal.target if goal.is_over else goal.expected
    return f"{name_of(goal.goal)} {figure(metric, goal.actual)} ({figure(metric, due)})"


def _sentence(asked: Asked, goal: Progress) -> str:
    """A goal that is behind, and which of the figures that feed it moved the wrong way."""
    said = f"{name_of(goal.goal)}: {against(goal)}."
    fed = contributors_now(asked.once, asked.reader, goal.goal, asked.end, asked.known)
    worse, better = _moved(fed, "worse"), _moved(fed, "better")
    if len(fed) and fed["before"].isna().all():
        return f"{said} What feeds it has no data of a year before to compare with."
    if worse:
        return f"{said} Of the figures that feed it, worse than on the same days a year before: {_listed(worse)}."
    if better:
        return (
            f"{said} No figure that feeds it is clearly worse than a year before; better: {_listed(better)}."
        )
    return f"{said} No figure that feeds it has clearly moved against a year before."


def _listed(said: Sequence[str]) -> str:
    return "; ".join(said)


def _moved(fed: pd.DataFrame, verdict: str) -> list[str]:
    said = []
    for name, row in fed.iterrows():
        metric = CATALOGUE[str(name)]
        now, before = (
            {"value": row[w], "top": row.get(f"{w}_top"), "bottom": row.get(f"{w}_bottom")}
            for w in ("now", "before")
        )
        moved = compare(metric, now, before)
        if moved.verdict == verdict:
            by = change(metric, now["value"], before["value"], moved).removesuffix(f", {verdict}")
            said.append(f"{metric.label} {figure(metric, now['value'])} ({by})")
    return said


def _figure(goal: Progress) -> Figure:
    metric = CATALOGUE[goal.goal.metric]
    due = "path to date" if adds_up(metric) and not goal.is_over else "goal"
    expected = goal.goal.target if goal.is_over else goal.expected
    return Figure(
        label=name_of(goal.goal),
        value=figure(metric, goal.actual),
        metric=goal.goal.metric,
        target=f"{figure(metric, expected)} ({due}), {goal.state_in_words()}",
        n="" if math.isnan(goal.n) else f"n = {goal.n:,.0f}",
        verdict=VERDICTS.get(goal.state(), Verdict.NOT_KNOWN),
    )


def _chart(goals: Sequence[Progress]) -> Chart | None:
    shown = [(_in_the_chart(g.goal), r) for g in goals if (r := reached(g)) is not None]
    if not shown:
        return None
    return Chart(
        shape="bars",
        says="How much of its path each goal has reached: "
        + ", ".join(f"{n} {100 * r:.0f} %" for n, r in shown),
        unit="share",
        categories=tuple(n for n, _ in shown),
        series=(Series(name="Reached of the path to date", values=tuple(r for _, r in shown)),),
        mark=1.0,
        mark_label="path",
    )


def _in_the_chart(goal: Goal) -> str:
    """Its name; of a figure that should fall the bar is what it may be, divided by what it is, so the name says so."""
    less = CATALOGUE[goal.metric].better == "down"
    return f"{name_of(goal)}{', less is better' if less else ''}"


def reached(goal: Progress) -> float | None:
    """How much of its path to date, or of its target, a goal has reached; None if not known."""
    expected = goal.goal.target if goal.is_over else goal.expected
    if math.isnan(goal.actual) or math.isnan(expected) or goal.actual <= 0 or expected <= 0:
        return None
    return attainment(goal.actual, expected, CATALOGUE[goal.goal.metric].better == "up")


def _table(goals: Sequence[Progress]) -> Table:
    rows = []
    for goal in goals:
        metric = CATALOGUE[goal.goal.metric]
        rows.append(
            (
                name_of(goal.goal),
                figure(metric, goal.goal.target),
                figure(metric, goal.actual),
                figure(metric, goal.expected),
                goal.state_in_words().capitalize(),
                " and ".join(departments(goal.goal)),
            )
        )
    columns = ("Goal", "Target", "So far", "Path to date", "State", "Shared by")
    title = f"All {len(goals)} goals: target, where each stands, and who shares it"
    return Table(columns=columns, rows=tuple(rows), title=title)


def _heading(asked: Asked, goal: Progress) -> str:
    """Where a running total will end, as a sentence; empty for a level, and where too few months are known."""
    metric = CATALOGUE[goal.goal.metric]
    if goal.is_over or not adds_up(metric) or math.isnan(goal.actual):
        return ""
    ends, _ = heading_now(asked.once, asked.reader, goal.goal, asked.end, asked.known)
    if ends is None:
        return ""
    return (
        f" If things go on as they did, {in_a_sentence(name_of(goal.goal))} will end at {figure(metric, ends.low)} to "
        f"{figure(metric, ends.high)} (95 % interval), against {figure(metric, goal.goal.target)}."
    )

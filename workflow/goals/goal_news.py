"""What is announced of goals: those met, as long as it is news, beside those missed; and nothing that was a step back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from metrics.comparison.goal_status import State
from metrics.comparison.words import figure
from workflow.goals.goal_progress import Progress
from workflow.goals.goal_records import departments

NEWS_DAYS = 92
"""What became of a goal is news for a quarter."""


def wins(goals: Sequence[Progress], as_of: date) -> list[Progress]:
    """Goals met within the last quarter, neither below the year before nor easier than it."""
    return [p for p in _met(goals, as_of) if not p.but()]


def met_with_a_but(goals: Sequence[Progress], as_of: date) -> list[Progress]:
    """Goals met within the last quarter that lie below the year before: stated, not celebrated."""
    return [p for p in _met(goals, as_of) if p.but()]


def misses(goals: Sequence[Progress], as_of: date) -> list[Progress]:
    """Goals whose span ended within the last quarter without being met."""
    return [
        p
        for p in goals
        if p.state() is State.MISSED
        and p.elapsed is not None
        and 0 <= (as_of - p.elapsed.end).days < NEWS_DAYS
    ]


def _met(goals: Sequence[Progress], as_of: date) -> list[Progress]:
    """Goals whose span is over, and totals reached before it is."""
    return [
        p
        for p in goals
        if p.state() in (State.MET, State.MET_EARLY) and p.met_on and 0 <= (as_of - p.met_on).days < NEWS_DAYS
    ]


def announcement(win: Progress) -> str:
    """`Marketing and Sales met a shared goal: …`, naming the departments and the year before."""
    who = departments(win.goal)
    named = " and ".join([", ".join(who[:-1]), who[-1]] if len(who) > 1 else who)
    shared = "a shared goal" if len(who) > 1 else "its goal"
    early = " early" if win.state() is State.MET_EARLY else ""
    return f"{named} met {shared}{early}: {win.goal.in_words()}. {_is(win)}"


def missed(goal: Progress) -> str:
    """`Missed: …`, of a cost `Over plan: …`."""
    words = goal.state_in_words()
    return f"{words[:1].upper()}{words[1:]}: {goal.goal.in_words()}. {_is(goal)}"


def _is(goal: Progress) -> str:
    year = goal.year_on_year()
    return f"It is {figure(goal.metric, goal.actual)}{f'; {year}' if year else ''}."

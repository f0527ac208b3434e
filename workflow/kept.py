"""The questions about goals and rules as functions of a reader, which a cache can name (`metrics.definitions.cache_key`).

What a goal or a figure that feeds it counts in the application database changes by the minute: it is read anew (`…_now`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from metrics.comparison.contradiction import Finding, MetricPair
from metrics.definitions.cache_key import Once
from metrics.definitions.scope import Filters
from metrics.qualification.qualification_rule import QualificationRule, under
from metrics.qualification.qualification_versions import as_agreed
from metrics.query.query import in_app_db
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from workflow.goals import goal_forecast, goal_outlook, goal_progress
from workflow.goals.goal_forecast import Outlook
from workflow.goals.goal_progress import Progress
from workflow.goals.goal_records import Goal, GoalDraft
from workflow.rules import rule_preview
from workflow.rules.rule_drafts import RuleDraft, as_rule
from workflow.scoring import training

Goals = tuple[Goal, ...]


@as_agreed
def progress_of(reader: Reader, goals: Goals, as_of: date, available: AvailableColumns) -> list[Progress]:
    """Each goal with its figures as of a day."""
    return goal_progress.progress(goals, reader, as_of, available)


@as_agreed
def progress_under(
    reader: Reader, goals: Goals, as_of: date, available: AvailableColumns, rule: QualificationRule
) -> tuple[list[Progress], list[Progress]]:
    """The goals as they stand, and as they would stand if `rule` said what is qualified."""
    return progress_of(reader, goals, as_of, available), goal_progress.progress(
        goals, reader, as_of, available, under(rule)
    )


@as_agreed
def heading_of(reader: Reader, goal: GoalDraft, as_of: date, available: AvailableColumns) -> Outlook:
    """Where a goal is heading, or why nobody can say."""
    return goal_forecast.heading(goal, reader, as_of, available)


@as_agreed
def contributors_of(
    reader: Reader, goal: Goal, as_of: date, available: AvailableColumns, names: tuple[str, ...]
) -> pd.DataFrame:
    """Those of the figures that feed a goal that are in `names`."""
    return goal_outlook.contributors(goal, reader, as_of, available, names)


@as_agreed
def contradictions_of(
    reader: Reader, filters: Filters, as_of: date, available: AvailableColumns
) -> list[tuple[MetricPair, Finding]]:
    """The pairs of figures that could conflict with each other in a part of the bank."""
    return goal_outlook.contradictions(filters, reader, as_of, available)


@as_agreed
def year_before_of(reader: Reader, draft: GoalDraft, available: AvailableColumns) -> float:
    """The figure of a goal over the same days a year before."""
    return goal_outlook.a_year_before(draft, reader, available)[0]


def flagged_by(
    reader: Reader, draft: RuleDraft, as_of: date, available: AvailableColumns
) -> rule_preview.RulePreview:
    """What an alert rule would flag, now and at the past month ends."""
    first = training.first_day(reader, available)
    return rule_preview.preview(reader, as_rule(draft), as_of, first, available)


def progress_now(
    once: Once, reader: Reader, goals: Sequence[Goal], as_of: date, available: AvailableColumns
) -> list[Progress]:
    """Each goal with its figures, in the order given."""
    cached = tuple(g for g in goals if not in_app_db(g.metric))
    fresh = [g for g in goals if in_app_db(g.metric)]
    answers = [
        *once(progress_of, cached, as_of, available),
        *goal_progress.progress(fresh, reader, as_of, available),
    ]
    by_goal = {p.goal.goal_id: p for p in answers}
    return [by_goal[g.goal_id] for g in goals]


def heading_now(once: Once, reader: Reader, goal: Goal, as_of: date, available: AvailableColumns) -> Outlook:
    """Where a goal is heading, or why nobody can say."""
    if in_app_db(goal.metric):
        return goal_forecast.heading(goal, reader, as_of, available)
    return once(heading_of, goal, as_of, available)


def contributors_now(
    once: Once, reader: Reader, goal: Goal, as_of: date, available: AvailableColumns
) -> pd.DataFrame:
    """The figures that feed a goal, in their order."""
    names = goal_outlook.CONTRIBUTORS.get(goal.metric, ())
    cached = once(contributors_of, goal, as_of, available, tuple(n for n in names if not in_app_db(n)))
    fresh = goal_outlook.contributors(goal, reader, as_of, available, [n for n in names if in_app_db(n)])
    if fresh.empty:
        return cached
    both = pd.concat([cached, fresh])
    return both.loc[[n for n in names if n in both.index]]

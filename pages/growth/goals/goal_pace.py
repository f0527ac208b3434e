"""A goal's figure against its plan, month by month, with its forecast."""

from functools import partial

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.plan_pace import Forecast, adds_up
from metrics.comparison.words import day, figure
from metrics.definitions.scope import Period
from pages.charts import charts, time_charts
from pages.components import data
from pages.figures import drill_table
from pages.figures.drill import DrillFigure
from warehouse.access.reader import Viewer
from workflow.goals.goal_forecast import Outlook
from workflow.goals.goal_progress import Progress
from workflow.goals.goal_records import Goal, parts_of
from workflow.kept import heading_now
from workflow.records import annotations


def outlook(viewer: Viewer, goal: Goal) -> Outlook:
    """Where a goal is heading, or why nobody can say; from the cache."""
    as_of, available = data.as_of(viewer), data.available_columns(viewer)
    return heading_now(data.once(viewer), data.reader(viewer), goal, as_of, available)


def chart(viewer: Viewer, progress: Progress, heading_for: Forecast | None) -> None:
    """The figure against its plan with what people pinned to it, and the same as a table whose figures open."""
    goal, metric = progress.goal, CATALOGUE[progress.goal.metric]
    parts = parts_of(goal)
    ends = [p.end for p in parts]
    actual = pd.Series(progress.months)
    if adds_up(metric):
        steps = pd.Series(goal.path or [goal.target * p.days / goal.span.days for p in parts])
        path, drawn = list(steps.cumsum()), _so_far(actual, progress.actual)
    else:
        path, drawn = [goal.target] * len(parts), list(actual)
    if progress.elapsed is not None and drawn and not progress.is_over:
        ends[len(drawn) - 1] = progress.elapsed.end
    band = (
        (heading_for.low, heading_for.middle, heading_for.high)
        if heading_for is not None and adds_up(metric)
        else None
    )
    texts = (
        f"Plan to {figure(metric, goal.target)}"
        if adds_up(metric)
        else f"Goal {figure(metric, goal.target)}",
        figure(metric, drawn[-1]) if drawn else "",
        f"Forecast {figure(metric, band[1])}" if band else "",
    )
    so_far, due = figure(metric, progress.actual), figure(metric, progress.expected)
    alt = f"{metric.label} against its plan: {so_far} so far, {due} planned to date"
    tick = {"share": ",.1%", "HKD": ",.3~s"}.get(metric.unit, ",")
    pinned = annotations.events(data.reader(viewer), goal.metric)
    events = time_charts.events_between(pinned, goal.span.start, goal.span.end)
    charts.show(
        time_charts.pace(
            ends, path, drawn, band, texts, tick=tick, write=partial(figure, metric), events=events
        ),
        alt=alt,
        key="pace",
    )
    blank = [None] * (len(parts) - len(drawn))
    table = pd.DataFrame(
        {
            "Until": [day(e) for e in ends],
            "Plan": [figure(metric, v) for v in path],
            "Actual": [*(figure(metric, v) for v in drawn), *("not yet" for _ in blank)],
        }
    )
    # A total is shown as it adds up from the first day of the span, a level month by month.
    spans = [
        Period(goal.span.start if adds_up(metric) else p.start, e) for p, e in zip(parts, ends, strict=True)
    ]
    actuals = [DrillFigure(of=goal.metric, scope=goal.scope.over(days)) for days in spans[: len(drawn)]]
    drill_table.below(table, "pace-table", opens={"Actual": [*actuals, *blank]})


def _so_far(months: pd.Series, total: float) -> list[float]:
    """How the months add up; after one about too few people to show only the total is known again."""
    sums = months.cumsum(skipna=False)
    return [*sums.iloc[:-1], total] if len(sums) else []

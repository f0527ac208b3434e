"""Where a goal's figure is heading: what there is of its span plus a forecast of the rest, or why nobody can say."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.plan_pace import (
    FEWEST_MONTHS,
    Forecast,
    adds_up,
    forecast,
    is_count,
    is_monthly,
    known_in_a_row,
)
from metrics.comparison.words import day
from metrics.definitions.measure import Ratio
from metrics.definitions.scope import Period, Scope, full_months, month, parts_by_month
from metrics.query.query import Query, ask
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from workflow.goals.goal_coverage import complete_months, delivered_until
from workflow.goals.goal_progress import sees_the_whole
from workflow.goals.goal_records import GoalDraft, parts_of

HISTORY = 36
"""Full months a forecast looks back at, where there are as many."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Outlook:
    """Where the whole span of a goal will end, or why nobody can say."""

    forecast: Forecast | None
    """What there is of the span plus a forecast of the rest."""
    months: pd.DataFrame
    """The full months it was made from: columns start, value."""
    why: str = ""
    """Why there is no forecast, and how far there could be one, as a sentence."""


NO_LEVEL = "A rate or a level is not forecast: it is judged against its goal as it stands."
NOT_YOURS = "No forecast: your role does not see this figure for the whole bank."


def heading(
    draft: GoalDraft, reader: Reader, as_of: date, available: AvailableColumns | None = None
) -> Outlook:
    """Where the whole span will end; from the full months since the figure is complete, as far as they are delivered."""
    metric = CATALOGUE[draft.metric]
    empty = pd.DataFrame({"start": [], "value": []})
    if not adds_up(metric) or isinstance(metric, Ratio):
        return Outlook(forecast=None, months=empty, why=NO_LEVEL)
    if not sees_the_whole(reader, draft.metric):
        return Outlook(forecast=None, months=empty, why=NOT_YOURS)
    until = delivered_until(draft.metric, as_of, reader)
    history = complete_months(draft.metric, full_months(until, HISTORY), reader)
    elapsed = Period(draft.span.start, min(draft.span.end, until)) if draft.span.start <= until else None
    periods = [*history, *([elapsed] if elapsed else [])]
    ahead = [
        (part.end - max(part.start, _after(until))).days + 1 for part in parts_of(draft) if part.end > until
    ]
    whole = _whole_months(draft.span, until)
    weights = [1.0 if is_monthly(metric) else d / m.days for d, m in zip(ahead, whole, strict=True)]
    if not history:
        return Outlook(forecast=None, months=empty, why=_too_short(0))
    query = Query.of([draft.metric], Scope(history[-1], draft.filters), periods=periods)
    months = empty
    # First from the months that everybody may know: two departments in one meeting must read one forecast.
    for alike in (True, False):
        answer = ask(query, reader, available, alike=alike).set_index("period")[draft.metric].astype(float)
        values = answer.loc[: len(history) - 1]
        # Months before the bank's first data count nothing; they are not a history of nothing.
        counted = values.to_numpy().nonzero()[0]
        first = int(counted[0]) if len(counted) else len(values)
        months = pd.DataFrame({"start": [m.start for m in history], "value": values}).iloc[first:]
        rest = forecast(list(months["value"]), weights, counts=is_count(metric))
        so_far = float(answer.iloc[-1]) if elapsed else 0.0
        if rest is not None and not math.isnan(so_far):
            ends = {end: so_far + getattr(rest, end) for end in ("low", "middle", "high")}
            return Outlook(forecast=replace(rest, **ends), months=months)
    row, missed = known_in_a_row(list(months["value"]))
    if len(row) < FEWEST_MONTHS:
        return Outlook(forecast=None, months=months, why=_too_short(len(row)))
    if len(whole) + missed > len(row):
        reach = whole[len(row) - missed - 1] if len(row) > missed else history[-1]
        why = (
            f"No forecast for the whole span: {len(row)} full months in a row allow a forecast of as many months ahead, "
            f"which is until {day(reach.end)}."
        )
        return Outlook(forecast=None, months=months, why=why)
    return Outlook(forecast=None, months=months, why="No forecast: what there is of the span is not known.")


def _too_short(months: int) -> str:
    return (
        f"No forecast: it needs {FEWEST_MONTHS} full months in a row since the figure has been complete, and there "
        f"{'is' if months == 1 else 'are'} {months or 'none'}."
    )


def _after(as_of: date) -> date:
    return date.fromordinal(as_of.toordinal() + 1)


def _whole_months(span: Period, as_of: date) -> list[Period]:
    return [month(p.start.year, p.start.month) for p in parts_by_month(span) if p.end > as_of]

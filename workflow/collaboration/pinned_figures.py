"""A figure as it stood when somebody began to talk about it: everybody reads the same slice, and what it says now.

It is a figure of the whole bank under its filters. Over whole months, and about enough people, it is the same for
everybody; else it is for those who see its rows. Who could not have asked it herself does not read it: neither what it
was, nor what it is now.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import interval
from metrics.comparison.words import day, figure, numeral
from metrics.definitions.cache_key import Once, spelled
from metrics.definitions.measure import Metric, Ratio, measures_of, version
from metrics.definitions.scope import Period, Scope, whole_months
from metrics.qualification.qualification_rule import dependent
from metrics.qualification.qualification_versions import as_agreed, in_force, timeline
from metrics.query.query import Query, ask, columns_of, figures, in_app_db, unanswerable
from metrics.query.report_query import final_after
from warehouse.access import audit, data_coverage
from warehouse.access.reader import SYSTEM, Reader, Viewer, may_see
from warehouse.access.roles import ROLES, Access
from warehouse.access.typed_rows import rows_of
from warehouse.app_db.app_schema import pinned_figures as t
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.records import loaded_changes


@dataclass(frozen=True)
class Reading:
    """What a figure says over a slice: its value; of a share or score its 95% interval, of a ratio what it divides by."""

    value: float
    low: float | None = None
    high: float | None = None
    cases: float | None = None


@dataclass(frozen=True, kw_only=True)
class PinnedFigure:
    """A row of `pinned_figures`."""

    pin_id: int
    metric: str
    definition: str
    qualified: str
    filters: str
    starts_on: date
    ends_on: date
    as_of: date
    snapshot: str
    value: float
    low: float | None
    high: float | None
    cases: float | None
    content_hash: str
    pinned_by: str
    pinned_at: datetime

    @property
    def scope(self) -> Scope:
        """The slice it is about."""
        filters = tuple((name, tuple(values)) for name, values in json.loads(self.filters))
        return Scope(Period(self.starts_on, self.ends_on), filters)

    @property
    def reading(self) -> Reading:
        """What it said when it was pinned."""
        return Reading(self.value, self.low, self.high, self.cases)


@as_agreed
def slice_now(reader: Reader, metric: str, scope: Scope) -> Reading | None:
    """What the slice says in the snapshot that is served; None where the reader's role could not ask it."""
    answer = _reading(reader, metric, scope)
    if answer is None:
        return None
    reading, for_all = answer
    reads = _audiences(reader, metric, scope, reading, for_all=for_all)
    return reading if reader.viewer.role in reads else None


@dataclass(frozen=True)
class InventedPast:
    """For the history of the sample bank alone: how far the data reached then, and the figure as a multiple of now."""

    as_of: date
    multiple: float = 1.0


def slice_asked(once: Once, reader: Reader, metric: str, scope: Scope) -> Reading | None:
    """`slice_now`, from what is kept where it may be: what counts people's own records changes by the minute."""
    return slice_now(reader, metric, scope) if in_app_db(metric) else once(slice_now, metric, scope)


def pin_figure(
    stores: Stores, viewer: Viewer, metric: str, scope: Scope, past: InventedPast | None = None
) -> int:
    """Pin what a figure says over a slice and give its number; a slice that reads the same has one number.

    Raises ChangeRefused where there is no figure to pin, and AccessRefused, on record, where the viewer's role could not
    ask it.
    """
    if metric not in CATALOGUE:
        raise ChangeRefused(f"There is no figure called “{metric[:60]}”, so nothing was pinned.")
    if dimension := unanswerable(metric, Query.of([metric], scope)):
        raise ChangeRefused(f"This figure is not kept by {dimension}, so nothing was pinned.")
    reader = Reader(stores, viewer, stores.snapshot())
    answer = _reading(reader, metric, scope)
    if answer is None:
        raise ChangeRefused(
            "This figure is not known for these days, so it cannot be pinned. Choose a longer period or fewer filters."
        )
    reading, for_all = answer
    audiences = _audiences(reader, metric, scope, reading, for_all=for_all)
    as_of, snapshot = data_coverage.loaded_until(reader), str(stores.snapshot())
    if past is not None:
        as_of, snapshot = past.as_of, f"before {as_of}"
        low, high = (past.multiple * end if end is not None else None for end in (reading.low, reading.high))
        reading = Reading(past.multiple * reading.value, low, high, reading.cases)
    if viewer.role not in audiences:
        sentence = "Your role does not include this figure, so it was not pinned."
        audit.refuse(stores, viewer, "pin.refused", sentence, metric)
    row = {
        "metric": metric,
        "definition": version(CATALOGUE[metric]),
        "qualified": _qualified(reader, metric, scope.period.end),
        "filters": json.dumps(scope.filters, ensure_ascii=False),
        "starts_on": scope.period.start,
        "ends_on": scope.period.end,
        "as_of": as_of,
        "snapshot": snapshot,
        "value": reading.value,
        "low": reading.low,
        "high": reading.high,
        "cases": reading.cases,
        "audiences": f" {' '.join(sorted(audiences))} ",
    }
    row["content_hash"] = hashlib.sha256(json.dumps(row, default=str, sort_keys=True).encode()).hexdigest()
    same = select(t.c.pin_id).where(t.c.content_hash == row["content_hash"])
    with audit.entry(stores, viewer.username, "figure.pin", metric, scope.in_words()) as entry:
        pinned_before = entry.app_db.execute(same).scalar()
        if pinned_before is None:
            entry.append(t, "pinned", **row)
            pinned_before = entry.app_db.execute(same).scalar_one()
    return int(pinned_before)


def pinned(reader: Reader) -> dict[int, PinnedFigure]:
    """Every pinned figure that the reader's role may read, by number."""
    return reader.kept(_pinned)


def _pinned(reader: Reader) -> dict[int, PinnedFigure]:
    frame = reader.frame(select(t).order_by(t.c.pin_id))
    for column in ("starts_on", "ends_on", "as_of"):
        frame[column] = [pd.Timestamp(value).date() for value in frame[column]]
    frame["pinned_at"] = [pd.Timestamp(value).to_pydatetime() for value in frame["pinned_at"]]
    return {row.pin_id: row for row in rows_of(frame, PinnedFigure)}


def in_words(metric: Metric, reading: Reading) -> str:
    """`6.3% (95% interval 5.9% to 6.8%, n = 1,204)`; of an amount per person, which has no interval, with its n alone."""
    words, between = figure(metric, reading.value), ""
    if reading.cases is None:
        return words
    if reading.low is not None and reading.high is not None:
        between = f"95% interval {figure(metric, reading.low)} to {figure(metric, reading.high)}, "
    return f"{words} ({between}n = {numeral(reading.cases)})"


def why_different(then: PinnedFigure, now: Reading | None, reader: Reader) -> str:
    """Why a pinned figure reads differently now, as far as the data say it; "" where it reads the same."""
    metric = CATALOGUE[then.metric]
    if now is None:
        return "It cannot be shown any more: it is not known now, or about too few people."
    if figure(metric, now.value) == figure(metric, then.value):
        return ""
    because = []
    if version(metric) != then.definition:
        because.append(
            f"Redefined: version {then.definition} of the definition then, version {version(metric)} now."
        )
    if _qualified(reader, then.metric, then.ends_on) != then.qualified:
        because.append("Redefined: the departments have agreed on another meaning of “qualified” since.")
    grows = final_after(metric)
    if grows is None or then.ends_on + timedelta(days=grows) > then.as_of:
        because.append(
            f"Not final then: the data reached {day(then.as_of)}, and this figure also counts what comes later."
        )
    if str(reader.stores.snapshot()) != then.snapshot:
        because.append(_loaded_since(then, metric, reader))
    return " ".join(because) or "The nightly run has worked it out anew."


def _loaded_since(then: PinnedFigure, metric: Metric, reader: Reader) -> str:
    """What the loads since did to the rows that a figure is read from, with counts where they are on record."""
    columns = columns_of(then.metric)
    rows = loaded_changes.since(reader.stores, then.pinned_at, then.scope.period, columns)
    if rows is None:
        return "Loaded again since: rows of these days came late or were corrected."
    few = reader.sees_totals_only(*(m.fact for m in measures_of(metric)))
    words = loaded_changes.in_words(rows, reader.smallest_cell if few else None)
    where = " under any filter" if then.scope.filters else ""
    return f"Loaded again since. {words}, among the rows of these months{where}."


def _reading(reader: Reader, name: str, scope: Scope) -> tuple[Reading, bool] | None:
    """The whole bank's figure, and whether it is one for everybody; None where there is none."""
    for_all = _exact(reader, name, scope, alike=True) if is_whole_months(scope.period) else None
    if for_all is not None:
        return for_all, True
    exact = _exact(reader, name, scope, alike=False)
    return None if exact is None else (exact, False)


def is_whole_months(period: Period) -> bool:
    """Whether a period begins and ends with a month, so that every role may count it."""
    return period == whole_months(period)


def _exact(reader: Reader, name: str, scope: Scope, *, alike: bool) -> Reading | None:
    everything = Reader(reader.stores, SYSTEM, reader.snapshot)
    given = data_coverage.available_columns(everything)
    query = Query.of([name], scope, periods=[scope.period])
    row = ask(query, everything, given, in_force(reader), alike=alike).iloc[0]
    metric = CATALOGUE[name]
    numbers = figures(metric, row)
    if math.isnan(numbers["value"]):
        return None
    if not isinstance(metric, Ratio):
        return Reading(numbers["value"])
    bounds = interval(metric, numbers["numerator"], numbers["denominator"])
    low, high = bounds or (None, None)
    return Reading(numbers["value"], low, high, numbers["denominator"])


def _audiences(reader: Reader, name: str, scope: Scope, reading: Reading, *, for_all: bool) -> frozenset[str]:
    """The roles that could have asked the figure: those who see its tables whole, and if every role that sees totals
    only is shown it, too, everybody whose role includes it."""
    facts = [m.fact for m in measures_of(CATALOGUE[name])]
    sees = {role: {may_see(Viewer("", "", role), fact) for fact in facts} for role in ROLES}
    included = {role for role, access in sees.items() if None not in access}
    whole = {role for role in included if sees[role] <= {Access.ALL_ROWS, Access.MASKED}}
    if not for_all:
        return frozenset(whole)
    totals = {role for role in included if Access.AGGREGATES_ONLY in sees[role]}
    reads = {role for role in totals if _is_shown(reader, role, name, scope, reading)}
    return frozenset(included if reads == totals else whole | reads)


def _is_shown(reader: Reader, role: str, name: str, scope: Scope, reading: Reading) -> bool:
    """Whether a role that sees totals only gets this very figure when it asks."""
    theirs = Reader(reader.stores, Viewer("", "", role), reader.snapshot)
    query = Query.of([name], scope, periods=[scope.period])
    try:
        row = ask(query, theirs, data_coverage.available_columns(theirs), in_force(reader)).iloc[0]
    except AccessRefused:
        return False
    return math.isclose(float(row[name]), reading.value, rel_tol=1e-9)


def _qualified(reader: Reader, name: str, until: date) -> str:
    """The rules of “qualified” that a figure of days up to `until` rests on; "" for a figure that rests on none."""
    if dependent().isdisjoint([name]):
        return ""
    return spelled(tuple((start, rule) for start, rule in timeline(reader) if start <= until))

"""Data status, for those who depend on it: freshness promised and kept, the journey's gaps, what departments share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, share
from metrics.customers.journey_coverage import OWNERS, StageCoverage, coverage_by_stage
from metrics.query.freshness_promises import MET, MISSED, NOT_GIVEN, Kept, kept
from pages.components import data, links, tables
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.collaboration.data_requests import KIND
from workflow.collaboration.department_sharing import Sharing, sharing
from workflow.collaboration.record_kind import Record
from workflow.collaboration.record_reading import records_of

DECLINED = "declined"
STATES = {MET: "Met", MISSED: "Missed", NOT_GIVEN: "Not given"}


def show(viewer: Viewer, status: pd.DataFrame) -> None:
    """Three blocks; `status` has a row per table, as `data.status` gives it."""
    _promises(viewer, status)
    _journey(viewer)
    _sharing(viewer, status)


def _promises(viewer: Viewer, status: pd.DataFrame) -> None:
    sample = data.is_sample(viewer)
    today = data.loaded_until(viewer) if sample else connect.here().now().date()
    given = status[status["row_count"] > 0]
    latest = {
        str(t): None if pd.isna(on) else pd.Timestamp(on).date()
        for t, on in zip(given["table_name"], given["latest_on"], strict=True)
    }
    lines = kept(latest, today)
    st.header("Freshness promised, and kept")
    st.markdown(f"**{promises_in_words(lines)}**")
    frozen = " The sample is frozen, so ages count to its last day." if sample else ""
    st.caption(
        f"How old the last day of a table may be for the work that rests on it, on {day(today)}. Of a table that comes "
        f"by month the days count from the month’s end.{frozen}"
    )
    frame = pd.DataFrame(
        {
            "Who needs it": [k.promise.consumer for k in lines],
            "For": [k.promise.purpose for k in lines],
            "Table": [plain(k.promise.table) for k in lines],
            "At most, days old": [k.promise.days for k in lines],
            "Days old": pd.array([k.age for k in lines], dtype="Int64"),
            "State": [_state(k) for k in lines],
        }
    )
    tables.show(frame, "promises", called="Freshness promised and kept")


def promises_in_words(lines: Sequence[Kept]) -> str:
    """`2 of 16 needs are missed: …`, `All 16 needs are met`."""
    missed = list(dict.fromkeys(plain(k.promise.table) for k in lines if k.state == MISSED))
    absent = list(dict.fromkeys(plain(k.promise.table) for k in lines if k.state == NOT_GIVEN))
    parts = []
    if missed:
        count = sum(k.state == MISSED for k in lines)
        parts.append(
            f"{count} of {len(lines)} {'need is' if count == 1 else 'needs are'} missed: {', '.join(missed)}"
        )
    if absent:
        parts.append(f"not given: {', '.join(absent)}")
    return "; ".join(parts) or f"All {len(lines)} needs are met"


def _state(one: Kept) -> str:
    late = f" by {one.behind} day{'' if one.behind == 1 else 's'}" if one.state == MISSED else ""
    return f"{STATES[one.state]}{late}"


def _journey(viewer: Viewer) -> None:
    lines = coverage_by_stage(data.available_columns(viewer))
    st.header("What we know of a customer’s journey")
    st.markdown(f"**{journey_in_words(lines)}**")
    st.caption(
        "Each stage, and which department gives data of it. A source that was not given stands in brackets."
    )
    owners = [o for o in OWNERS if any(o in line.given or o in line.missing for line in lines)]
    frame = pd.DataFrame(
        {
            "Stage": line.stage,
            **{o: _cell(line, o) for o in owners},
        }
        for line in lines
    )
    tables.show(frame, "journey-coverage", called="Journey coverage")


def journey_in_words(lines: Sequence[StageCoverage]) -> str:
    """Which stages nothing tells of, or that every stage has data."""
    gaps = [line.stage for line in lines if line.is_gap]
    if gaps:
        return f"Nothing tells of {len(gaps)} of {len(lines)} stages: {', '.join(gaps)}"
    partly = [line.stage for line in lines if line.missing]
    rest = f"; a source is missing in {', '.join(partly)}" if partly else ""
    return f"Every stage has data and an owner{rest}"


def _cell(line: StageCoverage, owner: str) -> str:
    given = [_source(s) for s in line.given.get(owner, ())]
    missing = [f"({_source(s)})" for s in line.missing.get(owner, ())]
    return ", ".join([*given, *missing])


def _source(name: str) -> str:
    table, _, column = name.partition(".")
    return f"{plain(table)}: {plain(column)}" if column else plain(table)


def _sharing(viewer: Viewer, status: pd.DataFrame) -> None:
    lines = sharing(frozenset(status.loc[status["row_count"] > 0, "table_name"]))
    if not lines:
        return
    st.header("What departments share")
    opened, pairs = sum(s.by_row + s.as_totals for s in lines), sum(s.pairs for s in lines)
    st.markdown(f"**{share(opened / pairs, 0)} of what departments gave is open to the others**")
    st.caption(
        "For each table and each other department: whether a role of that department may read rows of it (its own, or "
        "without names, count as rows), totals only, or nothing, by the row rules in force. Who is who, and who is in "
        "which arm of an experiment, stays with Analytics on purpose."
    )
    frame = pd.DataFrame(
        {
            "Department": [s.owner for s in lines],
            "Tables": [len(s.tables) for s in lines],
            "Open to others": [share(s.share, 0) for s in lines],
            "Rows": [s.by_row for s in lines],
            "Totals only": [s.as_totals for s in lines],
            "Nothing": [len(s.closed) for s in lines],
            "Closed to": [_closed(s) for s in lines],
        }
    )
    tables.show(frame, "sharing", called="Data shared between departments")
    _declined(viewer)


def _closed(line: Sharing) -> str:
    """`staff surveys: Sales, Marketing`."""
    by_table: dict[str, list[str]] = {}
    for table, department in line.closed:
        by_table.setdefault(table, []).append(department)
    return "; ".join(f"{plain(t)}: {', '.join(ds)}" for t, ds in by_table.items())


def _declined(viewer: Viewer) -> None:
    """Requests for data that were declined, with the reason."""
    if not links.has(KIND.url):
        return
    requests = records_of(data.reader(viewer), KIND.name)
    no = [r for r in requests if r.state == DECLINED]
    if not no:
        st.caption(
            f"Of {_counted(requests)} none was declined."
            if requests
            else "There are no requests for data yet."
        )
        return
    st.caption(f"Of {_counted(requests)} {len(no)} {'was' if len(no) == 1 else 'were'} declined:")
    for record in no:
        if st.button(escaped(_in_a_line(record)), key=f"declined-{record.record_id}", type="tertiary"):
            links.to(KIND.url, record=str(record.record_id))


def _counted(requests: Sequence[Record]) -> str:
    return "1 request for data" if len(requests) == 1 else f"{len(requests):,} requests for data"


def _in_a_line(record: Record) -> str:
    on: date = record.last_step("decline").entered_at.date()
    return f"{record.title} ({record.department}, {day(on)}): {record.last_step('decline').contents['why']}"

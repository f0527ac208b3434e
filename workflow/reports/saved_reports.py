"""Reports that people put together and keep: the question, never its figures. A link holds no right.

Whoever opens one is asked for her own rights and gets her own figures. Nothing is changed: another version is another
report, and one that is retired leaves the list and still opens.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import select, update

from metrics.definitions.scope import Period, Scope
from metrics.query.query import Query
from metrics.query.query import ask as ask_warehouse
from metrics.query.report_query import Ask, SavedReport, misfit, refusal, values_of
from warehouse.access import audit, data_coverage
from warehouse.access.reader import Reader, Viewer
from warehouse.access.roles import ROLES, RULES
from warehouse.app_db.app_schema import saved_reports as t
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores

SHORTEST, LONGEST = 3, 80
"""Characters of a title."""
MOST_VALUES = 30
MAY_RETIRE_ALL = "analyst"


@dataclass(frozen=True, kw_only=True)
class Saved:
    """A report on the list, or one that was taken off it."""

    report_id: str
    title: str
    report: SavedReport
    saved_by: str
    saved_at: datetime
    retired_at: datetime | None


def save(stores: Stores, viewer: Viewer, title: str, report: SavedReport) -> str:
    """Keep a report under a title and give its id, a part of its link that cannot be guessed.

    Raises AccessRefused (on record) for who may not ask it herself, ChangeRefused for what does not fit.
    """
    title = checked_title(title)
    why = misfit(report) or _odd(report)
    if why:
        raise ChangeRefused(f"{why} Nothing was saved.")
    _check_rights(stores, viewer, report, report.metric)
    reader = Reader(stores, viewer)
    for dimension, values in report.filters:
        there = values_of(dimension, data_coverage.as_of(reader), _ask_of(reader, report.metric))
        if strange := next((v for v in values if v not in there), None):
            raise ChangeRefused(
                f"No figure of yours has the {dimension} “{strange[:60]}”, so it is no filter. Nothing was saved."
            )
    report_id = secrets.token_urlsafe(16)
    fields = {
        "title": title,
        "metric": report.metric,
        "breakdown": report.breakdown or None,
        "across": report.across or None,
        "filters": _as_text(report),
        "period": report.period,
        "chart": report.chart,
        "saved_by": viewer.username,
    }
    with audit.entry(stores, viewer.username, "report.save", report_id, title) as entry:
        same = [t.c[name].is_not_distinct_from(value) for name, value in fields.items()]
        if entry.app_db.execute(select(t).where(*same, t.c.retired_at.is_(None))).first():
            raise ChangeRefused(
                "You have saved this very report under this title already; it is on the list."
            )
        entry.append(t, report_id=report_id, saved_at=entry.at, **fields)
    return report_id


def retire(stores: Stores, viewer: Viewer, report_id: str) -> None:
    """Take a report off the list. Raises AccessRefused (on record) unless it is the viewer's own or she is an analyst."""
    saved = one(Reader(stores, viewer), report_id)
    if saved is None:
        raise ChangeRefused("There is no such report, so nothing was changed.")
    if viewer.username != saved.saved_by and viewer.role != MAY_RETIRE_ALL:
        sentence = "Only who saved a report, or an analyst, takes it off the list. Nothing was changed."
        audit.refuse(stores, viewer, "report.refused", sentence, report_id, "retire")
    with audit.entry(stores, viewer.username, "report.retire", report_id) as entry:
        still = update(t).where(t.c.report_id == report_id, t.c.retired_at.is_(None))
        if entry.app_db.execute(still.values(retired_at=entry.at)).rowcount != 1:
            raise ChangeRefused("Somebody has already taken this report off the list.")


def opened(stores: Stores, viewer: Viewer, report_id: str) -> Saved:
    """The report behind a link, for who may ask it herself.

    Raises ChangeRefused for a link without a report, or with one that fits no more, and AccessRefused, on record, for a
    viewer whose role does not include its figure.
    """
    saved = one(Reader(stores, viewer), report_id)
    if saved is None:
        audit.note(stores, viewer.username, "report.refused", report_id[:64], "no such report")
        raise ChangeRefused(
            "There is no report behind this link. It may have been cut off when it was copied: ask whoever sent it for "
            "the whole link, or put a new report together."
        )
    if why := misfit(saved.report):
        raise ChangeRefused(why)
    _check_rights(stores, viewer, saved.report, report_id)
    return saved


def one(reader: Reader, report_id: str) -> Saved | None:
    """The report of an id, retired or not."""
    if not re.fullmatch(r"[\w-]{1,64}", report_id, re.ASCII):
        return None
    rows = reader.frame(select(t).where(t.c.report_id == report_id))
    return _saved(rows.iloc[0]) if len(rows) else None


def on_the_list(reader: Reader) -> tuple[Saved, ...]:
    """The reports nobody has retired, the newest first."""
    rows = reader.frame(
        select(t).where(t.c.retired_at.is_(None)).order_by(t.c.saved_at.desc(), t.c.report_id)
    )
    return tuple(_saved(row) for _, row in rows.iterrows())


def _check_rights(stores: Stores, viewer: Viewer, report: SavedReport, subject: str) -> None:
    reads_figures = viewer.role in ROLES and t.name in RULES[viewer.role]
    why = refusal(report, viewer) if reads_figures else "Your role reads no figures."
    if why:
        audit.refuse(stores, viewer, "report.refused", why, subject, report.metric[:64])


def checked_title(title: str) -> str:
    """A title without blanks around it. Raises ChangeRefused for one too short, too long or that cannot be seen."""
    title = title.strip()
    if any(unicodedata.category(c).startswith("C") for c in title):
        raise ChangeRefused(
            "The title has a character that cannot be seen, such as a line break. Type it again. Nothing was saved."
        )
    if not SHORTEST <= len(title) <= LONGEST:
        raise ChangeRefused(
            f"The title has {len(title)} characters; it needs {SHORTEST} to {LONGEST}. Nothing was saved."
        )
    return title


def _odd(report: SavedReport) -> str:
    dimensions = [d for d, _ in report.filters]
    if len(set(dimensions)) != len(dimensions):
        return "One dimension is filtered twice."
    if any(not 0 < len(values) <= MOST_VALUES for _, values in report.filters):
        return f"A filter needs 1 to {MOST_VALUES} values."
    return ""


def _ask_of(reader: Reader, name: str) -> Ask:
    def ask(scope: Scope, by: Sequence[str], periods: Sequence[Period]) -> pd.DataFrame:
        return ask_warehouse(Query.of([name], scope, by, periods), reader)

    return ask


def _as_text(report: SavedReport) -> str:
    return json.dumps(Scope(Period(date.min, date.min), report.filters).filters, ensure_ascii=False)


def _saved(row: pd.Series) -> Saved:
    breakdown = row["breakdown"]
    report = SavedReport(
        metric=row["metric"],
        breakdown=breakdown if isinstance(breakdown, str) else "",
        across=row["across"] if isinstance(row["across"], str) else "",
        filters=tuple((d, tuple(values)) for d, values in json.loads(row["filters"])),
        period=row["period"],
        chart=row["chart"],
    )
    return Saved(
        report_id=row["report_id"],
        title=row["title"],
        report=report,
        saved_by=row["saved_by"],
        saved_at=pd.Timestamp(row["saved_at"]).to_pydatetime(),
        retired_at=None if pd.isna(row["retired_at"]) else pd.Timestamp(row["retired_at"]).to_pydatetime(),
    )

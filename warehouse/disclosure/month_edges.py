"""Month edges: who sees totals only asks about whole months, so that no two periods differ by the few of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter

from warehouse.errors import AccessRefused
from warehouse.sql.statement_parts import parts_of


def check_month_edges(statement: Any) -> None:
    """Raise AccessRefused unless every day in a statement is the first or the last of a month."""
    for day in _days(statement):
        if not _is_edge(day):
            raise AccessRefused(
                "Your role sees people in whole months, and this question begins or ends within one. Choose months."
            )


def _days(statement: Any) -> Iterator[date]:
    for part in parts_of(statement):
        if isinstance(part, BindParameter):
            value = part.effective_value
            yield from (
                v for v in (value if isinstance(value, list | tuple) else (value,)) if isinstance(v, date)
            )


def _is_edge(day: date) -> bool:
    if isinstance(day, datetime):
        # A moment at an edge is the first instant of a month; a day written as a moment may be the last one.
        return day == datetime(day.year, day.month, day.day) and _is_edge(day.date())
    return day.day == 1 or (day + timedelta(days=1)).day == 1

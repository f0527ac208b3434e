"""Hours that self-service saves: reports that departments built themselves, times what one would cost Analytics."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from metrics.definitions.measure import between
from metrics.definitions.scope import Period
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import saved_reports, users
from warehouse.stores.connect import Stores

BUILDS_FOR_OTHERS = "analyst"
"""Whose own reports answer no request of another department."""


@dataclass(frozen=True, kw_only=True)
class SelfService:
    """Reports built in a period by others than Analytics, and the hours that one is taken to save."""

    reports: int
    hours_each: float

    @property
    def hours(self) -> float:
        return self.reports * self.hours_each


def self_service(stores: Stores, period: Period) -> SelfService:
    """Counted over all departments; no report, and nobody, is named."""
    t, u = saved_reports.c, users.c
    others = select(u.username).where(u.role != BUILDS_FOR_OTHERS)
    statement = select(func.count().label("n")).where(between(t.saved_at, period), t.saved_by.in_(others))
    (row,) = Reader(stores, SYSTEM).rows(statement)
    return SelfService(reports=int(row.n), hours_each=stores.settings.hours_per_request)

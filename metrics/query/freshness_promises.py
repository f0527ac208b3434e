"""How fresh each consumer needs its data, and whether it is: a promise per table, met or missed by so many days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from metrics.definitions.scope import month
from warehouse.load.event_days import BY_MONTH
from warehouse.schema import UNIFIED_TABLES

MET, MISSED, NOT_GIVEN = "met", "missed", "not given"
_DATED_BY: Mapping[str, str] = {t.name: t.info["happened_on"] for t in UNIFIED_TABLES}


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Who needs a table for what, and how many days old its last day may be."""

    consumer: str
    purpose: str
    page: str
    """The page it is read on, by address."""
    table: str
    days: int


def _needs(consumer: str, purpose: str, page: str, **tables: int) -> tuple[Promise, ...]:
    return tuple(
        Promise(consumer=consumer, purpose=purpose, page=page, table=table, days=days)
        for table, days in tables.items()
    )


PROMISES = (
    *_needs(
        "Relationship managers",
        "Whom to call this morning",
        "customer-health",
        transactions=2,
        tickets=2,
        touches=2,
        balances=20,
    ),
    *_needs("Sales", "Leads to contact within the day", "lead-hand-off", leads=2),
    *_needs("Marketing", "The funnel of the week", "funnel", leads=3, touches=3),
    *_needs("Marketing", "Where the next budget goes", "budget", campaign_days=7),
    *_needs("Service", "What customers complain about", "voice", tickets=2, surveys=7),
    *_needs("Analytics", "The churn model’s next scores", "churn-model", transactions=3, product_usage=3),
    *_needs("Management", "The quarterly review", "quarterly-review", leads=7, revenues=20, surveys=14),
)
"""Of a table that comes by month the days count from the end of its last month."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A promise on a day. `age` is None where the table was not given."""

    promise: Promise
    latest_on: date | None
    age: int | None

    @property
    def state(self) -> str:
        """MET, MISSED or NOT_GIVEN."""
        if self.age is None:
            return NOT_GIVEN
        return MET if self.age <= self.promise.days else MISSED

    @property
    def behind(self) -> int:
        """Days beyond what was promised."""
        return 0 if self.age is None else max(0, self.age - self.promise.days)


def kept(latest: Mapping[str, date | None], today: date) -> list[Kept]:
    """Every promise, by the last day that each table reaches; the missed first, then what was not given."""
    lines = [_on(p, latest.get(p.table), today) for p in PROMISES]
    return sorted(lines, key=lambda k: (MISSED, NOT_GIVEN, MET).index(k.state))


def _on(promise: Promise, latest: date | None, today: date) -> Kept:
    if latest is not None and _DATED_BY[promise.table] == BY_MONTH:
        latest = month(latest.year, latest.month).end
    age = None if latest is None else max(0, (today - latest).days)
    return Kept(promise=promise, latest_on=latest, age=age)

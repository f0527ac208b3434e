"""What a monitoring system watches of an installation: the caches, the message queue, the last load and nightly run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from warehouse.app_db.app_schema import audit_log, outbox
from warehouse.errors import bugs
from warehouse.sql.moments import instant_of
from warehouse.stores.connect import Stores
from workflow.records import load_history
from workflow.records.outbox import WAITS


@dataclass(frozen=True, kw_only=True)
class OperatingFigure:
    """A figure: its name for Prometheus, what it is, and its value; None where there is none yet."""

    name: str
    says: str
    value: float | None
    counts_up: bool = False


def read(stores: Stores) -> list[OperatingFigure]:
    """Every figure, as it stands now. None is about a customer or a colleague."""
    with stores.read_app_db() as app_db:
        waiting, oldest = app_db.execute(
            select(func.count(), func.min(outbox.c.written_at)).where(*WAITS)
        ).one()
        failed = app_db.execute(select(func.count()).where(*WAITS, outbox.c.failed_runs > 0)).scalar_one()
        line = audit_log.c
        of_each = (
            select(line.action, func.max(line.happened_at))
            .where(line.action.in_((load_history.LOADED, load_history.NIGHT, load_history.NIGHT_FAILED)))
            .group_by(line.action)
        )
        last = {str(row[0]): row[1] for row in app_db.execute(of_each)}
    cache, now = stores.bank_answers, stores.now()

    def ago(at: datetime | None) -> float | None:
        return None if at is None else (instant_of(now) - instant_of(at)) / 1_000_000

    return [
        OperatingFigure(
            name="bugs_total", says="Bugs that were shown by their number.", value=bugs(), counts_up=True
        ),
        OperatingFigure(
            name="cache_hits_total",
            says="Answers about the bank given from memory.",
            value=cache.hits,
            counts_up=True,
        ),
        OperatingFigure(
            name="cache_misses_total",
            says="Answers about the bank worked out.",
            value=cache.misses,
            counts_up=True,
        ),
        OperatingFigure(name="messages_waiting", says="Messages that wait to be sent.", value=waiting),
        OperatingFigure(
            name="messages_failing", says="Messages that a run failed to deliver and that wait.", value=failed
        ),
        OperatingFigure(
            name="oldest_message_seconds", says="How long the oldest of them waits.", value=ago(oldest)
        ),
        OperatingFigure(
            name="last_load_seconds",
            says="Since the last load ended.",
            value=ago(last.get(load_history.LOADED)),
        ),
        OperatingFigure(
            name="last_nightly_seconds",
            says="Since the last nightly run ended.",
            value=ago(last.get(load_history.NIGHT)),
        ),
        OperatingFigure(
            name="last_nightly_failure_seconds",
            says="Since a nightly run last failed.",
            value=ago(last.get(load_history.NIGHT_FAILED)),
        ),
    ]

"""Whom an agreed test needs without any offer while it runs: who is held out, and the reserve, which looks the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import test_assignments as t
from workflow.collaboration import agreed_test, record_reading
from workflow.collaboration.disputes import SETTLED
from workflow.experiments.hold_out import HELD_OUT

RESERVE = "reserve"
"""Left alone as who is held out is, and counted in neither group: who is not named to an RM may be one or the other."""


def left_alone(reader: Reader) -> Mapping[str, date]:
    """Customer → the day on which the test that needs her without offers is read.

    Who makes offers asks about a customer of hers, and learns nothing of which of the two she is.
    """
    return Reader(reader.stores, SYSTEM, reader.snapshot).kept(_left_alone)


def _left_alone(night: Reader) -> dict[str, date]:
    until = {
        r.record_id: date.fromisoformat(str(r.contents[agreed_test.READ_ON]))
        for r in record_reading.records_of(night, "dispute")
        if r.state != SETTLED and r.steps_taken("assign")
    }
    if not until:
        return {}
    rows = night.rows(
        select(t.c.customer_id, t.c.record_id).where(
            t.c.record_id.in_(until), t.c.arm.in_((HELD_OUT, RESERVE))
        )
    )
    return {str(row.customer_id): until[int(row.record_id)] for row in rows}

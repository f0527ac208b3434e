"""The invented past of the sample bank: who writes, and writing on a day of it through the same doors as anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from metrics.definitions.scope import Filters, Period, Scope, month
from warehouse.access.reader import Reader, Viewer
from warehouse.errors import Problem
from warehouse.stores.connect import Stores
from workflow.collaboration import mentions, record_reading, record_store
from workflow.collaboration.pinned_figures import InventedPast, pin_figure
from workflow.collaboration.record_kind import (
    ANALYTICS,
    IT,
    MANAGEMENT,
    MARKETING,
    RELATIONSHIP,
    SALES,
    SERVICE,
)

PEOPLE = {
    MARKETING: Viewer("marketing", "Carmen Ho", "marketing"),
    SALES: Viewer("sales", "Edmond Lau", "sales"),
    SERVICE: Viewer("service", "Siu Wai Chan", "service"),
    ANALYTICS: Viewer("analyst", "Priya Nair", "analyst"),
    MANAGEMENT: Viewer("executive", "Vivian Tse", "executive"),
    RELATIONSHIP: Viewer("lead", "Team lead", "team_lead"),
    IT: Viewer("admin", "Oscar Yip", "administrator"),
}
"""Department → the demo account that writes for it."""


READ_AFTER = 10
"""Days after which everybody has read what was answered."""


class SampleHistory:
    """Writes on days of the invented past, counted back from today."""

    def __init__(self, stores: Stores, as_of: date) -> None:
        self.stores, self.as_of, self.today = stores, as_of, stores.now().date()

    def on(self, back: int) -> Stores:
        """The stores on the morning so many days ago."""
        morning = datetime.combine(self.day(back), time(9, 30))
        return replace(self.stores, now=lambda: morning)

    def day(self, back: int) -> date:
        """So many days ago."""
        return self.today - timedelta(days=back)

    def months(self, back: int, count: int = 3) -> Period:
        """The `count` whole months that were over and loaded so many days ago."""
        last = min(self.day(back), self.as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
        return Period(month(last.year, last.month - count + 1).start, last)

    def pin(
        self, back: int, who: str, metric: str, *, filters: Filters = (), multiple: float = 1.0
    ) -> int | None:
        """The figure of the three whole months before that day; None where this bank has none to show to all."""
        past = InventedPast(min(self.day(back + 1), self.as_of), multiple)
        scope = Scope(self.months(back), filters)
        try:
            return pin_figure(self.on(back), PEOPLE[who], metric, scope, past)
        except Problem:
            return None

    def open(
        self,
        back: int,
        who: str,
        kind: str,
        pin_id: int | None = None,
        came_from: int | None = None,
        **values: Any,
    ) -> int:
        """A record that somebody opened so many days ago; its number."""
        return record_store.open_record(
            self.on(back), PEOPLE[who], kind, values, pin_id=pin_id, came_from=came_from
        )

    def step(self, back: int, who: str, number: int, step: str, **values: Any) -> None:
        """A step that somebody took on a record."""
        record = record_reading.one_record(Reader(self.stores, PEOPLE[who]), number)
        assert record is not None
        record_store.take_step(self.on(back), PEOPLE[who], number, record.version, step, values)
        if back > READ_AFTER:
            for opener in (viewer for viewer in PEOPLE.values() if viewer.username == record.opened_by):
                self._read(back - READ_AFTER, opener, number)

    def _read(self, back: int, opener: Viewer, number: int) -> None:
        """Who opened a record has read what was answered."""
        for record, entry in record_reading.naming(Reader(self.stores, opener)):
            if record.record_id == number and record_reading.is_answer(record, entry):
                mentions.tick_off(self.on(back), opener, entry.entry_id)

    def comment(self, back: int, who: str, number: int, text: str) -> None:
        """A comment that somebody wrote on a record."""
        record_store.comment(self.on(back), PEOPLE[who], number, text)

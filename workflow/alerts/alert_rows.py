"""An alert as a page reads it: a row of the queue, of one customer's several alerts, or of those that are closed."""

from dataclasses import dataclass
from datetime import date, datetime

from metrics.customers.customer_search import name_or_number


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A row of `alert_queue.open_alerts`, `pool` or `worked_by_others`."""

    alert_id: str
    version: int
    customer_id: str
    full_name: str | None
    segment: str | None
    rm_id: str | None
    """Who works it; None while it waits in the pool."""
    title: str
    advice: str
    facts: list[str]
    facts_now: list[str | None]
    raised_on: datetime
    due_on: datetime
    status: str
    snoozed_until: date | None
    snoozed: bool = False
    escalated_on: date | None
    value_at_stake: float | None
    saved: float | None
    """The chance that a call keeps the customer; None while no experiment has shown it."""

    @property
    def called(self) -> str:
        """The customer's name, or the number where the viewer may not see names."""
        return name_or_number(self.full_name, self.customer_id)


@dataclass(frozen=True, kw_only=True)
class FlaggedCustomer(Alert):
    """A row of `alert_queue.by_customer`: the most pressing alert, with the titles of all."""

    titles: list[str]


@dataclass(frozen=True, kw_only=True)
class ClosedAlert(Alert):
    """A row of `alert_queue.closed_alerts`."""

    outcome: str | None
    why: str | None


@dataclass(frozen=True, kw_only=True)
class RecordedStep:
    """A row of `alert_queue.steps`: what somebody did about an alert."""

    step: str
    note: str | None
    until: date | None
    taken_by: str
    taken_at: datetime
    taken_back: bool

"""What the sample bank's relationship manager and her colleagues logged about customers, and the tasks she has."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import alerts
from workflow.collaboration import customer_tasks, interactions
from workflow.collaboration.record_kind import SERVICE
from workflow.collaboration.sample_history import PEOPLE, SampleHistory

_TASKS = (
    (12, 0, "Send the comparison of deposit rates"),
    (9, -3, "Call again after the holiday"),
    (4, -10, "Ask for the missing proof of address"),
    (20, 2, "Arrange a meeting about the mortgage"),
)
"""Made so many days ago, due so many days ago (a day ahead is below nought), and what is to be done."""
_LOGGED = (
    (11, "call", "agreed", "Wants the rates of three banks side by side."),
    (9, "meeting", "spoke", "Met at the branch. On holiday until next week."),
    (6, "call", "no_answer", ""),
    (15, "email", "", "Sent the list of papers for the mortgage."),
)


def about(h: SampleHistory, manager: Viewer) -> None:
    """For the first customers in the manager's queue, one entry and one task each; Service logs a call of its own."""
    reader = Reader(h.stores, manager, h.stores.snapshot())
    a = alerts
    mine = select(a.c.customer_id).where(a.c.rm_id == manager.rm_id, a.c.customer_rm_id == manager.rm_id)
    waiting = reader.frame(mine.where(a.c.status != "closed").order_by(a.c.value_at_stake.desc()))
    clients = list(dict.fromkeys(waiting["customer_id"]))[: len(_TASKS)]
    for customer, (made, due, title), (back, kind, outcome, note) in zip(
        clients, _TASKS, _LOGGED, strict=False
    ):
        interactions.log(h.on(back), manager, customer, kind, h.day(back), outcome, note)
        due_on = h.day(due)
        customer_tasks.make(h.on(made), manager, customer, title, due_on, due_on - timedelta(days=1))
    for customer in clients[:1]:
        words = "Asked how to raise the limit of the card; done on the phone."
        interactions.log(h.on(3), PEOPLE[SERVICE], customer, "call", h.day(3), "spoke", words)

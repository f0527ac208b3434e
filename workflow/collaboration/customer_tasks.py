"""Tasks for a customer: what an RM is to do, by when, and since when it stands in her inbox. It escalates to nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import select, update

from metrics.customers.customer_search import name_or_number, named
from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import customer_tasks as t
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration.record_checks import customer_keys

MAKES = frozenset({"relationship_manager", "team_lead"})
LONGEST_TITLE = 200
LATEST_DAYS = 2 * 365


@dataclass(frozen=True, kw_only=True)
class CustomerTask:
    """A row of `tasks_of` or `open_tasks`."""

    task_id: int
    customer_id: str
    title: str
    due_on: date
    remind_on: date
    made_by: str
    done_by: str | None
    full_name: str | None = None

    @property
    def called(self) -> str:
        """The customer's name, or the number where it is not known."""
        return name_or_number(self.full_name, self.customer_id)


def make(
    stores: Stores,
    viewer: Viewer,
    customer_id: str,
    title: str,
    due_on: date | None,
    remind_on: date | None = None,
) -> None:
    """Make a task: an RM's is her own, a team lead's is the customer's RM's. Without `remind_on` the due day reminds.

    Raises AccessRefused, on record, for other roles. Raises ChangeRefused without a title, if the due day is past or
    too far, or if the reminder comes after it. So it does if the customer is not among the viewer's or has no RM.
    """
    sentence = "Your role makes no tasks for customers. Nothing was saved."
    audit.check_role(stores, viewer, MAKES, "task.refused", sentence, customer_id)
    title = audit.checked_text(
        title, LONGEST_TITLE, "Say in a few words what is to be done. Then save again.", "It has"
    )
    today = stores.now().date()
    if due_on is None or not today <= due_on <= today + timedelta(days=LATEST_DAYS):
        raise ChangeRefused("Choose the day it is due, from today on and within two years. Then save again.")
    if remind_on is not None and remind_on > due_on:
        raise ChangeRefused(
            "The reminder comes after the day it is due. Choose an earlier one and save again."
        )
    keys = vars(customer_keys(stores, viewer, customer_id))
    if viewer.role == "relationship_manager":
        keys = keys | {"rm_id": viewer.rm_id}
    elif keys["rm_id"] is None:
        raise ChangeRefused("This customer has no RM who could do it. Nothing was saved.")
    with audit.entry(stores, viewer.username, "task.make", customer_id) as entry:
        entry.append(t, "made", **keys, title=title, due_on=due_on, remind_on=remind_on or due_on)


def set_done(stores: Stores, viewer: Viewer, task_id: int, *, done: bool) -> None:
    """Mark a task as done, or open it again. Raises AccessRefused, on record, unless it is hers or her team's.

    Raises ChangeRefused if it stands so already.
    """
    try:
        with audit.entry(
            stores, viewer.username, "task.done" if done else "task.reopen", str(task_id)
        ) as entry:
            row = entry.app_db.execute(select(t).where(t.c.task_id == task_id)).mappings().first()
            own = row is not None and (
                (viewer.role == "relationship_manager" and viewer.rm_id and row["rm_id"] == viewer.rm_id)
                or (viewer.role == "team_lead" and viewer.team and row["team"] == viewer.team)
            )
            if not own:
                raise AccessRefused("This task is not yours, so nothing was changed.")
            still = t.c.done_at.is_(None) if done else t.c.done_at.is_not(None)
            values = {"done_by": viewer.username, "done_at": entry.at} if done else _OPEN
            changed = entry.app_db.execute(update(t).where(t.c.task_id == task_id, still).values(**values))
            if changed.rowcount != 1:
                raise ChangeRefused(f"This task was {'done' if done else 'opened again'} already.")
    except AccessRefused:
        audit.note(stores, viewer.username, "task.refused", str(task_id)[:64])
        raise


_OPEN: dict[str, None] = {"done_by": None, "done_at": None}


def tasks_of(reader: Reader, customer_id: str) -> pd.DataFrame:
    """The tasks for one customer that the reader sees: the open ones by due day, then the done ones, latest first."""
    rows = reader.frame(select(t).where(t.c.customer_id == customer_id).order_by(t.c.due_on, t.c.task_id))
    done = rows["done_at"].notna()
    return pd.concat([rows[~done], rows[done].sort_values("done_at", ascending=False)])


def open_tasks(reader: Reader) -> pd.DataFrame:
    """The viewer's own open tasks, of a lead the team's, by due day, with `full_name` of their customers.

    Empty, without a question, for a role without tasks.
    """
    if reader.viewer.role not in MAKES:
        return pd.DataFrame(columns=[*t.c.keys(), "full_name"])
    rows = _open_rows(reader)
    if rows.empty:
        return rows.assign(full_name=None)
    names = reader.frame(named(sorted(set(rows["customer_id"]))))
    return rows.merge(names[["customer_id", "full_name"]], on="customer_id", how="left")


def reminders(reader: Reader, today: date) -> int:
    """How many open tasks of an RM stand in her inbox on a day; of others none."""
    if reader.viewer.role != "relationship_manager":
        return 0
    return int(is_reminded(_open_rows(reader), today).sum())


def is_reminded(tasks: pd.DataFrame, today: date) -> pd.Series:
    """Which tasks have reached the day of their reminder."""
    return pd.to_datetime(tasks["remind_on"]) <= pd.Timestamp(today)


def next_task_words(reader: Reader) -> dict[str, str]:
    """Customer → the first open task that the reader sees, and its day: `Send the offer, 3 Jul`."""
    rows = _open_rows(reader) if reader.viewer.role in MAKES else pd.DataFrame(columns=t.c.keys())
    first = rows.drop_duplicates("customer_id")
    due = pd.to_datetime(first["due_on"])
    return {
        str(customer): f"{title}, {on.day} {on:%b}"
        for customer, title, on in zip(first["customer_id"], first["title"], due, strict=True)
    }


def _open_rows(reader: Reader) -> pd.DataFrame:
    if reader.viewer.role == "relationship_manager" and not reader.viewer.rm_id:
        return pd.DataFrame(columns=t.c.keys())
    statement = select(t).where(t.c.done_at.is_(None)).order_by(t.c.due_on, t.c.task_id)
    if reader.viewer.role == "relationship_manager":
        statement = statement.where(t.c.rm_id == reader.viewer.rm_id)
    return reader.frame(statement)

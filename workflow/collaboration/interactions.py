"""What colleagues logged about a customer without an alert: a call, a meeting, an e-mail or a note; appended.

An entry made by mistake is taken back by a further one; both stay. A contact is what reached the customer, so a call
nobody answered and a note are none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import Select, select

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import interactions
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration.record_checks import customer_keys
from workflow.collaboration.record_kind import department_of

KINDS = {"call": "Call", "meeting": "Meeting", "email": "E-mail", "note": "Note"}
REACHED = {
    "spoke": "Reached",
    "agreed": "Reached, agreed on a next step",
    "no_interest": "Reached, not interested for now",
    "opted_out": "Reached, wants no marketing any more",
}
OPTED_OUT = "opted_out"
"""It counts from the moment it is logged, whatever the bank's own record says until its next delivery."""
OUTCOMES = REACHED | {"message": "Left a message", "no_answer": "Not reached"}
NEEDS_OUTCOME = ("call", "meeting")
UNDONE = "undone"
LOGS = frozenset({"relationship_manager", "team_lead", "service"})
LONGEST_NOTE = 1_000
OLDEST_DAYS = 365


@dataclass(frozen=True, kw_only=True)
class LoggedContact:
    """A row of `logged`."""

    interaction_id: int
    kind: str
    happened_on: date
    outcome: str
    note: str
    department: str
    logged_by: str
    logged_at: datetime
    taken_back: bool

    @property
    def words(self) -> str:
        """`Call: Reached, agreed on a next step`."""
        outcome = OUTCOMES.get(self.outcome, "")
        return f"{KINDS.get(self.kind, self.kind)}{f': {outcome}' if outcome else ''}"


def log(
    stores: Stores,
    viewer: Viewer,
    customer_id: str,
    kind: str,
    happened_on: date | None,
    outcome: str,
    note: str,
) -> None:
    """Append an entry to a customer's log, with its author, her department and its audit line.

    Raises AccessRefused, on record, for a role that logs none. Raises ChangeRefused if the kind is none of `KINDS`, a
    call or meeting has no outcome, or an e-mail or note no text. So it does if the day is not one of the last year, or
    the customer is not among the viewer's.
    """
    _check_role(stores, viewer, customer_id)
    if kind not in KINDS:
        raise ChangeRefused("Choose what it was: a call, a meeting, an e-mail or a note. Then log it again.")
    if kind in NEEDS_OUTCOME and outcome not in OUTCOMES:
        raise ChangeRefused(f"Say what came of the {kind}, and log it again.")
    note = note.strip()
    if kind not in NEEDS_OUTCOME:
        outcome = ""
        missing = f"Write what the {KINDS[kind].lower()} was about, and log it again."
        note = audit.checked_text(note, LONGEST_NOTE, missing, "The note has")
    elif note:
        note = audit.checked_text(note, LONGEST_NOTE, "", "The note has")
    today = stores.now().date()
    if happened_on is None or not today - timedelta(days=OLDEST_DAYS) <= happened_on <= today:
        raise ChangeRefused("Choose the day it happened, today or within the last year, and log it again.")
    keys = customer_keys(stores, viewer, customer_id)
    with audit.entry(stores, viewer.username, "interaction.log", customer_id, kind) as entry:
        entry.append(
            interactions,
            "logged",
            **vars(keys),
            kind=kind,
            happened_on=happened_on,
            outcome=outcome,
            note=note,
            department=department_of(viewer),
        )


def undo(stores: Stores, viewer: Viewer, interaction_id: int) -> None:
    """Take back one of the viewer's own entries by a further one.

    Raises ChangeRefused if there is no such entry, it is a colleague's, or it was taken back already.
    """
    t = interactions
    with audit.entry(stores, viewer.username, "interaction.undo", str(interaction_id)) as entry:
        row = (
            entry.app_db.execute(select(t).where(t.c.interaction_id == interaction_id, t.c.kind != UNDONE))
            .mappings()
            .first()
        )
        if row is None or row["logged_by"] != viewer.username:
            raise ChangeRefused("Only who logged an entry takes it back. Nothing was changed.")
        if entry.app_db.execute(select(t.c.interaction_id).where(t.c.corrects == interaction_id)).first():
            raise ChangeRefused("This entry was taken back already.")
        copied = {key: row[key] for key in ("customer_id", "rm_id", "customer_rm_id", "team", "department")}
        entry.append(
            t, "logged", **copied, kind=UNDONE, happened_on=row["happened_on"], corrects=interaction_id
        )


def logged(reader: Reader, customer_id: str) -> pd.DataFrame:
    """The entries about a customer that the reader sees, the latest day first: rows of `LoggedContact`."""
    return _standing(reader.frame(_entries().where(interactions.c.customer_id == customer_id)))


def contacts(reader: Reader, customer_ids: list[str] | None = None) -> pd.DataFrame:
    """The entries that reached a customer and stand: customer_id, kind, happened_on, department, logged_by."""
    t = interactions
    statement = _entries() if customer_ids is None else _entries().where(t.c.customer_id.in_(customer_ids))
    rows = _standing(reader.frame(statement))
    reached = rows["outcome"].isin(list(REACHED)) | (rows["kind"] == "email")
    standing = rows[reached & ~rows["taken_back"]]
    return standing[["customer_id", "kind", "happened_on", "department", "logged_by"]]


def opted_out(reader: Reader, customer_ids: list[str] | None = None) -> dict[str, date]:
    """Customer → the latest day on which she told a colleague that she wants no marketing; without numbers everybody."""
    t = interactions
    statement = _entries() if customer_ids is None else _entries().where(t.c.customer_id.in_(customer_ids))
    rows = _standing(reader.frame(statement))
    rows = rows[(rows["outcome"] == OPTED_OUT) & ~rows["taken_back"]].sort_values("happened_on")
    days = zip(rows["customer_id"], pd.to_datetime(rows["happened_on"]), strict=True)
    return {str(customer): at.date() for customer, at in days}


def _entries() -> Select:
    t = interactions
    return select(
        t.c.interaction_id,
        t.c.customer_id,
        t.c.kind,
        t.c.happened_on,
        t.c.outcome,
        t.c.note,
        t.c.corrects,
        t.c.department,
        t.c.logged_by,
        t.c.logged_at,
    ).order_by(t.c.happened_on.desc(), t.c.interaction_id.desc())


def _standing(rows: pd.DataFrame) -> pd.DataFrame:
    taken_back = rows["interaction_id"].isin(rows["corrects"].dropna())
    return rows.assign(taken_back=taken_back)[rows["kind"] != UNDONE]


def _check_role(stores: Stores, viewer: Viewer, customer_id: str) -> None:
    audit.check_role(
        stores,
        viewer,
        LOGS,
        "interaction.refused",
        "Your role logs no contacts with customers. Nothing was saved.",
        customer_id,
    )

"""The complaints that wait, each with its owner, its day, and what a relationship manager is to do for the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import select

from metrics.customers import complaints
from metrics.customers.customer_search import name_or_number
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import alerts
from warehouse.app_db.app_schema import complaint_steps as lines
from warehouse.errors import AccessRefused
from warehouse.settings import Settings
from workflow.customers.complaint_steps import ANSWERED, TO_RM, standing

REPLY, SETTLE = "reply", "settle"
"""What is due next: that the customer hears from Service, or that it is settled."""
SOON_DAYS = 3


@dataclass(frozen=True, kw_only=True)
class WaitingComplaint(complaints.OpenComplaint):
    """A row of `waiting`."""

    version: int
    owner: str
    age: int
    due_on: datetime
    due_what: str
    answered_at: datetime | None
    handed_at: datetime | None
    alert_due: datetime | None
    alert_started: bool

    @property
    def called(self) -> str:
        """The customer's name, or the number."""
        return name_or_number(self.full_name, self.customer_id)


def waiting(opened: pd.DataFrame, reader: Reader, today: date) -> pd.DataFrame:
    """The rows of `complaints.open_complaints`, the first due first, with what was done here and what the RM works on.

    Adds `version`, `owner` (a sign-in name, "" for nobody), `age` in days, `due_on`, `due_what`, `answered_at`,
    `handed_at`, and of the customer's churn alert `alert_due` and `alert_started`.
    """
    frame = opened.merge(_done(reader), on="ticket_id", how="left")
    frame["version"] = frame["version"].fillna(0).astype(int)
    frame["owner"] = frame["owner"].fillna("")
    since = pd.to_datetime(frame["opened_at"]).dt.normalize()
    # By the calendar: a case opened at noon eight days ago is eight days old on any hour of today.
    frame["age"] = (pd.Timestamp(today) - since).dt.days
    settings = reader.stores.settings
    replied = frame["first_reply_at"].notna() | frame["answered_at"].notna()
    frame["due_what"] = replied.map({True: SETTLE, False: REPLY})
    frame["due_on"] = since + replied.map(
        {
            True: timedelta(days=settings.complaint_settle_days),
            False: timedelta(days=settings.complaint_reply_days),
        }
    ).astype("timedelta64[ns]")
    warned = alerts_beside(reader, frozenset(frame["customer_id"].dropna()))
    frame = frame.merge(warned, on="customer_id", how="left")
    frame["alert_started"] = frame["alert_started"].eq(True)  # noqa: FBT003 - a missing one is not started
    return frame.sort_values(["due_on", "opened_at", "ticket_id"]).reset_index(drop=True)


def alerts_beside(reader: Reader, customer_ids: frozenset[str]) -> pd.DataFrame:
    """Of customers whose complaint waits: by when an RM is to call about their leaving, and whether she has started.

    Columns customer_id, `alert_due` and `alert_started`. Neither why she is warned nor what is at stake, which are not
    for Service; and no alert that is held out. Raises AccessRefused for any other role.
    """
    if reader.viewer.role != "service":
        raise AccessRefused("The churn alert beside a complaint is for Service.")
    a = alerts.c
    statement = select(a.customer_id, a.due_on, a.status).where(a.arm == "treated", a.status != "closed")
    rows = Reader(reader.stores, SYSTEM).frame(statement)
    rows = rows[rows["customer_id"].isin(customer_ids)]
    by = rows.assign(alert_due=pd.to_datetime(rows["due_on"]), alert_started=rows["status"] == "working")
    return by.groupby("customer_id", as_index=False).agg({"alert_due": "min", "alert_started": "any"})


def kinds(frame: pd.DataFrame, viewer: Viewer, today: date) -> dict[str, pd.Series]:
    """Which rows of `waiting` are overdue, due soon, the viewer's, nobody's, of customers with an alert."""
    left = (frame["due_on"] - pd.Timestamp(today)).dt.days
    return {
        "overdue": left < 0,
        "soon": left.between(0, SOON_DAYS),
        "mine": frame["owner"] == viewer.username,
        "nobody": frame["owner"] == "",
        "alert": frame["alert_due"].notna(),
    }


_COLUMNS = ["ticket_id", "version", "owner", "answered_at", "handed_at"]


def _done(reader: Reader) -> pd.DataFrame:
    """ticket_id, version, owner, answered_at and handed_at of every complaint that somebody did something about."""
    rows = reader.frame(select(lines).order_by(lines.c.ticket_id, lines.c.version))
    done = []
    for ticket_id, of_one in rows.groupby("ticket_id"):
        taken = [{str(k): v for k, v in row.items()} for row in of_one.to_dict("records")]
        stand = standing(taken)
        done.append(
            {
                "ticket_id": ticket_id,
                "version": taken[-1]["version"],
                "owner": taken[-1]["owner"],
                "answered_at": _latest(stand, ANSWERED),
                "handed_at": _latest(stand, TO_RM),
            }
        )
    frame = pd.DataFrame(done, columns=_COLUMNS)
    return frame.astype({"answered_at": "datetime64[ns]", "handed_at": "datetime64[ns]"})


def _latest(stand: list[dict[str, object]], step: str) -> object:
    return next((line["taken_at"] for line in reversed(stand) if line["step"] == step), pd.NaT)


def settled_by(settings: Settings) -> str:
    """What is promised to who complains, as a sentence."""
    return (
        f"Due: the customer hears from Service within {settings.complaint_reply_days} days, and the complaint is settled "
        f"within {settings.complaint_settle_days}."
    )

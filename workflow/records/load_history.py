"""Loads and nightly runs as they came and went, and the way back to a snapshot that was served before.

Whoever starts one from the command line leaves a line in the audit log; this history is read from those lines alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import select

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import ChangeRefused, LoadRefused
from warehouse.load.loading import only_writer
from warehouse.schema import FINGERPRINT, loads
from warehouse.stores.connect import Stores

LOADED, LOAD_FAILED, NIGHT, NIGHT_FAILED = "load.done", "load.failed", "night.done", "night.failed"
TAKEN_BACK = "load.taken_back"
LONGEST_WHY = 200
_NOT_YOURS = "Only an administrator goes back to an earlier snapshot. Ask one of them; nothing was changed."


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A bank as it was served: what it was loaded from and when, and how many rows each table has."""

    name: str
    made_at: datetime | None
    loaded_at: datetime
    as_of: date
    rows: pd.DataFrame
    """Columns `table_name` and `row_count`."""
    fits: bool
    """Whether this version of Concord can read it."""


def note(stores: Stores, action: str, subject: str, why: str, by: str = "operator") -> None:
    """A line about a load or a night, with who started it."""
    audit.note(stores, by, action, subject[:64], why[:LONGEST_WHY])


def history(reader: Reader, most: int) -> pd.DataFrame:
    """The latest loads, nights and ways back: happened_at, who, action, subject, why."""
    t = audit_log.c
    of_these = t.action.in_((LOADED, LOAD_FAILED, NIGHT, NIGHT_FAILED, TAKEN_BACK))
    query = select(t.happened_at, t.who, t.action, t.subject, t.why).where(of_these)
    return reader.frame(query.order_by(t.line.desc()).limit(most))


def snapshot(reader: Reader, name: str) -> Snapshot | None:
    """What a snapshot holds; None if it cannot be read by this version."""
    if name and not name.endswith(FINGERPRINT) and reader.stores.place.served() != name:
        return None
    t = loads.c
    frame = Reader(reader.stores, reader.viewer, name).frame(
        select(t.table_name, t.row_count, t.loaded_at, t.as_of).order_by(t.table_name)
    )
    if frame.empty:
        return None
    return Snapshot(
        name=name,
        made_at=_made_at(name),
        loaded_at=pd.Timestamp(frame["loaded_at"].max()).to_pydatetime(),
        as_of=pd.Timestamp(frame["as_of"].max()).date(),
        rows=frame[["table_name", "row_count"]],
        fits=name.endswith(FINGERPRINT),
    )


def earlier(stores: Stores) -> list[str]:
    """The names of the snapshots one can go back to, the latest first."""
    return [name for name in stores.place.earlier() if name.endswith(FINGERPRINT)]


def go_back(stores: Stores, viewer: Viewer, name: str, *, served: str, why: str) -> None:
    """Let everybody read an earlier snapshot again. `served` is the one on screen; a load since then refuses this.

    What people recorded stays as it is, and so do alerts that were raised.
    """
    audit.check_role(stores, viewer, ("administrator",), "load.refused", _NOT_YOURS, name)
    reason = audit.checked_text(
        why, LONGEST_WHY, "Say why: the audit log keeps the reason. Nothing was changed.", "The reason has"
    )
    go_back_as(stores, viewer.username, name, served=served, why=reason)


def go_back_as(stores: Stores, by: str, name: str, *, served: str, why: str) -> None:
    """The same for whoever runs the machine."""
    try:
        with only_writer(stores):
            if stores.place.served() != served:
                raise ChangeRefused(
                    "Another load or nightly run has ended meanwhile. Look at the page again; nothing was changed."
                )
            with audit.entry(stores, by, TAKEN_BACK, name[:64], f"before {served}: {why}"):
                stores.place.serve(name)
    except LoadRefused as refused:
        raise ChangeRefused(str(refused)) from None


def _made_at(name: str) -> datetime | None:
    try:
        return datetime.strptime(name[:15], "%Y%m%d-%H%M%S")
    except ValueError:
        return None

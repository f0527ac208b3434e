"""Pages as people keep them: a name for what stands in the address, for oneself or for everybody who has the page.

A view holds no figure and no right: opening it is opening its address, under the rights of whoever opens it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import select, update

from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import saved_views as t
from warehouse.app_db.app_schema import start_views
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.reports.saved_reports import MAY_RETIRE_ALL, checked_title

LONGEST_ADDRESS = 2_000
"""Characters that the words of an address come to at most."""
OF_ONE_PERSON = frozenset({"cid", "record", "q", "word", "audit-who", "audit-word"})
"""Words of an address about one customer, one record or what somebody typed: a view keeps none of them."""

Address = Mapping[str, Sequence[str]]
"""Word of the address → its values, such as {"channel": ["email", "social"]}."""


@dataclass(frozen=True, kw_only=True)
class SavedView:
    """A view on somebody's list, or one that was taken off it."""

    view_id: str
    title: str
    page: str
    address: Address
    shared: bool
    saved_by: str
    saved_at: datetime
    retired_at: datetime | None


def save(
    stores: Stores, viewer: Viewer, title: str, page: str, address: Address, *, shared: bool = False
) -> str:
    """Keep an address of a page under a title and give the view's id.

    Raises ChangeRefused for a title that does not do, for one the viewer has already, and for too long an address.
    """
    title = checked_title(title)
    kept = {word: list(values) for word, values in sorted(address.items()) if word not in OF_ONE_PERSON}
    text = json.dumps(kept, ensure_ascii=False)
    if not re.fullmatch(r"[a-z-]{1,40}", page) or len(text) > LONGEST_ADDRESS:
        raise ChangeRefused(
            "This view chooses more than an address can hold. Choose fewer values and save again. Nothing was saved."
        )
    if any(
        v.saved_by == viewer.username and v.title.casefold() == title.casefold()
        for v in visible(stores, viewer)
    ):
        raise ChangeRefused(
            f"You have a view called “{title}” already. Take another name, or take that one off your list first."
        )
    view_id = secrets.token_urlsafe(16)
    with audit.entry(stores, viewer.username, "view.save", view_id, title) as entry:
        entry.append(t, "saved", view_id=view_id, title=title, page=page, address=text, shared=shared)
    return view_id


def retire(stores: Stores, viewer: Viewer, view_id: str) -> None:
    """Take a view off the lists. Raises AccessRefused (on record) unless it is the viewer's own, or shared and she an
    analyst."""
    view = next((v for v in visible(stores, viewer) if v.view_id == view_id), None)
    if view is None:
        raise ChangeRefused("This view is on no list of yours any more, so nothing was changed.")
    if not may_retire(view, viewer):
        sentence = "Only who saved a view, or an analyst, takes it off the list. Nothing was changed."
        audit.refuse(stores, viewer, "view.refused", sentence, view_id, "retire")
    with audit.entry(stores, viewer.username, "view.retire", view_id, view.title) as entry:
        still = update(t).where(t.c.view_id == view_id, t.c.retired_at.is_(None))
        if entry.app_db.execute(still.values(retired_at=entry.at)).rowcount != 1:
            raise ChangeRefused("Somebody has already taken this view off the list.")


def may_retire(view: SavedView, viewer: Viewer) -> bool:
    """Whether the viewer may take it off the list."""
    return view.saved_by == viewer.username or viewer.role == MAY_RETIRE_ALL


def visible(stores: Stores, viewer: Viewer) -> tuple[SavedView, ...]:
    """The viewer's own views and those that are shared, by title; her role may lack the page of one that is shared."""
    return tuple(
        v for v in _views(stores) if not v.retired_at and (v.shared or v.saved_by == viewer.username)
    )


def start_with(stores: Stores, viewer: Viewer, view_id: str | None) -> None:
    """Begin with a view after signing in, or with Today for None. Raises ChangeRefused for one on no list of hers."""
    if view_id is not None and all(v.view_id != view_id for v in visible(stores, viewer)):
        raise ChangeRefused("This view is on no list of yours any more. Choose another one to start with.")
    with audit.entry(stores, viewer.username, "view.start", view_id or "", "") as entry:
        mine = update(start_views).where(start_views.c.username == viewer.username)
        if not entry.app_db.execute(mine.values(view_id=view_id, chosen_at=entry.at)).rowcount:
            entry.append(start_views, username=viewer.username, view_id=view_id, chosen_at=entry.at)


def start_of(stores: Stores, viewer: Viewer) -> SavedView | None:
    """The view that the viewer begins with, also one that was taken off the list since; None for Today."""
    chosen = Reader(stores, SYSTEM).kept(_starts).get(viewer.username)
    return next((v for v in _views(stores) if v.view_id == chosen), None) if chosen else None


def _views(stores: Stores) -> tuple[SavedView, ...]:
    return Reader(stores, SYSTEM).kept(_every_view)


def _every_view(reader: Reader) -> tuple[SavedView, ...]:
    rows = reader.frame(select(t).order_by(t.c.title, t.c.view_id))
    return tuple(_of_row(row) for _, row in rows.iterrows())


def _of_row(row: pd.Series) -> SavedView:
    return SavedView(
        view_id=row["view_id"],
        title=row["title"],
        page=row["page"],
        address=json.loads(row["address"]),
        shared=bool(row["shared"]),
        saved_by=row["saved_by"],
        saved_at=pd.Timestamp(row["saved_at"]).to_pydatetime(),
        retired_at=None if pd.isna(row["retired_at"]) else pd.Timestamp(row["retired_at"]).to_pydatetime(),
    )


def _starts(reader: Reader) -> dict[str, str]:
    """Username → the view she begins with."""
    return {row.username: row.view_id for row in reader.rows(select(start_views)) if row.view_id}

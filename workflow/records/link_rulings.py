"""Ruling by hand whose record it is: splitting a wrong link, making a missed one. The next load follows the ruling.

A ruling is appended, never changed; a later one about the same record and customer takes its place.
"""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, insert, select

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import identity_rulings
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import customers, identities
from warehouse.stores.connect import Stores
from workflow.records.edit_conflicts import changed_meanwhile

VERDICTS = {"split": "Not this customer", "join": "Is this customer"}
"""Every verdict with the words on its button."""
LONGEST_WHY = 2000


def rule(
    stores: Stores,
    viewer: Viewer,
    verdict: str,
    source: str,
    record_id: str,
    customer_id: str,
    why: str,
    *,
    seen: int | None = None,
) -> None:
    """Append a ruling: that a source's record is, or is not, this customer.

    `seen` is the latest ruling of all the viewer had on screen; a later one about the record refuses hers.
    Raises AccessRefused unless the viewer is an analyst (the attempt is logged), and ChangeRefused if the verdict is
    none, the reason is missing or too long, record or customer do not exist, or the source itself names the customer.
    """
    if viewer.role != "analyst":
        audit.note(stores, viewer.username, "identity.refused", f"{source} {record_id}"[:64], verdict[:16])
        raise AccessRefused(
            "Only analysts decide whose record it is, so nothing was recorded. Ask an analyst."
        )
    if verdict not in VERDICTS:
        raise ChangeRefused(f"“{verdict}” is not a verdict. Verdicts are: {', '.join(VERDICTS)}.")
    why = why.strip()
    if not why:
        raise ChangeRefused(
            "A decision needs a reason that a colleague can follow later. Write it and save again."
        )
    if len(why) > LONGEST_WHY:
        raise ChangeRefused(
            f"The reason has {len(why):,} characters; {LONGEST_WHY:,} fit. Shorten it and save again."
        )
    _check_fits(Reader(stores, viewer, stores.snapshot()), verdict, source, record_id, customer_id)
    subject = f"{source} {record_id} {customer_id}"
    with audit.entry(stores, viewer.username, f"identity.{verdict}", subject, why) as entry:
        _refuse_unseen(entry.app_db, viewer, source, record_id, seen)
        entry.app_db.execute(
            insert(identity_rulings).values(
                verdict=verdict,
                source=source,
                record_id=record_id,
                customer_id=customer_id,
                why=why,
                ruled_by=viewer.username,
                ruled_at=entry.at,
            )
        )


def _refuse_unseen(app_db: Connection, viewer: Viewer, source: str, record_id: str, seen: int | None) -> None:
    t = identity_rulings
    later = select(t).where(t.c.source == source, t.c.record_id == record_id, t.c.ruling_id > (seen or 0))
    last = None if seen is None else app_db.execute(later.order_by(t.c.ruling_id.desc()).limit(1)).first()
    if last is not None:
        words = f"{VERDICTS[last.verdict]} {last.customer_id}"
        raise ChangeRefused(
            changed_meanwhile(app_db, viewer, last.ruled_by, last.ruled_at, words, "on this record")
        )


def _check_fits(reader: Reader, verdict: str, source: str, record_id: str, customer_id: str) -> None:
    record = reader.frame(
        select(identities.c.customer_id).where(
            identities.c.source == source, identities.c.record_id == record_id
        )
    )
    if record.empty:
        raise ChangeRefused(f"{source} has no record “{record_id}”, so nothing was recorded.")
    if reader.frame(select(customers.c.customer_id).where(customers.c.customer_id == customer_id)).empty:
        raise ChangeRefused(f"There is no customer “{customer_id}”, so nothing was recorded.")
    own = record["customer_id"].iloc[0]
    if not pd.isna(own) and (verdict == "join" or own == customer_id):
        raise ChangeRefused(
            f"{source} itself keeps the customer number {own} on this record, and a source's own number is never "
            f"changed here. Have it corrected in {source}; the next load then follows."
        )


def history(reader: Reader) -> pd.DataFrame:
    """All rulings, the newest first."""
    return reader.frame(select(identity_rulings).order_by(identity_rulings.c.ruling_id.desc()))

"""Ruling by hand whose record it is: splitting a wrong link, making a missed one. The next load follows the ruling.

A ruling is appended, never changed; a later one about the same record and customer takes its place.
"""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import identity_rulings
from warehouse.errors import ChangeRefused
from warehouse.schema import customers, identities
from warehouse.stores.connect import Stores
from workflow.records.edit_conflicts import changed_meanwhile, unseen

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

    `seen` is the latest ruling of all the viewer had on screen; a later one about the record refuses hers. Raises
    AccessRefused unless the viewer is an analyst (the attempt is logged). Raises ChangeRefused if the verdict is none,
    the reason is missing or too long, record or customer do not exist, or the source itself names the customer.
    """
    sentence = "Only analysts decide whose record it is, so nothing was recorded. Ask an analyst."
    subject = f"{source} {record_id}"
    audit.check_role(stores, viewer, ("analyst",), "identity.refused", sentence, subject, verdict[:16])
    if verdict not in VERDICTS:
        raise ChangeRefused(f"“{verdict}” is not a verdict. Verdicts are: {', '.join(VERDICTS)}.")
    missing = "A decision needs a reason that a colleague can follow later. Write it and save again."
    why = audit.checked_text(why, LONGEST_WHY, missing, "The reason has")
    _check_fits(Reader(stores, viewer, stores.snapshot()), verdict, source, record_id, customer_id)
    t = identity_rulings
    with audit.entry(
        stores, viewer.username, f"identity.{verdict}", f"{subject} {customer_id}", why
    ) as entry:
        if last := unseen(entry.app_db, t, seen, t.c.source == source, t.c.record_id == record_id):
            words = f"{VERDICTS[last.verdict]} {last.customer_id}"
            raise ChangeRefused(
                changed_meanwhile(entry.app_db, viewer, last.ruled_by, last.ruled_at, words, "on this record")
            )
        entry.append(
            t, "ruled", verdict=verdict, source=source, record_id=record_id, customer_id=customer_id, why=why
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

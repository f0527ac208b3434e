"""Consent to marketing as it stands now: the bank's record, unless the customer told a colleague otherwise since.

A wish for no marketing that was logged is never overwritten by a load that still says yes: only a consent that the bank
dates after that day counts again.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from warehouse.access.reader import Reader
from warehouse.access.roles import sees_single_rows
from warehouse.app_db.app_schema import interactions
from workflow.alerts import contacts
from workflow.collaboration import interactions as logs
from workflow.collaboration.record_kind import MARKETING


def opted_out(reader: Reader, customer_ids: list[str] | None = None) -> dict[str, date]:
    """Customer → the day she last told a colleague that she wants no marketing, as far as the reader's role reads it."""
    if not sees_single_rows(reader.viewer.role, interactions.name):
        return {}
    return logs.opted_out(reader, customer_ids)


def standing(given: Any, changed_on: Any, said_on: date | None) -> bool | None:
    """Whether marketing is agreed to. None where neither the bank nor a colleague knows: silence is not consent."""
    consent = None if given is None or pd.isna(given) else bool(given)
    if said_on is None or consent is False:
        return consent
    return bool(consent) and not pd.isna(changed_on) and pd.Timestamp(changed_on).date() > said_on


def ended(given: Any, changed_on: date | None, said_on: date | None) -> tuple[date | None, bool]:
    """Since when there is no consent, None where no day is known; and whether that is the word of a colleague."""
    since = said_on if said_on and given else changed_on or said_on
    return since, said_on is not None and since == said_on


def contact_after(reader: Reader, customer_id: str, since: date | None, today: date) -> date | None:
    """The last day on which Marketing reached a customer after the consent ended; None if it did not."""
    if since is None:
        return None
    rows = contacts.last_contacts(reader, [customer_id], today)
    late = rows[(rows["department"] == MARKETING) & (rows["at"] > pd.Timestamp(since))]
    return None if late.empty else late["at"].max().date()

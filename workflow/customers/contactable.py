"""Who may be contacted now, for the whole bank at once: the one decision over plain facts, and why not in words.

The reasons name no customer's own day, so that they can be counted.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import func, or_, select

from metrics.customers.relationships import left_for_good
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import alerts, offers
from warehouse.schema import customers, relationship_managers, tickets
from workflow.alerts import contacts
from workflow.customers import consent
from workflow.customers.offer_eligibility import Facts, why_no_offer


def people(night: Reader, segments: tuple[str, ...] = (), only: list[str] | None = None) -> pd.DataFrame:
    """Every customer, of some segments or `only` some, with RM, team and why she may not be contacted, "" if she may."""
    c, managers, today = customers, relationship_managers, data_coverage.as_of(night)
    statement = select(
        c.c.customer_id,
        c.c.rm_id,
        c.c.segment,
        c.c.marketing_consent,
        c.c.consent_changed_on,
        left_for_good().label("left_on"),
    )
    if segments:
        statement = statement.where(c.c.segment.in_(segments))
    if only is not None:
        statement = statement.where(c.c.customer_id.in_(only))
    rows = night.frame(statement.order_by(c.c.customer_id))
    team_of = {str(r.rm_id): r.team for r in night.rows(select(managers.c.rm_id, managers.c.team))}
    rows["team"] = [team_of.get(str(rm)) for rm in rows["rm_id"]]
    complaining, contacted, offered = _complaining(night), _contacted(night, only), last_offers(night)
    opted_out = consent.opted_out(night)

    def why_not(number: str, given: Any, changed_on: Any, left_on: Any) -> str:
        facts = Facts(
            today=today,
            consent=consent.standing(given, changed_on, opted_out.get(number)),
            left=not pd.isna(left_on),
            open_complaint=number in complaining,
            contacted_on=contacted.get(number),
            contacted_by="A colleague",
            offered_on=offered.get(number),
        )
        no = why_no_offer(facts)
        return _WITHOUT_DAYS.get(no.partition(" on ")[0], no)

    rows["why_not"] = [
        why_not(str(number), given, changed_on, left_on)
        for number, given, changed_on, left_on in zip(
            *(rows[name] for name in ("customer_id", "marketing_consent", "consent_changed_on", "left_on")),
            strict=True,
        )
    ]
    return rows


_WITHOUT_DAYS = {
    "An offer was made": "An offer of the last days waits for its answer.",
    "A colleague was in touch": "A colleague was in touch within the last days.",
}
"""A reason that names a customer's own day → the same without the day."""


def _complaining(night: Reader) -> set[str]:
    k = tickets
    open_ones = select(k.c.customer_id).where(
        k.c.complaint.is_(True), k.c.resolved_at.is_(None), k.c.withdrawn.is_not(True)
    )
    return set(night.frame(open_ones)["customer_id"].dropna().astype(str))


def _contacted(night: Reader, only: list[str] | None) -> dict[str, date]:
    rows = contacts.last_contacts(night, only, data_coverage.as_of(night))
    return _latest(rows[["customer_id", "at"]])


def last_offers(night: Reader) -> dict[str, date]:
    """Customer → the day of the last offer; one that was taken back as a mistake was none."""
    o, a = offers.c, alerts.c
    stands = or_(o.alert_id.is_(None), a.offered_on.is_not(None))
    made = select(o.customer_id, func.max(o.offered_at).label("at")).join_from(
        offers, alerts, a.alert_id == o.alert_id, isouter=True
    )
    return _latest(night.frame(made.where(stands).group_by(o.customer_id)))


def _latest(*frames: pd.DataFrame) -> dict[str, date]:
    latest: dict[str, date] = {}
    for frame in frames:
        for number, at in zip(frame["customer_id"], pd.to_datetime(frame["at"]), strict=True):
            if not pd.isna(at):
                latest[str(number)] = max(at.date(), latest.get(str(number), date.min))
    return latest

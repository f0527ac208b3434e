"""Offers to customers: what is right for one now, recording that it was made, and how often such offers were taken.

The right to make one is checked again when it is recorded, by the same decision that suggested it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from numbers import Real
from typing import Any

import pandas as pd
from sqlalchemy import and_, func, select

from metrics.comparison.compare import share_interval
from metrics.comparison.words import share
from metrics.customers.relationships import left_for_good
from metrics.customers.whose_contact import BRANCHES
from models.churn import cross_sell_prediction
from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import alerts, offers
from warehouse.disclosure.minimum_cell_size import is_enough
from warehouse.errors import ChangeRefused
from warehouse.schema import (
    customer_profiles,
    customer_scores,
    customers,
    offer_results,
    tickets,
)
from warehouse.stores.connect import Stores
from workflow.alerts import contacts
from workflow.alerts.alert_steps import OFFERED, all_opened, checked_note, note_offers
from workflow.collaboration.record_kind import MARKETING, SALES, SERVICE
from workflow.customers import consent
from workflow.customers.left_alone import left_alone
from workflow.customers.offer_eligibility import (
    BY_CODE,
    Facts,
    NextStep,
    Offer,
    choose,
    fitting,
    never,
    why_no_offer,
)
from workflow.records.people import called


def next_step(reader: Reader, customer_id: str, today: date, *, alerted: bool | None = None) -> NextStep:
    """The next best step for one of the viewer's customers as of a day; raises AccessRefused for a role without them.

    `alerted` says whether the viewer has an open alert about the customer; looked up if not given.
    """
    return choose(facts_of(reader, customer_id, today, alerted=alerted))


def facts_of(reader: Reader, customer_id: str, today: date, *, alerted: bool | None = None) -> Facts:
    """What the decision needs to know of a customer. Somebody who is not the viewer's counts as gone."""
    c, p = customers, customer_profiles
    person = _first(
        reader,
        select(
            c.c.marketing_consent, c.c.consent_changed_on, left_for_good().label("left_on"), c.c.segment
        ).where(c.c.customer_id == customer_id),
    )
    if person is None:
        return Facts(today=today, left=True)
    night = _first(
        reader,
        select(p)
        .where(p.c.customer_id == customer_id, p.c.as_of <= today)
        .order_by(p.c.as_of.desc())
        .limit(1),
    )
    if alerted is None:
        alerted = (
            _first(
                reader,
                select(alerts.c.alert_id).where(
                    alerts.c.customer_id == customer_id, alerts.c.status != "closed"
                ),
            )
            is not None
        )
    contacted_on, contacted_by = _last_contact(reader, customer_id, today)
    offered = _first(
        reader, select(func.max(offers.c.offered_at).label("at")).where(offers.c.customer_id == customer_id)
    )
    s = customer_scores
    wealth = _first(
        reader,
        select(s.c.probability)
        .where(s.c.customer_id == customer_id, s.c.model == cross_sell_prediction.MODEL, s.c.as_of <= today)
        .order_by(s.c.as_of.desc())
        .limit(1),
    )
    return Facts(
        today=today,
        consent=consent.standing(
            person["marketing_consent"],
            person["consent_changed_on"],
            consent.opted_out(reader, [customer_id]).get(customer_id),
        ),
        left=bool(pd.notna(person["left_on"])),
        open_complaint=_complains(reader, customer_id, today),
        alerted=alerted,
        contacted_on=contacted_on,
        contacted_by=contacted_by,
        offered_on=_day(offered["at"]) if offered is not None else None,
        tested_until=left_alone(reader).get(customer_id),
        segment=person["segment"],
        profile={} if night is None else {str(k): _number(v) for k, v in night.items()},
        wealth_chance=None if wealth is None else _number(wealth["probability"]),
    )


def _complains(reader: Reader, customer_id: str, today: date) -> bool:
    t = tickets
    after = datetime.combine(today + timedelta(days=1), time())
    complaints = reader.frame(
        select(t.c.resolved_at, t.c.withdrawn).where(
            t.c.customer_id == customer_id, t.c.complaint, t.c.opened_at < after
        )
    )
    waits = complaints["resolved_at"].isna() | (
        pd.to_datetime(complaints["resolved_at"]) >= pd.Timestamp(after)
    )
    return bool((waits & ~complaints["withdrawn"].fillna(value=False).astype(bool)).any())


def _last_contact(reader: Reader, customer_id: str, today: date) -> tuple[date | None, str]:
    """The last day anybody was in touch, and who: a colleague by name, or the department that a source tells of.

    Her own call is the occasion of the offer, not a reason against it.
    """
    rows = contacts.last_contacts(reader, [customer_id], today, besides=reader.viewer.username)
    if rows.empty:
        return None, ""
    last = rows.iloc[0]
    by = called(reader.stores, [last["by"]])[last["by"]] if last["by"] else _SAYS[last["department"]]
    return last["at"].date(), by


_SAYS = {BRANCHES: "A branch or an RM"} | {d: d for d in (MARKETING, SALES, SERVICE)}


def offer_for_all(
    stores: Stores,
    viewer: Viewer,
    seen: Mapping[str, int],
    code: str,
    note: str,
    today: date,
    *,
    despite: str = "",
) -> None:
    """Record one offer to a customer as the step “offered” on her alerts (alert id → the version seen).

    `despite` is why it was made although the decision says no; it is kept in the alerts' history. Raises AccessRefused
    if an alert is not the viewer's. Raises ChangeRefused, on record in the audit log, if the offer does not exist or may
    not be made to this customer, or if somebody else changed an alert first. No reason outweighs an opt-out.
    """
    if code not in BY_CODE:
        raise ChangeRefused("Say which offer you made, and record it again.")
    offer, note, despite = BY_CODE[code], checked_note(note), checked_note(despite)
    reader = Reader(stores, viewer, stores.snapshot())
    try:
        with all_opened(stores, viewer, seen, "offer.record", code) as several:
            customers_of = {alert.alert["customer_id"] for alert in several}
            if len(customers_of) != 1:
                raise ChangeRefused("An offer is recorded for one customer at a time.")
            facts = facts_of(reader, customers_of.pop(), today, alerted=True)
            no = _why_not(facts, offer)
            if no and (never(facts) or not despite):
                way = "" if never(facts) else " If it was right all the same, say why, and record it again."
                raise ChangeRefused(f"The offer was not recorded. {no}{way}")
            more = f" Made although: {no} Reason: {despite}" if no else ""
            for alert in several:
                alert.change(seen[alert.alert["alert_id"]], status="working", snoozed_until=None)
                alert.append(OFFERED, f"{offer.title}. {note}{more}".strip())
            first = several[0].alert
            several[0].entry.append(
                offers,
                "offered",
                alert_id=first["alert_id"],
                customer_id=first["customer_id"],
                rm_id=first["rm_id"],
                customer_rm_id=first["customer_rm_id"],
                team=first["team"],
                segment=first["segment"],
                offer=code,
                cost=offer.cost,
            )
            note_offers(several[0].entry, first["customer_id"])
    except ChangeRefused as refused:
        audit.note(stores, viewer.username, "offer.refused", " ".join(seen)[:64], str(refused)[:200])
        raise


def _why_not(facts: Facts, offer: Offer) -> str:
    """Why this offer is not right for a customer now; empty if it is."""
    no = why_no_offer(facts)
    if not no and not any(fits.code == offer.code for fits, _ in fitting(facts)):
        return f"“{offer.title}” does not fit this customer."
    return no


def results(reader: Reader) -> pd.DataFrame:
    """How often each offer was taken, by segment: the rows of `derived.offer_results` for enough answers."""
    made = reader.frame(
        select(offers.c.offer, offers.c.segment, offers.c.customer_id, alerts.c.outcome).join_from(
            offers,
            alerts,
            and_(alerts.c.alert_id == offers.c.alert_id, alerts.c.outcome.in_(("accepted", "declined"))),
        )
    )
    made = made.assign(segment=made["segment"].fillna("not known"), accepted=made["outcome"] == "accepted")
    once = made.drop_duplicates(["offer", "segment", "customer_id"], keep="last")
    by_offer = once.groupby(["offer", "segment"], as_index=False).agg(
        offered=("customer_id", "size"), accepted=("accepted", "sum")
    )
    visible: pd.DataFrame = by_offer[is_enough(by_offer["offered"], reader.smallest_cell)]
    return visible


def what_it_did(reader: Reader, code: str, segment: str | None) -> str:
    """How often similar customers took an offer, in a sentence with its interval, or that they are too few to say."""
    t = offer_results
    row = _first(
        reader,
        select(t.c.offered, t.c.accepted).where(t.c.offer == code, t.c.segment == (segment or "not known")),
    )
    if row is None:
        return "What it did for similar customers: too few answers to say."
    n, yes = int(row["offered"]), int(row["accepted"])
    low, high = share_interval(yes, n)
    return (
        f"Of {n:,} similar customers who answered it, {yes:,} said yes: {share(yes / n)} (95% interval {share(low)} to "
        f"{share(high)}). Whether it kept them, the page Impact compares."
    )


def _first(reader: Reader, statement: Any) -> pd.Series | None:
    rows = reader.frame(statement)
    return None if rows.empty else rows.iloc[0]


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, Real) and not math.isnan(float(value)) else None

"""Customers whom an offer fits that nobody has ever made them: consented, without a complaint, and left alone by no test.

Those with an open alert are not among them: they are called anyway, or held out.
"""

from __future__ import annotations

import math
from datetime import date

from sqlalchemy import func, or_, select

from models.churn import cross_sell_prediction
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alerts
from warehouse.schema import customer_profiles, customer_scores
from workflow.customers import contactable
from workflow.customers.left_alone import left_alone
from workflow.customers.offer_eligibility import Facts, fitting


def missed(reader: Reader, today: date) -> dict[str, str]:
    """Of the reader's customers, who fits an offer that was never made: customer → the offer, and why it fits."""
    p = customer_profiles
    last = select(func.max(p.c.as_of)).where(p.c.as_of <= today).scalar_subquery()
    profiles = reader.frame(select(p).where(p.c.as_of == last))
    if profiles.empty:
        return {}
    ids = sorted(profiles["customer_id"])
    # Who may be contacted is one decision over what all departments know, and no row of theirs is given on.
    night = Reader(reader.stores, SYSTEM, reader.snapshot)
    people = contactable.people(night, only=ids)
    free = set(people.loc[people["why_not"] == "", "customer_id"]) - set(left_alone(night))
    # Of every arm: who is held out is not to be called for another reason, and why somebody is missing is not told. A
    # held-out alert closes when its condition ends, and its customer is compared with the called ones long after.
    of_alerts = or_(alerts.c.status != "closed", alerts.c.arm == "held_out")
    free -= set(night.frame(select(alerts.c.customer_id).where(of_alerts))["customer_id"])
    free -= contactable.last_offers(night).keys()
    chances = _wealth_chances(reader, today)
    rows = profiles[profiles["customer_id"].isin(free)]
    never_offered: dict[str, str] = {}
    for values in rows.astype(object).where(rows.notna(), None).to_dict("records"):
        number = str(values["customer_id"])
        facts = Facts(
            today=today,
            segment=values["segment"],
            profile={str(k): v for k, v in values.items()},
            wealth_chance=chances.get(number),
        )
        if fits := fitting(facts):
            offer, why = fits[0]
            never_offered[number] = f"{offer.title}. {why}"
    return never_offered


def _wealth_chances(reader: Reader, today: date) -> dict[str, float]:
    s = customer_scores
    of_model = s.c.model == cross_sell_prediction.MODEL
    last = select(func.max(s.c.as_of)).where(of_model, s.c.as_of <= today).scalar_subquery()
    rows = reader.rows(select(s.c.customer_id, s.c.probability).where(of_model, s.c.as_of == last))
    return {r.customer_id: float(r.probability) for r in rows if not math.isnan(r.probability or math.nan)}

"""All customers of an RM, or of a lead's team, a row each: what they hold, the risk, the work on them."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import and_, func, select

from metrics.customers.relationships import with_us
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import alerts
from warehouse.schema import customer_profiles, customers, relationship_managers
from workflow.alerts import contacts, queue_facts
from workflow.collaboration import customer_tasks
from workflow.rules.rule_versions import known_rules


def portfolio(reader: Reader, today: date) -> pd.DataFrame:
    """The customers who are with the bank on a day, those with the largest balance first.

    Columns: customer_id, full_name, segment, rm_name, balance, products, chance, alerts, contacted_on and next_task.
    `balance` is deposits and investments in HKD, NaN where not known; `chance` is of leaving within 90 days, NaN where
    not scored; `alerts` are titles of what is open, "" for none. `contacted_on` is NaT where no contact is on record.
    An RM's are her own, without those she only covers.
    """
    c, p, m = customers, customer_profiles, relationship_managers
    night = select(func.max(p.c.as_of)).where(p.c.as_of <= today).scalar_subquery()
    statement = (
        select(
            c.c.customer_id,
            c.c.full_name,
            c.c.segment,
            m.c.name.label("rm_name"),
            p.c.total_balance.label("balance"),
            p.c.products_held.label("products"),
        )
        .select_from(c)
        .outerjoin(p, and_(p.c.customer_id == c.c.customer_id, p.c.as_of == night))
        .outerjoin(m, m.c.rm_id == c.c.rm_id)
        .where(with_us(today))
    )
    if reader.viewer.role == "relationship_manager":
        statement = statement.where(c.c.rm_id == reader.viewer.rm_id)
    frame = reader.frame(statement.order_by(p.c.total_balance.desc().nulls_last(), c.c.customer_id))
    numbers = frame["customer_id"]
    spoken = contacts.spoken_to(reader, None, today)
    return frame.assign(
        chance=numbers.map(queue_facts.chances(reader, None, today)).astype(float),
        alerts=numbers.map(_open_titles(reader)).astype(object).fillna(""),
        contacted_on=pd.to_datetime(numbers.map(spoken)),
        next_task=numbers.map(customer_tasks.next_task_words(reader)).astype(object),
    )


def _open_titles(reader: Reader) -> dict[str, str]:
    by_code = known_rules(reader)
    rows = reader.frame(select(alerts.c.customer_id, alerts.c.rule).where(alerts.c.status != "closed"))
    titles: dict[str, list[str]] = {}
    for customer, rule in zip(rows["customer_id"], rows["rule"], strict=True):
        titles.setdefault(str(customer), []).append(by_code[rule].title if rule in by_code else rule)
    return {customer: "; ".join(sorted(of_one)) for customer, of_one in titles.items()}

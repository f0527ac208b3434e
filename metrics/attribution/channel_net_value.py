"""What the customers won cost and brought, by channel, campaign, product or month of joining.

Each table is added up on its own and put beside the others by group: a join would count a cost once per customer. Every
total stands beside the number of people behind it, so the same statements serve those who may see totals only.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Select, Table, and_, case, distinct, func, select

from metrics.attribution import value_meaning
from metrics.catalogue.acquisition import acquisition_cost, joined_within
from metrics.catalogue.customer_value import IS_VALUED, net_revenue, valued_and_joined_within
from metrics.customers.relationships import left_for_good
from metrics.definitions import published_margins
from metrics.definitions.dimensions import DIMENSIONS
from metrics.definitions.measure import between
from metrics.definitions.scope import Scope, last_full_month, month
from metrics.query import value_basis
from metrics.query.time_coverage import delivered_until
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from warehouse.disclosure.people_behind import PEOPLE, counted
from warehouse.disclosure.primary_suppression import without_small_cells
from warehouse.errors import AccessRefused
from warehouse.schema import (
    campaign_days,
    campaigns,
    customer_values,
    customers,
    leads,
    revenues,
)
from warehouse.sql.dialects import month_of, months_between, to_float

HIDDEN, NOT_ON_RECORD = "too few", "not on record"
MOST_MONTHS = 24
LEAST_COSTED = 0.95
"""Where fewer of a group's campaign days have a cost, their sum is not what it cost: it would flatter the group."""
LEAST_VALUED = 0.95
"""Where fewer of a shop's customers won have bought, nobody knows what one who was won is worth."""

_HAS_LEFT = left_for_good().is_not(None)


def groups(reader: Reader, by: str, scope: Scope) -> pd.DataFrame:
    """One row per group of those who joined in the scope's period through a lead: `group`, `cost`, `won`, `left`,
    `valued`, `value`, `value_squared`, `swing`, as `models.value.net_value.judged` wants them. NaN is not known."""
    counts = _ask(
        reader,
        customers,
        by,
        scope,
        between(customers.c.joined_on, scope.period),
        {
            "won": func.count(distinct(customers.c.customer_id)),
            "left": func.count(distinct(case((_HAS_LEFT, customers.c.customer_id)))),
        },
        {"left": _HAS_LEFT},
        customers.c.acquired_by_lead_id.is_not(None),
        alike="left",
    )
    values = _valued(reader, by, scope, valued_and_joined_within(scope.period))
    group = _group(campaign_days, by)
    mostly_costed = func.count(campaign_days.c.cost) >= LEAST_COSTED * func.count()
    total = case((mostly_costed, func.sum(campaign_days.c.cost)))
    spent = select(group.label("group"), to_float(total).label("cost"))
    spent = spent.where(between(campaign_days.c.day_on, scope.period), acquisition_cost.where)
    costs = reader.frame(_filtered(spent, campaign_days, scope).group_by(group))
    frame = counts.merge(values, on="group", how="outer").merge(costs, on="group", how="outer")
    # A group nobody was counted in has won nobody; a blank count is about too few to show.
    nobody = ~frame["group"].isin(counts["group"])
    frame.loc[nobody, ["won", "left"]] = 0
    if value_basis.rests_on_purchases(data_coverage.available_columns(reader)):
        # Only who bought is valued: what they bring on average is not what one who was won brings.
        frame.loc[frame["valued"] < LEAST_VALUED * frame["won"], ["value", "value_squared", "swing"]] = np.nan
    return frame.sort_values("group", na_position="last", ignore_index=True)


def _valued(reader: Reader, by: str, scope: Scope, when: ColumnElement[bool]) -> pd.DataFrame:
    worth = customer_values.c.since_joining
    columns = {
        "valued": func.count(distinct(customer_values.c.customer_id)),
        "value": to_float(func.sum(worth)),
        "value_squared": to_float(func.sum(worth * worth)),
        "swing": to_float(func.sum(customer_values.c.since_joining_swing)),
    }
    return _ask(reader, customer_values, by, scope, when, columns)


def earned(reader: Reader) -> value_basis.Earnings:
    """What a row of revenues earned, as far as the costs of it are known here."""
    return value_basis.earnings(data_coverage.available_columns(reader), reader.stores.settings.margin_share)


def won_is_known(available: Collection[str]) -> bool:
    """Whether it is known through which lead somebody became a customer."""
    return {"leads", "customers.acquired_by_lead_id"} <= set(available)


def by_month_since_joining(reader: Reader, by: str, scope: Scope, as_of: date) -> pd.DataFrame:
    """What was `earned` by group and month since joining: `group`, `month` (1: that of joining), `net`, `reached`, `gap`.

    `reached` counts the customers won whose month has fully passed, those who left too; everybody who joined where no
    lead is known. A month nobody has reached has no row.
    `gap` says why a row has no net revenue per customer: HIDDEN, NOT_ON_RECORD, or "" where it has.
    """
    if reader.sees_totals_only(revenues):
        as_of = last_full_month(as_of).end
        _check_published(reader, revenues, by, scope)
    available = data_coverage.available_columns(reader)
    won = won_is_known(available)
    flows = reader.frame(flows_since_joining(by, scope, as_of, earned(reader).amount, through_leads=won))
    reached = _reached(reader, by, scope, as_of)
    flows["month"] = flows["month"].astype(int) + 1
    flows["recorded"] = flows["net"].notna() | reader.sees_totals_only(revenues)
    rows = reached.merge(flows[["group", "month", "net", "recorded"]], on=["group", "month"], how="left")
    if value_basis.rests_on_purchases(available):
        # A delivered month without a row is one in which none of them bought; a bank's customers are booked each month.
        nothing = (
            rows["recorded"].isna()
            & rows["reached"].notna()
            & _since_delivered(reader, rows["group"], by, scope)
        )
        rows["net"] = rows["net"].mask(nothing, 0.0)
    hidden = rows["reached"].isna() | (rows["net"].isna() & rows["recorded"].eq(other=True))
    gap = np.select([hidden, rows["net"].isna()], [HIDDEN, NOT_ON_RECORD], "")
    return rows.assign(gap=gap).drop(columns="recorded")


def _since_delivered(reader: Reader, groups: pd.Series, by: str, scope: Scope) -> pd.Series | bool:
    """Whether those of a group joined in or after the first month whose revenue was delivered."""
    covered = data_coverage.of(reader)
    booked = None if covered is None else covered.days.get("revenues.month_on")
    if booked is None:
        return False
    first = booked.first_on.replace(day=1)
    return pd.to_datetime(groups) >= pd.Timestamp(first) if by == "month" else scope.period.start >= first


def flows_since_joining(
    by: str, scope: Scope, as_of: date, amount: ColumnElement, *, through_leads: bool
) -> Select:
    """What those who joined in the scope's period earned, by `group` and `month` since (0 is the first): those who came
    through a lead, or everybody."""
    elapsed, group = months_between(_joined_on(revenues), revenues.c.month_on), _group(revenues, by)
    joined = between(customers.c.joined_on, scope.period)
    everybody = revenues.c.customer_id.in_(select(customers.c.customer_id).where(joined))
    statement = select(
        group.label("group"),
        elapsed.label("month"),
        *counted("net", to_float(func.sum(amount)), func.count(distinct(revenues.c.customer_id))),
    ).where(joined_within(scope.period) if through_leads else everybody, revenues.c.month_on <= as_of)
    return _filtered(statement, revenues, scope).group_by(group, elapsed)


def _reached(reader: Reader, by: str, scope: Scope, as_of: date) -> pd.DataFrame:
    """How many customers won have lived through each month since joining: `group`, `month`, `reached`."""
    covered, available = data_coverage.of(reader), data_coverage.available_columns(reader)
    # A month whose revenue is not delivered yet has been lived through, but what it brought is not known.
    booked = as_of if covered is None else min(as_of, delivered_until(net_revenue, covered))
    end = last_full_month(booked).end
    columns: dict[str, Any] = {}
    under: dict[str, ColumnElement[bool]] = {}
    for number in range(1, MOST_MONTHS + 1):
        latest = month(end.year, end.month - number + 1).end
        if latest < scope.period.start:
            break
        under[f"m{number}"] = customers.c.joined_on <= latest
        columns[f"m{number}"] = func.count(distinct(case((under[f"m{number}"], customers.c.customer_id))))
    if not columns:
        return pd.DataFrame(columns=["group", "month", "reached"])
    wide = _ask(
        reader,
        customers,
        by,
        scope,
        between(customers.c.joined_on, scope.period),
        columns,
        under,
        *([customers.c.acquired_by_lead_id.is_not(None)] if won_is_known(available) else []),
    )
    tall = wide.melt(id_vars="group", var_name="month", value_name="reached")
    tall["month"] = tall["month"].str[1:].astype(int)
    # 0 customers is known: nobody has come so far yet. NaN is too few to show, and stays a row.
    return tall[tall["reached"] != 0].sort_values(["group", "month"], ignore_index=True)


def _ask(
    reader: Reader,
    fact: Table,
    by: str,
    scope: Scope,
    when: ColumnElement[bool],
    columns: dict[str, Any],
    under: dict[str, ColumnElement[bool]] | None = None,
    *more: ColumnElement[bool],
    alike: str = "",
) -> pd.DataFrame:
    """Totals by group, each with its people, counted under the same condition.

    The column `alike` is blank for everybody where it is for who sees totals only: an interval made of it is then the
    same for all.
    """
    _check_published(reader, fact, by, scope)
    group = _group(fact, by)
    people = [
        func.count(
            distinct(
                case(((under or {})[name], fact.c.customer_id))
                if name in (under or {})
                else fact.c.customer_id
            )
        ).label(f"{name}{PEOPLE}")
        for name in columns
    ]
    statement = select(group.label("group"), *(c.label(n) for n, c in columns.items()), *people)
    frame = reader.frame(_filtered(statement.where(when, *more), fact, scope).group_by(group))
    if alike:
        alike_columns = ["group", alike, f"{alike}{PEOPLE}"]
        frame[alike_columns] = without_small_cells(frame[alike_columns], reader.smallest_cell, ["group"])
    return frame[["group", *columns]]


def _check_published(reader: Reader, fact: Table, by: str, scope: Scope) -> None:
    """Raise AccessRefused for groups under a filter that are not published to who sees totals only."""
    groups = [by] if by in DIMENSIONS else []
    if reader.sees_totals_only(fact) and (why := published_margins.refusal(groups, scope.filters)):
        raise AccessRefused(why)


def _filtered(statement: Select, fact: Table, scope: Scope) -> Select:
    for dimension, values in scope.filters:
        statement = statement.where(DIMENSIONS[dimension][fact].in_(values))
    return statement


def _group(fact: Table, by: str) -> ColumnElement:
    if by == "month":
        if fact is campaign_days:
            return month_of(campaign_days.c.day_on)
        return month_of(_joined_on(fact))
    if by == "product" and fact is not campaign_days:
        lead, who, which = leads.alias("won_by"), customers.alias("who"), campaigns.alias("which")
        product = select(which.c.product).where(
            which.c.campaign_id == lead.c.campaign_id,
            lead.c.lead_id == who.c.acquired_by_lead_id,
            who.c.customer_id == fact.c.customer_id,
        )
        return product.correlate(fact).scalar_subquery()
    return DIMENSIONS[by][fact]


def _joined_on(fact: Table) -> ColumnElement:
    if fact is customers:
        return customers.c.joined_on
    who = customers.alias("who")
    return (
        select(who.c.joined_on)
        .where(who.c.customer_id == fact.c.customer_id)
        .correlate(fact)
        .scalar_subquery()
    )


def campaign_names(reader: Reader) -> dict[str, str]:
    """The name of every campaign by its code."""
    rows = reader.frame(select(campaigns.c.campaign_id, campaigns.c.name))
    return {
        str(code): str(name or code) for code, name in zip(rows["campaign_id"], rows["name"], strict=True)
    }


def cohorts_valued(reader: Reader, scope: Scope) -> pd.DataFrame:
    """Everybody who joined in the scope's period, by month of joining: `group`, `won`, `valued`, `value` and the other
    columns `models.value.net_value.judged` wants, without a cost. For who does not know through which lead they came.
    """
    joined = between(customers.c.joined_on, scope.period)
    counts = _ask(
        reader,
        customers,
        "month",
        scope,
        joined,
        {
            "won": func.count(distinct(customers.c.customer_id)),
            "left": func.count(distinct(case((_HAS_LEFT, customers.c.customer_id)))),
        },
        {"left": _HAS_LEFT},
        alike="left",
    )
    mine = customer_values.c.customer_id.in_(select(customers.c.customer_id).where(joined))
    values = _valued(reader, "month", scope, and_(mine, IS_VALUED))
    frame = counts.merge(values, on="group", how="left").sort_values("group", ignore_index=True)
    return frame.assign(cost=np.nan)


def expected_ahead(reader: Reader) -> pd.DataFrame:
    """One row about everybody valued last who has not left: `valued` and `value` (money, added up)."""
    v = customer_values
    people = func.count(distinct(v.c.customer_id))
    statement = select(
        *counted("valued", people), *counted("value", to_float(func.sum(v.c.value)), people)
    ).where(v.c.as_of.in_(select(func.max(v.c.as_of))), v.c.stay_probability > 0)
    return reader.frame(statement)


def latest_hindsight(reader: Reader) -> pd.DataFrame:
    """The rows of the latest look back: predicted against realised, by tenths."""
    return reader.frame(value_meaning.HINDSIGHT.reads[0])


def response_curves(reader: Reader) -> pd.DataFrame:
    """How each channel's customers won follow its spend, as `models.attribution.spend_response` learned it last night."""
    return reader.frame(value_meaning.BUDGET.reads[0])

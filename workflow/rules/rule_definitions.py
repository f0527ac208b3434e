"""When a customer needs a call: each rule is one condition over the profile and the score, run by the warehouse.

A rule says which numbers raised it, in words, and what to do. It holds no customer and reads no table itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select
from sqlalchemy.sql import visitors

from metrics.comparison.currency import in_currency
from metrics.comparison.words import hkd, numeral, of_ten, signed
from metrics.customers.profile import needs_of
from metrics.query.missing_reasons import not_given
from models.churn import churn_prediction
from warehouse.access.data_coverage import Coverage
from warehouse.schema import customer_profiles as profile
from warehouse.schema import customer_scores as score
from warehouse.schema import relationship_managers
from workflow.rules import reason_texts

LOOK_BACK_DAYS = 180
"""The profile looks back this far; an earlier month end would be described by half a history."""
HIGH_CHURN_PROBABILITY = 0.10
"""From one in ten within 90 days on, a call is worth its time; how many are raised the RMs' capacity decides."""


@dataclass(frozen=True, kw_only=True)
class AlertRule:
    """A reason to call a customer.

    `when` raises an alert; while `still` holds, an alert nobody has started on stays open (`when` itself if not given,
    a wider condition where the number moves a little every night). `because` names the columns that explain it.
    With `within_capacity`, an RM gets no more new alerts of this rule in seven days than `weekly_capacity`, those with
    the most at stake first. An alert is due after `due_days`, or after the bank's usual time.
    """

    code: str
    title: str
    when: ColumnElement[bool]
    because: tuple[str, ...]
    advice: str
    still: ColumnElement[bool] | None = None
    needs_model: bool = False
    within_capacity: bool = False
    due_days: int | None = None


SENTENCES: Mapping[str, tuple[str, str]] = {
    # column: (for exactly one, for any other number)
    "open_complaints_90d": (
        "One complaint of the last 90 days is not settled.",
        "{} complaints of the last 90 days are not settled.",
    ),
    "savings_balance": ("HKD 1 in savings.", "{} in savings."),
    "total_balance": (
        "HKD 1 in deposits and investments.",
        "{} in deposits and investments.",
    ),
    "days_since_customer_made_transaction": (
        "The customer last moved money yesterday.",
        "The customer has not moved money for {} days.",
    ),
    "days_since_spoken": (
        "Somebody spoke with the customer yesterday.",
        "No call, visit or meeting is on record for {} days.",
    ),
    "complaints_365d": ("One complaint in a year.", "{} complaints in a year."),
    "balance_change_90d": (
        "The balance doubled in three months.",
        "The balance changed by {} in three months.",
    ),
    "app_sessions_30d": (
        "The app was opened once in 30 days.",
        "The app was opened {} times in 30 days.",
    ),
    "last_nps": (
        "Asked whether they would recommend us: 1 of 10.",
        "Asked whether they would recommend us: {} of 10.",
    ),
    "last_csat": (
        "Asked whether they were satisfied: 1 of 5.",
        "Asked whether they were satisfied: {} of 5.",
    ),
}


_WRITTEN: Mapping[str, Callable[[float], str]] = {
    "savings_balance": hkd,
    "total_balance": hkd,
    "balance_change_90d": partial(signed, places=0),
}
"""How the number of a sentence is written where it is no plain count."""

NONE: Mapping[str, str] = {
    "open_complaints_90d": "No complaint of the last 90 days is open.",
    "complaints_365d": "No complaint in a year.",
    "days_since_customer_made_transaction": "The customer moved money today.",
    "days_since_spoken": "Somebody spoke with the customer today.",
    "app_sessions_30d": "The app was not opened in 30 days.",
    "savings_balance": "Nothing in savings.",
    "total_balance": "Nothing in deposits and investments.",
}
"""The sentence for 0, where the number would read oddly."""


def sentence(column: str, value: float) -> str:
    """What a number of `AlertRule.because` says, in words. Raises KeyError for a column without a sentence."""
    if column == "probability":
        return f"About {of_ten(value)} customers like this one leave within 90 days."
    if value == 0 and column in NONE:
        return NONE[column]
    one, other = SENTENCES[column]
    return in_currency(one) if value == 1 else other.format(_WRITTEN.get(column, numeral)(value))


def lacking(rule: AlertRule, covered: Coverage | None) -> str:
    """What the bank did not give of what a rule looks at, as a sentence; "" if it gave all of it."""
    missing = not_given(needed_by(rule), covered)
    return missing.sentence if missing else ""


def needed_by(rule: AlertRule) -> list[str]:
    """The tables and columns of the unified tables that a rule looks at."""
    columns = (c for c in visitors.iterate(rule.when) if getattr(c, "table", None) is profile)
    return [need for column in columns for need in needs_of(column.key)]  # type: ignore[attr-defined]


def over(condition: ColumnElement[bool], rows: Subquery) -> ColumnElement[bool]:
    """A rule's condition over profiles that were asked for instead of stored."""

    def swap(element: object, **_: object) -> object:
        return rows.c[element.key] if getattr(element, "table", None) is profile else None  # type: ignore[attr-defined]

    return visitors.replacement_traverse(condition, {}, swap)


def facts(rule: AlertRule, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Why the rule fired for one row of `flagged_customers`: name, value and sentence of each fact.

    Of a model's rule the model's own reasons follow, with their contribution (above 0 speaks for leaving).
    """
    texts: list[dict[str, Any]] = []
    for name in rule.because:
        if row[name] is not None and not pd.isna(row[name]):
            value = float(row[name])
            texts.append({"name": name, "value": value, "sentence": sentence(name, value)})
    if rule.needs_model:
        texts += [
            {
                "name": reason["feature"],
                "value": reason["value"],
                "sentence": reason_texts.sentence(reason),
                "contribution": reason["contribution"],
            }
            for reason in json.loads(row["model_reasons"] or "[]")
        ]
    return texts


def flagged_customers(rule: AlertRule, as_of: date) -> Select[Any]:
    """The customers for whom `rule` holds as of a day, or for whom an open alert of it still may stand.

    Columns: customer_id, rm_id, team, weekly_capacity, segment, fires (1 if `when` holds), probability, model_reasons,
    value_at_stake, and the columns of `because`. Ordered by what is at stake: probability × balance for a model's
    rule, the balance for others.
    """
    still = rule.when if rule.still is None else rule.still
    value = profile.c.total_balance
    # A loan larger than the deposits is no negative loss: nothing is at stake then.
    positive = func.coalesce(value, 0)
    stake = positive * score.c.probability if rule.needs_model else positive
    because = [profile.c[name] for name in rule.because if name != "probability"]
    managers = relationship_managers
    fires = rule.when.label("fires")
    return (
        select(
            profile.c.customer_id,
            profile.c.rm_id,
            managers.c.team,
            managers.c.weekly_capacity,
            profile.c.segment,
            fires,
            score.c.probability,
            score.c.reasons.label("model_reasons"),
            value.label("value_at_stake"),
            *because,
        )
        .select_from(profile)
        .outerjoin(
            score,
            and_(
                score.c.customer_id == profile.c.customer_id,
                score.c.as_of == profile.c.as_of,
                score.c.model == churn_prediction.MODEL,
            ),
        )
        .outerjoin(managers, managers.c.rm_id == profile.c.rm_id)
        .where(profile.c.as_of == as_of, or_(rule.when, still))
        .order_by(stake.desc().nulls_last(), profile.c.customer_id)
    )

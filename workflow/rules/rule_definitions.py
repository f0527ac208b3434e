"""When a customer needs a call: each rule is one condition over the profile and the score, run by the warehouse.

A rule says which numbers raised it, in words, and what to do. It holds no customer and reads no table itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select
from sqlalchemy.sql import visitors

from metrics.comparison.condition import NestedConditions
from metrics.comparison.currency import in_currency
from metrics.comparison.words import day, hkd, numeral, of_ten, signed
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
    conditions: NestedConditions
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


GROWS = frozenset({"days_since_customer_made_transaction", "days_since_spoken"})
"""Numbers that grow by themselves each day: only a fall says that something happened."""

SINCE: Mapping[str, tuple[str, str, str]] = {
    # column: (the column of the profile with the day; how it is said for exactly one, and for any other number)
    "open_complaints_90d": ("open_complaint_since", "since {}", "the oldest since {}"),
    "complaints_365d": ("last_complaint_on", "on {}", "the latest on {}"),
    "savings_balance": ("balance_on", "as of {}", "as of {}"),
    "total_balance": ("balance_on", "as of {}", "as of {}"),
    "balance_change_90d": ("balance_90d_before_on", "since {}", "since {}"),
    "app_sessions_30d": ("last_app_use_on", "on {}", "the last time on {}"),
    "last_nps": ("last_nps_on", "on {}", "on {}"),
    "last_csat": ("last_csat_on", "on {}", "on {}"),
}
"""Since when, or on which day, a number holds; those of `GROWS` count the days themselves."""
_MONTHLY = frozenset({"savings_balance", "total_balance", "balance_change_90d"})
"""Numbers of a month end: until the next one is there, nobody measured whether they changed."""
_AGO = "{}_week_ago"


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

    The sentence says since when it holds and what it was a week earlier, as far as the night of that day is kept. Of a
    model's rule the model's own reasons follow, with their contribution (above 0 speaks for leaving).
    """
    compared = {c.attribute for group in rule.conditions.groups for c in group}
    idle = compared - ({c.attribute for c in rule.conditions.holding(row)} or compared)
    texts: list[dict[str, Any]] = []
    for name in rule.because:
        if name not in idle and (value := _number(row, name)) is not None:
            words = sentence(name, value).removesuffix(".")
            words += f"{_since(name, value, row)}{_changed(name, value, row)}."
            texts.append({"name": name, "value": value, "sentence": words})
    if rule.needs_model and "probability" not in idle:
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


def _number(row: Mapping[str, Any], name: str) -> float | None:
    value = row.get(name)
    return None if value is None or pd.isna(value) else float(value)


def _since(name: str, value: float, row: Mapping[str, Any]) -> str:
    """Such as `, the oldest since 3 Jun 2026`; "" where no day is on record."""
    if name in GROWS:
        as_of = row.get("as_of")
        return (
            f", since {day(pd.Timestamp(as_of) - timedelta(days=int(value)))}" if as_of and value > 1 else ""
        )
    column, one, other = SINCE.get(name, ("", "", ""))
    at = row.get(column)
    return (
        ""
        if at is None or pd.isna(at)
        else f", {(one if value == 1 else other).format(day(pd.Timestamp(at)))}"
    )


def _changed(name: str, value: float, row: Mapping[str, Any]) -> str:
    """Such as `; a week ago 0`; "" where the number of a week earlier is not on record, or could not differ."""
    before = _number(row, _AGO.format(name))
    if before is None or (name in GROWS and value >= before):
        return ""
    if name in _MONTHLY and row.get(_AGO.format("balance_on")) == row.get("balance_on"):
        return ""
    write = of_ten if name == "probability" else _WRITTEN.get(name, numeral)
    return "; no change in a week" if write(before) == write(value) else f"; a week ago {write(before)}"


def flagged_customers(rule: AlertRule, as_of: date) -> Select[Any]:
    """The customers for whom `rule` holds as of a day, or for whom an open alert of it still may stand.

    Columns: customer_id, as_of, rm_id, team, weekly_capacity, segment, fires (1 if `when` holds), probability,
    model_reasons, value_at_stake, the columns of `because` and the days of `SINCE`; beside each what it was a week
    earlier, if that night is kept, as `…_week_ago`. Ordered by what is at stake: probability × balance for a model's
    rule, the balance for others.
    """
    still = rule.when if rule.still is None else rule.still
    value = profile.c.total_balance
    # A loan larger than the deposits is no negative loss: nothing is at stake then.
    positive = func.coalesce(value, 0)
    stake = positive * score.c.probability if rule.needs_model else positive
    names = [name for name in rule.because if name != "probability"]
    names += dict.fromkeys(SINCE[name][0] for name in names if name in SINCE)
    earlier, earlier_score = profile.alias("week_ago"), score.alias("score_week_ago")
    before = as_of - timedelta(days=7)
    managers = relationship_managers
    fires = rule.when.label("fires")
    return (
        select(
            profile.c.customer_id,
            profile.c.as_of,
            profile.c.rm_id,
            managers.c.team,
            managers.c.weekly_capacity,
            profile.c.segment,
            fires,
            score.c.probability,
            score.c.reasons.label("model_reasons"),
            value.label("value_at_stake"),
            earlier_score.c.probability.label(_AGO.format("probability")),
            *(profile.c[name] for name in names),
            *(earlier.c[name].label(_AGO.format(name)) for name in names),
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
        .outerjoin(earlier, and_(earlier.c.customer_id == profile.c.customer_id, earlier.c.as_of == before))
        .outerjoin(
            earlier_score,
            and_(
                earlier_score.c.customer_id == profile.c.customer_id,
                earlier_score.c.as_of == before,
                earlier_score.c.model == churn_prediction.MODEL,
            ),
        )
        .outerjoin(managers, managers.c.rm_id == profile.c.rm_id)
        .where(profile.c.as_of == as_of, or_(rule.when, still))
        .order_by(stake.desc().nulls_last(), profile.c.customer_id)
    )

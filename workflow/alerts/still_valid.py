"""What became of the facts that raised an alert: which of them no longer hold, and what they are today, in words.

An alert says why it was raised as of that day, and never changes. What is said here is as of a later night.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import BooleanClauseList, Column, ColumnElement, and_, func, select
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import Grouping

from metrics.comparison.words import day
from models.churn import churn_prediction
from models.churn.features import BY_NAME
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from warehouse.schema import customer_profiles as profile
from warehouse.schema import customer_scores as score
from warehouse.schema import customers, tickets
from workflow.rules import reason_texts
from workflow.rules.rule_definitions import GROWS, SENTENCES, AlertRule, sentence

NO_LONGER = "It no longer meets the conditions of its rule."
_COMPLAINTS = "open_complaints_90d"


def why_ended(
    night: Reader, rule: AlertRule, as_of: date, present: frozenset[str], ended: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """Why these alerts of a rule end, by alert id."""
    gone = [a for a in ended if a["customer_id"] not in present]
    left = left_because(night, (a["customer_id"] for a in gone), as_of)
    still_here = [a for a in ended if a["customer_id"] in present]
    return ended_because(night, rule, still_here, as_of) | {
        a["alert_id"]: left[a["customer_id"]] for a in gone
    }


def left_because(reader: Reader, customer_ids: Iterable[str], as_of: date) -> dict[str, str]:
    """Of customers who are not with the bank as of a day: when each left, in a sentence, by customer."""
    ids = sorted(set(customer_ids))
    t = customers
    rows = reader.rows(select(t.c.customer_id, t.c.left_on).where(t.c.customer_id.in_(ids))) if ids else []
    left = {r.customer_id: pd.Timestamp(r.left_on).date() for r in rows if not pd.isna(r.left_on)}
    return {
        c: f"The customer left on {day(left[c])}."
        if c in left and left[c] <= as_of
        else "The customer is no longer among the bank's customers."
        for c in ids
    }


def ended_because(
    reader: Reader, rule: AlertRule, ended: Sequence[Mapping[str, Any]], as_of: date
) -> dict[str, str]:
    """Which facts of `rule` no longer hold as of a day, in a sentence by alert id, for alerts whose condition ended."""
    if not ended:
        return {}
    condition = rule.when if rule.still is None else rule.still
    parts = _parts(condition)
    ids = sorted({a["customer_id"] for a in ended})
    names = sorted({name for part in parts for name in _columns(part)})
    statement = select(
        profile.c.customer_id,
        *(part.label(f"part_{i}") for i, part in enumerate(parts)),
        *(_column(name).label(name) for name in names),
    )
    scored = and_(
        score.c.customer_id == profile.c.customer_id,
        score.c.as_of == profile.c.as_of,
        score.c.model == churn_prediction.MODEL,
    )
    rows = reader.rows(
        statement.select_from(profile)
        .outerjoin(score, scored)
        .where(profile.c.as_of == as_of, profile.c.customer_id.in_(ids))
    )
    settled = _complaints(reader, ended, as_of) if _COMPLAINTS in names and _has_cases(reader) else {}
    now = {row.customer_id: row._asdict() for row in rows}
    return {
        a["alert_id"]: _gone(condition, now[a["customer_id"]], settled.get(a["alert_id"], ""))
        for a in ended
        if a["customer_id"] in now
    }


def facts_today(reader: Reader, alerts: pd.DataFrame, today: date) -> list[list[str | None]]:
    """For each alert and each of its facts what it is today, or None where it has not changed or is not known.

    `alerts` has customer_id, raised_on and reasons. Today is the latest night up to `today`.
    """
    reasons = list(alerts["reasons"])
    names = sorted({f["name"] for facts in reasons for f in facts if f["name"] in profile.c})
    now = _latest(reader, sorted(set(alerts["customer_id"])), names, today)
    rows = zip(reasons, alerts["customer_id"], pd.to_datetime(alerts["raised_on"]), strict=True)
    return [
        [_fact_now(fact, now.get(customer), raised.date()) for fact in facts]
        for facts, customer, raised in rows
    ]


def balances_today(reader: Reader, customer_ids: list[str], today: date) -> dict[str, float]:
    """Deposits and investments of each customer as of the latest night up to `today`; NaN where they are not known."""
    now = _latest(reader, customer_ids, ["total_balance"], today)
    return {c: math.nan if pd.isna(v := row["total_balance"]) else float(v) for c, row in now.items()}


def _fact_now(fact: Mapping[str, Any], now: Mapping[str, Any] | None, raised_on: date) -> str | None:
    name, then = fact["name"], fact["value"]
    if now is None or then is None or name not in now or now["as_of"] <= raised_on:
        return None
    value = now[name]
    if value is None or pd.isna(value):
        return None
    value = float(value)
    if "contribution" in fact:
        counts_days = BY_NAME[name].since == "value"
        words, before = reason_texts.in_words(name, value), reason_texts.in_words(name, float(then))
    elif name == "probability" or name in SENTENCES:
        counts_days = name in GROWS
        words, before = sentence(name, value), sentence(name, float(then))
    else:
        return None
    if counts_days and value >= float(then):
        return None
    return None if words == before else words


def _latest(
    reader: Reader, customer_ids: list[str], names: list[str], today: date
) -> dict[str, Mapping[str, Any]]:
    if not customer_ids:
        return {}
    night = reader.rows(select(func.max(profile.c.as_of).label("night")).where(profile.c.as_of <= today))
    if not night or pd.isna(night[0].night):
        return {}
    as_of = pd.Timestamp(night[0].night).date()
    scored = and_(
        score.c.customer_id == profile.c.customer_id,
        score.c.as_of == profile.c.as_of,
        score.c.model == churn_prediction.MODEL,
    )
    columns = [profile.c[name] for name in names]
    rows = reader.rows(
        select(profile.c.customer_id, score.c.probability, *columns)
        .select_from(profile)
        .outerjoin(score, scored)
        .where(profile.c.as_of == as_of, profile.c.customer_id.in_(customer_ids))
    )
    return {row.customer_id: {**row._asdict(), "as_of": as_of} for row in rows}


def _clauses(condition: ColumnElement[bool]) -> BooleanClauseList | None:
    """The “and” or “or” that a condition is, without its brackets; None for a single comparison."""
    inner = condition.element if isinstance(condition, Grouping) else condition
    return inner if isinstance(inner, BooleanClauseList) else None


def _parts(condition: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    """The single comparisons of a condition."""
    joined = _clauses(condition)
    return [condition] if joined is None else [part for clause in joined.clauses for part in _parts(clause)]


def _failed(condition: ColumnElement[bool], failing: Container[int]) -> list[ColumnElement[bool]]:
    """The comparisons for which a condition does not hold, empty where it holds; `failing` are the ids of all that fail.

    Of an “or” that another comparison fulfils, none is to blame.
    """
    joined = _clauses(condition)
    if joined is None:
        return [condition] if id(condition) in failing else []
    parts = [_failed(clause, failing) for clause in joined.clauses]
    if joined.operator is operators.or_ and not all(parts):
        return []
    return [one for part in parts for one in part]


def _columns(part: ColumnElement[bool]) -> list[str]:
    names = [e.key for e in visitors.iterate(part) if isinstance(e, Column) and e.table in (profile, score)]
    return list(dict.fromkeys(names))


def _column(name: str) -> Column[Any]:
    return score.c.probability if name == "probability" else profile.c[name]


def _gone(condition: ColumnElement[bool], now: Mapping[str, Any], settled: str) -> str:
    """The sentence about every comparison because of which the condition no longer holds."""
    words: list[str] = []
    failing = {id(part) for i, part in enumerate(_parts(condition)) if not now[f"part_{i}"]}
    for part in _failed(condition, failing):
        for name in _columns(part):
            value = now[name]
            if name == _COMPLAINTS and settled:
                words.append(settled)
            elif value is None or pd.isna(value):
                words.append("A figure its rule needs is not known any more.")
            else:
                words.append(sentence(name, float(value)))
    return " ".join(dict.fromkeys(words)) or NO_LONGER


def _has_cases(reader: Reader) -> bool:
    return tickets.name in data_coverage.loaded_tables(reader)


def _complaints(reader: Reader, ended: Sequence[Mapping[str, Any]], as_of: date) -> dict[str, str]:
    """What became of the complaints that were open when each alert was raised, in a sentence by alert id."""
    t = tickets
    ids = sorted({a["customer_id"] for a in ended})
    rows = reader.frame(
        select(t.c.customer_id, t.c.opened_at, t.c.resolved_at, t.c.withdrawn).where(
            t.c.customer_id.in_(ids), t.c.complaint.is_(True)
        )
    )
    rows["opened"] = pd.to_datetime(rows["opened_at"]).dt.date
    rows["settled"] = pd.to_datetime(rows["resolved_at"]).dt.date
    return {a["alert_id"]: _became(rows[rows["customer_id"] == a["customer_id"]], a, as_of) for a in ended}


def _became(rows: pd.DataFrame, alert: Mapping[str, Any], as_of: date) -> str:
    raised = pd.Timestamp(alert["raised_on"]).date()
    since = raised - timedelta(days=90)
    settled = pd.to_datetime(rows["settled"])
    then = rows[
        (pd.to_datetime(rows["opened"]) > pd.Timestamp(since))
        & (pd.to_datetime(rows["opened"]) <= pd.Timestamp(raised))
        & (settled.isna() | (settled > pd.Timestamp(raised)))
    ]
    if then.empty:
        return ""
    done = then[pd.to_datetime(then["settled"]) <= pd.Timestamp(as_of)]
    taken_back = then["withdrawn"].fillna(value=False).astype(bool)
    waiting = len(then) - len(done) - int((taken_back & ~then.index.isin(done.index)).sum())
    if waiting:
        # The rule looks back 90 days: what is older has not been settled by that.
        return "The complaint is older than 90 days and still not settled."
    one = len(then) == 1
    if taken_back.all():
        return "The customer withdrew the complaint." if one else "The customer withdrew the complaints."
    last = day(max(done["settled"]))
    return (
        f"The complaint was settled on {last}."
        if one
        else f"The complaints were settled, the last on {last}."
    )

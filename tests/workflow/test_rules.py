"""Rules: what fires, what does not when something is not known, and that each says why in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, create_engine, insert, text

from models.churn import churn_prediction
from warehouse.schema import BANK, customer_profiles, customer_scores, relationship_managers
from warehouse.settings import Settings
from workflow.rules import rule_definitions
from workflow.rules.rule_drafts import rules

DAY = date(2026, 6, 30)
COMPLAINT, CHURN = rules(Settings())


@pytest.fixture
def bank() -> Iterator[Connection]:
    engine = create_engine("duckdb:///:memory:")
    with engine.connect() as connection:
        for schema in ("unified", "derived"):
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        BANK.create_all(connection)
        manager = {"rm_id": "R1", "name": "Amy", "team": "East", "weekly_capacity": 9}
        connection.execute(insert(relationship_managers).values(**manager))
        yield connection


def _customer(bank: Connection, name: str, **changed: object) -> None:
    row = {
        "customer_id": name,
        "as_of": DAY,
        "rm_id": "R1",
        "open_complaints_90d": 1,
        "savings_balance": 500_000,
        "total_balance": 500_000,
        "days_since_customer_made_transaction": 180,
    }
    bank.execute(insert(customer_profiles).values(**(row | changed)))


def _score(bank: Connection, name: str, probability: float, day: date = DAY) -> None:
    row = {"model": churn_prediction.MODEL, "as_of": day, "probability": probability, "reasons": "[]"}
    bank.execute(insert(customer_scores).values(customer_id=name, **row))


def _fires(bank: Connection, rule: rule_definitions.AlertRule) -> list[str]:
    return [r.customer_id for r in bank.execute(rule_definitions.flagged_customers(rule, DAY)) if r.fires]


def test_the_complaint_rule_fires_from_its_thresholds_on(bank: Connection) -> None:
    _customer(bank, "at the threshold")
    _customer(bank, "no open complaint", open_complaints_90d=0)
    _customer(bank, "a dollar less", savings_balance=499_999)
    _customer(bank, "a day sooner", days_since_customer_made_transaction=179)
    _customer(bank, "another day", as_of=date(2026, 6, 29))
    assert _fires(bank, COMPLAINT) == ["at the threshold"]


@pytest.mark.parametrize("column", COMPLAINT.because)
def test_what_is_not_known_raises_nothing(bank: Connection, column: str) -> None:
    _customer(bank, "C", **{column: None})
    assert _fires(bank, COMPLAINT) == []


def test_a_bank_sets_its_own_thresholds(bank: Connection) -> None:
    _customer(bank, "C", savings_balance=100_000)
    lower = rules(Settings(large_savings=100_000.0))[0]
    assert _fires(bank, lower) == ["C"]


def test_the_churn_rule_ranks_by_what_is_at_stake(bank: Connection) -> None:
    for name, balance, probability in (
        ("likely, little", 1_000, 0.9),
        ("less likely, much", 900_000, 0.2),
        ("in debt", -50_000, 0.9),
        ("not likely", 9_000_000, 0.01),
    ):
        _customer(bank, name, total_balance=balance)
        _score(bank, name, probability)
    _customer(bank, "scored yesterday")
    _score(bank, "scored yesterday", 0.9, date(2026, 6, 29))
    assert _fires(bank, CHURN) == ["less likely, much", "likely, little", "in debt"]


def test_below_its_threshold_an_alert_may_stay_but_none_is_raised(bank: Connection) -> None:
    _customer(bank, "C")
    _score(bank, "C", rule_definitions.HIGH_CHURN_PROBABILITY * 0.7)
    (row,) = bank.execute(rule_definitions.flagged_customers(CHURN, DAY)).all()
    assert not row.fires


def test_a_customer_comes_once_with_owner_team_and_capacity(bank: Connection) -> None:
    _customer(bank, "C")
    _score(bank, "C", 0.5)
    (row,) = bank.execute(rule_definitions.flagged_customers(COMPLAINT, DAY)).all()
    assert (row.rm_id, row.team, row.weekly_capacity, row.probability) == ("R1", "East", 9, 0.5)


def test_every_rule_says_every_number_it_gives_as_a_reason() -> None:
    for rule in rules(Settings()):
        for column in rule.because:
            assert rule_definitions.sentence(column, 1).endswith(".")
            assert rule_definitions.sentence(column, 0.25).endswith(".")


def test_a_models_reasons_follow_in_words() -> None:
    reasons = [{"feature": "balance_change_90d", "value": -0.4, "contribution": 1.2}]
    reasons += [{"feature": "last_nps", "value": None, "contribution": -0.1}]
    row = {"probability": 0.31, "total_balance": 1234.5, "model_reasons": json.dumps(reasons)}
    facts = rule_definitions.facts(CHURN, row)
    assert [fact["sentence"] for fact in facts] == [
        "About 3 in 10 customers like this one leave within 90 days.",
        "HKD 1,235 in deposits and investments.",
        "Change in balance over three months: −40%",
        "Latest answer to “would you recommend us”: not known (speaks for staying)",
    ]
    assert facts[2]["contribution"] == 1.2


def test_a_reason_says_since_when_it_holds_and_what_it_was_a_week_ago(bank: Connection) -> None:
    may, june = date(2026, 5, 31), date(2026, 6, 30)
    now = {"open_complaint_since": date(2026, 6, 26), "open_complaints_90d": 2, "balance_on": june}
    _customer(bank, "C", **now)
    _customer(
        bank, "C", as_of=DAY - timedelta(days=7), open_complaints_90d=0, savings_balance=1, balance_on=may
    )
    (row,) = bank.execute(rule_definitions.flagged_customers(COMPLAINT, DAY)).mappings()
    assert [fact["sentence"] for fact in rule_definitions.facts(COMPLAINT, dict(row))] == [
        "2 complaints of the last 90 days are not settled, the oldest since 26 Jun 2026; a week ago 0.",
        "HKD 500,000 in savings, as of 30 Jun 2026; a week ago HKD 1.",
        "The customer has not moved money for 180 days, since 1 Jan 2026.",
    ]


def test_what_no_night_kept_and_no_month_end_measured_is_no_change(bank: Connection) -> None:
    _customer(bank, "first night", balance_on=date(2026, 5, 31))
    _customer(bank, "same month end", balance_on=date(2026, 5, 31))
    _customer(bank, "same month end", as_of=DAY - timedelta(days=7), balance_on=date(2026, 5, 31))
    rows = bank.execute(rule_definitions.flagged_customers(COMPLAINT, DAY)).mappings().all()
    first, second = ([f["sentence"] for f in rule_definitions.facts(COMPLAINT, dict(row))] for row in rows)
    assert first[0] == "One complaint of the last 90 days is not settled."
    assert second[0] == "One complaint of the last 90 days is not settled; no change in a week."
    assert first[1] == second[1] == "HKD 500,000 in savings, as of 31 May 2026."


def test_a_chance_of_leaving_says_what_it_was_a_week_ago(bank: Connection) -> None:
    _customer(bank, "C")
    _score(bank, "C", 0.31)
    _score(bank, "C", 0.12, DAY - timedelta(days=7))
    (row,) = bank.execute(rule_definitions.flagged_customers(CHURN, DAY)).mappings()
    assert rule_definitions.facts(CHURN, dict(row))[0]["sentence"] == (
        "About 3 in 10 customers like this one leave within 90 days; a week ago 1 in 10."
    )


def test_a_rule_is_frozen() -> None:
    assert replace(COMPLAINT, code="other").when is COMPLAINT.when
    with pytest.raises(AttributeError):
        COMPLAINT.code = "changed"  # type: ignore[misc]

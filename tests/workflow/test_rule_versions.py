"""Rules people set: of a closed set, in versions, with who and why, and counted before they go live."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from tests.workflow.alert_queue import AMY, LEAD, flagged_rows
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import alerts, audit_log, rule_versions
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import customer_profiles
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.alerts.raising import tonight
from workflow.records.escalation import RULE_REMOVED
from workflow.rules.rule_definitions import SENTENCES, sentence
from workflow.rules.rule_drafts import ATTRIBUTES, RuleDraft, as_rule, built_in, code_of, rules
from workflow.rules.rule_versions import (
    drafts_in_force,
    history,
    known_rules,
    proposals,
    propose,
    put_live,
    retire,
    rules_in_force,
)

ANA = Viewer(username="ana", full_name="Ana", role="analyst")
DRAFT = RuleDraft(
    code="falling_balance",
    title="Balance falls",
    advice="Ask what has changed.",
    conditions={"balance_change_90d": -0.5, "total_balance": 500_000},
)


def _live(app_db: Stores, draft: RuleDraft = DRAFT) -> None:
    put_live(app_db, ANA, draft, "Many left after such a fall", seen=7, flagged_now=7)


def test_a_bank_begins_with_the_rules_it_always_had(app_db: Stores) -> None:
    assert [r.code for r in rules_in_force(Reader(app_db, SYSTEM))] == [r.code for r in rules(Settings())]


def test_a_rule_put_live_is_in_force_with_who_and_why(app_db: Stores) -> None:
    _live(app_db)
    reader = Reader(app_db, ANA)
    assert [d.code for d in drafts_in_force(reader)][-1] == "falling_balance"
    (row,) = history(reader).to_dict("records")
    assert (row["state"], row["would_flag"], row["made_by"]) == ("live", 7, "ana")
    assert row["words"] == (
        "Change of the balance in three months at most −50%; Deposits and investments at least HKD 500,000"
    )
    with app_db.app_db.connect() as connection:
        line = connection.execute(select(audit_log).order_by(audit_log.c.line.desc())).mappings().first()
    assert line is not None
    assert (line["who"], line["action"], line["subject"]) == ("ana", "rule.live", "falling_balance")


def test_a_new_version_takes_the_place_of_the_old_and_the_old_stays_on_record(app_db: Stores) -> None:
    _live(app_db)
    _live(app_db, replace(DRAFT, conditions={"balance_change_90d": -0.25}))
    reader = Reader(app_db, ANA)
    (mine,) = [d for d in drafts_in_force(reader) if d.code == DRAFT.code]
    assert mine.conditions == {"balance_change_90d": -0.25}
    assert len(history(reader)) == 2


def test_a_built_in_rule_gets_another_threshold(app_db: Stores) -> None:
    first = built_in(Settings())[0]
    _live(app_db, replace(first, conditions={**first.conditions, "savings_balance": 1_000_000}))
    in_force = drafts_in_force(Reader(app_db, SYSTEM))
    assert sorted(d.code for d in in_force) == sorted(r.code for r in rules(Settings()))
    (changed,) = [d for d in in_force if d.code == first.code]
    assert changed.conditions["savings_balance"] == 1_000_000


def test_a_count_that_is_not_the_one_shown_keeps_the_rule_from_going_live(app_db: Stores) -> None:
    with pytest.raises(ChangeRefused, match="customers, not 7"):
        put_live(app_db, ANA, DRAFT, "why", seen=7, flagged_now=9)
    assert history(Reader(app_db, ANA)).empty


def test_removing_a_rule_closes_its_alerts_at_once_and_keeps_their_name(app_db: Stores) -> None:
    _live(app_db)
    frame = flagged_rows(*[f"C{i}" for i in range(30)]).assign(balance_change_90d=-0.6)
    tonight(app_db, as_rule(DRAFT), frame, date(2026, 6, 30), frozenset(frame["customer_id"]))
    raised = len(_alerts(app_db))
    assert raised
    assert retire(app_db, ANA, DRAFT.code, "It brought nothing") == raised
    assert {(a["status"], a["outcome"]) for a in _alerts(app_db)} == {("closed", RULE_REMOVED)}
    reader = Reader(app_db, ANA)
    assert DRAFT.code not in [d.code for d in drafts_in_force(reader)]
    assert known_rules(reader)[DRAFT.code].title == "Balance falls"
    with pytest.raises(ChangeRefused, match="not in force"):
        retire(app_db, ANA, DRAFT.code, "Again")


def _alerts(app_db: Stores) -> list[dict]:
    with app_db.app_db.connect() as connection:
        return [dict(row) for row in connection.execute(select(alerts)).mappings()]


def test_a_team_lead_proposes_and_an_analyst_decides(app_db: Stores) -> None:
    propose(app_db, LEAD, DRAFT, "My team sees this often")
    reader = Reader(app_db, ANA)
    assert proposals(reader) == [(DRAFT, "lea", "My team sees this often")]
    assert DRAFT.code not in [d.code for d in drafts_in_force(reader)]
    _live(app_db)
    assert proposals(reader) == []


@pytest.mark.parametrize("viewer", [AMY, LEAD, Viewer("m", "M", "marketing"), Viewer("x", "X", "executive")])
def test_only_an_analyst_puts_a_rule_live_or_removes_one_and_a_try_is_logged(
    app_db: Stores, viewer: Viewer
) -> None:
    for attempt in (
        lambda: put_live(app_db, viewer, DRAFT, "why", seen=1, flagged_now=1),
        lambda: retire(app_db, viewer, "high_churn_risk", "why"),
    ):
        with pytest.raises(AccessRefused):
            attempt()
    with app_db.app_db.connect() as connection:
        actions = list(connection.execute(select(audit_log.c.action)).scalars())
    assert actions == ["rule.refused", "rule.refused"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"conditions": {}}, "at least one condition"),
        ({"conditions": {"full_name": 1.0}}, "nothing a rule can ask about"),
        ({"conditions": {"1=1); drop table alerts--": 1.0}}, "nothing a rule can ask about"),
        ({"title": " "}, "a title"),
        ({"advice": ""}, "advice for the RM"),
        ({"title": "x" * 201}, "a title"),
    ],
)
def test_what_is_missing_or_not_of_the_closed_set_is_refused(
    app_db: Stores, changed: dict, says: str
) -> None:
    with pytest.raises(ChangeRefused, match=says):
        _live(app_db, replace(DRAFT, **changed))
    with pytest.raises(ChangeRefused, match="Say why"):
        put_live(app_db, ANA, DRAFT, " ", seen=1, flagged_now=1)


@given(st.sampled_from(sorted(ATTRIBUTES)), st.data())
def test_every_condition_there_is_can_be_run_said_and_given_as_a_reason(
    name: str, data: st.DataObject
) -> None:
    value = data.draw(st.sampled_from(ATTRIBUTES[name].choices))
    rule = as_rule(replace(DRAFT, conditions={name: value}))
    assert name == "probability" or name in SENTENCES
    assert name == "probability" or name in customer_profiles.c
    assert rule.needs_model == (name == "probability")
    assert sentence(name, value).endswith(".")
    assert replace(DRAFT, conditions={name: value}).in_words().startswith(ATTRIBUTES[name].label)


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=5))
def test_a_title_always_gives_a_code_that_is_free(title: str, taken: list[str]) -> None:
    code = code_of(title, [*taken, "rule"])
    assert code not in taken
    assert code.replace("_", "").isalnum()


def test_what_stands_on_the_application_database_is_never_run(app_db: Stores) -> None:
    """Whoever writes into the table by another way gets an error, not a query of his own."""
    with app_db.app_db.begin() as connection:
        connection.execute(
            insert(rule_versions).values(
                code="sly",
                title="Sly",
                advice="x",
                conditions={"customer_id); drop table alerts --": 1},
                within_capacity=False,
                state="live",
                why="x",
                made_by="x",
                made_at=pd.Timestamp("2026-07-01").to_pydatetime(),
            )
        )
    with pytest.raises(KeyError):
        rules_in_force(Reader(app_db, SYSTEM))

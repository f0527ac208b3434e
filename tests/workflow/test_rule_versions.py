"""Rules people set: of a closed set, in versions, with who and why, and counted before they go live."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, insert, select, text

from tests.workflow.alert_queue import AMY, LEAD, flagged_rows
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import alerts, audit_log, rule_versions
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import customer_profiles
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.alerts.raising import tonight
from workflow.records.escalation import RULE_REMOVED
from workflow.rules.rule_definitions import SENTENCES, facts, sentence
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
    groups=({"balance_change_90d": -0.5, "total_balance": 500_000},),
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
        "Change of the balance in three months at most −50% and Deposits and investments at least HKD 500,000"
    )
    with app_db.app_db.connect() as connection:
        line = connection.execute(select(audit_log).order_by(audit_log.c.line.desc())).mappings().first()
    assert line is not None
    assert (line["who"], line["action"], line["subject"]) == ("ana", "rule.live", "falling_balance")


def test_a_new_version_takes_the_place_of_the_old_and_the_old_stays_on_record(app_db: Stores) -> None:
    _live(app_db)
    _live(app_db, replace(DRAFT, groups=({"balance_change_90d": -0.25},)))
    reader = Reader(app_db, ANA)
    (mine,) = [d for d in drafts_in_force(reader) if d.code == DRAFT.code]
    assert mine.groups == ({"balance_change_90d": -0.25},)
    assert len(history(reader)) == 2


def test_a_built_in_rule_gets_another_threshold(app_db: Stores) -> None:
    first = built_in(Settings())[0]
    _live(app_db, replace(first, groups=({**first.groups[0], "savings_balance": 1_000_000},)))
    in_force = drafts_in_force(Reader(app_db, SYSTEM))
    assert sorted(d.code for d in in_force) == sorted(r.code for r in rules(Settings()))
    (changed,) = [d for d in in_force if d.code == first.code]
    assert changed.groups[0]["savings_balance"] == 1_000_000


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
        ({"groups": ({},)}, "at least one condition"),
        ({"groups": ({"full_name": 1.0},)}, "nothing a rule can ask about"),
        ({"groups": ({"1=1); drop table alerts--": 1.0},)}, "nothing a rule can ask about"),
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
    rule = as_rule(replace(DRAFT, groups=({name: value},)))
    assert name == "probability" or name in SENTENCES
    assert name == "probability" or name in customer_profiles.c
    assert rule.needs_model == (name == "probability")
    assert sentence(name, value).endswith(".")
    assert replace(DRAFT, groups=({name: value},)).in_words().startswith(ATTRIBUTES[name].label)


GROUPS = st.lists(
    st.dictionaries(
        st.sampled_from(["open_complaints_90d", "savings_balance", "app_sessions_30d"]),
        st.sampled_from([1.0, 2.0, 3.0]),
        min_size=1,
    ),
    min_size=1,
    max_size=3,
)
VALUES = [None, 0, 1, 2, 3]


@pytest.fixture(scope="module")
def every_customer() -> Iterator[tuple[Connection, list[dict[str, Any]]]]:
    """A customer for each way in which three numbers can be not known or near a threshold."""
    columns = ["open_complaints_90d", "savings_balance", "app_sessions_30d"]
    rows = [dict(zip(columns, values, strict=True)) for values in product(VALUES, repeat=3)]
    people = [{"customer_id": str(i), "as_of": date(2026, 6, 30), **row} for i, row in enumerate(rows)]
    engine = create_engine("duckdb:///:memory:")
    with engine.connect() as connection:
        connection.execute(text("CREATE SCHEMA derived"))
        customer_profiles.create(connection)
        connection.execute(insert(customer_profiles), people)
        yield connection, people


@given(groups=GROUPS, any_group=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_nested_rule_flags_in_sql_whom_it_flags_in_python(
    every_customer: tuple[Connection, list[dict[str, Any]]],
    *,
    groups: list[dict[str, float]],
    any_group: bool,
) -> None:
    connection, people = every_customer

    def plainly(person: dict[str, Any]) -> bool:
        def one(name: str, value: float) -> bool:
            number = person[name]
            return number is not None and (number <= value if name == "app_sessions_30d" else number >= value)

        inner, outer = (all, any) if any_group else (any, all)
        return outer(inner(one(*threshold) for threshold in group.items()) for group in groups)

    rule = as_rule(replace(DRAFT, groups=tuple(groups), any_group=any_group))
    flagged = set(connection.execute(select(customer_profiles.c.customer_id).where(rule.when)).scalars())
    assert flagged == {p["customer_id"] for p in people if plainly(p)}
    assert flagged == {p["customer_id"] for p in people if rule.conditions.holding(p)}


NESTED = replace(
    DRAFT,
    groups=({"open_complaints_90d": 1, "savings_balance": 500_000}, {"app_sessions_30d": 2}),
)


def test_a_nested_rule_is_said_with_its_brackets_and_kept_as_it_was_set(app_db: Stores) -> None:
    _live(app_db, NESTED)
    (row,) = history(Reader(app_db, ANA)).to_dict("records")
    assert row["words"] == (
        "(Complaints of the last 90 days not settled at least 1 and Savings at least HKD 500,000) or "
        "App visits in 30 days at most 2"
    )
    each = replace(NESTED, any_group=False)
    assert "at least 1 or Savings at least HKD 500,000) and App" in each.in_words()
    assert NESTED in drafts_in_force(Reader(app_db, ANA))


def test_only_what_holds_is_given_as_a_reason() -> None:
    row = {"open_complaints_90d": 2, "savings_balance": 1_000.0, "app_sessions_30d": 1}
    assert [f["name"] for f in facts(as_rule(NESTED), row)] == ["app_sessions_30d"]
    both = as_rule(replace(NESTED, any_group=False))
    assert [f["name"] for f in facts(both, row)] == ["open_complaints_90d", "app_sessions_30d"]


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        (({"app_sessions_30d": 2}, {}), "Group 2 has no condition"),
        (({"app_sessions_30d": 2}, {"app_sessions_30d": 2}), "Group 2 repeats another"),
        (tuple({"app_sessions_30d": v} for v in (0, 1, 2, 5)), "at most 3 groups"),
    ],
)
def test_groups_that_say_nothing_are_refused(app_db: Stores, groups: tuple, says: str) -> None:
    with pytest.raises(ChangeRefused, match=says):
        _live(app_db, replace(NESTED, groups=groups))


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
                conditions={"any_group": True, "groups": [{"customer_id); drop table alerts --": 1}]},
                within_capacity=False,
                state="live",
                why="x",
                made_by="x",
                made_at=pd.Timestamp("2026-07-01").to_pydatetime(),
            )
        )
    with pytest.raises(KeyError):
        rules_in_force(Reader(app_db, SYSTEM))

"""Every role and every table: a rule, or a refusal that says so. Personal columns; held-out alerts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select, union_all

from tests.morning import copy_of, stores_in
from tests.warehouse.onlookers import ANOTHER_RM, EVERYBODY, LEAD, ONE_RM
from warehouse import schema
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader, Viewer, may_see
from warehouse.access.roles import ROLES, RULES, Access
from warehouse.app_db import app_schema
from warehouse.app_db.app_schema import users
from warehouse.errors import AccessRefused
from warehouse.stores.connect import Stores
from workflow.alerts.alert_steps import record_step

TABLES = {t.name: t for t in (*schema.BANK.tables.values(), *app_schema.APP_DB.tables.values())}
UNNAMED = [(r, n) for r in ROLES for n, see in sorted(RULES[r].items()) if see is Access.MASKED]


def test_no_table_name_means_two_tables() -> None:
    """The rules are looked up by name, so a name may occur once."""
    assert len(TABLES) == len(schema.BANK.tables) + len(app_schema.APP_DB.tables)


def test_the_rules_name_only_roles_and_tables_that_exist() -> None:
    assert set(RULES) == {*ROLES, "system"}
    for rules in RULES.values():
        assert set(rules) <= set(TABLES)


@pytest.mark.parametrize("name", sorted(TABLES))
@pytest.mark.parametrize("role", ROLES)
def test_a_table_has_a_rule_for_the_role_or_is_refused_by_name(role: str, name: str, night: Stores) -> None:
    viewer, table = EVERYBODY[role], TABLES[name]
    rows = select(table).limit(3)
    if may_see(viewer, table) is None:
        with pytest.raises(AccessRefused, match=role.replace("_", " ")) as refusal:
            Reader(night, viewer).frame(rows)
        assert name.replace("_", " ") in str(refusal.value)
        with pytest.raises(AccessRefused):
            Reader(night, viewer).frame(select(func.count()).select_from(table.alias()))
    elif may_see(viewer, table) is Access.AGGREGATES_ONLY:
        with pytest.raises(AccessRefused, match="totals"):
            Reader(night, viewer).frame(rows)
    else:
        assert list(Reader(night, viewer).frame(rows).columns) == table.c.keys()


@pytest.mark.parametrize("role", ROLES)
def test_a_table_that_is_not_seen_is_refused_wherever_it_hides(role: str, night: Stores) -> None:
    reader = Reader(night, EVERYBODY[role])
    hidden = next(t for n, t in TABLES.items() if n not in RULES[role])
    seen = TABLES["goals" if role == "administrator" else "campaigns"]
    count = select(func.count()).select_from(hidden)
    statements: tuple[Any, ...] = (
        select(seen, count.scalar_subquery()),
        select(seen).where(count.scalar_subquery() > 0),
        select(seen).where(select(hidden).exists()),
        select(seen).order_by(count.scalar_subquery()),
        select(func.count()).select_from(seen).having(count.scalar_subquery() > 0),
        select(func.count()).select_from(seen).group_by(count.scalar_subquery()),
        select(seen).limit(count.scalar_subquery()),
        select(seen).join(hidden.alias(), count.scalar_subquery() > 0),
        select(seen).add_cte(select(hidden).cte()),
        select(select(hidden).cte()),
        select(hidden.alias().alias()),
        union_all(select(func.count()).select_from(seen), count),
        select(func.count().over(order_by=count.scalar_subquery())).select_from(seen),
    )
    for statement in statements:
        with pytest.raises(AccessRefused, match="does not include"):
            reader.frame(statement)


@pytest.mark.parametrize(("role", "name"), UNNAMED)
def test_personal_columns_are_blank_for_who_may_not_see_names(role: str, name: str, night: Stores) -> None:
    table: Table = TABLES[name]
    personal = [c.key for c in table.c if c.info.get("personal")]
    reader = Reader(night, EVERYBODY[role])
    frame = reader.frame(select(table))
    assert frame[personal].isna().all(axis=None)
    if not personal:
        return
    a, sub, cte = table.alias(), select(table).subquery(), select(table).cte()
    for source in (table, a, sub, cte, select(a).subquery().alias()):
        for key in personal:
            assert reader.frame(select(source.c[key].label("hidden"))).isna().all(axis=None)
            assert reader.frame(select(func.count(source.c[key]), func.max(source.c[key]))).iloc[0, 0] == 0
            assert reader.frame(select(source).where(source.c[key].is_not(None))).empty
            assert reader.frame(select(source).order_by(source.c[key]).limit(1))[key].isna().all()


def test_the_blank_columns_hold_something_for_who_may_see_them(night: Stores) -> None:
    for table, viewer in ((schema.customers, ONE_RM), (schema.tickets, EVERYBODY["service"])):
        personal = [c.key for c in table.c if c.info["personal"]]
        assert Reader(night, viewer).frame(select(*[table.c[p] for p in personal])).notna().any().all()


@pytest.mark.parametrize("name", ["full_name", "email", "phone", "birth_year", "text", "comment"])
def test_every_column_that_names_a_person_is_marked_personal(name: str) -> None:
    for table in schema.BANK.tables.values():
        if name in table.c and table is not schema.relationship_managers:
            assert table.c[name].info["personal"], f"{table.name}.{name}"


def test_service_sees_names_but_no_balance_and_no_score(night: Stores) -> None:
    service = Reader(night, EVERYBODY["service"])
    assert service.frame(select(schema.customers.c.full_name)).notna().any(axis=None)
    for table in (schema.balances, schema.customer_scores, schema.customer_profiles, schema.revenues):
        with pytest.raises(AccessRefused):
            service.frame(select(table))


def test_an_administrator_sees_no_customer_row(night: Stores) -> None:
    for table in schema.BANK.tables.values():
        if "customer_id" in table.c:
            with pytest.raises(AccessRefused):
                Reader(night, EVERYBODY["administrator"]).frame(select(func.count()).select_from(table))


def test_sessions_tokens_and_wrong_sign_ins_are_read_by_nobody(night: Stores) -> None:
    for viewer in EVERYBODY.values():
        for table in (app_schema.sessions, app_schema.sign_in_failures, app_schema.api_tokens):
            with pytest.raises(AccessRefused):
                Reader(night, viewer).frame(select(table))


def test_nobody_can_sign_in_as_the_system() -> None:
    assert SYSTEM.role not in ROLES


def test_held_out_alerts_are_shown_to_nobody_but_the_system(night: Stores) -> None:
    a = app_schema.alerts
    arms = set(Reader(night, SYSTEM).frame(select(a.c.arm))["arm"])
    assert arms == {"treated", "held_out"}
    rows = Reader(night, SYSTEM).frame(select(a))
    held_out = rows[rows["arm"] == "held_out"]
    for role, viewer in EVERYBODY.items():
        reader = Reader(night, viewer)
        see = may_see(viewer, a)
        if see is None or see is Access.AGGREGATES_ONLY:
            continue
        for source in (a, a.alias(), select(a).subquery(), select(a).cte()):
            frame = reader.frame(select(source))
            assert set(frame["arm"]) <= {"treated"}, role
            assert not set(frame["alert_id"]) & set(held_out["alert_id"]), role
    people = func.count(a.c.customer_id.distinct())
    counted = select(func.count().label("n"), people.label("n__people"))
    for role in ("marketing", "executive"):
        n = Reader(night, EVERYBODY[role]).frame(counted)["n"].item()
        assert n == (rows["arm"] == "treated").sum()
    rm = Viewer("x", "X", "relationship_manager", rm_id=held_out["rm_id"].iloc[0])
    assert not set(Reader(night, rm).frame(select(a.c.alert_id))["alert_id"]) & set(held_out["alert_id"])


def test_an_rm_sees_her_own_alerts_and_a_lead_those_of_the_team(night: Stores) -> None:
    a = app_schema.alerts
    rows = Reader(night, SYSTEM).frame(select(a).where(a.c.arm == "treated"))
    for viewer, own in (
        (ONE_RM, rows["rm_id"] == ONE_RM.rm_id),
        (ANOTHER_RM, rows["rm_id"] == ANOTHER_RM.rm_id),
        (LEAD, rows["team"] == LEAD.team),
    ):
        seen = Reader(night, viewer).frame(select(a.c.alert_id))
        assert set(seen["alert_id"]) == set(rows[own]["alert_id"])
    both = Viewer("x", "X", "team_lead", rm_id="RM07", team=LEAD.team)
    seen = Reader(night, both).frame(select(a.c.alert_id))
    assert set(seen["alert_id"]) == set(rows[rows["team"] == LEAD.team]["alert_id"])


def test_a_passwords_hash_is_shown_to_no_administrator(empty: Stores) -> None:
    with audit.entry(empty, "test", "user.create") as change:
        change.app_db.execute(
            insert(users).values(
                username="amy",
                full_name="Amy Chan",
                role="analyst",
                password_hash="$2b$12$secret",
                created_at=change.at,
                must_change_password=False,
            )
        )
    boss = Viewer("boss", "Oscar Yip", "administrator")
    accounts = Reader(empty, boss).frame(select(users))
    assert list(accounts["username"]) == ["amy"]
    assert accounts["password_hash"].isna().all()


def test_an_analyst_reads_that_a_step_was_taken_but_not_what_was_written_about_the_customer(
    after_a_night: Path, tmp_path: Path
) -> None:
    copy_of(after_a_night, tmp_path / "data")
    stores = stores_in(tmp_path / "data")
    a, s = app_schema.alerts, app_schema.alert_steps
    alert = Reader(stores, ONE_RM).frame(select(a).where(a.c.rm_id == ONE_RM.rm_id)).iloc[0]
    note = "Mrs Chan of Sai Ying Pun is ill"
    record_step(stores, ONE_RM, alert["alert_id"], "contacted", note, int(alert["version"]))
    assert note in set(Reader(stores, ONE_RM).frame(select(s))["note"])
    analyst = Reader(stores, EVERYBODY["analyst"])
    for source in (s, s.alias(), select(s).subquery()):
        seen = analyst.frame(select(source))
        assert "contacted" in set(seen["step"])
        assert seen["note"].isna().all()
    assert analyst.frame(select(s).where(s.c.note == note)).empty
    stores.app_db.dispose()

"""A viewer sees her own rows and no others, whatever the question looks like.

The judge is a bank narrowed by hand: another database that holds only the viewer's rows. Any question to the whole
bank through the door must get the answer that the same question gets from that bank.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.pool import StaticPool

from tests.warehouse.onlookers import ANOTHER_RM, LEAD, ONE_RM
from tests.warehouse.shapes import WHAT, questions
from warehouse import schema
from warehouse.access.reader import SYSTEM, Reader, Viewer, may_see, narrow
from warehouse.errors import AccessRefused
from warehouse.schema import BANK
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from warehouse.stores.snapshot_files import snapshot_file

customers, accounts = schema.customers, schema.accounts
OWN = {
    "relationship_manager": "customer_id IN (SELECT customer_id FROM old.unified.customers WHERE rm_id = '{0.rm_id}')",
    "team_lead": "customer_id IN (SELECT customer_id FROM old.unified.customers c JOIN "
    "old.unified.relationship_managers r USING (rm_id) WHERE r.team = '{0.team}')",
}
PEOPLE_OF_THE_TEST = {
    "an RM": ONE_RM,
    "another RM": ANOTHER_RM,
    "a team lead": LEAD,
    "an analyst": Viewer("ana", "Ana Au", "analyst"),
    "a seller": Viewer("sal", "Sal So", "sales"),
}
SEEN = {"sales": [customers, schema.leads]}


def _narrowed_by_hand(file: Path, viewer: Viewer) -> Engine:
    engine = create_engine("duckdb:///:memory:", poolclass=StaticPool)
    with engine.connect() as db:
        db.execute(text(f"ATTACH '{file}' AS old (READ_ONLY)"))
        for name in (schema.UNIFIED, schema.DERIVED):
            db.execute(text(f"CREATE SCHEMA {name}"))
        BANK.create_all(db)
        for table in BANK.tables.values():
            rule, blank = "true", set()
            if viewer.role in OWN and "customer_id" in table.c:
                rule = OWN[viewer.role].format(viewer)
            if viewer.role in ("analyst", "sales") and not (viewer.role == "sales" and table is schema.leads):
                blank = {c.key for c in table.c if c.info["personal"]}
            columns = ", ".join("NULL" if c.key in blank else f'"{c.key}"' for c in table.c)
            db.execute(
                text(f"INSERT INTO {table.fullname} SELECT {columns} FROM old.{table.fullname} WHERE {rule}")
            )
        db.commit()
    return engine


@pytest.fixture(scope="module")
def judge(night: Stores) -> Callable[[Viewer], Reader]:
    """Viewer → a reader of the bank narrowed by hand to that viewer."""
    file = snapshot_file(night.settings, night.snapshot())

    @cache
    def reader(viewer: Viewer) -> Reader:
        settings = Settings(data_dir=night.settings.data_dir, warehouse_url="by hand")
        engine = _narrowed_by_hand(file, viewer)
        return Reader(
            Stores(settings, lambda: datetime(2026, 7, 1), night.app_db, {"server": engine}), SYSTEM
        )

    return reader


def _answer(reader: Reader, statement) -> list[tuple]:
    frame = reader.frame(statement)
    rows = [
        tuple("" if pd.isna(v) or v is None else str(v) for v in row)
        for row in frame.astype(object).to_numpy()
    ]
    return sorted(rows)


@pytest.mark.parametrize("who", sorted(PEOPLE_OF_THE_TEST))
@given(data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_question_gets_the_answer_of_the_viewers_own_rows(who: str, data, night: Stores, judge) -> None:
    viewer = PEOPLE_OF_THE_TEST[who]
    tables = SEEN.get(viewer.role, list(WHAT))
    statement = data.draw(questions(tables).filter(lambda q: viewer.role != "sales" or _no_accounts(q)))
    assert _answer(Reader(night, viewer), statement) == _answer(judge(viewer), statement)


def _no_accounts(statement) -> bool:
    """Sales sees accounts only as totals, which another file tests."""
    return "unified.accounts" not in str(statement)


def test_the_judge_would_notice_a_question_that_is_not_narrowed(night: Stores, judge) -> None:
    everything = select(customers.c.customer_id)
    assert _answer(Reader(night, SYSTEM), everything) != _answer(judge(ONE_RM), everything)
    assert 0 < len(_answer(judge(ONE_RM), everything)) < len(_answer(judge(LEAD), everything))


def test_a_recursive_question_is_narrowed_in_every_round(as_rm: Reader, judge) -> None:
    first = select(customers.c.customer_id, customers.c.rm_id).where(customers.c.segment == "private")
    chain = first.cte("chain", recursive=True)
    more = customers.alias()
    chain = chain.union(select(more.c.customer_id, more.c.rm_id).join(chain, more.c.rm_id == chain.c.rm_id))
    statement = select(chain)
    answer = _answer(as_rm, statement)
    assert answer
    assert answer == _answer(judge(ONE_RM), statement)


def test_every_table_of_customers_is_narrowed_for_an_rm_and_a_team_lead(night: Stores, judge) -> None:
    for viewer in (ONE_RM, LEAD):
        for table in BANK.tables.values():
            if "customer_id" not in table.c or may_see(viewer, table) is None:
                continue
            statement = select(table.c.customer_id, func.count().label("n")).group_by(table.c.customer_id)
            assert _answer(Reader(night, viewer), statement) == _answer(judge(viewer), statement), table.name


def test_two_rms_share_no_customer_and_a_lead_sees_the_whole_team(night: Stores) -> None:
    def seen(viewer: Viewer) -> set[str]:
        return set(Reader(night, viewer).frame(select(customers.c.customer_id))["customer_id"])

    managers = Reader(night, SYSTEM).frame(select(schema.relationship_managers))
    team = managers[managers["team"] == LEAD.team]["rm_id"]
    each = [seen(Viewer(rm, rm, "relationship_manager", rm_id=rm)) for rm in team]
    assert len(set.union(*each)) == sum(map(len, each))
    assert seen(LEAD) == set.union(*each)


def test_a_customer_of_somebody_else_is_not_found_by_number(night: Stores) -> None:
    hers = Reader(night, ONE_RM)
    others = Reader(night, ANOTHER_RM).frame(select(customers.c.customer_id))["customer_id"]
    for table in (customers, accounts, schema.tickets, schema.customer_profiles, schema.customer_scores):
        assert hers.frame(select(table).where(table.c.customer_id.in_(list(others)))).empty, table.name


def test_a_question_of_one_who_sees_everything_is_not_rewritten() -> None:
    statement = select(customers.c.customer_id).where(customers.c.segment == "private")
    assert narrow(statement, SYSTEM) is statement
    campaign = select(schema.campaigns.c.name)
    assert narrow(campaign, ONE_RM) is campaign


@pytest.mark.parametrize(
    "viewer",
    [
        Viewer("x", "X", "relationship_manager"),
        Viewer("x", "X", "relationship_manager", rm_id=""),
        Viewer("x", "X", "relationship_manager", team="Central"),
        Viewer("x", "X", "team_lead"),
        Viewer("x", "X", "team_lead", rm_id="RM01"),
        Viewer("x", "X", "no_such_role", rm_id="RM01", team="Central"),
        Viewer("x", "X", ""),
    ],
)
def test_an_account_without_its_number_or_team_or_role_sees_no_customer(
    viewer: Viewer, night: Stores
) -> None:
    for table in (customers, accounts, schema.leads):
        with pytest.raises(AccessRefused):
            Reader(night, viewer).frame(select(table))


def test_an_rm_number_written_as_sql_is_only_a_number(night: Stores) -> None:
    sly = Viewer("x", "X", "relationship_manager", rm_id="RM01' OR '1'='1")
    assert Reader(night, sly).frame(select(customers)).empty


def test_two_viewers_have_the_same_row_rule_only_if_they_see_the_same_rows() -> None:
    viewers = [
        Viewer("a", "A", "relationship_manager", rm_id="1"),
        Viewer("b", "B", "relationship_manager", rm_id="2"),
        Viewer("c", "C", "team_lead", team="1"),
        Viewer("d", "D", "team_lead", team="1|2"),
        Viewer("e", "E", "relationship_manager"),
        Viewer("f", "F", "analyst"),
        Viewer("g", "G", "sales"),
        Viewer("h", "H", "relationship_manager", rm_id="1", team="2"),
        Viewer("i", "I", "relationship_manager", rm_id="1", covers=("C1",)),
        Viewer("j", "J", "relationship_manager", rm_id="1", covers=("C1", "C2")),
        Viewer("k", "K", "team_lead", team="1", covers=("C1",)),
    ]
    assert len({v.row_rule for v in viewers}) == len(viewers)
    twin = Viewer("z", "Z", "relationship_manager", rm_id="1")
    assert twin.row_rule == viewers[0].row_rule

"""Written SQL cannot be narrowed, so it is refused in every disguise, for every role, before it reaches an engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from sqlalchemy import (
    ARRAY,
    Column,
    Enum,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    bindparam,
    cast,
    column,
    delete,
    extract,
    false,
    func,
    insert,
    literal,
    literal_column,
    select,
    table,
    text,
    true,
    type_coerce,
    update,
    values,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, aliased
from sqlalchemy.sql import quoted_name
from sqlalchemy.types import TypeDecorator, UserDefinedType

from tests.warehouse.onlookers import EVERYBODY
from warehouse import schema
from warehouse.access.reader import SYSTEM, Reader, narrow
from warehouse.app_db import app_schema
from warehouse.errors import AccessRefused
from warehouse.stores.connect import Stores

c = schema.customers
ALL = "(SELECT count(*) FROM unified.customers)"


class Sly(UserDefinedType):
    """A type that writes SQL around every column of it."""

    cache_ok = True

    def column_expression(self, colexpr: Any) -> Any:
        return literal_column(ALL)


class Named(UserDefinedType):
    """A type whose name is SQL."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return f"VARCHAR) || {ALL} || CAST('' AS VARCHAR"


IN_PLACE_OF_A_NUMBER: Any = Named().get_col_spec()


class Worn(TypeDecorator):
    impl = Text
    cache_ok = True

    def column_expression(self, column: Any) -> Any:
        return literal_column(ALL)


class Base(DeclarativeBase):
    pass


class Mapped(Base):
    customer_id: ClassVar[InstrumentedAttribute[str]]
    __table__ = Table(
        "customers", Base.metadata, Column("customer_id", Text, primary_key=True), schema="unified"
    )


def _cells(*row: Any) -> Any:
    return values(column("x", Text), name="v").data([row])


DISGUISES: dict[str, Callable[[], Any]] = {
    "plain text": lambda: text("SELECT * FROM unified.customers"),
    "a string": lambda: "SELECT * FROM unified.customers",
    "nothing": lambda: None,
    "text with columns": lambda: text("SELECT full_name FROM unified.customers").columns(column("full_name")),
    "text as a subquery": lambda: select(
        text("SELECT full_name FROM unified.customers").columns(column("full_name")).subquery().c.full_name
    ),
    "text as a CTE": lambda: select(
        text("SELECT full_name FROM unified.customers").columns(column("full_name")).cte().c.full_name
    ),
    "text in the columns": lambda: select(text(ALL)).select_from(c),
    "a literal column": lambda: select(literal_column(ALL)),
    "a labelled literal column": lambda: select(c.c.customer_id, literal_column(ALL).label("n")),
    "text in WHERE": lambda: select(c.c.customer_id).where(text("1=1")),
    "text in ORDER BY": lambda: select(c.c.customer_id).order_by(text(ALL)),
    "text in GROUP BY": lambda: select(func.count()).select_from(c).group_by(text("1")),
    "text in HAVING": lambda: select(c.c.customer_id).group_by(c.c.customer_id).having(text("1=1")),
    "text in FROM": lambda: select(literal(1)).select_from(text("unified.customers")),
    "text in LIMIT": lambda: select(c.c.customer_id).limit(literal_column("1")),
    "text in an IN list": lambda: select(c.c.customer_id).where(c.c.customer_id.in_([literal_column(ALL)])),
    "text in a join": lambda: select(c.c.customer_id).join(schema.accounts, text("true")),
    "text in a function": lambda: select(func.max(text("full_name"))).select_from(c),
    "text in a case": lambda: select(c.c.customer_id).where(
        func.coalesce(literal_column("full_name"), "x") == "x"
    ),
    "text deep inside": lambda: select(c.c.customer_id).where(
        c.c.customer_id.in_(select(schema.accounts.c.customer_id).where(text("true")))
    ),
    "text in a scalar subquery": lambda: select(select(text(ALL)).scalar_subquery()),
    "text in a union": lambda: select(c.c.customer_id).union_all(
        select(text("full_name FROM unified.customers"))
    ),
    "text in a window": lambda: select(func.count().over(order_by=text(ALL))).select_from(c),
    "an operator": lambda: select(c.c.customer_id.op(f"|| {ALL} ||")("x")),
    "a comparing operator": lambda: select(c.c.customer_id).where(c.c.customer_id.bool_op("OR 1=1 OR")("x")),
    "an undeclared table": lambda: select(
        table("customers", column("full_name"), schema="unified").c.full_name
    ),
    "a bare column": lambda: select(column("full_name")).select_from(c),
    "a bare column in WHERE": lambda: select(c.c.customer_id).where(column("full_name") == "x"),
    "a table of the same name": lambda: select(
        Table("customers", MetaData(), Column("full_name", Text), schema="unified").c.full_name
    ),
    "a copy of the table": lambda: select(c.to_metadata(MetaData())),
    "the engine's own catalogue": lambda: select(table("duckdb_tables", column("sql")).c.sql),
    "a mapped class": lambda: select(Mapped),
    "an aliased mapped class": lambda: select(aliased(Mapped).customer_id),
    "from_statement": lambda: select(Mapped).from_statement(text("SELECT * FROM unified.customers")),
    "a hint": lambda: select(c.c.customer_id).with_hint(
        c, "UNION ALL SELECT full_name FROM unified.customers"
    ),
    "a hint of the statement": lambda: select(c.c.customer_id).with_statement_hint("UNION SELECT 1"),
    "a prefix": lambda: select(c.c.customer_id).prefix_with(f"{ALL} AS n,"),
    "a suffix": lambda: select(c.c.customer_id).suffix_with(
        "UNION ALL SELECT full_name FROM unified.customers"
    ),
    "a prefix inside": lambda: select(select(c.c.customer_id).prefix_with(f"{ALL} AS n,").subquery()),
    "a prefix of a CTE": lambda: select(select(c.c.customer_id).cte().prefix_with("MATERIALIZED")),
    "an unquoted label": lambda: select(c.c.customer_id.label(quoted_name(f"x, {ALL} AS n", quote=False))),
    "an unquoted alias": lambda: select(c.alias(quoted_name("a, unified.customers AS b", quote=False))),
    "an unquoted CTE": lambda: select(select(c).cte(quoted_name("a AS (SELECT 1), b", quote=False))),
    "an extracted field": lambda: select(
        extract(f"year FROM current_date) + {ALL} + EXTRACT(year", c.c.joined_on)
    ),
    "a value inserted as it stands": lambda: select(c.c.customer_id).where(
        c.c.birth_year > bindparam("x", 1, type_=Numeric, literal_execute=True)
    ),
    "a query in a function": lambda: select(
        func.query("SELECT full_name FROM unified.customers").table_valued("a")
    ),
    "a table named in a function": lambda: select(
        func.query_table("unified.customers").table_valued("full_name")
    ),
    "a file": lambda: select(func.read_csv("/etc/passwd").table_valued("column0")),
    "a text file": lambda: select(func.read_text("/etc/passwd").table_valued("content")),
    "a setting": lambda: select(func.current_setting("threads")),
    "an environment variable": lambda: select(func.getenv("HOME")),
    "the engine's tables": lambda: select(func.duckdb_tables().table_valued("sql")),
    "a file of the server": lambda: select(func.pg_read_file("/etc/passwd")),
    "a query as XML": lambda: select(
        func.query_to_xml("select * from unified.customers", true(), true(), "")
    ),
    "a change of a setting": lambda: select(func.set_config("role", "postgres", false())),
    "a function of a schema": lambda: select(func.pg_catalog.sum(c.c.birth_year)),
    "a function as a FROM": lambda: select(func.unnest(literal([1])).alias("n").column),
    "a row as a column": lambda: select(c.table_valued()),
    "a list of values with a query inside": lambda: select(
        _cells(select(func.max(c.c.email)).scalar_subquery())
    ),
    "a list of values": lambda: select(_cells("x")),
    "a sample": lambda: select(c.tablesample(func.bernoulli(10))),
    "a sort inside a total": lambda: select(func.count(aggregate_order_by(c.c.full_name, c.c.email))),
    "a type of one's own": lambda: select(type_coerce(c.c.customer_id, Sly)),
    "a dressed type": lambda: select(cast(c.c.customer_id, Worn)),
    "a collation": lambda: select(cast(c.c.customer_id, String(collation='C" FROM unified.customers --'))),
    "a named type": lambda: select(cast(c.c.customer_id, Enum("a", name="x) FROM unified.customers --"))),
    "a type for one engine": lambda: select(
        cast(c.c.customer_id, String().with_variant(Named(), "duckdb")).label("n")
    ),
    "a type of a list's items": lambda: select(cast(c.c.customer_id, ARRAY(Named())).label("n")),
    "a type of a function": lambda: select(func.coalesce(c.c.customer_id, type_=Sly())),
    "a length in words": lambda: select(cast(c.c.customer_id, String(IN_PLACE_OF_A_NUMBER))),
    "a precision in words": lambda: select(cast(c.c.birth_year, Numeric(IN_PLACE_OF_A_NUMBER, 2))),
    "a type of a value": lambda: select(literal("x", Sly)),
    "a lock": lambda: select(c.c.customer_id).with_for_update(),
    "a write": lambda: update(app_schema.alerts).values(status="closed"),
    "a write in a CTE": lambda: select(
        delete(app_schema.alerts).returning(app_schema.alerts.c.alert_id).cte()
    ),
    "an insert in a CTE": lambda: select(
        insert(app_schema.goals).values(metric="x").returning(app_schema.goals.c.metric).cte()
    ),
    "a write beside": lambda: select(app_schema.alerts.c.alert_id).add_cte(delete(app_schema.alerts).cte()),
    "an array": lambda: select(postgresql.array([literal_column(ALL)])),
    "a within group": lambda: select(func.percentile_cont(0.5).within_group(c.c.birth_year)),
}


@pytest.mark.parametrize("disguise", sorted(DISGUISES))
@pytest.mark.parametrize("role", ["system", "relationship_manager", "analyst", "executive"])
def test_written_sql_is_refused_in_every_disguise(role: str, disguise: str, night: Stores) -> None:
    viewer = SYSTEM if role == "system" else EVERYBODY[role]
    statement = DISGUISES[disguise]()
    with pytest.raises(AccessRefused):
        narrow(statement, viewer)
    with pytest.raises(AccessRefused):
        Reader(night, viewer).frame(statement)


def test_a_refusal_is_a_sentence_without_the_sql() -> None:
    with pytest.raises(AccessRefused) as refusal:
        narrow(DISGUISES["a literal column"](), SYSTEM)
    assert "unified" not in str(refusal.value)
    assert str(refusal.value).endswith(".")


def test_a_bank_opened_for_reading_reaches_no_file_and_writes_nothing(night: Stores) -> None:
    """Behind the door stands a second one: what the engine itself refuses."""
    with night.bank().connect() as bank:
        for order in (
            "SELECT * FROM read_csv('/etc/passwd')",
            "COPY unified.customers TO 'stolen.csv'",
            "ATTACH 'other.duckdb' AS other",
            "INSTALL httpfs",
            "SET enable_external_access = true",
            "DELETE FROM unified.customers",
            "CREATE TABLE unified.more (x INTEGER)",
        ):
            with pytest.raises(
                Exception, match=r"(?i)disabled|read-only|locked|cannot|not allowed|permission"
            ):
                bank.exec_driver_sql(order)
            bank.rollback()


def test_ordinary_questions_are_not_taken_for_written_sql(as_rm: Reader) -> None:
    first = select(c.c.customer_id, func.lower(c.c.segment).label("s")).order_by("s").limit(3).offset(1)
    assert len(as_rm.frame(first)) == 3
    assert len(as_rm.frame(select(c).where(c.c.full_name.ilike("%a%", escape="\\")).fetch(2))) == 2
    ((private,),) = as_rm.rows(select(func.count().filter(c.c.segment == "private")))
    assert private >= 0
    years = cast(c.c.birth_year, Text) + "!"
    assert as_rm.frame(select(years.label("y"))).y.dropna().str.endswith("!").all()

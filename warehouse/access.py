"""The one door for reading: who is looking decides which rows, which columns, and whether only totals.

Every table a statement mentions, however deep, is replaced by the viewer's rows of it. Without a rule there is no
access. Written SQL cannot be narrowed and is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

import pandas as pd
from sqlalchemy import ColumnElement, Engine, Select, Table, and_, null, select, true
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BindParameter, ColumnClause, Label, Null, TextClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import FromClause, ScalarSelect, Subquery, TableClause, TextualSelect

from warehouse import desk, schema
from warehouse.connect import Stores
from warehouse.errors import AccessRefused

ROLES = (
    "relationship_manager",
    "team_lead",
    "service",
    "sales",
    "marketing",
    "analyst",
    "executive",
    "administrator",
)

PEOPLE = "__people"
"""Suffix of the column that counts the people behind a figure, for viewers who see only totals."""

IDENTIFYING = frozenset(
    {
        *("customer_id", "lead_id", "account_id", "transaction_id", "touch_id", "ticket_id"),
        *("survey_id", "answer_id", "alert_id", "acquired_by_lead_id", "username"),
    }
)


@dataclass(frozen=True)
class Viewer:
    """Who is looking. `rm_id` belongs to a relationship manager, `team` to a team lead."""

    username: str
    full_name: str
    role: str
    rm_id: str | None = None
    team: str | None = None

    @property
    def row_rule(self) -> str:
        """A text that is equal for two viewers exactly when they may see the same rows: part of every cache key."""
        own = {"relationship_manager": self.rm_id, "team_lead": self.team}.get(self.role)
        return f"{self.role}|{len(own or '')}:{own or ''}"


SYSTEM = Viewer(username="nightly", full_name="Nightly job", role="system")
"""The nightly job sees every row. No account can have this role."""


class See(Enum):
    """How much of a table a role sees."""

    EVERYTHING = "all rows, personal columns too"
    UNNAMED = "all rows, personal columns blank"
    OWN = "the rows of the viewer's customers"
    TOTALS = "totals over enough people, no single row"


_REFERENCE = dict.fromkeys(
    ("relationship_managers", "campaigns", "campaign_days", "loads", "goals"), See.EVERYTHING
)
_BANK = tuple(t.name for t in schema.BANK.tables.values())
_OF_A_CUSTOMER = tuple(
    t.name for t in schema.BANK.tables.values() if "customer_id" in t.c and t.name not in _REFERENCE
)

RULES: dict[str, dict[str, See]] = {
    "system": dict.fromkeys([*_BANK, *desk.DESK.tables], See.EVERYTHING),
    "relationship_manager": {
        **_REFERENCE,
        **dict.fromkeys([*_OF_A_CUSTOMER, "alerts", "alert_steps"], See.OWN),
    },
    "team_lead": {**_REFERENCE, **dict.fromkeys([*_OF_A_CUSTOMER, "alerts", "alert_steps"], See.OWN)},
    "service": {**_REFERENCE, **dict.fromkeys(["customers", "tickets", "surveys"], See.EVERYTHING)},
    "sales": {
        **_REFERENCE,
        "leads": See.EVERYTHING,
        **dict.fromkeys(["customers", "touches", "touch_credits"], See.UNNAMED),
        **dict.fromkeys(["revenues", "accounts", "surveys"], See.TOTALS),
    },
    "marketing": {**dict.fromkeys([*_OF_A_CUSTOMER, "alerts"], See.TOTALS), **_REFERENCE},
    "analyst": {
        **dict.fromkeys([*_BANK, "alerts", "alert_steps"], See.UNNAMED),
        **_REFERENCE,
    },
    "executive": {
        **dict.fromkeys([*_OF_A_CUSTOMER, "alerts", "staff_surveys"], See.TOTALS),
        **_REFERENCE,
    },
    "administrator": {**dict.fromkeys(["loads", "goals", "users", "audit_log"], See.EVERYTHING)},
}
"""Role → table → how much. A table that is not listed is not seen at all."""

_WRITTEN_SQL = "This question was refused: it contains written SQL, which cannot be limited to your rows."


def may_see(viewer: Viewer, table: Table) -> See | None:
    """How much of `table` the viewer sees, or None."""
    return RULES.get(viewer.role, {}).get(table.name)


def narrow(statement: Select, viewer: Viewer) -> Select:
    """`statement` over the viewer's rows only. Raises AccessRefused when no rule covers a table, or for written SQL."""
    tables = _tables(statement)
    sees: dict[Table, See] = {}
    for table in tables:
        see = may_see(viewer, table)
        if see is None:
            raise AccessRefused(
                f"Your role ({viewer.role.replace('_', ' ')}) does not include {table.name.replace('_', ' ')}. "
                "If you need it for your work, ask the data office."
            )
        sees[table] = see
    if See.TOTALS in sees.values():
        _only_totals(statement)
    visible = {t: _visible_rows(t, see, viewer) for t, see in sees.items()}
    replaced = {t: rows for t, rows in visible.items() if rows is not None}
    if not replaced:
        # A viewer who sees everything runs the statement as it is: the rewrite costs four times the plain query.
        return statement

    def swap(element: Any, **_: Any) -> Any:
        if isinstance(element, Table):
            return replaced.get(element)
        if isinstance(element, ColumnClause) and element.table in replaced:
            return replaced[element.table].c[element.key]
        return None

    return cast(Select, visitors.replacement_traverse(statement, {}, swap))


def _tables(statement: Select) -> set[Table]:
    """Every table the statement mentions. Raises AccessRefused for anything that is not a declared table."""
    known = {*schema.BANK.tables.values(), *desk.DESK.tables.values()}
    found: set[Table] = set()
    for element in visitors.iterate(statement):
        written = (
            isinstance(element, TextClause | TextualSelect)
            # EXISTS writes a bare star, which stands for the narrowed rows.
            or (isinstance(element, ColumnClause) and element.is_literal and element.name != "*")
            or isinstance(getattr(element, "operator", None), operators.custom_op)
        )
        if written or getattr(element, "_statement_hints", None) or getattr(element, "_hints", None):
            raise AccessRefused(_WRITTEN_SQL)
        if isinstance(element, TableClause):
            if element not in known:
                raise AccessRefused(_WRITTEN_SQL)
            found.add(element)
        elif isinstance(element, ColumnClause) and isinstance(element.table, Table):
            # A column may be mentioned without its table standing in a FROM; it would be added there.
            if element.table not in known:
                raise AccessRefused(_WRITTEN_SQL)
            found.add(element.table)
    return found


def _visible_rows(table: Table, see: See, viewer: Viewer) -> Subquery | None:
    """The viewer's rows of `table` as a subquery of the same name and columns; None when that is the table itself."""
    personal = {c.key for c in table.c if c.info.get("personal")}
    blank = personal if see in (See.UNNAMED, See.TOTALS) else set()
    rule = _own(table, viewer) if see is See.OWN else true()
    if table is desk.alerts and viewer.role != "system":
        # A held-out alert is shown to nobody, or the comparison with the others is spoilt.
        rule = and_(rule, table.c.arm == "treated")
    if not blank and rule is true():
        return None
    columns = [null().cast(c.type).label(c.key) if c.key in blank else c for c in table.c]
    return select(*columns).where(rule).subquery(table.name)


def _own(table: Table, viewer: Viewer) -> ColumnElement[bool]:
    """The row rule of an RM or a team lead. A viewer without RM number or team sees nothing: it fails closed."""
    if viewer.role == "relationship_manager" and viewer.rm_id:
        mine: ColumnElement[bool] = schema.customers.c.rm_id == viewer.rm_id
    elif viewer.role == "team_lead" and viewer.team:
        managers = schema.relationship_managers
        mine = schema.customers.c.rm_id.in_(select(managers.c.rm_id).where(managers.c.team == viewer.team))
    else:
        raise AccessRefused(
            "Your account has no customers yet: its RM number or team is missing. Ask an administrator to add it."
        )
    if table.metadata is desk.DESK:
        return table.c.rm_id == viewer.rm_id if viewer.rm_id else table.c.team == viewer.team
    if table is schema.customers:
        return mine
    return table.c.customer_id.in_(select(schema.customers.c.customer_id).where(mine))


def _only_totals(statement: Select) -> None:
    """Raise AccessRefused unless every column out is a total, or a group that names no person."""
    if not isinstance(statement, Select):
        raise AccessRefused("Your role sees totals only, and this question asks for single rows.")
    groups = list(statement._group_by_clauses)
    for group in groups:
        for leaf in _leaves(group):
            if leaf.key in IDENTIFYING or leaf.info.get("personal"):
                raise AccessRefused("Your role sees totals only, and this question singles out people.")
    names = {c.key for c in statement.selected_columns}
    for column in statement.selected_columns:
        inner = column.element if isinstance(column, Label) else column
        if _is_group(inner, groups):
            continue
        if not _is_total(inner, groups):
            raise AccessRefused("Your role sees totals only, and this question asks for single rows.")
        if not str(column.key).endswith(PEOPLE) and f"{column.key}{PEOPLE}" not in names:
            raise AccessRefused(
                "Your role sees totals only, and this total does not say over how many people."
            )


def _leaves(expression: Any) -> list[ColumnClause]:
    """The columns a grouping can show; of a look-up only what it returns."""
    if isinstance(expression, ScalarSelect):
        return [leaf for c in expression.element.selected_columns for leaf in _leaves(c)]
    if isinstance(expression, ColumnClause):
        return [expression]
    return [leaf for child in expression.get_children() for leaf in _leaves(child)]


def _is_group(expression: Any, groups: list[Any]) -> bool:
    return any(
        expression is g or expression is getattr(g, "element", None) or expression.compare(g) for g in groups
    )


_TOTALS = frozenset({"count", "sum", "avg", "median"})


def _is_total(expression: Any, groups: list[Any]) -> bool:
    if isinstance(expression, FunctionElement) and getattr(expression, "name", "").lower() in _TOTALS:
        return True
    if isinstance(expression, BindParameter | Null) or _is_group(expression, groups):
        return True
    # A function counts as a table to the library, since some return one.
    if isinstance(expression, ColumnClause | ScalarSelect | FromClause) and not isinstance(
        expression, FunctionElement
    ):
        return False
    children = list(expression.get_children())
    return bool(children) and all(_is_total(child, groups) for child in children)


class Reader:
    """A viewer at the door: every question goes through here and comes back narrowed."""

    def __init__(self, stores: Stores, viewer: Viewer, snapshot: str | None = None):
        self.stores, self.viewer = stores, viewer
        self.snapshot = snapshot

    def sees_totals_only(self, *tables: Table) -> bool:
        """Whether the viewer sees `tables` only as totals, so that the question must count its people."""
        return any(may_see(self.viewer, t) is See.TOTALS for t in tables)

    def frame(self, statement: Select) -> pd.DataFrame:
        """The answer as a frame. Figures about too few people are blank for viewers who see only totals."""
        tables = _tables(statement)
        narrowed = narrow(statement, self.viewer)
        engine = self._engine(tables)
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                connection = connection.execution_options(reading=True)
            result = connection.execute(narrowed)
            if engine.dialect.name == "duckdb":
                frame = cast(Any, result.cursor).fetch_df()
                frame.columns = list(result.keys())
            else:
                frame = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
        return self._without_small_cells(frame) if self.sees_totals_only(*tables) else frame

    def sql(self, statement: Select) -> str:
        """The statement as the engine reads it, with its values written in; for people to read, never to run."""
        dialect = self._engine(_tables(statement)).dialect
        return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))

    def rows(self, statement: Select) -> list[Any]:
        """The answer as plain rows, for a handful of them."""
        return list(self.frame(statement).astype(object).itertuples(index=False, name="Row"))

    def _engine(self, tables: set[Table]) -> Engine:
        if tables and all(t.metadata is desk.DESK for t in tables):
            return self.stores.desk
        return self.stores.bank(self.snapshot)

    def _without_small_cells(self, frame: pd.DataFrame) -> pd.DataFrame:
        for people in [c for c in frame.columns if c.endswith(PEOPLE)]:
            few = frame[people].between(1, self.stores.settings.smallest_cell - 1)
            value = people.removesuffix(PEOPLE)
            frame[value] = frame[value].mask(few)
            # How few they are says as much as the figure itself.
            frame[people] = frame[people].mask(few)
        return frame

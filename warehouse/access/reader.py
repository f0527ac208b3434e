"""The one door for reading: who is looking decides which rows, which columns, and whether only totals.

Every table a statement mentions, however deep, is replaced by the viewer's rows of it. Without a rule there is no
access. Written SQL cannot be narrowed and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Dialect,
    Engine,
    Select,
    Table,
    and_,
    false,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.selectable import Subquery

from warehouse import schema
from warehouse.access.record_rights import kinds_seen
from warehouse.access.roles import COUNTED, RULES, Access
from warehouse.access.sql_allow_list import WRITTEN_SQL, tables_of
from warehouse.app_db import app_schema
from warehouse.disclosure.aggregate_statements import check_aggregates, groups_of
from warehouse.disclosure.global_recoding import recoded
from warehouse.disclosure.month_edges import check_month_edges
from warehouse.disclosure.people_behind import PEOPLE
from warehouse.disclosure.primary_suppression import without_small_cells
from warehouse.errors import AccessRefused
from warehouse.retry import ask
from warehouse.schema import plain
from warehouse.sql import statement_key
from warehouse.sql.statement_parts import parts_of
from warehouse.stores import frames, postgresql
from warehouse.stores.connect import Stores
from warehouse.stores.run_memo import current

Answer = TypeVar("Answer")
QUESTION = "question."
"""How the audit log's actions begin by which a program only asked: nothing was written, so what is kept stays true."""
ROWS_KEPT = 20_000
"""Rows of the bank that are kept of one answer; a longer list is read anew each time."""


@dataclass(frozen=True)
class Viewer:
    """Who is looking. `rm_id` belongs to a relationship manager, `team` to a team lead.

    An RM's own `team` only opens the team's pool of alerts to her. `covers` are customers of somebody else, whose
    alert she, or a lead's team, works at the moment.
    """

    username: str
    full_name: str
    role: str
    rm_id: str | None = None
    team: str | None = None
    covers: tuple[str, ...] = ()

    @property
    def row_rule(self) -> str:
        """A text that is equal for two viewers exactly when they may see the same rows."""
        return repr(self.nameless())

    def nameless(self) -> Viewer:
        """What of a viewer decides which rows she sees, and nothing else: what answers that are kept may depend on."""
        if self.role not in ("relationship_manager", "team_lead"):
            return Viewer("", "", self.role)
        own = self.rm_id if self.role == "relationship_manager" else None
        return Viewer("", "", self.role, own, self.team, self.covers)


def audience(viewer: Viewer) -> str:
    """Whose content of a kept meeting's pack a viewer reads: her role's, or that of one RM or one team."""
    own = {"relationship_manager": viewer.rm_id, "team_lead": viewer.team}.get(viewer.role)
    return f"{viewer.role} {own}" if own else viewer.role


SYSTEM = Viewer(username="nightly", full_name="Nightly job", role="system")
"""The nightly run sees every row. No account can have this role."""


_ABOUT_STAFF = frozenset({app_schema.users, app_schema.sessions})
"""Tables about colleagues: how many used Concord is counted by the day."""
_WRITTEN_ABOUT_PEOPLE = {"alert_steps": frozenset({"note"}), "lead_reviews": frozenset({"note"})}
"""Free text of the application database that may name a customer: who sees no names does not read it."""


def may_see(viewer: Viewer, table: Table) -> Access | None:
    """How much of `table` the viewer sees, or None."""
    return RULES.get(viewer.role, {}).get(table.name)


def narrow(statement: Select, viewer: Viewer) -> Select:
    """`statement` over the viewer's rows only. Raises AccessRefused when no rule covers a table, or for written SQL."""
    return _narrowed(statement, viewer, tables_of(statement))


_WITH_CUSTOMERS = frozenset({app_schema.records, app_schema.record_entries})
_OF_WHOM_SHE_SEES = frozenset({app_schema.interactions, app_schema.customer_tasks})
"""What was written about a customer, for whoever sees the customer now, also while she only covers them."""
_OF_A_KIND = _WITH_CUSTOMERS | {
    app_schema.record_mentions,
    app_schema.record_files,
    app_schema.record_links,
    app_schema.meeting_packs,
}
"""Tables of which each role reads the rows of some kinds."""
_AUDITED = frozenset(app_schema.APP_DB.tables.values()) - {
    app_schema.sessions,
    app_schema.sign_in_failures,
    app_schema.api_tokens,
    app_schema.outbox,
    app_schema.page_days,
}
"""Tables whose every change has a line in the audit log; of the others some are mere bookkeeping."""


def _narrowed(
    statement: Select, viewer: Viewer, tables: set[Table], *, counting_people: bool = True
) -> Select:
    sees = _checked(statement, viewer, tables, counting_people=counting_people)
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

    narrowed = cast(Select, visitors.replacement_traverse(statement, {}, swap))
    _check_narrowed(narrowed, replaced)
    return narrowed


def _checked(
    statement: Select, viewer: Viewer, tables: set[Table], *, counting_people: bool
) -> dict[Table, Access]:
    """How much of each table the viewer sees. Raises AccessRefused for what she may not ask."""
    sees: dict[Table, Access] = {}
    for table in tables:
        see = may_see(viewer, table)
        if see is None:
            raise AccessRefused(
                f"Your role ({plain(viewer.role)}) does not include {plain(table.name)}. "
                "If you need it for your work, ask your administrator."
            )
        sees[table] = see
    if Access.AGGREGATES_ONLY in sees.values():
        check_aggregates(statement, counting_people=counting_people)
        if not tables <= _ABOUT_STAFF:
            check_month_edges(statement)
    return sees


def _check_narrowed(narrowed: Select, replaced: dict[Table, Subquery]) -> None:
    """Fail closed, should a release of the library one day leave a table in place that had to be replaced."""
    rows = frozenset(id(r) for r in replaced.values())
    if any(isinstance(part, Table) and part in replaced for part in parts_of(narrowed, but_not_inside=rows)):
        raise AccessRefused(WRITTEN_SQL)


def _visible_rows(table: Table, see: Access, viewer: Viewer) -> Subquery | None:
    """The viewer's rows of `table` as a subquery of the same name and columns; None when that is the table itself."""
    personal = {c.key for c in table.c if c.info.get("personal")}
    personal |= _WRITTEN_ABOUT_PEOPLE.get(table.name, frozenset())
    blank = personal if see in (Access.MASKED, Access.AGGREGATES_ONLY) else set()
    if viewer.role != "system":
        # A password's hash is for the sign-in alone; it reads the application database itself and shows it to nobody.
        blank = blank | {c.key for c in table.c if c.info.get("secret")}
    rule = _own(table, viewer) if see is Access.OWN_ROWS else true()
    if table is app_schema.alerts and viewer.role != "system":
        # A held-out alert is shown to nobody, or the comparison with the others is spoilt.
        rule = and_(rule, table.c.arm == "treated")
    if table is app_schema.test_assignments and viewer.role not in ("system", "analyst"):
        # Who works with customers learns whom the change is for, not who was kept without it.
        rule = and_(rule, table.c.arm == "treated")
    if table is app_schema.meeting_packs and viewer.role != "system":
        rule = and_(rule, table.c.audience == audience(viewer))
    if table is schema.rollups:
        rule = and_(rule, _totals_of_whole_tables(viewer))
    if viewer.role != "system" and table in _OF_A_KIND:
        rule = and_(rule, table.c.kind.in_(sorted(kinds_seen(viewer.role))))
        if table in _WITH_CUSTOMERS:
            rule = and_(rule, or_(table.c.customer_id.is_(None), _of_her_customers(table, viewer)))
    if table is app_schema.pinned_figures and viewer.role != "system":
        # A figure that her role could not have asked is not hers to read because somebody pinned it.
        rule = and_(rule, table.c.audiences.contains(f" {viewer.role} "))
    if table is app_schema.issued_review_contents and viewer.role != "system":
        rule = and_(rule, table.c.audience == app_schema.REVIEW_AUDIENCES.get(viewer.role, ""))
    if not blank and rule is true():
        return None
    columns = [null().cast(c.type).label(c.key) if c.key in blank else c for c in table.c]
    return select(*columns).where(rule).subquery(table.name)


def _sees_whole(role: str, table: Table) -> bool:
    return RULES.get(role, {}).get(table.name) in (Access.ALL_ROWS, Access.MASKED)


def _totals_of_whole_tables(viewer: Viewer) -> ColumnElement[bool]:
    """The daily totals of what the viewer sees row by row; those of any other table are more than she may see."""
    t = schema.rollups.c.sources
    unseen = [f for f in COUNTED if not _sees_whole(viewer.role, f)]
    return and_(true(), *(~t.contains(f" {table.name} ") for table in unseen))


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
    if table in _OF_WHOM_SHE_SEES:
        return _of_her_customers(table, viewer)
    if table.metadata is app_schema.APP_DB:
        return _own_in_app_db(table, viewer)
    if viewer.covers:
        mine = or_(mine, schema.customers.c.customer_id.in_(viewer.covers))
    if table is schema.customers:
        return mine
    return table.c.customer_id.in_(select(schema.customers.c.customer_id).where(mine))


def _own_in_app_db(table: Table, viewer: Viewer) -> ColumnElement[bool]:
    """An RM's work, what others do for her customers, and alerts that nobody works yet; a lead's the team's."""
    nobodys = and_(table.c.rm_id.is_(None), table.c.team.is_(None))
    if viewer.role == "team_lead":
        own: ColumnElement[bool] = table.c.team == viewer.team
    else:
        own = or_(table.c.rm_id == viewer.rm_id, table.c.customer_rm_id == viewer.rm_id)
        if viewer.team:
            own = or_(own, and_(table.c.rm_id.is_(None), table.c.team == viewer.team))
    return or_(own, nobodys) if table is app_schema.alerts else own


def _of_her_customers(table: Table, viewer: Viewer) -> ColumnElement[bool]:
    """The records about customers that the viewer sees by name; without an RM number or a team none: it fails closed."""
    if _sees_whole(viewer.role, schema.customers) and viewer.role == "service":
        return true()
    if (viewer.role == "relationship_manager" and viewer.rm_id) or (
        viewer.role == "team_lead" and viewer.team
    ):
        mine = _own_in_app_db(table, viewer)
        return or_(mine, table.c.customer_id.in_(viewer.covers)) if viewer.covers else mine
    return false()


_OF_APP_DB: dict[int, bool] = {}
"""Shape of a statement → whether it reads what people write, so that a kept answer is looked for in the right place."""


def _reads_app_db(statement: Any) -> bool:
    return any(t.metadata is app_schema.APP_DB for t in tables_of(statement))


class Reader:
    """A viewer at the door: every question goes through here and comes back narrowed."""

    may_keep = True
    """Whether what people wrote may be answered from what was read before."""

    def __init__(self, stores: Stores, viewer: Viewer, snapshot: str | None = None):
        self.stores, self.viewer = stores, viewer
        self.snapshot = snapshot

    def sees_totals_only(self, *tables: Table) -> bool:
        """Whether the viewer sees `tables` only as totals, so that the question must count its people."""
        return any(may_see(self.viewer, t) is Access.AGGREGATES_ONLY for t in tables)

    def sees_whole(self, *tables: Table) -> bool:
        """Whether the viewer sees every row of `tables` by itself, so that a total of all tells her nothing new."""
        return all(_sees_whole(self.viewer.role, t) for t in tables)

    @property
    def smallest_cell(self) -> int:
        """The bank's minimum cell size: how many people a figure must be about to be shown to who sees totals only."""
        return self.stores.settings.smallest_cell

    def hidden_below(self, *tables: Table) -> int | None:
        """The minimum cell size, where it holds for the viewer's figures of `tables`; None where none is hidden."""
        return self.smallest_cell if self.sees_totals_only(*tables) else None

    @property
    def dialect(self) -> Dialect:
        """That of the engine that answers about the bank."""
        return self.stores.bank(self.snapshot).dialect

    @property
    def forgives_typos(self) -> bool:
        """Whether that engine can say how like two words are; a server needs its extension `pg_trgm` for it."""
        engine = self.stores.bank(self.snapshot)
        return engine.dialect.name == "duckdb" or postgresql.has_trigrams(engine)

    def frame(self, statement: Select) -> pd.DataFrame:
        """The answer as a frame. Figures about too few people are blank for viewers who see only totals.

        In a run of a page what people write is read once for as long as nobody writes, and the bank once for as long as
        its snapshot is served; see `warehouse.stores.run_memo`.
        """
        key = self._key(statement)
        if key is None:
            return self._visible(statement, tables_of(statement))
        of_app_db = self.is_of_app_db(statement)
        state = None if of_app_db else self.stores.state_of(self.snapshot or self.stores.snapshot())
        if of_app_db:
            kept = self.stores.app_db_answers.find(key, self._version)
        else:
            kept = self.stores.bank_answers.find((state, key))
        if kept is not None:
            return cast(pd.DataFrame, kept.copy(deep=False))
        tables = tables_of(statement)
        frame = self._visible(statement, tables)
        if not of_app_db and len(frame) <= ROWS_KEPT:
            self.stores.bank_answers.keep((state, key), frame)
        elif of_app_db and tables <= _AUDITED:
            self.stores.app_db_answers.keep(key, frame.copy(deep=False))
        elif of_app_db and (run := current()) is not None:
            run.note(partial(self.frame, statement), frame.copy(deep=False))
        return frame

    def _visible(self, statement: Select, tables: set[Table]) -> pd.DataFrame:
        """The answer without what is about too few people for the viewer."""
        frame = self._answer(statement, tables)
        if self.sees_totals_only(*tables):
            frame = without_small_cells(frame, self.smallest_cell, groups_of(statement))
        return frame

    def _key(self, statement: Select) -> Hashable:
        """Equal for two statements that ask the same as one viewer; None outside a run of a page."""
        if not self.may_keep or current() is None or not isinstance(statement, Select | CompoundSelect):
            return None
        key = statement_key.of(statement)
        if key is None:
            return None
        shape, values = key
        typed = tuple((type(v), tuple(v) if isinstance(v, list) else v) for v in values)
        return self.viewer.nameless(), shape, typed

    def kept(self, function: Callable[[Reader], Answer]) -> Answer:
        """`function(self)`, done once for as long as nobody writes; it may depend on what people wrote and nothing else.

        What it gives is shared, so it must not be changed.
        """
        if not self.may_keep or current() is None:
            return function(self)
        key, answers = (self.viewer.nameless(), function), self.stores.app_db_answers
        answer = answers.find(key, self._version)
        if answer is None:
            answer = function(self)
            answers.keep(key, answer)
        return cast("Answer", answer)

    def written(self) -> int:
        """The version of what people wrote, asked for once a run of a page."""
        run = current()
        if run is None:
            return self._version()
        if run.version is None:
            run.version = self._version()
        return run.version

    def _version(self) -> int:
        """The version of what people wrote: the last line of the audit log that is more than a program's question."""
        line = app_schema.audit_log.c
        last = select(line.line).where(~line.action.startswith(QUESTION)).order_by(line.line.desc()).limit(1)
        with self.stores.read_app_db() as app_db:
            return app_db.execute(last).scalar() or 0

    def spread(self, statement: Select, along: str, within: tuple[str, ...] = ()) -> pd.DataFrame:
        """People counted by a number such as days waited: `along` and `people`, for each of the groups `within`.

        Where the viewer sees only totals, too few people are put together with their neighbours instead of left blank,
        so that a median is still one over everybody. The statement gives these columns and how many people, no others.
        """
        if list(statement.selected_columns.keys()) != [*within, along, "people", f"people{PEOPLE}"]:
            raise AccessRefused("Only people counted along one number can be put together.")
        tables = tables_of(statement)
        frame, counted = self._answer(statement, tables), f"people{PEOPLE}"
        if not self.sees_totals_only(*tables):
            return frame[[*within, along, "people"]]
        # What a statement calls people may be anything; only this column is sure to count each of them once.
        people = frame[[*within, along, counted]].rename(columns={counted: "people"})
        if not within:
            return recoded(people, along, self.smallest_cell)
        parts = [people.iloc[:0]]
        for _, rows in people.groupby(list(within), dropna=False):
            group = rows[list(within)].head(1)
            parts.append(
                group.merge(recoded(rows[[along, "people"]], along, self.smallest_cell), how="cross")
            )
        return pd.concat(parts, ignore_index=True).astype(people.dtypes)

    def _answer(self, statement: Select, tables: set[Table], *, counting_people: bool = True) -> pd.DataFrame:
        """Every figure of the viewer's rows, also those about too few people: for the doors here alone."""
        narrowed = _narrowed(statement, self.viewer, tables, counting_people=counting_people)
        engine = self._engine(tables)

        def answer(connection: Connection) -> pd.DataFrame:
            if engine.dialect.name == "sqlite":
                connection = connection.execution_options(reading=True)
            if any(t.metadata is schema.BANK for t in tables):
                return frames.frame(connection, narrowed)
            result = connection.execute(narrowed)
            return pd.DataFrame(result.fetchall(), columns=list(result.keys()))

        return ask(engine, answer)

    def in_parts(self, table: Table) -> Iterator[pd.DataFrame]:
        """All the viewer's rows of a table of the bank, frame by frame. AccessRefused where she sees totals only."""
        statement = select(table).order_by(*table.primary_key)
        if self.sees_totals_only(table):
            raise AccessRefused(
                f"Your role ({plain(self.viewer.role)}) sees {plain(table.name)} as totals only."
            )
        narrowed = _narrowed(statement, self.viewer, {table})
        with self.stores.bank(self.snapshot).connect() as connection:
            yield from frames.in_parts(connection, narrowed)

    def check_totals(self, statement: Select) -> None:
        """Raise AccessRefused unless the viewer may ask for these totals, whoever they are about."""
        _checked(statement, self.viewer, tables_of(statement), counting_people=False)

    def totals(self, statement: Select) -> pd.DataFrame:
        """Totals as they are, also about few people: for `metrics.query`, which blanks what is decided to be hidden.

        Nothing but totals and groups that name nobody is answered, over whole months.
        """
        return self._answer(statement, tables_of(statement), counting_people=False)

    def is_of_app_db(self, statement: Select) -> bool:
        """Whether it reads what people write, which changes by the minute."""
        key = statement_key.of(statement) if isinstance(statement, Select | CompoundSelect) else None
        if key is None:
            return _reads_app_db(statement)
        shape = key[0]
        if shape not in _OF_APP_DB:
            if len(_OF_APP_DB) > statement_key.SHAPES:
                _OF_APP_DB.clear()
            _OF_APP_DB[shape] = _reads_app_db(statement)
        return _OF_APP_DB[shape]

    def sql(self, statement: Select) -> str:
        """The statement as the engine reads it, with its values written in; for people to read, never to run."""
        dialect = self._engine(tables_of(statement)).dialect
        return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))

    def rows(self, statement: Select) -> list[Any]:
        """The answer as plain rows, for a handful of them."""
        return list(self.frame(statement).astype(object).itertuples(index=False, name="Row"))

    def _engine(self, tables: set[Table]) -> Engine:
        if tables and all(t.metadata is app_schema.APP_DB for t in tables):
            return self.stores.app_db
        return self.stores.bank(self.snapshot)


def frame_of(reader: Reader, statement: Select) -> pd.DataFrame:
    """The answer of a statement as a frame: `Reader.frame` as a function, which a cache can name."""
    return reader.frame(statement)

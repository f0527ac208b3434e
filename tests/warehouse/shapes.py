"""Questions of every shape SQL knows, drawn at random: sources nested in sources, asked in many ways.

Each source has the columns `customer_id` and `what`. Which tables may occur is given; all of them have a customer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import FromClause, Table, case, exists, func, literal, select, union_all
from sqlalchemy.sql.expression import except_, intersect, literal_column, union

from warehouse import schema

WHAT = {
    schema.customers: "segment",
    schema.accounts: "product",
    schema.tickets: "category",
    schema.leads: "full_name",
    schema.surveys: "kind",
    schema.customer_profiles: "rm_id",
    schema.customer_scores: "reasons",
}
"""A column of text of each table that is small enough to be joined with itself."""


@st.composite
def sources(draw: st.DrawFn, tables: Sequence[Table], depth: int = 2) -> FromClause:
    """A table, or something made of tables, with `customer_id` and `what`."""
    table = draw(st.sampled_from(tables))
    if depth == 0:
        made = draw(st.sampled_from(["alias", "subquery", "cte"]))
    else:
        made = draw(
            st.sampled_from(["alias", "subquery", "cte", "nested", "twice", "union", "deep", "joined"])
        )
    whole = select(table.c.customer_id, table.c[WHAT[table]].label("what"))
    if made == "alias":
        a = table.alias()
        return select(a.c.customer_id, a.c[WHAT[table]].label("what")).subquery()
    if made == "subquery":
        return whole.subquery()
    if made == "cte":
        return whole.cte()
    if made == "nested":
        first = table.alias()
        second = select(first).alias()
        third = select(second).subquery().alias()
        return select(third.c.customer_id, third.c[WHAT[table]].label("what")).subquery()
    inner = draw(sources(tables, depth - 1))
    if made == "twice":
        cte = select(inner).cte()
        again = cte.alias()
        return (
            select(cte.c.customer_id, again.c.what)
            .join_from(cte, again, cte.c.customer_id == again.c.customer_id)
            .distinct()
            .subquery()
        )
    if made == "union":
        return union_all(whole, select(inner.c.customer_id, inner.c.what)).subquery()
    if made == "joined":
        other = table.alias()
        return (
            select(inner.c.customer_id, other.c[WHAT[table]].label("what"))
            .join_from(inner, other, inner.c.customer_id == other.c.customer_id)
            .distinct()
            .cte()
        )
    return (
        select(inner.c.customer_id, inner.c.what).where(inner.c.what.is_not(None)).alias().select().subquery()
    )


def _rows(draw: Any, s: FromClause, _: FromClause) -> Any:
    return select(s.c.customer_id, s.c.what)


def _joined(draw: Any, s: FromClause, o: FromClause) -> Any:
    how = draw(st.sampled_from([{}, {"isouter": True}, {"full": True}]))
    return select(s.c.customer_id, s.c.what, o.c.customer_id.label("other")).join_from(
        s, o, s.c.customer_id == o.c.customer_id, **how
    )


def _joined_in_where(draw: Any, s: FromClause, o: FromClause) -> Any:
    """The second source is only mentioned in WHERE, which brings it into the FROM."""
    return select(s.c.customer_id, s.c.what).where(s.c.customer_id == o.c.customer_id)


def _chained(draw: Any, s: FromClause, o: FromClause) -> Any:
    people = schema.customers
    return (
        select(people.c.customer_id, people.c.rm_id, s.c.what)
        .join(s, s.c.customer_id == people.c.customer_id)
        .outerjoin(o, o.c.customer_id == people.c.customer_id)
        .distinct()
    )


def _exists(draw: Any, s: FromClause, o: FromClause) -> Any:
    there = exists().where(o.c.customer_id == s.c.customer_id)
    return select(s.c.customer_id, s.c.what).where(there if draw(st.booleans()) else ~there)


def _exists_rows(draw: Any, s: FromClause, o: FromClause) -> Any:
    there = select(o.c.what).where(o.c.customer_id == s.c.customer_id).exists()
    return select(s.c.customer_id, there.label("there"))


def _in(draw: Any, s: FromClause, o: FromClause) -> Any:
    customers_of_other = select(o.c.customer_id).where(o.c.customer_id.is_not(None))
    column = s.c.customer_id
    return select(column, s.c.what).where(
        column.in_(customers_of_other) if draw(st.booleans()) else column.not_in(customers_of_other)
    )


def _compound(draw: Any, s: FromClause, o: FromClause) -> Any:
    both = draw(st.sampled_from([union, union_all, except_, intersect]))
    return both(select(s.c.customer_id, s.c.what), select(o.c.customer_id, o.c.what))


def _counted_beside(draw: Any, s: FromClause, o: FromClause) -> Any:
    everybody = select(func.count(o.c.customer_id.distinct())).scalar_subquery()
    return select(s.c.customer_id, everybody.label("n"))


def _looked_up(draw: Any, s: FromClause, o: FromClause) -> Any:
    smallest = select(func.min(o.c.what)).where(o.c.customer_id == s.c.customer_id)
    if draw(st.booleans()):
        smallest = smallest.correlate(s)
    return select(s.c.customer_id, smallest.scalar_subquery().label("found"))


def _looked_up_in_a_group(draw: Any, s: FromClause, o: FromClause) -> Any:
    who = schema.customers.alias("who")
    smallest = select(who.c.rm_id).where(who.c.customer_id == s.c.customer_id).correlate(s).scalar_subquery()
    return select(smallest.label("rm"), func.count().label("n")).select_from(s).group_by(smallest)


def _window(draw: Any, s: FromClause, o: FromClause) -> Any:
    everybody = func.count().over().label("everybody")
    each = func.count().over(partition_by=s.c.what).label("each")
    return select(s.c.customer_id, everybody, each)


def _grouped(draw: Any, s: FromClause, o: FromClause) -> Any:
    people = func.count(s.c.customer_id.distinct())
    return (
        select(s.c.what, people.label("n"), func.max(s.c.customer_id).label("last"))
        .group_by(s.c.what)
        .having(people >= select(func.count(o.c.customer_id) * 0).scalar_subquery())
        .order_by(select(func.max(o.c.customer_id)).scalar_subquery())
    )


def _lateral(draw: Any, s: FromClause, o: FromClause) -> Any:
    beside = select(func.count().label("n")).where(o.c.customer_id == s.c.customer_id).lateral()
    return select(s.c.customer_id, beside.c.n).join_from(s, beside, literal(True))


def _without_from(draw: Any, s: FromClause, o: FromClause) -> Any:
    first = select(func.count(s.c.customer_id)).scalar_subquery()
    return select(first.label("a"), select(func.max(o.c.what)).scalar_subquery().label("b"))


def _case(draw: Any, s: FromClause, o: FromClause) -> Any:
    inside = s.c.customer_id.in_(select(o.c.customer_id).where(o.c.customer_id.is_not(None)))
    return select(func.sum(case((inside, 1), else_=0)).label("n"), func.max(s.c.customer_id).label("last"))


def _recursive(draw: Any, s: FromClause, o: FromClause) -> Any:
    """From the people of one source to all who are of the same kind in the other, round after round."""
    reached = select(s.c.customer_id, s.c.what).where(s.c.what.is_not(None)).cte("reached", recursive=True)
    more = select(o.c.customer_id, o.c.what).join(reached, reached.c.what == o.c.what)
    return select(reached.union(more))


def _star(draw: Any, s: FromClause, o: FromClause) -> Any:
    return select(literal_column("*")).select_from(s)


def _self_joined(draw: Any, s: FromClause, o: FromClause) -> Any:
    a, b = schema.customers.alias(), schema.customers.alias()
    return (
        select(a.c.customer_id, func.count(b.c.customer_id).label("n"))
        .join_from(a, b, a.c.rm_id == b.c.rm_id)
        .where(a.c.customer_id.in_(select(s.c.customer_id)))
        .group_by(a.c.customer_id)
    )


def _table_and_alias(draw: Any, s: FromClause, o: FromClause) -> Any:
    t, other = schema.accounts, schema.accounts.alias()
    return (
        select(t.c.account_id, func.count(other.c.account_id).label("n"))
        .where(t.c.customer_id == other.c.customer_id)
        .group_by(t.c.account_id)
    )


SHAPES: tuple[Callable[[Any, FromClause, FromClause], Any], ...] = (
    *(_rows, _joined, _joined_in_where, _chained, _exists, _exists_rows, _in, _compound, _counted_beside),
    *(_looked_up, _looked_up_in_a_group, _window, _grouped, _lateral, _without_from, _case, _star),
    *(_self_joined, _table_and_alias, _recursive),
)


@st.composite
def questions(draw: st.DrawFn, tables: Sequence[Table]) -> Any:
    """A statement over `tables`, of a drawn shape over drawn sources."""
    shape = draw(st.sampled_from(SHAPES))
    return shape(draw, draw(sources(tables)), draw(sources(tables)))

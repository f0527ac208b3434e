"""The parts a question may be made of. Whatever is not on the list is refused.

A list of forbidden parts would have to name every way to write SQL into a statement; there are dozens (text, prefixes,
unquoted labels, functions that run a query or read a file), and the next release of the library brings another. So
only parts are allowed whose every child is seen and can be replaced by the viewer's rows.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any

from sqlalchemy import Alias, Column, CompoundSelect, Join, Select, Subquery, Table
from sqlalchemy.sql import elements as e
from sqlalchemy.sql import operators, sqltypes
from sqlalchemy.sql import selectable as s
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.type_api import TypeDecorator, UserDefinedType
from sqlalchemy.types import TypeEngine

from warehouse import schema
from warehouse.app_db import app_schema
from warehouse.errors import AccessRefused
from warehouse.sql.moment_sql import Moment
from warehouse.sql.statement_parts import parts_of

KNOWN_TABLES = frozenset({*schema.BANK.tables.values(), *app_schema.APP_DB.tables.values()})

FUNCTIONS = frozenset(
    {
        *("count", "sum", "avg", "min", "max", "coalesce", "nullif", "abs", "round"),
        *("lower", "upper", "trim", "length", "char_length", "concat", "substr", "replace"),
        *("row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value"),
        *("month_of", "days_between", "months_between", "hours_between", "add_days"),
        *("median", "p90", "to_float", "ratio"),
        *("before", "is_day", "day_only", "instant"),
        *("closeness", "is_close"),
    }
)
"""Functions that compute from their arguments alone. Engines have others that read files, settings or any table."""

OF_FUNCTIONS = (
    "sqlalchemy.sql.functions",
    "warehouse.sql.dialects",
    "warehouse.sql.moment_sql",
    "warehouse.sql.name_similarity",
)

_ALLOWED: frozenset[type] = frozenset(
    {
        *(Select, CompoundSelect, Table, Column, Alias, Subquery, Join),
        *(s.CTE, s.Lateral, s.FromGrouping, s.SelectStatementGrouping, s.ScalarSelect, s.Exists),
        *(s._OffsetLimitParam, s._MemoizedSelectEntities),
        *(e.ColumnClause, e.Label, e._label_reference, e._textual_label_reference),
        *(e.BindParameter, e.Null, e.True_, e.False_, e.Tuple, e.Case, e.Cast, e.TypeClause),
        *(e.ClauseList, e.OrderByList, e.ExpressionClauseList, e.BooleanClauseList, e.Grouping),
        *(e.UnaryExpression, e.BinaryExpression, e.AsBoolean, e.CollectionAggregate),
        *(e.Over, e.FrameClause, e.FunctionFilter),
    }
)

WRITTEN_SQL = "This question was refused: it contains written SQL or something else that cannot be limited to your rows."


def tables_of(statement: Any) -> set[Table]:
    """Every table the statement mentions. Raises AccessRefused for a part that is not allowed."""
    if not isinstance(statement, Select | CompoundSelect):
        raise AccessRefused(WRITTEN_SQL)
    tables: set[Table] = set()
    for part in parts_of(statement):
        if not _allowed(part):
            raise AccessRefused(WRITTEN_SQL)
        if isinstance(part, Table):
            tables.add(part)
    return tables


def _allowed(part: Any) -> bool:
    if isinstance(part, Table):
        return type(part) is Table and part in KNOWN_TABLES
    if isinstance(part, FunctionElement):
        ours = type(part).__module__ in OF_FUNCTIONS
        plain = ours and part.name in FUNCTIONS and not getattr(part, "packagenames", ())
        return plain and _plain_type(part.type)
    if type(part) not in _ALLOWED or _says_more(part):
        return False
    if isinstance(part, e.ColumnClause):
        # EXISTS and COUNT write a bare star, which stands for the narrowed rows.
        star = part.is_literal and part.name == "*" and part.table is None
        return star or (part.table is not None and not part.is_literal)
    return True


_TEXTS = ("_prefixes", "_suffixes", "_hints", "_statement_hints")
_CARRIED = frozenset({*_TEXTS, "_for_update_arg", "literal_execute", "operator", "modifier", "name", "type"})
"""Attributes by which an allowed part can carry text or orders of its own beside its children."""


def _says_more(part: Any) -> bool:
    """Whether an allowed part carries text or orders of its own beside its children."""
    kind: type = type(part)
    own = part.__dict__
    if any(_tells_more(name, own[name]) for name in own.keys() & _CARRIED):
        return True
    return any(name not in own and _tells_more(name, _own(part, name)) for name in _of_class(kind))


@cache
def _of_class(kind: type) -> tuple[str, ...]:
    """The carried attributes that a class computes for each part, or that say more whatever the part is."""
    attributes = {name: getattr(kind, name, None) for name in _CARRIED}
    return tuple(
        name
        for name, value in attributes.items()
        if hasattr(type(inspect.getattr_static(kind, name, None)), "__get__") or _tells_more(name, value)
    )


def _tells_more(name: str, value: Any) -> bool:
    """Whether the value of a carried attribute is text or an order of its own."""
    if name in _TEXTS:
        return bool(value)
    if name in ("_for_update_arg", "literal_execute"):
        return value is not None and value is not False
    if name == "name":
        # `quoted_name(…, quote=False)` is written into the statement as it stands.
        return getattr(value, "quote", None) is False
    if name == "type":
        return isinstance(value, TypeEngine) and not _plain_type(value)
    return isinstance(value, operators.custom_op)


def _own(part: Any, name: str) -> Any:
    """An attribute of the part itself, or None: what it lacks, an expression would go and look for in its type."""
    try:
        return object.__getattribute__(part, name)
    except AttributeError:
        return None


def _plain_type(kind: TypeEngine) -> bool:
    """A type of the library itself: one of somebody's own may write SQL around its column.

    So may one that stands inside it for a single engine or for the items of a list, and a size that is no number.
    """
    cls: type = type(kind)
    if not _of_the_library(cls):
        return False
    own = kind.__dict__
    if own.get("collation") or not all(
        own.get(size) is None or isinstance(own[size], int) for size in _SIZES
    ):
        return False
    return not kind._variant_mapping or all(_plain_type(v) for v in kind._variant_mapping.values())


_SIZES = ("length", "precision", "scale")


@cache
def _of_the_library(kind: type) -> bool:
    """Whether a class of types is the library's own, and neither wraps another nor writes SQL around its column."""
    if issubclass(kind, UserDefinedType | TypeDecorator | sqltypes.Enum | sqltypes.ARRAY):
        return False
    plain = all(getattr(kind, name, None) is None for name in ("collation", *_SIZES))
    return plain and (kind is Moment or kind.__module__.startswith("sqlalchemy."))

"""The parts a question may be made of. Whatever is not on the list is refused.

A list of forbidden parts would have to name every way to write SQL into a statement; there are dozens (text, prefixes,
unquoted labels, functions that run a query or read a file), and the next release of the library brings another. So
only parts are allowed whose every child is seen and can be replaced by the viewer's rows.
"""

from __future__ import annotations

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


def _says_more(part: Any) -> bool:
    """Whether an allowed part carries text or orders of its own beside its children."""
    if any(_own(part, texts) for texts in ("_prefixes", "_suffixes", "_hints", "_statement_hints")):
        return True
    if _own(part, "_for_update_arg") is not None or _own(part, "literal_execute"):
        return True
    if any(isinstance(_own(part, where), operators.custom_op) for where in ("operator", "modifier")):
        return True
    # `quoted_name(…, quote=False)` is written into the statement as it stands.
    if getattr(_own(part, "name"), "quote", None) is False:
        return True
    kind = _own(part, "type")
    return isinstance(kind, TypeEngine) and not _plain_type(kind)


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
    if isinstance(kind, UserDefinedType | TypeDecorator | sqltypes.Enum | sqltypes.ARRAY):
        return False
    sizes = (getattr(kind, size, None) for size in ("length", "precision", "scale"))
    if getattr(kind, "collation", None) or not all(size is None or isinstance(size, int) for size in sizes):
        return False
    variants = kind._variant_mapping.values()
    ours = type(kind) is Moment or type(kind).__module__.startswith("sqlalchemy.")
    return ours and all(_plain_type(v) for v in variants)

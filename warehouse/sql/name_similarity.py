"""How like a name is to a word as somebody typed it, in the functions that each engine has for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

CLOSE = {"duckdb": 0.88, "postgresql": 0.4}
"""Engine → how like is close; Jaro-Winkler of DuckDB and the shared trigrams of PostgreSQL have scales of their own."""


class closeness(FunctionElement[Any]):
    """`closeness(name, word)`: how like the most similar word of a name is to a word in small letters, 0 to 1.

    On PostgreSQL it needs the extension `pg_trgm` (`warehouse.access.reader.Reader.forgives_typos`).
    """

    name = "closeness"
    type = Float()
    inherit_cache = True


class is_close(FunctionElement[Any]):
    """`is_close(name, word)`: whether a word of the name could be the typed one with a slip in it."""

    name = "is_close"
    type = Boolean()
    inherit_cache = True


def _closeness(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
    name, word = (compiler.process(part, **kw) for part in element.clauses)
    if compiler.dialect.name == "postgresql":
        return f"word_similarity({word}, lower({name}))"
    words = f"string_split(lower({name}), ' ')"
    return f"list_max(list_transform({words}, lambda w: jaro_winkler_similarity(w, {word})))"


@compiles(closeness, "duckdb", "postgresql")
def _(element: closeness, compiler: SQLCompiler, **kw: Any) -> str:
    return _closeness(element, compiler, **kw)


@compiles(is_close, "duckdb", "postgresql")
def _(element: is_close, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({_closeness(element, compiler, **kw)} >= {CLOSE[compiler.dialect.name]})"

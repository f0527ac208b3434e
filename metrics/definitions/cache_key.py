"""The key under which an answer is kept: a function of the project and its arguments, spelled so that no two are alike.

Whoever keeps an answer has no word to choose, so no two answers can have one name. A function is named by its module.
What could mean two things (a lambda, a closure, a method, a partial) is refused, and so is an argument of another kind.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import blake2b
from pathlib import PurePath
from types import FunctionType
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import numpy as np
import pandas as pd
from sqlalchemy import Select
from sqlalchemy.sql.elements import quoted_name

from warehouse.access.reader import Reader
from warehouse.sql import statement_key

P = ParamSpec("P")
R = TypeVar("R")

LARGE = 20
"""Members of a set that is spelled once, for as long as it is asked about."""


class Once(Protocol):
    """Calls a function on a reader and gives its answer; whoever has a cache calls it once per function and arguments."""

    def __call__(
        self, function: Callable[Concatenate[Reader, P], R], /, *arguments: P.args, **named: P.kwargs
    ) -> R: ...


class CannotBeKept(TypeError):
    """A function or an argument that no key can tell from another: a fault of who wrote the call."""


def key_of(
    function: Callable[..., Any],
    arguments: tuple[Any, ...] = (),
    named: dict[str, Any] | None = None,
) -> str:
    """The text of a call. Two calls have one text exactly when function and arguments are the same.

    It holds for this process alone, where statements of one shape have one number.
    """
    pairs = tuple(sorted((named or {}).items()))
    return f"{name_of(function)}{spelled((arguments, pairs))}"


def name_of(function: Callable[..., Any]) -> str:
    """Module and name of a function that stands at the top of its module under just that name."""
    if type(function) is not FunctionType:
        raise CannotBeKept(f"{function!r} is no plain function; write one at the top of a module.")
    name = function.__qualname__
    if getattr(sys.modules.get(function.__module__), name, None) is not function:
        raise CannotBeKept(
            f"{function.__module__} has no function {name!r} at its top: a lambda, closure or method is no key."
        )
    return f"{function.__module__}:{name}"


_PLAIN = (type(None), bool, int, float, str, bytes, date, Decimal)
"""What Python spells exactly: text is quoted, and 1, 1.0, True and "1" are four texts."""


def spelled(value: Any) -> str:
    """A value as text: equal for two values exactly when type and value are. Raises CannotBeKept for any other kind."""
    kind = type(value)
    if kind in _PLAIN or (kind is datetime and value.tzinfo is None):
        return repr(value)
    if kind is pd.Timestamp and value.tzinfo is None:
        return f"{_type_name(kind)}({value.value},{value.unit!r})"
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return f"{_type_name(kind)}({value.item()!r})"
    if kind is tuple:
        return "(" + "".join(f"{spelled(part)}," for part in value) + ")"
    if kind is frozenset:
        return _set(value)
    if kind is dict:
        return "[" + "".join(f"{spelled(pair)}," for pair in value.items()) + "]"
    if isinstance(value, Enum):
        return f"{_type_name(kind)}.{value.name}"
    if isinstance(value, PurePath):
        return f"{_type_name(kind)}({str(value)!r})"
    if isinstance(value, Select):
        return _statement(value)
    if is_dataclass(kind) and vars(kind)["__dataclass_params__"].frozen:
        parts = "".join(f"{f.name}={spelled(getattr(value, f.name))}," for f in fields(value))
        return f"{_type_name(kind)}({parts})"
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return f"{_type_name(kind)}{spelled(tuple(value))}"
    raise CannotBeKept(
        f"{_type_name(kind)} cannot be part of a key; hand over text, numbers, days, tuples or frozen dataclasses."
    )


def _type_name(kind: type) -> str:
    if "<locals>" in kind.__qualname__:
        raise CannotBeKept(
            f"{kind.__qualname__} is made anew by each call of a function, so its name says too little."
        )
    return f"{kind.__module__}:{kind.__qualname__}"


_SETS: OrderedDict[int, tuple[frozenset[Any], str]] = OrderedDict()
"""The latest large sets by their identity, each with its text: the columns a bank has are asked about in each call."""


def _set(value: frozenset[Any]) -> str:
    if len(value) < LARGE:
        return "{" + "".join(f"{part}," for part in sorted(map(spelled, value))) + "}"
    kept = _SETS.get(id(value))
    if kept is None or kept[0] is not value:
        text = "".join(f"{part}," for part in sorted(map(spelled, value)))
        kept = value, f"{{{len(value)}:{blake2b(text.encode(), digest_size=32).hexdigest()}}}"
        _SETS[id(value)] = kept
        if len(_SETS) > LARGE:
            _SETS.popitem(last=False)
    return kept[1]


def _statement(statement: Select) -> str:
    """The shape of the statement and, beside it, the values that go with it, so that no value is taken for text."""
    shape = statement_key.of(statement)
    if shape is None:
        raise CannotBeKept(f"A statement holds something that cannot be told from another: {statement}")
    number, values = shape
    return f"select({spelled((number, tuple(_bound(value) for value in values)))})"


def _bound(value: Any) -> Any:
    """A bound value as the engine gets it: those of an IN come as lists, a column's name as a kind of its own."""
    if isinstance(value, list | tuple):
        return tuple(_bound(part) for part in value)
    return str(value) if isinstance(value, quoted_name) else value

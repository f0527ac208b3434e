"""What tells one statement from another without writing it out: a number for its shape, and its values."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from itertools import count
from typing import Any

from sqlalchemy import CompoundSelect, Select

SHAPES = 5_000
"""Shapes that have a number at one time; one that is forgotten gets another number, never that of another shape."""

_numbers: dict[Hashable, int] = {}
_next = count(1)
_lock = threading.Lock()


def of(statement: Select | CompoundSelect) -> tuple[int, tuple[Any, ...]] | None:
    """Equal for two statements exactly when the engine gets the same; None for a part the library cannot tell apart."""
    shape = statement._generate_cache_key()  # noqa: SLF001  what the library compiles once by
    if shape is None:
        return None
    values = tuple(b.effective_value for b in shape.bindparams)
    return _number(shape.key), values


def _number(shape: Hashable) -> int:
    number = _numbers.get(shape)
    if number is None:
        with _lock:
            if len(_numbers) >= SHAPES:
                _numbers.clear()
            number = _numbers.setdefault(shape, next(_next))
    return number

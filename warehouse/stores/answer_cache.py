"""Answers kept in this process under a key that says all they depend on; each is worked out once.

Who gets an answer may do with it what she likes: plain values cannot be changed, a frame comes as a copy that shares its
columns until it is changed, and everything else is copied.
"""

from __future__ import annotations

import copy
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any, cast

import pandas as pd

_PLAIN = (type(None), bool, int, float, complex, str, bytes, date, Decimal, Enum)


@dataclass
class AnswerCache:
    """At most `most` answers; the one that was not asked for the longest goes first."""

    most: int
    hits: int = 0
    misses: int = 0
    _answers: OrderedDict[Hashable, Callable[[], Any]] = field(default_factory=OrderedDict)
    _under_way: dict[Hashable, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def once(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """`work()`, done once per key, also where several ask at once. An answer of an error is not kept."""
        kept = self._kept(key)
        if kept is not None:
            return kept()
        with self._lock:
            turn = self._under_way.setdefault(key, threading.Lock())
        try:
            with turn:
                kept = self._kept(key) or self._keep(key, work())
        finally:
            with self._lock:
                self._under_way.pop(key, None)
        return kept()

    def find(self, key: Hashable) -> Any:
        """What was kept under `key`, or None."""
        kept = self._kept(key)
        return None if kept is None else kept()

    def keep(self, key: Hashable, answer: Any) -> None:
        """Keep an answer that was worked out already."""
        self._keep(key, answer)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._answers.clear()

    def _kept(self, key: Hashable) -> Callable[[], Any] | None:
        with self._lock:
            kept = self._answers.get(key)
            if kept is not None:
                self._answers.move_to_end(key)
                self.hits += 1
            else:
                self.misses += 1
            return kept

    def _keep(self, key: Hashable, answer: Any) -> Callable[[], Any]:
        given = _giving(answer)
        with self._lock:
            self._answers[key] = given
            while len(self._answers) > self.most:
                self._answers.popitem(last=False)
        return given


def _giving(answer: Any) -> Callable[[], Any]:
    """What gives the answer to each who asks, so that no two share anything that can be changed."""
    if _is_plain(answer):
        return lambda: answer
    kind = type(answer)
    if kind is tuple or kind is list:
        parts = [_giving(part) for part in answer]
        return lambda: kind(give() for give in parts)
    if kind is dict:
        items = [(key, _giving(value)) for key, value in answer.items()]
        return lambda: {key: give() for key, give in items}
    if kind is pd.DataFrame and _has_plain_columns(answer):
        frame = answer.copy(deep=True)
        return lambda: frame.copy(deep=False)
    if kind is pd.DataFrame:
        objects = [i for i in range(answer.shape[1]) if answer.iloc[:, i].dtype == object]
        cells = {i: _giving(answer.iloc[:, i].tolist()) for i in objects}
        return partial(_with_cells, answer.copy(deep=True), cells)
    if is_dataclass(answer):
        values = {f.name: _giving(getattr(answer, f.name)) for f in fields(answer)}
        return partial(_with_values, copy.copy(answer), values)
    own = copy.deepcopy(answer)
    return lambda: copy.deepcopy(own)


def _with_cells(frame: pd.DataFrame, cells: dict[int, Callable[[], Any]]) -> pd.DataFrame:
    own: Any = frame.copy(deep=False)
    for i, give in cells.items():
        own.isetitem(i, pd.Series(give(), frame.index, object))
    return cast("pd.DataFrame", own)


def _with_values(answer: Any, values: dict[str, Callable[[], Any]]) -> Any:
    own = copy.copy(answer)
    for name, give in values.items():
        object.__setattr__(own, name, give())
    return own


def _has_plain_columns(frame: pd.DataFrame) -> bool:
    """Whether no cell of it can be changed in place."""
    columns = (frame.iloc[:, i] for i in range(frame.shape[1]))
    return all(column.dtype != object or all(map(_is_plain, column)) for column in columns)


def _is_plain(answer: Any) -> bool:
    """Whether nothing in it can be changed."""
    kind = type(answer)
    if kind in (tuple, frozenset):
        return all(map(_is_plain, answer))
    if is_dataclass(kind) and vars(kind)["__dataclass_params__"].frozen:
        return all(_is_plain(getattr(answer, f.name)) for f in fields(answer))
    return isinstance(answer, _PLAIN)

"""What is kept in the process: worked out once, by whoever asks first, and not spoilt by who gets it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from warehouse.stores.answer_cache import AnswerCache


@dataclass(frozen=True)
class Holds:
    frame: pd.DataFrame
    words: list[str] = field(default_factory=list)


def test_eight_who_ask_at_once_are_answered_by_one_piece_of_work() -> None:
    cache, begun, done = AnswerCache(10), threading.Barrier(8), []

    def work() -> int:
        done.append(1)
        return 5

    def ask(_: int) -> Any:
        begun.wait()
        return cache.once("key", work)

    with ThreadPoolExecutor(8) as people:
        assert list(people.map(ask, range(8))) == [5] * 8
    assert len(done) == 1


@pytest.mark.parametrize(
    ("answer", "spoil", "read"),
    [
        (pd.DataFrame({"n": [1, 2]}), lambda a: a.__setitem__("n", 0), lambda a: list(a["n"])),
        (pd.DataFrame({"n": [[1], [2]]}), lambda a: a["n"][0].append(3), lambda a: list(a["n"])),
        (pd.Series([1, 2]), lambda a: a.__setitem__(0, 7), list),
        ({"a": [1]}, lambda a: a["a"].append(2), dict),
        (([1], "b"), lambda a: a[0].append(2), list),
        (
            Holds(pd.DataFrame({"n": [1]})),
            lambda a: a.frame.__setitem__("n", 2),
            lambda a: list(a.frame["n"]),
        ),
        (Holds(pd.DataFrame()), lambda a: a.words.append("x"), lambda a: list(a.words)),
        (np.array([1, 2]), lambda a: a.__setitem__(0, 9), list),
    ],
    ids=["a frame", "a cell", "a series", "a dict", "a tuple", "a frame inside", "a list inside", "an array"],
)
def test_nobody_spoils_an_answer_for_the_next(answer: Any, spoil: Any, read: Any) -> None:
    cache, before = AnswerCache(10), str(read(answer))
    spoil(cache.once("key", lambda: answer))
    spoil(answer)
    spoil(cache.once("key", lambda: None))
    assert str(read(cache.once("key", lambda: None))) == before


def test_an_error_is_not_kept_and_the_oldest_answer_goes_first() -> None:
    cache = AnswerCache(2)
    with pytest.raises(ZeroDivisionError):
        cache.once("a", lambda: 1 / 0)
    assert [cache.once("a", lambda: 1), cache.once("b", lambda: 2)] == [1, 2]
    assert [cache.once("a", lambda: 9), cache.once("c", lambda: 3)] == [1, 3]
    assert [cache.find("a"), cache.find("b"), cache.find("c")] == [1, None, 3]

"""An answer is kept under a function and its arguments: two calls have one key exactly when they are the same call."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from sqlalchemy import select

from metrics.attribution import campaign_quality, channel_net_value
from metrics.definitions.cache_key import CannotBeKept, key_of, name_of, spelled
from metrics.definitions.scope import Period, Scope
from metrics.qualification.qualification_versions import bank_reader, timeline
from metrics.query.query import Query
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader, Viewer, frame_of
from warehouse.access.roles import ROLES, Access
from warehouse.app_db.app_schema import alerts
from warehouse.errors import AccessRefused
from warehouse.schema import leads
from warehouse.stores.connect import Stores

TEXT = some.text(alphabet="'\"(),:={}[]\\ab1\n", max_size=4)
"""What would collide if parts were joined without quotes."""
DAYS = some.dates(date(2026, 1, 1), date(2026, 1, 4))
PLAIN = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-2, 2),
    some.sampled_from([0.0, -0.0, 1.0, math.nan, math.inf]),
    TEXT,
    DAYS,
    some.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 2)),
    some.sampled_from(Access),
    some.builds(PurePosixPath, TEXT),
    some.builds(Period, DAYS, DAYS),
    some.builds(np.float64, some.integers(0, 2)),
    some.builds(pd.Timestamp, DAYS),
)
VALUES = some.recursive(
    PLAIN,
    lambda part: some.one_of(
        some.lists(part, max_size=3).map(tuple),
        some.frozensets(TEXT, max_size=3),
        some.builds(
            Scope, some.builds(Period, DAYS, DAYS), some.tuples(some.tuples(TEXT, some.tuples(TEXT)))
        ),
        some.builds(Query, some.tuples(TEXT), some.just(()), some.just(()), some.lists(TEXT).map(tuple)),
        some.dictionaries(TEXT, part, max_size=2),
    ),
    max_leaves=6,
)


def same(a: Any, b: Any) -> bool:
    """Whether two values are of one type and equal throughout: 1 is not True, and 0.0 not −0.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(tuple(a.items()), tuple(b.items()))
    if is_dataclass(a):
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return bool(a == b)


FUNCTIONS = some.sampled_from(
    [channel_net_value.groups, campaign_quality.of_the_bank, frame_of, data_coverage.as_of]
)


@given(FUNCTIONS, some.lists(VALUES, max_size=3), FUNCTIONS, some.lists(VALUES, max_size=3))
@example(frame_of, ["a", "b"], frame_of, ["a,b"])
@example(frame_of, ["a'", "b"], frame_of, ["a", "'b"])
@example(frame_of, [("a",), "b"], frame_of, [("a", "b")])
@example(frame_of, [1], frame_of, [True])
@example(frame_of, [1], frame_of, [1.0])
@example(frame_of, [date(2026, 1, 1)], frame_of, [datetime(2026, 1, 1)])
@example(frame_of, ["None"], frame_of, [None])
def test_two_calls_have_one_key_exactly_when_they_are_the_same_call(one, its, other, others) -> None:
    equal = one is other and same(tuple(its), tuple(others))
    assert (key_of(one, tuple(its)) == key_of(other, tuple(others))) == equal


@given(some.lists(TEXT, max_size=4), some.lists(TEXT, max_size=4), TEXT, TEXT)
def test_two_statements_have_one_key_only_if_engine_and_reader_get_the_same(
    many, others, word, same_sql
) -> None:
    def statement(values: list[str], name: str) -> Any:
        return select(leads.c.lead_id).where(leads.c.channel.in_(values), leads.c.product == name)

    one, other = (key_of(frame_of, (statement(v, w),)) for v, w in ((many, word), (others, same_sql)))
    assert (one == other) == ((many, word) == (others, same_sql))


def test_a_statement_that_gives_another_kind_of_column_has_another_key() -> None:
    days, moments = leads.c.created_at.label("x"), leads.c.lead_id.label("x")
    assert key_of(frame_of, (select(days),)) != key_of(frame_of, (select(moments),))


@dataclass
class Changes:
    word: str = ""


class Carries:
    def method(self, reader: Reader) -> None: ...

    def __call__(self, reader: Reader) -> None: ...


def _made() -> Any:
    def inner(reader: Reader) -> None: ...

    return inner


@functools.cache
def memorised(reader: Reader) -> None: ...


@pytest.mark.parametrize(
    "function",
    [
        lambda reader: None,
        _made(),
        Carries().method,
        Carries.method,
        Carries(),
        functools.partial(data_coverage.as_of),
        memorised,
        len,
        "campaigns",
    ],
    ids=[
        *(
            "a lambda",
            "a closure",
            "a bound method",
            "a method",
            "an object",
            "a partial",
            "a memorised function",
        ),
        *("a built-in", "a word"),
    ],
)
def test_what_could_mean_two_things_is_refused(function: Any) -> None:
    with pytest.raises(CannotBeKept):
        name_of(function)


def test_a_function_that_took_the_place_of_another_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    original = data_coverage.as_of
    monkeypatch.setattr(data_coverage, "as_of", data_coverage.available_columns)
    with pytest.raises(CannotBeKept):
        name_of(original)


@pytest.mark.parametrize(
    "argument",
    [
        [1],
        {1},
        pd.DataFrame(),
        Changes(),
        object(),
        len,
        pd.NaT,
        timedelta(1),
        datetime.now().astimezone(),
        Scope,
        np.array([1]),
    ],
    ids=lambda a: type(a).__name__,
)
def test_an_argument_that_cannot_be_told_exactly_is_refused(argument: Any) -> None:
    with pytest.raises(CannotBeKept):
        spelled((argument,))


def test_an_answer_that_is_kept_may_not_read_what_people_write(loaded: Stores) -> None:
    reader = bank_reader(Reader(loaded, SYSTEM, loaded.snapshot()), frame_of)
    assert len(reader.frame(select(leads.c.lead_id).limit(1))) == 1
    with pytest.raises(CannotBeKept, match="alerts"):
        reader.frame(select(alerts.c.alert_id))


def test_only_a_function_that_says_so_gets_the_definitions_in_force(loaded: Stores) -> None:
    reader = Reader(loaded, SYSTEM, loaded.snapshot())
    assert timeline(bank_reader(reader, campaign_quality.of_the_bank)) == ()
    with pytest.raises(CannotBeKept, match="as_agreed"):
        timeline(bank_reader(reader, frame_of))


@pytest.mark.parametrize("role", ROLES)
def test_an_answer_that_is_kept_knows_of_the_viewer_only_what_decides_her_rows(
    loaded: Stores, role: str
) -> None:
    viewer = Viewer("amy", "Amy Chan", role, "RM01", "Central")
    kept = bank_reader(Reader(loaded, viewer, loaded.snapshot()), data_coverage.as_of)
    assert (kept.viewer.username, kept.viewer.full_name) == ("", "")
    assert kept.viewer.row_rule == viewer.row_rule
    statement = select(leads.c.lead_id).order_by(leads.c.lead_id)
    try:
        rows = Reader(loaded, viewer, loaded.snapshot()).frame(statement)
    except AccessRefused:
        with pytest.raises(AccessRefused):
            kept.frame(statement)
    else:
        pd.testing.assert_frame_equal(kept.frame(statement), rows)

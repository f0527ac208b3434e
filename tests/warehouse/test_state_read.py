"""What was read of the bank is used again for as long as it is the same bank, and no longer."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from tests.morning import MORNING
from warehouse.stores.connect import Stores
from warehouse.stores.postgresql_catalogue import AS_IT_IS


class Read:
    """A function that reads the bank, and counts how often it did."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, stores: Stores, snapshot: str) -> int:
        self.times += 1
        return self.times


def test_a_snapshot_never_changes_so_what_was_read_of_it_stays(empty: Stores) -> None:
    read = Read()
    for hours in (0, 1, 500):
        empty.now = partial(MORNING.__add__, timedelta(hours=hours))
        assert empty.state_of("bank-1") == ("bank-1", None)
        assert empty.remembered("bank-1", read) == 1
    assert empty.remembered("bank-2", read) == 2


@pytest.mark.parametrize(("minute", "same"), [(0, True), (14, True), (15, False), (59, False)])
def test_a_warehouse_kept_by_others_is_read_anew_each_quarter_of_an_hour(
    empty: Stores, minute: int, *, same: bool
) -> None:
    read, moment = Read(), MORNING
    empty.now = lambda: moment
    first = empty.state_of(AS_IT_IS)
    assert empty.remembered(AS_IT_IS, read) == 1
    moment = MORNING.replace(minute=minute, second=59)
    assert (empty.state_of(AS_IT_IS) == first) is same
    assert empty.remembered(AS_IT_IS, read) == (1 if same else 2)


def test_the_same_minute_of_another_hour_or_day_is_another_state(empty: Stores) -> None:
    states = set()
    for passed in (timedelta(), timedelta(hours=1), timedelta(days=1)):
        empty.now = partial(MORNING.__add__, passed)
        states.add(empty.state_of(AS_IT_IS))
    assert len(states) == 3


def test_no_more_is_kept_than_a_reader_of_the_snapshot_before_needs(empty: Stores) -> None:
    read = Read()
    assert [empty.remembered(f"bank-{n}", read) for n in (1, 2, 3)] == [1, 2, 3]
    assert empty.remembered("bank-2", read) == 2
    assert empty.remembered("bank-1", read) == 4, "read anew: it was let go"

"""Rows of a frame as values of one class: nothing is missing, and nothing is empty that may not be."""

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
import pytest

from warehouse.access.typed_rows import rows_of


@dataclass(frozen=True, kw_only=True)
class Visit:
    number: int
    at: datetime
    left_on: date | None
    spent: float | None
    liked: bool | None
    words: list[str]
    note: str | None = "none"


FRAME = pd.DataFrame(
    {
        "number": [1, 2],
        "at": [pd.Timestamp("2026-04-01 10:00"), pd.Timestamp("2026-04-02")],
        "left_on": pd.to_datetime(["2026-05-01", ""]),
        "spent": [12.5, float("nan")],
        "liked": [True, None],
        "words": [["a", "b"], []],
        "not a field": [1, 1],
    }
)


def test_what_is_empty_is_none_and_what_has_no_column_keeps_its_default():
    first, second = rows_of(FRAME, Visit)
    assert (first.number, first.spent, first.liked, first.words) == (1, 12.5, True, ["a", "b"])
    assert first.left_on == pd.Timestamp("2026-05-01")
    assert (second.left_on, second.spent, second.liked, second.note) == (None, None, None, "none")


def test_a_frame_without_rows_has_none():
    assert rows_of(FRAME.head(0), Visit) == []


def test_a_missing_column_is_named():
    with pytest.raises(LookupError, match="Visit: the frame has no column spent"):
        rows_of(FRAME.drop(columns="spent"), Visit)


def test_an_empty_cell_is_refused_where_the_field_is_never_empty():
    with pytest.raises(ValueError, match="Visit: at is empty in 1 rows"):
        rows_of(FRAME.assign(at=pd.to_datetime(["", "2026-04-02"])), Visit)

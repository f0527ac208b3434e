"""Working hours of Hong Kong: weekends, holidays, edges of the day, and rules that hold for every moment."""

from __future__ import annotations

import math
from datetime import datetime, time, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.service.working_time import WorkingTime, public_holidays, working_time
from warehouse.errors import Problem
from warehouse.settings import Settings

OFFICE = working_time(Settings())
# Whole milliseconds: a fraction of one marks what a moment does not say, such as its time.
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31)).map(
    lambda m: m.replace(microsecond=m.microsecond // 1000 * 1000)
)
SPANS = st.integers(0, 40 * 86_400_000).map(lambda n: timedelta(milliseconds=n))


def hours(start: str | datetime, end: str | datetime, office: WorkingTime = OFFICE) -> float:
    return float(office.hours(pd.Series([pd.Timestamp(start)]), pd.Series([pd.Timestamp(end)])).item())


def due(start: str | datetime, promised: float = 24, office: WorkingTime = OFFICE) -> datetime:
    return office.due(pd.Series([pd.Timestamp(start)]), promised).item().to_pydatetime()


@pytest.mark.parametrize(
    ("start", "end", "worked"),
    [
        ("2026-06-15 10:00", "2026-06-15 12:30", 2.5),
        ("2026-06-15 17:00", "2026-06-16 10:00", 2),
        ("2026-06-15 00:00", "2026-06-15 23:59:59", 9),
        ("2026-06-12 17:00", "2026-06-15 10:00", 2),  # Friday to Monday
        ("2026-06-13 11:00", "2026-06-14 15:00", 0),  # a weekend
        ("2026-06-18 17:00", "2026-06-22 10:00", 2),  # over the Dragon Boat Festival, a Friday
        ("2026-04-02 17:00", "2026-04-08 10:00", 2),  # Good Friday to the day after Easter Monday
        ("2026-12-31 17:00", "2027-01-04 10:00", 2),  # over New Year's Day
        ("2024-02-28 09:00", "2024-03-01 18:00", 27),  # a leap day is a working day like others
        ("2026-06-16 10:00", "2026-06-15 10:00", -9),
    ],
)
def test_hours_worked_by_hand(start: str, end: str, worked: float) -> None:
    assert hours(start, end) == pytest.approx(worked)


@pytest.mark.parametrize(
    ("start", "until"),
    [
        ("2026-06-15 09:00", "2026-06-17 15:00"),  # two days and six hours
        ("2026-06-15 12:00", "2026-06-17 18:00"),  # ends with the day, not with the next one's opening
        ("2026-06-15 12:00:01", "2026-06-18 09:00:01"),
        ("2026-06-15 20:00", "2026-06-18 15:00"),  # after closing counts from the next opening
        ("2026-06-15 03:00", "2026-06-17 15:00"),
        ("2026-06-13 11:00", "2026-06-17 15:00"),  # a Saturday
        ("2026-06-17 10:00", "2026-06-22 16:00"),  # 19 June is the Dragon Boat Festival
        ("2026-04-01 17:30", "2026-04-09 14:30"),  # Easter and Ching Ming take four working days
    ],
)
def test_24_hours_promised_fall_due_as_by_hand(start: str, until: str) -> None:
    assert due(start) == datetime.fromisoformat(until)


def test_good_friday_is_a_holiday_of_hong_kong_and_a_plain_friday_is_none() -> None:
    days = public_holidays("HK")
    assert datetime(2026, 4, 3).date() in days
    assert datetime(2026, 4, 10).date() not in days


@given(MOMENTS, MOMENTS, MOMENTS)
def test_hours_add_up(a: datetime, b: datetime, c: datetime) -> None:
    assert hours(a, b) + hours(b, c) == pytest.approx(hours(a, c), abs=1e-6)


@given(MOMENTS, SPANS)
def test_later_is_never_less_and_never_more_than_the_clock(start: datetime, on: timedelta) -> None:
    assert 0 <= hours(start, start + on) <= on.total_seconds() / 3600 + 1e-6


@given(MOMENTS, st.integers(0, 15 * 3_600_000))
def test_outside_the_office_nothing_passes(day: datetime, milliseconds: int) -> None:
    closing = datetime.combine(day.date(), time(18))
    assert hours(closing, closing + timedelta(milliseconds=milliseconds)) == 0


@given(MOMENTS, st.integers(1, 2000))
def test_a_promise_falls_due_at_the_first_moment_its_hours_are_over(start: datetime, tenths: int) -> None:
    until = due(start, tenths / 10)
    assert hours(start, until) == pytest.approx(tenths / 10, abs=1e-6)
    assert hours(start, until - timedelta(seconds=1)) < tenths / 10
    assert OFFICE.opens < until.time() <= OFFICE.closes


def test_what_is_missing_stays_missing() -> None:
    start = pd.Series([pd.NaT, pd.Timestamp("2026-06-15 10:00")])
    assert OFFICE.due(start, 24).isna().tolist() == [True, False]
    assert OFFICE.hours(start, start).tolist()[1] == 0
    assert pd.isna(OFFICE.hours(start, start)[0])


def test_another_bank_keeps_other_hours() -> None:
    office = working_time(
        Settings(
            office_opens="10:00", office_closes="16:00", working_days="Sun Mon Tue Wed Thu", holidays_of="SG"
        )
    )
    assert hours("2026-06-12 12:00", "2026-06-14 11:00", office) == 1  # Friday is free, Sunday is not
    assert office.in_words() == "10:00 to 16:00, Sun, Mon, Tue, Wed, Thu, without public holidays"
    assert OFFICE.in_words() == "09:00 to 18:00, Mon to Fri, without public holidays"


@pytest.mark.parametrize(
    "wrong",
    [
        {"office_opens": "nine"},
        {"office_opens": "18:00", "office_closes": "09:00"},
        {"working_days": ""},
        {"working_days": "Mon Freitag"},
        {"holidays_of": "ATLANTIS"},
    ],
)
def test_settings_that_make_no_working_day_are_refused_in_a_sentence(wrong: dict) -> None:
    with pytest.raises(Problem, match="setting"):
        working_time(Settings(**wrong))


DAY = timedelta(microseconds=999)
"""What the load adds to a day without a time (`warehouse.sql.moments`)."""


def test_of_a_day_without_a_time_nobody_knows_the_hours() -> None:
    assert math.isnan(hours(datetime(2026, 6, 15) + DAY, "2026-06-16 10:00"))
    assert math.isnan(hours("2026-06-15 10:00", datetime(2026, 6, 16) + DAY))
    start, end = pd.Series([pd.Timestamp("2026-06-15") + DAY]), pd.Series([pd.Timestamp("2026-06-16 10:00")])
    assert OFFICE.hours_at_least(start, end).item() == pytest.approx(1)


def test_what_is_promised_on_a_day_without_a_time_falls_due_within_a_day() -> None:
    due_at = due(datetime(2026, 6, 15) + DAY)
    # Handed over when the office closed at the latest: two days and six hours on.
    assert due_at == datetime(2026, 6, 18) + DAY


def test_what_falls_due_in_summer_is_marked_as_a_moment_of_summer() -> None:
    office = working_time(Settings(timezone="Europe/Berlin", holidays_of="DE"))
    summer = timedelta(microseconds=4)
    assert due("2026-03-27 17:00", 2, office) == datetime(2026, 3, 30, 10) + summer
    assert hours("2026-03-27 17:00", datetime(2026, 3, 30, 10) + summer, office) == pytest.approx(2)

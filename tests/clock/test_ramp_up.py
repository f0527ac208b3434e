"""A bank's first year: what takes its time after a lead is complete only when the usual time has passed, once and for all."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from metrics.catalogue import CATALOGUE
from metrics.definitions.scope import Period, full_months, year_before
from metrics.query.time_coverage import complete_from, reaches_back
from reports import review_composition
from warehouse.access import data_coverage
from workflow.goals.goal_coverage import complete_months

FIRST = date(2025, 5, 27)
LAST = date(2026, 6, 30)
"""400 days."""


def leads(until: date, slow: int = 120) -> str:
    """Nine leads a day from FIRST on, of which eight are won: seven after 10 days, one after `slow`."""
    lines = []
    for n in range((until - FIRST).days + 1):
        day = FIRST + timedelta(days=n)
        for k, days in enumerate((*(7 * (10,)), slow, None)):
            won = "" if days is None or day + timedelta(days=days) > until else day + timedelta(days=days)
            lines.append(f"L{n}-{k},email,{day} 09:00,{f'{won} 10:00' if won else ''}\n")
    return "lead_id,channel,created_at,won_at\n" + "".join(lines)


def known_from(bank, until: date, slow: int = 120) -> date | None:
    covered = data_coverage.of(bank({"leads.csv": leads(until, slow)}, until))
    assert covered is not None
    assert (until - FIRST).days < 400
    assert complete_from(CATALOGUE["leads"], covered) == FIRST
    return complete_from(CATALOGUE["won"], covered)


def test_400_days_of_data_have_a_ramp_up_of_the_time_that_nine_in_ten_wins_take(bank):
    assert known_from(bank, LAST) == FIRST + timedelta(days=120)


def test_a_win_that_takes_long_counts_although_late_leads_could_not_have_come_so_far(bank):
    """One win in eight takes 170 days; of all the first year's wins it is fewer than one in ten that could be seen."""
    assert known_from(bank, LAST, slow=170) == FIRST + timedelta(days=170)


@pytest.mark.parametrize("days", [365, 380, 399])
def test_what_comes_after_the_first_year_moves_the_ramp_up_no_more(bank, days):
    assert known_from(bank, FIRST + timedelta(days=days)) == FIRST + timedelta(days=120)


def test_a_young_bank_knows_the_time_that_was_seen_so_far_and_says_nothing_of_few(bank):
    assert known_from(bank, FIRST + timedelta(days=60)) == FIRST + timedelta(days=10), "nobody was slow yet"
    assert known_from(bank, FIRST + timedelta(days=14)) == FIRST + timedelta(days=10)
    few = "lead_id,created_at,won_at\n" + "".join(
        f"L{n},2026-01-0{n} 09:00,2026-01-09 09:00\n" for n in range(1, 9)
    )
    covered = data_coverage.of(bank({"leads.csv": few}, date(2026, 1, 20)))
    assert covered is not None
    assert complete_from(CATALOGUE["won"], covered) == date(2026, 1, 9), "eight wins tell no usual time"


def test_a_year_before_that_is_half_a_ramp_up_is_no_figure_to_compare_with(bank):
    reader = bank({"leads.csv": leads(LAST)}, LAST)
    covered = data_coverage.of(reader)
    june = Period(date(2026, 6, 1), LAST)
    assert reaches_back(CATALOGUE["leads"], year_before(june), covered)
    assert not reaches_back(CATALOGUE["won"], year_before(june), covered), "June 2025 had no slow wins yet"
    assert not reaches_back(CATALOGUE["leads"], year_before(Period(date(2026, 4, 1), LAST)), covered)
    quarter = review_composition.named("2026Q2", reader)
    review = review_composition.build(reader, quarter, data_coverage.available_columns(reader))
    assert review.begun == date(2025, 5, 1)
    assert not [f for a in review.answers for f in a.figures if f.year_before], "no quarter a year before"


def test_a_win_takes_its_time_from_the_first_contact_where_contacts_are_given(bank):
    """Whose first contact lies before the data is no lead of them yet; his win is missing as well."""
    begun = leads(LAST)
    touches = ["touch_id,lead_id,channel,touched_at"]
    for line in begun.splitlines()[1:]:
        lead, _, created, _ = line.split(",")
        first = date.fromisoformat(created[:10]) - timedelta(days=20)
        touches += [
            f"T{lead}-{n},{lead},email,{on} 08:00"
            for n, on in enumerate((first, created[:10]))
            if str(on) >= str(FIRST)
        ]
    reader = bank({"leads.csv": begun, "touches.csv": "\n".join(touches) + "\n"}, LAST)
    covered = data_coverage.of(reader)
    assert covered is not None
    assert complete_from(CATALOGUE["won"], covered) == FIRST + timedelta(days=140)
    months = full_months(LAST, 12)
    whole = complete_months("won", months, reader)
    assert whole[0].start == date(2025, 11, 1), "in October the ramp-up was not yet past"
    assert complete_months("leads", months, reader)[0].start == date(2025, 7, 1)

"""How long leads stay in a stage: worked by hand, and who still waits counts as waiting."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from models.attribution.survival import stay


def days(**people: int) -> pd.DataFrame:
    """`d3=2`: two people after three days."""
    return pd.DataFrame({"days": [int(d[1:]) for d in people], "people": list(people.values())})


NOBODY = days()


def by_hand(each: list[tuple[int, int]], share: float) -> int | None:
    """The day by which `share` had left: the product of the shares that stayed, in whole fractions."""
    still = Fraction(1)
    for day in sorted({d for d, gone in each if gone}):
        at_risk = sum(d >= day for d, _ in each)
        still *= 1 - Fraction(sum(d == day and gone for d, gone in each), at_risk)
        if still <= 1 - Fraction(str(share)):
            return day
    return None


def test_twelve_leads_by_hand() -> None:
    # At risk 12: day 1 two leave (10/12), one censored on day 2, day 4 three of 9 (10/12 x 6/9 = 0.556), two censored
    # on day 5, day 7 two of 4 (0.278), one censored on day 8, day 10 the last (0).
    stayed = stay(days(d1=2, d4=3, d7=2, d10=1), days(d2=1, d5=2, d8=1))
    assert stayed is not None
    assert (stayed.people, stayed.still_there) == (12, 4)
    assert (stayed.median, stayed.ninth) == (7, 10)


def test_exactly_half_is_half() -> None:
    stayed = stay(days(d3=6), days(d9=6))
    assert stayed is not None
    assert (stayed.median, stayed.ninth) == (3, None)


def test_half_not_reached_yet_is_said_and_not_invented() -> None:
    stayed = stay(days(d1=3), days(d9=9))
    assert stayed is not None
    assert (stayed.median, stayed.low, stayed.high, stayed.ninth) == (None, None, None, None)


def test_leaving_out_who_waits_would_make_the_stage_look_quick() -> None:
    honest, flattering = stay(days(d1=5, d20=2), days(d30=8)), stay(days(d1=5, d20=2), NOBODY)
    assert honest is not None
    assert flattering is not None
    assert honest.median is None
    assert flattering.median == 1


def test_nobody_and_nobody_gone() -> None:
    assert stay(NOBODY, NOBODY) is None
    waiting = stay(NOBODY, days(d4=5))
    assert waiting is not None
    assert (waiting.people, waiting.still_there, waiting.median) == (5, 5, None)


def test_the_interval_of_a_median_of_many_is_narrow_and_holds_it() -> None:
    stayed = stay(days(**{f"d{n}": 100 for n in range(1, 21)}), days(d30=100))
    assert stayed is not None
    assert stayed.low is not None
    assert stayed.median is not None
    assert stayed.high is not None
    assert stayed.low <= stayed.median == 11 <= stayed.high
    assert stayed.high - stayed.low <= 3


COUNTS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 6)), max_size=8)


@given(COUNTS, COUNTS)
def test_counts_give_the_same_as_the_people_one_by_one(gone: list, here: list) -> None:
    def frame(rows: list) -> pd.DataFrame:
        return pd.DataFrame(rows, columns=["days", "people"])

    stayed = stay(frame(gone), frame(here))
    each = [(d, 1) for d, n in gone for _ in range(n)] + [(d, 0) for d, n in here for _ in range(n)]
    assert (stayed.median if stayed else None) == by_hand(each, 0.5)
    assert (stayed.ninth if stayed else None) == by_hand(each, 0.9)

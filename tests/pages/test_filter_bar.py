"""The filter bar: several values, what is not recorded, days one chooses, short addresses, and words for a bad link."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from metrics.definitions.scope import (
    BETWEEN,
    PERIODS,
    PERIODS_BY_MONTH,
    Period,
    days_chosen,
    last_full_month,
    month,
    period_named,
)
from pages.together.report_words import called
from tests.pages.staff import Open, somebody

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def box(page: AppTest, label: str):  # a select box or one for several
    return next(b for b in (*page.selectbox, *page.multiselect) if b.label == label)


def in_address(page: AppTest, key: str) -> list[str]:
    values = page.query_params[key]
    return [values] if isinstance(values, str) else list(values)


def captions(page: AppTest) -> str:
    return " ".join(c.value for c in page.caption)


def leads(page: AppTest) -> int:
    return int(next(m.value for m in page.metric if m.label == "Leads").replace(",", ""))


@given(as_of=DAYS, name=st.sampled_from(list(PERIODS)))
def test_every_period_ends_by_the_day_the_data_reach_and_is_as_long_as_its_words(
    as_of: date, name: str
) -> None:
    period = period_named(name, as_of)
    assert period.start <= period.end <= as_of
    if name.endswith("d"):
        assert name == "ytd" or period.days == int(name[:-1])
    if name in ("week", "this-week"):
        assert period.start.weekday() == 0
        assert period.days == 7 or (name == "this-week" and period.end == as_of)
    if name in ("month", "quarter", "year"):
        assert period.start.day == 1
        assert period.end == month(period.end.year, period.end.month).end
        following = period.end + timedelta(days=1)
        assert Period(following, following + timedelta(days=period.days + 3)).end > as_of, "it is the last"


@given(as_of=DAYS, name=st.sampled_from(sorted(set(PERIODS) - set(PERIODS_BY_MONTH))))
def test_a_period_that_is_not_on_offer_by_month_is_the_one_it_is_called(as_of: date, name: str) -> None:
    assert called(name, by_month=True) == "last full month"
    assert period_named(name, as_of, by_month=True) == last_full_month(as_of)


@given(one=DAYS, other=DAYS, as_of=DAYS, by_month=st.booleans())
def test_two_days_of_an_address_are_the_period_between_them_in_either_order(
    one: date,
    other: date,
    as_of: date,
    *,
    by_month: bool,
) -> None:
    word = f"{one.isoformat()}{BETWEEN}{other.isoformat()}"
    assert days_chosen(word) == Period(min(one, other), max(one, other))
    period = period_named(word, as_of, by_month=by_month)
    assert period.start <= period.end <= as_of
    if by_month:
        assert period.start.day == 1
        assert period.end == month(period.end.year, period.end.month).end
    elif max(one, other) <= as_of:
        assert period == days_chosen(word)


@pytest.mark.parametrize("role", ["analyst", "marketing"])
def test_several_values_add_up_and_stand_in_the_address_in_short_words(open_page: Open, role: str) -> None:
    def page(*channels: str) -> AppTest:
        app = open_page(somebody(role), "funnel", period="12m")
        if channels:
            box(app, "Channel").set_value(list(channels))
            app.run()
        return app

    both = page("email", "paid_search")
    assert leads(both) == leads(page("email")) + leads(page("paid_search"))
    assert in_address(both, "channel") == ["email", "paid_search"]
    assert in_address(both, "period") == ["12m"]
    next(b for b in both.button if b.label == "Clear filters").click()
    both.run()
    assert dict(both.query_params) == {}
    assert box(both, "Period").value == "90d"
    assert box(both, "Channel").value == []


def test_what_is_not_recorded_is_a_value_like_any_other(open_page: Open) -> None:
    every = open_page(somebody("analyst"), "funnel", period="24m")
    options = box(every, "Channel").options
    assert options[-2:] == ["Not known", "All but"]
    parts = 0
    for value in ["email", "paid_search", "not-known"]:
        page = open_page(somebody("analyst"), "funnel", period="24m", channel=value)
        assert in_address(page, "channel") == [value]
        parts += leads(page)
    assert 0 < parts < leads(every)


def test_a_link_from_before_opens_the_same_view_and_a_bad_one_says_what_was_left_out(open_page: Open) -> None:
    before = open_page(somebody("analyst"), "funnel", period="Last 12 months", channel="Email")
    assert (box(before, "Period").value, box(before, "Channel").value) == ("12m", ["email"])
    bad = open_page(somebody("analyst"), "funnel", period="for ever", channel="[fax](http://evil)")
    assert (box(bad, "Period").value, box(bad, "Channel").value) == ("90d", [])
    assert "The link names a period, “for ever”, that is not on offer here." in captions(bad)
    assert "The link names a channel" in captions(bad)
    assert "(http://evil)" not in captions(bad)


def test_days_i_choose_are_whole_months_for_who_reads_by_month(open_page: Open) -> None:
    link = {"period": "2026-01-10..2026-04-20"}
    analyst, marketing = (open_page(somebody(role), "funnel", **link) for role in ("analyst", "marketing"))
    assert "10 Jan – 20 Apr 2026" in captions(analyst)
    assert "1 Jan – 30 Apr 2026" in captions(marketing)
    assert in_address(analyst, "period") == ["2026-01-10..2026-04-20"]


@pytest.mark.parametrize("role", ["analyst", "marketing"])
def test_a_year_before_is_compared_where_it_is_chosen(open_page: Open, role: str) -> None:
    page = open_page(somebody(role), "funnel", period="quarter", against="year")
    earlier = open_page(somebody(role), "funnel", period="2025-04-01..2025-06-30")
    assert "1 Apr – 30 Jun 2026, compared with 1 Apr – 30 Jun 2025" in captions(page)
    now, then = leads(page), leads(earlier)
    delta = next(m.delta for m in page.metric if m.label == "Leads")
    assert delta.startswith(f"{now / then - 1:+.1%}".replace("-", "−"))
    bad = open_page(somebody(role), "funnel", against="never")
    assert "The link compares with “never”, which is not on offer here." in captions(bad)


@pytest.mark.parametrize("role", ["analyst", "marketing"])
def test_all_but_some_values_is_everything_else_also_what_is_not_recorded(open_page: Open, role: str) -> None:
    every, one = (
        open_page(somebody(role), "funnel", period="12m", **given) for given in ({}, {"channel": "email"})
    )
    box(one, "Channel").set_value(["email", "all-but"])
    others = one.run()
    assert leads(others) == leads(every) - leads(
        open_page(somebody(role), "funnel", period="12m", channel="email")
    )
    assert in_address(others, "channel") == ["all-but", "email"]
    assert in_address(open_page(somebody(role), "funnel", channel=["all-but", "email"]), "channel") == [
        "all-but",
        "email",
    ]


def test_a_figure_stands_beside_its_plan_or_beside_nothing(open_page: Open) -> None:
    def page(against: str) -> AppTest:
        return open_page(somebody("analyst"), "funnel", period="quarter", against=against)

    alone, beside = page("nothing"), page("plan")
    assert all(not m.delta for m in alone.metric)
    assert "compared with" not in captions(alone)
    assert "came in (" not in alone.title[0].value
    assert "Change" not in alone.dataframe[0].value
    assert "compared with its plan, for figures that have one" in captions(beside)
    assert {m.delta for m in beside.metric} == {"no plan for this"}, "the bank of the tests has set no goal"

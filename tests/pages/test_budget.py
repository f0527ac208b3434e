"""Budget: answered in words for who sees totals only too, and warned of where nobody has seen so much spend."""

from datetime import date

import pandas as pd
import pytest
from sqlalchemy import true

from pages.growth.channels.budget import _left_out, headline
from tests.pages.staff import cells, somebody, words
from warehouse.load.loading import next_snapshot
from warehouse.schema import response_curves
from warehouse.stores.connect import Stores
from workflow.campaigns.campaign_conclusions import Conclusion


@pytest.fixture
def curved(bank: Stores) -> Stores:
    """The small bank with the curves of a larger one: its own channels won too few for any."""
    with next_snapshot(bank) as draft:
        row = {
            "as_of": date(2026, 6, 30),
            "weeks": 90,
            "won": 700,
            "usual_spend": 4000.0,
            "least_spend": 1000.0,
        }
        row |= {"most_spend": 9000.0, "level": 2.0, "level_error": 0.04, "power": 0.8, "power_error": 0.1}
        even = dict.fromkeys(("level", "level_error", "power", "power_error"))
        rows = [row | {"channel": "email"}, row | {"channel": "social"}, row | even | {"channel": "event"}]
        draft.write(response_curves, pd.DataFrame(rows), replacing=true())
    return bank


@pytest.mark.parametrize("role", ["marketing", "executive"])
def test_more_budget_is_answered_and_beyond_what_was_seen_no_figure_is_shown(curved, open_page, role):
    app = open_page(somebody(role), "budget")
    assert not app.error
    assert not app.exception
    assert "Not enough variation in spend to tell" in words(app)
    assert "event" in words(app)
    before = app.metric[1].value
    app.number_input[0].set_value(50_000_000.0).run()
    assert not app.exception
    assert any(c.isdigit() for c in before)
    assert app.metric[1].value == app.metric[2].value == "not known"
    assert app.title[0].value.startswith("What this split wins is not known: email spends as no week did")
    assert "Beyond that nothing is said" in words(app)
    assert "beyond what was seen" in cells(app)


def test_a_small_bank_has_no_curves_and_says_so(open_page):
    app = open_page(somebody("analyst"), "budget")
    assert app.title[0].value == "What another budget would win is not known"
    assert "whole weeks with spend" in words(app)


GOOD = dict.fromkeys(("email", "branch", "social", "event"), Conclusion.MORE)


def _next(best: list[float], value: float = 10.0) -> pd.DataFrame:
    channels = ["email", "branch", "social", "event"][: len(best)]
    return pd.DataFrame(
        {"channel": channels, "next_best": best, "next_low": 1.0, "next_high": 2.0, "next_value": value}
    )


def test_the_title_says_where_the_next_money_goes_as_far_as_it_is_known():
    assert headline(_next([0.97, 0.03]), GOOD) == (
        "The next HKD 100,000 brings most value through email: 52 to 104 customers"
    )
    assert headline(_next([0.7, 0.28, 0.02]), GOOD) == (
        "The next HKD 100,000 probably brings most value through email: 52 to 104 customers"
    )
    assert (
        headline(_next([0.5, 0.48, 0.02]), GOOD)
        == "The next HKD 100,000 brings most value through email or branch"
    )
    assert (
        headline(_next([0.51, 0.49]), GOOD)
        == "The next HKD 100,000 brings most value through email or branch"
    )
    assert "no one of them is best" in headline(_next([0.3, 0.3, 0.2, 0.2]), GOOD)
    assert "No channel has a history that reaches far enough" in headline(_next([0.0, 0.0]), GOOD)
    assert "In no channel" in headline(_next([1.0], value=-5.0), GOOD)


def test_why_a_channel_has_no_curve_is_said(monkeypatch):
    captions: list[str] = []
    monkeypatch.setattr("streamlit.caption", captions.append)
    curves = {"channel": ["email", "event"], "weeks": [90, 12], "won": [400, 5], "level": [None, None]}
    _left_out(pd.DataFrame(curves))
    assert captions == [
        "Too little history for a curve: event.",
        "Not enough variation in spend to tell what more or less of it would bring: email.",
    ]

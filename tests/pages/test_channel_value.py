"""Channel value and budget: in words, for who sees totals only too, and never a figure where there is none."""

import json

import pandas as pd
import pytest
from sqlalchemy import func, select

from pages.charts.label_places import places
from pages.growth.channels.channel_value import ValuedGroup, headline, in_words, sentence
from tests.pages.staff import cells, somebody, words
from warehouse.load.loading import next_snapshot
from warehouse.schema import campaign_days, campaigns
from warehouse.stores.connect import Stores


@pytest.mark.parametrize("role", ["marketing", "executive", "analyst", "sales"])
@pytest.mark.parametrize("compare", ["Channel", "Campaign", "Product", "Month of joining"])
def test_every_comparison_opens_for_every_role_of_growth(open_page, role, compare):
    app = open_page(somebody(role), "channel-value", compare=compare, joined="Last 24 months")
    assert not app.error
    assert not app.exception
    page_text = words(app)
    assert "nan" not in page_text.lower().split()
    assert f"Is each {compare.lower()} worth it?" in page_text


def test_a_small_bank_gives_no_verdict_on_small_channels_and_hides_few_people(open_page):
    app = open_page(somebody("marketing"), "channel-value", joined="Last 90 days")
    assert "Not enough data yet" in words(app) + cells(app)


def test_a_missing_cost_is_said(open_page):
    """Customers of a lead whose channel nobody knows have no cost beside them."""
    app = open_page(somebody("analyst"), "channel-value", joined="Last 24 months")
    table = next(f.value for f in app.dataframe if "Value less cost" in f.value.columns)
    unknown = table[table["Channel"] == "Channel not known"]
    assert set(unknown["Value less cost"]) == {"No cost data"}
    assert set(unknown["Cost per customer"]) == {"no cost data"}


def test_a_channel_whose_cost_was_not_or_only_partly_recorded_has_no_verdict_and_no_return(
    bank: Stores, open_page
):
    mine = select(campaigns.c.campaign_id).where(campaigns.c.channel == "paid_search")
    some = select(func.min(campaigns.c.campaign_id)).where(campaigns.c.channel == "social")
    nothing = pd.DataFrame(columns=[c.key for c in campaign_days.c])
    with next_snapshot(bank) as draft:
        draft.write(campaign_days, nothing, replacing=campaign_days.c.campaign_id.in_(mine))
        partly = campaign_days.update().where(campaign_days.c.campaign_id.in_(some))
        draft.connection.execute(partly.values(cost=None))
    app = open_page(somebody("analyst"), "channel-value", joined="Last 24 months")
    table = next(f.value for f in app.dataframe if "Value less cost" in f.value.columns).set_index("Channel")
    columns = ["Value less cost", "Cost per customer", "Value ÷ cost"]
    for channel in ("Paid search", "Social"):
        assert table.loc[channel, columns].str.lower().tolist() == ["no cost data"] * 3
    assert "HKD" in table.loc["Email", "Cost per customer"]
    assert table.loc["Paid search", "Customers"] > 30
    assert "inf" not in (words(app) + cells(app)).lower().split()


def test_months_that_have_not_come_are_hatched_and_never_nothing(open_page):
    app = open_page(somebody("analyst"), "channel-value", joined="Last 12 months")
    table = next(f.value for f in app.dataframe if "Joined in" in f.value.columns).set_index("Joined in")
    latest = table.iloc[-1]
    elapsed = len(latest) - latest.eq("not yet").sum()
    assert 0 < elapsed < len(latest)
    assert latest.iloc[elapsed:].eq("not yet").all()
    assert not table.eq("HKD 0").any(axis=None)
    charts = [json.loads(c.proto.spec) for c in app.get("plotly_chart")]
    hatched = [
        t for chart in charts for t in chart["data"] if t["type"] == "bar" and t["marker"].get("pattern")
    ]
    (bars,) = hatched
    assert bars["x"][-1] == len(latest) - elapsed
    assert bars["base"][-1] == elapsed + 0.5
    app = open_page(somebody("marketing"), "channel-value", joined="Last 12 months")
    totals = next(f.value for f in app.dataframe if "Joined in" in f.value.columns).set_index("Joined in")
    assert totals.eq("too few").any(axis=None)
    assert totals.eq("not yet").equals(table.eq("not yet")), "what is hidden is not “not yet”"
    charts = [json.loads(c.proto.spec) for c in app.get("plotly_chart")]
    assert bars["x"] in [t["x"] for chart in charts for t in chart["data"]]


def test_hindsight_is_shown_with_its_numbers(open_page):
    app = open_page(somebody("executive"), "channel-value")
    page_text = words(app)
    assert "30 Jun 2025" in page_text
    assert "meant to hold for 80%" in page_text


def test_the_headline_names_the_dear_one_that_is_worth_it_and_the_cheap_one_that_is_not():
    rows = pd.DataFrame(
        {
            "group": ["event", "affiliate", "email"],
            "label": ["Event", "Affiliate", "Email"],
            "cac": [6450.0, 430.0, 500.0],
            "verdict": ["worth it", "not worth it", "worth it"],
        }
    )
    assert headline(rows, "channel") == (
        "Event costs HKD 6,450 a customer and is worth it; Affiliate, at HKD 430, is not"
    )
    assert headline(rows[1:2], "channel") == "Affiliate costs HKD 430 a customer and is not worth it"
    assert "Too few" in headline(rows.assign(verdict="no cost data"), "channel")


def test_where_names_would_cover_each_other_the_earlier_keeps_its_own():
    points = {
        "label": ["Event", "Email", "Social"],
        "cac": [6000.0, 500.0, 500.0],
        "ltv": [30_000.0, 7000.0, 7000.0],
    }
    rows = pd.DataFrame(points)
    for name in ("cac", "ltv"):
        rows[f"{name}_low"], rows[f"{name}_high"] = rows[name] * 0.9, rows[name] * 1.1
    five = rows.loc[[0, 1, 2, 1, 2, 1]]
    places_by_number = places(five, (2, 4.5), (3, 5), 330)
    assert (
        len({places_by_number[1], places_by_number[2], places_by_number[3], places_by_number[4]}) == 4
    )  # four corners
    assert places_by_number[5] is None
    assert None not in places_by_number[:5]


def test_three_findings_stand_in_words_and_the_rest_in_the_table():
    rows = pd.DataFrame(
        {
            "group": ["event", "email", "affiliate", "display", "branch", None],
            "cac": [6450.0, 500.0, 430.0, 900.0, 700.0, 1.0],
            "won": [300.0, 400.0, 600.0, 20.0, 25.0, 900.0],
            "verdict": [
                "worth it",
                "worth it",
                "not worth it",
                *["not enough data yet"] * 2,
                "no cost data",
            ],
        }
    )
    assert in_words(rows)["group"].tolist() == ["event", "affiliate", "branch"]


def test_one_group_is_one_sentence():
    row = ValuedGroup(
        label="Event",
        verdict="worth it",
        won=519.0,
        cac=6450.0,
        ltv=30053.0,
        ltv_low=25482.0,
        ltv_high=34624.0,
        paid="paid back in month 9",
    )
    assert sentence(row, 36).replace("\N{NO-BREAK SPACE}", " ") == (
        "**Event**: worth it. A customer costs HKD 6,450 and brings HKD 30,053 (25,482 to 34,624) in 36 months; "
        "paid back in month 9 (n = 519)."
    )

"""Campaigns and Attribution as people use them: plan and close, enter an experiment, see who reaches whom."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlalchemy import select

from metrics.catalogue.attributed_wins import MODELS
from tests.pages.opened import opened
from tests.pages.staff import cells, somebody, words
from warehouse.app_db.app_schema import campaign_steps, lift_experiments
from warehouse.stores import connect
from workflow.campaigns import campaign_lifecycle

VIEWS = ["scorecard", "overlap", "pressure", "life"]
TITLES = {
    "scorecard": "promis",
    "overlap": "different offers",
    "pressure": "weeks with a contact",
    "life": "analysis",
}
READERS = ["sales", "marketing", "analyst", "executive"]


def _broken(app) -> str:
    return "\n".join(str(e.value) for e in [*app.error, *app.exception])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("role", READERS)
def test_every_view_opens_for_every_role_of_the_page(open_page, role, view):
    app = open_page(somebody(role), "campaigns", view=view)
    assert not _broken(app)
    assert not [w for w in app.info if "Your role" in str(w.value)]
    assert len(app.dataframe) or "few" in words(app)
    assert TITLES[view] in app.title[0].value


def test_every_table_of_every_view_is_explained_and_its_file_has_definitions(open_page, monkeypatch):
    made = {}

    def remember(_label, data, _name, _mime, key, **_more):
        made[key] = data

    monkeypatch.setattr("streamlit.download_button", remember)
    for url, view in [("campaigns", {"view": v}) for v in VIEWS] + [("channel-value", {"joined": "24m"})]:
        made.clear()
        app = opened(open_page(somebody("marketing"), url, **view))
        files = [ZipFile(BytesIO(make())) for key, make in made.items() if key.startswith("take-zip")]
        assert files
        assert all(b"Definition" in file.read("about.csv") for file in files), (url, view)
        assert len([c for c in app.code if "SELECT" in c.value.upper()]) >= len(files)


@pytest.mark.parametrize("role", ["marketing", "executive"])
def test_who_sees_totals_only_sees_no_pair_of_fewer_than_ten_people(open_page, role):
    app = open_page(somebody(role), "campaigns", view="overlap")
    app.toggle[0].set_value(False).run()
    table = app.dataframe[0].value
    seen = table[["Reached by both", "Within 14 days"]].stack().dropna()
    assert len(seen)
    assert not seen.between(1, 9).any()


def test_marketing_writes_an_analysis_and_closes_the_campaign(open_page, bank: connect.Stores):
    app = open_page(somebody("marketing"), "campaigns", view="life")
    chosen = next(s for s in app.selectbox if s.label == "Campaign").value

    def write(step: str, note: str) -> None:
        next(s for s in app.selectbox if s.label == "Step").select(step)
        app.text_area[0].input(note)
        next(b for b in app.button if b.label == "Save").click()
        app.run()
        assert not _broken(app)

    write("closed", "Over")
    assert "cannot be closed without an analysis" in app.warning[0].value
    write("analysed", "Too many were promised too much")
    assert "Too many were promised too much" in words(app)
    write("closed", "Over")
    with bank.app_db.connect() as app_db:
        steps = app_db.execute(select(campaign_steps.c.campaign_id, campaign_steps.c.step)).all()
    assert [tuple(s) for s in steps] == [(chosen, "analysed"), (chosen, "closed")]


def test_the_others_read_and_have_no_form(open_page):
    app = open_page(somebody("sales"), "campaigns", view="life")
    assert not app.text_area
    assert "Marketing writes here" in words(app)


def test_the_models_stand_side_by_side_with_their_disagreement(open_page):
    app = open_page(somebody("analyst"), "attribution")
    assert not _broken(app)
    table = next(d.value for d in app.dataframe if "Shapley value" in d.value.columns)
    models = [m.name for m in MODELS]
    assert len(models) == 9
    assert set(models) <= set(table.columns)
    sums = table[models].sum()
    assert sums.max() - sums.min() < 2  # rounded; every model credits the same wins
    apart = table[models].max(axis=1) - table[models].min(axis=1)
    ranges = table["Range across models"].str.split(" ").str[0].str.replace(",", "").astype(float)
    assert (apart - ranges).abs().max() <= 0.6
    page_text = words(app)
    assert "The models differ most about" in page_text
    assert "90 days before the win" in page_text
    for model in MODELS:
        assert f"**{model.name}**: {model.rule} {model.asks}" in page_text


def test_an_experiment_is_entered_and_its_gap_to_the_models_is_flagged(open_page, bank: connect.Stores):
    app = open_page(somebody("marketing"), "attribution")
    assert "the true effect of a channel is not known" in words(app)
    next(s for s in app.selectbox if s.label == "Channel").select("paid_search")
    app.run()
    counts = {
        "Treated": 50_000,
        "Of the treated, won": 1_000,
        "Held out": 50_000,
        "Of the held out, won": 999,
    }
    for label, value in counts.items():
        next(n for n in app.number_input if n.label == label).set_value(value)
    for field in (f for f in app.main.text_input if f.label != "Search everything"):
        field.input("Half of the *districts*")
    next(b for b in app.button if b.label == "Enter").click()
    app.run()
    assert not _broken(app)
    with bank.app_db.connect() as app_db:
        row = app_db.execute(select(lift_experiments)).one()
    assert (row.channel, row.campaign_id) == ("paid_search", None)
    assert (row.treated, row.treated_won, row.held_out, row.held_out_won) == tuple(counts.values())
    assert row.estimate == pytest.approx(0.001)
    page_text = words(app)
    assert "of 50,000 treated 1,000 won (2.0%), of 50,000 held out 999 (2.0%)" in page_text
    assert "that it took part in, the models credit it" in page_text
    assert "whole months" in page_text
    assert "Half of the *districts*" in page_text
    assert "More than the experiment supports" in page_text


def test_sales_sees_the_experiments_and_has_no_form(open_page):
    app = open_page(somebody("sales"), "attribution")
    assert not [b for b in app.button if b.label == "Enter"]
    assert "Paid search" in cells(app)


@pytest.mark.parametrize("role", ["marketing", "analyst"])
def test_a_change_stands_with_what_sales_accepted_before_and_after_it(open_page, bank: connect.Stores, role):
    marketing, campaign = somebody("marketing"), "CMP-06"
    for day, note in ((date(2026, 3, 10), "A shorter form"), (date(2026, 6, 20), "Another page")):
        campaign_lifecycle.record(bank, marketing, campaign, "changed", note, happened_on=day)
    app = open_page(somebody(role), "campaigns", view="life")
    app.selectbox(key="campaign").set_value(campaign).run()
    assert not _broken(app)
    page = words(app)
    assert "Acceptance before and after a change" in page
    assert "A shorter form" in page
    assert "Too early: the first whole month after the change can be read on 14 Aug 2026" in page

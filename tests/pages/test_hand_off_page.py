"""Lead handoff: Sales decides in two clicks, Marketing reads it on the campaign the same day, both read the alarm."""

from datetime import date

import pandas as pd
import pytest
from sqlalchemy import func, select, update
from streamlit.testing.v1 import AppTest

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import share
from pages.growth.leads.qualification_preview import changes_in_words
from tests.pages.staff import cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import lead_reviews
from warehouse.load.loading import next_snapshot
from warehouse.schema import campaigns
from warehouse.schema import lead_moves as m
from warehouse.schema import leads as t
from warehouse.stores.connect import Stores
from workflow.qualification.lead_review import review, waiting

SALES = somebody("sales")
AS_OF = date(2026, 6, 30)
OVERPROMISES = "Welcome 8% Savings"


def rows(bank: Stores) -> list:
    with bank.app_db.connect() as app_db:
        return list(app_db.execute(select(lead_reviews)))


def tick(page: AppTest, *places: int) -> list[str]:
    """Tick lines of the list of leads; gives the numbers of those leads."""
    key = next(f.proto.id for f in page.dataframe if "Rep" in f.value).split("-", 2)[-1]
    page.session_state[key] = {"selection": {"rows": list(places), "columns": [], "cells": []}}
    page.run()
    return [listed(page)[place] for place in places]


def listed(page: AppTest) -> list[str]:
    """The numbers of the leads that are listed."""
    return list(next(f.value for f in page.dataframe if "Rep" in f.value)["Number"])


def press(page: AppTest, label: str) -> None:
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception


def test_sales_accepts_several_leads_at_once_and_undoes_it_beside_the_list(open_page, bank: Stores):
    page = open_page(SALES, "lead-hand-off")
    numbers = tick(page, 0, 2)
    press(page, "Accept 2")
    assert [(row.lead_id, row.verdict, row.reviewed_by) for row in rows(bank)] == [
        (number, "accepted", "sales-1") for number in numbers
    ]
    assert not set(numbers) & set(listed(page))
    next(b for b in page.button if b.key == "undo-just-leads").click().run()
    assert [row.verdict for row in rows(bank)] == ["accepted", "accepted", "taken_back", "taken_back"]
    assert set(numbers) <= set(listed(page))


def test_sales_rejects_with_a_reason_in_words_where_none_fits(open_page, bank: Stores):
    page = open_page(SALES, "lead-hand-off")
    (number,) = tick(page, 0)
    page.selectbox[-1].set_value("Other")
    press(page, "Reject")
    assert "Say in a few words why" in words(page)
    assert rows(bank) == []
    page.text_input[-1].set_value("Wants a branch nearer home")
    press(page, "Reject")
    (row,) = rows(bank)
    assert (row.lead_id, row.verdict, row.reason, row.note) == (
        number,
        "rejected",
        "Other",
        "Wants a branch nearer home",
    )
    assert pd.isna(Reader(bank, somebody("analyst")).frame(select(lead_reviews.c.note))["note"].iloc[0])
    next(b for b in page.button if b.key == f"undo-{row.lead_id}").click().run()
    assert [r.verdict for r in rows(bank)] == ["rejected", "taken_back"]


def test_the_list_is_searched_put_in_order_and_ones_own(open_page, bank: Stores):
    page = open_page(Viewer("sales-1", "Edmond Lau", "sales"), "lead-hand-off")
    page.selectbox("leads-order").set_value("oldest").run()
    table = next(f.value for f in page.dataframe if "Rep" in f.value)
    assert table["Qualified"].is_monotonic_increasing
    next(t for t in page.toggle if t.label.startswith("Mine")).set_value(True).run()
    table = next(f.value for f in page.dataframe if "Rep" in f.value)
    assert set(table["Rep"]) == {"Edmond Lau"}
    page.text_input("leads-search").set_value(str(table["Number"].iloc[0])).run()
    assert listed(page) == [table["Number"].iloc[0]]


def test_who_comes_second_is_told_and_of_several_leads_none_is_decided(open_page, bank: Stores):
    page = open_page(SALES, "lead-hand-off")
    first, _ = tick(page, 0, 1)
    review(bank, somebody("sales"), first, "rejected", "Not eligible")
    press(page, "Accept 2")
    assert len(rows(bank)) == 1
    assert "while you had it open" in words(page)


def test_reasons_stand_by_campaign_and_add_up_to_the_rejections(open_page, bank: Stores):
    page = open_page(SALES, "lead-hand-off", period="Last 12 months")
    table = next(f.value for f in page.dataframe if "Campaign" in f.value and "Not eligible" in f.value)
    rejections = next(card.value for card in page.metric if card.label == CATALOGUE["rejected"].label)
    assert f"{int(table.drop(columns='Campaign').sum().sum()):,}" == rejections


def test_shares_of_reasons_are_of_all_rejections_where_some_are_hidden(open_page):
    page = open_page(somebody("marketing"), "lead-hand-off", period="Last 12 months")
    table = next(f.value for f in page.dataframe if "Cumulative share" in f.value)
    rejections = next(card.value for card in page.metric if card.label == CATALOGUE["rejected"].label)
    assert table["Cumulative share"].iloc[-1] == share(
        table["Leads"].sum() / int(rejections.replace(",", ""))
    )
    assert ("not shown, with too few leads" in words(page)) == (
        table["Cumulative share"].iloc[-1] != "100.0%"
    )


def test_a_preview_says_what_of_it_is_hidden():
    classes = pd.DataFrame({"kept": [49.0, 20.0], "lost": [24.0, 1.0], "gained": [0.0, 3.0]})
    assert changes_in_words(classes).startswith(
        "25 of 94 qualified leads would no longer be qualified (26.6%), and 3"
    )
    hidden = classes.mask(classes == 1)
    assert changes_in_words(hidden).startswith(
        "how many qualified leads would no longer be qualified is hidden, and 3"
    )
    assert "no others" not in changes_in_words(classes.mask(classes < 10))


def test_what_sales_decides_stands_on_the_campaign_the_same_day_and_marketing_reads_no_lead(
    open_page, bank: Stores
):
    open_page(somebody("marketing"), "lead-hand-off")
    leads = waiting(Reader(bank, SALES), AS_OF)
    campaign = leads["campaign_id"].value_counts().idxmax()
    of_one = leads[leads["campaign_id"] == campaign]
    for lead_id in of_one["lead_id"].head(3):
        review(bank, SALES, lead_id, "accepted")
    page = open_page(somebody("marketing"), "lead-hand-off")
    assert not [n for n in leads["full_name"].dropna() if " " in n and n in words(page) + cells(page)]
    assert not [f for f in page.dataframe if "Rep" in f.value]
    analyst = cells(open_page(somebody("analyst"), "lead-hand-off"))
    assert f"{min(3, len(of_one))}, {min(3, len(of_one))} accepted" in analyst


@pytest.mark.parametrize("url", ["lead-hand-off", "today"])
@pytest.mark.parametrize("role", ["sales", "marketing"])
def test_both_departments_read_the_alarm_about_the_campaign_that_overpromises(
    role, url, open_page, bank: Stores
):
    page = open_page(somebody(role), url)
    assert not [w.value for w in page.warning], "the campaign ended on 30 November, and its alarm with it"
    ended = [text.value for text in page.text if OVERPROMISES in text.value]
    assert len(ended) == 1
    assert "ended with the campaign on 30 Nov 2025" in ended[0]
    with next_snapshot(bank) as draft:
        draft.connection.execute(
            update(campaigns).values(ends_on=None).where(campaigns.c.name == OVERPROMISES)
        )
    warnings = [w.value for w in open_page(somebody(role), url).warning]
    assert len(warnings) == 1
    assert OVERPROMISES in warnings[0].replace("\\", "")


def test_the_page_says_what_a_working_hour_is(open_page):
    page_text = words(open_page(somebody("marketing"), "lead-hand-off"))
    assert "24 working hours" in page_text
    assert "09:00 to 18:00, Mon to Fri, without public holidays in Hong Kong" in page_text


def test_a_lead_of_the_list_is_one_the_bank_has_no_decision_on_since_it_came_or_came_back(
    open_page, bank: Stores
):
    page = open_page(SALES, "lead-hand-off")
    numbers = listed(page)
    moves = Reader(bank, SYSTEM).frame(
        select(m.c.lead_id, m.c.stage).where(m.c.lead_id.in_(numbers)).order_by(m.c.move)
    )
    last = moves.groupby("lead_id")["stage"].last()
    assert len(numbers) == len(last) > 0
    assert set(last) == {"mql", "reopened"}
    table = next(f.value for f in page.dataframe if "Rep" in f.value).set_index("Number")
    back = table.loc[last[last == "reopened"].index[0]]
    assert back["Status"].endswith("came back")
    assert back["Qualified"].date() == _came_back(bank, last)


def _came_back(bank: Stores, last: pd.Series) -> date:
    lead_id = last[last == "reopened"].index[0]
    statement = select(func.max(m.c.entered_at).label("at")).where(
        m.c.lead_id == lead_id, m.c.stage == "reopened"
    )
    return Reader(bank, SYSTEM).frame(statement)["at"].iloc[0].date()


def test_the_list_opens_with_who_is_overdue_and_agrees_with_the_figure(open_page, bank: Stores):
    page = open_page(SALES, "lead-hand-off")
    leads = waiting(Reader(bank, SALES), AS_OF)
    late = leads[leads["contacted_at"].isna() & (leads["late"] > 0)]
    assert set(listed(page)) == set(late["lead_id"])
    # The figure is a stock: it counts everybody who waits, as the list does, whenever the lead came; once.
    figure = next(card.value for card in page.metric if card.label == "Overdue, still waiting")
    again = int(late["again"].sum())
    assert again > 0
    assert figure == f"{len(late) - again:,}"
    page_text = words(page)
    assert f"{len(late):,} past the SLA. {again} of them had been rejected or lost and came back" in page_text
    assert "The figure above counts the other leads." in page_text


def test_a_lead_decided_on_here_explains_why_the_list_is_shorter(open_page, bank: Stores):
    leads = waiting(Reader(bank, SALES), AS_OF)
    late = leads[leads["contacted_at"].isna() & (leads["late"] > 0)]
    review(bank, SALES, str(late.loc[~late["again"], "lead_id"].iloc[0]), "rejected", "Not eligible")
    page_text = words(open_page(SALES, "lead-hand-off"))
    assert f"{len(late) - 1:,} past the SLA" in page_text
    assert "1 of them have been decided on here since" in page_text


@pytest.mark.parametrize("role", ["sales", "marketing"])
def test_the_page_leads_with_the_leads_that_nobody_took_up(role: str, open_page, bank: Stores):
    """Their number is the same for who sees totals only, whose campaigns of few leads are hidden."""
    none = [
        c.is_(None) for c in (t.c.sales_rep, t.c.contacted_at, t.c.accepted_at, t.c.rejected_at, t.c.lost_at)
    ]
    number = len(Reader(bank, SYSTEM).frame(select(t.c.lead_id).where(*none, t.c.won_at.is_(None))))
    assert number > 0
    page = open_page(somebody(role), "lead-hand-off")
    assert page.title[0].value.startswith(f"{number:,} leads were never taken up")
    assert f"{number:,} leads were never taken up" in [h.value for h in page.subheader]
    if role == "sales":
        assert next(b.label for b in page.button if b.key == "open-never-taken-up") == "Open these leads"
    campaigns = next(f.value for f in page.dataframe if list(f.value) == ["Campaign", "Leads"])
    ages = next(f.value for f in page.dataframe if list(f.value) == ["Came", "Leads"])
    assert ages["Leads"].sum() == number >= campaigns["Leads"].sum() >= (role == "sales")


def test_what_sales_gives_back_here_stands_beside_what_the_bank_knows(open_page, bank: Stores):
    for lead_id in waiting(Reader(bank, SALES), AS_OF)["lead_id"].head(3):
        review(bank, SALES, lead_id, "rejected", "Cannot be reached")
    page = open_page(somebody("sales"), "lead-hand-off")
    table = next(f.value for f in page.dataframe if "Here since" in f.value)
    assert table["Here since"].tolist() == ["3", "3", "", "", ""]
    assert table["Leads"][1] < table["Leads"][0]


def test_who_counts_by_whole_months_reads_no_count_that_grows_with_each_decision(open_page, bank: Stores):
    page = open_page(somebody("marketing"), "lead-hand-off")
    assert not [f for f in page.dataframe if {"Here since", "Recorded here since"} & set(f.value)]
    assert "ere since" not in words(page)

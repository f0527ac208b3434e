"""Lead handoff: Sales decides in two clicks, Marketing reads it on the campaign the same day, both read the alarm."""

from datetime import date

import pandas as pd
import pytest
from sqlalchemy import func, select, update

from metrics.comparison.words import day
from tests.pages.staff import cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader
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


def test_sales_accepts_a_lead_in_one_click(open_page, bank: Stores):
    page = open_page(SALES, "lead-hand-off")
    first = next(b for b in page.button if b.label == "Accept")
    first.click().run()
    assert not page.exception
    (row,) = rows(bank)
    assert (f"accept-{row.lead_id}", row.verdict, row.reviewed_by) == (first.key, "accepted", "sales-1")
    assert first.key not in [b.key for b in page.button]


def test_sales_rejects_with_a_reason_and_takes_it_back(open_page, bank: Stores):
    page = open_page(SALES, "lead-hand-off")
    chosen = next(b for b in page.button if str(b.key).endswith("-Not eligible"))
    chosen.click().run()
    (row,) = rows(bank)
    assert (row.verdict, row.reason) == ("rejected", "Not eligible")
    next(b for b in page.button if b.key == f"undo-{row.lead_id}").click().run()
    assert [r.verdict for r in rows(bank)] == ["rejected", "taken_back"]


def test_who_comes_second_is_told(open_page, bank: Stores):
    page = open_page(SALES, "lead-hand-off")
    first = next(b for b in page.button if b.label == "Accept")
    review(bank, somebody("sales"), str(first.key).removeprefix("accept-"), "rejected", "Not eligible")
    first.click().run()
    assert len(rows(bank)) == 1
    assert "while you had it open" in words(page)


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
    assert "Accept" not in [b.label for b in page.button]
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
    listed = [str(b.key).removeprefix("accept-") for b in page.button if b.label == "Accept"]
    moves = Reader(bank, SYSTEM).frame(
        select(m.c.lead_id, m.c.stage).where(m.c.lead_id.in_(listed)).order_by(m.c.move)
    )
    last = moves.groupby("lead_id")["stage"].last()
    assert len(listed) == len(last) > 0
    assert set(last) == {"mql", "reopened"}
    assert f"came back {day(_came_back(bank, last))}" in words(page)


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
    listed = [str(b.key).removeprefix("accept-") for b in page.button if b.label == "Accept"]
    assert len(listed) > 0
    assert set(listed) <= set(late["lead_id"])
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

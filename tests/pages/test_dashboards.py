"""Dashboards: saved reports beside each other, arranged by their owner, read under the rights of whoever opens them."""

from datetime import date

import pytest

from metrics.query.report_query import SavedReport
from tests.pages.opened import opened
from tests.pages.staff import Open, somebody, words
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration.sample_history import SampleHistory
from workflow.collaboration.sample_reports import shared_reports
from workflow.reports import dashboards, saved_reports

ANALYST, MARKETING, SERVICE = somebody("analyst"), somebody("marketing"), somebody("service")


def test_a_dashboard_shows_each_reader_what_her_role_includes_and_only_its_owner_arranges_it(
    bank: Stores, open_page: Open
) -> None:
    shared_reports(SampleHistory(bank, date(2026, 6, 30)))
    (sample,) = dashboards.visible(bank, MARKETING)
    assert len(sample.reports) == 4
    leads = saved_reports.save(
        bank, ANALYST, "Leads by product", SavedReport(metric="leads", breakdown="product")
    )
    mine = dashboards.save(bank, ANALYST, "My own", [leads, sample.reports[0]])
    assert [d.title for d in dashboards.visible(bank, ANALYST)] == ["Growth this quarter", "My own"]
    assert [d.title for d in dashboards.visible(bank, MARKETING)] == ["Growth this quarter"]
    with pytest.raises(ChangeRefused, match="no list of yours"):
        dashboards.retire(bank, MARKETING, mine)
    with pytest.raises(AccessRefused, match="Only who saved"):
        dashboards.arrange(bank, MARKETING, sample.dashboard_id, [leads])
    with pytest.raises(ChangeRefused, match="1 to 8 reports"):
        dashboards.save(bank, ANALYST, "Empty", [])
    with pytest.raises(ChangeRefused, match="does not exist"):
        dashboards.save(bank, ANALYST, "Strange", ["no-such-report"])
    dashboards.arrange(bank, ANALYST, mine, [sample.reports[0], leads])

    page = open_page(MARKETING, "reports", dashboard=sample.dashboard_id)
    assert page.title[0].value == "Growth this quarter"
    assert "Leads by channel" in words(page)
    assert "Win rate" in words(page)
    assert not page.exception
    service = open_page(SERVICE, "reports", dashboard=sample.dashboard_id)
    assert "does not include" in words(service)
    strange = open_page(SERVICE, "reports", dashboard=mine)
    assert strange.title[0].value == "This link opens no dashboard"
    own = open_page(ANALYST, "reports", dashboard=mine)
    text = words(own)
    assert text.index("Leads by channel") < text.index("Leads by product")
    next(b for b in own.button if b.label == "Take it off the list").click()
    own.run()
    assert [d.title for d in dashboards.visible(bank, ANALYST)] == ["Growth this quarter"]
    assert opened(own, "Dashboards (1)") is not None


def test_a_breakdown_stands_across_months_or_a_second_dimension_and_comes_to_the_whole(
    bank: Stores, open_page: Open
) -> None:
    page = open_page(ANALYST, "reports", by="Channel", **{"and-by": "Product", "period": "Last full quarter"})
    assert "Leads by channel and product" in [h.value for h in page.header]
    table = page.dataframe[-1].value
    whole = int(page.dataframe[0].value["Leads"].sum())
    assert table.iloc[:, 1:].sum().sum() == whole
    months = open_page(
        MARKETING, "reports", by="Channel", **{"and-by": "Month", "period": "Last full quarter"}
    )
    assert list(months.dataframe[-1].value.columns) == ["Channel", "Apr 2026", "May 2026", "Jun 2026"]
    assert not months.exception
    refused = SavedReport(metric="leads", breakdown="channel", across="product")
    with pytest.raises(AccessRefused, match="one thing at a time"):
        saved_reports.save(bank, MARKETING, "Both", refused)
    kept = saved_reports.save(bank, ANALYST, "Both", refused)
    assert saved_reports.opened(bank, ANALYST, kept).report == refused
    assert "one thing at a time" in words(open_page(MARKETING, "reports", report=kept))
    odd = SavedReport(metric="leads", breakdown="channel", across="channel")
    with pytest.raises(ChangeRefused, match="does not stand across"):
        saved_reports.save(bank, ANALYST, "Odd", odd)

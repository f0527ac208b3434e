"""An analyst sees which records belong to nobody, without names, and rules on one."""

from sqlalchemy import select

from tests.pages.staff import cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import identity_rulings
from warehouse.schema import identities, person_links
from warehouse.stores.connect import Stores

ANALYST = somebody("analyst")


def test_an_analyst_sees_records_without_a_customer_but_no_name(open_page, bank: Stores):
    page = open_page(ANALYST, "identity")
    assert "records belong to no customer we know" in words(page)
    names = Reader(bank, SYSTEM).frame(select(identities.c.full_name).distinct()).dropna()["full_name"]
    assert "v00000" in cells(page) or "L-0" in cells(page)
    assert not any(name in cells(page) for name in names)


def test_a_ruling_made_on_the_page_is_kept_and_shown(open_page, bank: Stores):
    links = person_links.c
    link = Reader(bank, SYSTEM).rows(
        select(links.record_id, links.customer_id)
        .where(links.source == "CRM", links.how == "email", links.customer_id.is_not(None))
        .order_by(links.record_id)
        .limit(1)
    )[0]
    page = open_page(ANALYST, "identity")
    page.selectbox[0].select("CRM")
    page.text_input[1].input(link.record_id)
    page.text_input[2].input(link.customer_id)
    page.text_input[3].input("Father and son share the address.")
    next(b for b in page.button if b.label == "Record the decision").click().run()
    with bank.app_db.connect() as app_db:
        row = app_db.execute(select(identity_rulings)).one()
    assert (row.verdict, row.record_id, row.ruled_by) == ("split", link.record_id, "analyst-1")
    assert "Father and son" in cells(page)


def test_data_status_shows_the_match_rate_of_every_source(open_page):
    cell_text = cells(open_page(somebody("administrator"), "data-status"))
    for source in ("CRM", "Marketing", "Service", "Core banking", "Digital"):
        assert source in cell_text

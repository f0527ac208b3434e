"""Pages for everybody: refused, before a bank is loaded, and with words that somebody typed."""

from dataclasses import replace
from datetime import datetime

import pytest

from pages import MENU
from pages.charts import charts, time_charts
from tests.pages.staff import EVERYBODY, busy_rm, cells, opener, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alerts, audit_log
from warehouse.schema import customers
from warehouse.settings import Settings
from warehouse.stores import connect
from workflow.rules.rule_versions import drafts_in_force, put_live

ENTRIES = [entry for entries in MENU.values() for entry in entries]


def broken(app) -> str:
    """What a page says if something went wrong on our side."""
    return "\n".join(e.value for e in app.error) + "\n".join(str(e.value) for e in app.exception)


def test_nobody_signed_in_sees_only_the_way_to_sign_in(open_page):
    for entry in ENTRIES:
        app = open_page(None, entry.url)
        assert not app.title
        assert not app.metric
        assert not app.dataframe
        assert "signed out" in app.info[0].value


def test_every_page_says_that_the_bank_is_a_sample(open_page):
    assert "Sample data" in words(open_page(somebody("analyst"), "funnel"))


def test_an_rm_sees_her_own_customers_in_her_queue_and_no_others(open_page, bank: connect.Stores):
    rows = Reader(bank, SYSTEM).frame(
        customers.select().with_only_columns(customers.c.full_name, customers.c.rm_id)
    )
    rm = busy_rm(bank)
    queue = open_page(rm, "customer-health")
    page_text = words(queue).replace("\\", "") + cells(queue)
    own = set(rows[rows["rm_id"] == rm.rm_id]["full_name"])
    others = set(rows[rows["rm_id"] != rm.rm_id]["full_name"])
    assert any(name in page_text for name in own)
    listed = set(next(f.value for f in queue.dataframe if "Customer" in f.value)["Customer"])
    assert listed & own
    assert not listed & (others - own)


def test_a_held_out_alert_is_shown_to_nobody(open_page, bank: connect.Stores):
    with bank.app_db.connect() as app_db:
        held_out = app_db.execute(alerts.select().where(alerts.c.arm == "held_out")).mappings().first()
    assert held_out, "the sample bank holds some alerts out"
    rm = somebody("relationship_manager", rm_id=held_out["rm_id"])
    app = open_page(rm, "customer", cid=held_out["customer_id"])
    assert f"step-{held_out['alert_id']}" not in str([b.key for b in app.button])
    assert held_out["alert_id"] not in words(app)


def test_another_rms_customer_is_refused_and_the_look_is_on_record(open_page, bank: connect.Stores):
    rows = Reader(bank, SYSTEM).frame(customers.select().where(customers.c.rm_id == "RM02").limit(5))
    for customer_id, full_name in zip(rows["customer_id"], rows["full_name"], strict=True):
        app = open_page(somebody("relationship_manager"), "customer", cid=customer_id)
        assert "not among yours" in app.title[0].value
        assert full_name not in words(app)
    with bank.app_db.connect() as app_db:
        lines = app_db.execute(audit_log.select().where(audit_log.c.action == "customer.refused")).all()
    assert {line.subject for line in lines} == set(rows["customer_id"])


def test_a_recorded_step_changes_the_alert_and_stays_in_the_history(open_page, bank: connect.Stores):
    rm = busy_rm(bank)
    open_ones = alerts.select().where(alerts.c.rm_id == rm.rm_id, alerts.c.status != "closed")
    with bank.app_db.connect() as app_db:
        alert = app_db.execute(open_ones.where(alerts.c.arm == "treated")).mappings().first()
    assert alert is not None
    alert_id = alert["alert_id"]
    page = open_page(rm, "customer", cid=alert["customer_id"])
    form = next(s for s in page.selectbox if s.label == "What did you do?")
    form.select("contacted")
    next(t for t in page.text_input if t.label == "Note").input("Will call back on Friday")
    next(b for b in page.button if b.label == "Record").click()
    page.run()
    assert not broken(page)
    assert "Will call back on Friday" in words(page)
    with bank.app_db.connect() as app_db:
        after = app_db.execute(alerts.select().where(alerts.c.alert_id == alert_id)).mappings().one()
    assert after["status"] == "working"


def test_a_value_in_the_address_that_does_not_exist_counts_as_none(open_page):
    plain = open_page(somebody("analyst"), "funnel")
    odd = open_page(somebody("analyst"), "funnel", channel="'; drop table leads", period="yesteryear")
    assert odd.metric[0].value == plain.metric[0].value


def test_a_filter_in_the_address_narrows_every_card(open_page):
    every = open_page(somebody("analyst"), "funnel")
    email = open_page(somebody("analyst"), "funnel", channel="Email")
    number = lambda app: int(app.metric[0].value.replace(",", ""))  # noqa: E731
    assert 0 < number(email) < number(every)


def test_before_a_bank_is_loaded_every_page_says_so(monkeypatch, tmp_path):
    empty = connect.open_stores(Settings(data_dir=tmp_path), lambda: datetime(2026, 7, 1, 9))
    open_as = next(opener(empty, monkeypatch))
    for entry in ENTRIES:
        viewer = next(v for v in EVERYBODY if v.role in entry.roles)
        app = open_as(viewer, entry.url)
        assert not broken(app)
        assert "make demo" in words(app) or entry.url in {"dictionary", "api-access", "load-data"}


def test_while_the_first_nightly_run_goes_on_every_page_opens_and_says_what_comes_with_it(
    monkeypatch, loaded
):
    open_as = next(opener(loaded, monkeypatch))
    for entry in ENTRIES:
        viewer = next(v for v in reversed(EVERYBODY) if v.role in entry.roles)
        app = open_as(viewer, entry.url)
        assert not broken(app), entry.url
        assert "First nightly run not finished" in words(app), entry.url


def test_after_a_nightly_run_no_page_says_that_it_has_not_finished(open_page):
    assert "First nightly run" not in words(open_page(somebody("analyst"), "funnel"))


@pytest.mark.parametrize(
    "typed", ["O'Brien", "'; DROP TABLE customers; --", "100%", "a_b", "\\", "陳", "%%", ":x", "{0}"]
)
def test_whatever_is_typed_into_the_search_is_only_searched_for(open_page, typed):
    app = open_page(somebody("relationship_manager"), "customer")
    app.text_input[1].input(typed + "  " if len(typed) > 1 else typed * 2).run()
    assert not broken(app)


def test_the_search_finds_only_the_viewers_customers(open_page, bank: connect.Stores):
    rows = Reader(bank, SYSTEM).frame(customers.select())
    for row in (rows[rows["rm_id"] == "RM01"].iloc[0], rows[rows["rm_id"] == "RM02"].iloc[0]):
        app = open_page(somebody("relationship_manager"), "customer")
        app.text_input[1].input(row["customer_id"]).run()
        hits = [b.key for b in app.button if str(b.key).startswith("hit-")]
        assert hits == ([f"hit-{row['customer_id']}"] if row["rm_id"] == "RM01" else [])


LINK = "[Sign in again](https://evil.example)"


@pytest.mark.parametrize("viewer", [somebody("executive"), somebody("administrator")], ids=lambda v: v.role)
def test_words_that_came_with_the_address_are_never_a_link(open_page, viewer):
    page_text = words(open_page(viewer, "dictionary", word=LINK))
    assert "Sign in again" in page_text
    assert LINK not in page_text


def test_what_somebody_typed_into_the_search_is_never_a_link(open_page):
    page = open_page(somebody("relationship_manager"), "customer")
    page.text_input[1].input(LINK).run()
    assert "Sign in again" in words(page)
    assert LINK not in words(page)


def test_the_words_of_a_rule_are_never_a_link_in_the_queue_of_an_rm(open_page, bank: connect.Stores):
    rm, analyst = busy_rm(bank), somebody("analyst")
    alert = Reader(bank, rm).frame(alerts.select().where(alerts.c.rm_id == rm.rm_id)).iloc[0]
    rule = next(d for d in drafts_in_force(Reader(bank, analyst)) if d.code == alert["rule"])
    put_live(bank, analyst, replace(rule, title=LINK, advice=LINK), "a try", seen=1, flagged_now=1)
    for url, query in (("today", {}), ("customer-health", {}), ("customer", {"cid": alert["customer_id"]})):
        page = open_page(rm, url, **query)
        assert not broken(page)
        marked = [e for kind in ("subheader", "caption", "markdown", "info") for e in getattr(page, kind)]
        assert "Sign in again" in " ".join([*(e.value for e in marked), cells(page)])
        assert not [e.value for e in marked if LINK in e.value]


def test_a_name_in_a_chart_is_never_a_link():
    name = '<a href="https://evil.example">Spring & Co</a>'
    event = {"at": "2026-06-30", "lane": "Sales", "text": name, "mark": "circle", "label": name}
    pinned = [("2026-06-30", name)]
    drawn = [
        charts.bars([name], [1.0], [name]),
        charts.ranges([name], {"one": [1.0]}),
        charts.dots([name], [1.0], [(0.5, 1.5)], [name], lines=charts.reference(1.0)),
        charts.bars([name], [1.0], [name], bounds=[(0.5, 1.5)]),
        time_charts.timeline(["Sales"], [event]),
        time_charts.line([1], [1.0], unit="", events=pinned),
        time_charts.intervals(["2026-06-01"], [1.0], [None], [name], [False], events=[]),
    ]
    for figure in drawn:
        assert "<a" not in str(figure)
        assert "&lt;a" in str(figure)
        assert "Spring &amp; Co" in str(figure)

"""The whole customer on one page: for each role what it may see, masked until somebody says why."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from metrics.customers.customer_search import phone_digits
from metrics.customers.timeline import DEPARTMENTS, journey
from tests.pages.staff import busy_rm, cells, somebody, words
from warehouse.access.data_coverage import as_of, available_columns
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import customers, leads, tickets
from warehouse.sql.moments import ONLY_A_DAY
from workflow.customers.contact_details import dialling, masked_email, masked_phone, reveal, writing_to


def _mine(bank, **which: object):
    """A customer of RM01 with a lead and a service case, so that every department has something to show."""
    with_case = select(tickets.c.customer_id)
    with_lead = select(leads.c.customer_id).where(leads.c.customer_id.is_not(None))
    query = select(customers).where(
        customers.c.rm_id == "RM01",
        customers.c.left_on.is_(None),
        customers.c.customer_id.in_(with_case),
        customers.c.customer_id.in_(with_lead),
    )
    return Reader(bank, SYSTEM).frame(query.order_by(customers.c.customer_id)).iloc[0]


def test_one_page_shows_the_whole_relationship_to_its_rm(open_page, bank) -> None:
    person = _mine(bank)
    app = open_page(somebody("relationship_manager"), "customer", cid=person["customer_id"])
    page_text = words(app).replace("\\", "")
    assert app.title[0].value.replace("\\", "") == person["full_name"]
    for part in (
        "Products held",
        "Deposits and investments, 12 months",
        "The journey so far",
        "Service cases",
        "Survey answers",
        "Actions so far",
        "Use of the app, 90 days",
        "Last contact: ",
        "such customers leave",
    ):
        assert part in page_text, part
    assert re.search(r"complaint|Complaint", page_text)


def test_the_journey_runs_from_the_first_touch_to_the_last_case_in_stage_order(bank) -> None:
    reader = Reader(bank, SYSTEM)
    person, day = _mine(bank), as_of(reader)
    statement = journey(person["customer_id"], day, available_columns(reader))
    assert statement is not None
    events = reader.frame(statement)
    assert set(events["department"]) <= set(DEPARTMENTS)
    assert {"Marketing", "Service"} <= set(events["department"])
    days = events["at"].dt.normalize()
    assert days.is_monotonic_decreasing
    no_time = (events["at"] - days == timedelta(microseconds=ONLY_A_DAY)).groupby(days).transform("any")
    assert no_time.any(), "a touch of which only the day is known"
    for _, of_a_day in events[no_time].groupby(days):
        assert of_a_day["stage"].is_monotonic_decreasing, "without a time, the order of the stages holds"
    timed = events[~no_time]
    ordered = timed.sort_values(["at", "stage"], ascending=False, kind="stable")
    assert ordered[["at", "stage"]].equals(timed[["at", "stage"]])
    assert events["at"].max().date() <= day


def test_service_sees_cases_and_answers_but_no_money_no_score_and_no_other_departments(
    open_page, bank
) -> None:
    person = _mine(bank)
    app = open_page(somebody("service"), "customer", cid=person["customer_id"])
    page_text = words(app) + cells(app)
    assert "Service cases" in page_text
    for other in ("Products held", "HKD", "such customers leave", "Marketing 2", "Actions so far"):
        assert other not in page_text, other


def test_what_a_customer_wrote_stands_once_below_its_own_case(open_page, bank) -> None:
    written = Reader(bank, SYSTEM).frame(
        select(tickets.c.customer_id, tickets.c.text)
        .join(customers, customers.c.customer_id == tickets.c.customer_id)
        .where(customers.c.rm_id == "RM01", customers.c.left_on.is_(None), tickets.c.text.is_not(None))
    )
    by_customer = written.groupby("customer_id")["text"].agg(list)
    several = by_customer[by_customer.map(lambda texts: 2 <= len(texts) == len(set(texts)) <= 5)]
    app = open_page(somebody("relationship_manager"), "customer", cid=several.index[0])
    quoted = [c.value.replace("\\", "") for c in app.caption if c.value.startswith(("“", "\\“"))]
    for text in several.iloc[0]:
        assert sum(text[:40] in quote for quote in quoted) == 1


@pytest.mark.parametrize("role", ["relationship_manager", "service"])
def test_phone_and_email_are_masked_until_the_viewer_says_why(open_page, bank, role: str) -> None:
    person = _mine(bank)
    viewer = somebody(role)
    app = open_page(viewer, "customer", cid=person["customer_id"])
    page_text = words(app) + cells(app)
    assert person["phone"] not in page_text
    assert person["email"] not in page_text
    assert str(masked_phone(person["phone"])) in page_text
    app.button(key="reveal-on_the_line").click().run()
    ways = {link.proto.url for link in app.get("link_button")}
    assert dialling(person["phone"]) in ways
    assert writing_to(person["email"]) in ways
    with bank.app_db.connect() as app_db:
        line = app_db.execute(select(audit_log).order_by(audit_log.c.line.desc())).mappings().first()
    assert (line["who"], line["action"]) == (viewer.username, "customer.revealed")
    assert (line["subject"], line["why"]) == (person["customer_id"], "The customer is on the line")


def test_another_rms_customer_is_not_revealed_and_the_try_is_logged(bank) -> None:
    person = _mine(bank)
    other = somebody("relationship_manager", rm_id="RM02")
    with pytest.raises(AccessRefused):
        reveal(bank, other, person["customer_id"], "alert")
    with pytest.raises(ChangeRefused, match="why you need"):
        reveal(bank, other, person["customer_id"], "curious")
    with bank.app_db.connect() as app_db:
        actions = list(app_db.execute(select(audit_log.c.action)).scalars())
    assert actions[-1:] == ["customer.refused"]


@given(st.text(alphabet="0123456789+- ()", min_size=0, max_size=20))
def test_a_mask_shows_four_digits_at_most(phone: str) -> None:
    masked = masked_phone(phone)
    digits = "".join(c for c in phone if c.isdigit())
    assert masked is None if not digits else len(re.sub(r"\D", "", masked or "")) <= 4
    if len(digits) == 4:
        assert digits not in (masked or "")


def test_an_email_keeps_its_first_letter_and_its_provider() -> None:
    assert masked_email("mei.chan@example.hk") == "m•••@example.hk"
    assert masked_email("not an address") == "••••"
    assert masked_email(None) is None


@pytest.mark.parametrize(
    "typed",
    [
        "{0}",
        "+852 {0}",
        "+852-{1}-{2}",
        "(852) {1} {2}",
        "00852{0}",
        "852 {1} {2}",
        "{1} {2}",
        "{1}–{2}",
        "  {0}  ",
        "{2}",
    ],
)
def test_a_phone_is_found_in_whatever_way_it_is_typed(open_page, bank, typed: str) -> None:
    person = _mine(bank)
    digits = re.sub(r"\D", "", person["phone"])[-8:]
    app = open_page(somebody("relationship_manager"), "customer")
    app.text_input[1].input(typed.format(digits, digits[:4], digits[4:])).run()
    assert f"hit-{person['customer_id']}" in [b.key for b in app.button]
    app = open_page(somebody("relationship_manager", rm_id="RM02"), "customer")
    app.text_input[1].input(typed.format(digits, digits[:4], digits[4:])).run()
    assert f"hit-{person['customer_id']}" not in [b.key for b in app.button]


def test_full_width_digits_are_digits_and_words_are_no_phone() -> None:
    assert phone_digits("６４４６ ２７６９") == "64462769"
    assert phone_digits("C00000009") == ""
    assert phone_digits("Mei 2769") == ""
    assert phone_digits("123") == ""


def test_the_queue_page_tells_what_changed_and_packs_it_for_the_meeting(open_page, bank) -> None:
    rm = busy_rm(bank)
    app = open_page(rm, "customer-health")
    page_text = words(app)
    assert "Since Monday 29 Jun 2026." in page_text
    assert "Worse: not known yet." in page_text  # one night only: nothing to compare with
    assert "have a chance of 1 in 10 or more to leave" in page_text
    pack = next(f.value for f in app.dataframe if "Flagged for" in f.value.columns)
    number = re.search(r"You have (\d+)", app.title[0].value)
    assert number is not None
    assert len(pack) == int(number[1])

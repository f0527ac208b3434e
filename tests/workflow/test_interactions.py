"""Contacts that colleagues log without an alert, and tasks for a customer: who writes, who reads, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import or_, select

from metrics.customers.profile import profile
from metrics.customers.relationships import with_us
from metrics.customers.whose_contact import BRANCHES
from tests.morning import MORNING, on
from tests.warehouse.onlookers import ANOTHER_RM, EVERYBODY, LEAD, ONE_RM
from tests.workflow.alert_queue import flagged_rows
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import customers, tickets, touches
from warehouse.stores.connect import Stores
from workflow.alerts import alert_queue, book_transfers, contacts
from workflow.alerts.assignment import at_work, members
from workflow.alerts.follow_up import follow_customers
from workflow.alerts.portfolio import portfolio
from workflow.alerts.raising import tonight
from workflow.collaboration import customer_tasks, interactions
from workflow.customers import consent, contactable
from workflow.customers.offer_eligibility import never, why_no_offer
from workflow.customers.offers import facts_of
from workflow.rules.rule_drafts import rules

TODAY = MORNING.date()


def reader(stores: Stores, viewer: Viewer) -> Reader:
    return Reader(stores, viewer, stores.snapshot())


@pytest.fixture
def customer(own_bank: Stores) -> str:
    """A customer of RM01."""
    mine = select(customers.c.customer_id).where(customers.c.rm_id == "RM01", customers.c.left_on.is_(None))
    return str(reader(own_bank, SYSTEM).rows(mine.order_by(customers.c.customer_id))[0].customer_id)


def test_a_logged_call_is_read_by_whoever_sees_the_customer_with_its_author_and_department(
    own_bank: Stores, customer: str
) -> None:
    service = EVERYBODY["service"]
    interactions.log(own_bank, ONE_RM, customer, "call", TODAY, "spoke", "Wants a fixed rate")
    interactions.log(own_bank, service, customer, "call", TODAY - timedelta(days=2), "no_answer", "")
    interactions.log(own_bank, ONE_RM, customer, "note", TODAY, "spoke", "Has moved")
    for viewer in (ONE_RM, LEAD, service):
        entries = interactions.logged(reader(own_bank, viewer), customer)
        by = list(zip(entries["kind"], entries["department"], entries["logged_by"], strict=True))
        assert by == [
            ("note", "Relationship managers", "amy"),
            ("call", "Relationship managers", "amy"),
            ("call", "Service", "service"),
        ]
    assert interactions.logged(reader(own_bank, ANOTHER_RM), customer).empty
    masked = interactions.logged(reader(own_bank, EVERYBODY["analyst"]), customer)
    assert masked["note"].isna().all()
    contacts = interactions.contacts(reader(own_bank, SYSTEM))
    assert list(contacts["kind"]) == ["call"], "what nobody answered and a note reached nobody"
    number = int(interactions.logged(reader(own_bank, ONE_RM), customer)["interaction_id"].iloc[1])
    with pytest.raises(ChangeRefused, match="Only who logged"):
        interactions.undo(own_bank, service, number)
    interactions.undo(own_bank, ONE_RM, number)
    with pytest.raises(ChangeRefused, match="already"):
        interactions.undo(own_bank, ONE_RM, number)
    assert interactions.contacts(reader(own_bank, SYSTEM)).empty
    assert int(interactions.logged(reader(own_bank, ONE_RM), customer)["taken_back"].sum()) == 1
    with own_bank.app_db.connect() as app_db:
        actions = set(app_db.execute(select(audit_log.c.action)).scalars())
    assert {"interaction.log", "interaction.undo"} <= actions


@pytest.mark.parametrize(
    ("viewer", "kind", "on", "outcome", "note", "refusal"),
    [
        (ONE_RM, "", TODAY, "", "", "Choose what it was"),
        (ONE_RM, "call", TODAY, "", "", "what came of the call"),
        (ONE_RM, "email", TODAY, "", "  ", "what the e-mail was about"),
        (ONE_RM, "call", TODAY + timedelta(days=1), "spoke", "", "Choose the day"),
        (ONE_RM, "call", None, "spoke", "", "Choose the day"),
        (ANOTHER_RM, "call", TODAY, "spoke", "", "not among yours"),
        (EVERYBODY["marketing"], "call", TODAY, "spoke", "", "Your role logs no contacts"),
    ],
)
def test_what_cannot_be_logged_is_refused_with_a_sentence(
    own_bank: Stores,
    customer: str,
    viewer: Viewer,
    kind: str,
    on: date | None,
    outcome: str,
    note: str,
    refusal: str,
) -> None:
    with pytest.raises((ChangeRefused, AccessRefused), match=refusal):
        interactions.log(own_bank, viewer, customer, kind, on, outcome, note)


def test_a_task_stands_in_the_inbox_from_its_reminder_on_and_follows_the_customer(
    own_bank: Stores, customer: str
) -> None:
    due = TODAY + timedelta(days=5)
    customer_tasks.make(own_bank, ONE_RM, customer, "Send the offer", due, TODAY + timedelta(days=2))
    customer_tasks.make(own_bank, LEAD, customer, "Thank for the referral", due)
    mine = reader(own_bank, ONE_RM)
    assert [customer_tasks.reminders(mine, TODAY + timedelta(days=n)) for n in (0, 2, 5)] == [0, 1, 2]
    assert customer_tasks.next_task_words(mine) == {customer: f"Send the offer, {due.day} {due:%b}"}
    with pytest.raises(ChangeRefused, match="the day it is due"):
        customer_tasks.make(own_bank, ONE_RM, customer, "Call", TODAY - timedelta(days=1))
    with pytest.raises(ChangeRefused, match="reminder comes after"):
        customer_tasks.make(own_bank, ONE_RM, customer, "Call", due, due + timedelta(days=1))
    with pytest.raises(AccessRefused, match="makes no tasks"):
        customer_tasks.make(own_bank, EVERYBODY["service"], customer, "Call", due)
    number = int(customer_tasks.tasks_of(mine, customer)["task_id"].iloc[0])
    with pytest.raises(AccessRefused):
        customer_tasks.set_done(own_bank, ANOTHER_RM, number, done=True)
    customer_tasks.set_done(own_bank, ONE_RM, number, done=True)
    with pytest.raises(ChangeRefused, match="done already"):
        customer_tasks.set_done(own_bank, LEAD, number, done=True)
    assert list(customer_tasks.open_tasks(mine)["title"]) == ["Thank for the referral"]
    customer_tasks.set_done(own_bank, LEAD, number, done=False)
    assert len(customer_tasks.open_tasks(mine)) == 2
    with own_bank.app_db.begin() as app_db:
        # As if the customer had been RM09's when the tasks were made.
        app_db.exec_driver_sql("UPDATE customer_tasks SET rm_id = 'RM09', customer_rm_id = 'RM09'")
    assert customer_tasks.open_tasks(mine).empty
    follow_customers(own_bank, reader(own_bank, SYSTEM), date(2026, 6, 30), frozenset({customer}))
    assert len(customer_tasks.open_tasks(mine)) == 2


def test_a_logged_call_counts_for_the_rules_and_for_the_check_of_an_offer_by_its_true_author(
    own_bank: Stores, customer: str
) -> None:
    night, as_of = reader(own_bank, SYSTEM), date(2026, 6, 30)
    before = night.frame(profile(as_of)).set_index("customer_id")["days_since_spoken"].sort_index()
    interactions.log(own_bank, ONE_RM, customer, "call", as_of, "spoke", "")
    night = reader(own_bank, SYSTEM)
    with_it = contacts.with_recorded(night, night.frame(profile(as_of)), as_of)
    after = with_it.set_index("customer_id")["days_since_spoken"].sort_index()
    assert after[customer] == 0
    assert before[customer] > 0
    others = after.index != customer
    assert after[others].astype("Int64").equals(before[others].astype("Int64"))
    of_a_colleague = facts_of(reader(own_bank, LEAD), customer, as_of, alerted=True)
    assert (of_a_colleague.contacted_on, of_a_colleague.contacted_by) == (as_of, "amy")
    assert "amy was in touch on 30 Jun 2026" in why_no_offer(
        replace(of_a_colleague, consent=True, open_complaint=False, offered_on=None)
    )
    assert facts_of(reader(own_bank, ONE_RM), customer, as_of, alerted=True).contacted_by != "amy"


def test_the_day_a_customer_complained_is_no_contact_and_a_branch_call_is_not_marketings(
    own_bank: Stores,
) -> None:
    night, as_of = reader(own_bank, SYSTEM), date(2026, 6, 30)
    rows = contacts.last_contacts(night, None, as_of).set_index(["customer_id", "department"])["at"]
    replies = night.frame(select(tickets.c.customer_id, tickets.c.first_reply_at)).dropna()
    replies = replies[replies["first_reply_at"] < "2026-07-01"]
    latest = pd.to_datetime(replies["first_reply_at"]).dt.normalize().groupby(replies["customer_id"]).max()
    services = rows.xs("Service", level="department")
    assert services.sort_index().equals(latest.sort_index().rename_axis("customer_id").rename("at"))
    calls = night.frame(
        select(touches.c.customer_id, touches.c.touched_at).where(
            touches.c.kind == "call", touches.c.customer_id.is_not(None)
        )
    )
    branch = rows.xs(BRANCHES, level="department")
    last_call = pd.to_datetime(calls["touched_at"]).dt.normalize().groupby(calls["customer_id"]).max()
    assert (branch.reindex(last_call.index) >= last_call).all()
    mailed = night.frame(
        select(touches.c.customer_id).where(
            (touches.c.kind == "email") & touches.c.campaign_id.is_not(None) | (touches.c.kind == "event")
        )
    )
    assert set(rows.xs("Marketing", level="department").index) <= set(mailed["customer_id"])


def test_a_whole_book_goes_to_a_colleague_and_comes_back(own_bank: Stores, customer: str) -> None:
    as_of, second = date(2026, 6, 30), replace(LEAD, team="Central")
    night = reader(own_bank, SYSTEM)
    team = list(members(reader(own_bank, second))["rm_id"])
    colleague = replace(ONE_RM, username="cat", rm_id=next(rm for rm in team if rm != "RM01"))
    settings = replace(own_bank.settings, hold_out_share=0.0)
    stores = replace(own_bank, settings=settings)
    frame = flagged_rows(customer, rm="RM01", team="Central")
    tonight(stores, rules(settings)[0], frame, as_of, frozenset({customer}))
    customer_tasks.make(stores, ONE_RM, customer, "Send the offer", TODAY)
    assert at_work(stores, colleague, "Central").covers == ()
    with pytest.raises(ChangeRefused, match="two different RMs"):
        book_transfers.hand_over(stores, second, "RM01", "RM01", TODAY, "On leave")
    with pytest.raises(AccessRefused):
        book_transfers.hand_over(stores, ONE_RM, "RM01", colleague.rm_id, TODAY, "On leave")
    later = TODAY + timedelta(days=3)
    assert book_transfers.hand_over(stores, second, "RM01", colleague.rm_id, later, "On leave") == 0
    assert book_transfers.move_due(stores) == 0, "its day has not come"
    with pytest.raises(ChangeRefused, match="handed over already"):
        book_transfers.hand_over(stores, second, colleague.rm_id, "RM01", TODAY, "On leave")
    then = on(stores, later)
    assert book_transfers.move_due(then) == 1
    assert book_transfers.move_due(then) == 0
    substitute = at_work(then, colleague, "Central")
    assert substitute.covers == (customer,)
    assert list(customer_tasks.open_tasks(reader(then, substitute))["full_name"].notna()) == [True]
    assert len(alert_queue.open_alerts(reader(then, substitute))) == 1
    assert alert_queue.open_alerts(reader(then, ONE_RM)).empty
    book = int(book_transfers.standing(reader(then, second))["transfer_id"].iloc[0])
    assert book_transfers.hand_back(then, second, book, "Back from leave") == 1
    with pytest.raises(ChangeRefused, match="already"):
        book_transfers.hand_back(then, second, book, "Back from leave")
    assert len(alert_queue.open_alerts(reader(then, ONE_RM))) == 1
    steps = alert_queue.steps(reader(then, ONE_RM), customer)
    assert [s.split(":")[0] for s in steps["note"]] == [
        "Back from leave",
        f"The book was handed over on {later.day} {later:%b %Y}",
    ]
    assert audit.broken_line(then) is None
    rows = portfolio(reader(then, ONE_RM), as_of).set_index("customer_id")
    mine = night.frame(select(customers.c.customer_id).where(customers.c.rm_id == "RM01", with_us(as_of)))
    assert set(rows.index) == set(mine["customer_id"])
    assert rows.loc[customer, "alerts"] == "Service complaint and large dormant savings"
    assert str(rows.loc[customer, "next_task"]).startswith("Send the offer")


@pytest.mark.parametrize(
    ("given", "changed_on", "said_on", "stands"),
    [
        (True, None, None, True),
        (None, None, None, None),
        (True, None, TODAY, False),
        (None, None, TODAY, False),
        (True, TODAY, TODAY, False),
        (True, TODAY + timedelta(days=1), TODAY, True),
        (False, TODAY + timedelta(days=1), TODAY, False),
    ],
)
def test_only_a_consent_that_is_newer_than_the_wish_for_no_marketing_counts_again(
    given, changed_on, said_on, stands
) -> None:
    assert consent.standing(given, changed_on, said_on) is stands


def test_a_wish_for_no_marketing_ends_every_offer_at_once_and_later_marketing_is_shown(
    own_bank: Stores,
) -> None:
    c, t = customers, touches
    reached = select(t.c.customer_id).where(t.c.kind == "event", t.c.touched_at >= TODAY - timedelta(days=60))
    wish = TODAY - timedelta(days=90)
    willing = select(c.c.customer_id, c.c.rm_id).where(
        or_(c.c.consent_changed_on.is_(None), c.c.consent_changed_on < wish),
        c.c.marketing_consent,
        c.c.left_on.is_(None),
        c.c.rm_id.is_not(None),
        c.c.customer_id.in_(reached),
    )
    one = reader(own_bank, SYSTEM).rows(willing.order_by(c.c.customer_id))[0]
    rm = replace(ONE_RM, rm_id=one.rm_id)
    interactions.log(own_bank, rm, one.customer_id, "call", wish, "opted_out", "")
    no = "The customer asked for no marketing: make no offer, whatever the occasion."
    assert never(facts_of(reader(own_bank, rm), one.customer_id, TODAY)) == no
    everybody = contactable.people(reader(own_bank, SYSTEM)).set_index("customer_id")["why_not"]
    assert everybody[one.customer_id] in (no, "A complaint is open: nothing is sold until it is settled.")
    late = consent.contact_after(reader(own_bank, rm), one.customer_id, wish, TODAY)
    assert late is not None
    assert late > wish
    entry = int(interactions.logged(reader(own_bank, rm), one.customer_id)["interaction_id"].iloc[0])
    interactions.undo(own_bank, rm, entry)
    assert never(facts_of(reader(own_bank, rm), one.customer_id, TODAY)) == ""


def test_a_consent_that_ended_on_no_known_day_is_nobody_s_word_but_the_bank_s() -> None:
    assert consent.ended(given=False, changed_on=None, said_on=None) == (None, False)
    assert consent.ended(given=False, changed_on=TODAY, said_on=None) == (TODAY, False)
    assert consent.ended(given=True, changed_on=None, said_on=TODAY) == (TODAY, True)

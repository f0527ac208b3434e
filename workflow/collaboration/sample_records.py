"""Twelve months of the sample bank's departments working together: what they saw, disputed, decided and asked.

All of it is invented, as the bank is. Each line happens on its day, through the same doors as anybody's, so that whose
turn it is, what is due and what is overdue are what they would be.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import select

from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import users
from warehouse.schema import customers
from warehouse.stores.connect import Stores
from workflow.collaboration import (
    record_store,
    sample_agreements,
    sample_contacts,
    sample_disputes,
    sample_meetings,
    sample_pulse,
    sample_reports,
)
from workflow.collaboration.record_kind import (
    ANALYTICS,
    IT,
    MANAGEMENT,
    MARKETING,
    RELATIONSHIP,
    SALES,
    SERVICE,
)
from workflow.collaboration.sample_history import SampleHistory


def write_sample_records(stores: Stores, as_of: date) -> None:
    """Write the history once; a part of it that needs a figure this bank does not have is left out."""
    history = SampleHistory(stores, as_of)
    for part in _PARTS:
        part(history)


def _unity(h: SampleHistory) -> None:
    """Project Unity, and what blocks it."""
    unity = h.open(
        300,
        MANAGEMENT,
        "initiative",
        title="Project Unity",
        goal="One view of the customer for Marketing, Sales, Service and relationship managers, on the same figures.",
        accountable=ANALYTICS,
        team=[MARKETING, SALES, SERVICE, RELATIONSHIP, ANALYTICS, IT],
        consulted=[MANAGEMENT],
        informed=[],
        sponsor="Vivian Tse",
        milestones=f"{h.day(200):%d %b %Y}: one definition of a qualified lead\n"
        f"{h.day(90):%d %b %Y}: alerts reach relationship managers\n"
        f"{h.day(-60):%d %b %Y}: the quarterly review runs on it alone",
        cost=1_800_000,
        ends_on=h.day(-120),
    )
    for label in ("Win rate", "Churn rate"):
        h.step(290, MARKETING, unity, "link_figure", figure=label)
    needed = {MARKETING: 40, SALES: 30, SERVICE: 30, RELATIONSHIP: 25, ANALYTICS: 120, IT: 90}
    h.step(
        288, ANALYTICS, unity, "plan_people", people_days="\n".join(f"{d}: {n}" for d, n in needed.items())
    )
    for department, days in {MARKETING: 40, SALES: 20, SERVICE: 30, ANALYTICS: 110, IT: 60}.items():
        h.step(280, department, unity, "offer_people", offered=days)
    for department, member, skills in (
        (ANALYTICS, "Priya Nair", "SQL, forecasting, experiments"),
        (MARKETING, "Carmen Ho", "campaigns, copywriting"),
        (IT, "Oscar Yip", "data loads, security, SQL"),
        (SERVICE, "Siu Wai Chan", "complaints, process design"),
    ):
        h.step(278, department, unity, "join", member=member, skills=skills)
    h.step(
        200,
        ANALYTICS,
        unity,
        "update",
        progress="Marketing and Sales have agreed what a qualified lead is.",
        challenge="The old reports still count otherwise.",
        next="Alerts for relationship managers.",
    )
    h.step(150, ANALYTICS, unity, "ask_sponsor", question="May IT take 30 days from the branch project?")
    h.step(147, MANAGEMENT, unity, "sponsor_answers", answer="Yes, until the quarterly review.")
    h.step(
        60,
        RELATIONSHIP,
        unity,
        "block",
        blocker="Alerts do not say which clients may not be called.",
        needs=IT,
    )
    h.step(52, IT, unity, "clear", cleared="Consent is loaded every night and shown on the client’s page.")
    h.step(
        13,
        ANALYTICS,
        unity,
        "update",
        progress="Every department opens the same funnel in its meeting.",
        challenge="Two of five departments still bring slides of their own.",
        next="The next quarterly review without other slides.",
    )


def _requests(h: SampleHistory) -> None:
    """Data asked for: received, in work, and new."""
    done = h.open(
        160,
        MARKETING,
        "data_request",
        title="Contacts per customer over all channels",
        to=ANALYTICS,
        purpose="To decide how often we may write to one person in a month.",
        period="Last 12 months, by customer and month",
        columns="month\nsegment\ncontacts by mail\ncontacts by phone",
        must_have="By month\nWithout names",
        nice_to_have="By product held\nBy branch",
        needed_by=h.day(130),
    )
    h.step(
        157,
        ANALYTICS,
        done,
        "accept",
        understood="A limit for contacts in a month, set for all channels together.",
        owner_extract=IT,
        owner_prepare=ANALYTICS,
        owner_analyse=ANALYTICS,
        owner_deliver=ANALYTICS,
        promised_by=h.day(136),
    )
    h.step(156, MARKETING, done, "confirm", also="Calls by Service count as well.")
    h.step(150, MARKETING, done, "concede", dropped="By branch", in_return="The table comes a week earlier.")
    h.step(
        140,
        ANALYTICS,
        done,
        "deliver",
        where="Reports, “Contacts per customer”",
        delivered_columns="month\nsegment\ncontacts by mail\ncontacts by phone",
        why_missing="",
        shared_until=h.day(-180),
    )
    h.step(134, MARKETING, done, "receive", used_for="Four contacts a month at most, calls included.")
    h.open(
        4,
        SALES,
        "data_request",
        title="Rejected leads that became customers elsewhere",
        to=MARKETING,
        purpose="To decide whether to call rejected leads again after six months.",
        period="Two years, one row for each lead",
        columns="lead\nrejected on\nreason\njoined on",
        must_have="Reason of the rejection",
        nice_to_have="Product",
        needed_by=h.day(-20),
    )


def _feedback(h: SampleHistory) -> None:
    """What departments said to each other."""
    for back, who, to, about, title, message, reply in (
        (
            180,
            SALES,
            MARKETING,
            "This works well",
            "The notes on each lead help the first call",
            "We open with what the person read. Keep it.",
            "Gladly. From next month the notes hold the product looked at.",
        ),
        (
            74,
            SERVICE,
            MARKETING,
            "This does not work",
            "We hear of campaigns from the callers",
            "Please tell us a week before, with the offer and its end.",
            "Agreed: the register of campaigns goes to you each Monday.",
        ),
        (
            5,
            RELATIONSHIP,
            SERVICE,
            "An opportunity",
            "Tell us when a complaint is settled",
            "A call the day after would be worth more than one a month later.",
            "",
        ),
    ):
        number = h.open(back, who, "feedback", title=title, to=to, about=about, said=message)
        if reply:
            h.step(back - 4, to, number, "reply", reply=reply)


def _about_customers(h: SampleHistory) -> None:
    """Contacts, tasks, a note, and two cases with Service, about the clients of the manager who has an account."""
    account = select(users.c.username, users.c.full_name, users.c.rm_id).where(users.c.username == "rm")
    for row in Reader(h.stores, SYSTEM).rows(account):
        manager = Viewer(row.username, row.full_name, "relationship_manager", row.rm_id)
        sample_contacts.about(h, manager)
        mine = select(customers.c.customer_id).where(customers.c.rm_id == row.rm_id)
        clients = Reader(h.stores, manager, h.stores.snapshot()).rows(
            mine.order_by(customers.c.customer_id).limit(3)
        )
        if len(clients) < 3:
            return
        note, waiting, answered = (str(c.customer_id) for c in clients)
        _open_about(h, 40, manager, "customer_note", note, title="Prefers to be called after 18:00")
        _open_about(
            h, 1, manager, "service_case", waiting, title="Asks for a new card", details="Lost on Friday."
        )
        case = _open_about(h, 7, manager, "service_case", answered, title="Cannot sign in", details="")
        h.step(5, SERVICE, case, "answer", answer="The phone number was an old one. It works since Tuesday.")


def _open_about(
    h: SampleHistory, back: int, viewer: Viewer, kind: str, customer_id: str, **values: str
) -> int:
    return record_store.open_record(h.on(back), viewer, kind, values, customer_id=customer_id)


_PARTS: tuple[Callable[[SampleHistory], None], ...] = (
    _unity,
    sample_pulse.pulse,
    sample_meetings.decisions,
    sample_disputes.app_update,
    _feedback,
    _requests,
    sample_disputes.observations,
    sample_meetings.meetings,
    sample_disputes.acceptance,
    sample_disputes.talk,
    _about_customers,
    sample_meetings.retrospectives,
    sample_agreements.ideas_and_questions,
    sample_agreements.agreements,
    sample_agreements.calendar_of_events,
    sample_reports.shared_views,
    sample_reports.own_reports,
    sample_reports.shared_reports,
    sample_reports.pages_opened,
)

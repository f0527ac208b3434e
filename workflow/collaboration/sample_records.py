"""Twelve months of the sample bank's departments working together: what they saw, disputed, decided and asked.

All of it is invented, as the bank is. Each line happens on its day, through the same doors as anybody's, so that whose
turn it is, what is due and what is overdue are what they would be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from metrics.definitions.scope import Filters, Period, Scope, month
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import users
from warehouse.errors import Problem
from warehouse.schema import customers
from warehouse.stores.connect import Stores
from workflow.collaboration import record_store, sample_agreements
from workflow.collaboration.pinned_figures import InventedPast, pin_figure
from workflow.collaboration.record_kind import (
    ANALYTICS,
    IT,
    MANAGEMENT,
    MARKETING,
    RELATIONSHIP,
    SALES,
    SERVICE,
)

_PEOPLE = {
    MARKETING: Viewer("marketing", "Carmen Ho", "marketing"),
    SALES: Viewer("sales", "Edmond Lau", "sales"),
    SERVICE: Viewer("service", "Siu Wai Chan", "service"),
    ANALYTICS: Viewer("analyst", "Priya Nair", "analyst"),
    MANAGEMENT: Viewer("executive", "Vivian Tse", "executive"),
    RELATIONSHIP: Viewer("lead", "Team lead", "team_lead"),
    IT: Viewer("admin", "Oscar Yip", "administrator"),
}
"""Department → the demo account that writes for it."""


class _History:
    """Writes on days of the invented past, counted back from today."""

    def __init__(self, stores: Stores, as_of: date) -> None:
        self.stores, self.as_of, self.today = stores, as_of, stores.now().date()

    def on(self, back: int) -> Stores:
        """The stores on the morning so many days ago."""
        morning = datetime.combine(self.day(back), time(9, 30))
        return replace(self.stores, now=lambda: morning)

    def day(self, back: int) -> date:
        return self.today - timedelta(days=back)

    def months(self, back: int, count: int = 3) -> Period:
        """The `count` whole months that were over and loaded so many days ago."""
        last = min(self.day(back), self.as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
        return Period(month(last.year, last.month - count + 1).start, last)

    def pin(
        self, back: int, who: str, metric: str, *, filters: Filters = (), multiple: float = 1.0
    ) -> int | None:
        """The figure of the three whole months before that day; None where this bank has none to show to all."""
        past = InventedPast(min(self.day(back + 1), self.as_of), multiple)
        scope = Scope(self.months(back), filters)
        try:
            return pin_figure(self.on(back), _PEOPLE[who], metric, scope, past)
        except Problem:
            return None

    def open(
        self,
        back: int,
        who: str,
        kind: str,
        pin_id: int | None = None,
        came_from: int | None = None,
        **values: Any,
    ) -> int:
        return record_store.open_record(
            self.on(back), _PEOPLE[who], kind, values, pin_id=pin_id, came_from=came_from
        )

    def step(self, back: int, who: str, number: int, step: str, **values: Any) -> None:
        record = record_store.one_record(Reader(self.stores, _PEOPLE[who]), number)
        assert record is not None
        record_store.take_step(self.on(back), _PEOPLE[who], number, record.version, step, values)

    def comment(self, back: int, who: str, number: int, text: str) -> None:
        record_store.comment(self.on(back), _PEOPLE[who], number, text)


def write_sample_records(stores: Stores, as_of: date) -> None:
    """Write the history once; a part of it that needs a figure this bank does not have is left out."""
    history = _History(stores, as_of)
    for part in _PARTS:
        part(history)


def _app_update(h: _History) -> None:
    """From an observation to a dispute that a test settled."""
    seen = h.open(
        268,
        RELATIONSHIP,
        "observation",
        h.pin(268, RELATIONSHIP, "csat", multiple=1.04),
        title="Clients complain that the new app hides the transfer limit",
        details="Four clients of my team in one week, all after the update.",
        to=SERVICE,
    )
    h.step(264, SERVICE, seen, "review", reply="We count such cases from today. The team of the app is told.")
    h.step(
        250,
        SERVICE,
        seen,
        "act",
        became="A dispute",
        outcome="Marketing and we read the fall differently, so we put it to a test.",
    )
    pin = h.pin(250, SERVICE, "csat", multiple=0.96)
    if pin is None:
        return
    dispute = h.open(
        250,
        SERVICE,
        "dispute",
        pin,
        came_from=seen,
        title="Satisfaction after the app update: a short-term adjustment, or a flaw?",
        against=MARKETING,
        reading="A flaw: the limit is two screens away, and those who ask for it are the unhappy ones.",
    )
    h.step(
        245,
        MARKETING,
        dispute,
        "answer",
        other_reading="A short-term adjustment: every update costs a few weeks, and then it is back.",
    )
    h.step(
        240,
        SERVICE,
        dispute,
        "evidence",
        evidence="Of forty cases drawn at random, 17 name the transfer limit.",
        source="Cases of the two weeks after the update, read by two colleagues",
    )
    h.step(
        238,
        MARKETING,
        dispute,
        "evidence",
        evidence="After the update before, satisfaction was back within five weeks.",
        source="Survey of the year before",
    )
    h.step(236, SERVICE, dispute, "facilitate", facilitator=ANALYTICS, without="")
    h.step(
        229,
        ANALYTICS,
        dispute,
        "discuss",
        met_on=h.day(230),
        attended=[SERVICE, MARKETING, ANALYTICS],
        minutes="Both accept a test: half of the users see the limit on the first screen for six weeks.",
    )
    h.step(228, SERVICE, dispute, "predict", direction="rise", checked_on=h.day(120))
    h.step(228, MARKETING, dispute, "predict", direction="stay as it is", checked_on=h.day(120))
    h.step(
        227,
        ANALYTICS,
        dispute,
        "plan_test",
        question="Does the limit on the first screen make more users satisfied?",
        counted="Answers 4 or 5 to the question how satisfied they are",
        base_percent=71.0,
        change_percent=8.0,
        per_week=450,
        rule="If the interval lies above 0, the limit moves to the first screen for all. Otherwise the screen stays.",
        started_on=h.day(225),
        read_on=h.day(176),
    )
    h.step(
        175,
        ANALYTICS,
        dispute,
        "settle",
        treated=1402,
        treated_won=1087,
        held_out=1396,
        held_out_won=993,
        follows="The limit is on the first screen for everybody since this week. Both departments tell their teams.",
    )


def _acceptance(h: _History) -> None:
    """A dispute that is under way, and late."""
    pin = h.pin(26, SALES, "acceptance_rate")
    if pin is None:
        return
    dispute = h.open(
        26,
        SALES,
        "dispute",
        pin,
        title="Fewer leads accepted: worse leads, or fewer hands to call them?",
        against=MARKETING,
        reading="Worse leads: those of the spring campaign had no phone number half of the time.",
    )
    h.step(
        22,
        MARKETING,
        dispute,
        "answer",
        other_reading="Fewer hands: the leads that waited longest were rejected most.",
    )
    h.step(
        16,
        SALES,
        dispute,
        "evidence",
        evidence="Of 60 rejected leads read again, 22 had no way to be called.",
        source="Rejected leads of May, read by two colleagues",
    )


def _decisions(h: _History) -> None:
    """Decisions that did what was expected, did not, and wait."""
    held = h.open(
        290,
        MARKETING,
        "decision",
        h.pin(290, MARKETING, "mql", multiple=0.9),
        title="Spend the second half of the social budget on e-mail?",
        options="Move it to e-mail\nLeave it where it is",
        evidence="E-mail brought more qualified leads for the same money in the two quarters before.",
        consulted=[MARKETING, SALES],
    )
    h.step(
        284,
        MANAGEMENT,
        held,
        "take",
        chosen="Move it to e-mail",
        why="Both departments ask for it, and it can be undone within a month.",
        owner=MARKETING,
        cost=120_000,
        direction="rise",
        review_on=h.day(190),
    )
    h.step(
        188,
        MARKETING,
        held,
        "look_again",
        held="yes",
        learned="Keep it. The same move with search brought nothing in the small, so it stops here.",
    )
    missed = h.open(
        232,
        SALES,
        "decision",
        h.pin(232, SALES, "win_rate", multiple=1.02),
        title="Call every opportunity within a day?",
        options="Within a day\nWithin two days, as now",
        consulted=[SALES],
    )
    h.step(
        226,
        MANAGEMENT,
        missed,
        "take",
        chosen="Within a day",
        why="Sales expects more wins from it.",
        owner=SALES,
        cost=60_000,
        direction="rise",
        review_on=h.day(120),
    )
    h.step(
        118,
        SALES,
        missed,
        "look_again",
        held="no",
        learned="Calls came sooner and wins did not change. We go back, and call the large ones first.",
    )
    due = h.open(
        96,
        RELATIONSHIP,
        "decision",
        h.pin(96, RELATIONSHIP, "churn_rate", multiple=1.05),
        title="Call every client with a complaint and large dormant savings within two days?",
        options="Within two days\nWithin a week",
        evidence="The alerts of the first quarter, against those held out.",
        consulted=[RELATIONSHIP, SERVICE, ANALYTICS],
    )
    h.step(
        90,
        MANAGEMENT,
        due,
        "take",
        chosen="Within two days",
        why="These are few clients with much at stake.",
        owner=RELATIONSHIP,
        direction="fall",
        review_on=h.day(3),
    )
    h.open(
        6,
        MARKETING,
        "decision",
        h.pin(6, MARKETING, "cac"),
        title="Go on with paid social in the next quarter?",
        options="Go on as it is\nHalve it\nStop it",
        evidence="See Channel value: the interval of its value less its cost.",
        consulted=[MARKETING, SALES],
    )


def _observations(h: _History) -> None:
    """What colleagues noticed: acted on, declined, answered, and not answered yet."""
    acted = h.open(
        140,
        SALES,
        "observation",
        h.pin(140, SALES, "leads"),
        title="Leads from the branch event arrive without a product",
        to=MARKETING,
    )
    h.step(137, MARKETING, acted, "review", reply="The form of the event had no such field.")
    h.step(
        131,
        MARKETING,
        acted,
        "act",
        became="A check of the data",
        outcome="The field is there, and the load names leads without a product.",
    )
    declined = h.open(
        110,
        SERVICE,
        "observation",
        h.pin(110, SERVICE, "nps"),
        title="Customers who wait at the branch seem less happy on Mondays",
        to=ANALYTICS,
    )
    h.step(
        104,
        ANALYTICS,
        declined,
        "decline",
        why="Mondays and other days differ by no more than chance in twelve months.",
    )
    answered = h.open(
        24,
        RELATIONSHIP,
        "observation",
        title="Three clients moved their savings after the fee letter",
        details="They say another bank waives it above HKD 500,000.",
        to=MARKETING,
    )
    h.step(20, MARKETING, answered, "review", reply="We look at the letter with Product, and answer here.")
    h.open(
        12,
        SALES,
        "observation",
        h.pin(12, SALES, "win_rate"),
        title="Mortgage deals take longer since the new form",
        to=ANALYTICS,
    )
    h.open(
        2,
        SERVICE,
        "observation",
        h.pin(2, SERVICE, "csat"),
        title="More callers ask how to change their phone number",
        to=SERVICE,
    )


def _requests(h: _History) -> None:
    """Data asked for: received, in work, and new."""
    done = h.open(
        160,
        MARKETING,
        "data_request",
        title="Contacts per customer over all channels",
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
    h.step(150, MARKETING, done, "concede", dropped="By branch", in_return="The table comes a week earlier.")
    h.step(
        140,
        ANALYTICS,
        done,
        "deliver",
        where="Reports, “Contacts per customer”",
        delivered_columns="month\nsegment\ncontacts by mail\ncontacts by phone",
        why_missing="",
    )
    h.step(134, MARKETING, done, "receive", used_for="Four contacts a month at most, calls included.")
    h.open(
        4,
        SALES,
        "data_request",
        title="Rejected leads that became customers elsewhere",
        purpose="To decide whether to call rejected leads again after six months.",
        period="Two years, one row for each lead",
        columns="lead\nrejected on\nreason\njoined on",
        must_have="Reason of the rejection",
        nice_to_have="Product",
        needed_by=h.day(-20),
    )


def _unity(h: _History) -> None:
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
    h.step(
        200,
        ANALYTICS,
        unity,
        "update",
        progress="Marketing and Sales have agreed what a qualified lead is.",
        challenge="The old reports still count otherwise.",
        next="Alerts for relationship managers.",
    )
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


def _meetings(h: _History) -> None:
    """Meetings that were held, and the next ones."""
    for back, attended, decided in (
        (
            62,
            [MARKETING, SALES, SERVICE, RELATIONSHIP, ANALYTICS],
            "Keep the goal for digital leads as it is",
        ),
        (31, [MARKETING, SALES, ANALYTICS], "Service gives a date for the call-back list"),
    ):
        held = h.open(
            back + 6,
            ANALYTICS,
            "meeting",
            title="Monthly review",
            series="Monthly review",
            held_on=h.day(back),
            starts_at="10:00",
            agenda="The acceptance of leads",
        )
        h.step(
            back + 1,
            SALES,
            held,
            "contribute",
            update="Two more colleagues call leads.",
            challenge="Leads without a phone number.",
        )
        h.step(
            back,
            MANAGEMENT,
            held,
            "hold",
            attended=attended,
            decided=decided,
            actions="Marketing: check the form of the spring campaign\nSales: read sixty rejected leads again",
            minutes="",
        )
    h.open(
        3,
        ANALYTICS,
        "meeting",
        title="Bi-weekly stand-up",
        series="Bi-weekly stand-up",
        held_on=h.day(-6),
        starts_at="09:30",
        agenda="",
    )
    h.open(
        3,
        RELATIONSHIP,
        "meeting",
        title="Customer health",
        series="Weekly customer health",
        held_on=h.day(-5),
        starts_at="10:00",
        agenda="",
    )


def _feedback(h: _History) -> None:
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


def _talk(h: _History) -> None:
    """Colleagues talk about a figure."""
    pin = h.pin(9, MARKETING, "leads", multiple=0.985)
    if pin is None:
        return
    number = h.open(
        9,
        MARKETING,
        "discussion",
        pin,
        title="Leads of the quarter",
        said="@Sales: is this what you see, too? Some of the event’s leads came late.",
    )
    h.comment(8, SALES, number, "Yes. @Analytics, do late rows still come into this quarter?")


def _retrospectives(h: _History) -> None:
    """One whose effect was looked up, and one that waits for its day."""
    written_on = h.day(132)
    before = month(written_on.year, written_on.month - 3).start
    looked_up = h.open(
        132,
        ANALYTICS,
        "retrospective",
        title="How Marketing, Sales and Service worked on the spring campaign",
        quarter=f"Q{(before.month + 2) // 3} {before.year}",
        team=[MARKETING, SALES, SERVICE, ANALYTICS],
        keep="Sales: the notes of each first call, read by Marketing",
        change="Marketing: tell Service a week before a campaign begins",
        stop="Analytics: send the same figures in two reports",
    )
    h.step(
        38,
        ANALYTICS,
        looked_up,
        "look_up",
        helped_keep_1="yes",
        changed_keep_1="Marketing changed two of its texts after reading the notes.",
        helped_change_1="cannot be told",
        changed_change_1="One campaign began since, so there is nothing to compare yet.",
        helped_stop_1="yes",
        changed_stop_1="One report is left, and nobody has asked for the other.",
    )
    written_on = h.day(40)
    before = month(written_on.year, written_on.month - 3).start
    h.open(
        40,
        SALES,
        "retrospective",
        title="The quarter of the fee letter",
        quarter=f"Q{(before.month + 2) // 3} {before.year}",
        team=[SALES, SERVICE, RELATIONSHIP],
        keep="Service: one place for complaints about the letter",
        change="Relationship managers: call large savers before a letter goes out\nSales: say why a lead was rejected",
        stop="",
    )


def _about_customers(h: _History) -> None:
    """A note, and two cases with Service, about the clients of the manager who has an account."""
    account = select(users.c.username, users.c.full_name, users.c.rm_id).where(users.c.username == "rm")
    for row in Reader(h.stores, SYSTEM).rows(account):
        manager = Viewer(row.username, row.full_name, "relationship_manager", row.rm_id)
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


def _open_about(h: _History, back: int, viewer: Viewer, kind: str, customer_id: str, **values: str) -> int:
    return record_store.open_record(h.on(back), viewer, kind, values, customer_id=customer_id)


_PARTS: tuple[Callable[[_History], None], ...] = (
    _unity,
    _decisions,
    _app_update,
    _feedback,
    _requests,
    _observations,
    _meetings,
    _acceptance,
    _talk,
    _about_customers,
    _retrospectives,
    sample_agreements.ideas_and_questions,
    sample_agreements.agreements,
    sample_agreements.calendar_of_events,
)

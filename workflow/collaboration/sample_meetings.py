"""Decisions, meetings and retrospectives of the sample bank."""

from __future__ import annotations

from metrics.definitions.scope import month
from workflow.collaboration.record_kind import (
    ANALYTICS,
    MANAGEMENT,
    MARKETING,
    RELATIONSHIP,
    SALES,
    SERVICE,
)
from workflow.collaboration.sample_history import SampleHistory


def decisions(h: SampleHistory) -> None:
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


def meetings(h: SampleHistory) -> None:
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


def retrospectives(h: SampleHistory) -> None:
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

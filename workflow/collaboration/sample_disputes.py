"""Observations, disputes and talk of the sample bank: an app update, the acceptance of leads, what the front line saw."""

from __future__ import annotations

from workflow.collaboration.record_kind import (
    ANALYTICS,
    MARKETING,
    RELATIONSHIP,
    SALES,
    SERVICE,
)
from workflow.collaboration.sample_history import SampleHistory


def app_update(h: SampleHistory) -> None:
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


def acceptance(h: SampleHistory) -> None:
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


def observations(h: SampleHistory) -> None:
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


def talk(h: SampleHistory) -> None:
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

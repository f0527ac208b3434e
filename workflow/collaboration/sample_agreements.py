"""What the sample bank's departments agree on, ask, thank each other for and meet for; invented, as the bank is."""

from __future__ import annotations

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


def ideas_and_questions(h: SampleHistory) -> None:
    """An idea that three departments are behind, two questions to leaders, and thanks."""
    idea = h.open(
        26,
        SERVICE,
        "idea",
        title="Call new customers in their second week",
        what="Service calls once, asks what is unclear, and notes it. No offer is made.",
        segment="New customers of the last 14 days with a savings account",
        expected="Fewer complaints in the first 90 days",
    )
    h.step(24, MARKETING, idea, "support", because="We would hear what our campaigns promised too much.")
    h.step(23, RELATIONSHIP, idea, "support", because="The first call would not be about a problem.")
    answered = h.open(
        40,
        SALES,
        "leader_question",
        title="Will the target for digital conversions move if the budget is cut?",
        why="We plan next quarter's follow-up with it.",
    )
    h.step(
        35, MANAGEMENT, answered, "answer", answer="No. If the budget is cut we review the target together."
    )
    h.open(5, SERVICE, "leader_question", title="Who decides when two departments need the same analyst?")
    h.open(
        9,
        SALES,
        "thanks",
        title="For the list of affected customers on the same day",
        to=SERVICE,
        helped="We stopped our calls to them before lunch.",
    )


def agreements(h: SampleHistory) -> None:
    """A charter, a negotiation that excluded an option, a strategy kept once, two tools and three needs."""
    charter = h.open(
        120,
        MANAGEMENT,
        "charter",
        title="How Marketing and Sales work together",
        between=[MARKETING, SALES],
        promises="Sales gives a reason for each lead it rejects\nMarketing answers it within five days",
        broken="Both heads talk within a week.",
    )
    h.step(118, MARKETING, charter, "acknowledge")
    h.step(117, SALES, charter, "acknowledge")
    talk = h.open(
        30,
        MARKETING,
        "negotiation",
        title="When a lead goes to Sales",
        other=SALES,
        talks_on=h.day(20),
    )
    h.step(
        28,
        MARKETING,
        talk,
        "conditions",
        essential="First contact within one working day",
        desired="Every lead is called",
    )
    h.step(26, SALES, talk, "conditions", essential="A phone number", desired="The product asked for")
    h.step(21, SALES, talk, "lock")
    h.step(
        20,
        MARKETING,
        talk,
        "concede",
        given_up="Every lead is called",
        in_return="A reason for each that is not",
    )
    h.step(
        20, SALES, talk, "score", option="Leads with a phone number, at once",
        mark_0="Meets it", mark_1="Meets it", mark_2="Meets it in part",
    )  # fmt: skip
    h.step(
        20, SALES, talk, "score", option="All leads, once a week",
        mark_0="Fails it", mark_1="Meets it in part", mark_2="Meets it",
    )  # fmt: skip
    strategy = h.open(
        150,
        MANAGEMENT,
        "strategy",
        title="Depth before breadth",
        strategy="We win more from customers we have than from new ones, and leave price campaigns.",
        goal="Churn 18% lower",
        review_on=h.day(60),
    )
    h.step(
        58,
        MANAGEMENT,
        strategy,
        "keep",
        evidence="Churn is lower than a year before; whether our work did it, the hold-outs do not say yet.",
        review_on=h.day(-32),
    )
    tool = h.open(
        18,
        MARKETING,
        "tool",
        title="A tool for surveys inside the app",
        purpose="Ask one question after a transfer.",
        cost=180_000,
        formats="Yes",
        keys="By hand",
        export="Yes",
    )
    h.step(
        15, SERVICE, tool, "view", stance="It helps us", reason="We would see what is wrong before they call."
    )
    h.open(
        12, SALES, "tool", title="A dialler of its own", purpose="Call lists.",
        formats="No", keys="No", export="By hand",
    )  # fmt: skip
    for back, who, title, question, provider, status, served_by in (
        (80, MARKETING, "Whom many campaigns reach", "Do we tire them?", ANALYTICS, "There", "Contact pressure"),
        (75, SALES, "Why leads are slow", "Where do leads wait?", ANALYTICS, "There in part", "Lead handoff"),
        (44, SERVICE, "Calls by reason", "What do customers call about?", IT, "Missing", ""),
    ):  # fmt: skip
        h.open(
            back, who, "need", title=title, question=question, provider=provider, status=status,
            served_by=served_by,
        )  # fmt: skip


def calendar_of_events(h: SampleHistory) -> None:
    """A workshop to sign up for, a social event, and an off-site with what came of it."""
    off_site = h.open(
        60, MANAGEMENT, "event", title="Half-year off-site", what="Off-site", takes_place_on=h.day(45),
        starts_at="09:00", place="Sai Kung", about="What we stop in the second half.",
    )  # fmt: skip
    h.step(50, SERVICE, off_site, "sign_up")
    h.step(
        44, MANAGEMENT, off_site, "hold", attended=[SERVICE, MARKETING, MANAGEMENT],
        outcomes="Marketing: end the two smallest campaigns\nService: name the three commonest reasons to call",
    )  # fmt: skip
    workshop = h.open(
        10, ANALYTICS, "event", title="Read an interval in an hour", what="Workshop",
        takes_place_on=h.day(-12), starts_at="14:00", place="Room 12, and by video", about="Bring a figure you doubt.",
        skill="Reading figures",
    )  # fmt: skip
    h.step(8, MARKETING, workshop, "sign_up")
    h.step(7, SALES, workshop, "sign_up")
    h.open(
        6, SERVICE, "event", title="Listen first: six calls heard together", what="Workshop",
        takes_place_on=h.day(-20), starts_at="10:00", place="Room 4", skill="Listening",
        about="We hear six calls and say back what was meant.",
    )  # fmt: skip
    session = h.open(
        40, MANAGEMENT, "event", title="Case study: what the first hold-out did not show", what="Case-study session",
        takes_place_on=h.day(30), starts_at="16:00", place="Board room",
        about="The alerts of spring, treated against held out. What may be said, and what may not yet?",
    )  # fmt: skip
    h.step(36, RELATIONSHIP, session, "sign_up")
    h.step(35, MARKETING, session, "sign_up")
    h.step(
        29, MANAGEMENT, session, "hold", attended=[RELATIONSHIP, MARKETING, ANALYTICS, MANAGEMENT],
        outcomes="Relationship managers: record each call the same day\n"
        "Analytics: say on Impact how many are still needed",
    )  # fmt: skip
    h.open(
        4, SERVICE, "event", title="Dragon boat evening", what="Social event", takes_place_on=h.day(-9),
        starts_at="18:30", place="Stanley", about="For whoever likes.",
    )  # fmt: skip

"""What a customer may be offered, and when not: one decision over plain facts, with its reason in words.

In this order: somebody who left gets nothing; an open complaint is settled before anything is sold; without a consent
that was given there is no offer of any kind (silence is not consent, an opt-out beats everything); nobody is contacted
twice in a week, whichever department it was. Only then a customer with an alert is made the offer that keeps, else the
one that grows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from metrics.comparison.condition import Condition, at_least
from metrics.comparison.words import day, hkd, numeral, of_ten

QUIET_DAYS = 7
"""After a contact by any department the customer is left alone for so long."""
ANSWER_DAYS = 30
"""After an offer the next one waits for so long."""
SMALL, LARGE = 100_000.0, 500_000.0
LIKELY = 0.02
"""From this chance of opening an investment or insurance within 90 days on, a wealth talk is worth its time."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a customer as of a day. None means not known, never no."""

    today: date
    consent: bool | None = None
    left: bool = False
    open_complaint: bool = False
    alerted: bool = False
    """Whether the viewer has an open alert about the customer; a held-out alert is none."""
    contacted_on: date | None = None
    contacted_by: str = ""
    offered_on: date | None = None
    tested_until: date | None = None
    """Of a customer whom an agreed test needs without any offer: the day on which it is read."""
    segment: str | None = None
    profile: Mapping[str, float | None] = field(default_factory=dict)
    """Columns of `customer_profiles`."""
    wealth_chance: float | None = None
    """Of opening an investment or insurance within 90 days, from the cross-sell model."""

    def values(self) -> dict[str, Any]:
        """What an offer's conditions ask about."""
        return {**self.profile, "segment": self.segment, "wealth_chance": self.wealth_chance}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """Something the bank can offer. `cost` is what it costs if taken, in HKD, by the rate card; None if not known."""

    code: str
    title: str
    path: Literal["retention", "upgrade", "cross_sell"]
    says: str
    cost: float | None
    conditions: tuple[Condition, ...]
    because: Callable[[Mapping[str, Any]], str]
    """Why it fits a customer for whom the conditions hold, of `Facts.values`."""

    def fits(self, facts: Facts) -> str:
        """Why it fits a customer, in a sentence; empty if it does not."""
        values = facts.values()
        return self.because(values) if all(c.holds(values) for c in self.conditions) else ""


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """The next best step. `offer` is what may be offered now; None where only service, or nothing, is right."""

    sentence: str
    reason: str
    allowed: bool
    why_not: str = ""
    offer: Offer | None = None


OFFERS: tuple[Offer, ...] = (
    Offer(
        code="deposit_review",
        title="Deposit review",
        path="retention",
        says="Offer a deposit review: a better rate for savings that have not moved.",
        cost=800.0,
        conditions=(at_least("savings_balance", SMALL),),
        because=lambda facts: f"{hkd(facts['savings_balance'])} in savings.",
    ),
    Offer(
        code="fee_waiver",
        title="Fees waived for a year",
        path="retention",
        says="Offer to waive the account fees for a year.",
        cost=300.0,
        conditions=(at_least("tenure_days", 365),),
        because=lambda facts: f"With us for {numeral(facts['tenure_days'] / 365)} years.",
    ),
    Offer(
        code="affluent_service",
        title="Upgrade to affluent service",
        path="upgrade",
        says="Offer the upgrade to the affluent segment, with its own RM line.",
        cost=500.0,
        conditions=(
            Condition(attribute="segment", operator="one_of", values=("mass",)),
            at_least("total_balance", LARGE),
        ),
        because=lambda facts: f"{hkd(facts['total_balance'])} with us, still in the mass segment.",
    ),
    Offer(
        code="wealth_talk",
        title="Wealth talk",
        path="cross_sell",
        says="Offer a talk with the wealth desk.",
        cost=200.0,
        conditions=(
            Condition(attribute="holds_wealth", operator="one_of", values=(0,)),
            at_least("total_balance", SMALL),
            at_least("wealth_chance", LIKELY),
        ),
        because=lambda facts: (
            f"{hkd(facts['total_balance'])} with us and no investment or insurance; about "
            f"{of_ten(facts['wealth_chance'])} such customers open one within 90 days."
        ),
    ),
)
"""First to try first. Costs are the rate card of Product; a bank puts its own here."""
BY_CODE = {offer.code: offer for offer in OFFERS}


def fitting(facts: Facts) -> list[tuple[Offer, str]]:
    """The offers that fit a customer, with why: with an alert those that keep, else those that grow."""
    paths = ("retention",) if facts.alerted else ("upgrade", "cross_sell")
    return [(offer, why) for offer in OFFERS if offer.path in paths and (why := offer.fits(facts))]


def never(facts: Facts) -> str:
    """Why this customer may be offered nothing, whatever reason somebody gives; empty if a reason can be given."""
    if facts.left:
        return "The customer has left."
    if facts.consent is False:
        return "The customer asked for no marketing: make no offer, whatever the occasion."
    if facts.consent is not True:
        return "The customer has not agreed to marketing, and silence is not consent: make no offer."
    if facts.tested_until is not None:
        return (
            f"A test that departments agreed on leaves this customer without offers until it is read, on "
            f"{day(facts.tested_until)}: make no offer, or its result says nothing."
        )
    return ""


def why_no_offer(facts: Facts) -> str:
    """Why this customer may be offered nothing now, in a sentence; empty if an offer may be made."""
    if facts.left:
        return never(facts)
    if facts.open_complaint:
        return "A complaint is open: nothing is sold until it is settled."
    if no := never(facts):
        return no
    if facts.offered_on is not None and (facts.today - facts.offered_on).days < ANSWER_DAYS:
        return f"An offer was made on {day(facts.offered_on)}: wait for the answer."
    if _lately(facts):
        assert facts.contacted_on is not None
        quiet = facts.contacted_on + timedelta(days=QUIET_DAYS)
        return f"{facts.contacted_by} was in touch on {day(facts.contacted_on)}: wait until {day(quiet)}."
    return ""


def _lately(facts: Facts) -> bool:
    return facts.contacted_on is not None and (facts.today - facts.contacted_on).days < QUIET_DAYS


def choose(facts: Facts) -> NextStep:
    """The next best step for a customer: an offer that may be made, else the service that is right, else nothing."""
    no = why_no_offer(facts)
    if facts.left:
        return NextStep(sentence="Nothing to do.", reason=no, allowed=False, why_not=no)
    if facts.open_complaint:
        return NextStep(
            sentence="Settle the complaint first: call, listen, and say by when it will be done.",
            reason="A complaint is open, and it comes before anything else.",
            allowed=True,
            why_not=no,
        )
    if not no:
        fits = fitting(facts)
        if fits:
            offer, why = fits[0]
            return NextStep(sentence=offer.says, reason=why, allowed=True, offer=offer)
        no = "No offer fits what we know of this customer."
    if facts.alerted and not _lately(facts):
        return NextStep(
            sentence="Call to ask what has changed and what would help; a service call, without an offer.",
            reason="The customer is at risk.",
            allowed=True,
            why_not=no,
        )
    return NextStep(sentence="Nothing to offer now.", reason=no, allowed=False, why_not=no)

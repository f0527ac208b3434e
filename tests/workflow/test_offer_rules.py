"""Offers: an opt-out beats everything, silence is not consent, and nobody is sold to in a complaint or twice in a week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.customers.offer_eligibility import (
    ANSWER_DAYS,
    OFFERS,
    QUIET_DAYS,
    Facts,
    choose,
    fitting,
    why_no_offer,
)

TODAY = date(2026, 6, 30)
WILLING = Facts(
    today=TODAY,
    consent=True,
    segment="mass",
    profile={"savings_balance": 300_000, "total_balance": 900_000, "tenure_days": 2000, "holds_wealth": 0},
    wealth_chance=0.2,
)


def customers(n: int, seed: int = 2026) -> list[Facts]:
    """Random customers, many of whom every offer would fit."""
    r = np.random.default_rng(seed)

    def ago() -> date | None:
        return None if r.random() < 0.5 else TODAY - timedelta(days=int(r.integers(-3, 90)))

    return [
        Facts(
            today=TODAY,
            consent=[True, False, None][r.integers(3)],
            left=r.random() < 0.05,
            open_complaint=r.random() < 0.1,
            alerted=r.random() < 0.5,
            contacted_on=ago(),
            contacted_by=["Marketing", "An RM", "amy"][r.integers(3)],
            offered_on=ago(),
            segment=["mass", "affluent", "private", None][r.integers(4)],
            profile={
                "savings_balance": [None, float(r.lognormal(12, 2))][r.integers(2)],
                "total_balance": [None, float(r.lognormal(13, 2))][r.integers(2)],
                "tenure_days": float(r.integers(0, 9000)),
                "holds_wealth": [None, 0, 1][r.integers(3)],
            },
            wealth_chance=[None, float(r.random())][r.integers(2)],
        )
        for _ in range(n)
    ]


def test_of_ten_thousand_customers_nobody_without_consent_is_made_an_offer() -> None:
    everybody = customers(10_000)
    steps = [(facts, choose(facts)) for facts in everybody]
    assert sum(step.offer is not None for _, step in steps) > 300
    unwilling = [(f, s) for f, s in steps if f.consent is not True]
    assert len(unwilling) > 6000
    assert [s for _, s in unwilling if s.offer is not None] == []
    words = [offer.says for offer in OFFERS] + [offer.title for offer in OFFERS]
    assert not [s for _, s in unwilling if any(w in f"{s.sentence} {s.reason} {s.why_not}" for w in words)]


@settings(max_examples=500, deadline=None)
@given(st.builds(lambda i: customers(1, i)[0], st.integers(0, 10**9)))
def test_an_offer_is_made_only_where_every_rule_allows_it(facts: Facts) -> None:
    step = choose(facts)
    if step.offer is None:
        assert step.why_not
        return
    assert facts.consent is True
    assert not facts.left
    assert not facts.open_complaint
    assert facts.contacted_on is None or (TODAY - facts.contacted_on).days >= QUIET_DAYS
    assert facts.offered_on is None or (TODAY - facts.offered_on).days >= ANSWER_DAYS
    assert step.offer.fits(facts)
    assert (step.offer.path == "retention") == facts.alerted


@pytest.mark.parametrize("alerted", [True, False])
@pytest.mark.parametrize("consent", [False, None])
def test_an_opt_out_and_silence_beat_everything(*, consent: bool | None, alerted: bool) -> None:
    step = choose(replace(WILLING, consent=consent, alerted=alerted))
    assert step.offer is None
    assert "no marketing" in step.why_not or "silence is not consent" in step.why_not
    # A customer at risk may still be served.
    assert step.allowed == alerted


def test_a_complaint_is_settled_before_anything_is_sold() -> None:
    step = choose(replace(WILLING, open_complaint=True, alerted=True))
    assert step.offer is None
    assert step.sentence.startswith("Settle the complaint first")


def test_after_a_contact_by_any_department_the_customer_is_left_alone_for_a_week() -> None:
    touched = replace(WILLING, contacted_on=TODAY - timedelta(days=QUIET_DAYS - 1), contacted_by="Marketing")
    assert "Marketing was in touch on 24 Jun 2026: wait until 1 Jul 2026" in choose(touched).why_not
    assert choose(replace(touched, alerted=True)).allowed is False
    assert choose(replace(touched, contacted_on=TODAY - timedelta(days=QUIET_DAYS))).offer is not None


def test_with_an_alert_the_offer_keeps_and_without_one_it_grows() -> None:
    assert choose(replace(WILLING, alerted=True)).offer == OFFERS[0]
    assert [o.code for o, _ in fitting(WILLING)] == ["affluent_service", "wealth_talk"]
    affluent = replace(WILLING, segment="affluent")
    assert choose(affluent).offer is not None
    assert "2 in 10 such customers" in choose(affluent).reason


def test_what_is_not_known_fits_nothing() -> None:
    unknown = Facts(today=TODAY, consent=True)
    assert fitting(unknown) == fitting(replace(unknown, alerted=True)) == []
    assert why_no_offer(unknown) == ""
    assert choose(unknown).why_not == "No offer fits what we know of this customer."

"""Offers on a small bank: what is suggested follows the bank's own records, and recording one is checked again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import insert, select, update

from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import alert_steps, alerts, audit_log, offers
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.load.loading import next_snapshot
from warehouse.schema import customers, offer_results, tickets, touches
from warehouse.stores.connect import Stores
from workflow import nightly
from workflow.alerts.alert_steps import take_back
from workflow.customers import contactable
from workflow.customers.offer_eligibility import BY_CODE, choose, never
from workflow.customers.offers import facts_of, next_step, offer_for_all, what_it_did

# One worker builds the bank these share; the other goes on elsewhere meanwhile.
pytestmark = pytest.mark.xdist_group("night-4000")

TODAY = date(2026, 6, 30)


@pytest.fixture
def night(copied: Callable[[Path], Stores], after_a_night: Path) -> Stores:
    return copied(after_a_night)


def _open(stores: Stores) -> pd.DataFrame:
    rows = Reader(stores, SYSTEM).frame(
        select(alerts).where(
            alerts.c.arm == "treated", alerts.c.status == "open", alerts.c.rm_id.is_not(None)
        )
    )
    return rows.sort_values("alert_id")


def _rm(rm_id: str) -> Viewer:
    return Viewer(username="amy", full_name="Amy", role="relationship_manager", rm_id=rm_id)


def _may_be_offered(stores: Stores, code: str = "deposit_review", *, consent: bool | None = True) -> dict:
    """An open alert whose customer is made willing and quiet, so that only `consent` decides."""
    for alert in _open(stores).to_dict("records"):
        reader = Reader(stores, _rm(alert["rm_id"]))
        facts = facts_of(reader, alert["customer_id"], TODAY)
        if not facts.open_complaint and BY_CODE[code].fits(facts):
            who = alert["customer_id"]
            with next_snapshot(stores) as draft:
                draft.connection.execute(
                    update(customers).where(customers.c.customer_id == who).values(marketing_consent=consent)
                )
                draft.connection.execute(
                    update(touches)
                    .where(touches.c.customer_id == who)
                    .values(touched_at=datetime(2025, 1, 1))
                )
            return alert
    raise AssertionError("the sample bank has such a customer")


def test_nobody_of_the_bank_is_suggested_what_was_not_agreed_to(night: Stores) -> None:
    reader = Reader(night, SYSTEM)
    people = reader.frame(
        select(customers.c.customer_id, customers.c.marketing_consent).where(customers.c.left_on.is_(None))
    )
    unwilling = people[people["marketing_consent"].fillna(value=False) == False]["customer_id"].sort_values()  # noqa: E712
    assert len(unwilling) > 100
    for who in unwilling.iloc[:60]:
        for alerted in (True, False):
            assert next_step(reader, who, TODAY, alerted=alerted).offer is None
    willing = people[people["marketing_consent"].fillna(value=False) == True]["customer_id"].sort_values()  # noqa: E712
    assert any(next_step(reader, who, TODAY, alerted=True).offer for who in willing.iloc[:60])


def test_an_open_complaint_of_the_bank_stops_the_selling(night: Stores) -> None:
    reader = Reader(night, SYSTEM)
    t = tickets
    cases = reader.frame(
        select(t.c.customer_id)
        .join_from(t, customers, customers.c.customer_id == t.c.customer_id)
        .where(
            t.c.complaint,
            t.c.resolved_at.is_(None),
            t.c.withdrawn.is_not(True),
            customers.c.left_on.is_(None),
        )
    )
    assert len(cases)
    for who in sorted(set(cases["customer_id"]))[:10]:
        assert next_step(reader, who, TODAY).sentence.startswith("Settle the complaint first")


def test_an_alert_keeps_the_day_of_the_first_offer_until_that_is_taken_back(night: Stores) -> None:
    alert = _may_be_offered(night)
    rm, number = _rm(alert["rm_id"]), alert["alert_id"]
    another = {**alert, "alert_id": "A2", "rule": "another", "raised_on": TODAY}
    with night.app_db.begin() as app_db:
        app_db.execute(insert(alerts).values(another | {"reasons": []}))

    def offered_on() -> set[date | None]:
        rows = Reader(night, SYSTEM).rows(
            select(alerts.c.offered_on).where(alerts.c.customer_id == alert["customer_id"])
        )
        return {row.offered_on for row in rows}

    offer_for_all(night, rm, {number: 1}, "deposit_review", "3.1%", TODAY)
    assert offered_on() == {night.now().date()}, (
        "the customer was offered something, whichever alert it was for"
    )
    who = alert["customer_id"]
    assert contactable.last_offers(Reader(night, SYSTEM))[who] == night.now().date()
    take_back(night, rm, number, "The wrong customer", 2)
    assert offered_on() == {None}
    assert who not in contactable.last_offers(Reader(night, SYSTEM)), "so nothing waits for an answer"


def test_an_offer_is_a_step_of_the_alert_and_stands_on_the_application_database_with_its_cost(
    night: Stores,
) -> None:
    alert = _may_be_offered(night)
    rm = _rm(alert["rm_id"])
    assert next_step(Reader(night, rm), alert["customer_id"], TODAY).offer is not None
    offer_for_all(night, rm, {alert["alert_id"]: 1}, "deposit_review", "3.1%", TODAY)
    with night.app_db.connect() as app_db:
        (made,) = app_db.execute(select(offers)).mappings()
        (step,) = app_db.execute(select(alert_steps)).mappings()
        status = app_db.execute(
            select(alerts.c.status).where(alerts.c.alert_id == alert["alert_id"])
        ).scalar()
    assert (made["offer"], made["cost"], made["offered_by"]) == ("deposit_review", 800.0, "amy")
    assert (step["step"], step["note"], status) == ("offered", "Deposit review. 3.1%", "working")
    with pytest.raises(ChangeRefused, match="wait for the answer"):
        offer_for_all(night, rm, {alert["alert_id"]: 2}, "deposit_review", "", TODAY)
    again = {alert["alert_id"]: 2}
    offer_for_all(night, rm, again, "deposit_review", "", TODAY, despite="The customer asked for it")
    with night.app_db.connect() as app_db:
        (_, last) = app_db.execute(select(alert_steps.c.note)).scalars()
    assert "wait for the answer" in last
    assert "Reason: The customer asked for it" in last


@pytest.mark.parametrize("consent", [False, None])
def test_an_offer_to_the_unwilling_is_refused_and_the_attempt_is_on_record(
    night: Stores, *, consent: bool | None
) -> None:
    alert = _may_be_offered(night, consent=consent)
    seen = {alert["alert_id"]: 1}
    with pytest.raises(ChangeRefused, match="make no offer"):
        offer_for_all(night, _rm(alert["rm_id"]), seen, "deposit_review", "", TODAY, despite="A good friend")
    with night.app_db.connect() as app_db:
        assert app_db.execute(select(offers)).all() == []
        assert app_db.execute(select(alert_steps)).all() == []
        last = app_db.execute(select(audit_log).order_by(audit_log.c.line.desc())).mappings().first()
    assert last is not None
    assert (last["action"], last["subject"]) == ("offer.refused", alert["alert_id"])


def test_nobody_records_an_offer_on_another_ones_alert_or_one_that_does_not_exist(night: Stores) -> None:
    alert = _may_be_offered(night)
    with pytest.raises(AccessRefused):
        offer_for_all(night, _rm("somebody else"), {alert["alert_id"]: 1}, "deposit_review", "", TODAY)
    with pytest.raises(ChangeRefused, match="which offer"):
        offer_for_all(night, _rm(alert["rm_id"]), {alert["alert_id"]: 1}, "free money", "", TODAY)
    with pytest.raises(ChangeRefused, match="does not fit"):
        offer_for_all(night, _rm(alert["rm_id"]), {alert["alert_id"]: 1}, "affluent_service", "", TODAY)


def test_a_colleagues_step_of_this_week_stops_an_offer_and_ones_own_does_not(night: Stores) -> None:
    alert = _may_be_offered(night)
    copied = {k: alert[k] for k in ("alert_id", "customer_id", "rm_id", "team")}
    step = copied | {"step": "contacted", "note": "", "taken_at": datetime(2026, 6, 29, 9)}
    with night.app_db.begin() as app_db:
        app_db.execute(insert(alert_steps).values(step | {"taken_by": "amy"}))
    assert next_step(Reader(night, _rm(alert["rm_id"])), alert["customer_id"], TODAY).offer is not None
    with night.app_db.begin() as app_db:
        app_db.execute(insert(alert_steps).values(step | {"taken_by": "bob"}))
    advice = next_step(Reader(night, _rm(alert["rm_id"])), alert["customer_id"], TODAY)
    assert advice.offer is None
    assert "bob was in touch on 29 Jun 2026" in advice.why_not


def test_a_held_out_alert_suggests_no_retention_offer(night: Stores) -> None:
    with night.app_db.connect() as app_db:
        treated = select(alerts.c.customer_id).where(alerts.c.arm == "treated")
        rows = select(alerts).where(alerts.c.arm == "held_out", alerts.c.customer_id.not_in(treated))
        held_out = app_db.execute(rows).mappings().first()
    assert held_out is not None
    reader = Reader(night, _rm(held_out["rm_id"]))
    assert not facts_of(reader, held_out["customer_id"], TODAY).alerted
    step = next_step(reader, held_out["customer_id"], TODAY)
    assert step.offer is None or step.offer.path != "retention"


def test_what_an_offer_did_is_told_once_ten_have_answered(night: Stores) -> None:
    chosen = _open(night).drop_duplicates("customer_id").head(20)
    assert len(chosen) == 20
    with night.app_db.begin() as app_db:
        for number, alert in enumerate(chosen.to_dict("records")):
            answer = "accepted" if number < 8 else "declined"
            app_db.execute(
                update(alerts)
                .where(alerts.c.alert_id == alert["alert_id"])
                .values(status="closed", outcome=answer, closed_at=datetime(2026, 7, 1))
            )
            app_db.execute(
                insert(offers).values(
                    alert_id=alert["alert_id"],
                    customer_id=alert["customer_id"],
                    rm_id=alert["rm_id"],
                    segment="mass" if number < 15 else "private",
                    offer="fee_waiver",
                    offered_by="amy",
                    offered_at=datetime(2026, 7, 1),
                )
            )
    nightly.run(night)
    reader = Reader(night, _rm("RM01"))
    assert len(reader.frame(select(offer_results))) == 1
    assert "Of 15 similar customers who answered it, 8 said yes: 53.3%" in what_it_did(
        reader, "fee_waiver", "mass"
    )
    assert "too few answers" in what_it_did(reader, "fee_waiver", "private")
    assert "too few answers" in what_it_did(reader, "deposit_review", None)


def test_whom_an_agreed_test_holds_out_or_keeps_in_reserve_gets_no_offer_whatever_the_reason(
    night: Stores,
) -> None:
    alert = _may_be_offered(night)
    rm, who = _rm(alert["rm_id"]), alert["customer_id"]
    facts = facts_of(Reader(night, rm), who, TODAY, alerted=True)
    assert facts.tested_until is None
    tested = replace(facts, tested_until=date(2026, 8, 3))
    assert "until it is read, on 3 Aug 2026" in never(tested)
    step = choose(tested)
    assert step.offer is None
    assert "agreed" in step.why_not

"""Working alerts at the screen: the clock, the pool, moving, taking back, and rules that are counted before they are live."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import or_, select, update
from streamlit.testing.v1 import AppTest

from tests.pages.staff import busy_rm, somebody, words
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import alert_steps, alerts, audit_log
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import customers, relationship_managers
from warehouse.stores import connect
from workflow.alerts import alert_queue, assignment
from workflow.alerts.alert_steps import record_for_all, record_step
from workflow.customers.missed_opportunities import missed
from workflow.customers.offers import next_step
from workflow.records.escalation import escalate
from workflow.rules.rule_versions import drafts_in_force

DAY = date(2026, 6, 30)


def _busy(bank: connect.Stores) -> tuple[Viewer, Viewer, dict]:
    """The busiest RM, her team lead, and her first alert."""
    rm = busy_rm(bank)
    assert rm.rm_id is not None
    team = assignment.team_of(Reader(bank, SYSTEM), rm.rm_id)
    assert team is not None
    (first, *_) = _rows(bank, alerts.c.rm_id == rm.rm_id, alerts.c.arm == "treated")
    return replace(rm, team=team), somebody("team_lead", team=team), first


def _rows(bank: connect.Stores, *which) -> list[dict]:
    with bank.app_db.connect() as app_db:
        return [dict(row) for row in app_db.execute(select(alerts).where(*which)).mappings()]


def _colleague(bank: connect.Stores, rm: Viewer, *, same_team: bool = True) -> str:
    t = relationship_managers
    rows = Reader(bank, SYSTEM).frame(select(t.c.rm_id, t.c.team))
    fits = rows[(rows["team"] == rm.team) == same_team]
    return str(fits[fits["rm_id"] != rm.rm_id]["rm_id"].iloc[0])


def _named(bank: connect.Stores, alert: dict) -> str:
    about = select(customers.c.full_name).where(customers.c.customer_id == alert["customer_id"])
    return str(Reader(bank, SYSTEM).frame(about)["full_name"].iloc[0])


def _queued(page: AppTest) -> list[str]:
    """The customers in the queue's table, in its order."""
    return next((list(d.value["Customer"]) for d in page.dataframe if "Reason" in d.value), [])


def test_the_colleague_an_alert_is_moved_to_sees_its_customer_until_it_is_closed(open_page, bank) -> None:
    rm, lead, alert = _busy(bank)
    colleague = somebody("relationship_manager", rm_id=_colleague(bank, rm))
    about = select(customers.c.full_name).where(customers.c.customer_id == alert["customer_id"])
    assert Reader(bank, assignment.at_work(bank, colleague)).frame(about).empty
    assignment.reassign(bank, lead, alert["alert_id"], colleague.rm_id, "On holiday", alert["version"])
    helping = assignment.at_work(bank, colleague)
    assert helping.covers == (alert["customer_id"],)
    assert len(Reader(bank, helping).frame(about)) == 1
    assert "What did you do?" in str(
        [s.label for s in open_page(helping, "customer", cid=alert["customer_id"]).selectbox]
    )
    # Her own RM still sees the customer and who works the alert, but has no form for it.
    home = open_page(rm, "customer", cid=alert["customer_id"])
    assert alert["alert_id"] not in str([b.key for b in home.button])
    assert "On holiday" in words(home)
    (moved,) = _rows(bank, alerts.c.alert_id == alert["alert_id"])
    with pytest.raises(AccessRefused):
        record_step(bank, rm, alert["alert_id"], "contacted", "", moved["version"])
    record_step(bank, helping, alert["alert_id"], "declined", "", moved["version"])
    assert assignment.at_work(bank, colleague).covers == ()
    assert Reader(bank, assignment.at_work(bank, colleague)).frame(about).empty


def test_only_the_teams_lead_moves_an_alert_and_only_within_the_team(bank) -> None:
    rm, lead, alert = _busy(bank)
    other_lead = replace(lead, team="Nowhere")
    for viewer in (rm, other_lead, somebody("analyst")):
        with pytest.raises(AccessRefused):
            assignment.reassign(bank, viewer, alert["alert_id"], "RM01", "why", alert["version"])
    for to_rm, says in (
        (_colleague(bank, rm, same_team=False), "not in your team"),
        (rm.rm_id, "there already"),
    ):
        with pytest.raises(ChangeRefused, match=says):
            assignment.reassign(bank, lead, alert["alert_id"], to_rm, "why", alert["version"])
    with pytest.raises(ChangeRefused, match="why the alert moves"):
        assignment.reassign(bank, lead, alert["alert_id"], None, " ", alert["version"])


def test_a_lead_puts_an_alert_into_the_pool_and_an_rm_takes_it_at_the_screen(open_page, bank) -> None:
    rm, lead, alert = _busy(bank)
    assignment.reassign(bank, lead, alert["alert_id"], None, "Ill", alert["version"])
    colleague = replace(somebody("relationship_manager", rm_id=_colleague(bank, rm)), team=rm.team)
    page = open_page(colleague, "customer-health")
    assert "unassigned" in words(page)
    assert _named(bank, alert) not in words(page).replace("\\", ""), "a name is seen by who took it"
    next(b for b in page.button if b.key == f"claim-{alert['alert_id']}").click().run()
    assert _rows(bank, alerts.c.alert_id == alert["alert_id"])[0]["rm_id"] == colleague.rm_id
    stranger = replace(colleague, rm_id=_colleague(bank, rm, same_team=False), team="Nowhere")
    assert alert_queue.pool(Reader(bank, stranger)).empty


def test_a_lead_sees_how_the_work_lies_and_moves_what_is_suggested(open_page, bank) -> None:
    rm, lead, _ = _busy(bank)
    idle = _colleague(bank, rm)
    with bank.app_db.begin() as app_db:  # an uneven team: everything the colleague had is with the busy one
        app_db.execute(update(alerts).where(alerts.c.rm_id == idle).values(rm_id=rm.rm_id))
    page = open_page(lead, "customer-health")
    assert "weeks of calls open" in words(page)
    move = next(b for b in page.button if str(b.key).startswith("suggested-"))
    before = len(_rows(bank, alerts.c.rm_id == rm.rm_id))
    move.click().run()
    assert len(_rows(bank, alerts.c.rm_id == rm.rm_id)) == before - 1
    assert not [e.value for e in page.error]


def test_an_overdue_alert_says_so_to_the_rm_and_to_the_lead(open_page, bank) -> None:
    rm, lead, alert = _busy(bank)
    with bank.app_db.begin() as app_db:
        app_db.execute(
            update(alerts)
            .where(alerts.c.alert_id == alert["alert_id"])
            .values(due_on=DAY - timedelta(days=3))
        )
    assert escalate(bank, DAY) == 1
    for viewer in (rm, lead):
        page = open_page(viewer, "customer-health", show="escalated")
        assert _named(bank, alert) in _queued(page)
        assert "Overdue: 1." in words(page)


def test_a_snoozed_customer_leaves_the_queue_and_is_found_under_snoozed(open_page, bank) -> None:
    rm, _, _ = _busy(bank)
    queue = alert_queue.by_customer(alert_queue.open_alerts(Reader(bank, rm), today=DAY))
    (alert,) = _rows(bank, alerts.c.alert_id == queue["alert_id"].iloc[0])
    first = _named(bank, alert)
    assert _queued(open_page(rm, "customer-health"))[0] == first
    for mine in _rows(bank, alerts.c.customer_id == alert["customer_id"], alerts.c.arm == "treated"):
        record_step(
            bank, rm, mine["alert_id"], "snoozed", "Abroad", 1, until=DAY + timedelta(days=9), today=DAY
        )
    assert first not in _queued(open_page(rm, "customer-health"))
    assert first in _queued(open_page(rm, "customer-health", show="snoozed"))
    assert (
        alert_queue.by_customer(alert_queue.open_alerts(Reader(bank, rm), today=DAY + timedelta(days=9)))[
            "snoozed"
        ]
        .eq(other=False)
        .all()
    )


def test_a_mis_clicked_end_is_taken_back_at_the_screen(open_page, bank) -> None:
    rm, _, alert = _busy(bank)
    record_step(bank, rm, alert["alert_id"], "declined", "", 1)
    page = open_page(rm, "customer", cid=alert["customer_id"])
    next(t for t in page.text_input if t.label == "What was wrong?").input("Wrong button")
    next(b for b in page.button if b.label == "Undo").click()
    page.run()
    assert _rows(bank, alerts.c.alert_id == alert["alert_id"])[0]["status"] == "open"
    assert "Wrong button" in words(page)
    with bank.app_db.connect() as app_db:
        steps = list(app_db.execute(select(alert_steps.c.step).order_by(alert_steps.c.step_id)).scalars())
    assert steps == ["declined", "corrected"]


def test_an_analyst_sees_whom_a_rule_would_flag_puts_it_live_and_removes_it(open_page, bank) -> None:
    ana = somebody("analyst")
    page = open_page(ana, "alert-rules")
    assert page.title[0].value == "2 rules raise alerts in each nightly run"
    page.selectbox(key="begin").select("complaint_and_dormant_savings").run()
    page.selectbox(key="threshold-complaint_and_dormant_savings-0-savings_balance").select(100_000.0).run()
    lower = page.subheader[0].value
    page.selectbox(key="threshold-complaint_and_dormant_savings-0-savings_balance").select(5_000_000.0).run()
    assert _first_number(page.subheader[0].value) < _first_number(lower)
    next(t for t in page.text_input if t.label == "Why").input("Only the largest")
    next(b for b in page.button if b.label.startswith("Put live")).click()
    page.run()
    assert not page.warning, [w.value for w in page.warning]
    (mine,) = [d for d in drafts_in_force(Reader(bank, ana)) if d.code == "complaint_and_dormant_savings"]
    assert mine.groups[0]["savings_balance"] == 5_000_000
    next(t for t in page.text_input if t.label == "Why").input("It brought nothing")
    next(b for b in page.button if b.label == "Remove this rule").click()
    page.run()
    left = _rows(bank, alerts.c.rule == "complaint_and_dormant_savings")
    assert left
    assert {a["outcome"] for a in left} == {"rule_removed"}
    with bank.app_db.connect() as app_db:
        actions = list(app_db.execute(select(audit_log.c.action).order_by(audit_log.c.line)).scalars())
    assert [a for a in actions if a.startswith("rule.")] == ["rule.live", "rule.retired"]


def test_an_analyst_joins_conditions_by_or_and_loses_nothing_when_one_is_missing(open_page, bank) -> None:
    page = open_page(somebody("analyst"), "alert-rules")
    page.selectbox(key="begin").select("complaint_and_dormant_savings").run()
    alone = _first_number(page.subheader[0].value)
    page.selectbox(key="joined-complaint_and_dormant_savings").select("one").run()
    assert "Group 2 has no condition" in words(page)
    next(t for t in page.text_input if t.label.startswith("What the RM")).input("Call today").run()
    page.multiselect(key="conditions-complaint_and_dormant_savings-1").select("app_sessions_30d").run()
    assert _first_number(page.subheader[0].value) > alone
    assert "at least 180 days) or App visits in 30 days at most 0" in words(page)
    next(b for b in page.button if b.label.startswith("Put live")).click()
    page.run()
    assert "Say why" in words(page)
    assert next(t for t in page.text_input if t.label.startswith("What the RM")).value == "Call today"
    next(t for t in page.text_input if t.label == "Why").input("The app is a sign, too")
    next(b for b in page.button if b.label.startswith("Put live")).click()
    page.run()
    (mine,) = [d for d in drafts_in_force(Reader(bank, SYSTEM)) if d.code == "complaint_and_dormant_savings"]
    assert mine.groups[1] == {"app_sessions_30d": 0}


def _first_number(text: str) -> int:
    return int(next(w for w in text.replace(",", "").split() if w.isdigit()))


def test_a_team_lead_counts_in_her_team_and_proposes(open_page, bank) -> None:
    _, lead, _ = _busy(bank)
    whole = open_page(somebody("analyst"), "alert-rules")
    whole.selectbox(key="begin").select("complaint_and_dormant_savings").run()
    page = open_page(lead, "alert-rules")
    page.selectbox(key="begin").select("complaint_and_dormant_savings").run()
    assert _first_number(page.subheader[0].value) <= _first_number(whole.subheader[0].value)
    assert "of your team's" in page.subheader[0].value
    assert not [b for b in page.button if b.label.startswith("Put live")]
    next(t for t in page.text_input if t.label == "Why").input("We see this often")
    next(b for b in page.button if b.label == "Propose to the analysts").click()
    page.run()
    assert "We see this often" in words(page)


def test_what_is_ticked_in_the_queue_is_worked_together_or_not_at_all(open_page, bank) -> None:
    rm, lead, _ = _busy(bank)
    mine = _rows(bank, alerts.c.rm_id == rm.rm_id, alerts.c.arm == "treated")[:3]
    seen = {row["alert_id"]: row["version"] for row in mine}
    foreign = _rows(bank, alerts.c.rm_id != rm.rm_id, alerts.c.arm == "treated")[0]
    with pytest.raises(AccessRefused):
        record_for_all(bank, rm, seen | {foreign["alert_id"]: 1}, "acknowledged", "")
    with pytest.raises(ChangeRefused, match="while you had it open"):
        record_for_all(bank, rm, seen | {mine[0]["alert_id"]: 9}, "acknowledged", "")
    with pytest.raises(ChangeRefused, match="which offer"):
        record_for_all(bank, rm, seen, "offered", "")
    assert {row["status"] for row in _rows(bank, alerts.c.alert_id.in_(seen))} == {"open"}
    record_for_all(bank, rm, seen, "acknowledged", "")
    assert {row["status"] for row in _rows(bank, alerts.c.alert_id.in_(seen))} == {"working"}
    colleague = _colleague(bank, rm)
    assignment.reassign_all(bank, lead, {a: v + 1 for a, v in seen.items()}, colleague, "Holiday")
    assert {row["rm_id"] for row in _rows(bank, alerts.c.alert_id.in_(seen))} == {colleague}


def test_a_missed_opportunity_is_who_may_be_offered_something_and_never_was(open_page, bank) -> None:
    rm, *_ = _busy(bank)
    reader = Reader(bank, rm, bank.snapshot())
    listed = missed(reader, DAY)
    worked = or_(alerts.c.status != "closed", alerts.c.arm == "held_out", alerts.c.offered_on.is_not(None))
    with_alert = {row["customer_id"] for row in _rows(bank, worked)}
    hers = reader.frame(select(customers.c.customer_id).where(customers.c.left_on.is_(None)))["customer_id"]
    assert set(listed) <= set(hers), "of her own customers alone"
    assert listed.keys().isdisjoint(with_alert)
    assert listed
    others = [c for c in sorted(hers) if c not in listed and c not in with_alert]
    for who in [*sorted(listed)[:4], *others[:8]]:
        offer = next_step(reader, who, DAY, alerted=False).offer
        assert (offer is not None) == (who in listed), who
        assert offer is None or listed[who].startswith(offer.title)
    page = open_page(rm, "portfolio")
    assert f"an offer that nobody has made fits {len(listed)}" in words(page)
    held_out = sorted(listed)[0]
    with bank.app_db.begin() as app_db:
        ended = {"status": "closed", "arm": "held_out", "customer_id": held_out, "offered_on": None}
        one = app_db.execute(select(alerts)).mappings().first()
        app_db.execute(alerts.insert().values({**one, **ended, "alert_id": "held out, and over"}))
    assert listed.keys() - missed(reader, DAY).keys() == {held_out}, (
        "who is compared with the called is not called"
    )

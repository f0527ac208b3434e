"""Records of departments: opened, moved by whose turn it is, talked about; nothing is changed, nobody reads too much."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from metrics.definitions.scope import Period, Scope
from tests.canaries import sound
from tests.pages.staff import busy_rm, somebody
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import alerts, audit_log, pinned_figures, record_entries, records, users
from warehouse.errors import AccessRefused, ChangeRefused, Problem
from warehouse.schema import customers
from warehouse.stores.connect import Stores
from workflow.alerts.alert_steps import TO_SERVICE, record_step, take_back
from workflow.alerts.follow_up import follow_customers
from workflow.collaboration import (
    data_requests,
    dispute_clock,
    mentions,
    record_checks,
    record_links,
    record_outcomes,
    record_reading,
    record_store,
)
from workflow.collaboration.pinned_figures import pin_figure, pinned, slice_now, why_different
from workflow.collaboration.record_kind import DEPARTMENTS, Record, RecordKind, department_of
from workflow.collaboration.record_kinds import KINDS
from workflow.goals.goal_records import GoalDraft
from workflow.goals.goal_setting import set_goal
from workflow.messages import inbox_digest
from workflow.records import annotations as chart_events

MARKETING, SALES, SERVICE, ANALYST = (somebody(r) for r in ("marketing", "sales", "service", "analyst"))
RM, EXECUTIVE, ADMINISTRATOR = (somebody(r) for r in ("relationship_manager", "executive", "administrator"))
QUARTER = Scope(Period(date(2026, 4, 1), date(2026, 6, 30)))


def _account(stores: Stores, viewer: Viewer) -> None:
    with stores.app_db.begin() as app_db:
        app_db.execute(
            users.insert().values(
                username=viewer.username,
                full_name=viewer.full_name,
                role=viewer.role,
                password_hash="",
                created_at=datetime(2026, 1, 1),
            )
        )


def _observe(stores: Stores, to: str = "Service", who: Viewer = RM) -> int:
    return record_store.open_record(stores, who, "observation", {"title": "Fewer calls", "to": to})


def _record(stores: Stores, number: int, who: Viewer = ANALYST) -> Record:
    record = record_reading.one_record(Reader(stores, who), number)
    assert record is not None
    return record


def test_every_kind_has_its_rights_and_every_right_its_kind() -> None:
    assert set(KINDS) == set(RECORD_RIGHTS)
    for rights in RECORD_RIGHTS.values():
        assert rights.open <= rights.see <= set(ROLES)
        assert rights.decide <= rights.see


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_states_of_a_kind_all_lead_somewhere(kind: RecordKind) -> None:
    reached = {kind.first_state}
    for _ in kind.states:
        reached |= {s.leads_to for s in kind.steps if s.leads_to and reached & set(s.after)}
    assert reached == set(kind.states), "every state can be reached"
    ends = {state for state in kind.states if not any(state in s.after for s in kind.steps)}
    assert ends <= kind.closed, "a state without a way out is an end"
    for step in kind.steps:
        assert set(step.after) <= set(kind.states)
        assert step.leads_to == "" or step.leads_to in kind.states


def test_an_observation_goes_to_its_department_and_comes_back_with_what_was_done(bank: Stores) -> None:
    number = _observe(bank)
    record = _record(bank, number)
    assert (record.owner, record.due_on, record.state) == ("Service", date(2026, 7, 8), "new")
    assert {s.name for s in record_checks.steps_for(record, SERVICE, date(2026, 7, 1))} == {
        "review",
        "hand_on",
        "act",
        "decline",
    }
    assert record_checks.steps_for(record, SALES, date(2026, 7, 1)) == ()
    record_store.take_step(bank, SERVICE, number, 1, "review", {"reply": "We look"})
    record_store.take_step(
        bank, SERVICE, number, 2, "act", {"became": "A check of the data", "outcome": "The line was down"}
    )
    record = _record(bank, number)
    assert (record.owner, record.due_on, record.state) == ("", None, "acted")
    assert record.contents["outcome"] == "The line was down"


def test_a_step_is_only_for_whose_turn_it_is(bank: Stores) -> None:
    number = _observe(bank)
    with pytest.raises(AccessRefused, match="Service"):
        record_store.take_step(bank, SALES, number, 1, "review", {"reply": "Ours"})
    assert _record(bank, number).version == 1


def test_two_who_act_on_one_version_do_not_overwrite_each_other(bank: Stores) -> None:
    number = _observe(bank)
    record_store.take_step(bank, SERVICE, number, 1, "review", {"reply": "First"})
    with pytest.raises(ChangeRefused, match="You recorded a step"):
        record_store.take_step(bank, SERVICE, number, 1, "act", {"became": "A goal", "outcome": "Second"})


def test_a_comment_meanwhile_stops_nobody(bank: Stores) -> None:
    number = _observe(bank)
    record_store.comment(bank, SALES, number, "We saw it, too")
    record_store.take_step(bank, SERVICE, number, 1, "review", {"reply": "Thanks"})
    assert [e.step for e in _record(bank, number).entries] == ["opened", "comment", "review"]


def test_who_is_named_reads_it_in_her_inbox_until_she_answers(bank: Stores) -> None:
    for viewer in (SALES, SERVICE, RM, ADMINISTRATOR):
        _account(bank, viewer)
    number = _observe(bank)
    record_store.comment(bank, RM, number, "What does @Test sales say, and @administrator-1?")
    reader = Reader(bank, SALES)
    ((record, entry),) = record_reading.naming(reader)
    assert (record.record_id, entry.entered_by) == (number, RM.username)
    assert record_reading.naming(Reader(bank, ADMINISTRATOR)) == (), "she does not read observations"
    record_store.comment(bank, SALES, number, "It is the season")
    assert record_reading.naming(reader) == ()


def test_who_noticed_something_finds_in_the_inbox_what_came_of_it(bank: Stores) -> None:
    for viewer in (SERVICE, RM):
        _account(bank, viewer)
    number = _observe(bank)
    review = record_store.take_step(bank, SERVICE, number, 1, "review", {"reply": "We look"})
    act = {"became": "Something else was done", "outcome": "The form is shorter"}
    done = record_store.take_step(bank, SERVICE, number, 2, "act", act)
    assert all(message.endswith("Who opened it finds it in the inbox.") for message in (review, done))
    both = record_reading.naming(Reader(bank, RM))
    assert [entry.step for _, entry in both] == ["act", "review"]
    assert all(record_reading.is_answer(*one) for one in both)
    assert inbox_digest.line(Reader(bank, RM)) == "2 answers wait for you."
    assert record_reading.naming(Reader(bank, SERVICE)) == ()
    with bank.app_db.begin() as app_db:
        app_db.execute(users.update().where(users.c.username == RM.username).values(disabled_at=bank.now()))
    again = record_store.take_step(bank, SERVICE, _observe(bank), 1, "review", {"reply": "We look"})
    assert "inbox" not in again, "a closed account is told nothing"


def test_what_data_are_for_is_confirmed_before_they_are_delivered_and_a_change_is_accepted_anew(
    bank: Stores,
) -> None:
    request = {
        **{"title": "Rejected leads", "to": "Marketing", "purpose": "To call them again", "period": "2025"},
        **{"columns": "lead\nreason", "must_have": "reason", "needed_by": date(2026, 8, 1)},
    }
    number = record_store.open_record(bank, SALES, "data_request", request)
    assert _record(bank, number).owner == "Marketing"
    accept = {"understood": "Whom to call", "promised_by": date(2026, 7, 20)} | {
        f"owner_{stage}": "Marketing" for stage in data_requests.STAGES
    }
    deliver = {"where": "Reports", "delivered_columns": "lead\nreason", "shared_until": date(2026, 9, 1)}
    record_store.take_step(bank, MARKETING, number, 1, "accept", accept)
    with pytest.raises(ChangeRefused, match="Sales confirms what it is for"):
        record_store.take_step(bank, MARKETING, number, 2, "deliver", deliver)
    record_store.take_step(bank, SALES, number, 2, "confirm", {})
    (change,) = (
        s
        for s in record_checks.steps_for(_record(bank, number), SALES, QUARTER.period.end)
        if s.name == "change"
    )
    stands = {field.name: field.default for field in change.fields_for(_record(bank, number))}
    assert stands["columns"] == "lead\nreason"
    more = {**stands, "columns": "lead\nreason\ncampaign", "reason": "By campaign"}
    record_store.take_step(bank, SALES, number, 3, "change", more)
    assert (_record(bank, number).state, _record(bank, number).owner) == ("asked", "Marketing")
    record_store.take_step(bank, MARKETING, number, 4, "accept", accept)
    record_store.take_step(bank, SALES, number, 5, "confirm", {})
    with pytest.raises(ChangeRefused, match="campaign"):
        record_store.take_step(bank, MARKETING, number, 6, "deliver", deliver)
    whole = deliver | {"delivered_columns": "lead\nreason\ncampaign"}
    record_store.take_step(bank, MARKETING, number, 6, "deliver", whole)
    record_store.take_step(bank, SALES, number, 7, "receive", {"used_for": "Calls"})
    late = data_requests.shared_too_long([_record(bank, number)], date(2026, 9, 2))
    assert [r.record_id for r in late] == [number]
    record_store.take_step(bank, MARKETING, number, 8, "end", {"copies": "Deleted"})
    assert data_requests.shared_too_long([_record(bank, number)], date(2026, 9, 2)) == []


def test_a_department_is_named_as_a_whole_and_a_mention_can_be_ticked_off_once(bank: Stores) -> None:
    for viewer in (SALES, SERVICE):
        _account(bank, viewer)
    record_store.comment(bank, RM, _observe(bank), "@Sales: please look")
    ((_, entry),) = record_reading.naming(Reader(bank, SALES))
    mentions.tick_off(bank, SALES, entry.entry_id)
    with pytest.raises(ChangeRefused, match="already"):
        mentions.tick_off(bank, SALES, entry.entry_id)
    with pytest.raises(ChangeRefused):
        mentions.tick_off(bank, SERVICE, entry.entry_id)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_role_reads_the_kinds_it_has_and_no_row_of_another(role: str, kind: str, bank: Stores) -> None:
    with bank.app_db.begin() as app_db:
        row = {"kind": kind, "title": "Secret", "department": "Sales", "opened_by": "x"}
        app_db.execute(records.insert().values(record_id=7, opened_at=datetime(2026, 7, 1), **row))
        entry = {
            "kind": kind,
            "version": 1,
            "step": "opened",
            "owner": "",
            "contents": {},
            "department": "Sales",
        }
        app_db.execute(
            record_entries.insert().values(
                record_id=7,
                state=KINDS[kind].first_state,
                entered_by="x",
                entered_at=datetime(2026, 7, 1),
                **entry,
            )
        )
    reader, sees = Reader(bank, somebody(role)), role in RECORD_RIGHTS[kind].see
    assert len(record_reading.records_of(reader)) == sees
    for table in (records, record_entries):
        assert len(reader.frame(select(table))) == sees
        assert reader.frame(select(func.count()).select_from(table)).iloc[0, 0] == sees
    if not sees:
        with pytest.raises(Problem):
            record_store.comment(bank, somebody(role), 7, "I guess the number")
    if role not in RECORD_RIGHTS[kind].open:
        with pytest.raises(AccessRefused):
            record_store.open_record(bank, somebody(role), kind, {"title": "Mine"})


def test_a_slice_that_reads_the_same_has_one_number_for_both_sides(bank: Stores) -> None:
    one, other = pin_figure(bank, ANALYST, "leads", QUARTER), pin_figure(bank, MARKETING, "leads", QUARTER)
    assert one == other
    assert pinned(Reader(bank, MARKETING))[one] == pinned(Reader(bank, ANALYST))[one]
    assert pinned(Reader(bank, ANALYST))[one].reading == slice_now(Reader(bank, SALES), "leads", QUARTER)


def test_days_that_a_role_may_not_ask_are_not_hers_because_somebody_pinned_them(bank: Stores) -> None:
    day = Scope(Period(date(2026, 6, 1), date(2026, 6, 17)))
    number = pin_figure(bank, ANALYST, "leads", day)
    assert number in pinned(Reader(bank, SALES))
    for viewer in (MARKETING, EXECUTIVE, RM, ADMINISTRATOR):
        reader = Reader(bank, viewer)
        assert number not in pinned(reader)
        assert slice_now(reader, "leads", day) is None
        assert reader.frame(select(pinned_figures).where(pinned_figures.c.pin_id == number)).empty
    with pytest.raises(ChangeRefused, match="pinned figure"):
        record_store.open_record(
            bank, MARKETING, "observation", {"title": "A guess", "to": "Sales"}, pin_id=number
        )


def test_who_cannot_ask_a_figure_pins_none(bank: Stores) -> None:
    with pytest.raises(AccessRefused):
        pin_figure(bank, SERVICE, "leads", QUARTER)
    refusals = select(func.count()).where(audit_log.c.action == "pin.refused")
    with bank.app_db.connect() as app_db:
        assert app_db.execute(refusals).scalar() == 1


def test_a_pinned_figure_says_why_it_reads_differently_now(bank: Stores) -> None:
    number = pin_figure(bank, ANALYST, "leads", QUARTER)
    with bank.app_db.begin() as app_db:
        app_db.execute(pinned_figures.update().values(value=9_999.0, snapshot="before"))
    reader = Reader(bank, ANALYST)
    then = pinned(reader)[number]
    why = why_different(then, slice_now(reader, "leads", QUARTER), reader)
    assert "Loaded again" in why
    assert "cannot be shown" in why_different(then, None, reader)


TYPED = st.text(max_size=40) | st.sampled_from(["", "  ", "@Sales", "<b>", "x" * 3_000]) | st.none()
FILLED = st.dictionaries(
    st.sampled_from(
        [f.name for k in KINDS.values() for f in (*k.fields, *(f for s in k.steps for f in s.fields))]
    ),
    TYPED | st.dates() | st.lists(st.sampled_from(DEPARTMENTS), max_size=3) | st.floats(),
    max_size=12,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_whatever_is_tried_a_record_stays_on_its_ways_and_nothing_is_lost(
    bank: Stores, data: st.DataObject
) -> None:
    """Any role, any step, anything filled in: it is recorded whole, or refused with a sentence and nothing changed."""
    kind = KINDS[
        data.draw(
            st.sampled_from(sorted(k for k in KINDS if not (KINDS[k].needs_pin or KINDS[k].about_customer)))
        )
    ]
    opener = somebody(data.draw(st.sampled_from(sorted(RECORD_RIGHTS[kind.name].open))))
    number = record_store.open_record(
        bank, opener, kind.name, sound(kind.title, *kind.fields, but=department_of(opener))
    )
    for _ in range(6):
        before = _record(bank, number, opener)
        step = data.draw(st.sampled_from(kind.steps))
        who = somebody(data.draw(st.sampled_from(ROLES)))
        values = data.draw(st.just(sound(*step.fields)) | FILLED)
        try:
            record_store.take_step(bank, who, number, before.version, step.name, values)
        except Problem:
            assert _record(bank, number, opener) == before
            continue
        after = _record(bank, number, opener)
        assert after.entries[:-1] == before.entries
        assert before.state in step.after
        assert after.state == (step.leads_to or before.state)
        assert after.owner in ("", *DEPARTMENTS)
        assert not (after.state in kind.closed and after.owner)


def _customer_of(stores: Stores, rm_id: str) -> str:
    with_rm = (
        select(customers.c.customer_id).where(customers.c.rm_id == rm_id).order_by(customers.c.customer_id)
    )
    return str(Reader(stores, SYSTEM, stores.snapshot()).rows(with_rm.limit(1))[0].customer_id)


def test_a_case_goes_from_the_rm_to_service_and_its_answer_comes_back(bank: Stores) -> None:
    number = record_store.open_record(
        bank, RM, "service_case", {"title": "New card"}, customer_id=_customer_of(bank, "RM01")
    )
    assert _record(bank, number, SERVICE).owner == "Service"
    record_store.take_step(bank, SERVICE, number, 1, "answer", {"answer": "Sent on Monday"})
    record = _record(bank, number, RM)
    assert (record.owner, record.due_on) == ("Relationship managers", date(2026, 7, 6))
    assert record in record_reading.waiting_for_department(Reader(bank, RM))
    record_store.take_step(bank, RM, number, 2, "settle", {"outcome": "She has it"})


@pytest.mark.parametrize("kind", ["service_case", "customer_note"])
def test_what_is_written_about_a_customer_is_read_by_who_sees_the_customer(kind: str, bank: Stores) -> None:
    number = record_store.open_record(
        bank, RM, kind, {"title": "Private"}, customer_id=_customer_of(bank, "RM01")
    )
    others = [somebody("relationship_manager", rm_id="RM02"), somebody("team_lead", team="Elsewhere")]
    nowhere = [somebody("relationship_manager", rm_id=None), Viewer("x", "X", "team_lead")]
    for viewer in (*others, *nowhere, MARKETING, SALES, ANALYST, EXECUTIVE, ADMINISTRATOR):
        reader = Reader(bank, viewer)
        assert number not in {r.record_id for r in record_reading.records_of(reader)}, viewer
        for table in (records, record_entries):
            assert reader.frame(select(table).where(table.c.record_id == number)).empty
        with pytest.raises(Problem):
            record_store.comment(bank, viewer, number, "I guess the number")
    for viewer in (others[0], SALES):
        with pytest.raises(Problem):
            record_store.open_record(
                bank, viewer, kind, {"title": "Not mine"}, customer_id=_customer_of(bank, "RM01")
            )
    assert _record(bank, number, SERVICE).title == "Private"


def test_a_dispute_grows_out_of_an_observation_and_keeps_its_figure(bank: Stores) -> None:
    pin = pin_figure(bank, SALES, "leads", QUARTER)
    seen = record_store.open_record(
        bank, SALES, "observation", {"title": "Fewer", "to": "Marketing"}, pin_id=pin
    )
    reading = {"title": "Fewer, or later?", "against": "Sales", "reading": "Later"}
    number = record_store.grow(bank, MARKETING, seen, "dispute", reading)
    dispute = _record(bank, number)
    assert (dispute.pin_id, dispute.came_from) == (pin, seen)
    with pytest.raises(ChangeRefused, match="grows out"):
        record_store.grow(bank, MARKETING, seen, "meeting", {})


def test_a_case_that_is_undone_leaves_service_and_a_covering_colleague_reads_what_she_may_write(
    bank: Stores,
) -> None:
    covered = _customer_of(bank, "RM02")
    covering = replace(RM, covers=(covered,))
    number = record_store.open_record(
        bank, covering, "customer_note", {"title": "Evenings"}, customer_id=covered
    )
    assert record_reading.about_customer(Reader(bank, covering), covered, "customer_note")
    assert record_reading.one_record(Reader(bank, RM), number) is None
    subjects = select(audit_log.c.subject).where(audit_log.c.action == "customer_note.open")
    with bank.app_db.connect() as app_db:
        assert app_db.execute(subjects).scalars().all() == [""]


def test_what_cannot_be_is_refused_with_a_sentence(bank: Stores) -> None:
    number = _observe(bank)
    for attempt in (
        lambda: record_store.open_record(bank, RM, "no such kind", {}),
        lambda: record_store.open_record(
            bank, RM, "observation", {"title": "x", "to": "Service"}, came_from=99_999
        ),
        lambda: record_store.take_step(bank, SERVICE, number, 10**9, "review", {"reply": "From nowhere"}),
        lambda: record_store.take_step(bank, SERVICE, number, 1, "no such step", {}),
        lambda: record_store.grow(bank, RM, number, "no such kind", {}),
        lambda: record_store.comment(bank, RM, 99_999, "Nothing there"),
    ):
        with pytest.raises(ChangeRefused):
            attempt()


def test_an_address_names_nobody_and_a_long_name_only_its_own() -> None:
    everybody = [
        mentions.Colleague(username="ann", full_name="Ann Chan", role="sales"),
        mentions.Colleague(username="lee", full_name="Ann Lee", role="service"),
    ]
    assert mentions.named_in(["write to jo@service.example or bob@sales-desk.com"], everybody) == set()
    assert mentions.named_in(["@Ann Lee: please"], everybody) == {"lee"}
    assert mentions.named_in(["@ann, @SERVICE."], everybody) == {"ann", "lee"}
    assert mentions.named_in(["@.* @[a-z]"], everybody) == set()


def test_undoing_the_handover_of_an_alert_takes_its_case_back_from_service(bank: Stores) -> None:
    manager = busy_rm(bank)
    mine = select(alerts.c.alert_id, alerts.c.version).where(
        alerts.c.rm_id == manager.rm_id, alerts.c.arm == "treated", alerts.c.status == "open"
    )
    with bank.app_db.connect() as app_db:
        alert_id, version = app_db.execute(mine.limit(1)).one()
    version = record_step(bank, manager, alert_id, TO_SERVICE, "Needs a new card", version)
    (case,) = record_reading.records_of(Reader(bank, SERVICE), "service_case")
    assert (case.owner, case.contents["details"]) == ("Service", "Needs a new card")
    assert case in record_reading.records_of(Reader(bank, manager), "service_case")
    take_back(bank, manager, alert_id, "The wrong customer", version)
    (case,) = record_reading.records_of(Reader(bank, SERVICE), "service_case")
    assert (case.state, case.owner) == ("settled", "")


def test_what_is_written_about_a_customer_goes_with_her_to_another_team(bank: Stores) -> None:
    number = record_store.open_record(
        bank, RM, "customer_note", {"title": "Evenings"}, customer_id=_customer_of(bank, "RM01")
    )
    with bank.app_db.begin() as app_db:
        for table in (records, record_entries):
            app_db.execute(table.update().values(team="Elsewhere"))
    lead = somebody("team_lead", team="Elsewhere")
    assert record_reading.one_record(Reader(bank, lead), number) is not None
    follow_customers(bank, Reader(bank, SYSTEM, bank.snapshot()), date(2026, 6, 30), frozenset())
    assert record_reading.one_record(Reader(bank, lead), number) is None
    assert record_reading.one_record(Reader(bank, RM), number) is not None


def test_an_overdue_dispute_is_brought_to_management_once_and_its_turn_stays(bank: Stores) -> None:
    """A dispute about no figure goes the same way."""
    for viewer in (EXECUTIVE, SALES):
        _account(bank, viewer)
    values = {"title": "Who calls first?", "against": "Sales", "reading": "Marketing does"}
    number = record_store.open_record(bank, MARKETING, "dispute", values)
    assert dispute_clock.escalate(bank) == 0
    bank.now = lambda: datetime(2026, 7, 20, 9)
    assert dispute_clock.escalate(bank) == 1
    assert dispute_clock.escalate(bank) == 0
    record = _record(bank, number)
    assert (record.owner, record.state, record.version) == ("Sales", "context", 2)
    assert [r.record_id for r, _ in record_reading.naming(Reader(bank, EXECUTIVE))] == [number]
    (row,) = dispute_clock.ageing([record], date(2026, 7, 20))
    assert (row.days_open, row.days_in_step, row.days_late, row.brought_to_management) == (19, 19, 12, True)
    record_store.take_step(bank, SALES, number, 1, "answer", {"other_reading": "Sales does"})
    (row,) = dispute_clock.ageing([_record(bank, number)], date(2026, 9, 1))
    assert not row.brought_to_management, "of the next day that it is due"


def test_what_came_of_an_observation_is_really_opened_and_leads_back(bank: Stores) -> None:
    pin = pin_figure(bank, ANALYST, "leads", QUARTER)
    values = {"title": "Leads jumped", "to": "Analytics"}
    one, two, three = (
        record_store.open_record(bank, RM, "observation", values, pin_id=pin) for _ in range(3)
    )
    for stranger in (SALES, ADMINISTRATOR):
        with pytest.raises(Problem):
            record_outcomes.pin_event(bank, stranger, one, 1, date(2026, 5, 3), "Rates rose")
        with pytest.raises(Problem):
            record_outcomes.check_data(bank, stranger, two, 1, "Twice?")
    everything = Reader(bank, ANALYST)
    assert chart_events.events(everything, "leads").empty, "both or neither"
    record_outcomes.pin_event(bank, ANALYST, one, 1, date(2026, 5, 3), "Rates rose")
    (event,) = chart_events.events(everything, "leads")["annotation_id"].tolist()
    assert record_links.records_about(everything, record_links.EVENT, event) == {one}
    record_outcomes.check_data(bank, ANALYST, two, 1, "Are leads counted twice?")
    (check,) = record_outcomes.open_checks(everything)
    assert (check.came_from, check.title) == (two, "Check of the data: Are leads counted twice?")
    dispute = {"title": "Why?", "against": "Sales", "reading": "The campaign"}
    number = record_outcomes.grow(bank, ANALYST, three, "dispute", dispute)
    assert _record(bank, number).came_from == three
    for observation in (one, two, three):
        assert _record(bank, observation).state == "acted"


def test_a_goal_has_its_own_thread_for_who_reads_discussions(bank: Stores) -> None:
    values = {"title": "Too bold?", "said": "We are far behind"}
    with pytest.raises(ChangeRefused, match="goal does not exist"):
        record_store.open_record(bank, SALES, "discussion", values, goal_id=999)
    span = Period(date(2026, 7, 1), date(2026, 12, 31))
    goal = set_goal(bank, MARKETING, GoalDraft(metric="leads", target=900.0, span=span, owner="Marketing"))
    number = record_store.open_record(bank, SALES, "discussion", values, goal_id=goal)
    for role in ROLES:
        numbers = record_links.records_about(Reader(bank, somebody(role)), record_links.GOAL, goal)
        assert numbers == ({number} if role in RECORD_RIGHTS["discussion"].see else set()), role
    with pytest.raises(AccessRefused):
        record_store.open_record(bank, ADMINISTRATOR, "discussion", values, goal_id=goal)
    record_store.take_step(bank, MARKETING, number, 1, "resolve", {"outcome": "It stays"})
    assert _record(bank, number).state == "resolved"

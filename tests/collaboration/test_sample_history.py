"""The history of the sample bank's departments: written through everybody's doors, read by each role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import islice, product
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.conftest import Once
from tests.morning import copy_of, stores_in
from tests.pages.staff import Open, opener, somebody, words
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.access.roles import ROLES
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration import record_checks, record_reading, record_store
from workflow.collaboration.events import SOCIAL
from workflow.collaboration.follow_through import by_department
from workflow.collaboration.record_kind import Record, RecordStep
from workflow.collaboration.record_kinds import KINDS
from workflow.collaboration.sample_records import write_sample_records


@pytest.fixture(scope="session")
def with_records(once: Once, after_a_night: Path) -> Path:
    """The bank after its night with the departments' history, written once. Copy it before writing to it."""

    def build(folder: Path) -> None:
        copy_of(after_a_night, folder, dirs_exist_ok=True)
        stores = stores_in(folder)
        write_sample_records(stores, date(2026, 6, 30))
        stores.app_db.dispose()

    return once("records-1200", build)


@pytest.fixture
def lived_in(with_records: Path, tmp_path: Path) -> Iterator[Stores]:
    copy_of(with_records, tmp_path / "lived in")
    stores = stores_in(tmp_path / "lived in")
    yield stores
    stores.app_db.dispose()


@pytest.fixture
def open_page(lived_in: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    yield from opener(lived_in, monkeypatch)


def test_no_kind_of_record_is_without_an_example(lived_in: Stores) -> None:
    about_figures = {name for name, kind in KINDS.items() if not kind.about_customer}
    assert {r.kind for r in record_reading.records_of(Reader(lived_in, somebody("analyst")))} == about_figures


def _fillings(record: Record, step: RecordStep, today: date) -> Iterator[dict[str, Any]]:
    """Ways to fill in a step: every choice, words that stand in the record, and numbers that fit a test."""
    values = [v for entry in record.entries for v in entry.contents.values()]
    lines = [str(w) for v in values for w in (v if isinstance(v, list) else [v]) if isinstance(w, str)]
    of_kind: dict[str, list[Any]] = {
        "number": [100, 20],
        "day": [date(2036, 1, 1).isoformat(), today.isoformat()],
        "departments": [["Marketing", "Sales"]],
        "lines": [list(dict.fromkeys(lines))],
    }
    fields = step.fields_for(record)
    texts = list(dict.fromkeys(["A sentence.", *lines]))
    each = [
        list(f.choices)
        if f.kind == "choice"
        else [*of_kind.get(f.kind, texts), *([[f.hint]] if f.kind == "lines" else [])]
        for f in fields
    ]
    # What is written first is what stays while the last fields vary, so the other way round as well.
    names = [f.name for f in fields]
    for forwards in islice(product(*each), 2_000):
        yield dict(zip(names, forwards, strict=True))
    for backwards in islice(product(*reversed(each)), 2_000):
        yield dict(zip(reversed(names), backwards, strict=True))


def test_a_step_that_is_offered_can_be_taken_in_every_state_of_the_sample_by_every_role(
    lived_in: Stores,
) -> None:
    """Whatever state each record was in, for each role: some way to fill the step in passes its check."""
    today, offered = date(2026, 7, 1), set()
    everything = record_reading.records_of(Reader(lived_in, SYSTEM))
    for record in everything:
        for count in range(1, len(record.entries) + 1):
            then = replace(record, entries=record.entries[:count])
            for role in ROLES:
                viewer = somebody(role)
                for step in record_checks.steps_for(then, viewer, today):
                    offered.add((record.kind, step.name))
                    fits = any(
                        not step.check(then, viewer, values) for values in _fillings(then, step, today)
                    )
                    assert fits, (record.kind, record.title, then.state, role, step.name)
    assert {kind for kind, _ in offered} >= {r.kind for r in everything} - {"thanks", "customer_note"}


def test_nobody_is_offered_to_sign_up_for_a_social_event(lived_in: Stores) -> None:
    events = record_reading.records_of(Reader(lived_in, somebody("sales")), "event")
    social = next(e for e in events if e.contents["what"] == SOCIAL)
    social = replace(social, entries=social.entries[:1])
    steps = {s.name for s in record_checks.steps_for(social, somebody("sales"), date(2026, 7, 1))}
    assert "sign_up" not in steps
    assert "Nobody signs up for a social event" in " ".join(
        record_checks.barred_for(social, somebody("sales"), date(2026, 7, 1))
    )


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_a_record_of_each_kind_it_sees(role: str, lived_in: Stores, open_page: Open) -> None:
    viewer = somebody(role)
    seen = record_reading.records_of(Reader(lived_in, viewer))
    assert bool(seen) == any(role in rights.see for rights in RECORD_RIGHTS.values())
    for record in {r.kind: r for r in seen}.values():
        app: AppTest = open_page(viewer, KINDS[record.kind].url, record=str(record.record_id))
        assert not app.exception, record.title
        assert "could not be shown" not in words(app), record.title


def test_the_dispute_over_the_app_update_is_settled_by_its_test(lived_in: Stores, open_page: Open) -> None:
    (dispute,) = [
        r
        for r in record_reading.records_of(Reader(lived_in, somebody("service")))
        if "app update" in r.title and r.kind == "dispute"
    ]
    assert dispute.state == "settled"
    app = open_page(somebody("service"), "disputes", record=str(dispute.record_id))
    page = words(app)
    assert "more than chance" in app.success[0].value
    assert "will rise" in page
    assert "will stay as it is" in page


def test_nothing_settles_a_dispute_before_the_day_its_test_is_read(bank: Stores) -> None:
    """Gated steps, a facilitator of neither side, predictions of both, a plan, and no early look."""
    service, marketing, analyst = somebody("service"), somebody("marketing"), somebody("analyst")
    from tests.collaboration.test_records import QUARTER
    from workflow.collaboration.pinned_figures import pin_figure

    pin = pin_figure(bank, service, "csat", QUARTER)
    number = record_store.open_record(
        bank, service, "dispute", {"title": "Down", "against": "Marketing", "reading": "A flaw"}, pin_id=pin
    )

    def step(who: Viewer, name: str, **values: object) -> str:
        record = record_reading.one_record(Reader(bank, who), number)
        assert record is not None
        return record_store.take_step(bank, who, number, record.version, name, values)

    with pytest.raises(AccessRefused):
        step(service, "answer", other_reading="I answer myself")
    with pytest.raises(ChangeRefused, match="does not follow"):
        step(service, "facilitate", facilitator="Analytics")
    step(marketing, "answer", other_reading="Habit")
    with pytest.raises(ChangeRefused, match="no evidence yet"):
        step(service, "facilitate", facilitator="Analytics")
    step(service, "evidence", evidence="17 of 40 cases", source="Cases")
    step(marketing, "evidence", evidence="Back in 5 weeks last time", source="Survey")
    with pytest.raises(ChangeRefused, match="neither"):
        step(service, "facilitate", facilitator="Marketing")
    step(service, "facilitate", facilitator="Analytics")
    # A proposal gives the turn to the other side, and the discussion is still the facilitator's.
    step(service, "propose", agreement="Wait a month", why_no_test="It may pass")
    with pytest.raises(AccessRefused):
        step(marketing, "discuss", met_on=date(2026, 6, 30), attended=["Marketing"], minutes="We met")
    step(analyst, "discuss", met_on=date(2026, 6, 30), attended=["Marketing", "Service"], minutes="A test")
    counts = {"treated": 100, "treated_won": 70, "held_out": 100, "held_out_won": 60, "follows": "Nothing"}
    with pytest.raises(ChangeRefused, match="comes first"):
        step(analyst, "settle", **counts)
    plan = {
        "question": "Does it help?",
        "counted": "Answers 4 or 5",
        "base_percent": 70,
        "change_percent": 8,
        "per_week": 450,
        "rule": "Above 0: it stays",
        "started_on": date(2026, 7, 2),
    }
    with pytest.raises(ChangeRefused, match="Both predictions stand before"):
        step(analyst, "plan_test", **plan, read_on=date(2026, 8, 10))
    for who, direction in ((service, "rise"), (marketing, "stay as it is")):
        step(who, "predict", direction=direction, checked_on=date(2026, 9, 30))
    with pytest.raises(ChangeRefused, match="takes 5 weeks"):
        step(analyst, "plan_test", **plan, read_on=date(2026, 7, 20))
    step(analyst, "plan_test", **plan, read_on=date(2026, 8, 10))
    with pytest.raises(ChangeRefused, match="waits until 10 Aug 2026"):
        step(analyst, "settle", **counts)
    record = record_reading.one_record(Reader(bank, analyst), number)
    assert record is not None
    assert record.state == "test"


def test_what_came_of_observations_is_counted_by_the_department_that_answered(lived_in: Stores) -> None:
    rows = {
        r.department: r
        for r in by_department(record_reading.records_of(Reader(lived_in, somebody("sales")), "observation"))
    }
    assert rows["Marketing"].acted_on == 1
    assert rows["Marketing"].days_to_answer == 3.5
    assert rows["Analytics"].acted_on == 0


def test_an_initiative_says_what_it_needs_who_can_do_what_and_whether_its_figures_moved(
    lived_in: Stores, open_page: Open
) -> None:
    app = open_page(somebody("marketing"), "initiatives")
    page = words(app)
    assert "My part: " in " ".join(e.label for e in app.expander)
    assert (
        "People-days: 335 needed in all that runs; Sales 10 short; Analytics 10 short; IT 30 short"
        in " ".join(e.label for e in app.expander)
    )
    next(f for f in app.main.text_input if f.key == "skill").input("sql").run()
    page = words(app)
    assert "Priya Nair, Analytics" in page
    assert "Carmen Ho" not in page
    (unity,) = record_reading.records_of(Reader(lived_in, somebody("marketing")), "initiative")
    app = open_page(somebody("executive"), "initiatives", record=str(unity.record_id))
    page = words(app)
    assert not app.exception
    assert "Win rate" in page
    assert "not enough data yet" in page
    assert "Answered 1 of 1 question, after 3 days in the median" in page

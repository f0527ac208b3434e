"""Two windows on one record: neither records what it does not show, and nothing chosen or typed is lost."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from pages.components import viewer as door
from tests.pages.staff import busy_rm, somebody, words
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import alert_steps, alerts, campaign_steps, offers
from warehouse.stores import connect
from workflow.alerts import assignment
from workflow.alerts.alert_steps import STEPS, record_step

PAGES = Path(__file__).parents[2] / "pages"


@pytest.fixture
def rm(bank: connect.Stores) -> Viewer:
    busy = busy_rm(bank)
    assert busy.rm_id is not None
    return replace(busy, team=assignment.team_of(Reader(bank, SYSTEM), busy.rm_id))


@pytest.fixture
def alert(bank: connect.Stores, rm: Viewer) -> dict:
    """An alert of the RM about a customer with no other."""
    rows = _rows(bank, alerts, alerts.c.rm_id == rm.rm_id, alerts.c.arm == "treated")
    about = [row["customer_id"] for row in rows]
    return next(row for row in rows if about.count(row["customer_id"]) == 1)


def _rows(bank: connect.Stores, table, *which) -> list[dict]:
    with bank.app_db.connect() as app_db:
        return [dict(row) for row in app_db.execute(select(table).where(*which)).mappings()]


def _window(open_page, rm: Viewer, alert: dict) -> AppTest:
    return open_page(rm, "customer", cid=alert["customer_id"])


def _choose(app: AppTest, step: str, note: str = "") -> AppTest:
    _step(app).select(step)
    _note(app).input(note)
    return app


def _step(app: AppTest):
    return next(s for s in app.selectbox if s.label == "What did you do?")


def _note(app: AppTest):
    return next(t for t in app.text_input if t.label == "Note")


def _press(app: AppTest, label: str) -> AppTest:
    next(b for b in app.button if b.label == label).click()
    return app.run()


def test_a_second_window_records_no_other_step_than_it_shows(open_page, bank, rm, alert) -> None:
    first, second = (_window(open_page, rm, alert) for _ in range(2))
    _press(_choose(first, "acknowledged"), "Record")
    _choose(second, "acknowledged", "She asked for a call on Friday")
    _press(second, "Record")
    assert [s["step"] for s in _rows(bank, alert_steps)] == ["acknowledged"]
    assert "while you had it open" in words(second)
    assert "Seen, I will call" in words(second), "what was recorded meanwhile is told"
    assert (_step(second).value, _note(second).value) == ("acknowledged", "She asked for a call on Friday")
    _press(second, "Record")
    assert [(s["step"], s["note"]) for s in _rows(bank, alert_steps)][1:] == [
        ("acknowledged", "She asked for a call on Friday")
    ]


@pytest.mark.parametrize("step", STEPS)
def test_whatever_step_was_chosen_is_still_chosen_after_a_refusal(
    open_page, bank, rm, alert, step: str
) -> None:
    window = _window(open_page, rm, alert)
    record_step(bank, rm, alert["alert_id"], "contacted", "", 1)
    _press(_choose(window, step, "As she said"), "Record")
    assert (_step(window).value, _note(window).value) == (step, "As she said")
    assert [s["step"] for s in _rows(bank, alert_steps)] == ["contacted"]


def test_a_refused_snooze_stays_a_snooze(open_page, bank, rm, alert) -> None:
    window = _window(open_page, rm, alert)
    _press(_choose(window, "snoozed"), "Record")
    assert "why the call must wait" in words(window)
    assert _step(window).value == "snoozed"
    _note(window).input("Abroad until Monday")
    _press(window, "Record")
    assert [(s["step"], s["note"]) for s in _rows(bank, alert_steps)] == [("snoozed", "Abroad until Monday")]
    assert _note(window).value == "", "what was recorded is not offered again"


def test_a_note_for_an_alert_that_was_closed_meanwhile_can_go_into_its_history(
    open_page, bank, rm, alert
) -> None:
    first, second = (_window(open_page, rm, alert) for _ in range(2))
    _press(_choose(first, "declined"), "Record")
    _press(_choose(second, "contacted", "She will think about it until May"), "Record")
    page_text = words(second)
    assert "was closed while you had it open" in page_text
    assert "Customer declined" in page_text
    kept = next(t for t in second.text_input if t.label.startswith("Your note"))
    assert kept.value == "She will think about it until May"
    _press(second, "Add the note to its history")
    assert [(s["step"], s["note"]) for s in _rows(bank, alert_steps)] == [
        ("declined", ""),
        ("noted", "She will think about it until May"),
    ]
    (row,) = _rows(bank, alerts, alerts.c.alert_id == alert["alert_id"])
    assert (row["status"], row["outcome"]) == ("closed", "declined")
    assert "Your step was not recorded" not in words(second)


def test_a_note_for_an_alert_that_went_to_a_colleague_is_shown_and_not_recorded(
    open_page, bank, rm, alert
) -> None:
    window = _window(open_page, rm, alert)
    lead = somebody("team_lead", team=rm.team)
    assignment.reassign(bank, lead, alert["alert_id"], None, "Ill", alert["version"])
    open_page(rm, "today")
    _press(_choose(window, "contacted", "She called back herself"), "Record")
    assert [s["step"] for s in _rows(bank, alert_steps)] == ["reassigned"]
    assert "She called back herself" in [t.value for t in window.text_input]


def test_an_offer_is_recorded_for_the_version_on_screen(open_page, bank, rm) -> None:
    for row in _rows(bank, alerts, alerts.c.rm_id == rm.rm_id, alerts.c.arm == "treated"):
        window = _window(open_page, rm, row)
        button = next((b for b in window.button if b.key == f"offer-{row['alert_id']}"), None)
        if button is not None:
            break
    else:
        pytest.fail("no customer of this RM may be made an offer")
    record_step(bank, rm, row["alert_id"], "acknowledged", "", 1)
    button.click()
    window.run()
    assert _rows(bank, offers) == []
    assert "while you had it open" in words(window)


def test_a_campaigns_second_window_closes_nothing_it_did_not_show(open_page, bank) -> None:
    marketing = somebody("marketing")
    first, second = (open_page(marketing, "campaigns", view="life") for _ in range(2))
    for window, note in ((first, "Eight in ten stayed"), (second, "Nine in ten stayed")):
        next(t for t in window.text_area if t.label.startswith("The plan")).input(note)
        _press(window, "Save")
    assert [(s["step"], s["note"]) for s in _rows(bank, campaign_steps)] == [
        ("analysed", "Eight in ten stayed")
    ]
    assert "while you had it open" in words(second)
    assert next(t for t in second.text_area if t.label.startswith("The plan")).value == "Nine in ten stayed"
    assert next(s for s in second.selectbox if s.label == "Step").value == "analysed"


def test_nothing_that_one_typed_is_shown_to_whoever_signs_in_after_her(
    open_page, bank, rm, alert, monkeypatch
) -> None:
    """The window was cut off, and comes back with its session to another RM's sign-in: even one who sees the customer."""
    typed = "Only for me: her son is ill"
    window = _window(open_page, rm, alert)
    record_step(bank, rm, alert["alert_id"], "contacted", "", 1)
    _press(_choose(window, "contacted", typed), "Record")
    assert _note(window).value == typed, "a refused form keeps it for her"
    colleague = replace(rm, username="colleague", full_name="Colleague")
    monkeypatch.setattr(door, "viewer", lambda: colleague)
    _press(window, "Record")
    assert [s["step"] for s in _rows(bank, alert_steps)] == ["contacted"], (
        "nor is it recorded under that name"
    )
    assert "nothing of theirs is kept" in words(window)
    assert [*window.text_input, *window.text_area, *window.selectbox] == []
    assert typed not in str(window.session_state)
    monkeypatch.setattr(door, "viewer", lambda: rm)
    window.run()
    assert typed not in f"{words(window)} {[t.value for t in window.text_input]}"


def test_every_form_that_writes_is_of_the_one_kind() -> None:
    """A form or a button whose write runs after the page was drawn anew would write about what nobody saw."""
    for module in sorted(PAGES.rglob("*.py")):
        if module.name == "forms.py":
            continue
        tree = ast.parse(module.read_text(encoding="utf-8"))
        used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not used & {"st.form", "st.form_submit_button", "st.date_input"}, module
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "st.button" in ast.unparse(node.test):
                for line in node.body:
                    assert "connect.here" not in ast.unparse(line), f"{module}: {ast.unparse(line)}"

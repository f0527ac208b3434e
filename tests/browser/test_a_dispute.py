"""Two departments dispute a fall of satisfaction, in a browser: from an observation to what the test showed."""

import json
import sqlite3
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


_SIGNED_IN: dict[str, list] = {}
"""Username → the cookies of a session begun before: a colleague's own window, come back to."""


def _as(served, page: Page, username: str, address: str) -> None:
    page.context.clear_cookies()
    page.goto("about:blank")
    if username in _SIGNED_IN:
        page.context.add_cookies(_SIGNED_IN[username])
    else:
        served.sign_in(page, username)
        _SIGNED_IN[username] = page.context.cookies()
    page.goto(f"{served.address}/{address}")
    page.locator("h1").first.wait_for()


def _choose(page: Page, label: str, option: str) -> None:
    field = page.get_by_label(label).last
    # A list of choices closes when what is around it scrolls.
    field.scroll_into_view_if_needed()
    page.wait_for_timeout(400)
    field.click()
    page.get_by_role("option", name=option, exact=True).click()


def _day(page: Page, label: str, day: date) -> None:
    page.get_by_test_id("stDateInput").filter(has_text=label).get_by_role("spinbutton").first.click()
    page.keyboard.type(f"{day:%d%m%Y}")


def _step(page: Page, label: str) -> None:
    page.get_by_role("button", name=label).first.click()
    page.locator("[data-testid=stForm]").last.wait_for()


def _save(page: Page, label: str, sees: str) -> None:
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name=label).last.click()
    expect(page.get_by_text(sees).first).to_be_visible()


def _fill(page: Page, **texts: str) -> None:
    for label, text in texts.items():
        page.get_by_label(label.replace("_", " ")).last.fill(text)


def _test_is_over(served, number: int) -> None:
    """The weeks of the test pass."""
    with sqlite3.connect(f"{served.data}/app_db.sqlite") as app_db:
        where = "WHERE record_id = ? AND step = 'plan_test'"
        (text,) = app_db.execute(f"SELECT contents FROM record_entries {where}", (number,)).fetchone()
        contents = json.loads(text) | {"read_on": str(date.today() - timedelta(days=1))}
        app_db.execute(f"UPDATE record_entries SET contents = ? {where}", (json.dumps(contents), number))
        # Whoever reads sees what was written by the audit log's last line; a line tells her to read again.
        app_db.execute(
            "INSERT INTO audit_log SELECT line + 1, happened_at, 'test', 'weeks.pass', '', '', '' FROM audit_log "
            "ORDER BY line DESC LIMIT 1"
        )


def _observe_and_dispute(served, page: Page) -> int:
    """Service notices the fall, and disputes how Marketing reads it."""
    _as(served, page, "chan", "voice")
    page.get_by_role("button", name="Discuss").first.click()
    page.get_by_text("Observe", exact=True).click()
    _fill(page, What_did_you_notice="Fewer are satisfied since the app was updated")
    _save(page, "Save", "is open")
    page.goto(f"{served.address}/voice")
    page.get_by_role("button", name="Discuss").first.click()
    page.get_by_text("Dispute", exact=True).click()
    _fill(page, What_do_you_disagree_about="Short-term adjustment, or a flaw of the new app?")
    _choose(page, "Which department reads it differently?", "Marketing")
    _fill(page, How_does_your_department_read_it="A flaw: the limit is hidden")
    _save(page, "Save", "It is the turn of Marketing")
    with sqlite3.connect(f"file:{served.data}/app_db.sqlite?mode=ro", uri=True) as app_db:
        ((number,),) = app_db.execute("SELECT record_id FROM records WHERE kind = 'dispute'").fetchall()
    return int(number)


def _exchange_evidence(served, page: Page, here: str) -> None:
    """Both sides say how they read it and bring evidence; nobody of theirs leads the discussion."""
    _as(served, page, "marketing", "inbox")
    expect(page.get_by_text("Short-term adjustment").first).to_be_visible()
    page.goto(f"{served.address}/{here}")
    _step(page, "Give your reading")
    _fill(page, How_does_your_department_read_it="An adjustment of some weeks")
    _save(page, "Give your reading", "beside each other")
    _step(page, "Add evidence")
    _fill(page, What_does_it_show="Back in five weeks last time", Where_can_it_be_read="Survey of last year")
    _save(page, "Add evidence", "Recorded.")
    _as(served, page, "chan", here)
    _step(page, "Add evidence")
    _fill(page, What_does_it_show="17 of 40 cases name the limit", Where_can_it_be_read="Cases of June")
    _save(page, "Add evidence", "Recorded.")
    _step(page, "Go to the discussion")
    _choose(page, "Who leads it, of neither department?", "Marketing")
    _save(page, "Go to the discussion", "one of the two sides")
    _choose(page, "Who leads it, of neither department?", "Analytics")
    _save(page, "Go to the discussion", "of neither department:")


def _plan_the_test(served, page: Page, here: str) -> None:
    """Analytics records the discussion and plans the test; both sides write what it will show."""
    _as(served, page, "analyst", here)
    _step(page, "Record the discussion")
    _day(page, "When did you meet?", date.today())
    there = page.get_by_label("Which departments were there?").last
    there.fill("Service")
    there.press("Enter")
    there.press("Tab")
    _fill(page, What_was_said="Half of the users see the limit first")
    _save(page, "Record the discussion", "Recorded.")
    for who, direction in (("chan", "rise"), ("marketing", "stay as it is")):
        _as(served, page, who, here)
        _step(page, "Write your prediction")
        _day(page, "Checked on", date.today() + timedelta(days=90))
        page.get_by_label("What will the figure do?").last.focus()
        _choose(page, "What will the figure do?", direction)
        _save(page, "Write your prediction", f"it will {direction}")
    _as(served, page, "analyst", here)
    _step(page, "Plan the test")
    _fill(page, What_shall_the_test_answer="Does it help?", What_is_counted_of_each_person="4 or 5")
    _fill(page, How_often_does_it_happen_today="70", Which_change_is_worth_finding="8")
    _fill(page, How_many_people_come_into_it="450", Which_result_decides_for_whom="Above 0: the limit moves")
    _day(page, "When does it begin?", date.today() + timedelta(days=2))
    _day(page, "When is it read?", date.today() + timedelta(days=60))
    page.get_by_label("What shall the test answer").last.focus()
    _save(page, "Plan the test", "people in each group")


def _settle(page: Page) -> None:
    _fill(page, People_in_the_group_with_the_change="1402", People_in_the_group_without_it="1396")
    for place, counted in ((0, "1087"), (1, "993")):
        page.get_by_label("Of them, how many counted?").nth(place).fill(counted)
    _fill(page, What_follows_for_the_figure="The limit moves to the first screen")
    _save(page, "Settle it with the test", "95% interval")


def test_a_dispute_goes_from_an_observation_to_a_settled_test(served, page: Page):
    number = _observe_and_dispute(served, page)
    here = f"disputes?record={number}"
    _exchange_evidence(served, page, here)
    _plan_the_test(served, page, here)
    _as(served, page, "analyst", here)
    expect(page.get_by_text("“Settle it with the test” waits until").first).to_be_visible()
    expect(page.get_by_role("button", name="Settle it with the test")).to_have_count(0)
    _test_is_over(served, number)
    page.reload()
    page.locator("h1").first.wait_for()
    _step(page, "Settle it with the test")
    _settle(page)
    expect(page.get_by_text("That is more than chance").first).to_be_visible()

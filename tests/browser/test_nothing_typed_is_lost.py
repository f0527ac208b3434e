"""A session that expires, and two windows on one alert, in a real browser: what was typed and chosen comes back."""

from __future__ import annotations

import re
import sqlite3
from contextlib import suppress

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from playwright.sync_api import TimeoutError as Timeout

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
NOTE = "She asked for a call on Friday, after five"
LATER = "Not now, remind me later"


def _app_db(served, statement: str, *values: object) -> list[tuple]:
    with sqlite3.connect(served.data / "app_db.sqlite", timeout=20) as app_db:
        return app_db.execute(statement, values).fetchall()


def _go_idle(served) -> None:
    _app_db(served, "UPDATE sessions SET seen_at = strftime('%Y-%m-%d %H:%M:%f000', seen_at, '-31 minutes')")


def _open_an_alert(served, page: Page) -> None:
    served.sign_in(page, "rm")
    page.goto(f"{served.address}/customer-health")
    page.get_by_role("button", name="Open the first").click()
    expect(page.get_by_text("What did you do?").first).to_be_visible()
    expect(page.get_by_text(re.compile("The journey so far"))).to_be_attached()
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def _choose(page: Page, step: str, note: str) -> None:
    option = page.get_by_role("option", name=step)
    for _ in range(5):
        # A page that is still being drawn closes the list under the hand.
        page.get_by_label("Note").first.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        page.get_by_label("What did you do?").first.click()
        with suppress(Timeout):
            option.click(timeout=6_000)
            break
    else:
        raise AssertionError(f"the list never stayed open for “{step}”")
    page.get_by_label("Note").first.fill(note)


def test_a_note_and_its_step_survive_an_expired_session(served, page: Page) -> None:
    _open_an_alert(served, page)
    place = page.url
    _choose(page, LATER, NOTE)
    _go_idle(served)
    expect(page).to_have_url(re.compile("/login"))
    expect(page.get_by_text("You were signed out after 30 minutes without activity.")).to_be_visible()
    expect(page.get_by_text("your entry is kept")).to_be_visible()
    served.enter(page, "rm")
    expect(page).to_have_url(place)
    expect(page.get_by_label("Note").first).to_have_value(NOTE)
    expect(page.get_by_text("What you typed here before is back")).to_be_visible()
    before = len(_app_db(served, "SELECT step FROM alert_steps"))
    # What was chosen is named in the words above and chosen anew: no answer stands in the form by itself.
    _choose(page, LATER, NOTE)
    page.get_by_role("button", name="Record").first.click()
    expect(page.get_by_text(re.compile("^Recorded:"))).to_be_visible()
    recorded = _app_db(served, "SELECT step, note FROM alert_steps")[before:]
    assert set(recorded) == {("snoozed", NOTE)}, "for each reason that she is on the list"
    page.reload()
    expect(page.get_by_label("Note").first).to_have_value("")


def test_a_note_is_never_shown_to_somebody_else(served, page: Page) -> None:
    _open_an_alert(served, page)
    page.get_by_label("Note").first.fill("Only for me")
    _go_idle(served)
    expect(page).to_have_url(re.compile("/login"))
    served.enter(page, "analyst")
    page.wait_for_function("!(sessionStorage.getItem('concord-drafts') || '').includes('Only for me')")
    expect(page.get_by_text("Only for me")).to_have_count(0)


def test_a_window_that_was_cut_off_shows_nothing_to_whoever_signed_in_meanwhile(served, page: Page) -> None:
    """A laptop asleep: its window hears nothing of the signing out, and comes back with the cookie of somebody else."""
    asleep, sockets = [False], []

    def stream(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        server = socket.connect_to_server()
        socket.on_message(server.send)
        server.on_message(lambda message: None if asleep[0] else socket.send(message))
        server.on_close(lambda code, reason: None)

    page.route_web_socket(re.compile("/_stcore/stream"), stream)
    _open_an_alert(served, page)
    page.get_by_label("Note").first.fill("Only for me")
    asleep[0] = True
    other = page.context.new_page()
    other.goto(f"{served.address}/logout")
    other.get_by_role("button", name="Sign out").click()
    served.sign_in(other, "analyst")
    expect(page.get_by_label("Note").first).to_have_value("Only for me")
    asleep[0] = False
    sockets[-1].close()
    expect(page).to_have_url(f"{served.address}/")
    expect(page.get_by_text("Test analyst · analyst")).to_be_visible()
    expect(page.get_by_text("Only for me")).to_have_count(0)
    assert "Only for me" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_whoever_types_is_not_idle(served, page: Page) -> None:
    _open_an_alert(served, page)
    _app_db(served, "UPDATE sessions SET seen_at = strftime('%Y-%m-%d %H:%M:%f000', seen_at, '-29 minutes')")
    before = _app_db(served, "SELECT max(seen_at) FROM sessions WHERE ended_at IS NULL")[0][0]
    page.evaluate("Date.now = ((now) => () => now() + 120000)(Date.now)")
    with page.expect_response(lambda answer: answer.url.endswith("/seen")) as seen:
        page.get_by_label("Note").first.press_sequentially("A long note")
    assert seen.value.status == 204
    assert _app_db(served, "SELECT max(seen_at) FROM sessions WHERE ended_at IS NULL")[0][0] > before


def test_of_two_windows_the_second_is_told_and_keeps_its_note(served, page: Page) -> None:
    _open_an_alert(served, page)
    other = page.context.new_page()
    other.goto(page.url)
    _choose(other, "Spoke to the customer", NOTE)
    before = len(_app_db(served, "SELECT step FROM alert_steps"))
    _choose(page, "Seen, I will call", "")
    page.get_by_role("button", name="Record").first.click()
    expect(page.get_by_text(re.compile("^Recorded:"))).to_be_visible()
    other.get_by_role("button", name="Record").first.click()
    expect(other.get_by_text(re.compile("while you had it open here")).first).to_be_visible()
    expect(other.get_by_label("Note").first).to_have_value(NOTE)
    assert {s for (s,) in _app_db(served, "SELECT step FROM alert_steps")[before:]} == {"acknowledged"}
    _choose(page, "Customer declined", "")
    page.get_by_role("button", name="Record").first.click()
    expect(page.get_by_text(re.compile("^Recorded: Customer declined"))).to_be_visible()
    other.get_by_role("button", name="Record").first.click()
    expect(other.get_by_text("Your step was not recorded")).to_be_visible()
    expect(other.get_by_label(re.compile("^Your note"))).to_have_value(NOTE)
    other.get_by_role("button", name="Add the note to its history").click()
    expect(other.get_by_text("Your step was not recorded")).to_have_count(0)
    assert _app_db(served, "SELECT step, note FROM alert_steps")[-1] == ("noted", NOTE)

"""What a person does in a browser, against the real server."""

import re
import sqlite3

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_an_rm_opens_her_first_alert_records_a_step_and_sees_it_change(served, page: Page):
    served.sign_in(page, "rm")
    expect(page.locator("h1").first).to_contain_text(re.compile(r"\d+ customers? to call"))
    page.get_by_role("link", name="Customer health").click()
    expect(page.locator("h1").first).to_contain_text("You have")
    page.get_by_role("button", name="Open the first").click()
    expect(page.get_by_text("What did you do?").first).to_be_visible()
    page.get_by_label("Note").first.fill("Spoke for ten minutes; she asked about the fixed deposit")
    page.get_by_label("Note").first.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    page.get_by_label("What did you do?").first.click()
    page.get_by_role("option", name="Spoke to the customer").click()
    page.get_by_role("button", name="Record").first.click()
    # The journey's table has the note, too, in a cell that only a screen reader sees.
    done = "Spoke to the customer: Spoke for ten minutes; she asked about the fixed deposit"
    expect(page.get_by_text(done).first).to_be_visible()
    expect(page.get_by_text("Started").first).to_be_visible()
    page.get_by_role("link", name="Back to the queue").click()
    expect(page.get_by_text("Started (1)")).to_be_visible()
    with sqlite3.connect(f"file:{served.data}/app_db.sqlite?mode=ro", uri=True) as app_db:
        steps = app_db.execute("SELECT step, taken_by FROM alert_steps").fetchall()
        audited = app_db.execute("SELECT who FROM audit_log WHERE action = 'alert.step'").fetchall()
    assert set(steps) == {("contacted", "rm")}, "for each reason that she is on the list"
    assert set(audited) == {("rm",)}


def test_a_view_is_its_address_and_survives_reload(served, page: Page):
    served.sign_in(page, "analyst")
    page.goto(f"{served.address}/funnel?channel=Email")
    title = page.locator("h1").first
    expect(title).to_contain_text("leads came in")
    narrowed = title.inner_text()
    page.reload()
    expect(title).to_have_text(narrowed)
    page.goto(f"{served.address}/funnel")
    expect(title).to_contain_text("leads came in")
    expect(title).not_to_have_text(narrowed)


def test_back_undoes_the_last_choice_of_the_filter_bar(served, page: Page):
    served.sign_in(page, "analyst")
    page.goto(f"{served.address}/funnel?channel=email")
    for channel in ("Social", "Event"):
        page.get_by_role("combobox", name=re.compile("^Channel")).click()
        page.get_by_role("option", name=channel, exact=True).click()
        page.keyboard.press("Escape")
        expect(page).to_have_url(re.compile(f"channel={channel.lower()}"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?channel=email&channel=social$"))
    expect(page.get_by_text("Event", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Clear filters").click()
    expect(page).to_have_url(re.compile("/funnel$"))


def test_a_long_menu_hides_no_page(served, page: Page):
    served.sign_in(page, "analyst")
    page.get_by_test_id("stSidebarNavViewButton").click()
    for title in ("Funnel", "Reports", "Dictionary", "Identity"):
        expect(page.get_by_test_id("stSidebarNav").get_by_role("link", name=title)).to_be_visible()


def test_signing_out_closes_the_way_back(served, page: Page):
    served.sign_in(page, "rm")
    page.goto(f"{served.address}/logout")
    page.get_by_role("button", name=re.compile("sign out", re.I)).click()
    page.goto(f"{served.address}/customer-health")
    expect(page).to_have_url(re.compile("/login"))


def test_the_first_screen_of_an_rm_fits_a_phone(served, browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(30_000)
    served.sign_in(page, "rm")
    expect(page.get_by_role("button", name="Open my queue")).to_be_in_viewport()
    wider = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wider, "nothing may stand out to the right"
    context.close()


def test_an_rm_answers_her_monday_in_three_clicks(served, page: Page):
    """From the sign-in on: who is first (0), what changed (1), why and what to do (2), and it is recorded (3)."""
    served.sign_in(page, "rm")
    expect(page.get_by_role("button", name="Open", exact=True).first).to_be_visible()
    page.get_by_role("link", name="Customer health").click()
    expect(page.get_by_text(re.compile("Since Monday"))).to_be_in_viewport()
    page.get_by_role("button", name="Open the first").click()
    for seen in (page.get_by_text(re.compile("^Why, as of")).first, page.get_by_text("What to do").first):
        expect(seen).to_be_in_viewport()
    expect(page.get_by_text(re.compile("^Last contact:"))).to_be_in_viewport()
    page.get_by_label("Note").first.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    page.get_by_label("What did you do?").first.click()
    page.get_by_role("option", name="Seen, I will call").click()
    page.get_by_role("button", name="Record").first.click()
    expect(page.get_by_text(re.compile("^Recorded:"))).to_be_visible()
    expect(page.get_by_text(re.compile("The journey so far"))).to_be_attached()

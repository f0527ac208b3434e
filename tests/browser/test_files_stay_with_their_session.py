"""A downloaded table is given to the window it was made for: a colleague with its address gets nothing, nor does who signed out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_address_of_an_export_is_worth_nothing_to_anybody_else(served, page: Page, browser) -> None:
    served.sign_in(page, "analyst")
    page.goto(f"{served.address}/funnel")
    # A page that is still being drawn carries an open menu out of the window.
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    export = page.get_by_role("button", name="Export").last
    export.evaluate("button => button.scrollIntoView({block: 'center'})")
    export.click()
    with page.expect_download() as waited:
        page.get_by_role("button", name="CSV").last.press("Enter")
    address = waited.value.url
    assert "/media/" in address
    assert page.request.get(address).status == 200
    elsewhere = browser.new_context()
    colleague = elsewhere.new_page()
    served.sign_in(colleague, "marketing")
    refused = colleague.request.get(address)
    assert (refused.status, "was not made for you" in refused.text()) == (404, True)
    elsewhere.close()
    page.context.clear_cookies()
    assert page.request.get(address).status == 401

"""One running server, walked through by several people in random orders: no page dies because another was opened first."""

import random
import re

import pytest
from playwright.sync_api import Browser, expect

from pages import MENU

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]
BUG = re.compile(
    r"the reference [A-Z0-9]{4}-|This (page|part) could not be shown|Traceback|Reference [A-Z0-9]{4}-"
)
WALKERS = (("analyst", "analyst"), ("rm", "relationship_manager"))


def test_people_walk_one_running_server_in_random_orders_twice_without_a_bug(served, browser: Browser):
    chance = random.Random("real server")
    steps = []
    windows = {}
    for username, role in WALKERS:
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        window = context.new_page()
        window.set_default_timeout(60_000)
        served.sign_in(window, username)
        windows[username] = window
        urls = [e.url for entries in MENU.values() for e in entries if role in e.roles and e.url != "today"]
        # Every page once; of a second person some that the first has opened before, or opens after.
        steps += [(username, url) for url in (urls if role == "analyst" else chance.sample(urls, 10))]
    # The review first and the campaigns next: the order in which a page once died for everybody.
    chance.shuffle(steps)
    way = [("analyst", "quarterly-review"), ("analyst", "campaigns"), *steps, *chance.sample(steps, 4)]
    for username, url in way:
        window = windows[username]
        window.goto(f"{served.address}/{url}")
        expect(window.locator("h1").first, f"{username} {url}").to_be_visible()
        page_text = window.locator("[data-testid=stMain]").inner_text()
        assert not BUG.search(page_text), f"{username} {url}: {page_text[:300]}"
    for window in windows.values():
        window.context.close()
    log = (served.data / "app.log").read_text(encoding="utf-8")
    assert not BUG.search(log), log[-2000:]

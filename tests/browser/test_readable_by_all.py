"""Every page in light and dark, looked through by axe-core: text can be read, and whoever cannot see it can hear it.

`axe_core/` holds its release 4.14.1 as it was published, under its own licence (MPL-2.0).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pages import MENU
from workflow.collaboration.record_kinds import KINDS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]
AXE = (Path(__file__).parent / "axe_core" / "axe.min.js").read_text(encoding="utf-8")
NOT_OURS = {
    "list": "the menu's sections are <div>s inside Streamlit's <ul>; no report upstream was found",
    "listitem": "the same list",
    "svg-img-alt": "the dot of a small trend: https://github.com/vega/vega-lite/issues/9623",
}
"""Faults of Streamlit 1.67 itself, by axe's name for them, and where they are known."""
FAULTS = """async (only) => (await axe.run(document, {resultTypes: ['violations'], preload: false, ...only})).violations
  .filter((fault) => ['serious', 'critical'].includes(fault.impact))
  .map((fault) => [fault.id, fault.nodes.slice(0, 3).map((node) => node.html.slice(0, 200))])"""
COLOURS = {"runOnly": ["color-contrast"]}
"""What differs between light and dark."""
OF_ONE_PATTERN = frozenset(sorted(kind.url for kind in KINDS.values())[4:])
"""Pages of kinds of records beyond the first four: all are drawn by one list and one form."""
LOOKED_AT_BY = {
    "analyst": "analyst",
    "rm": "relationship_manager",
    "chan": "service",
    "admin": "administrator",
}
"""So that every page is looked at by somebody."""


def test_no_page_has_a_serious_fault_of_ours_in_light_or_dark(served, browser: Browser) -> None:
    """Each page as the first of these people who has it; the other mode is set without opening it anew."""
    left = {e.url: e for entries in MENU.values() for e in entries if e.url not in OF_ONE_PATTERN}
    wrong: dict[tuple[str, str, str], object] = {}
    for username, role in LOOKED_AT_BY.items():
        urls = [url for url, entry in left.items() if role in entry.roles]
        # The policy of our pages lets no script of others in, so for this window it is lifted.
        context = browser.new_context(viewport={"width": 1366, "height": 768}, bypass_csp=True)
        window = context.new_page()
        served.sign_in(window, username)
        for url in urls:
            del left[url]
            window.goto(f"{served.address}/{'' if url == 'today' else url}", wait_until="commit")
            window.wait_for_selector("h1")
            window.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
            window.evaluate(AXE)
            for mode, only in (("light", {}), ("dark", COLOURS)):
                window.emulate_media(color_scheme=mode)  # type: ignore[arg-type]  # one of its words
                window.wait_for_function(
                    "mode => getComputedStyle(document.querySelector('.stApp')).colorScheme === mode",
                    arg=mode,
                )
                wrong |= {(url, mode, fault): places for fault, places in _faults(window, only)}
        context.close()
    assert wrong == {}
    assert not left


def _faults(window: Page, only: dict[str, list[str]]) -> list[tuple[str, object]]:
    """The faults of ours that stay: what is still being drawn anew is pale for a moment."""
    for _ in range(3):
        faults = [(fault, places) for fault, places in window.evaluate(FAULTS, only) if fault not in NOT_OURS]
        if not faults:
            break
        window.wait_for_timeout(1_500)
    return faults

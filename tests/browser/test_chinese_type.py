"""A reader's machine without any Chinese type shows the names, and fetches type only for a page that has some."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WRITE = """text => { const line = document.createElement("p"); line.id = "written"; line.textContent = text;
line.style = "position:fixed; top:0; left:0; margin:0; font-size:40px";
document.getElementById("written")?.remove(); document.querySelector("h1").append(line); }"""
# The empty box of the Latin type is narrower than a character that is as wide as it is high.
DRAWN = "() => document.getElementById('written').getBoundingClientRect().width >= 39"


def test_a_machine_without_chinese_fetches_it_only_when_a_name_needs_it(
    page_without_chinese: Page, served
) -> None:
    page, fetched = page_without_chinese, set[str]()
    page.on(
        "response",
        lambda answer: fetched.add(Path(answer.url).stem) if "/typefaces/" in answer.url else None,
    )
    served.sign_in(page, "analyst")
    page.goto(f"{served.address}/goals")
    expect(page.locator("h1").first).to_be_visible()
    assert fetched == set(), "a page without Chinese loads nothing more"
    for text, files in (("陳", {"traditional"}), ("张", {"traditional", "simplified"})):
        page.evaluate(WRITE, text)
        page.wait_for_function(DRAWN)
        assert fetched == files
    answer = page.request.get(f"{served.address}/typefaces/traditional.woff2")
    assert answer.headers["cache-control"] == "private, max-age=2592000"
    page.context.clear_cookies()
    assert page.request.get(f"{served.address}/typefaces/traditional.woff2").status == 401

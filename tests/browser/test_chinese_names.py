"""On a machine without Chinese type a name is no row of squares: the browser fetches the type that Concord brings."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
NAME = "陳大文"
BROUGHT = """() => document.fonts.ready.then(() => [...document.fonts]
    .filter((face) => face.family.includes("Concord") && !face.family.includes("Latin"))
    .filter((face) => face.status !== "unloaded").map((face) => face.status))"""
DRAWN = """(text) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = "40px " + getComputedStyle(document.querySelector("h1")).fontFamily;
    const drawn = (words) => {
        pen.canvas.width = 60; pen.canvas.height = 60;
        pen.font = "40px " + getComputedStyle(document.querySelector("h1")).fontFamily;
        pen.fillText(words, 4, 46);
        return pen.canvas.toDataURL();
    };
    return [...text].map(drawn);
}"""


def _has_type(page: Page) -> None:
    """The brought type has come, and each character is drawn as itself: squares would all look alike."""
    for _ in range(100):
        # Asked again and again from here: the sign-in runs no script that waits.
        if "loaded" in page.evaluate(BROUGHT):
            break
        page.wait_for_timeout(100)
    assert set(page.evaluate(BROUGHT)) == {"loaded"}
    assert len(set(page.evaluate(DRAWN, NAME))) == len(NAME)


def test_a_chinese_name_is_drawn_in_the_brought_type_on_every_screen(
    served, page_without_chinese: Page
) -> None:
    page = page_without_chinese
    page.goto(f"{served.address}/login")
    assert page.evaluate(BROUGHT) == [], "nothing is fetched for a page without Chinese"
    squares = page.evaluate(
        DRAWN.replace('getComputedStyle(document.querySelector("h1")).fontFamily', '"sans-serif"'), NAME
    )
    assert len(set(squares)) == 1, "this machine has no Chinese of its own"
    page.get_by_label("User name").fill(NAME)
    _has_type(page)
    served.sign_in(page, "chan")
    expect(page.get_by_text(f"{NAME} · service")).to_be_visible()
    _has_type(page)
    page.goto(f"{served.address}/logout")
    expect(page.get_by_text(f"You are signed in as {NAME}")).to_be_visible()
    _has_type(page)

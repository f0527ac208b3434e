"""A reader's machine without any Chinese type shows the names, and fetches type only for a page that has some."""

from __future__ import annotations

import os
from pathlib import Path

import reportlab
from conftest import CHROMIUM, Served
from playwright.sync_api import Browser, expect

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>"""
WRITE = """text => { const line = document.createElement("p"); line.id = "written"; line.textContent = text;
line.style = "position:fixed; top:0; left:0; font-size:40px; font-family:" + getComputedStyle(document.body).fontFamily;
document.getElementById("written")?.remove(); document.querySelector(".stApp").append(line); }"""
DRAWN = "text => document.fonts.check('40px ' + getComputedStyle(document.getElementById('written')).fontFamily, text)"


def test_a_machine_without_chinese_fetches_it_only_when_a_name_needs_it(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    (tmp_path / "fonts.conf").write_text(
        FONTS.format(fonts=Path(reportlab.__file__).parent / "fonts", cache=tmp_path / "cache")
    )
    # A browser of its own: which type a machine has is read once, when it starts.
    bare = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        env=os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")},
    )
    try:
        page = bare.new_page()
        page.set_default_timeout(30_000)
        fetched: list[str] = []
        page.on(
            "response",
            lambda answer: fetched.append(Path(answer.url).stem) if "/typefaces/" in answer.url else None,
        )
        served.sign_in(page, "analyst")
        page.goto(f"{served.address}/goals")
        expect(page.locator("h1").first).to_be_visible()
        assert fetched == [], "a page without Chinese loads nothing more"
        for text, files in (("陳", {"traditional"}), ("张", {"traditional", "simplified"})):
            page.evaluate(WRITE, text)
            page.wait_for_function(DRAWN, arg=text)
            assert set(fetched) == files
        answer = page.request.get(f"{served.address}/typefaces/traditional.woff2")
        assert answer.headers["cache-control"] == "private, max-age=2592000"
        page.context.clear_cookies()
        assert page.request.get(f"{served.address}/typefaces/traditional.woff2").status == 401
    finally:
        bare.close()

"""A real server in its own process and a real browser in front of it."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import reportlab
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sign_in import accounts
from tests import missing
from tests.morning import copy_of
from tests.pages.staff import busy_rm
from warehouse.settings import Settings
from warehouse.stores import connect

ROOT = Path(__file__).parents[2]
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
# A busy machine draws a page in seconds; five would judge the machine.
expect.set_options(timeout=30_000)
PASSWORD = "kite-harbour-lotus-" + secrets.token_hex(4)


@dataclass(frozen=True)
class Served:
    """Where the app answers, and the application database behind it."""

    address: str
    data: Path

    def sign_in(self, page: Page, username: str) -> None:
        """Come through the sign-in page as a person would."""
        page.goto(f"{self.address}/")
        self.enter(page, username)

    def enter(self, page: Page, username: str) -> None:
        """Fill in the sign-in page that is open."""
        page.get_by_label("User name").fill(username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.locator("h1").first.wait_for()


@pytest.fixture(scope="session")
def served(after_a_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The app on the sample bank after a night, with an RM, an analyst, an administrator, and colleagues of Service and Marketing."""
    data = tmp_path_factory.mktemp("served") / "data"
    copy_of(after_a_night, data)
    stores = connect.open_stores(Settings(data_dir=data), datetime.now)
    for username, full_name, role, rm_id in (
        ("rm", "Test rm", "relationship_manager", busy_rm(stores).rm_id),
        ("analyst", "Test analyst", "analyst", None),
        ("chan", "陳大文", "service", None),
        ("marketing", "Test marketing", "marketing", None),
        ("admin", "Test administrator", "administrator", None),
    ):
        accounts.create(stores, username, PASSWORD, by="test", full_name=full_name, role=role, rm_id=rm_id)
    stores.app_db.dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (data / "app.log").open("w") as log:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                "app.py",
                "--server.address",
                "127.0.0.1",
                "--server.port",
                str(port),
            ],
            cwd=ROOT,
            env=os.environ | {"CONCORD_DATA_DIR": str(data)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=2)
            break
        except OSError:
            assert server.poll() is None, (data / "app.log").read_text()
            time.sleep(0.25)
    yield Served(address, data)
    server.terminate()
    server.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    if CHROMIUM is None:
        missing.skip("Chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window of the size of an office laptop; it fails on any breach of the content security policy."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    window = context.new_page()
    window.set_default_timeout(30_000)
    breaches: list[str] = []
    window.on("console", lambda m: breaches.append(m.text) if "Content Security Policy" in m.text else None)
    yield window
    context.close()
    assert not breaches


FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir>
<match target="pattern"><edit name="family" mode="append_last" binding="strong"><string>Bitstream Vera Sans</string></edit></match>
</fontconfig>"""
"""With a type of last resort, as every machine has one: without it Chromium gives up each type whose file is yet to come."""


@pytest.fixture
def page_without_chinese(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """A window on a machine whose only type is Latin: a browser of its own, as type is read once, when it starts."""
    settings = tmp_path / "fonts.conf"
    fonts = Path(reportlab.__file__).parent / "fonts"
    settings.write_text(FONTS.format(fonts=fonts, cache=tmp_path / "cache"))
    bare = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        env={**os.environ, "FONTCONFIG_FILE": str(settings)},
    )
    window = bare.new_page()
    window.set_default_timeout(30_000)
    yield window
    bare.close()

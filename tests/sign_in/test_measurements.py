"""Figures for a monitoring system are for who knows the token, or for this machine alone; and they name nobody."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from starlette.testclient import TestClient

from sign_in.gate import Gate
from tests.sign_in.test_gate import PAGE
from workflow.records import load_history, operating_figures

TOKEN = "a-long-token"


@pytest.fixture
def asked_by(stores, inside):
    """A client at an address, in front of a gate with a token or without."""

    def client(host: str = "127.0.0.1", token: str = "", name: str = "bank.test") -> TestClient:
        own = replace(stores, settings=replace(stores.settings, metrics_token=token))
        figures = partial(operating_figures.read, own)
        gate = Gate(inside, stores=own, policy="", hosts=["bank.test"], figures=figures)
        return TestClient(gate, base_url=f"http://{name}", follow_redirects=False, client=(host, 1))

    return client


def test_this_machine_reads_them_and_they_name_nobody(asked_by, stores, clock):
    load_history.note(stores, load_history.NIGHT, "as of", "")
    clock.passes(seconds=90)
    machine = asked_by(name="127.0.0.1:8501")
    machine.get("/", headers=PAGE)
    answer = machine.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    lines = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#"))
    assert float(lines["concord_last_nightly_seconds"]) == 90
    assert lines["concord_messages_waiting"] == "0.0"
    assert lines['concord_http_requests_total{status="4xx"}'] == "1.0"
    assert {"concord_cache_hits_total", "concord_cache_misses_total", "concord_bugs_total"} <= set(lines)
    assert "concord_last_load_seconds" not in lines, "no load was noted: nothing is not zero"
    assert "amy" not in answer.text.lower()


@pytest.mark.parametrize(
    ("host", "sent"),
    [
        ("203.0.113.9", {}),
        ("127.0.0.1", {"x-forwarded-for": "127.0.0.1"}),
        ("127.0.0.1", {"forwarded": "for=1.2.3.4"}),
        ("127.0.0.1", {"host": "evil.example"}),
        ("127.0.0.1", {"host": "bank.test"}),
        ("testclient", {}),
    ],
)
def test_without_a_token_nobody_else_reads_them(asked_by, host, sent):
    assert asked_by(host, name="localhost").get("/metrics", headers=sent).status_code in (401, 421)


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer a-long-toke", "Basic a-long-token", "a-long-token"])
def test_with_a_token_this_machine_needs_it_too(asked_by, sent):
    machine = asked_by(token=TOKEN)
    assert machine.get("/metrics", headers={"authorization": sent}).status_code == 401
    given = {"authorization": f"Bearer {TOKEN}"}
    assert asked_by("203.0.113.9", TOKEN).get("/metrics", headers=given).status_code == 200

"""A server that has just started, asked by somebody who never signed in: the real thing, over real sockets.

Streamlit answers for scripts in a `pages` folder before its entry script ever ran; that is why each address is asked
first, on a fresh process.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

pytestmark = pytest.mark.xdist_group("fresh server")
ROOT = Path(__file__).parents[2]
PATHS = [
    "/",
    "/funnel",
    "/frame",
    "/secret",
    "/index.html",
    "/favicon.png",
    "/_stcore/health",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/script-health-check",
    "/_stcore/agent/openapi.json",
    "/_stcore/upload_file/a/b",
    "/media/a.csv",
    "/component/a/index.html",
    "/app/static/a.txt",
    "/static/css/a.css",
    "//_stcore/health",
    "/login/../_stcore/health",
    "/login%2f..%2f_stcore/health",
    "/healthz/../funnel",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = tmp_path_factory.mktemp("data")
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    with (data / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env=os.environ | {"CONCORD_DATA_DIR": str(data)},
        )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            # Only whether the port is open: no address may be asked before the test asks it.
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        else:
            pytest.fail((data / "log").read_text())
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def raw(server, path, accept):
    """The path exactly as given: a client would tidy `..` away."""
    host, port = server.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        ask = f"GET {path} HTTP/1.1\r\nHost: {server}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n"
        connection.sendall(ask.encode())
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_websocket_is_refused_before_anybody_opened_a_page(server):
    def knock(path, **more):
        with (
            pytest.raises(InvalidStatus) as refused,
            connect(f"ws://{server}{path}", open_timeout=60, **more),
        ):
            pass
        return refused.value.response.status_code

    for path in ("/_stcore/stream", "/", "/login", "/secret/_stcore/stream"):
        assert knock(path) == 403
    forged = {"Cookie": "concord=" + "A" * 43}
    assert knock("/_stcore/stream", additional_headers=forged) == 403
    assert knock("/_stcore/stream", subprotocols=["streamlit"]) == 403


@pytest.mark.parametrize("accept", ["text/html", "*/*"])
@pytest.mark.parametrize("path", PATHS)
def test_no_address_answers_with_anything_of_streamlit(server, path, accept):
    answer = raw(server, path, accept)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] in (b"303", b"401")
    assert body in (b"", b"Please sign in.")
    assert b"streamlit" not in answer.lower()
    assert b"content-security-policy" in head.lower()


def test_the_form_and_the_health_check_answer(server):
    assert httpx2.get(f"http://{server}/healthz").text == "ok"
    assert "current-password" in httpx2.get(f"http://{server}/login").text

"""A private PostgreSQL server that a test may stop and start again."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from tests import missing


class OwnServer:
    """A server in a folder of its own, on a free port; `close` removes it.

    `within` is the folder that its own folder is made in, for instance on a small disk.
    """

    def __init__(self, within: Path | None = None) -> None:
        programs = _programs()
        if programs is None:
            missing.skip("PostgreSQL")
        self.programs = programs
        # The server must enter its folder as another user, who may not enter pytest's own.
        self.place = Path(tempfile.mkdtemp(prefix="concord-postgresql-", dir=within))
        self.more: dict[str, Any] = {
            "cwd": self.place,
            "stdout": subprocess.DEVNULL,
            "stderr": subprocess.STDOUT,
            **_unprivileged(self.place),
        }
        self.cluster = self.place / "cluster"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        words = ["-U", "concord", "--auth=trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([programs / "initdb", "-D", self.cluster, *words], check=True, **self.more)
        self.process = self.start()

    @property
    def url(self) -> str:
        return self.url_of("postgres")

    def url_of(self, database: str) -> str:
        return f"postgresql+psycopg://concord@127.0.0.1:{self.port}/{database}"

    def start(self) -> subprocess.Popen:
        choices = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self.place}",
            "fsync=off",
        ]
        words = [word for c in choices for word in ("-c", c)]
        self.process = subprocess.Popen([self.programs / "postgres", "-D", self.cluster, *words], **self.more)
        _wait_until_it_answers(self.url.replace("+psycopg", ""), self.process)
        return self.process

    def stop(self) -> None:
        """End it at once, whoever is connected."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)

    def close(self) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self.place, ignore_errors=True)


def fresh_database(server_url: str, name: str, like: str = "template1") -> str:
    """The URL of a new database of this name on the server of `server_url`: empty, or a copy of one nobody is in."""
    with psycopg.connect(server_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return f"{server_url.rpartition('/')[0]}/{name}"


def _programs() -> Path | None:
    folders = [Path(p).parent for p in (shutil.which("initdb"), shutil.which("postgres")) if p]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


def _unprivileged(place: Path) -> dict:
    """PostgreSQL refuses to run as root: who runs it instead, for `subprocess`; that user owns `place`."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(place, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return missing.skip("a user for PostgreSQL")


def _wait_until_it_answers(address: str, server: subprocess.Popen) -> None:
    for _ in range(200):
        assert server.poll() is None, "PostgreSQL ended while starting"
        try:
            psycopg.connect(address, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("PostgreSQL did not answer in 20 seconds")

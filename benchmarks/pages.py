"""What a page costs the server: CPU milliseconds and kilobytes for every page × role, beside its floor.

The floor of a first opening is the SQL that it sends to the bank, sent again to bare DuckDB on one connection. A local
click opens the first Explain or Export of the page, and draws nothing else.

    python -m benchmarks.pages DATA [PAGE …]

DATA is a data folder with a bank after a night, such as `make demo` leaves; it is copied, so nothing is written to it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx2

from benchmarks import floor
from benchmarks.one_window import Window, sign_in
from sign_in import accounts
from warehouse.schema import plain
from warehouse.settings import Settings
from warehouse.stores import connect

ROOT = Path(__file__).parents[1]
ROLES = ("analyst", "marketing", "relationship_manager")
REPEATED = 10
"""Unchanged reruns that are measured together: the system counts CPU time in hundredths of a second."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """The real server on a copy of the bank, and who may sign in."""

    address: str
    process: int
    passwords: dict[str, str]

    def cpu(self) -> float:
        """CPU milliseconds the server used so far, ended threads included."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rsplit(")", 1)[1].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> float:
        """Megabytes in memory now."""
        pages = int(Path(f"/proc/{self.process}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def served(data: Path, roles: Sequence[str] = ROLES) -> Iterator[Server]:
    """The app as people start it, on a copy of `data`, with an account for each role."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "data"
        shutil.copytree(data, copy)
        stores = connect.open_stores(Settings(data_dir=copy), datetime.now)
        passwords = {role: secrets.token_urlsafe(18) for role in roles}
        for role, password in passwords.items():
            accounts.create(
                stores,
                login(role),
                password,
                by="benchmark",
                full_name=f"Bench {plain(role)}",
                role=role,
                rm_id="RM01" if role == "relationship_manager" else None,
            )
        stores.app_db.dispose()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "streamlit", "run", "app.py"]
        command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
        log = Path(scratch) / "log"
        with log.open("w") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, stdout=out, stderr=out, env=os.environ | {"CONCORD_DATA_DIR": str(copy)}
            )
        try:
            address = f"http://127.0.0.1:{port}"
            _answers(address, process, log)
            yield Server(address, process.pid, passwords)
        finally:
            process.terminate()
            process.wait(20)


def _answers(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            httpx2.get(f"{address}/healthz", timeout=2)
            return
        except httpx2.HTTPError:
            if process.poll() is not None:
                break
            time.sleep(0.2)
    raise SystemExit(log.read_text())


def login(role: str) -> str:
    return f"bench-{role[:8].rstrip('_')}"


@dataclass(frozen=True)
class Cost:
    """CPU milliseconds and kilobytes of one page for one role; None where the page has no such action."""

    page: str
    role: str
    first: float
    floor: float
    first_kb: float
    rerun: float
    rerun_kb: float
    new_filter: float | None
    local_click: float | None
    problems: tuple[str, ...]


def measured(
    server: Server, window: Window, page: str, role: str, floor: float = 0.0, query: str = ""
) -> Cost:
    """One page: opened first, rerun unchanged, clicked in one place, and given a filter nobody asked for before."""
    before = server.cpu()
    first = window.open(page, query)
    opened = server.cpu() - before
    window.rerun()
    before = server.cpu()
    again = [window.rerun() for _ in range(REPEATED)]
    rerun = (server.cpu() - before) / REPEATED
    local_click, label = None, next((name for name in ("Explain", "Export") if name in window.folded), "")
    if label:
        window.unfold(label)
        window.rerun()
        before = server.cpu()
        for _ in range(REPEATED):
            window.unfold(label)
        local_click = (server.cpu() - before) / REPEATED
    new_filter = None
    for label in ("Channel", "Segment"):
        if window.options(label) > 2:
            before = server.cpu()
            first.problems += window.choose(label, 2).problems
            new_filter = server.cpu() - before
            break
    return Cost(
        page,
        role,
        opened,
        floor,
        first.bytes / 1000,
        rerun,
        again[-1].bytes / 1000,
        new_filter,
        local_click,
        tuple(first.problems),
    )


def pages_of(role: str) -> list[str]:
    """The addresses of the menu of a role."""
    from pages import MENU  # imports Streamlit's pages, which a server of its own has no use for

    return [e.url for entries in MENU.values() for e in entries if role in e.roles]


def table(costs: Sequence[Cost]) -> str:
    """The figures as Markdown."""
    lines = [
        "| page | role | first opening | its floor | new filter | unchanged rerun | local click | KB first | KB rerun |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for c in costs:
        chosen, click = ("-" if v is None else f"{v:,.0f}" for v in (c.new_filter, c.local_click))
        lines.append(
            f"| {c.page or 'today'} | {c.role} | {c.first:,.0f} | {c.floor:,.0f} | {chosen} | {c.rerun:,.0f} |"
            f" {click} | {c.first_kb:,.0f} | {c.rerun_kb:,.0f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure every page of every role, each role in a window of its own."""
    data, *only = sys.argv[1:]
    costs, floors = [], floor.of_pages(Path(data), ROLES, only)
    with served(Path(data)) as server:
        for role in ROLES:
            window = Window(server.address, sign_in(server.address, login(role), server.passwords[role]))
            for page in pages_of(role):
                if not only or page in only:
                    address = "" if page == "today" else page
                    costs.append(measured(server, window, address, role, floors[role, page]))
                    for problem in costs[-1].problems:
                        print(f"{role} {page}: {problem}", file=sys.stderr)
            window.close()
        print(table(costs))
        print(f"\nServer memory afterwards: {server.memory():,.0f} MB")


if __name__ == "__main__":
    main()

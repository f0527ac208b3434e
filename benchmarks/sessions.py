"""How long people wait when many work at once: one real server, windows with time to think between two actions.

    python -m benchmarks.sessions DATA [WINDOWS …]

DATA is a data folder with a bank after a night; it is copied. Every window walks as its role does: Today, its pages, a
filter, back. What is measured is the time from the action until the page stands again, as the window sees it.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.one_window import Sent, Window, sign_in
from benchmarks.pages import Server, login, served

WALKS = {
    "relationship_manager": ("", "customer-health", "customer", "goals", "customer-health", "impact"),
    "marketing": ("", "funnel", "campaigns", "channel-value", "funnel", "goals"),
    "sales": ("", "funnel", "lead-hand-off", "goals", "lead-hand-off"),
    "analyst": ("", "funnel", "attribution", "churn-model", "voice", "reports"),
    "executive": ("", "quarterly-review", "goals", "channel-value"),
}
"""Where each role goes, in this order, again and again."""
THINKING = 5.0
"""Seconds between two actions on average, as people need them."""
MEASURED_FOR = 60.0


@dataclass
class Waits:
    """What the windows of one run saw: seconds waited, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def walk(window: Window, role: str, chance: random.Random) -> Iterator[Sent]:
    """One action after the other: each page is opened, some are filtered, some are only looked at again."""
    while True:
        for page in WALKS[role]:
            yield window.open(page)
            for label in ("Channel", "Segment"):
                options = window.options(label)
                if options > 2 and chance.random() < 0.5:
                    yield window.choose(label, chance.randrange(options))
                    break
            else:
                yield window.rerun()


def works(server: Server, role: str, number: int, until: float, waits: Waits) -> None:
    """One person at one window until the clock says so."""
    chance = random.Random(number)
    try:
        window = Window(server.address, sign_in(server.address, login(role), server.passwords[role]))
        time.sleep(chance.uniform(0, THINKING))
        actions = walk(window, role, chance)
        while time.monotonic() < until:
            begun = time.monotonic()
            sent = next(actions)
            waits.seconds.append(time.monotonic() - begun)
            waits.problems += sent.problems
            time.sleep(chance.expovariate(1 / THINKING))
        window.close()
    except Exception as error:  # whatever it is, it is what somebody at this window would have seen
        waits.problems.append(f"{role}: {error!r}")


def measured(server: Server, windows: int) -> tuple[str, list[str]]:
    """A line of the table for so many windows at once, and what went wrong."""
    waits, roles = Waits(), list(WALKS)
    memory, cpu, begun = server.memory(), server.cpu(), time.monotonic()
    until = begun + MEASURED_FOR
    people = [
        threading.Thread(target=works, args=(server, roles[n % len(roles)], n, until, waits))
        for n in range(windows)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    took = time.monotonic() - begun
    p50, p95 = np.quantile(waits.seconds, (0.5, 0.95))
    return (
        f"| {windows} | {len(waits.seconds)} | {1000 * p50:,.0f} | {1000 * p95:,.0f} | "
        f"{(server.cpu() - cpu) / 1000 / took:.2f} | {(server.memory() - memory) / windows:.1f} | {len(waits.problems)} |"
    ), waits.problems


def main(arguments: Sequence[str]) -> None:
    """Measure each number of windows, after one walk that warms the server up."""
    data, *counts = arguments
    with served(Path(data), tuple(WALKS)) as server:
        waits = Waits()
        for number, role in enumerate(WALKS):
            works(server, role, number, time.monotonic() + 15, waits)
        print(
            "| windows | actions | p50 ms | p95 ms | cores busy | MB a window | problems |\n|---|---|---|---|---|---|---|"
        )
        for count in map(int, counts or ("1", "10", "25", "50")):
            line, problems = measured(server, count)
            print(line, flush=True)
            for problem in sorted(set(problems))[:5]:
                print(problem, file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])

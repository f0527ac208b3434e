"""The sample bank's clock: its last day was yesterday when it was built, and from then on its days pass like anybody's.

Without it the invented bank would end months before the day people record their work on. A bank of one's own has the
machine's clock.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

FILE = "sample-clock.txt"


def begin(folder: Path, today: date, last_day: date) -> None:
    """Let the morning after `last_day` be today for everybody who works on the data in `folder`."""
    behind = (today - last_day - timedelta(days=1)).days
    (folder / FILE).write_text(f"{behind}\n", encoding="utf-8")


def behind(folder: Path) -> timedelta:
    """By how many whole days the clock on the wall there is behind the machine's; none where no sample was built."""
    try:
        return timedelta(days=int((folder / FILE).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return timedelta()


def end(folder: Path) -> None:
    """A real bank has been loaded: its clock is the machine's."""
    (folder / FILE).unlink(missing_ok=True)

"""A fault by the number somebody quotes, and what the machine has room for: for administrators alone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime

from warehouse.access import audit
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused, trace_of
from warehouse.sql.moments import Clock
from warehouse.stores.connect import Stores

_NOT_YOURS = "Faults are looked up by administrators. Ask one of them."


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A bug: its number, when it happened by the bank's clock, and where in the program."""

    number: str
    at: datetime
    trace: str


@dataclass(frozen=True, kw_only=True)
class Room:
    """Bytes of the disk that holds the data folder, and how many of them the folder itself takes."""

    total: int
    free: int
    own: int


def look_up(stores: Stores, viewer: Viewer, number: str) -> Fault:
    """The fault with this number. Raises ChangeRefused if this machine does not keep it; each look leaves a line."""
    audit.check_role(stores, viewer, ("administrator",), "fault.refused", _NOT_YOURS)
    tidy = number.strip().upper()[:12]
    kept = trace_of(tidy)
    if kept is None:
        raise ChangeRefused(
            f"No fault “{tidy}” is kept on this machine. Its number looks like K7Q2-M4TD; where several machines serve "
            "Concord, look on the others too."
        )
    at, trace = kept
    audit.note(stores, viewer.username, "fault.looked_up", tidy)
    return Fault(number=tidy, at=Clock(stores.settings.timezone).read(at), trace=trace)


def room(stores: Stores) -> Room:
    """How full the disk is."""
    folder = stores.settings.data_dir
    disk = shutil.disk_usage(folder)
    own = 0
    for file in folder.rglob("*"):
        try:
            own += file.stat().st_size if file.is_file() else 0
        except OSError:  # gone meanwhile: a load tidies up
            continue
    return Room(total=disk.total, free=disk.free, own=own)

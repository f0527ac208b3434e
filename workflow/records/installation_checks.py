"""Whether an installation is as it should be: a line for each thing that goes wrong in service, with what to do.

The command `doctor` prints them. A check changes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from metrics.comparison.words import numeral
from warehouse import failures
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db import upgrade
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import NothingLoaded
from warehouse.release import VERSION
from warehouse.stores import private_files
from warehouse.stores.connect import HINT, Stores
from workflow.records import audit_search, backup, model_state

FINE, LOOK, MEND = "fine", "look", "mend"
"""As it should be; worth a look; something will fail or leak."""
BACKUP_AGE = timedelta(days=2)
"""An older backup than this is worth a look: the nightly run has changed everything since."""


@dataclass(frozen=True)
class InstallationCheck:
    """One line: its state, what was checked and what came of it."""

    state: str
    what: str
    sentence: str


def checked(stores: Stores, environment: Mapping[str, str], file: Path) -> list[InstallationCheck]:
    """Every check. `environment` and `file` are where the settings come from."""
    checks: tuple[tuple[str, Callable[[], Iterator[InstallationCheck]]], ...] = (
        ("Versions", lambda: _versions(stores)),
        ("Files", lambda: _files(stores, file)),
        ("Disk", lambda: _disk(stores)),
        ("Clock", lambda: _clock(stores)),
        ("Settings", lambda: _settings(stores, environment)),
        ("Bank", lambda: _bank(stores)),
        ("Models", lambda: _models(stores)),
        ("Audit log", lambda: _audit(stores)),
        ("Backup", lambda: _backup(stores)),
    )
    done: list[InstallationCheck] = []
    for what, check in checks:
        try:
            done += check()
        except Exception as error:  # one that cannot be made must not hide the others
            problem = failures.as_problem(error)
            if problem is None:
                raise
            done.append(InstallationCheck(MEND, what, str(problem)))
    return done


def _versions(stores: Stores) -> Iterator[InstallationCheck]:
    with stores.read_app_db() as app_db:
        step = upgrade.version(app_db)
    yield InstallationCheck(FINE, "Versions", f"Concord {VERSION}, application database at step {step}.")


def _files(stores: Stores, file: Path) -> Iterator[InstallationCheck]:
    others = private_files.open_to_others(stores.settings.data_dir)
    if file.exists() and file.stat().st_mode & private_files.OTHERS:
        others.append(file)
    if not others:
        yield InstallationCheck(FINE, "Files", "Only Concord's account can read them.")
        return
    names = ", ".join(place.name for place in others[:3]) + (" and others" if len(others) > 3 else "")
    yield InstallationCheck(
        MEND, "Files", f"Other accounts of this machine can read {names}. Run “chmod -R go-rwx” on them."
    )


def _disk(stores: Stores) -> Iterator[InstallationCheck]:
    folder = stores.settings.data_dir
    free = shutil.disk_usage(folder).free
    largest = max((f.stat().st_size for f in folder.glob("bank-*.duckdb")), default=0)
    needed = 2 * largest + 2**28
    gigabytes = f"{numeral(free / 2**30, 1)} GB are free"
    if free < needed:
        yield InstallationCheck(
            MEND,
            "Disk",
            f"{gigabytes}. A load or nightly run writes the bank anew beside the old one and needs "
            f"{numeral(needed / 2**30, 1)} GB: make room.",
        )
    else:
        yield InstallationCheck(FINE, "Disk", f"{gigabytes}.")


def _clock(stores: Stores) -> Iterator[InstallationCheck]:
    with stores.read_app_db() as app_db:
        newest = app_db.execute(select(func.max(audit_log.c.happened_at))).scalar()
    now = stores.now().replace(tzinfo=None)
    if newest is not None and newest > now + timedelta(minutes=5):
        yield InstallationCheck(
            MEND,
            "Clock",
            f"This machine's clock reads {now:%d %b %Y %H:%M}, and the audit log was written on {newest:%d %b %Y %H:%M}: "
            "one of the two was wrong. Set the clock by a time server.",
        )
    else:
        yield InstallationCheck(
            FINE, "Clock", f"{now:%d %b %Y %H:%M}, not before anything that is on record."
        )


def _models(stores: Stores) -> Iterator[InstallationCheck]:
    try:
        refused = model_state.files_refused(Reader(stores, SYSTEM, stores.snapshot()))
    except NothingLoaded:
        return
    for why in refused:
        yield InstallationCheck(LOOK, "Models", f"{why} The next nightly run trains a new one.")
    if not refused:
        yield InstallationCheck(FINE, "Models", "Every model that scored somebody can be used again.")


def _settings(stores: Stores, environment: Mapping[str, str]) -> Iterator[InstallationCheck]:
    settings, faults = stores.settings, []
    if settings.app_address.startswith("https:") and not settings.secure_cookies:
        faults.append("The app is reached over https; set secure_cookies to true.")
    if settings.secure_cookies and "STREAMLIT_SERVER_ALLOWED_HOSTS" not in environment:
        faults.append("Name the host people use in STREAMLIT_SERVER_ALLOWED_HOSTS, or every page is refused.")
    if "*" in environment.get("FORWARDED_ALLOW_IPS", ""):
        faults.append("FORWARDED_ALLOW_IPS believes everybody's X-Forwarded-For; name the proxy alone.")
    for fault in faults:
        yield InstallationCheck(MEND, "Settings", fault)
    if not settings.administrator_contact:
        yield InstallationCheck(
            LOOK, "Settings", "administrator_contact is empty: refusals cannot say whom to ask."
        )
    if not faults:
        yield InstallationCheck(FINE, "Settings", "They fit each other.")


def _bank(stores: Stores) -> Iterator[InstallationCheck]:
    try:
        reader = Reader(stores, SYSTEM, stores.snapshot())
        as_of, covered = data_coverage.as_of(reader), data_coverage.of(reader)
    except NothingLoaded as problem:
        yield InstallationCheck(MEND, "Bank", str(problem))
        return
    sample = covered is not None and covered.sample
    if not sample and (stores.settings.data_dir / HINT).exists():
        yield InstallationCheck(
            MEND, "Bank", f"{HINT} still shows the sample bank's password. Remove it and those accounts."
        )
    nights = covered.nights if covered else 0
    state = FINE if nights else LOOK
    tail = "" if nights else " No nightly run has ended yet: run “python -m cli nightly”."
    yield InstallationCheck(state, "Bank", f"Data as of {as_of:%d %b %Y} can be read.{tail}")


def _audit(stores: Stores) -> Iterator[InstallationCheck]:
    _, sentence = audit_search.state_of(stores)
    yield InstallationCheck(FINE if sentence == audit_search.WHOLE else MEND, "Audit log", sentence)
    if not stores.settings.audit_heads:
        yield InstallationCheck(
            LOOK,
            "Audit log",
            "audit_heads is not set: somebody with access to this machine could cut the end of the log unnoticed.",
        )


def _backup(stores: Stores) -> Iterator[InstallationCheck]:
    if kept := backup.kept_elsewhere(stores.settings):
        yield InstallationCheck(
            LOOK,
            "Backup",
            f"Concord keeps {kept} outside the data folder: see that its own backups are made and tried.",
        )
        return
    with stores.read_app_db() as app_db:
        made = app_db.execute(
            select(func.max(audit_log.c.happened_at)).where(audit_log.c.action == backup.MADE)
        ).scalar()
    yield _age(made, stores.now().replace(tzinfo=None))


def _age(made: datetime | None, now: datetime) -> InstallationCheck:
    if made is None:
        return InstallationCheck(
            LOOK, "Backup", "None was made yet: “python -m cli backup FOLDER” makes one."
        )
    state = FINE if now - made <= BACKUP_AGE else LOOK
    return InstallationCheck(state, "Backup", f"The last was made on {made:%d %b %Y %H:%M}.")

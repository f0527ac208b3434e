"""A backup of everything Concord keeps in its data folder, in one file, and putting one back.

Bank, models and application database are taken while neither a load nor a nightly run writes, the database by its own
means while people go on working. Each file stands in a list with its SHA-256; nothing is put back unless all of them fit.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from warehouse.access import audit, audit_heads
from warehouse.errors import Problem
from warehouse.load.loading import only_writer
from warehouse.release import VERSION
from warehouse.retry import is_postgresql
from warehouse.settings import Settings
from warehouse.stores import private_files, snapshot_files
from warehouse.stores.connect import APP_DB, AUDIT_KEY, Stores

MADE = "backup.made"
LIST = "concord-backup.json"
_ELSEWHERE = (
    "Concord keeps {} outside the data folder here. Back that up with its database's own tools, such as pg_dump, and the "
    "data folder beside it: docs/settings.md says how."
)


def make(stores: Stores, into: Path) -> Path:
    """Write a backup into a folder; gives its file, which only Concord's account can read. The audit log notes it.

    Raises Problem where a store is elsewhere.
    """
    settings = stores.settings
    if kept := kept_elsewhere(settings):
        raise Problem(_ELSEWHERE.format(kept))
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    at = stores.now()
    file = into / f"concord-{at:%Y%m%d-%H%M%S}.tar"
    if file.exists():
        raise Problem(f"{file.name} is there already. Nothing was written.")
    part = file.with_suffix(".part")
    part.touch(mode=0o600)
    try:
        with only_writer(stores), tarfile.open(part, "w") as tar:
            listed = {name: _add(tar, name, place) for name, place in _files(settings)}
            with _copied(settings.data_dir / APP_DB, part.with_suffix(".sqlite")) as copy:
                listed[APP_DB] = _add(tar, APP_DB, copy)
            about = {"version": VERSION, "made_at": at.isoformat(timespec="seconds"), "files": listed}
            _add_text(tar, LIST, json.dumps(about, indent=1))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    snapshot_files.to_disk(into)
    audit.note(stores, "operator", MADE, file.name, f"{len(listed)} files")
    return file


def put_back(settings: Settings, file: Path, at: datetime) -> Path:
    """Make the data folder what it was when a backup was made. Gives the folder where what was there before lies now.

    Raises Problem, and changes nothing, if the backup is damaged, from another version, or somebody has the
    application database open.
    """
    if kept := kept_elsewhere(settings):
        raise Problem(_ELSEWHERE.format(kept))
    folder = settings.data_dir
    fresh = folder.with_name(f"{folder.name}.being-put-back")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    try:
        _unpack(file, fresh)
        _check_not_open(folder / APP_DB)
        before = folder.with_name(f"{folder.name}.before-{at:%Y%m%d-%H%M%S}")
        if folder.exists():
            folder.rename(before)
        try:
            fresh.rename(folder)
        except OSError:
            before.rename(folder)
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return before


def about(file: Path) -> dict[str, object]:
    """What a backup says of itself: version, made_at, and the SHA-256 of each file. Raises Problem for another file."""
    try:
        with tarfile.open(file) as tar:
            text = tar.extractfile(LIST)
            contents: dict[str, object] = json.loads(text.read()) if text else {}
    except (OSError, KeyError, ValueError, tarfile.TarError):
        raise Problem(
            f"{file.name} is not a backup of Concord, or it is cut off. Nothing was changed."
        ) from None
    return contents


def kept_elsewhere(settings: Settings) -> str:
    """What is not in the data folder, in words; empty where everything is."""
    if settings.warehouse_url:
        return "the bank"
    own = f"sqlite:///{settings.data_dir / APP_DB}"
    if is_postgresql(settings.app_db_url) or (settings.app_db_url and settings.app_db_url != own):
        return "the application database"
    return ""


def _files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Every file of the data folder but the application database, and but what can be made anew or was replaced."""
    folder = settings.data_dir
    served = snapshot_files.pointed_to(settings)
    banks = {snapshot_files.snapshot_file(settings, served).name} if served else set()
    left_out = {"load.lock", audit_heads.FILE, "bugs", snapshot_files.BEFORE, snapshot_files.BEFORE_THE_LOAD}
    for place in sorted(folder.rglob("*")):
        name = place.relative_to(folder).as_posix()
        of_bank = place.name.startswith("bank-") and ".duckdb" in place.name
        if not place.is_file() or place.is_symlink() or name.split("/")[0] in left_out:
            continue
        if name.startswith(APP_DB) or (of_bank and name not in banks):
            continue
        yield name, place


@contextmanager
def _copied(database: Path, to: Path) -> Iterator[Path]:
    """A copy of a SQLite database as it is at one moment, though others write meanwhile."""
    try:
        to.unlink(missing_ok=True)
        to.touch(mode=0o600)
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as copy:
            source.backup(copy)
        yield to
    finally:
        to.unlink(missing_ok=True)


def _add(tar: tarfile.TarFile, name: str, place: Path) -> str:
    with place.open("rb") as content:
        seal = hashlib.file_digest(content, "sha256").hexdigest()
    entry = tar.gettarinfo(place, arcname=name)
    entry.mode, entry.uid, entry.gid, entry.uname, entry.gname = 0o600, 0, 0, "", ""
    with place.open("rb") as content:
        tar.addfile(entry, content)
    return seal


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    content = text.encode()
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _unpack(file: Path, into: Path) -> None:
    """All files of a backup, each held to the list. Raises Problem where one does not fit."""
    listed = about(file).get("files")
    if not isinstance(listed, dict):
        raise Problem(f"{file.name} lists no files. Nothing was changed.")
    try:
        with tarfile.open(file) as tar:
            tar.extractall(into, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise Problem(f"{file.name} cannot be unpacked: {error}. Nothing was changed.") from error
    (into / LIST).unlink()
    there = {p.relative_to(into).as_posix() for p in into.rglob("*") if p.is_file()}
    if there != set(listed):
        odd = sorted(there ^ set(listed))[0]
        raise Problem(f"{file.name} does not hold what it lists: {odd}. Nothing was changed.")
    for name, seal in listed.items():
        with (into / name).open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != seal:
                raise Problem(f"{name} in {file.name} is not what was backed up. Nothing was changed.")
    if APP_DB not in there or AUDIT_KEY not in there:
        raise Problem(f"{file.name} holds no application database. Nothing was changed.")
    private_files.close_to_others(into)


def _check_not_open(database: Path) -> None:
    """Raises Problem while another process has the application database open: what it writes would be lost."""
    if not database.exists():
        return
    with closing(sqlite3.connect(database, timeout=0, isolation_level=None)) as mine:
        try:
            mine.execute("PRAGMA locking_mode=EXCLUSIVE")
            mine.execute("BEGIN EXCLUSIVE")
            mine.execute("ROLLBACK")
        except sqlite3.OperationalError:
            raise Problem(
                "Concord is running on this data folder. Stop the app and every command first, then put the backup back. "
                "Nothing was changed."
            ) from None
        except sqlite3.DatabaseError:
            return  # a damaged database is why a backup is put back

"""Starting a step of an upload in a process of its own, and how far it is."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

from warehouse.access import audit
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.loads import upload_folders, upload_steps
from workflow.loads.upload_folders import Upload
from workflow.loads.upload_steps import DRY_RUN, FAILED, LOAD, LOOK, RUNNING

HERE = Path(__file__).parents[2]
_STOPPED = "It was stopped before it ended, and nothing of it was kept. Start it again."
_LOAD_STOPPED = (
    "It was stopped before it ended. The page Loads says whether your data are loaded; if not, load again."
)
ACTIONS = {LOOK: "load.looked", DRY_RUN: "load.dry_run", LOAD: "load.begun"}


@dataclass(frozen=True, kw_only=True)
class StepRun:
    """The last step that was started: `state` is running, done or failed, `lines` what it did so far."""

    step: str
    state: str
    lines: list[str] = field(default_factory=list)
    sentence: str = ""
    seconds: float = 0.0


def start(stores: Stores, viewer: Viewer, step: str) -> None:
    """Begin a step of the administrator's upload. Raises ChangeRefused while one runs, or a load without a dry run."""
    upload = upload_folders.current(stores, viewer)
    if upload is None:
        raise ChangeRefused("There is nothing to load here any more. Upload the files again.")
    if step == LOAD and not may_load(upload):
        raise ChangeRefused(
            "The files or their mappings have changed since the dry run. Make it again, then load; nothing was loaded."
        )
    lock = os.open(upload.room / "run.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ChangeRefused("A step is running already. Wait until it has ended.") from None
        with audit.entry(stores, viewer.username, ACTIONS[step], upload.room.name):
            upload_folders.touch(stores, upload)
            upload.write("run", {"step": step, "state": RUNNING, "lines": []})
        log = os.open(upload.room / "run.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            # The lock goes with the process, however it ends: it is handed on and not given back here.
            process = subprocess.Popen(
                [sys.executable, "-m", "cli", "load-upload", upload.room.name, step],
                cwd=HERE,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
            )
        finally:
            os.close(log)
    finally:
        os.close(lock)
    threading.Thread(target=process.wait, name="upload-step", daemon=True).start()


def discard(stores: Stores, viewer: Viewer) -> None:
    """Remove what the administrator uploaded. Raises ChangeRefused while a step runs, which may be the load itself."""
    upload = upload_folders.current(stores, viewer)
    if upload is not None and is_running(upload):
        raise ChangeRefused("A step is running. Wait until it has ended, then discard the files.")
    upload_folders.discard(stores, viewer)


def last(upload: Upload) -> StepRun | None:
    """The step that runs or ended last; one whose process has gone without a word has failed."""
    note = upload.read("run")
    if not note:
        return None
    run = StepRun(**note)
    if run.state == RUNNING and not is_running(upload):
        note = upload.read("run")  # it may have ended between the two looks
        run = StepRun(**note)
        if run.state == RUNNING:
            sentence = _LOAD_STOPPED if run.step == LOAD else _STOPPED
            return StepRun(step=run.step, state=FAILED, lines=run.lines, sentence=sentence)
    return run


def is_running(upload: Upload) -> bool:
    """Whether a process works on it now."""
    try:
        lock = os.open(upload.room / "run.lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def may_load(upload: Upload) -> bool:
    """Whether the last dry run had no errors and was of exactly these files and mappings, as far as can be seen."""
    checked = upload.read("dry_run")
    return (
        bool(checked)
        and not checked["problems"]
        and checked["stamp"] == upload_steps.stamp(upload.folder, upload.as_of)
    )

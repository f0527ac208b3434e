"""The files an administrator is about to load: in a private folder of the data folder, or in one on this machine.

A folder of uploads is its administrator's alone. What was uploaded is removed when it was loaded or discarded, else a day
after anybody last worked on it; a folder that was only pointed at stays as it is.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any

from warehouse.access import audit
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused, LoadRefused
from warehouse.extracts import raw_files, sources
from warehouse.stores.connect import Stores

ROOM, MAPPINGS = "uploads", "mappings"
"""In the data folder: what is being loaded, and the mappings of what was loaded last."""
KEPT = timedelta(hours=24)
MEGABYTE = 1_000_000
UNPACKED = 10
"""So many times what one file may have, all files of a zip may have together."""
MOST_FILES = 100
LONGEST_NAME = 120
ENDINGS = (*sources.ENDINGS, ".csv.gz", ".jsonl.gz", ".tsv", ".txt", ".json", ".ndjson", ".zip")
"""What may be uploaded; mappings are made on the page, and databases are declared by whoever runs the machine."""
_NOTHING = "Nothing was kept."
_NOT_YOURS = "Only an administrator loads data. Ask one of them; nothing was changed."
_STATE = "upload.json"
_BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What one administrator is about to load; `folder` is where the files and their mappings lie."""

    room: Path
    owner: str
    folder: Path
    pointed: bool
    touched_at: datetime
    as_of: str = ""

    def read(self, name: str) -> dict[str, Any]:
        """A note of a step, such as `look`; empty where the step was not taken."""
        try:
            note: dict[str, Any] = json.loads((self.room / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return note

    def write(self, name: str, note: object) -> None:
        """Keep a note of a step, whole or not at all, for this account alone."""
        file = self.room / f"{name}.json"
        fresh = file.with_suffix(f".{secrets.token_hex(4)}")
        with os.fdopen(
            os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as new:
            json.dump(note, new, ensure_ascii=False, default=str)
        fresh.replace(file)

    def forget(self, *names: str) -> None:
        """Remove the notes of steps that hold no more."""
        for name in names:
            (self.room / f"{name}.json").unlink(missing_ok=True)


def may(stores: Stores, viewer: Viewer, subject: str = "") -> None:
    """Refuse whoever is no administrator, and note the attempt."""
    audit.check_role(stores, viewer, ("administrator",), "load.refused", _NOT_YOURS, subject)


def current(stores: Stores, viewer: Viewer) -> Upload | None:
    """What the administrator is about to load; None if nothing."""
    may(stores, viewer)
    return next((u for u in everybody(stores) if u.owner == viewer.username), None)


def by_name(stores: Stores, name: str) -> Upload:
    """The upload of that name, for the process that works on it. Raises LoadRefused where there is none."""
    for upload in everybody(stores):
        if upload.room.name == name:
            return upload
    raise LoadRefused(f"There is no upload {name}. It was loaded, discarded, or not worked on for a day.")


def take(stores: Stores, viewer: Viewer, files: Sequence[tuple[str, IO[bytes]]]) -> Upload:
    """Keep uploaded files (name, content) in a new private folder; packed ones are unpacked. All of them or none.

    Raises LoadRefused, which says which file is wrong and why.
    """
    may(stores, viewer)
    if not files:
        raise ChangeRefused(f"Choose one file or more first. {_NOTHING}")
    room = _new_room(stores, viewer)
    folder = room / "files"
    folder.mkdir(mode=0o700)
    most = stores.settings.load_upload_mb * MEGABYTE
    left = most * UNPACKED
    try:
        for name, content in files:
            if name.lower().endswith(".zip"):
                left -= _unpack(name, content, folder, left)
            else:
                own = iter(partial(content.read, _BLOCK), b"")
                left -= _keep(_checked_name(name), own, folder, most, left)
        names = sorted(p.name for p in folder.iterdir())
        if not names:
            raise _refused("The upload", "holds no file that can be read.", "Choose the exports themselves.")
        with audit.entry(
            stores,
            viewer.username,
            "load.uploaded",
            room.name,
            f"{len(names)} files: {', '.join(names)}"[:200],
        ):
            upload = _begin(stores, viewer, room, folder, pointed=False)
            _reuse_mappings(stores, folder)
    except BaseException:
        shutil.rmtree(room, ignore_errors=True)
        raise
    return upload


def point(stores: Stores, viewer: Viewer, name: str) -> Upload:
    """Take a folder of this machine, which must lie below the setting `load_from`. Raises ChangeRefused otherwise."""
    may(stores, viewer, name)
    if not stores.settings.load_from:
        raise ChangeRefused(
            "No folder of this machine may be loaded from here: the setting load_from names none. Upload the files."
        )
    allowed = Path(stores.settings.load_from).expanduser().resolve()
    folder = (allowed / name.strip().replace("\0", "")).resolve()
    if not folder.is_relative_to(allowed):
        raise ChangeRefused(f"That folder is not below {allowed}. Choose one that is; nothing was read.")
    if not folder.is_dir():
        raise ChangeRefused(
            f"There is no folder “{name}” below {allowed}. Look at its name; nothing was read."
        )
    ours = stores.settings.data_dir.resolve()
    if folder.is_relative_to(ours) or ours.is_relative_to(folder):
        raise ChangeRefused(
            "That folder holds Concord’s own files. Choose the one of the exports; nothing was read."
        )
    if not os.access(folder, os.W_OK):
        raise ChangeRefused(
            f"Concord may not write into {folder}, where the mappings would stand beside the exports. Give its account "
            "that right, or copy the exports to a folder where it has it. Nothing was read."
        )
    room = _new_room(stores, viewer)
    with audit.entry(stores, viewer.username, "load.pointed", room.name, str(folder)[:200]):
        return _begin(stores, viewer, room, folder, pointed=True)


def pointed_at(stores: Stores) -> list[str]:
    """The folders directly below the setting `load_from`, for the page to offer."""
    if not stores.settings.load_from:
        return []
    allowed = Path(stores.settings.load_from).expanduser().resolve()
    with suppress(OSError):
        ours = stores.settings.data_dir.resolve()
        folders = [p for p in allowed.iterdir() if p.is_dir() and not p.name.startswith(".")]
        return sorted(p.name for p in folders if not ours.is_relative_to(p.resolve()))
    return []


def discard(stores: Stores, viewer: Viewer) -> None:
    """Remove what the administrator uploaded; a folder that was pointed at stays."""
    upload = current(stores, viewer)
    if upload is None:
        return
    with audit.entry(stores, viewer.username, "load.discarded", upload.room.name):
        shutil.rmtree(upload.room, ignore_errors=True)


def touch(stores: Stores, upload: Upload, **changes: str) -> Upload:
    """Note that somebody works on it, and what she chose."""
    note = upload.read("upload") | changes | {"touched_at": stores.now().isoformat()}
    upload.write("upload", note)
    return _of(upload.room) or upload


def sweep(stores: Stores, busy: Callable[[Upload], bool]) -> int:
    """Remove uploads that nobody has worked on for a day and that are not `busy`; gives how many."""
    old = [u for u in everybody(stores) if stores.now() - u.touched_at > KEPT and not busy(u)]
    for upload in old:
        audit.note(stores, upload.owner, "load.discarded", upload.room.name, "Nobody worked on it for a day.")
        shutil.rmtree(upload.room, ignore_errors=True)
    return len(old) + _half_taken(stores)


def _half_taken(stores: Stores) -> int:
    """Remove what a process left that was ended while it took files; it has no owner yet. By the disk's own clock."""
    home = stores.settings.data_dir / ROOM
    without = [room for room in home.iterdir() if _of(room) is None] if home.is_dir() else []
    if not without:
        return 0
    with tempfile.TemporaryFile(dir=home) as file:
        now = os.fstat(file.fileno()).st_mtime
    old = [room for room in without if now - room.stat().st_mtime > KEPT.total_seconds()]
    for room in old:
        shutil.rmtree(room, ignore_errors=True)
    return len(old)


def empty_out(stores: Stores, upload: Upload) -> None:
    """After a load: keep the mappings for the next one, and remove what was uploaded."""
    if upload.pointed:
        return
    place = stores.settings.data_dir / MAPPINGS
    place.mkdir(mode=0o700, exist_ok=True)
    (place / "words.toml").unlink(missing_ok=True)  # another company's, where this load has none
    for file in upload.folder.iterdir():
        if file.suffix == ".sql" or file.name == "words.toml":
            shutil.copyfile(file, place / file.name)
            (place / file.name).chmod(0o600)
    shutil.rmtree(upload.folder, ignore_errors=True)


def _reuse_mappings(stores: Stores, folder: Path) -> None:
    """Mappings of the load before serve again where every file they read is there under its name."""
    place = stores.settings.data_dir / MAPPINGS
    if not place.is_dir():
        return
    reused = False
    for file in sorted(place.glob("*.sql")):
        text = file.read_text(encoding="utf-8")
        if all((folder / name).is_file() for name in sources.files_named(text)):
            reused = True
            _keep(file.name, iter([text.encode()]), folder, MEGABYTE, MEGABYTE)
    words = place / "words.toml"
    if reused and words.is_file():
        _keep(words.name, iter([words.read_bytes()]), folder, MEGABYTE, MEGABYTE)


def _new_room(stores: Stores, viewer: Viewer) -> Path:
    if current(stores, viewer) is not None:
        raise ChangeRefused(
            "You have a load in preparation already. Load or discard it first; nothing was changed."
        )
    home = stores.settings.data_dir / ROOM
    home.mkdir(mode=0o700, exist_ok=True)
    room = home / secrets.token_hex(8)
    room.mkdir(mode=0o700)
    return room


def _begin(stores: Stores, viewer: Viewer, room: Path, folder: Path, *, pointed: bool) -> Upload:
    upload = Upload(room=room, owner=viewer.username, folder=folder, pointed=pointed, touched_at=stores.now())
    note = {"owner": viewer.username, "folder": str(folder), "pointed": pointed}
    upload.write("upload", note | {"touched_at": stores.now().isoformat(), "as_of": ""})
    return upload


def everybody(stores: Stores) -> Iterator[Upload]:
    """Every upload that is there, whoever brought it."""
    home = stores.settings.data_dir / ROOM
    rooms = sorted(home.iterdir()) if home.is_dir() else []
    yield from (upload for room in rooms if (upload := _of(room)) is not None)


def _of(room: Path) -> Upload | None:
    try:
        note = json.loads((room / _STATE).read_text(encoding="utf-8"))
        return Upload(
            room=room,
            owner=note["owner"],
            folder=Path(note["folder"]),
            pointed=note["pointed"],
            touched_at=datetime.fromisoformat(note["touched_at"]),
            as_of=note["as_of"],
        )
    except (OSError, ValueError, KeyError):
        return None


def _checked_name(name: str) -> str:
    """A file's own name without any folder. Raises LoadRefused for one that is no plain name or not read."""
    own = name.replace("\\", "/").rpartition("/")[2]
    if not own.isprintable() or not own.strip() or own.startswith((".", "~$")) or len(own) > LONGEST_NAME:
        raise _refused(
            f"A file named “{''.join(c if c.isprintable() else '?' for c in own)[:40]}”",
            f"cannot be kept: a name has at most {LONGEST_NAME} letters, begins with none of “.” and “~$” and holds no "
            "control character.",
            "Rename it.",
        )
    if not own.lower().endswith(ENDINGS):
        raise _refused(
            own,
            "is of no kind that is read.",
            f"Save it as one of {', '.join(e for e in ENDINGS if e.count('.') == 1)}.",
        )
    return own


def _keep(name: str, content: Iterator[bytes], folder: Path, most: int, left: int) -> int:
    """Write a file for this account alone; gives its size. Raises LoadRefused for one too large or there twice.

    `most` is what one file may hold, `left` what is left of what all may hold together.
    """
    if len(list(folder.iterdir())) >= MOST_FILES:
        raise _refused(
            "The upload", f"has more than {MOST_FILES} files.", "Load a folder of this machine instead."
        )
    if any(p.name.lower() == name.lower() for p in folder.iterdir()):
        raise _refused(name, "is there twice.", "Rename one of the two.")
    size = 0
    with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        for block in content:
            size += len(block)
            if size > most:
                raise _refused(
                    name,
                    f"is larger than {most // MEGABYTE:,} MB, the most that is taken here (the setting "
                    "load_upload_mb).",
                    "Load it from a folder of this machine.",
                )
            if size > left:
                raise _refused(
                    name,
                    f"is too much: all files together hold more than {UNPACKED} times the setting load_upload_mb.",
                    "Load them from a folder of this machine.",
                )
            new.write(block)
    return size


def _unpack(name: str, content: IO[bytes], folder: Path, left: int) -> int:
    """Keep the files of a zip, whatever folders they stand in; gives their size. Refused once out of all proportion."""
    try:
        with zipfile.ZipFile(content) as archive:
            entries = [e for e in archive.infolist() if not e.is_dir() and not _is_beside(e.filename)]
            if any(e.flag_bits & 1 for e in entries):
                raise _refused(name, "is locked with a password.", "Pack it again without one.")
            size = 0
            for entry in entries:
                own = _checked_name(entry.filename)
                if own.lower().endswith(".zip"):
                    raise _refused(f"{name}: {own}", "is a zip inside a zip.", "Unpack it first.")
                with archive.open(entry) as packed:
                    size += _keep(own, _measured(packed, entry, name), folder, left, left - size)
            return size
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        zlib.error,
    ) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # the disk, not the file
        raise _refused(name, "is not a whole zip file: it is damaged or cut off.", "Pack it again.") from None


def _measured(packed: IO[bytes], entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    size = 0
    while block := packed.read(_BLOCK):
        size += len(block)
        if size > raw_files.HARMLESS and size > raw_files.LARGEST_RATIO * max(entry.compress_size, 1):
            raise _refused(
                f"{name}: {Path(entry.filename).name}",
                f"unpacks to more than {raw_files.LARGEST_RATIO} times its size, which no export does.",
                "Ask its owner for the real file.",
            )
        yield block


def _is_beside(name: str) -> bool:
    """What a Mac or a file manager puts into a zip by itself."""
    return (
        name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._") or name.endswith(".DS_Store")
    )


def _refused(what: str, why: str, next_step: str) -> LoadRefused:
    return LoadRefused(f"{what} {why} {next_step} {_NOTHING}")

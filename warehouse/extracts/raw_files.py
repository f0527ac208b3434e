"""Whether a file may be read at all: where it lies, how far it unpacks, and whether its bytes are what its name says.

Everything here looks at bytes only, block by block, so that it costs no memory and little time whatever the size. What
it refuses would otherwise be read, and read wrongly, without any complaint.
"""

from __future__ import annotations

import codecs
import gzip
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from warehouse.errors import LoadRefused

NOTHING = "Nothing was loaded; the bank loaded before stays."
LONGEST_LINE = 1_000_000
"""Bytes; a longer line is a broken file, and one huge number can hold up the engine for minutes."""
LARGEST_RATIO, HARMLESS = 200, 16 << 20
"""Real extracts shrink to a tenth or a thirtieth. What unpacks to more than 200 times its size is no extract."""
_BLOCK = 1 << 20


def refused(file_name: str, what: str, next_step: str) -> LoadRefused:
    """The refusal of a file: what is wrong with it and what to do."""
    return LoadRefused(f"{file_name} {what} {next_step} {NOTHING}")


def check_links(folder: Path) -> None:
    """Refuse links that run in a circle or out of the folder: an extract may name no other file of this machine."""
    home = folder.resolve()
    for place, folders, files in os.walk(folder):
        for name in sorted((*folders, *files)):
            path = Path(place) / name
            if not path.is_symlink():
                continue
            file_name = path.relative_to(folder).as_posix()
            try:
                target = path.resolve(strict=True)
            except (OSError, RuntimeError):
                raise refused(
                    file_name,
                    "is a link that leads nowhere or in a circle.",
                    "Put the file itself there, then load again.",
                ) from None
            if not target.is_relative_to(home):
                raise refused(
                    file_name,
                    "is a link to a place outside the folder.",
                    "Copy the file into the folder, then load again.",
                )


@dataclass(frozen=True)
class Text:
    """A text file that may be read: how often each of the letters asked for occurs in it."""

    counts: dict[str, int]


def check_text(path: Path, file_name: str, count: str = "") -> Text:
    """Refuse what is not text in UTF-8 with lines of a sane length. A byte-order mark at the beginning is accepted."""
    counts = dict.fromkeys(count, 0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = since_end = mark = position = 0
    for block in _blocks(path, file_name):
        if position == 0:
            _check_beginning(block, file_name)
            mark = len(codecs.BOM_UTF8) if block.startswith(codecs.BOM_UTF8) else 0
        if (at := block.find(b"\0")) >= 0:
            line = lines + block.count(b"\n", 0, at) + 1
            raise refused(
                file_name,
                f"has a NUL byte in line {line}: it is damaged or not text.",
                "Export it again as UTF-8 text, then load again.",
            )
        try:
            decoder.decode(block)
        except UnicodeDecodeError as error:
            line = lines + block.count(b"\n", 0, max(0, error.start)) + 1
            raise refused(
                file_name,
                f"is not in UTF-8: line {line} has other bytes{_perhaps(block)}.",
                "Export it again as UTF-8, then load again.",
            ) from None
        ends = block.count(b"\n") or block.count(b"\r")
        since_end = since_end + len(block) if not ends else 0
        if since_end > LONGEST_LINE:
            raise _too_long(file_name, lines + 1)
        lines, position = lines + ends, position + len(block)
        for letter in counts:
            counts[letter] += block.count(letter.encode())
    if position == mark:
        raise refused(
            file_name,
            "is empty.",
            "Export it again, or remove it if the bank has no such data, then load again.",
        )
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise refused(
            file_name,
            "ends in the middle of a character.",
            "It was cut off: deliver it again, then load again.",
        ) from None
    return Text(counts)


def _too_long(file_name: str, line: int) -> LoadRefused:
    return refused(
        file_name,
        f"has a line of over {LONGEST_LINE:,} characters (line {line}).",
        "No value is that long: look for a missing line end or a broken number, then load again.",
    )


def _check_beginning(block: bytes, file_name: str) -> None:
    """Name the well-known other kinds of file by their first bytes."""
    kinds = {
        codecs.BOM_UTF16_LE: "text in UTF-16",
        codecs.BOM_UTF16_BE: "text in UTF-16",
        b"PK\x03\x04": "an Excel or zip file",
        b"\x1f\x8b": "a gzip file",
        b"PAR1": "a Parquet file",
        b"SQLite format 3": "a database file",
        b"\xd0\xcf\x11\xe0": "an old Excel file",
        b"%PDF": "a PDF",
    }
    for first, kind in kinds.items():
        if block.startswith(first):
            raise refused(
                file_name,
                f"is {kind} inside, not UTF-8 text.",
                "Export it as UTF-8 or give it the right ending, then load again.",
            )
    if block[:4000].count(b"\0") * 3 > len(block[:4000]):
        raise refused(file_name, "seems to be text in UTF-16.", "Export it again as UTF-8, then load again.")


def _perhaps(block: bytes) -> str:
    """A guess at the encoding, for the sentence only: nothing is ever read by a guess."""
    for codec, name in (("big5hkscs", "Big5"), ("cp1252", "Latin-1")):
        try:
            block[: block.rfind(b"\n") + 1].decode(codec)
        except UnicodeDecodeError:
            continue
        return f" (it may be {name})"
    return ""


def _blocks(path: Path, file_name: str) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (
            unpacked_blocks(file, path.stat().st_size, file_name)
            if path.name.lower().endswith(".gz")
            else iter(lambda: file.read(_BLOCK), b"")
        )


def unpacked_blocks(file: IO[bytes], packed: int, file_name: str) -> Iterator[bytes]:
    """The content of a gzip file, refused as soon as it grows out of all proportion."""
    size = 0
    try:
        with gzip.GzipFile(fileobj=file) as inside:
            while block := inside.read(_BLOCK):
                size += len(block)
                if size > HARMLESS and size > LARGEST_RATIO * packed:
                    raise _bomb(file_name)
                yield block
    except (OSError, EOFError, zlib.error):
        raise refused(
            file_name,
            "is not a whole gzip file: it is damaged or cut off.",
            "Deliver it again, then load again.",
        ) from None


def _bomb(file_name: str) -> LoadRefused:
    return refused(
        file_name,
        f"unpacks to more than {LARGEST_RATIO} times its size, which no extract does.",
        "Ask its owner for the real file, then load again.",
    )


def check_parquet(path: Path, file_name: str) -> None:
    """Refuse a file that does not begin and end as Parquet does."""
    with path.open("rb") as file:
        first = file.read(4)
        file.seek(max(0, path.stat().st_size - 4))
        whole = path.stat().st_size >= 12 and first == b"PAR1" == file.read(4)
    if not whole:
        raise refused(
            file_name,
            "is not a whole Parquet file: it is damaged or cut off.",
            "Deliver it again, then load again.",
        )


def check_workbook(path: Path, file_name: str) -> None:
    """Refuse an Excel file that is none, is locked with a password, or unpacks out of all proportion."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            size = sum(e.file_size for e in entries)
            if not any(e.filename == "xl/workbook.xml" for e in entries):
                raise zipfile.BadZipFile
    except (zipfile.BadZipFile, OSError, ValueError):
        raise refused(
            file_name,
            "is not an Excel workbook, or is locked with a password.",
            "Save it as .xlsx without a password, then load again.",
        ) from None
    if size > HARMLESS and size > LARGEST_RATIO * path.stat().st_size:
        raise _bomb(file_name)

"""What a file is by its content: plain text, a table of texts, a PDF without programs in it, or a PNG picture."""

from __future__ import annotations

import csv
import io
import re
import struct
import zlib

from warehouse.errors import ChangeRefused

ENDINGS = ("txt", "csv", "pdf", "png")
"""How a file's name may end."""
_PNG = b"\x89PNG\r\n\x1a\n"
_RUNS = re.compile(rb"/\s*(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA|OpenAction|AA)\b")
"""What makes a PDF do something by itself, or carry another file."""


def media_type(name: str, content: bytes) -> str:
    """The media type of a file whose content is what its name says. Raises ChangeRefused where it is not."""
    ending = name.rpartition(".")[2].lower()
    if ending == "png":
        _check_png(content)
        return "image/png"
    if ending == "pdf":
        _check_pdf(content)
        return "application/pdf"
    text = _text(content, ending)
    if ending == "csv":
        _check_csv(text)
        return "text/csv"
    return "text/plain"


def _refuse(why: str) -> ChangeRefused:
    return ChangeRefused(f"{why} Nothing was saved.")


def _text(content: bytes, ending: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refuse(f"This is no .{ending} file: it is not text in UTF-8. Save it as UTF-8.") from None
    if any(not c.isprintable() and c not in "\n\r\t" and not c.isspace() for c in text):
        raise _refuse(f"This is no .{ending} file: it has signs that cannot be seen.")
    return text


def _check_csv(text: str) -> None:
    """No cell of it is a formula, and every row is as wide as the first."""
    try:
        separator = csv.Sniffer().sniff(text[:20_000], ",;\t").delimiter
    except csv.Error:
        separator = ","
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if row
        ]
    except csv.Error:
        raise _refuse("This is no .csv file: its rows cannot be read.") from None
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise _refuse("This is no .csv file: its rows are not all as wide as the first.")
    if any(_is_formula(cell) for row in rows for cell in row):
        raise _refuse("A cell begins as a formula does, with = + - or @, and a spreadsheet would run it.")


def _is_formula(cell: str) -> bool:
    begins = cell.lstrip()[:1]
    if begins not in ("=", "@", "+", "-") or not begins:
        return False
    return begins in ("=", "@") or re.fullmatch(r"\s*[+-]?[\d.,%\s]*", cell) is None


def _check_pdf(content: bytes) -> None:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2_048:]:
        raise _refuse("This is no .pdf file: it does not begin and end as one.")
    if _RUNS.search(content):
        raise _refuse("This PDF does something by itself or carries another file. Print it to a plain PDF.")


def _check_png(content: bytes) -> None:
    """The signature, then chunks whose sums are right, the first a header and the last the end, and nothing after it."""
    broken = _refuse("This is no .png file: it is another kind of file, or a broken one.")
    if not content.startswith(_PNG):
        raise broken
    at, names = len(_PNG), []
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        named, end = content[at + 4 : at + 8], at + 12 + length
        if end > len(content) or content[end - 4 : end] != struct.pack(
            ">I", zlib.crc32(content[at + 4 : end - 4])
        ):
            raise broken
        names.append(named)
        at = end
    if at != len(content) or not names or names[0] != b"IHDR" or names[-1] != b"IEND":
        raise broken
